package mpp_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
)

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
		if got := must(o.Authorization(common.Address{1}, vectorAt)).ValidBefore.Int64(); got != vectorAt.Add(want).Unix() {
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
