package mpp_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/mint402/mint402/mpp"
)

func FuzzDecodeCredential(f *testing.F) {
	_, c := sign(f)
	text := must(c.JSON())
	f.Add(text)
	f.Add([]byte(strings.Replace(string(text), `"`+c.Challenge.Request+`"`, vectorRequest, 1)))
	f.Add([]byte(`{"challenge":{"id":"a","realm":"b","method":"evm","intent":"charge","request":{}},"payload":{"type":"authorization"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := mpp.DecodeCredential(base64.RawURLEncoding.EncodeToString(data))
		if err != nil {
			if _, ok := err.(*mpp.Error); !ok {
				t.Fatalf("the error is a %T", err)
			}
			return
		}
		again, err := mpp.DecodeCredentialJSON(must(c.JSON()))
		if err != nil || again.Challenge != c.Challenge || again.Authorization.Nonce != c.Authorization.Nonce ||
			again.Authorization.Value.Cmp(c.Authorization.Value) != 0 || again.Authorization.To != c.Authorization.To {
			t.Fatalf("%+v was encoded and read as %+v, %v", c, again, err)
		}
		_ = c.Verify(8453)
		_ = secret(vectorKey).Made(c.Challenge)
		_, _ = c.Challenge.Charge()
	})
}

func FuzzParseChallenges(f *testing.F) {
	f.Add(challenge().String())
	f.Add(`Basic realm="a, Payment id=\"x\"", Payment id="x", realm=y, method=evm, intent=charge, request=e30`)
	f.Add(`Negotiate abc==, Payment id="\u2014"`)
	f.Fuzz(func(t *testing.T, value string) {
		found, _, err := mpp.ParseChallenges(http.Header{"Www-Authenticate": {value}})
		if err != nil {
			return
		}
		for _, c := range found {
			// A description may have characters that are written as "?".
			c.Description = ""
			again, skipped, err := mpp.ParseChallenges(http.Header{"Www-Authenticate": {c.String()}})
			if err != nil || len(skipped) > 0 || len(again) != 1 || again[0] != c {
				t.Fatalf("%+v was encoded and read as %+v, %v, %v", c, again, skipped, err)
			}
			_, _ = c.Offer(vectorAt)
			_, _ = c.Data()
		}
	})
}
