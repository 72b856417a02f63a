package server_test

import (
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestWhatCannotBeReadIsA400ThatNamesTheField(t *testing.T) {
	c := &counted{}
	w := open(t, servertest.Sale{Chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	s := w.Sign(w.Payer(1000), "/mint", 2)
	v1 := w.Sign(w.Payer(1000), "/mint", 1)
	payload := func(key string, v any) func(object) { return func(o object) { o["payload"].(object)[key] = v } }
	signed := func(key string, v any) func(object) { return func(o object) { authorization(o)[key] = v } }
	without := func(keys ...string) func(object) {
		return func(o object) {
			for _, k := range keys[:len(keys)-1] {
				o = o[k].(object)
			}
			delete(o, keys[len(keys)-1])
		}
	}
	nonce := s.Authorization.Nonce.Hex()
	for name, test := range map[string]struct {
		change func(object)
		field  string
	}{
		"no version":              {without("x402Version"), "x402Version"},
		"version 0":               {func(o object) { o["x402Version"] = 0 }, "x402Version"},
		"version 3":               {func(o object) { o["x402Version"] = 3 }, "x402Version"},
		"version 2 as text":       {func(o object) { o["x402Version"] = "2" }, "x402Version"},
		"no accepted":             {without("accepted"), "accepted"},
		"accepted of text":        {func(o object) { o["accepted"] = "exact" }, "accepted"},
		"accepted null":           {func(o object) { o["accepted"] = nil }, "accepted"},
		"amount as number":        {func(o object) { o["accepted"].(object)["amount"] = 100000 }, "accepted.amount"},
		"no payload":              {without("payload"), "payload"},
		"no authorization":        {without("payload", "authorization"), "payload.authorization"},
		"permit2":                 {func(o object) { o["payload"] = object{"permit2Authorization": object{}, "signature": "0x00"} }, "payload.authorization"},
		"no signature":            {without("payload", "signature"), "payload.signature"},
		"empty signature":         {payload("signature", ""), "payload.signature"},
		"signature 0x":            {payload("signature", "0x"), "payload.signature"},
		"signature of odd digits": {payload("signature", "0x123"), "payload.signature"},
		"signature without 0x":    {payload("signature", strings.Repeat("ab", 65)), "payload.signature"},
		"signature of 5 KB":       {payload("signature", "0x"+strings.Repeat("ab", 5000)), "payload.signature"},
		"value as number":         {signed("value", servertest.Price), "payload.authorization.value"},
		"value negative":          {signed("value", "-100000"), "payload.authorization.value"},
		"value signed":            {signed("value", "+100000"), "payload.authorization.value"},
		"value hex":               {signed("value", "0x186a0"), "payload.authorization.value"},
		"value with zeros":        {signed("value", "0100000"), "payload.authorization.value"},
		"value exponent":          {signed("value", "1e5"), "payload.authorization.value"},
		"value fraction":          {signed("value", "100000.0"), "payload.authorization.value"},
		"value spaced":            {signed("value", " 100000"), "payload.authorization.value"},
		"value empty":             {signed("value", ""), "payload.authorization.value"},
		"value null":              {signed("value", nil), "payload.authorization.value"},
		"value 2^256":             {signed("value", new(big.Int).Lsh(big.NewInt(1), 256).String()), "payload.authorization.value"},
		"value of 10,000 digits":  {signed("value", strings.Repeat("9", 10_000)), "payload.authorization.value"},
		"validBefore as number":   {signed("validBefore", 1900000000), "payload.authorization.validBefore"},
		"nonce short":             {signed("nonce", nonce[:65]), "payload.authorization.nonce"},
		"nonce long":              {signed("nonce", nonce+"0"), "payload.authorization.nonce"},
		"nonce without 0x":        {signed("nonce", nonce[2:]), "payload.authorization.nonce"},
		"nonce no hex":            {signed("nonce", "0x"+strings.Repeat("g", 64)), "payload.authorization.nonce"},
		"from short":              {signed("from", "0x1234"), "payload.authorization.from"},
		"from a name":             {signed("from", "vitalik.eth"), "payload.authorization.from"},
		"no from":                 {without("payload", "authorization", "from"), "payload.authorization"},
		"a recipient":             {signed("recipient", "0x1111111111111111111111111111111111111111"), "payload.authorization"},
		"another spelling":        {signed("Value", "1"), "payload.authorization"},
	} {
		f := w.Pay("/mint", w.bend(s, test.change)).Wants(400).Lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE").Problem("malformed_payment")
		if f.Field != test.field {
			t.Errorf("%s: field %q, want %q (%s)", name, f.Field, test.field, f.Message)
		}
	}
	for _, key := range []string{"scheme", "network", "payload", "x402Version"} {
		if f := w.Pay("/mint", w.bend(v1, without(key))).Wants(400).Problem("malformed_payment"); f.Field != key {
			t.Errorf("version 1 without %s: %+v", key, f)
		}
	}
	text, err := base64.StdEncoding.DecodeString(s.Value)
	w.Must(err)
	for name, value := range map[string]string{
		"no base64":       "{}",
		"line break":      s.Value[:40] + " " + s.Value[40:],
		"mixed alphabets": s.Value[:len(s.Value)-8] + "+-/_" + s.Value[len(s.Value)-8:],
		"no JSON":         base64.StdEncoding.EncodeToString([]byte("payment")),
		"an array":        base64.StdEncoding.EncodeToString([]byte("[" + string(text) + "]")),
		"two objects":     base64.StdEncoding.EncodeToString(append(text, text...)),
		"half an object":  base64.StdEncoding.EncodeToString(text[:len(text)/2]),
		"empty object":    base64.StdEncoding.EncodeToString([]byte("{}")),
		"null":            base64.StdEncoding.EncodeToString([]byte("null")),
		"a zero byte":     base64.StdEncoding.EncodeToString(append(text, 0)),
		"a BOM":           base64.StdEncoding.EncodeToString(append([]byte("\ufeff"), text...)),
		"deep nesting":    base64.StdEncoding.EncodeToString([]byte(strings.Repeat(`{"a":`, 2000))),
		"deep arrays":     base64.StdEncoding.EncodeToString([]byte(`{"extensions":` + strings.Repeat("[", 11000))),
		"duplicate key":   base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(text), `"value":`, `"value":"1","value":`, 1))),
		"escaped twin":    base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(text), `"value":`, `"\u0076alue":"1","value":`, 1))),
		"empty":           "",
	} {
		for _, h := range []string{"PAYMENT-SIGNATURE", "X-PAYMENT"} {
			if a := w.Get("/mint", servertest.Header{h: value}); a.Status != 400 {
				t.Errorf("%s in %s: %d %s", name, h, a.Status, a.Body)
			} else {
				a.Lacks("PAYMENT-REQUIRED").Problem("malformed_payment")
			}
		}
	}
	for _, q := range []string{"0", "-1", "11", "1.0", "01", "+1", "1e0", "0x1", "", "%20", "1%20", "99999999999999999999", "9223372036854775807", "NaN", "1,2", "1&quantity=1", "2&quantity=1"} {
		path := "/mint?quantity=" + q
		for _, a := range []servertest.Answer{w.Get(path, nil), w.Pay(path, s)} {
			if f := a.Wants(400).Lacks("PAYMENT-REQUIRED").Problem("quantity_out_of_range"); f.Field != "quantity" || f.Details["limit"] != 10.0 {
				t.Errorf("%s: %+v", q, f)
			}
		}
	}
	if c.asked.Load() != 0 || w.Orders() != 0 {
		t.Errorf("%d calls of the node, %d orders", c.asked.Load(), w.Orders())
	}
	w.Pay("/mint", s).Wants(200)
}

func TestTheHeadersSizeIsTheDecodersBound(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(1000)
	// Exactly as long as may be: the rest is padding that is an echo.
	s := w.Sign(k, "/mint", 2)
	bare := len(mustDecode(w.bend(s, func(o object) { o["extensions"] = "" }).Value))
	s = w.bend(s, func(o object) { o["extensions"] = strings.Repeat("x", x402.MaxHeader/4*3-bare) })
	if len(s.Value) != x402.MaxHeader {
		t.Fatalf("%d bytes, meant to be %d", len(s.Value), x402.MaxHeader)
	}
	w.Pay("/mint", s).Wants(200)
	for _, length := range []int{x402.MaxHeader + 1, x402.MaxHeader + 4, 30 << 10, 40 << 10, 1 << 20} {
		for _, h := range []string{"PAYMENT-SIGNATURE", "X-PAYMENT"} {
			res := w.Raw("GET /mint HTTP/1.1\r\nHost: x\r\n" + h + ": " + strings.Repeat("A", length) + "\r\n\r\n")
			if res.Status != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("%d bytes of %s: %d", length, h, res.Status)
			}
			res.Lacks("PAYMENT-REQUIRED").Has("Content-Type", "application/json").Problem("headers_too_large")
		}
	}
	w.Get("/mint", nil).Wants(402)
}

func mustDecode(s string) []byte {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return data
}

func TestTwoX402HeadersHaveOnePaymentOrNoneIsTaken(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(1000)
	one, two := w.Sign(k, "/mint", 1), w.Sign(k, "/mint", 2)
	both := func(v2, v1 string) servertest.Answer {
		return w.Get("/mint", servertest.Header{"PAYMENT-SIGNATURE": v2, "X-PAYMENT": v1})
	}
	forged := w.redress(w.bend(two, func(o object) { o["payload"].(object)["signature"] = w.unwrap(one)["payload"].(object)["signature"] }), 1)
	for name, v1 := range map[string]string{"another payment": one.Value, "another signature": forged.Value, "no payment": "!", "empty": ""} {
		f := both(two.Value, v1).Wants(400).Unsettled().Lacks("PAYMENT-REQUIRED", "WWW-Authenticate").Problem("malformed_payment")
		if f.Field != "PAYMENT-SIGNATURE and X-PAYMENT" || !strings.Contains(f.Message, "neither payment was taken") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	for _, v2 := range []string{"", "!"} {
		both(v2, one.Value).Wants(400).Problem("malformed_payment")
	}
	for _, h := range []string{"PAYMENT-SIGNATURE", "X-PAYMENT", "payment-signature"} {
		w.Raw("GET /mint HTTP/1.1\r\nHost: x\r\n" + h + ": " + one.Value + "\r\n" + h + ": " + two.Value + "\r\n\r\n").Wants(400).Problem("malformed_payment")
	}
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
	// The same payment in both forms is one, and the name that one of them has is its name.
	both(w.named(two, purchaseID).Value, w.redress(two, 1).Value).Wants(200)
	w.Pay("/mint", w.named(w.Sign(k, "/mint", 2), purchaseID)).Wants(409).Problem("key_used")
	// A payload is read by its own version, whichever header brought it.
	w.Get("/mint", servertest.Header{"PAYMENT-SIGNATURE": one.Value}).Wants(200)
	if w.Orders() != 2 {
		t.Errorf("%d orders", w.Orders())
	}
}
