package cmd

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/mint402/mint402/x402"
)

// named returns the selected network. One that is not listed has no asset and no node.
func (n *nodeFlags) named() (x402.Network, error) {
	name := n.network
	switch {
	case n.chain != "" && n.chainID != 0:
		return x402.Network{}, usage("--chain and --chain-id: expected one of them")
	case n.chain != "":
		return parseChain(n.chain)
	case n.chainID != 0:
		name = x402.CAIP2(n.chainID)
	}
	if network, ok := x402.NetworkByName(name); ok {
		return network, nil
	}
	id, ok := x402.ParseCAIP2(name)
	if parsed, err := strconv.ParseUint(name, 10, 64); err == nil {
		id, ok = parsed, true
	}
	if !ok || id == 0 {
		return x402.Network{}, unknownNetwork(name)
	}
	return unlisted(id), nil
}

// unlisted returns a network that is not in the table. It counts as a mainnet: its money may be real.
func unlisted(chainID uint64) x402.Network {
	return x402.Network{Name: x402.CAIP2(chainID), Title: fmt.Sprintf("chain %d", chainID), ChainID: chainID}
}

// parseChain parses --chain: "id=31337,title=Our chain,testnet,explorer=https://scan.example,confirmations=12".
func parseChain(spec string) (x402.Network, error) {
	var n x402.Network
	seen := map[string]bool{}
	for _, part := range strings.Split(spec, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fail := func(expected string) (x402.Network, error) {
			return n, usage("--chain: %s: expected %s", strconv.Quote(plain(part)), expected)
		}
		if seen[key] {
			return fail(key + " once")
		}
		seen[key] = true
		var err error
		switch key {
		case "id":
			if n.ChainID, err = strconv.ParseUint(value, 10, 63); err != nil || n.ChainID == 0 {
				return fail("a chain id, a whole number such as 31337")
			}
			if known, ok := x402.NetworkByChainID(n.ChainID); ok {
				return n, usage("--chain: %d is %s, which is listed: use --network %s", n.ChainID, known.Title, known.Name)
			}
		case "title":
			if n.Title = value; value == "" || len(value) > 40 || strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsGraphic(r) }) {
				return fail("a title of up to 40 printable characters")
			}
		case "testnet":
			if n.Testnet = value == "" || value == "true"; !n.Testnet && value != "false" {
				return fail("testnet, testnet=true or testnet=false")
			}
		case "explorer":
			var ok bool
			if n.Explorer, ok = secureURL(strings.TrimRight(value, "/")); !ok || n.Explorer == "" {
				return fail("a URL that begins with https://")
			}
		case "confirmations":
			if n.Confirmations, err = strconv.ParseUint(value, 10, 20); err != nil {
				return fail("a number of blocks")
			}
		default:
			return fail("id, title, testnet, explorer or confirmations")
		}
	}
	if n.ChainID == 0 {
		return n, usage("--chain %.80q: expected id=N, such as id=31337", spec)
	}
	base := unlisted(n.ChainID)
	n.Name, n.Title = base.Name, cmp.Or(n.Title, base.Title)
	return n, nil
}

// noAsset is the error for a network whose asset has to be named.
func noAsset(n x402.Network) error {
	return &usageError{hint(fmt.Errorf("no asset is known on %s", n.Title), "--asset ADDRESS of a token with EIP-3009")}
}
