package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// counted counts what verify asks of the node.
type counted struct {
	mint.Chain
	asked atomic.Int64
}

func (c *counted) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	c.asked.Add(1)
	return c.Chain.Inspect(ctx, l, keys, at)
}

func TestAPaymentOfAnyOtherAmountIsRefused(t *testing.T) {
	c := &counted{}
	w := open(t, sale{chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	k := w.payer(1000)
	max256 := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	for _, value := range []*big.Int{big.NewInt(0), big.NewInt(1), big.NewInt(price - 1), big.NewInt(price + 1), big.NewInt(2 * price), max256} {
		two := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.Value = value })
		for want, s := range map[string]x402.Signed{
			"invalid_exact_evm_payload_authorization_value_mismatch": two,
			"invalid_exact_evm_payload_authorization_value":          w.redress(two, 1),
		} {
			a := w.pay("/mint", s)
			r := a.lacks("PAYMENT-RESPONSE").required()
			if body := decode[refusal](a); body.Error != want || body.Payer != account(k).Hex() || body.Detail == "" || r.Error != string(x402.ReasonValue) {
				t.Errorf("%s: %+v, want %s", value, body, want)
			}
		}
	}
	if c.asked.Load() != 0 || w.orders() != 0 {
		t.Errorf("%d calls of the node, %d orders", c.asked.Load(), w.orders())
	}
	w.pay("/mint", w.craft(k, nil)).wants(200)
}

type refusal struct {
	x402.PaymentRequiredV1
	Detail string `json:"detail"`
}

func TestASwapOfAnyFieldIsRefused(t *testing.T) {
	c := &counted{}
	w := open(t, sale{chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	k := w.payer(1000)
	elsewhere := "0x1111111111111111111111111111111111111111"
	accepted := func(key string, v any) func(object) { return func(o object) { o["accepted"].(object)[key] = v } }
	extra := func(key string, v any) func(object) {
		return func(o object) { o["accepted"].(object)["extra"].(object)[key] = v }
	}
	signed := func(key string, v any) func(object) { return func(o object) { authorization(o)[key] = v } }
	for name, test := range map[string]struct {
		change func(object)
		reason x402.Reason
	}{
		"scheme":              {accepted("scheme", "upto"), x402.ReasonScheme},
		"network":             {accepted("network", "eip155:8453"), x402.ReasonNetwork},
		"version 1's network": {accepted("network", "base-sepolia"), x402.ReasonNetwork},
		"amount":              {accepted("amount", "1"), x402.ReasonValue},
		"asset":               {accepted("asset", elsewhere), x402.ReasonRequirement},
		"payTo":               {accepted("payTo", elsewhere), x402.ReasonRecipient},
		"name":                {extra("name", "USD Coin"), x402.ReasonTokenName},
		"version":             {extra("version", "1"), x402.ReasonTokenVersion},
		"flow":                {extra("paymentFlow", "authorization"), x402.ReasonRequirement},
		"no extra":            {accepted("extra", object{}), x402.ReasonMissingDomain},
		"signed from":         {signed("from", account(w.stranger).Hex()), x402.ReasonSignature},
		"signed to":           {signed("to", elsewhere), x402.ReasonRecipient},
		"signed value":        {signed("value", "99999"), x402.ReasonValue},
		"signed validAfter":   {signed("validAfter", "1"), x402.ReasonSignature},
		"signed validBefore":  {signed("validBefore", fmt.Sprint(time.Now().Add(time.Hour).Unix())), x402.ReasonSignature},
		"signed nonce":        {signed("nonce", common.HexToHash("0x01").Hex()), x402.ReasonSignature},
		"from nobody":         {signed("from", common.Address{}.Hex()), x402.ReasonPayload},
		"from the launch":     {signed("from", w.launch.Token.Hex()), x402.ReasonPayload},
		"too early":           {signed("validAfter", fmt.Sprint(time.Now().Add(time.Hour).Unix())), x402.ReasonValidAfter},
		"too late":            {signed("validBefore", fmt.Sprint(time.Now().Unix())), x402.ReasonValidBefore},
		"too long":            {signed("validBefore", fmt.Sprint(time.Now().Add(3*time.Hour).Unix())), x402.ReasonValidBefore},
		"for ever":            {signed("validBefore", new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)).String()), x402.ReasonValidBefore},
	} {
		s := w.bend(w.sign(k, "/mint", 2), test.change)
		if r := w.pay("/mint", s).required(); r.Error != string(test.reason) {
			t.Errorf("%s: %s, want %s", name, r.Error, test.reason)
		}
	}
	for name, change := range map[string]func(*x402.Authorization, *x402.Domain){
		"another chain":   func(_ *x402.Authorization, d *x402.Domain) { d.ChainID = 8453 },
		"another asset":   func(_ *x402.Authorization, d *x402.Domain) { d.VerifyingContract = w.launch.Token },
		"another name":    func(_ *x402.Authorization, d *x402.Domain) { d.Name = "USD Coin" },
		"another version": func(_ *x402.Authorization, d *x402.Domain) { d.Version = "1" },
	} {
		if r := w.pay("/mint", w.craft(k, change)).required(); r.Error != string(x402.ReasonSignature) {
			t.Errorf("%s: %s", name, r.Error)
		}
	}
	for name, change := range map[string]func(object){
		"network": func(o object) { o["network"] = "base" },
		"CAIP-2":  func(o object) { o["network"] = "eip155:84532" },
		"scheme":  func(o object) { o["scheme"] = "upto" },
	} {
		a := w.pay("/mint", w.bend(w.sign(k, "/mint", 1), change))
		if word := decode[refusal](a).Error; a.required().Error == "" || (word != "invalid_network" && word != "unsupported_scheme") {
			t.Errorf("%s: %s", name, word)
		}
	}
	// A broke payer costs one question to the node, and gets the spec's word.
	if r := w.pay("/mint", w.sign(w.payer(0), "/mint", 2)).required(); r.Error != string(x402.ReasonBalance) {
		t.Errorf("%+v", r)
	}
	if w.orders() != 0 {
		t.Errorf("%d orders", w.orders())
	}
}

func TestWhatAClientMayVaryIsAccepted(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(1000)
	for name, change := range map[string]func(object){
		"nothing": func(object) {},
		"an added extra key, another timeout, no resource": func(o object) {
			o["accepted"].(object)["extra"].(object)["mine"] = 1
			o["accepted"].(object)["maxTimeoutSeconds"] = 60
			delete(o, "resource")
		},
		"lower-case addresses": func(o object) {
			for _, key := range []string{"asset", "payTo"} {
				o["accepted"].(object)[key] = strings.ToLower(o["accepted"].(object)[key].(string))
			}
			authorization(o)["to"] = strings.ToLower(w.launch.Token.Hex())
		},
		"a body's worth of extensions": func(o object) { o["extensions"] = object{"x": strings.Repeat("y", 4000)} },
	} {
		s := w.sign(k, "/mint", 2)
		if a := w.pay("/mint", w.bend(s, change)); a.status != 200 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	forever := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) {
		a.ValidAfter, a.ValidBefore = new(big.Int), big.NewInt(time.Now().Add(time.Hour).Unix()) // the Go client's
	})
	w.pay("/mint", forever).wants(200)
	// v as 0 or 1 is the same signature.
	s := w.bend(w.sign(k, "/mint", 2), func(o object) {
		sig := hexutil.MustDecode(o["payload"].(object)["signature"].(string))
		sig[64] -= 27
		o["payload"].(object)["signature"] = hexutil.Encode(sig)
	})
	w.pay("/mint", s).wants(200)
}

func TestAMutatedSignatureIsRefusedWithoutAskingTheNode(t *testing.T) {
	c := &counted{}
	w := open(t, sale{chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	k := w.payer(1000)
	n := crypto.S256().Params().N
	for name, mutate := range map[string]func(sig []byte) []byte{
		"high s": func(sig []byte) []byte {
			s := new(big.Int).Sub(n, new(big.Int).SetBytes(sig[32:64]))
			s.FillBytes(sig[32:64])
			sig[64] ^= 27 ^ 28
			return sig
		},
		"v 29":            func(sig []byte) []byte { sig[64] = 29; return sig },
		"r zero":          func(sig []byte) []byte { clear(sig[:32]); return sig },
		"s zero":          func(sig []byte) []byte { clear(sig[32:64]); return sig },
		"r the order":     func(sig []byte) []byte { n.FillBytes(sig[:32]); return sig },
		"an ERC-6492 end": func(sig []byte) []byte { return append(sig, bytes.Repeat([]byte{0x64, 0x92}, 16)...) },
	} {
		s := w.bend(w.sign(k, "/mint", 2), func(o object) {
			sig := hexutil.MustDecode(o["payload"].(object)["signature"].(string))
			o["payload"].(object)["signature"] = hexutil.Encode(mutate(sig))
		})
		if r := w.pay("/mint", s).required(); r.Error != string(x402.ReasonSignature) && r.Error != string(x402.ReasonFactory) {
			t.Errorf("%s: %s", name, r.Error)
		}
	}
	if c.asked.Load() != 0 {
		t.Errorf("%d calls of the node", c.asked.Load())
	}
	// Of other lengths only a wallet could say, and this payer is none.
	for name, mutate := range map[string]func(sig []byte) []byte{
		"64 bytes": func(sig []byte) []byte { return sig[:64] },
		"66 bytes": func(sig []byte) []byte { return append(sig, 0) },
	} {
		s := w.bend(w.sign(k, "/mint", 2), func(o object) {
			sig := hexutil.MustDecode(o["payload"].(object)["signature"].(string))
			o["payload"].(object)["signature"] = hexutil.Encode(mutate(sig))
		})
		if r := w.pay("/mint", s).required(); r.Error != string(x402.ReasonSignature) {
			t.Errorf("%s: %s", name, r.Error)
		}
	}
	if w.orders() != 0 {
		t.Error("claimed")
	}
}

func TestWhatCannotBeReadIsA400ThatNamesTheField(t *testing.T) {
	c := &counted{}
	w := open(t, sale{chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	s := w.sign(w.payer(1000), "/mint", 2)
	v1 := w.sign(w.payer(1000), "/mint", 1)
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
		"value as number":         {signed("value", price), "payload.authorization.value"},
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
		f := w.pay("/mint", w.bend(s, test.change)).wants(400).lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE").problem("malformed_payment")
		if f.Field != test.field {
			t.Errorf("%s: field %q, want %q (%s)", name, f.Field, test.field, f.Message)
		}
	}
	for _, key := range []string{"scheme", "network", "payload", "x402Version"} {
		if f := w.pay("/mint", w.bend(v1, without(key))).wants(400).problem("malformed_payment"); f.Field != key {
			t.Errorf("version 1 without %s: %+v", key, f)
		}
	}
	text, err := base64.StdEncoding.DecodeString(s.Value)
	w.must(err)
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
			if a := w.get("/mint", header{h: value}); a.status != 400 {
				t.Errorf("%s in %s: %d %s", name, h, a.status, a.body)
			} else {
				a.lacks("PAYMENT-REQUIRED").problem("malformed_payment")
			}
		}
	}
	for _, q := range []string{"0", "-1", "11", "1.0", "01", "+1", "1e0", "0x1", "", "%20", "1%20", "99999999999999999999", "9223372036854775807", "NaN", "1,2", "1&quantity=1", "2&quantity=1"} {
		path := "/mint?quantity=" + q
		for _, a := range []answer{w.get(path, nil), w.pay(path, s)} {
			if f := a.wants(400).lacks("PAYMENT-REQUIRED").problem("quantity_out_of_range"); f.Field != "quantity" || f.Details["limit"] != 10.0 {
				t.Errorf("%s: %+v", q, f)
			}
		}
	}
	if c.asked.Load() != 0 || w.orders() != 0 {
		t.Errorf("%d calls of the node, %d orders", c.asked.Load(), w.orders())
	}
	w.pay("/mint", s).wants(200)
}

func TestTheHeadersSizeIsTheDecodersBound(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(1000)
	// Exactly as long as may be: the rest is padding that is an echo.
	s := w.sign(k, "/mint", 2)
	bare := len(mustDecode(w.bend(s, func(o object) { o["extensions"] = "" }).Value))
	s = w.bend(s, func(o object) { o["extensions"] = strings.Repeat("x", x402.MaxHeader/4*3-bare) })
	if len(s.Value) != x402.MaxHeader {
		t.Fatalf("%d bytes, meant to be %d", len(s.Value), x402.MaxHeader)
	}
	w.pay("/mint", s).wants(200)
	for _, length := range []int{x402.MaxHeader + 1, x402.MaxHeader + 4, 30 << 10, 40 << 10, 1 << 20} {
		for _, h := range []string{"PAYMENT-SIGNATURE", "X-PAYMENT"} {
			res := w.raw("GET /mint HTTP/1.1\r\nHost: x\r\n" + h + ": " + strings.Repeat("A", length) + "\r\n\r\n")
			if res.status != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("%d bytes of %s: %d", length, h, res.status)
			}
			res.lacks("PAYMENT-REQUIRED").has("Content-Type", "application/json").problem("headers_too_large")
		}
	}
	w.get("/mint", nil).wants(402)
}

func mustDecode(s string) []byte {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return data
}

func TestOnePaymentHeaderAndThatOfVersion2First(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(1000)
	one, two := w.sign(k, "/mint", 1), w.sign(k, "/mint", 2)
	w.get("/mint", header{"PAYMENT-SIGNATURE": two.Value, "X-PAYMENT": one.Value}).wants(200)
	if w.orders() != 1 || w.order(two).ID != w.id(two) {
		t.Errorf("%d orders", w.orders())
	}
	w.get("/mint", header{"PAYMENT-SIGNATURE": "", "X-PAYMENT": one.Value}).wants(400)
	w.get("/mint", header{"PAYMENT-SIGNATURE": "!", "X-PAYMENT": one.Value}).wants(400)
	for _, h := range []string{"PAYMENT-SIGNATURE", "X-PAYMENT", "payment-signature"} {
		w.raw("GET /mint HTTP/1.1\r\nHost: x\r\n" + h + ": " + one.Value + "\r\n" + h + ": " + two.Value + "\r\n\r\n").wants(400).problem("malformed_payment")
	}
	// A payload is read by its own version, whichever header brought it.
	w.get("/mint", header{"PAYMENT-SIGNATURE": one.Value}).wants(200)
	if w.orders() != 2 {
		t.Errorf("%d orders", w.orders())
	}
}

func TestNothingInABodyDecides(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(1000)
	evil := `{"recipient":"` + account(w.stranger).Hex() + `","to":"` + account(w.stranger).Hex() + `","quantity":9,"amount":"1","price":"1"}`
	for _, kind := range []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""} {
		for _, encoding := range []string{"", "gzip", "br", "nonsense"} {
			s := w.sign(k, "/mint", 2)
			req, err := http.NewRequest(http.MethodPost, w.url+"/mint", strings.NewReader(evil))
			w.must(err)
			req.Header.Set(s.Header, s.Value)
			req.Header.Set("Content-Type", kind)
			if encoding != "" {
				req.Header.Set("Content-Encoding", encoding)
			}
			res, err := client.Do(req)
			w.must(err)
			var r struct {
				Payer    common.Address
				Quantity int64
				Paid     struct{ Amount string }
			}
			w.must(json.NewDecoder(res.Body).Decode(&r))
			res.Body.Close()
			if res.StatusCode != 200 || r.Payer != account(k) || r.Quantity != 1 || r.Paid.Amount != "100000" {
				t.Errorf("%s %s: %d %+v", kind, encoding, res.StatusCode, r)
			}
		}
	}
	if w.tokens(account(w.stranger)) != 0 {
		t.Error("somebody else got tokens")
	}
	s := w.sign(k, "/mint", 2)
	w.raw(fmt.Sprintf("POST /mint HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: 20000\r\n\r\n%s", s.Header, s.Value, strings.Repeat("x", 20000))).
		wants(413).problem("body_too_large")
	w.pay("/mint", s).wants(200)
}

func TestTheSamePaymentTwoHundredTimesAtOnceIsOneMint(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(100)
	two := w.sign(k, "/mint", 2)
	one := w.redress(two, 1)
	gate := make(chan struct{})
	answers := make(chan answer, 200)
	for i := range 200 {
		s := two
		if i%2 == 0 {
			s = one
		}
		go func() {
			<-gate
			answers <- w.pay("/mint", s)
		}()
	}
	close(gate)
	var first mint.PaymentID
	var tx string
	for range 200 {
		a := <-answers
		if a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		var r struct {
			PaymentID   mint.PaymentID
			Transaction string
			Payer       common.Address
		}
		w.must(json.Unmarshal(a.body, &r))
		if tx == "" {
			first, tx = r.PaymentID, r.Transaction
		}
		if got := a.settle(); r.PaymentID != first || r.Transaction != tx || !got.Success || got.Transaction != tx {
			t.Errorf("%+v, others %s", r, tx)
		}
	}
	if w.tokens(account(k)) != 1 || w.usdc(account(k)) != 1_000_000-price || w.orders() != 1 {
		t.Errorf("%d allotments, %d USDC, %d orders", w.tokens(account(k)), w.usdc(account(k)), w.orders())
	}
	if l, err := w.store.Launch(w.ctx, "ping"); err != nil || l.Sold != 1 || l.Reserved != 0 {
		t.Errorf("%+v %v", l, err)
	}
}

func TestManyPayersForTheLastAllotmentsNeverGetMore(t *testing.T) {
	w := open(t, sale{cap: 5})
	const payers = 20
	var signed []x402.Signed
	for range payers {
		signed = append(signed, w.sign(w.payer(10), "/mint", 2))
	}
	gate := make(chan struct{})
	answers := make(chan answer, payers)
	for _, s := range signed {
		go func() {
			<-gate
			answers <- w.pay("/mint", s)
		}()
	}
	close(gate)
	statuses := map[int]int{}
	for range payers {
		a := <-answers
		statuses[a.status]++
		if a.status != 200 {
			a.lacks("PAYMENT-REQUIRED")
		}
	}
	if statuses[200] != 5 || statuses[410]+statuses[503] != payers-5 {
		t.Errorf("%v", statuses)
	}
	charged, minted := 0, int64(0)
	for _, s := range signed {
		if w.usdc(s.Authorization.From) == 0 {
			charged++
		}
		minted += w.tokens(s.Authorization.From)
	}
	if charged != 5 || minted != 5 {
		t.Errorf("%d charged, %d minted", charged, minted)
	}
}

func TestAPaymentHeaderIsInNoLog(t *testing.T) {
	w := open(t, sale{cap: 1})
	s, late := w.sign(w.payer(10), "/mint", 2), w.sign(w.payer(10), "/mint", 1)
	w.pay("/mint", s).wants(200)
	w.pay("/mint", late).wants(410)
	w.pay("/nowhere", s).wants(404)
	w.pay("/mint?quantity=x", s).wants(400)
	w.get("/mint", header{"PAYMENT-SIGNATURE": s.Value + "="}).wants(400)
	w.raw("GET /mint HTTP/1.1\r\nHost: x\r\nbroken line " + s.Value + "\r\nX-PAYMENT: " + s.Value + "\r\n\r\n")
	w.raw("GET /mint HTTP/1.1\r\nHost: x\r\nX-PAYMENT: " + s.Value + strings.Repeat("A", 40<<10) + "\r\n\r\n").wants(431)
	log := w.log.String()
	if !strings.Contains(log, "msg=request") || !strings.Contains(log, w.id(s).String()) {
		t.Fatalf("the log has nothing to look for:\n%s", log)
	}
	for _, p := range []x402.Signed{s, late} {
		o := w.unwrap(p)
		sig := o["payload"].(object)["signature"].(string)
		for _, secret := range []string{p.Value, p.Value[:64], p.Value[len(p.Value)-64:], sig, sig[2:60], p.Authorization.Nonce.Hex()[2:]} {
			if strings.Contains(log, secret) {
				t.Errorf("%.20s… is in the log", secret)
			}
		}
	}
}
