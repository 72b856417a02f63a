package mint_test

import (
	"context"
	"errors"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
)

// simNet is what the engine's calls go through: several nodes, each with its own
// view of the chain and its own pool, and a line to them that fails.
type simNet struct {
	*simChain
	rng      *rand.Rand
	nodes    []*simNode
	current  int
	weather  weather
	outage   time.Time   // until then no node answers
	stubborn *stubborn   // what all nodes refuse now and then; nil: nothing
	fibber   *fibber     // what they leave out or make up; nil: nothing
	signers  *simSigners // of keys outside the process; nil: all keys are in it

	// boundary is asked before and after every call; true: the process is dead.
	boundary func() bool
	// meanwhile is what else happens while a call is under way; verifying is the
	// launch for a presentation to which the call is made, and which waits for it.
	meanwhile func(verifying string)
	// sent hears of every transaction that a node was shown.
	sent func(common.Hash, *simTx)
}

// simNode is one node: where it is on which branch, and what nobody else has yet.
type simNode struct {
	blocks []*simBlock
	pool   map[common.Hash]*simTx
	stuck  time.Time // until then it learns nothing
}

// weather is how often things go wrong, in a thousand calls, blocks or
// transactions.
type weather struct {
	drop      int // a call that no node hears
	timeout   int // a call that is done, and the answer lost
	lie       int // a transaction answered with an error, whether taken or not
	hop       int // a call that goes to another node than the last
	lag       int // a block that a node does not hear of for a while
	missing   int // a receipt that is not found
	keep      int // a transaction that a node tells nobody of at first
	starve    int // a batch of ours that does not reach its last items
	meanwhile int // a call during which something else happens
	disk      int // a statement or a commit that fails
}

func newSimNet(c *simChain, rng *rand.Rand, nodes int) *simNet {
	n := &simNet{simChain: c, rng: rng, boundary: never, meanwhile: func(string) {}, sent: func(common.Hash, *simTx) {}}
	for range nodes {
		n.nodes = append(n.nodes, &simNode{blocks: c.blocks, pool: map[common.Hash]*simTx{}})
	}
	c.starved = func() int {
		if n.chance(n.weather.starve) {
			return 1 + rng.IntN(2)
		}
		return 0
	}
	return n
}

func (n *simNet) chance(perMille int) bool { return perMille > 0 && n.rng.IntN(1000) < perMille }

// block makes one, of what chance takes, and lets the nodes hear of it and of
// each other's pools.
func (n *simNet) block() { n.blockOf(n.rng) }

// blockOf is block with nil for all that waits.
func (n *simNet) blockOf(rng *rand.Rand) {
	for _, node := range n.nodes {
		for _, h := range sortedHashes(node.pool) {
			if !n.chance(n.weather.keep / 2) {
				n.mempool[h] = node.pool[h]
				delete(node.pool, h)
			}
		}
	}
	n.mine(rng)
	n.sync()
}

func (n *simNet) sync() {
	for _, node := range n.nodes {
		if n.chance(n.weather.lag) {
			node.stuck = n.now.Add(time.Duration(n.rng.IntN(12)) * time.Second)
		}
		if !n.now.Before(node.stuck) {
			node.blocks = n.blocks
		}
	}
}

// ask makes one call. do runs with the view of the node that answers.
func (n *simNet) ask(verifying string, do func(*simNode) error) error {
	if n.boundary() {
		return errDead
	}
	if n.chance(n.weather.meanwhile) {
		n.meanwhile(verifying)
		if n.boundary() {
			return errDead
		}
	}
	if n.now.Before(n.outage) || n.chance(n.weather.drop) {
		return errNode
	}
	if n.chance(n.weather.hop) {
		n.current = n.rng.IntN(len(n.nodes))
	}
	node := n.nodes[n.current]
	n.view = node.blocks
	err := do(node)
	n.view = nil
	if n.chance(n.weather.timeout) {
		err = errNode
	}
	if n.boundary() {
		return errDead
	}
	return err
}

var (
	errKnown       = errors.New("already known")
	errTooLow      = &mint.Refusal{Class: mint.NonceUsed, Err: errors.New("nonce too low")}
	errUnderpriced = &mint.Refusal{Class: mint.Outbid, Err: errors.New("replacement transaction underpriced")}
	errFunds       = &mint.Refusal{Class: mint.NoFunds, Err: errors.New("insufficient funds for gas * price + value")}
)

// take is what a node's pool does with a transaction.
func (n *simNet) take(node *simNode, h common.Hash, tx *simTx) error {
	state := n.newest().state
	switch {
	case tx.AccountNonce < state.nonces[tx.Sender]:
		return errTooLow
	case n.mempool[h] != nil || node.pool[h] != nil:
		return nil // it has it
	case state.dry[tx.Sender]:
		return errFunds
	}
	for _, pool := range []map[common.Hash]*simTx{n.mempool, node.pool} {
		for _, other := range sortedHashes(pool) {
			o := pool[other]
			if o.Sender != tx.Sender || o.AccountNonce != tx.AccountNonce {
				continue
			}
			if 10*tx.Fee < 11*o.Fee || 10*tx.Tip < 11*o.Tip {
				return errUnderpriced
			}
			if n.rng.IntN(4) > 0 { // else somebody still has it, and either may land
				delete(pool, other)
			}
		}
	}
	if n.chance(n.weather.keep) {
		node.pool[h] = tx
	} else {
		n.mempool[h] = tx
	}
	return nil
}

func (n *simNet) Send(_ context.Context, raw []byte) error {
	h := crypto.Keccak256Hash(raw)
	tx := n.signed[h]
	return n.ask("", func(node *simNode) error {
		n.sent(h, tx)
		lies := []error{errKnown, errTooLow, errUnderpriced, errNode}
		if n.chance(n.weather.lie) {
			if n.rng.IntN(2) == 0 {
				n.take(node, h, tx)
			}
			return lies[n.rng.IntN(len(lies))]
		}
		if err := n.refusal(tx); err != nil {
			return err
		}
		return n.take(node, h, tx)
	})
}

func (n *simNet) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) (receipts []*mint.TxResult, err error) {
	err = n.ask("", func(*simNode) error {
		receipts, err = n.simChain.Mined(ctx, hashes, head)
		for i := range receipts {
			if n.chance(n.weather.missing) {
				receipts[i] = nil
			}
		}
		return err
	})
	return receipts, err
}

func (n *simNet) Head(ctx context.Context) (latest, final mint.Block, err error) {
	err = n.ask("", func(*simNode) error { latest, final, err = n.simChain.Head(ctx); return err })
	return latest, final, err
}

func (n *simNet) Block(ctx context.Context, number uint64) (b mint.Block, err error) {
	err = n.ask("", func(*simNode) error { b, err = n.simChain.Block(ctx, number); return err })
	return b, err
}

func (n *simNet) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) (events []mint.Event, err error) {
	err = n.ask("", func(*simNode) error {
		if events, err = n.simChain.Since(ctx, launches, after, to); err == nil {
			events = n.told(events, launches, after, to, 0)
		}
		return err
	})
	return events, err
}

func (n *simNet) Reread(ctx context.Context, launches []mint.Launch, after, to mint.Block, attempt int) (events []mint.Event, err error) {
	err = n.ask("", func(*simNode) error {
		if events, err = n.simChain.Reread(ctx, launches, after, to, attempt); err == nil {
			events = n.again(n.told(events, launches, after, to, attempt), launches, after, to)
		}
		return err
	})
	return events, err
}

func (n *simNet) Usage(ctx context.Context, l mint.Launch, keys []mint.PayerKey, after, to mint.Block) (uses []mint.Use, err error) {
	err = n.ask("", func(*simNode) error {
		uses, err = n.simChain.Usage(ctx, l, keys, after, to)
		uses = n.found(uses)
		return err
	})
	return uses, err
}

func (n *simNet) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) (payers []mint.Payer, err error) {
	verifying := l.Slug
	if at != 0 {
		verifying = ""
	}
	err = n.ask(verifying, func(*simNode) error { payers, err = n.simChain.Inspect(ctx, l, keys, at); return err })
	return payers, err
}

func (n *simNet) InspectAll(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at mint.Block) (payers []mint.Payer, err error) {
	err = n.ask("", func(*simNode) error { payers, err = n.simChain.InspectAll(ctx, l, keys, at); return err })
	return payers, err
}

func (n *simNet) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) (reasons []string, err error) {
	err = n.ask("", func(*simNode) error {
		if err := n.unanswered(orders, from); err != nil {
			return err
		}
		reasons, err = n.simChain.Simulate(ctx, l, orders, from, at)
		return err
	})
	return reasons, err
}

func (n *simNet) SimulateSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, from common.Address) (reason string, err error) {
	err = n.ask("", func(*simNode) error {
		if err := n.unanswered([]mint.Order{call.Order}, from); err != nil {
			return err
		}
		reason, err = n.simChain.SimulateSettled(ctx, l, call, from)
		return err
	})
	return reason, err
}

func (n *simNet) Guards(ctx context.Context, l mint.Launch) (guards bool, err error) {
	err = n.ask("", func(*simNode) error { guards, err = n.simChain.Guards(ctx, l); return err })
	return guards, err
}

func (n *simNet) Conditions(ctx context.Context, l mint.Launch, at uint64) (c mint.Conditions, err error) {
	err = n.ask("", func(*simNode) error { c, err = n.simChain.Conditions(ctx, l, at); return err })
	return c, err
}

func (n *simNet) Fees(ctx context.Context) (fees mint.Fees, err error) {
	err = n.ask("", func(*simNode) error { fees, err = n.simChain.Fees(ctx); return err })
	if err == nil {
		fees = n.charged(fees)
	}
	return fees, err
}

func (n *simNet) Balance(ctx context.Context, account common.Address) (wei *big.Int, err error) {
	err = n.ask("", func(*simNode) error { wei, err = n.simChain.Balance(ctx, account); return err })
	return wei, err
}

func (n *simNet) AccountNonce(ctx context.Context, account common.Address, at uint64) (next uint64, err error) {
	err = n.ask("", func(*simNode) error { next, err = n.simChain.AccountNonce(ctx, account, at); return err })
	return next, err
}

func sortedHashes(pool map[common.Hash]*simTx) []common.Hash {
	return slices.SortedFunc(maps.Keys(pool), common.Hash.Cmp)
}
