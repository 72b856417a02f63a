package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/x402"
)

// Chain is a chain that the server sells on.
type Chain struct {
	Network x402.Network
	Engine  *mint.Engine // open
	Blocks  Blocks
	// RPC is the node for wallets on the demo's page; it may be empty.
	RPC string
	// Nodes returns the state of the nodes of the engine's chain, best first, each with a
	// different host. If it is nil, they are not shown.
	Nodes func() []Node
	// Facilitators returns the status of the remote facilitators. It may be nil.
	Facilitators func() []facilitator.Status
	// Sources returns the verification of a token's source at each service. It may be nil,
	// and must be quick: each page and each list of launches calls it.
	Sources func(token common.Address) []source.State
	// Unlisted is why a launch of the configuration is not on sale on this chain; empty: none is
	// missing. It may be nil.
	Unlisted func() string

	quiet atomic.Pointer[time.Time] // see block
}

// check checks the fields, and fills in those that may be missing.
func (c *Chain) check() error {
	if c == nil || c.Engine == nil || c.Blocks == nil {
		return errors.New("each chain needs an open engine and its blocks")
	}
	if c.Network.ChainID != c.Engine.ChainID {
		return fmt.Errorf("the network's chain id is %d and the engine's %d", c.Network.ChainID, c.Engine.ChainID)
	}
	if c.Nodes == nil {
		c.Nodes = noNodes
	}
	return nil
}

// patience is how long a page or an answer waits for blocks of a chain if it is useful without them.
// A chain that did not answer in this time is not asked again for quietFor: the pages about it would
// keep the places in which those about other chains are made.
const patience, quietFor = time.Second, 5 * time.Second

var errQuiet = errors.New("the chain did not answer a moment ago")

// block returns a block for something that is useful without it.
func (c *Chain) block(ctx context.Context, number uint64) (mint.Block, error) {
	began := time.Now()
	if until := c.quiet.Load(); until != nil && began.Before(*until) {
		return mint.Block{}, errQuiet
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	b, err := c.Blocks.Block(ctx, number)
	if now := time.Now(); err != nil && now.Sub(began) >= patience {
		until := now.Add(quietFor)
		c.quiet.Store(&until)
	}
	return b, err
}

// InDoubt reports whether a launch's ledger differs from its contract. Then an order
// without a mint in the ledger may have one on the chain.
func (c *Chain) InDoubt(slug string) bool {
	return slices.ContainsFunc(c.Engine.Faults(slug), func(f mint.Fault) bool { return f.Code == "books_differ" })
}

// PublicNode returns the URL of a public node: the demo's, or the network's. It never
// returns the operator's own, since that URL may contain a key. It is empty if there is
// none.
func (c *Chain) PublicNode(demo bool) string {
	if demo {
		return c.RPC
	}
	known, _ := x402.NetworkByChainID(c.Network.ChainID)
	return known.RPC
}

// Chains are the chains of a server.
type Chains []*Chain

// check checks the chains. No two may have the same id.
func (all Chains) check() error {
	if len(all) == 0 {
		return errors.New("a chain is needed")
	}
	for i, c := range all {
		if err := c.check(); err != nil {
			return err
		}
		if all[:i].on(c.Network.ChainID) != nil {
			return fmt.Errorf("chain %d is given twice", c.Network.ChainID)
		}
	}
	return nil
}

func (all Chains) on(chainID uint64) *Chain {
	for _, c := range all {
		if c.Network.ChainID == chainID {
			return c
		}
	}
	return nil
}

// of is [Presenter.Of] of a launch on a chain.
func (all Chains) of(chainID uint64) *Chain {
	if c := all.on(chainID); c != nil {
		return c
	}
	n, known := x402.NetworkByChainID(chainID)
	if !known {
		n.ChainID = chainID
	}
	return &Chain{Network: n, Engine: all[0].Engine, Blocks: noBlocks{}, Nodes: noNodes}
}

// On returns the chain with an id, or nil if this server does not sell on it.
func (p *Presenter) On(chainID uint64) *Chain { return p.Chains.on(chainID) }

// Of returns the chain of a launch. A server refuses to start with a launch of a chain that it
// does not serve. If there is one nevertheless, its chain has no blocks, and an engine that
// does not know the launch and so refuses to sell it.
func (p *Presenter) Of(l *mint.Launch) *Chain { return p.Chains.of(l.ChainID) }

// Named returns the chain with a name, CAIP-2 id or chain id, or nil.
func (all Chains) Named(text string) *Chain {
	i := slices.IndexFunc(all, func(c *Chain) bool {
		n := &c.Network
		return text == n.Name || text == n.CAIP2() || text == strconv.FormatUint(n.ChainID, 10)
	})
	if i < 0 {
		return nil
	}
	return all[i]
}

// Words lists the chains for a sentence, by CAIP-2 id: "eip155:8453 and eip155:137".
func (all Chains) Words() string {
	var names []string
	for _, c := range all {
		names = append(names, c.Network.CAIP2())
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// noBlocks are those of a chain that is not served.
type noBlocks struct{}

func (noBlocks) Block(context.Context, uint64) (mint.Block, error) {
	return mint.Block{}, errors.New("this server has no node of the chain")
}

func noNodes() []Node { return nil }

// ReadNow makes each engine read its chain now. It does not wait.
func (all Chains) ReadNow() {
	for _, c := range all {
		c.Engine.ReadNow()
	}
}

// WaitOpen returns once every chain was read up to its head, and at the latest 2 s after the
// engines opened.
func (all Chains) WaitOpen(ctx context.Context) {
	for _, c := range all {
		c.Engine.WaitOpen(ctx)
	}
}

// Starting returns an error while a chain has not been read yet, and nil after that. Until
// then, launches that are new to this server may not be registered.
func (all Chains) Starting() error {
	for _, c := range all {
		for _, f := range c.Engine.Faults("") {
			if f.Code == "starting" {
				return &mint.UnavailableError{Faults: []mint.Fault{f}}
			}
		}
	}
	return nil
}

// changes joins the changes of several engines.
type changes struct {
	mu   sync.Mutex
	next chan struct{} // closed at the next change of any engine; nil until a caller waits
}

// Changed returns a channel that is closed at the next change of an order or a launch on any
// chain; see [mint.Engine.Changed].
func (p *Presenter) Changed() <-chan struct{} {
	if len(p.Chains) == 1 {
		return p.Chains[0].Engine.Changed()
	}
	return p.changes.joined(p.Chains)
}

func (c *changes) joined(chains Chains) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		return c.next
	}
	next := make(chan struct{})
	c.next = next
	for _, on := range chains {
		changed := on.Engine.Changed() // before the caller reads, so that no change is missed
		go func() {
			select {
			case <-changed:
				c.announce(next)
			case <-next:
			}
		}()
	}
	return next
}

// announce closes the channel, unless another engine did.
func (c *changes) announce(next chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == next {
		c.next = nil
		close(next)
	}
}

// NetworkData is a chain as wallets need it.
type NetworkData struct {
	ChainID  uint64 `json:"chainId"`
	CAIP2    string `json:"caip2"`
	Title    string `json:"title"`
	Testnet  bool   `json:"testnet"`
	Explorer string `json:"explorer,omitempty"`
	RPC      string `json:"rpc,omitempty"` // only in the demo
	// PublicRPC is for a wallet that adds the chain.
	PublicRPC string `json:"publicRpc,omitempty"`
}

// NetworkData returns a chain as wallets need it.
func (p *Presenter) NetworkData(c *Chain) NetworkData {
	n := NetworkData{ChainID: c.Network.ChainID, CAIP2: c.Network.CAIP2(), Title: c.Network.Title, Testnet: c.Network.Testnet, Explorer: c.Network.Explorer}
	if p.Demo {
		n.RPC, n.Explorer = c.RPC, ""
	} else {
		n.PublicRPC = c.PublicNode(false)
	}
	return n
}
