package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server/api"
)

func TestAReceiptIsVerifiedFromWhateverHasIt(t *testing.T) {
	d := theDemo(t)
	s := d.payerShell(t, 3)
	answer := curl(t, d.MintURL, s.ok(curl(t, d.MintURL, ""), "sign").out)
	r := decode[api.Receipt](t, body(answer))
	wire, err := json.Marshal(r.Proof)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "receipt.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(string(wire))
	for name, run := range map[string]ran{
		"curl's answer":     s.ok(answer, "receipt", "verify", "-", "--local", "--json"),
		"the body":          s.ok(body(answer), "receipt", "verify", "-", "--local", "--json"),
		"a file":            s.ok("", "receipt", "verify", file, "--local", "--json"),
		"the order's URL":   s.ok("", "receipt", "verify", d.URL+"/orders/"+r.PaymentID.String(), "--local", "--json"),
		"an offer of a 402": s.ok(curl(t, d.MintURL, ""), "receipt", "verify", "-", "--local", "--json"),
	} {
		shown := decode[verifiedJSON](t, run.out)
		if len(shown.Reports) != 1 || !shown.Reports[0].Valid {
			t.Errorf("%s: %s", name, run.out)
		}
		if got := shown.Reports[0]; got.Kind == proof.KindReceipt && (got.PaymentID != r.PaymentID.String() || len(got.Checks) < 5) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if words := s.ok("", "receipt", "verify", file, "--local").out; !strings.Contains(words, "is genuine") || !strings.Contains(words, "chain") {
		t.Errorf("in words: %s", words)
	}

	// The demo's server is on this machine, which is not asked for a stranger's receipt.
	s.refused(6, "key", "", "receipt", "verify", file)
	s.with("MINT402_RPC=http://127.0.0.1:1").refused(6, "chain", "", "receipt", "verify", file, "--local")
	forged := r
	forged.Tokens = "9000"
	text, err := json.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	write(string(text))
	s.refused(1, "tokens: the document says 9000", "", "receipt", "verify", file, "--local")
	parts := strings.Split(r.Proof.Signature, ".")
	write(parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])))
	if r := s.refused(1, "signature", "", "receipt", "verify", file, "--local", "--json"); !strings.Contains(r.out, `"valid": false`) {
		t.Errorf("%s", r.out)
	}
	write("hello")
	s.refused(1, "expected JSON", "", "receipt", "verify", file)
	s.refused(2, "", "", "receipt", "verify", file+".none")
	s.refused(2, "takes a file", "", "receipt", "verify")
}

func TestProofKeysHaveNoRightsOverMoney(t *testing.T) {
	s := newShell(t, "MINT402_SENDER_KEY="+demoKeys[1], "MINT402_RPC=http://127.0.0.1:1")
	s.with("MINT402_PROOF_KEY="+demoKeys[1]).refused(1, "no rights over money", "", "serve", "--listen", "127.0.0.1:0")
	s.refused(2, "expected jws, es256k or eip712, or off", "", "serve", "--proof", "pgp")
	p := s.program(nil, nil, nil)
	f := &proofFlags{style: string(proof.StyleJWS)}
	made := filepath.Join(t.TempDir(), "proof")
	senders, err := (&keyFlags{variable: senderKey}).accounts(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := p.proofKeys(f, made, senders)
	if err != nil || len(keys) != 1 || keys[0].Equal(senders[0].key) {
		t.Errorf("the derived keys are %d, %v", len(keys), err)
	}
	again, err := p.proofKeys(f, made, senders)
	if err != nil || !again[0].Equal(keys[0]) {
		t.Errorf("the derived key changes, %v", err)
	}
	own := s.with("MINT402_PROOF_KEY="+demoKeys[2]).program(nil, nil, nil)
	if keys, err := own.proofKeys(f, made, senders); err != nil || len(keys) != 2 || addressOf(keys[0]) == addressOf(again[0]) || !keys[1].Equal(again[0]) {
		t.Errorf("with an own key there are %d keys, %v", len(keys), err)
	}
	if keys, err := p.proofKeys(&proofFlags{style: proofOff}, made, senders); err != nil || keys != nil {
		t.Errorf("signing is off, with %d keys, %v", len(keys), err)
	}
	if i, err := f.issuer("https://mint.example", keys); err != nil || !strings.HasPrefix(i.Signer(), "did:web:mint.example#") {
		t.Errorf("the issuer is %v, %v", i, err)
	}
}
