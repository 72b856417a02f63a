package proof

import (
	"context"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// TestTheReferenceAndWeVerifyEachOther signs with each style for @x402/extensions to
// verify, and verifies what it signs. The reference requests our keys by did:web, over
// http, as it does for 127.0.0.1.
func TestTheReferenceAndWeVerifyEachOther(t *testing.T) {
	if os.Getenv("MINT402_E2E") != "1" {
		t.Skip("make test-e2e runs this; it needs Node and npm")
	}
	if _, err := os.Stat("../e2e/node_modules/@x402/extensions"); err != nil {
		t.Fatalf("the reference is missing (npm ci in e2e brings it): %v", err)
	}
	var document []byte
	published := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/did.json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(document)
	}))
	defer published.Close()
	type wanted struct {
		Kind   string `json:"kind"`
		Signed Signed `json:"signed"`
		signer string
	}
	var ours []wanted
	key := newKey(t)
	for _, style := range []Style{StyleJWS, StyleES256K, StyleEIP712} {
		i, err := NewIssuer(style, published.URL, key)
		if err != nil {
			t.Fatal(err)
		}
		document = i.Document()
		signer := ""
		if style == StyleEIP712 {
			signer = i.Signer()
		}
		r := vector()
		ours = append(ours, wanted{"Receipt", signedReceipt(t, i, r), signer})
		r.Transaction = ""
		ours = append(ours, wanted{"Receipt", signedReceipt(t, i, r), signer})
		o, err := i.Offer(published.URL+"/mint?quantity=2&x=<&>", x402.Requirement{Scheme: "exact", Network: "eip155:8453", Amount: big.NewInt(5), Asset: usdc, PayTo: token}, 0, now)
		if err != nil {
			t.Fatal(err)
		}
		ours = append(ours, wanted{"Offer", o, signer})
	}
	in, err := json.Marshal(ours)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "clients/offer-receipt.mjs")
	node.Dir, node.Stdin, node.Stderr = "../e2e", strings.NewReader(string(in)), os.Stderr
	node.Env = append(os.Environ(), "KEY=0x"+anvilKey)
	out, err := node.Output()
	if err != nil {
		t.Fatalf("the reference refuses ours: %v", err)
	}
	var said struct {
		Verified []struct {
			Signer  string
			Payload map[string]any
		}
		Made []struct {
			Name   string
			Signed json.RawMessage
		}
		Account common.Address
	}
	if err := json.Unmarshal(out, &said); err != nil || len(said.Verified) != len(ours) || len(said.Made) != 3+3*16 {
		t.Fatalf("the reference said %.300s, %v", out, err)
	}
	for i, v := range said.Verified {
		st, err := ours[i].Signed.Statement()
		if err != nil {
			t.Fatal(err)
		}
		if v.Signer != ours[i].signer || v.Payload["resourceUrl"] != st.Resource() {
			t.Errorf("%s %d: the reference read %+v", ours[i].Kind, i, v)
		}
	}
	for _, m := range said.Made {
		s, err := Parse(m.Signed)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		report, err := (&Verifier{Clock: time.Now}).Verify(context.Background(), s)
		if err != nil || report.Checks[0].Name != CheckSignature || report.Checks[0].Status != Passed {
			t.Errorf("%s: %+v, %v", m.Name, report, err)
			continue
		}
		if s.Format == FormatEIP712 && report.Signer != said.Account.Hex() {
			t.Errorf("%s is by %s", m.Name, report.Signer)
		}
	}
	if said.Account != crypto.PubkeyToAddress(must(crypto.HexToECDSA(anvilKey)).PublicKey) {
		t.Errorf("the account is %s", said.Account)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
