package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
)

// wires is one authorization as each protocol carries it, and the way to a server.
type wires struct {
	url, v1, v2, mpp string
	session          *mcp.ClientSession
	meta             mcp.Meta
}

// wiresOf signs an answer to the challenge of MPP, since its nonce is the challenge's, and
// carries the same authorization in the other protocols.
func wiresOf(t *testing.T, url, mcpURL string, p payer) *wires {
	t.Helper()
	a, err := ask(url, "", "")
	if err != nil {
		t.Fatal(err)
	}
	required, err := x402.ParsePaymentRequired(a.header, a.body)
	if err != nil {
		t.Fatal(err)
	}
	offers, _, err := mpp.Offers(a.header, time.Now())
	if err != nil || len(offers) != 1 {
		t.Fatalf("%d challenges, %v", len(offers), err)
	}
	requirement := required.Quotes[0].Requirement
	signed, err := offers[0].Sign(p.key, requirement.Domain(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w := &wires{url: url, mpp: signed.Value}
	text, _, err := mpp.FindCredential(signed.Value)
	if err != nil {
		t.Fatal(err)
	}
	c, err := mpp.DecodeCredential(text)
	if err != nil {
		t.Fatal(err)
	}
	w.v1 = inVersion1(t, c.Signature, c.Authorization)
	accepted, err := json.Marshal(requirement)
	if err != nil {
		t.Fatal(err)
	}
	w.v2, err = x402.EncodeHeader(x402.Payload{X402Version: 2, Accepted: accepted, Payload: x402.ExactPayload{Signature: c.Signature, Authorization: c.Authorization}})
	if err != nil {
		t.Fatal(err)
	}
	object, err := base64.StdEncoding.DecodeString(w.v2)
	if err != nil {
		t.Fatal(err)
	}
	w.meta = mcp.Meta{"x402/payment": json.RawMessage(object)}
	w.session, err = mcp.NewClient(&mcp.Implementation{Name: "mint402-e2e", Version: "1"}, nil).
		Connect(context.Background(), &mcp.StreamableClientTransport{Endpoint: mcpURL}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.session.Close() })
	return w
}

// send offers the authorization by one of the four protocols. It returns the body and the
// transaction in the protocol's own receipt.
func (w *wires) send(protocol int) (body []byte, transaction string, err error) {
	var receipt struct{ Transaction, Reference string }
	headers := []struct{ payment, value, receipt string }{
		{x402.HeaderXPayment, w.v1, "X-PAYMENT-RESPONSE"}, {x402.HeaderPaymentSignature, w.v2, "PAYMENT-RESPONSE"}, {"Authorization", w.mpp, "Payment-Receipt"}}
	if protocol < len(headers) {
		h := headers[protocol]
		a, err := ask(w.url, h.payment, h.value)
		if err != nil {
			return nil, "", err
		}
		encoding := base64.StdEncoding
		if h.value == w.mpp {
			encoding = base64.RawURLEncoding
		}
		text, err := encoding.DecodeString(a.header.Get(h.receipt))
		if err == nil {
			err = json.Unmarshal(text, &receipt)
		}
		return a.body, receipt.Transaction + receipt.Reference, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := w.session.CallTool(ctx, &mcp.CallToolParams{Name: "mint", Arguments: map[string]any{}, Meta: w.meta})
	if err != nil {
		return nil, "", err
	}
	told, err := json.Marshal(r.Meta["x402/payment-response"])
	if err == nil {
		err = json.Unmarshal(told, &receipt)
	}
	if err != nil {
		return nil, "", err
	}
	body, err = json.Marshal(r.StructuredContent)
	return body, receipt.Transaction, err
}

// TestOnePaymentByFourProtocolsAtOnceIsOneMintAndOneReceipt offers one authorization 200
// times at the same moment: 50 times by each of x402 version 1 and 2, MPP, and MCP.
func TestOnePaymentByFourProtocolsAtOnceIsOneMintAndOneReceipt(t *testing.T) {
	begin(t)
	shown, l := startDemoWithLedger(t)
	key, err := crypto.ToECDSA(shown.Wallets[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	p := payer{key, crypto.PubkeyToAddress(key.PublicKey)}
	had, held := l.usdc(t, p.address), l.allotments(t, p.address)
	w := wiresOf(t, shown.MintURL, shown.MintURL[:len(shown.MintURL)-len("/mint")]+"/mcp", p)

	var told [200]receipt
	together(len(told), func(i int) {
		body, transaction, err := w.send(i % 4)
		if err == nil {
			err = json.Unmarshal(body, &told[i])
		}
		if err != nil || transaction == "" || transaction != told[i].Transaction {
			t.Errorf("protocol %d: receipt for %q, %v, body %s", i%4, transaction, err, body)
		}
	})
	for i := range told {
		// State and final change when the block is final. The message is the protocol's: it
		// says how to ask for the order.
		told[i].State, told[i].Final, told[i].Message = "", false, ""
		if told[i] != told[0] {
			t.Fatalf("protocol %d got %+v, protocol 0 %+v", i%4, told[i], told[0])
		}
	}
	events := l.minted(t)
	if found := events[told[0].PaymentID]; len(found) != 1 || found[0].tx != common.HexToHash(told[0].Transaction) || found[0].payer != p.address || found[0].quantity != 1 {
		t.Errorf("the chain has %+v for %+v", found, told[0])
	}
	if paid, got := had-l.usdc(t, p.address), l.allotments(t, p.address)-held; paid != price || got != 1 {
		t.Errorf("the payer paid %d and got %d allotments", paid, got)
	}
	l.books(t, 0)
}
