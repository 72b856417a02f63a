package proof

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

func TestTheFormsOfASignatureThatAreLegalVerify(t *testing.T) {
	key := newKey(t)
	eip, k1 := issuer(t, StyleEIP712, key), issuer(t, StyleES256K, key)
	typed := signedReceipt(t, eip, vector())
	low := typed
	b, _ := hex.DecodeString(typed.Signature[130:])
	low.Signature = typed.Signature[:130] + hex.EncodeToString([]byte{b[0] - 27})
	upper := typed
	upper.Signature = "0x" + strings.ToUpper(typed.Signature[2:])
	high := signedReceipt(t, k1, vector())
	parts := strings.Split(high.Signature, ".")
	sig, _ := base64.RawURLEncoding.DecodeString(parts[2])
	new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(sig[32:])).FillBytes(sig[32:])
	high.Signature = parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(sig)
	for name, s := range map[string]Signed{"v 0 or 1": low, "upper-case hex": upper, "a high s in ES256K, as OpenSSL signs": high} {
		v := &Verifier{Own: eip, Ledger: chainOf{hash: paid, tx: minted()}, Clock: func() time.Time { return now }}
		if report, err := v.Verify(context.Background(), s); err != nil || !report.Valid {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

func TestTheChainDecidesAboutAReceiptsTransaction(t *testing.T) {
	i := issuer(t, StyleJWS, newKey(t))
	reverted, young, other, foreign, invented := minted(), minted(), minted(), minted(), minted()
	reverted.Reverted = true
	young.Final = false
	other.Mints[0].Payer, other.Transfers[0].From = token, token
	foreign.Mints = nil
	invented.Mints[0].Known, invented.Transfers[0].Known = false, false
	for _, row := range []struct {
		name  string
		chain Ledger
		want  string
		final bool
	}{
		{"minted and final", chainOf{hash: paid, tx: minted()}, "chain passed", true},
		{"minted, not final", chainOf{hash: paid, tx: young}, "chain passed", false},
		{"a payment to another kind of server", chainOf{hash: paid, tx: foreign}, "chain passed", true},
		{"events of contracts that nobody knows", chainOf{hash: paid, tx: invented}, "chain unchecked", true},
		{"reverted", chainOf{hash: paid, tx: reverted}, "chain failed", false},
		{"of another payer", chainOf{hash: paid, tx: other}, "chain failed", true},
		{"removed by a reorg", chainOf{hash: common.Hash{1}, tx: minted()}, "chain failed", false},
		{"a node that does not answer", chainOf{hash: paid, err: errors.New("timeout")}, "chain unchecked", false},
		{"no node", nil, "chain unchecked", false},
	} {
		v := &Verifier{Own: i, Ledger: row.chain, Clock: func() time.Time { return now }}
		report, err := v.Verify(context.Background(), signedReceipt(t, i, vector()))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(statuses(report), row.want) || report.Final != row.final || report.Valid != strings.HasSuffix(row.want, "passed") {
			t.Errorf("%s: %s, final %t, valid %t", row.name, statuses(report), report.Final, report.Valid)
		}
	}
}

// A server that signs with the account that it is paid to has no document, as the
// reference's servers.
func TestTheAccountThatIsPaidMaySignForAServerWithoutKeys(t *testing.T) {
	key := newKey(t)
	account := crypto.PubkeyToAddress(key.PublicKey)
	i := issuer(t, StyleEIP712, key)
	tx := minted()
	tx.Mints, tx.Transfers[0].To = nil, account
	verify := func(w *web, tx *Transaction, s Signed) *Report {
		v := &Verifier{Fetch: w.fetch, Ledger: chainOf{hash: paid, tx: tx}, Clock: func() time.Time { return now }}
		report, err := v.Verify(context.Background(), s)
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	s := signedReceipt(t, i, vector())
	if r := verify(&web{}, tx, s); !r.Valid {
		t.Errorf("without a document: %+v", r)
	}
	if r := verify(&web{}, minted(), s); r.Valid {
		t.Errorf("another account was paid: %+v", r)
	}
	others := issuer(t, StyleEIP712, newKey(t))
	published := &web{documents: map[string][]byte{"https://mint.example/.well-known/did.json": others.Document()}}
	if r := verify(published, tx, s); r.Valid || !r.Failed() {
		t.Errorf("the server publishes other keys: %+v", r)
	}
	v := &Verifier{Ledger: chainOf{hash: paid, tx: tx}, Clock: func() time.Time { return now }}
	if r, err := v.Verify(context.Background(), s); err != nil || r.Valid {
		t.Errorf("the server's keys were not read: %+v, %v", r, err)
	}
}

func TestAnOfferThatEndedDoesNotVerify(t *testing.T) {
	i := issuer(t, StyleJWS, newKey(t))
	o, err := i.Offer("https://mint.example/mint", x402.Requirement{Scheme: "exact", Network: "eip155:84532", Amount: big.NewInt(5), Asset: usdc, PayTo: token}, 0, now)
	if err != nil {
		t.Fatal(err)
	}
	v := &Verifier{Own: i, Clock: func() time.Time { return now }}
	if r, err := v.Verify(context.Background(), o); err != nil || r.Valid || !r.Failed() {
		t.Errorf("at its end: %+v, %v", r, err)
	}
	v.Clock = func() time.Time { return now.Add(-time.Second) }
	if r, err := v.Verify(context.Background(), o); err != nil || !r.Valid {
		t.Errorf("before its end: %+v, %v", r, err)
	}
}
