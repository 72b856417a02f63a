package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const nodeHelp = chainHelp + `    --asset ADDRESS     the asset that is paid, if not the network's USDC: a token with
                        EIP-3009, such as EURC
`

const chainHelp = `
    --network NAME      chain, by name, CAIP-2 or id (default base-sepolia)
    --chain-id N        chain, by its id; it need not be in mint402 networks
    --chain SPEC        a chain that is not there: id=N, and optionally title=TEXT,
                        testnet, explorer=URL and confirmations=N, by commas
    --rpc URL           its node (default a public one, with rate limits); several,
                        separated by commas: if one fails, the next is used
`

// nodeFlags select the chain and its nodes.
type nodeFlags struct {
	network, asset string
	chainID        uint64
	chain          string   // of a chain that is not listed; see parseChain
	rpc            []string // in order of preference

	given *pflag.FlagSet // nil: there are no flags
}

// chosen reports whether the flags or the environment say which chain is meant.
func (n *nodeFlags) chosen() bool {
	return n.given != nil && slices.ContainsFunc([]string{"network", "chain", "chain-id"}, n.given.Changed)
}

// take selects the chain of a launch, unless another is chosen.
func (n *nodeFlags) take(l mint.Launch) error {
	network, err := n.named()
	switch {
	case n.chosen() && err == nil && network.ChainID != l.ChainID:
		return &usageError{hint(fmt.Errorf("%s is on %s, not on %s", l.Slug, titleOf(l.ChainID), network.Title), "--network %s, with a node of that chain", networkName(l.ChainID))}
	case !n.chosen():
		n.network = networkName(l.ChainID)
	}
	return nil
}

func (n *nodeFlags) add(c *cobra.Command) {
	n.addChain(c)
	c.Flags().StringVar(&n.asset, "asset", "", "")
}

// addChain adds all flags but --asset.
func (n *nodeFlags) addChain(c *cobra.Command) {
	n.given = c.Flags()
	c.Flags().StringVar(&n.network, "network", "base-sepolia", "")
	c.Flags().Uint64Var(&n.chainID, "chain-id", 0, "")
	c.Flags().StringVar(&n.chain, "chain", "", "")
	c.Flags().StringSliceVar(&n.rpc, "rpc", nil, "")
}

// node is a client of the selected chain, connected or not yet.
type node struct {
	*chain.Client
	network x402.Network // with the asset as the chain describes it
	others  []x402.Asset // that a server takes beside the network's, as the chain describes them
	urls    []string
	read    atomic.Pointer[[]x402.Asset] // what launches may be paid in, once the chain has described it; nil: as above
}

// named returns the selected network. One that is not listed has no asset and no node.
func (n *nodeFlags) named() (x402.Network, error) {
	set := func(flag string) bool { return n.given != nil && n.given.Changed(flag) }
	switch {
	case n.chain != "" && n.chainID != 0:
		return x402.Network{}, usage("--chain and --chain-id: expected one of them")
	case n.chainID == 0 && set("chain-id"):
		return x402.Network{}, usage("--chain-id 0: expected the id of a chain, such as 8453")
	case n.chain == "" && n.chainID == 0:
		return networkOf(n.network)
	}
	chosen, flag := unlisted(n.chainID), "chain-id"
	var err error
	if n.chain != "" {
		chosen, err = parseChain(n.chain)
		flag = "chain"
	} else if known, ok := x402.NetworkByChainID(n.chainID); ok {
		chosen = known
	}
	if err != nil || !set("network") {
		return chosen, err
	}
	if other, err := networkOf(n.network); err != nil || other.ChainID != chosen.ChainID {
		return x402.Network{}, usage("--network or %s is %q, and --%s or %s is of another chain: give one of them", twin("network"), plain(n.network), flag, twin(flag))
	}
	return chosen, nil
}

// later returns a client of the nodes without asking any of them.
func (n *nodeFlags) later() (*node, error) {
	network, urls, err := n.endpoints()
	if err != nil {
		return nil, err
	}
	client, err := chain.Later(network.ChainID, urls...)
	if err != nil {
		return nil, hint(err, "give another node with --rpc URL")
	}
	client.Confirmations = network.Confirmations
	return &node{Client: client, network: network, urls: urls}, nil
}

// endpoints returns the network and the URLs of its nodes.
func (n *nodeFlags) endpoints() (network x402.Network, urls []string, err error) {
	if network, err = n.named(); err != nil {
		return network, nil, err
	}
	if urls, err = n.addresses(); err != nil {
		return network, nil, err
	}
	if len(urls) == 0 && network.RPC != "" {
		urls = []string{network.RPC}
	}
	if len(urls) == 0 {
		return network, nil, hint(fmt.Errorf("no node is known for %s", network.Title), "--rpc URL, or MINT402_RPC")
	}
	return network, urls, nil
}

// addresses returns the URLs of --rpc, which are checked.
func (n *nodeFlags) addresses() (urls []string, err error) {
	for _, u := range n.rpc {
		if u = strings.TrimSpace(u); u == "" {
			continue
		}
		if err := chain.CheckURL(u); err != nil {
			return nil, usage("--rpc: %w", err)
		}
		urls = append(urls, u)
	}
	if len(urls) == 0 && len(n.rpc) > 0 {
		return nil, usage("--rpc: expected the URL of a node, or several separated by commas")
	}
	return urls, nil
}

// dial connects to the node. The caller closes it.
func (n *nodeFlags) dial(ctx context.Context) (*node, error) {
	connected, err := n.later()
	if err != nil {
		return nil, err
	}
	if err := connected.connect(ctx, common.Hash{}); err != nil {
		connected.Close()
		return nil, err
	}
	if n.asset != "" {
		if err := connected.pay(ctx, n.asset); err != nil {
			connected.Close()
			return nil, err
		}
	}
	return connected, nil
}

// otherChainError means that a node serves another chain than the selected one.
type otherChainError struct {
	serves, meant string
	id            uint64 // of the chain that it serves
}

func (e *otherChainError) Error() string {
	return fmt.Sprintf("the node serves %s, not %s", e.serves, e.meant)
}

// connect checks that the nodes serve the selected chain, and that it begins with the
// genesis block, unless that is zero.
func (n *node) connect(ctx context.Context, genesis common.Hash) error {
	err := n.Connect(ctx, genesis)
	served, known := chain.Serves(err)
	switch {
	case known && served != n.network.ChainID:
		other := fmt.Sprintf("chain %d", served)
		if o, ok := x402.NetworkByChainID(served); ok {
			other = o.Title
		}
		return hint(&otherChainError{other, n.network.Title, served}, "--network and --rpc must be of the same chain")
	case errors.Is(err, chain.ErrOtherChain):
		return hint(err, "each chain has its own database: --db FILE, or --network and --rpc of the other chain")
	case err != nil:
		return hint(err, "give another node with --rpc URL")
	}
	return nil
}

// networkName returns the name of a chain as --network takes it.
func networkName(chainID uint64) string {
	if n, ok := x402.NetworkByChainID(chainID); ok {
		return n.Name
	}
	return unlisted(chainID).Name
}

// titleOf returns the name of a chain for people.
func titleOf(chainID uint64) string {
	if n, ok := x402.NetworkByChainID(chainID); ok {
		return n.Title
	}
	return unlisted(chainID).Title
}

// explorer returns the URL of a transaction's page, or "" if no explorer
// has it. No explorer covers a chain on the user's own machine.
func (n *node) explorer(tx common.Hash) string {
	if n.network.Explorer == "" || slices.ContainsFunc(n.urls, local) {
		return ""
	}
	return n.network.Explorer + "/tx/" + tx.Hex()
}

// local reports whether a URL belongs to this machine or to its local network.
func local(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "localhost" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && (ip.IsLoopback() || ip.IsPrivate())
}

// parseAddress parses an address. One with capital letters must have the right
// checksum, so that a typing error does not send money to an address without an
// owner.
func parseAddress(what, s string) (common.Address, error) {
	a, err := chain.ParseAddress(s)
	if err != nil {
		return common.Address{}, usage("%s %w", what, err)
	}
	return a, nil
}

// walletsOf returns the addresses that a flag names.
func walletsOf(flag string, given []string) ([]common.Address, error) {
	var all []common.Address
	for _, w := range given {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		a, err := parseAddress(flag, w)
		if err != nil {
			return nil, err
		}
		if a == (common.Address{}) {
			return nil, usage("%s %s is the zero address, which has no owner", flag, w)
		}
		all = append(all, a)
	}
	return all, nil
}

// parseNonce parses the payment nonce of --nonce.
func parseNonce(s string) (nonce common.Hash, err error) {
	if nonce.UnmarshalText([]byte(s)) != nil {
		return common.Hash{}, usage("--nonce %q: expected 0x and 64 hex digits", s)
	}
	return nonce, nil
}
