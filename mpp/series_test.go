package mpp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mint402/mint402/mpp"
)

func TestASeriesMakesDifferentChallengesThatItsSecretRecognizes(t *testing.T) {
	for _, slug := range []string{"a", "ab", "abc", "ping"} { // for each number of bytes that base64 leaves over
		c := challenge()
		made := secret(vectorKey).NewSeries(c, `{"launch":"`+slug+`","quantity":"1","salt":`)
		seen := map[string]bool{}
		for range 100 {
			value, id := made.Append([]byte("x"))
			read, skipped, err := mpp.ParseChallenges(http.Header{"Www-Authenticate": {string(value[1:])}})
			if err != nil || len(read) != 1 || len(skipped) > 0 {
				t.Fatalf("%s: %v, %v, %v", value, read, skipped, err)
			}
			whole := made.Challenge()
			for _, one := range []mpp.Challenge{read[0], whole} {
				data, err := one.Data()
				if err != nil || len(data) != 3 || data["launch"] != slug || data["quantity"] != "1" || len(data["salt"]) != 16 {
					t.Fatalf("%s: the data is %v, %v", slug, data, err)
				}
				if !secret(vectorKey).Made(one) || secret(strings.Repeat("another", 5)).Made(one) || seen[one.ID] || seen[data["salt"]] {
					t.Fatalf("%s is not a new challenge of its secret", one)
				}
				seen[one.ID], seen[data["salt"]] = true, true
				if one.Realm != c.Realm || one.Request != c.Request || one.Expires != c.Expires || one.Method != c.Method || one.Intent != c.Intent {
					t.Fatalf("%s has other terms", one)
				}
			}
			if string(id[:]) != read[0].ID || string(value[1:]) != read[0].String() || !strings.HasPrefix(string(value), "xPayment ") {
				t.Fatalf("%s is spelled otherwise: %s", value, read[0])
			}
		}
	}
}
