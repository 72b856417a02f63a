package chain

import (
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// ParseAddress parses an address that a person typed. One with capital letters must
// have the right checksum, so that a typing error does not send money to an address
// without an owner. The error quotes at most 200 characters.
func ParseAddress(s string) (common.Address, error) {
	a, err := common.NewMixedcaseAddressFromString(s)
	if err != nil {
		return common.Address{}, fmt.Errorf("%.200q: expected 0x and 40 hex digits", s)
	}
	if !a.ValidChecksum() && s != strings.ToLower(s) {
		return common.Address{}, fmt.Errorf("%s: the checksum is wrong; it would be %s", s, a.Address().Hex())
	}
	return a.Address(), nil
}
