package safe

import (
	"strings"
	"testing"
)

func TestATextIsVisible(t *testing.T) {
	for text, want := range map[string]string{
		"a \"b\" é🎈 'c' \\":                           "a \"b\" é🎈 'c' \\",
		"\x1b[2J\u202e\x7f\x00\u0085\xff\ufffd\u2028": `\x1b[2J\u202e\x7f\x00\u0085\xff�\u2028`,
		"a\tb": "a\tb",
	} {
		if got := Text(text); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestSecretsAreHidden(t *testing.T) {
	key := strings.Repeat("0123456789abcdef", 4)
	for _, text := range []string{"0x" + key, key + "0", "a" + key[:60], key[:36]} {
		if got := WithoutKeys(text, "--minter "+text); strings.Contains(got, key[:36]) {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, text := range []string{"0x" + key[:40], "transaction 0x" + key} {
		if got := WithoutKeys(text, "0x"+key[:40]); got != text {
			t.Errorf("%s: %s", text, got)
		}
	}
	if got := Text("ask https://me:hunter2@node.example/a@b, then http://x@y"); got != "ask https://…@node.example/a@b, then http://…@y" {
		t.Error(got)
	}
	if !IsKey(" 0X"+key) || IsKey(key+"0") || IsKey(key[:63]+"g") {
		t.Error("a key is not told from other texts")
	}
}
