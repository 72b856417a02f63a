package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

const networksHelp = `
networks lists the chains on which tokens can be sold, and the assets in which they
are paid. The column V1 shows whether clients of x402 version 1 know the chain, and
DOMAIN the name and version that payers sign: "Bridged USDC" is not issued by Circle.

usage: mint402 networks [--json]

--network takes a name, a CAIP-2 id or a chain id:

    $ mint402 serve --network base
    $ mint402 serve --network eip155:8453

A chain that is not listed needs its id, a node, and the address of an asset with
EIP-3009 there. Everything about it is read from the chain:

    $ mint402 launch --chain-id 31337 --rpc http://127.0.0.1:8545 --asset 0x5FbD… …
    $ mint402 serve --chain id=31337,title=Our chain,testnet,explorer=https://… …
`

type networkJSON struct {
	Name     string      `json:"name"`
	Title    string      `json:"title"`
	ChainID  uint64      `json:"chainId"`
	CAIP2    string      `json:"caip2"`
	Testnet  bool        `json:"testnet"`
	V1       bool        `json:"v1"`
	Asset    string      `json:"asset"`
	Symbol   string      `json:"symbol"`
	Decimals uint8       `json:"decimals"`
	Assets   []assetJSON `json:"assets"`
	RPC      string      `json:"rpc,omitempty"`
	Explorer string      `json:"explorer,omitempty"`
}

// assetJSON is an asset with the EIP-712 domain that payers sign.
type assetJSON struct {
	Address  string `json:"address"`
	Symbol   string `json:"symbol"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	Decimals uint8  `json:"decimals"`
}

func networksVerb(p *Program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "networks", Long: networksHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			all := x402.Networks()
			if asJSON {
				list := make([]networkJSON, len(all))
				for i, n := range all {
					list[i] = networkJSON{n.Name, n.Title, n.ChainID, n.CAIP2(), n.Testnet, n.V1,
						n.Asset.Address.Hex(), n.Asset.Symbol, n.Asset.Decimals, nil, n.RPC, n.Explorer}
					for _, a := range n.Assets() {
						list[i].Assets = append(list[i].Assets, assetJSON{a.Address.Hex(), a.Symbol, a.Name, a.Version, a.Decimals})
					}
				}
				return p.json(list)
			}
			t := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "NAME\tCHAIN\tKIND\tV1\tASSET\tDOMAIN\tADDRESS")
			for _, n := range all {
				kind, v1 := "mainnet", "yes"
				if n.Testnet {
					kind = "testnet"
				}
				if !n.V1 {
					v1 = "no"
				}
				for _, a := range n.Assets() {
					fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s, %s\t%s\n", n.Name, n.CAIP2(), kind, v1, a.Symbol, a.Name, a.Version, a.Address.Hex())
				}
			}
			return t.Flush()
		}}
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

// assets returns what launches may be paid in. The first is the default.
func (n *node) assets() (all []x402.Asset) {
	if read := n.read.Load(); read != nil {
		return *read
	}
	for _, a := range append([]x402.Asset{n.network.Asset}, n.others...) {
		if a.Address != (common.Address{}) {
			all = append(all, a)
		}
	}
	return all
}

// choices returns the assets for the dashboard's form.
func (n *node) choices() (all []api.Asset) {
	for _, a := range n.assets() {
		all = append(all, api.NewAsset(a))
	}
	return all
}

// takes reports whether launches may be paid in an asset.
func (n *node) takes(asset common.Address) bool {
	return slices.ContainsFunc(n.assets(), func(a x402.Asset) bool { return a.Address == asset })
}

// pay sets the asset in which payments are made, as the chain describes it.
func (n *node) pay(ctx context.Context, asset string) error {
	address, err := assetAddress(n.network, asset)
	if err != nil {
		return err
	}
	n.network.Asset, err = n.ReadAsset(ctx, address)
	return err
}

// assetAddress parses --asset: an address, or the symbol of an asset that is known on the network.
func assetAddress(n x402.Network, given string) (common.Address, error) {
	var symbols []string
	for _, a := range n.Assets() {
		if strings.EqualFold(a.Symbol, given) {
			return a.Address, nil
		}
		symbols = append(symbols, a.Symbol)
	}
	address, err := parseAddress("--asset", given)
	if err != nil && len(symbols) > 0 && !strings.HasPrefix(given, "0x") {
		return address, usage("--asset %.60q: expected an address, or on %s %s", given, n.Title, strings.Join(symbols, " or "))
	}
	return address, err
}

// readAssets sets what launches may be paid in: the assets of --asset, the network's own, and those
// of registered launches. A launch describes its asset, or else the chain, which must be reached first.
// With several chains the start does not wait for it, and the asset is added once it is read.
func (m *market) readAssets(ctx context.Context) error {
	n := m.begin.node
	found := map[common.Address]x402.Asset{n.network.Asset.Address: n.network.Asset}
	for _, l := range m.launches {
		found[l.Asset.Address] = l.Asset
	}
	order := slices.Clone(m.assets)
	missing := slices.DeleteFunc(slices.Clone(order), func(a common.Address) bool { return found[a].Address == a })
	order = append(order, n.network.Asset.Address)
	for _, l := range m.launches {
		order = append(order, l.Asset.Address)
	}
	known := func() (all []x402.Asset) {
		for i, address := range order {
			if a, ok := found[address]; ok && address != (common.Address{}) && !slices.Contains(order[:i], address) {
				all = append(all, a)
			}
		}
		return all
	}
	describe := func(ctx context.Context) error {
		for ; len(missing) > 0; missing = missing[1:] {
			asset, err := n.ReadAsset(ctx, missing[0])
			if err != nil {
				return hint(err, "--asset needs a token with EIP-3009, such as USDC or EURC")
			}
			found[missing[0]] = asset
		}
		return nil
	}
	if m.alone && len(missing) > 0 {
		if err := m.begin.patiently(ctx, "reach the chain", m.begin.connect, nil); err != nil {
			return err
		}
		if err := m.begin.patiently(ctx, "read the asset", describe, nil); err != nil {
			return err
		}
	}
	all := known()
	if len(all)+len(missing) == 0 {
		return m.flags.in(noAsset(n.network))
	}
	if len(all) > 0 {
		n.network.Asset, n.others = all[0], all[1:]
	}
	if len(missing) > 0 {
		m.begin.describe = func(ctx context.Context) error {
			err := describe(ctx)
			all := known()
			n.read.Store(&all)
			return err
		}
	}
	return nil
}

// networkOf returns the network with a name, a CAIP-2 id or a chain id.
func networkOf(name string) (x402.Network, error) {
	if network, ok := x402.NetworkByName(name); ok {
		return network, nil
	}
	id, ok := x402.ParseCAIP2(name)
	if parsed, err := strconv.ParseUint(name, 10, 64); err == nil && wholeNumber.MatchString(name) {
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
			if n.ChainID, err = strconv.ParseUint(value, 10, 63); err != nil || n.ChainID == 0 || !wholeNumber.MatchString(value) {
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
			if n.Confirmations, err = strconv.ParseUint(value, 10, 20); err != nil || !wholeNumber.MatchString(value) {
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
