package server_test

import (
	"bytes"
	"context"
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

	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
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
	w := open(t, servertest.Sale{Chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	k := w.Payer(1000)
	max256 := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	for _, value := range []*big.Int{big.NewInt(0), big.NewInt(1), big.NewInt(servertest.Price - 1), big.NewInt(servertest.Price + 1), big.NewInt(11 * servertest.Price), max256} {
		two := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.Value = value })
		for want, s := range map[string]x402.Signed{
			"invalid_exact_evm_payload_authorization_value_mismatch": two,
			"invalid_exact_evm_payload_authorization_value":          w.redress(two, 1),
		} {
			a := w.Pay("/mint", s)
			r := a.Lacks("PAYMENT-RESPONSE").Required()
			if body := servertest.Decode[refusal](a); body.Error != want || body.Payer != servertest.Account(k).Hex() || body.Detail == "" || r.Error != string(x402.ReasonValue) {
				t.Errorf("%s: %+v, want %s", value, body, want)
			}
		}
	}
	// Each of them may have been executed at the asset, which only the node knows.
	if c.asked.Load() > 12 || w.Orders() != 0 {
		t.Errorf("%d calls of the node, %d orders", c.asked.Load(), w.Orders())
	}
	w.Pay("/mint", w.craft(k, nil)).Wants(200)
}

type refusal struct {
	x402.PaymentRequiredV1
	Detail string `json:"detail"`
}

func TestASwapOfAnyFieldIsRefused(t *testing.T) {
	c := &counted{}
	w := open(t, servertest.Sale{Chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	k := w.Payer(1000)
	elsewhere := "0x1111111111111111111111111111111111111111"
	accepted := func(key string, v any) func(object) { return func(o object) { o["accepted"].(object)[key] = v } }
	signed := func(key string, v any) func(object) { return func(o object) { authorization(o)[key] = v } }
	for name, test := range map[string]struct {
		change func(object)
		reason x402.Reason
	}{
		"scheme":              {accepted("scheme", "upto"), x402.ReasonScheme},
		"network":             {accepted("network", "eip155:8453"), x402.ReasonNetwork},
		"version 1's network": {accepted("network", "base-sepolia"), x402.ReasonNetwork},
		"signed from":         {signed("from", servertest.Account(w.Stranger).Hex()), x402.ReasonSignature},
		"signed to":           {signed("to", elsewhere), x402.ReasonRecipient},
		"signed value":        {signed("value", "99999"), x402.ReasonValue},
		"signed validAfter":   {signed("validAfter", "1"), x402.ReasonSignature},
		"signed validBefore":  {signed("validBefore", fmt.Sprint(time.Now().Add(time.Hour).Unix())), x402.ReasonSignature},
		"signed nonce":        {signed("nonce", common.HexToHash("0x01").Hex()), x402.ReasonSignature},
		"from nobody":         {signed("from", common.Address{}.Hex()), x402.ReasonPayload},
		"from the launch":     {signed("from", w.Launch.Token.Hex()), x402.ReasonPayload},
		"too early":           {signed("validAfter", fmt.Sprint(time.Now().Add(time.Hour).Unix())), x402.ReasonValidAfter},
		"too late":            {signed("validBefore", fmt.Sprint(time.Now().Unix())), x402.ReasonValidBefore},
		"too long":            {signed("validBefore", fmt.Sprint(time.Now().Add(3*time.Hour).Unix())), x402.ReasonValidBefore},
		"for ever":            {signed("validBefore", new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)).String()), x402.ReasonValidBefore},
	} {
		s := w.bend(w.Sign(k, "/mint", 2), test.change)
		a := w.Pay("/mint", s)
		if !test.reason.Curable() {
			a.Refused(test.reason)
		} else if r := a.Lacks("PAYMENT-RESPONSE").Required(); r.Error != string(test.reason) {
			t.Errorf("%s: %s, want %s", name, r.Error, test.reason)
		}
	}
	for name, change := range map[string]func(*x402.Authorization, *x402.Domain){
		"another chain":   func(_ *x402.Authorization, d *x402.Domain) { d.ChainID = 8453 },
		"another asset":   func(_ *x402.Authorization, d *x402.Domain) { d.VerifyingContract = w.Launch.Token },
		"another name":    func(_ *x402.Authorization, d *x402.Domain) { d.Name = "USD Coin" },
		"another version": func(_ *x402.Authorization, d *x402.Domain) { d.Version = "1" },
	} {
		if r := w.Pay("/mint", w.craft(k, change)).Required(); r.Error != string(x402.ReasonSignature) {
			t.Errorf("%s: %s", name, r.Error)
		}
	}
	for name, change := range map[string]func(object){
		"network": func(o object) { o["network"] = "base" },
		"CAIP-2":  func(o object) { o["network"] = "eip155:84532" },
		"scheme":  func(o object) { o["scheme"] = "upto" },
	} {
		reason := x402.ReasonNetwork
		if name == "scheme" {
			reason = x402.ReasonScheme
		}
		if a := w.Pay("/mint", w.bend(w.Sign(k, "/mint", 1), change)).Refused(reason); !strings.Contains(string(a.Body), `"error":"`+reason.V1()+`"`) {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
	// A broke payer costs one question to the node, and gets the spec's word.
	w.Pay("/mint", w.Sign(w.Payer(0), "/mint", 2)).Refused(x402.ReasonBalance)
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
}

func TestASignatureForOurTermsIsTakenWhateverTheEchoSays(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(1000)
	elsewhere := "0x1111111111111111111111111111111111111111"
	accepted := func(key string, v any) func(object) { return func(o object) { o["accepted"].(object)[key] = v } }
	extra := func(key string, v any) func(object) {
		return func(o object) { o["accepted"].(object)["extra"].(object)[key] = v }
	}
	for name, change := range map[string]func(object){
		"amount":        accepted("amount", "1"),
		"asset":         accepted("asset", elsewhere),
		"payTo":         accepted("payTo", elsewhere),
		"lower case":    accepted("payTo", strings.ToLower(w.Launch.Token.Hex())),
		"name":          extra("name", "USD Coin"),
		"version":       extra("version", "1"),
		"flow":          extra("paymentFlow", "authorization"),
		"primary type":  extra("primaryType", "Permit"),
		"empty extra":   accepted("extra", object{}),
		"null extra":    accepted("extra", nil),
		"no extra":      func(o object) { delete(o["accepted"].(object), "extra") },
		"timeout":       accepted("maxTimeoutSeconds", "soon"),
		"null timeout":  accepted("maxTimeoutSeconds", nil),
		"resource":      func(o object) { o["resource"] = object{"url": "https://evil.example/mint?quantity=9"} },
		"text resource": func(o object) { o["resource"] = "mint" },
		"extensions": func(o object) {
			o["extensions"] = object{"payment-identifier": object{"info": object{"required": true}}}
		},
		"no extensions":  func(o object) { delete(o, "extensions") },
		"all but no key": func(o object) { delete(o, "resource"); delete(o, "extensions") },
	} {
		s := w.bend(w.Sign(k, "/mint", 2), change)
		if a := w.Pay("/mint", s); a.Status != 200 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

func TestWhatAClientMayVaryIsAccepted(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(1000)
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
			authorization(o)["to"] = strings.ToLower(w.Launch.Token.Hex())
		},
		"a body's worth of extensions": func(o object) { o["extensions"] = object{"x": strings.Repeat("y", 4000)} },
	} {
		s := w.Sign(k, "/mint", 2)
		if a := w.Pay("/mint", w.bend(s, change)); a.Status != 200 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	forever := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) {
		a.ValidAfter, a.ValidBefore = new(big.Int), big.NewInt(time.Now().Add(time.Hour).Unix()) // the Go client's
	})
	w.Pay("/mint", forever).Wants(200)
	// v as 0 or 1 is the same signature.
	s := w.bend(w.Sign(k, "/mint", 2), func(o object) {
		sig := hexutil.MustDecode(o["payload"].(object)["signature"].(string))
		sig[64] -= 27
		o["payload"].(object)["signature"] = hexutil.Encode(sig)
	})
	w.Pay("/mint", s).Wants(200)
}

func TestAMutatedSignatureIsRefusedWithoutAskingTheNode(t *testing.T) {
	c := &counted{}
	w := open(t, servertest.Sale{Chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	k := w.Payer(1000)
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
		"its other end": func(sig []byte) []byte {
			return x402.Wrap(x402.Wrapped{Factory: devnet.USDC, Signature: append(sig, bytes.Repeat([]byte{0x64, 0x92}, 16)...)})
		},
	} {
		s := w.bend(w.Sign(k, "/mint", 2), func(o object) {
			sig := hexutil.MustDecode(o["payload"].(object)["signature"].(string))
			o["payload"].(object)["signature"] = hexutil.Encode(mutate(sig))
		})
		if r := w.Pay("/mint", s).Required(); r.Error != string(x402.ReasonSignature) {
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
		s := w.bend(w.Sign(k, "/mint", 2), func(o object) {
			sig := hexutil.MustDecode(o["payload"].(object)["signature"].(string))
			o["payload"].(object)["signature"] = hexutil.Encode(mutate(sig))
		})
		if r := w.Pay("/mint", s).Required(); r.Error != string(x402.ReasonSignature) {
			t.Errorf("%s: %s", name, r.Error)
		}
	}
	if w.Orders() != 0 {
		t.Error("claimed")
	}
}

func TestABodyThatWantsSomethingElseIsRefusedAndNothingIsClaimed(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(1000), "/mint", 2)
	evil := `{"recipient":"` + servertest.Account(w.Stranger).Hex() + `","to":"` + servertest.Account(w.Stranger).Hex() + `","quantity":9,"amount":"1","price":"1"}`
	for _, kind := range []string{"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""} {
		for _, encoding := range []string{"", "gzip", "br", "nonsense"} {
			for _, paid := range []servertest.Header{{}, servertest.Paid(s)} {
				h := servertest.Header{"Content-Type": kind, "Content-Encoding": encoding}
				for name, value := range paid {
					h[name] = value
				}
				if a := w.Post(http.MethodPost, "/mint", evil, h).Unsettled(); a.Status != 400 && a.Status != 415 {
					t.Errorf("%s %s: %d %s", kind, encoding, a.Status, a.Body)
				} else if f := servertest.Decode[api.Problem](a).Error; f.Field == "" {
					t.Errorf("%s %s: %+v", kind, encoding, f)
				}
			}
		}
	}
	if w.Tokens(servertest.Account(w.Stranger)) != 0 || w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
	w.Raw(fmt.Sprintf("POST /mint HTTP/1.1\r\nHost: x\r\n%s: %s\r\nContent-Length: 20000\r\n\r\n%s", s.Header, s.Value, strings.Repeat("x", 20000))).
		Wants(413).Problem("body_too_large")
	w.Pay("/mint", s).Wants(200)
}

func TestAPaymentHeaderIsInNoLog(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	s, late := w.Sign(w.Payer(10), "/mint", 2), w.Sign(w.Payer(10), "/mint", 1)
	w.Pay("/mint", s).Wants(200)
	w.Pay("/mint", late).Wants(410)
	w.Pay("/nowhere", s).Wants(404)
	w.Pay("/mint?quantity=x", s).Wants(400)
	w.Get("/mint", servertest.Header{"PAYMENT-SIGNATURE": s.Value + "="}).Wants(400)
	w.Raw("GET /mint HTTP/1.1\r\nHost: x\r\nbroken line " + s.Value + "\r\nX-PAYMENT: " + s.Value + "\r\n\r\n")
	w.Raw("GET /mint HTTP/1.1\r\nHost: x\r\nX-PAYMENT: " + s.Value + strings.Repeat("A", 40<<10) + "\r\n\r\n").Wants(431)
	log := w.Log.String()
	if !strings.Contains(log, "msg=request") || !strings.Contains(log, w.ID(s).String()) {
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
