package chain

import (
	"strings"
	"testing"
)

func TestATypedAddressMustHaveTheRightChecksumOrNone(t *testing.T) {
	const right = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
	for _, s := range []string{right, strings.ToLower(right)} {
		if a, err := ParseAddress(s); err != nil || a.Hex() != right {
			t.Errorf("%s: %s, %v", s, a, err)
		}
	}
	if _, err := ParseAddress(strings.Replace(right, "F39", "f39", 1) + "0"); err == nil {
		t.Error("41 digits are an address")
	}
	if _, err := ParseAddress(strings.Replace(right, "aad", "AAD", 1)); err == nil || !strings.Contains(err.Error(), "it would be "+right) {
		t.Errorf("a wrong checksum: %v", err)
	}
	if _, err := ParseAddress("0x12" + strings.Repeat("\x1b", 5000)); err == nil || len(err.Error()) > 1000 || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("no address: %v", err)
	}
}
