package proof

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// recorded is a server's record of an order.
type recorded []byte

func (r recorded) Check(context.Context, *Receipt, *Mint) (Status, string, []byte) {
	return Passed, "the server has the order", r
}

// orderAround is an order of mint402 around a receipt, as its server has it.
func orderAround(receipt Signed) object {
	return object{"paymentId": common.Hash{9}.Hex(), "launch": "a", "state": "minted", "final": true, "payer": payer.Hex(), "quantity": json.Number("1"),
		"tokens": "5000", "symbol": "PING", "token": token.Hex(), "paid": object{"amount": "100000", "symbol": "USDC", "asset": usdc.Hex()},
		"network": "eip155:84532", "transaction": paid.Hex(), "block": json.Number("7"), "explorer": "https://scan.example/tx/1",
		"createdAt": "2026-11-28T01:00:00Z", "updatedAt": "2026-11-28T01:00:09Z", "url": "https://mint.example/orders/1",
		"proof": object{"format": "jws", "signature": receipt.Signature}}
}

func settlementAround(receipt Signed) object {
	return object{"success": true, "transaction": paid.Hex(), "network": "eip155:84532", "payer": payer.Hex(), "amount": "100000",
		"extensions": object{Extension: object{"info": object{"receipt": object{"format": "jws", "signature": receipt.Signature}}}}}
}

func quoteAround(t *testing.T, i *Issuer) object {
	t.Helper()
	o, err := i.Offer("https://mint.example/mint", x402.Requirement{Scheme: "exact", Network: "eip155:84532", Amount: big.NewInt(100000), Asset: usdc, PayTo: token}, 0, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return object{"x402Version": json.Number("2"), "resource": object{"url": "https://mint.example/mint"},
		"accepts":    []any{object{"scheme": "exact", "network": "eip155:84532", "amount": "100000", "asset": usdc.Hex(), "payTo": token.Hex()}},
		"extensions": object{Extension: object{"info": object{"offers": []any{object{"format": "jws", "signature": o.Signature, "acceptIndex": json.Number("0")}}}}}}
}

func copied(o object) object {
	again, err := readObject("", canonical(o), MaxDocument)
	if err != nil {
		panic(err)
	}
	return again
}

func TestADocumentAroundASignedStatementIsGenuineOnlyAsItIsKnown(t *testing.T) {
	i := issuer(t, StyleJWS, newKey(t))
	receipt := signedReceipt(t, i, vector())
	order, settlement, quote := orderAround(receipt), settlementAround(receipt), quoteAround(t, i)
	record := copied(order)
	delete(record, "proof")
	verify := func(t *testing.T, document object) string {
		t.Helper()
		found, err := Find(canonical(document))
		if err != nil || len(found) != 1 {
			t.Fatalf("found %d statements: %v", len(found), err)
		}
		v := &Verifier{Own: i, Ledger: chainOf{hash: paid, tx: minted()}, Orders: recorded(canonical(record)), Clock: func() time.Time { return now }}
		report, err := v.Verify(context.Background(), found[0])
		if err != nil {
			t.Fatal(err)
		}
		if report.Valid {
			return "genuine"
		}
		for _, c := range report.Checks {
			if c.Name == CheckFields {
				return string(c.Status)
			}
		}
		return statuses(report)
	}
	for name, document := range map[string]object{"order": order, "settlement": settlement, "quote": quote} {
		if got := verify(t, document); got != "genuine" {
			t.Errorf("an honest %s is %s", name, got)
		}
		for member := range document {
			if member == "proof" || member == "extensions" || name == "quote" {
				continue
			}
			changed := copied(document)
			changed[member] = "another"
			if got := verify(t, changed); got == "genuine" {
				t.Errorf("%s with another %s is genuine", name, member)
			}
		}
	}
	for _, row := range []struct {
		name, want string
		of         object
		change     func(object)
	}{
		{"stored before it was final", "genuine", order, func(o object) { o["state"], o["final"], o["updatedAt"] = "mined", false, "2026-11-28T01:00:01Z" }},
		{"without most members", "genuine", order, func(o object) { delete(o, "tokens"); delete(o, "paid"); delete(o, "state") }},
		{"more tokens", "failed", order, func(o object) { o["tokens"] = "9000" }},
		{"a refunded one", "unchecked", order, func(o object) { o["state"] = "refunded" }},
		{"a page elsewhere", "unchecked", order, func(o object) { o["url"] = "https://evil.example/orders/1" }},
		{"a member that it does not have", "unchecked", order, func(o object) { o["bonus"] = "9" }},
		{"a member in another spelling", "unchecked", order, func(o object) { delete(o, "quantity"); o["Quantity"] = json.Number("9") }},
		{"a settlement that it does not have", "failed", order, func(o object) { o["settlement"] = paid.Hex() }},
		{"changed after the server's last change", "unchecked", order, func(o object) { o["updatedAt"] = "2027-01-01T00:00:00Z" }},
		{"an amount of another", "failed", settlement, func(o object) { o["amount"] = "99999999" }},
		{"a network by its first version's name", "genuine", settlement, func(o object) { o["network"] = "base-sepolia" }},
		{"no success", "failed", settlement, func(o object) { o["success"] = false }},
		{"a member of others", "unchecked", settlement, func(o object) { o["tokens"] = "5" }},
		{"another recipient", "failed", quote, func(o object) { o["accepts"].([]any)[0].(object)["payTo"] = usdc.Hex() }},
		{"a lower amount", "failed", quote, func(o object) { o["accepts"].([]any)[0].(object)["amount"] = "1" }},
		{"another asset", "failed", quote, func(o object) { o["accepts"].([]any)[0].(object)["asset"] = token.Hex() }},
		{"another resource", "failed", quote, func(o object) { o["resource"] = object{"url": "https://mint.example/other"} }},
		{"nothing accepted", "failed", quote, func(o object) { o["accepts"] = []any{} }},
		{"a price that is not signed, first", "failed", quote, func(o object) {
			o["accepts"] = append([]any{object{"scheme": "exact", "network": "eip155:84532", "amount": "1", "asset": usdc.Hex(), "payTo": usdc.Hex()}}, o["accepts"].([]any)...)
		}},
		{"a price that is not signed, last", "unchecked", quote, func(o object) {
			o["accepts"] = append(o["accepts"].([]any), object{"scheme": "exact", "network": "eip155:84532", "amount": "1", "asset": usdc.Hex(), "payTo": usdc.Hex()})
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			changed := copied(row.of)
			row.change(changed)
			if got := verify(t, changed); got != row.want {
				t.Errorf("it is %s; want %s", got, row.want)
			}
		})
	}
}

func TestTheOrderInTheBodyOfAnAnswerIsComparedWithItsHeader(t *testing.T) {
	i := issuer(t, StyleJWS, newKey(t))
	receipt := signedReceipt(t, i, vector())
	order := orderAround(receipt)
	record := canonical(order)
	header := base64.StdEncoding.EncodeToString(canonical(settlementAround(receipt)))
	for name, row := range map[string]struct {
		body  []byte
		valid bool
	}{
		"its order":          {canonical(order), true},
		"no body":            {nil, true},
		"a body without one": {[]byte(`{"hello":"world"}`), true},
		"more tokens":        {[]byte(strings.Replace(string(canonical(order)), `"5000"`, `"9000"`, 1)), false},
		"another's order":    {[]byte(fmt.Sprintf(`{"paymentId":"%s"}`, common.Hash{8})), false},
	} {
		for _, unreadable := range []string{`<html>"paymentId"`, `{"paymentId":"0x","tokens":"9000"}{}`, `{"paymentId":"0x","quantity":1,"Quantity":9}`} {
			if _, err := FindInAnswer(header, []byte(unreadable)); err == nil {
				t.Errorf("%s is not compared", unreadable)
			}
		}
		found, err := FindInAnswer(header, row.body)
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %d statements, %v", name, len(found), err)
		}
		v := &Verifier{Own: i, Ledger: chainOf{hash: paid, tx: minted()}, Orders: recorded(record), Clock: func() time.Time { return now }}
		report, err := v.Verify(context.Background(), found[0])
		if err != nil || report.Valid != row.valid {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}
