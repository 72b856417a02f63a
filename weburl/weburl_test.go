package weburl

import (
	"strings"
	"testing"
)

func TestAURLOfAServiceHasASchemeAHostAndNothingThatIsNotShown(t *testing.T) {
	for _, good := range []string{"https://x402.org/facilitator", "http://127.0.0.1:8545", "https://[2001:db8::1]:443/a%20b?key=1", "https://under_score.example.", "https://[fe80::1%25en0]:8545/", "https://xn--bcher-kva.example/#f", "https://user:secret@node.example/v2/KEY"} {
		if u, err := Parse(good, "https", "http"); err != nil || u.String() != good {
			t.Errorf("%s: %v, %v", good, u, err)
		}
	}
	for bad, says := range map[string]string{
		"":                                    "begins with https:// or http://",
		"true":                                "begins with",
		"x402.org":                            "begins with",
		"ftp://x402.org":                      "begins with",
		"https:x402.org":                      "begins with",
		"https://":                            "begins with",
		"https://:80":                         "begins with",
		"https:///path":                       "begins with",
		"https://x402.org:0":                  "port",
		"https://x402.org:":                   "port",
		"https://x402.org:65536":              "port",
		"https://x402.org:99999":              "port",
		"https://x402.org:8a":                 "begins with",
		"https://a b.org":                     "ASCII",
		"https://x402.org/\xff":               "ASCII",
		"https://x402.org/\x1b[2J":            "ASCII",
		"https://x402.org/\u202e":             "ASCII",
		"https://x402.org/a\nb":               "ASCII",
		"https://bücher.example":              "ASCII",
		"https://x402.org/%zz":                "begins with",
		"https://a%20b.org":                   "begins with",
		"https://a\"b.org":                    "name or the IP address",
		"https://a'b.org":                     "name or the IP address",
		"https://a*b.org":                     "name or the IP address",
		"https://[fe80::1%25en0%0a]/":         "begins with",
		"https://[fe80::1%25en%200]/":         "name or the IP address",
		"https://" + strings.Repeat("a", 254): "name or the IP address",
		"https://x402.org/" + strings.Repeat("a", MaxLength): "at most 2048",
	} {
		if u, err := Parse(bad, "https", "http"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.80q: %v, %v; want %q", bad, u, err, says)
		}
	}
}
