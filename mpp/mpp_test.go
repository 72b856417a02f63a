package mpp_test

import (
	"crypto/ecdsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
)

// The vector was made with mppx 0.11.0: Challenge.from with secretKey, and
// evm.Types.challengeHash.
const (
	vectorKey     = "mint402-test-secret-0123456789abcdef"
	vectorID      = "htT6Wd1dXLdx1kxdKD0GRMZZ-UgaK8OctvF6TGovQpY"
	vectorNonce   = "0xdf698c52ee25d7e85a65baa1ecea58681607b8ae7d30c6fcc77a9cfb46a63e8b"
	vectorExpires = "2026-12-01T00:05:00Z"
	vectorRequest = `{"amount":"1000000","currency":"0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913","methodDetails":{"chainId":8453,"credentialTypes":["authorization"],"decimals":6,"permit2Address":"0x000000000022D473030F116dDEE9F6B43aC78BA3"},"recipient":"0x1111111111111111111111111111111111111111"}`
	vectorOpaque  = `{"launch":"ping","quantity":"1","salt":"AAAAAAAAAAAAAAAA"}`
)

var (
	base     = must2(x402.NetworkByName("base"))
	launch   = common.HexToAddress("0x1111111111111111111111111111111111111111")
	vectorAt = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
)

func must2[T any](v T, ok bool) T {
	if !ok {
		panic("not ok")
	}
	return v
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func secret(keys ...string) *mpp.Secret {
	var all [][]byte
	for _, k := range keys {
		all = append(all, []byte(k))
	}
	return must(mpp.NewSecret(all...))
}

func charge() mpp.Charge {
	return mpp.NewCharge(base.Requirement(launch, big.NewInt(1_000_000), 5*time.Minute), 6)
}

// challenge returns the challenge of the vector.
func challenge() mpp.Challenge {
	c := mpp.Challenge{Realm: "mint.example", Method: mpp.MethodEVM, Intent: mpp.IntentCharge, Request: must(charge().Encode()), Expires: vectorExpires,
		Opaque: must(mpp.EncodeData(map[string]string{"launch": "ping", "quantity": "1", "salt": "AAAAAAAAAAAAAAAA"}))}
	secret(vectorKey).Bind(&c)
	return c
}

func payerKey() *ecdsa.PrivateKey {
	return must(crypto.HexToECDSA("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))
}

// sign returns a payment of the vector's challenge, as a header and decoded.
func sign(t testing.TB) (x402.Signed, mpp.Credential) {
	t.Helper()
	o, err := challenge().Offer(vectorAt)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := o.Sign(payerKey(), base.Asset.Domain(base.ChainID), vectorAt)
	if err != nil {
		t.Fatal(err)
	}
	text, ok, err := mpp.FindCredential(signed.Value)
	if err != nil || !ok {
		t.Fatalf("find credential: %t, %v", ok, err)
	}
	c, err := mpp.DecodeCredential(text)
	if err != nil {
		t.Fatal(err)
	}
	return signed, c
}

func TestAChallengeIsThatOfMppxByteForByte(t *testing.T) {
	c := challenge()
	if text, _ := base64.RawURLEncoding.DecodeString(c.Request); string(text) != vectorRequest {
		t.Errorf("the request is %s", text)
	}
	if text, _ := base64.RawURLEncoding.DecodeString(c.Opaque); string(text) != vectorOpaque {
		t.Errorf("the opaque data are %s", text)
	}
	if c.ID != vectorID {
		t.Errorf("the id is %s", c.ID)
	}
	if n := c.Nonce().Hex(); n != vectorNonce {
		t.Errorf("the nonce is %s", n)
	}
	want := fmt.Sprintf(`Payment id="%s", realm="mint.example", method="evm", intent="charge", request="%s", expires="%s", opaque="%s"`,
		vectorID, c.Request, vectorExpires, c.Opaque)
	if c.String() != want {
		t.Errorf("the header is %s", c)
	}
}

// TestMppxReadsAndSignsLikeThis uses a credential that mppx 0.11.0 signed with the first
// key of anvil for the vector's challenge. testdata/mppx.mjs makes it again.
func TestMppxReadsAndSignsLikeThis(t *testing.T) {
	theirs := strings.TrimSpace(string(must(os.ReadFile("testdata/mppx.txt"))))
	text, ok, err := mpp.FindCredential(theirs)
	if err != nil || !ok {
		t.Fatalf("find credential: %t, %v", ok, err)
	}
	c, err := mpp.DecodeCredential(text)
	if err != nil {
		t.Fatal(err)
	}
	if c.Challenge != challenge() {
		t.Errorf("the challenge came back as %+v", c.Challenge)
	}
	if err := c.Verify(base.ChainID); err != nil {
		t.Error(err)
	}
	r := base.Requirement(launch, big.NewInt(1_000_000), 5*time.Minute)
	p := c.Payment(base.ChainID)
	if err := r.Check(p, vectorAt, time.Second, time.Hour); err != nil {
		t.Error(err)
	}
	if _, err := r.CheckSignature(p); err != nil {
		t.Error(err)
	}
	_, ours := sign(t)
	if got, want := must(ours.Authorization.MarshalJSON()), must(c.Authorization.MarshalJSON()); string(got) != string(want) {
		t.Errorf("ours authorizes %s, theirs %s", got, want)
	}
	if string(ours.Signature) != string(c.Signature) {
		t.Errorf("the signatures are %x and %x", ours.Signature, c.Signature)
	}
}

func TestASecretMakesItsOwnChallengesOnly(t *testing.T) {
	s, c := secret(vectorKey), challenge()
	if !s.Made(c) {
		t.Fatal("it refuses its own")
	}
	c.Description = "display only"
	if !s.Made(c) {
		t.Error("the description is bound")
	}
	for name, change := range map[string]func(*mpp.Challenge){
		"id":      func(c *mpp.Challenge) { c.ID = strings.Repeat("A", mpp.IDLength) },
		"no id":   func(c *mpp.Challenge) { c.ID = "" },
		"realm":   func(c *mpp.Challenge) { c.Realm = "other.example" },
		"method":  func(c *mpp.Challenge) { c.Method = "tempo" },
		"intent":  func(c *mpp.Challenge) { c.Intent = "session" },
		"request": func(c *mpp.Challenge) { c.Request = c.Request[:len(c.Request)-1] + "A" },
		"expires": func(c *mpp.Challenge) { c.Expires = "2027-12-01T00:05:00Z" },
		"digest":  func(c *mpp.Challenge) { c.Digest = "sha-256=:AA=:" },
		"opaque":  func(c *mpp.Challenge) { c.Opaque = "" },
		"moved":   func(c *mpp.Challenge) { c.Realm, c.Method = c.Realm+"|"+c.Method, c.Intent; c.Intent = c.Request },
		"shifted": func(c *mpp.Challenge) {
			// The same text is authenticated: seven parts, one of them in the wrong place.
			c.Realm, c.Method, c.Intent, c.Request = c.Realm+"|"+c.Method, c.Intent, c.Request, c.Expires
			c.Expires, c.Digest, c.Opaque = "", c.Opaque, ""
		},
	} {
		other := challenge()
		change(&other)
		if s.Made(other) {
			t.Errorf("%s: it takes a challenge that it did not make", name)
		}
	}
}

func TestAReplacedSecretIsStillRecognized(t *testing.T) {
	old, current := strings.Repeat("o", 32), strings.Repeat("n", 32)
	c := challenge()
	secret(old).Bind(&c)
	if !secret(current, old).Made(c) {
		t.Error("a challenge of the old key is refused")
	}
	if secret(current).Made(c) {
		t.Error("a challenge of a key that is gone is taken")
	}
	before := c.ID
	secret(current, old).Bind(&c)
	if c.ID == before {
		t.Error("the old key still makes challenges")
	}
	for _, keys := range [][][]byte{nil, {[]byte("short")}, {[]byte(old), []byte("short")}} {
		if _, err := mpp.NewSecret(keys...); err == nil {
			t.Errorf("the keys %q are taken", keys)
		}
	}
}

func TestOneSecretServesManyAtOnce(t *testing.T) {
	s := secret(vectorKey)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 200 {
				c := challenge()
				c.ID = ""
				if s.Bind(&c); c.ID != vectorID || !s.Made(c) {
					t.Error("the id depends on other calls")
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestAWalletReadsTheChallengeAmongOthers(t *testing.T) {
	c := challenge().String()
	for name, values := range map[string][]string{
		"alone":                {c},
		"lower case":           {strings.Replace(c, "Payment", "payment", 1)},
		"after another":        {`Basic realm="a, Payment id=\"x\""`, c},
		"joined":               {`Bearer realm="x", error="invalid", ` + c},
		"first of many":        {c + `, Bearer, Negotiate YWJj==, Digest realm="a",nonce=b`},
		"after a token68":      {`Negotiate YWJj==, ` + c},
		"after a bare scheme":  {`Negotiate, ` + c},
		"empty elements":       {", ," + c + ", "},
		"spaces around equals": {strings.NewReplacer(`realm=`, "realm = ", `method="evm"`, `method=evm`).Replace(c)},
		"unknown parameters":   {c + `, future="yes"`},
	} {
		found, skipped, err := mpp.ParseChallenges(http.Header{"Www-Authenticate": values})
		if err != nil || len(skipped) > 0 || len(found) != 1 || found[0] != challenge() {
			t.Errorf("%s: read %+v, %v, %v", name, found, skipped, err)
		}
	}
	two := challenge()
	two.Description, two.Digest = `50 "PING" for 1\2 USDC`, "sha-256=:AA=:"
	found, _, err := mpp.ParseChallenges(http.Header{"Www-Authenticate": {two.String() + ", " + c}})
	if err != nil || len(found) != 2 || found[0] != two || found[1] != challenge() {
		t.Errorf("of two challenges: %+v, %v", found, err)
	}
	dash, _, _ := mpp.ParseChallenges(http.Header{"Www-Authenticate": {c + `, description="a \u2014 b \u0041"`}})
	if len(dash) != 1 || dash[0].Description != "a — b u0041" {
		t.Errorf("mppx's escape is read as %+v", dash)
	}
}

func TestAChallengeThatCanBeReadInTwoWaysIsNotPaid(t *testing.T) {
	c := challenge().String()
	for name, value := range map[string]string{
		"a parameter twice":        c + `, id="x"`,
		"in another case":          c + `, REALM="x"`,
		"no id":                    strings.Replace(c, "id=", "no=", 1),
		"no realm":                 strings.Replace(c, "realm=", "no=", 1),
		"no request":               strings.Replace(c, "request=", "no=", 1),
		"a realm with controls":    strings.Replace(c, "mint.example", "mint.example\x01", 1),
		"another realm's alphabet": strings.Replace(c, "mint.example", "mınt.example", 1),
		"a long request":           strings.Replace(c, `request="`, `request="`+strings.Repeat("A", 17<<10), 1),
		"no parameters":            "Payment",
		"a token":                  "Payment abc=",
	} {
		found, skipped, err := mpp.ParseChallenges(http.Header{"Www-Authenticate": {value}})
		if len(found) > 0 || len(skipped) == 0 && err == nil {
			t.Errorf("%s: read %+v, %v, %v", name, found, skipped, err)
		}
	}
	for name, value := range map[string]string{
		"an open quote":          `Payment id="x`,
		"a parameter first":      `id="x", Payment realm="y"`,
		"no comma":               `Payment id="x" realm="y"`,
		"no value":               `Payment id=, realm="y"`,
		"a parameter of a token": `Negotiate abc==, id="x"`,
		"a slash":                `/Payment id="x"`,
		"too large":              `Payment id="` + strings.Repeat("x", 65<<10) + `"`,
		"many schemes":           strings.Repeat("A,", 100),
		"many parameters":        "A " + strings.Repeat("a=b,", 100),
	} {
		if found, skipped, err := mpp.ParseChallenges(http.Header{"Www-Authenticate": {value}}); err == nil {
			t.Errorf("%s: read %+v, %v", name, found, skipped)
		}
	}
}

func TestOnlyAnEVMChargeByAuthorizationIsOffered(t *testing.T) {
	if _, err := challenge().Offer(vectorAt); err != nil {
		t.Fatal(err)
	}
	with := func(old, new string) func(*mpp.Challenge) {
		return func(c *mpp.Challenge) {
			text := strings.Replace(vectorRequest, old, new, 1)
			if text == vectorRequest {
				t.Fatalf("the request has no %s", old)
			}
			c.Request = base64.RawURLEncoding.EncodeToString([]byte(text))
		}
	}
	for name, change := range map[string]func(*mpp.Challenge){
		"another method":         func(c *mpp.Challenge) { c.Method = "tempo" },
		"another intent":         func(c *mpp.Challenge) { c.Intent = "session" },
		"another header":         func(c *mpp.Challenge) { c.Header = "Cookie" },
		"an expired one":         func(c *mpp.Challenge) { c.Expires = "2026-11-30T23:59:59Z" },
		"a time that is none":    func(c *mpp.Challenge) { c.Expires = "2026-12-01 00:05:00Z" },
		"a request that is none": func(c *mpp.Challenge) { c.Request = "!" },
		"no credential types":    with(`"credentialTypes":["authorization"],`, ""),
		"other types":            with("authorization", "permit2"),
		"splits":                 with(`"chainId":8453`, `"chainId":8453,"splits":[{"amount":"1","recipient":"0x1111111111111111111111111111111111111111"}]`),
		"an amount of 0":         with("1000000", "0"),
		"an amount as float":     with("1000000", "1e6"),
		"a leading zero":         with("1000000", "01000000"),
		"a sign":                 with("1000000", "-1000000"),
		"a huge amount":          with("1000000", "1"+strings.Repeat("0", 78)),
		"a number as amount":     with(`"1000000"`, `1000000`),
		"two amounts":            with(`{"amount":"1000000"`, `{"amount":"1","amount":"1000000"`),
		"two amounts by case":    with(`{"amount":"1000000"`, `{"Amount":"1","amount":"1000000"`),
		"a key in capitals":      with(`"recipient"`, `"Recipient"`),
		"no chain":               with(`"chainId":8453,`, ""),
		"a chain as string":      with("8453", `"8453"`),
		"a chain of 0":           with("8453", "0"),
		"a chain above 2^53":     with("8453", "9007199254740993"),
		"a short address":        with(`"0x1111111111111111111111111111111111111111"`, `"0x11"`),
		"decimals below 0":       with(`"decimals":6`, `"decimals":-6`),
		"trailing data":          with(`"0x1111111111111111111111111111111111111111"}`, `"0x1111111111111111111111111111111111111111"}{}`),
	} {
		c := challenge()
		change(&c)
		if o, err := c.Offer(vectorAt); err == nil {
			t.Errorf("%s: offered as %+v", name, o)
		}
	}
	c := challenge()
	c.Header = "authorization"
	offers, skipped, err := mpp.Offers(http.Header{"Www-Authenticate": {c.String(), `Payment id="x", realm="y", method="tempo", intent="charge", request="e30"`}}, vectorAt)
	if err != nil || len(offers) != 1 || len(skipped) != 1 {
		t.Errorf("offers %+v, %v, %v", offers, skipped, err)
	}
}

func TestAnAuthorizationEndsWithItsChallenge(t *testing.T) {
	for expires, want := range map[string]time.Duration{
		vectorExpires:               5 * time.Minute,
		"2026-12-01T00:00:01.999Z":  time.Second,
		"2026-12-01T01:05:00+01:00": 5 * time.Minute,
		"":                          5 * time.Minute,
		"2036-12-01T00:00:00Z":      2 * time.Hour,
	} {
		c := challenge()
		c.Expires = expires
		o, err := c.Offer(vectorAt)
		if err != nil {
			t.Errorf("expires %q: %v", expires, err)
			continue
		}
		if got := o.Authorization(common.Address{1}, vectorAt).ValidBefore.Int64(); got != vectorAt.Add(want).Unix() {
			t.Errorf("expires %q: valid until %d s after now", expires, got-vectorAt.Unix())
		}
	}
}

func TestAnOfferIsSignedForItsOwnAssetOnly(t *testing.T) {
	o := must(challenge().Offer(vectorAt))
	good := base.Asset.Domain(base.ChainID)
	if r := o.Requirement(vectorAt); r.Domain() != good || r.PayTo != launch || r.Amount.Int64() != 1_000_000 || r.MaxTimeoutSeconds != 300 {
		t.Errorf("the requirement is %+v", r)
	}
	for name, change := range map[string]func(*x402.Domain){
		"chain":   func(d *x402.Domain) { d.ChainID = 1 },
		"asset":   func(d *x402.Domain) { d.VerifyingContract = launch },
		"name":    func(d *x402.Domain) { d.Name = "" },
		"version": func(d *x402.Domain) { d.Version = "" },
	} {
		d := good
		change(&d)
		if _, err := o.Sign(payerKey(), d, vectorAt); err == nil {
			t.Errorf("it signs for another %s", name)
		}
	}
	if _, err := o.Sign(payerKey(), good, vectorAt.Add(5*time.Minute)); err == nil {
		t.Error("it signs for an expired challenge")
	}
	o.Charge.Currency = launch
	if r := o.Requirement(vectorAt); r.Extra.Name != "" {
		t.Errorf("an unknown asset is called %q", r.Extra.Name)
	}
}

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
