package mpp_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mpp"
)

func TestACredentialIsReadWithOtherSchemesAround(t *testing.T) {
	for value, want := range map[string]string{
		"Payment abc":                     "abc",
		"payment  abc ":                   "abc",
		"Bearer x, PAYMENT abc":           "abc",
		"Basic dXNlcjpwYXNz,Payment abc=": "abc=",
		"Payment abc, Bearer x":           "abc",
	} {
		if got, ok, err := mpp.FindCredential(value); got != want || !ok || err != nil {
			t.Errorf("%q: read %q, %t, %v", value, got, ok, err)
		}
	}
	for _, value := range []string{"", "Bearer Payment", "Basic dXNlcjpwYXNz", "PaymentX abc", "Bearer x, Basic y"} {
		if got, ok, err := mpp.FindCredential(value); ok || err != nil {
			t.Errorf("%q: read %q, %v", value, got, err)
		}
	}
	for _, values := range [][]string{{"Payment a, Payment b"}, {"Payment a", "payment a"}} {
		if _, _, err := mpp.FindCredential(values...); err == nil {
			t.Errorf("%q: one of two credentials is taken", values)
		}
	}
	if _, ok, _ := mpp.FindCredential("Payment"); !ok {
		t.Error("a scheme without a credential is ignored")
	}
}

func TestAMalformedCredentialIsRefusedWithItsField(t *testing.T) {
	_, good := sign(t)
	text := string(must(good.JSON()))
	with := func(old, new string) string {
		changed := strings.Replace(text, old, new, 1)
		if changed == text {
			t.Fatalf("the credential has no %s", old)
		}
		return changed
	}
	for name, c := range map[string]struct {
		text  string
		kind  mpp.Kind
		names string // the detail has it
	}{
		"not JSON":         {"x", mpp.MalformedCredential, "credential"},
		"an array":         {"[]", mpp.MalformedCredential, "credential"},
		"null":             {"null", mpp.MalformedCredential, "credential"},
		"trailing data":    {text + "{}", mpp.MalformedCredential, "credential"},
		"no challenge":     {with(`"challenge"`, `"other"`), mpp.MalformedCredential, "challenge"},
		"no payload":       {with(`"payload"`, `"other"`), mpp.MalformedCredential, "payload"},
		"capitals":         {with(`"payload"`, `"Payload"`), mpp.MalformedCredential, "credential"},
		"two payloads":     {with(`"payload"`, `"payload":{},"payload"`), mpp.MalformedCredential, "credential"},
		"two by case":      {with(`"payload"`, `"PAYLOAD":{},"payload"`), mpp.MalformedCredential, "credential"},
		"two values":       {with(`"value"`, `"value":"1","value"`), mpp.MalformedCredential, "credential"},
		"deep":             {with(`"payload"`, `"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`,"payload"`), mpp.MalformedCredential, "credential"},
		"no id":            {with(`"id"`, `"no"`), mpp.MalformedCredential, "challenge"},
		"id as number":     {with(`"id":"`+vectorID+`"`, `"id":1`), mpp.MalformedCredential, "id"},
		"id as null":       {with(`"id":"`+vectorID+`"`, `"id":null`), mpp.MalformedCredential, "id"},
		"request as array": {with(`"request":"`+good.Challenge.Request+`"`, `"request":[]`), mpp.MalformedCredential, "request"},
		"another method":   {with(`"evm"`, `"tempo"`), mpp.MethodUnsupported, "evm"},
		"another intent":   {with(`"charge"`, `"session"`), mpp.MethodUnsupported, "charge"},
		"another type":     {with(`"type":"authorization"`, `"type":"permit2"`), mpp.MethodUnsupported, "authorization"},
		"no type":          {with(`"type":"authorization",`, ``), mpp.MethodUnsupported, "authorization"},
		"a number":         {with(`"value":"1000000"`, `"value":1000000`), mpp.MalformedCredential, "value"},
		"a leading zero":   {with(`"value":"1000000"`, `"value":"01000000"`), mpp.MalformedCredential, "value"},
		"a sign":           {with(`"validAfter":"0"`, `"validAfter":"-0"`), mpp.MalformedCredential, "validAfter"},
		"a long number":    {with(`"validAfter":"0"`, `"validAfter":"`+strings.Repeat("9", 79)+`"`), mpp.MalformedCredential, "validAfter"},
		"no window":        {with(`"validBefore"`, `"before"`), mpp.MalformedCredential, "payload"},
		"a recipient":      {with(`"type":"authorization"`, `"type":"authorization","recipient":"0x1"`), mpp.MalformedCredential, "payload"},
		"a short nonce":    {with(vectorNonce, "0x00"), mpp.MalformedCredential, "nonce"},
		"a short address":  {with(good.Authorization.From.Hex(), "0x00"), mpp.MalformedCredential, "from"},
		"no signature":     {with(`"signature":"0x`, `"signature":"`), mpp.MalformedCredential, "signature"},
		"an odd signature": {with(`"signature":"0x`, `"signature":"0x0`), mpp.MalformedCredential, "signature"},
		"a long signature": {with(`"signature":"0x`, `"signature":"0x`+strings.Repeat("00", 1600)), mpp.MalformedCredential, "signature"},
		"source as object": {with(`"source":"`+good.Source+`"`, `"source":{}`), mpp.MalformedCredential, "source"},
		"a lone surrogate": {with(`"source":"`, `"source":"\ud800`), mpp.MalformedCredential, "credential"},
	} {
		_, err := mpp.DecodeCredential(base64.RawURLEncoding.EncodeToString([]byte(c.text)))
		var refused *mpp.Error
		if !errors.As(err, &refused) || refused.Kind != c.kind || !strings.Contains(refused.Detail, c.names) {
			t.Errorf("%s: %v; want %s about %s", name, err, c.kind, c.names)
		}
	}
	for _, value := range []string{"", "!", "e30=x", strings.Repeat("A", mpp.MaxCredential+1)} {
		if _, err := mpp.DecodeCredential(value); err == nil {
			t.Errorf("%.20q is taken", value)
		}
	}
}

func TestACredentialIsReadInEveryFormThatClientsSend(t *testing.T) {
	_, want := sign(t)
	text := must(want.JSON())
	same := func(name string, c mpp.Credential, err error) {
		t.Helper()
		if err != nil || c.Challenge != want.Challenge || string(must(c.JSON())) != string(text) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	for name, e := range map[string]*base64.Encoding{"std": base64.StdEncoding, "raw std": base64.RawStdEncoding, "URL": base64.URLEncoding, "raw URL": base64.RawURLEncoding} {
		c, err := mpp.DecodeCredential(e.EncodeToString(text))
		same(name, c, err)
	}
	c, err := mpp.DecodeCredentialJSON(text)
	same("an object", c, err)
	// Over MCP the request is an object, and old versions of mppx send opaque as one.
	objects := strings.NewReplacer(`"`+want.Challenge.Request+`"`, vectorRequest, `"`+want.Challenge.Opaque+`"`, vectorOpaque).Replace(string(text))
	c, err = mpp.DecodeCredentialJSON([]byte(objects))
	same("objects", c, err)
	if !secret(vectorKey).Made(c.Challenge) {
		t.Error("the id does not fit what was read from objects")
	}
	c, err = mpp.DecodeCredentialJSON([]byte(strings.Replace(string(text), `{"challenge":{`, `{"future":1,"challenge":{"future":[],"description":"d",`, 1)))
	same("unknown keys", c, err)
}

func TestACredentialIsBoundToItsChallengeAndPayer(t *testing.T) {
	_, c := sign(t)
	if err := c.Verify(base.ChainID); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*mpp.Credential){
		"nonce":            func(c *mpp.Credential) { c.Authorization.Nonce[31] ^= 1 },
		"id":               func(c *mpp.Credential) { c.Challenge.ID += "x" },
		"realm":            func(c *mpp.Credential) { c.Challenge.Realm += "x" },
		"source's address": func(c *mpp.Credential) { c.Source = c.Source[:len(c.Source)-1] + "0" },
		"source's chain":   func(c *mpp.Credential) { c.Source = strings.Replace(c.Source, "8453", "1", 1) },
		"source's method":  func(c *mpp.Credential) { c.Source = "did:key:x" },
	} {
		other := c
		change(&other)
		var refused *mpp.Error
		if err := other.Verify(base.ChainID); !errors.As(err, &refused) || refused.Kind != mpp.VerificationFailed {
			t.Errorf("another %s: %v", name, err)
		}
	}
	c.Source = strings.ToLower(c.Source)
	if err := c.Verify(base.ChainID); err != nil {
		t.Errorf("a source in lower case: %v", err)
	}
	c.Source = ""
	if err := c.Verify(base.ChainID); err != nil {
		t.Errorf("no source: %v", err)
	}
}

func TestAReceiptSurvivesItsHeader(t *testing.T) {
	r := mpp.NewReceipt(vectorID, common.HexToHash("0xab"), 8453, vectorAt)
	header := must(r.Encode())
	if got, err := mpp.DecodeReceipt(header); err != nil || got != r {
		t.Errorf("read %+v, %v", got, err)
	}
	text, _ := base64.RawURLEncoding.DecodeString(header)
	want := `{"method":"evm","challengeId":"` + vectorID + `","reference":"0x00000000000000000000000000000000000000000000000000000000000000ab","status":"success","timestamp":"2026-12-01T00:00:00Z","chainId":8453}`
	if string(text) != want {
		t.Errorf("the receipt is %s", text)
	}
	for name, bad := range map[string]string{
		"failed": strings.Replace(want, "success", "failed", 1), "another method": strings.Replace(want, `"evm"`, `"tempo"`, 1),
		"no hash": strings.Replace(want, "0x0000", "0x", 1), "no time": strings.Replace(want, "2026-12-01T", "2026-12-01 ", 1),
		"twice": strings.Replace(want, `"status"`, `"status":"success","status"`, 1), "chain": strings.Replace(want, "8453", `"8453"`, 1), "nothing": "",
	} {
		if r, err := mpp.DecodeReceipt(base64.RawURLEncoding.EncodeToString([]byte(bad))); err == nil {
			t.Errorf("%s: read %+v", name, r)
		}
	}
}

func TestOpaqueDataAreStrings(t *testing.T) {
	c := challenge()
	data, err := c.Data()
	if err != nil || len(data) != 3 || data["launch"] != "ping" || data["quantity"] != "1" {
		t.Errorf("read %v, %v", data, err)
	}
	for _, bad := range []string{`{"a":1}`, `[]`, `{"a":{}}`, `{"a":"1","a":"2"}`, `x`} {
		c.Opaque = base64.RawURLEncoding.EncodeToString([]byte(bad))
		if data, err := c.Data(); err == nil {
			t.Errorf("%s: read %v", bad, data)
		}
	}
	if _, err := mpp.EncodeData(map[string]string{"launch": "pıng"}); err == nil {
		t.Error("text that readers escape differently is encoded")
	}
	if data, err := (mpp.Challenge{}).Data(); data != nil || err != nil {
		t.Errorf("without data: %v, %v", data, err)
	}
}

func TestAProblemHasTheDraftsType(t *testing.T) {
	p := mpp.InvalidChallenge.Problem("not ours", "id")
	if p != (mpp.Problem{"https://paymentauth.org/problems/invalid-challenge", "Invalid Challenge", 402, "not ours", "id"}) {
		t.Errorf("%+v", p)
	}
	if s := mpp.MethodUnsupported.Status(); s != 400 {
		t.Errorf("an unsupported method is a %d", s)
	}
}
