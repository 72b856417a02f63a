package x402

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

func headerOf(text string) http.Header {
	h := http.Header{}
	h.Set(HeaderPaymentRequired, encode(text))
	return h
}

func TestVersion2IsReadFromTheHeaderBeforeTheBody(t *testing.T) {
	v2 := `{"x402Version":2,"error":"two","resource":{"url":"https://x"},"accepts":[` + acceptedText + `]}`
	v1, _ := json.Marshal(NewPaymentRequired("one", resource, ourRequirement(t)).V1())
	for _, c := range []struct {
		header  http.Header
		body    string
		version int
		message string
	}{
		{headerOf(v2), string(v1), 2, "two"},
		{headerOf(v2), "<html>", 2, "two"},
		{headerOf(v2), "", 2, "two"},
		{http.Header{}, string(v1), 1, "one"},
		{http.Header{}, v2, 2, "two"},
	} {
		got, err := ParsePaymentRequired(c.header, []byte(c.body))
		if err != nil || got.Version != c.version || got.Error != c.message || len(got.Quotes) != 1 || got.Quotes[0].Payable() != nil {
			t.Errorf("%+v: got %+v, %v", c, got, err)
		}
	}
	for _, c := range []struct {
		header http.Header
		body   string
	}{
		{http.Header{}, ""}, {http.Header{}, "<html>"}, {http.Header{}, "{}"}, {http.Header{}, "[]"}, {http.Header{}, `{"x402Version":3}`},
		{http.Header{"Payment-Required": {"*"}}, string(v1)}, {headerOf("{"), string(v1)},
	} {
		if got, err := ParsePaymentRequired(c.header, []byte(c.body)); err == nil {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestAnEntryThatCannotBeReadDoesNotSpoilTheOthers(t *testing.T) {
	for _, bad := range []string{
		`null`, `5`, `[]`, `{}`,
		strings.Replace(acceptedText, `"100000"`, `100000`, 1),
		strings.Replace(acceptedText, `"100000"`, `"1e5"`, 1),
		strings.Replace(acceptedText, `:120`, `:"120"`, 1),
		strings.Replace(acceptedText, `:120`, `:1.5`, 1),
		strings.Replace(acceptedText, `"0x036CbD53842c5426634e7929541eC2318f3dCF7e"`, `"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"`, 1),
		strings.Replace(acceptedText, `"extra":{"name":"USDC"`, `"extra":{"name":5`, 1),
	} {
		text := `{"x402Version":2,"accepts":[` + bad + `,` + acceptedText + `]}`
		c, err := ParsePaymentRequired(headerOf(text), nil)
		if err != nil || len(c.Quotes) != 1 || len(c.Skipped) != 1 {
			t.Errorf("%s: got %+v, %v", bad, c, err)
		}
	}
	c, err := ParsePaymentRequired(headerOf(`{"x402Version":2,"accepts":[`+strings.Replace(acceptedText, `{"name":"USDC","version":"2","paymentFlow":"upfront"}`, `null`, 1)+`]}`), nil)
	if err != nil || len(c.Quotes) != 0 || len(c.Skipped) != 1 {
		t.Errorf("extra null: got %+v, %v", c, err)
	}
}

func TestABadVersion1EntryDoesNotSpoilTheOthers(t *testing.T) {
	body := mustMarshal(t, NewPaymentRequired("", resource, ourRequirement(t)).V1())
	good := body[strings.Index(body, "[")+1 : strings.LastIndex(body, "]")]
	for _, bad := range []string{
		`5`, `{}`,
		strings.Replace(good, `"100000"`, `100000`, 1),
		strings.Replace(good, `"100000"`, `"-1"`, 1),
		strings.Replace(good, payTo.Hex(), "merchant", 1),
		strings.Replace(good, `"asset":"0x`, `"asset":"`, 1),
	} {
		c, err := ParsePaymentRequired(http.Header{}, []byte(strings.Replace(body, good, bad+","+good, 1)))
		if err != nil || len(c.Quotes) != 1 || len(c.Skipped) != 1 || c.Quotes[0].Requirement.Network != "eip155:84532" || c.Quotes[0].Resource != resource {
			t.Errorf("%s: got %+v, %v", bad, c, err)
		}
	}
	// A CAIP-2 name is none of version 1's.
	c, err := ParsePaymentRequired(http.Header{}, []byte(strings.Replace(body, "base-sepolia", "eip155:84532", 1)))
	if err != nil || len(c.Quotes) != 1 || c.Quotes[0].Payable() == nil {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestASignedPaymentIsValidFromAWhileAgoAndNeverForLong(t *testing.T) {
	for seconds, want := range map[int]int64{60: 60, 7200: 7200, 7201: 7200, 1 << 60: 7200} {
		r := ourRequirement(t)
		r.MaxTimeoutSeconds = seconds
		signed, err := Sign(r, payerKey, clock)
		if err != nil {
			t.Fatal(err)
		}
		a := signed.Authorization
		if a.ValidAfter.Int64() != clock.Unix()-600 || a.ValidBefore.Int64() != clock.Unix()+want {
			t.Errorf("%d: valid from %v to %v", seconds, a.ValidAfter, a.ValidBefore)
		}
		if err := r.Check(mustDecodeHeader(t, signed.Value), clock, margin, maximum); err != nil {
			t.Error(err)
		}
	}
	a, _ := Sign(ourRequirement(t), payerKey, clock)
	b, _ := Sign(ourRequirement(t), payerKey, clock)
	if a.Authorization.Nonce == b.Authorization.Nonce {
		t.Error("two payments share a payment nonce")
	}
}

func mustDecodeHeader(t *testing.T, value string) Payment {
	t.Helper()
	p, err := DecodePayment(value)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPriceInAnAssetWeDoNotKnowIsNotShownInItsName(t *testing.T) {
	q := Quote{Requirement: ourRequirement(t)}
	if q.Price() != "0.10 USDC" {
		t.Error(q.Price())
	}
	q.Requirement.Asset[0]++
	if got := q.Price(); got != "100000 base units of "+q.Requirement.Asset.Hex() {
		t.Error(got)
	}
}

func TestReceiptsOfEitherVersionAreRead(t *testing.T) {
	s := SettleResponse{Success: false, ErrorReason: ReasonBalance, Transaction: "", Network: "eip155:8453", Payer: payTo.Hex()}
	v2, _ := EncodeHeader(s)
	v1, _ := EncodeHeader(s.V1())
	h := http.Header{}
	if ParseSettleResponse(h) != nil {
		t.Error("read a receipt from nothing")
	}
	h.Set(HeaderXPaymentResponse, v1)
	if got := ParseSettleResponse(h); got == nil || got.Network != "eip155:8453" || got.ErrorReason != "insufficient_funds" || got.Payer != s.Payer {
		t.Errorf("version 1: %+v", got)
	}
	h.Set(HeaderPaymentResponse, v2)
	if got := ParseSettleResponse(h); got == nil || !reflect.DeepEqual(*got, s) {
		t.Errorf("version 2: %+v", got)
	}
	h.Set(HeaderPaymentResponse, "*")
	if got := ParseSettleResponse(h); got == nil || got.ErrorReason != "insufficient_funds" {
		t.Errorf("version 2 unreadable: %+v", got)
	}
}

func FuzzParsePaymentRequired(f *testing.F) {
	f.Add(`{"x402Version":2,"resource":{"url":"https://x"},"accepts":[` + acceptedText + `],"extensions":{}}`)
	f.Add(`{"x402Version":1,"error":"","accepts":[{"scheme":"exact","network":"base","maxAmountRequired":"1","resource":"https://x","payTo":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed","maxTimeoutSeconds":60,"asset":"0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913","extra":{"name":"USD Coin","version":"2"}}]}`)
	f.Add(`{"x402Version":2,"accepts":[null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParsePaymentRequired(http.Header{}, []byte(text))
		if err != nil {
			return
		}
		for _, q := range c.Quotes {
			_ = q.Price()
			if q.Payable() != nil {
				continue
			}
			signed, err := q.Sign(payerKey, clock)
			if err != nil {
				t.Fatalf("payable but not signed: %v", err)
			}
			if signed.Authorization.Value.Cmp(q.Requirement.Amount) != 0 || signed.Authorization.To != q.Requirement.PayTo {
				t.Fatalf("signed %+v for %+v", signed.Authorization, q.Requirement)
			}
		}
	})
}

func TestA402ThatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(acceptedText, old, new, 1) }
	for name, entry := range map[string]string{
		"the amount in another case as well": change(`"amount":"100000"`, `"amount":"100000","AMOUNT":"950000"`),
		"the amount in another case only":    change(`"amount"`, `"Amount"`),
		"the amount twice":                   change(`"amount":"100000"`, `"amount":"100000","amount":"950000"`),
		"the amount with an escape":          change(`"amount":"100000"`, `"amount":"100000","\u0061mount":"950000"`),
		"the other version's amount":         change(`"amount":"100000"`, `"amount":"100000","maxAmountRequired":"950000"`),
		"the recipient twice":                change(`"payTo"`, `"payTo":"0x000000000000000000000000000000000000dEaD","payTo"`),
		"the asset with a long s":            change(`"asset"`, `"a\u017fset":"0x000000000000000000000000000000000000dEaD","asset"`),
		"the name twice, in extra":           change(`"name":"USDC"`, `"name":"USDC","Name":"USD Coin"`),
	} {
		for _, list := range []string{entry, entry + "," + acceptedText, acceptedText + "," + entry} {
			text := `{"x402Version":2,"accepts":[` + list + `]}`
			if c, err := ParsePaymentRequired(headerOf(text), nil); !errors.Is(err, ErrAmbiguous) {
				t.Errorf("%s: got %+v, %v", name, c, err)
			}
		}
	}
	good := `"accepts":[` + acceptedText + `]`
	dear := `"accepts":[` + change("100000", "950000") + `]`
	for _, text := range []string{
		`{"x402Version":2,` + good + `,` + dear + `}`, `{"x402Version":2,` + good + `,"Accepts":[]}`, `{"x402Version":2,"X402VERSION":1,` + good + `}`,
		`{"x402Version":2,"resource":{"url":"https://a","URL":"https://b"},` + good + `}`,
	} {
		if c, err := ParsePaymentRequired(headerOf(text), nil); !errors.Is(err, ErrAmbiguous) {
			t.Errorf("%s: got %+v, %v", text, c, err)
		}
	}
	for _, text := range []string{`{"x402Version":2.0,` + good + `}`, `{"x402Version":"2",` + good + `}`, `{"x402Version":2e0,` + good + `}`, `{"x402Version":2,` + good + `} {}`} {
		if c, err := ParsePaymentRequired(headerOf(text), nil); err == nil {
			t.Errorf("%s: got %+v", text, c)
		}
	}
	two := http.Header{HeaderPaymentRequired: nil}
	two.Add(HeaderPaymentRequired, encode(`{"x402Version":2,`+good+`}`))
	two.Add(HeaderPaymentRequired, encode(`{"x402Version":2,`+dear+`}`))
	if c, err := ParsePaymentRequired(two, nil); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("two headers: got %+v, %v", c, err)
	}
}

func TestAHeaderAndABodyThatAskForDifferentPaymentsAreRefused(t *testing.T) {
	ours := NewPaymentRequired("", resource, ourRequirement(t))
	header, err := EncodeHeader(ours)
	if err != nil {
		t.Fatal(err)
	}
	body := mustMarshal(t, ours.V1())
	h := http.Header{}
	h.Set(HeaderPaymentRequired, header)
	for _, same := range []string{body, "", "<html>", "{}", `{"error":{"code":"x"}}`, strings.Replace(body, `"accepts":[`, `"accepts":[5,`, 1)} {
		if _, err := ParsePaymentRequired(h, []byte(same)); err != nil {
			t.Errorf("%s: %v", same, err)
		}
	}
	for _, other := range []string{
		strings.Replace(body, `"100000"`, `"950000"`, 1), strings.Replace(body, `"100000"`, `"1"`, 1), strings.Replace(body, payTo.Hex(), "0x000000000000000000000000000000000000dEaD", 1),
		strings.Replace(body, `"USDC"`, `"USD Coin"`, 1), strings.Replace(body, `"base-sepolia"`, `"base"`, 1), strings.Replace(body, `"asset"`, `"Asset"`, 1),
		`{"x402Version":2,"accepts":[` + strings.Replace(acceptedText, "100000", "950000", 1) + `]}`,
	} {
		if c, err := ParsePaymentRequired(h, []byte(other)); !errors.Is(err, ErrAmbiguous) {
			t.Errorf("%s: got %+v, %v", other, c, err)
		}
	}
}

func TestA402ThatMakesThePaymentTooLongToSendIsNotSigned(t *testing.T) {
	text := `{"x402Version":2,"accepts":[` + acceptedText + `],"extensions":{"x":"` + strings.Repeat("x", MaxHeader) + `"}}`
	c, err := ParsePaymentRequired(headerOf(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Quotes[0].Sign(payerKey, clock); err == nil {
		t.Error("signed")
	}
}

func TestTheServersWordsAreEchoedByteForByte(t *testing.T) {
	entry := `{"scheme" : "exact","network":"eip155:84532","amount":"1","asset":"0x036cbd53842c5426634e7929541ec2318f3dcf7e","payTo":"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed","maxTimeoutSeconds":60,"extra":{"name":"USDC","version":"2","color":"<&>"},"later":1.50}`
	ask := `{"x402Version":2,"resource":{"url":"https://x","tags":["a"]},"accepts":[` + entry + `],"extensions":{"bazaar":{"n":1.0}}}`
	c, err := ParsePaymentRequired(http.Header{"Payment-Required": {encode(ask)}}, nil)
	if err != nil || len(c.Quotes) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	signed, err := c.Quotes[0].Sign(payerKey, clock)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := decodeBase64(signed.Value)
	var p Payload
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	// A json.Marshaler's output is compacted, so white space alone may go.
	want := strings.Replace(entry, `"scheme" : `, `"scheme":`, 1)
	if string(p.Accepted) != want || string(p.Resource) != `{"url":"https://x","tags":["a"]}` || string(p.Extensions) != `{"bazaar":{"n":1.0}}` {
		t.Errorf("accepted %s\nresource %s\nextensions %s", p.Accepted, p.Resource, p.Extensions)
	}
	if _, err := DecodePayment(signed.Value); err != nil {
		t.Error(err)
	}
}
