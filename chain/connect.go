package chain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// ErrOtherChain: a node serves another chain than expected.
var ErrOtherChain = errors.New("the node serves another chain")

// otherChain is an ErrOtherChain with details.
type otherChain struct {
	error
	serves uint64 // its chain id; 0: the id is not what differs
}

func (otherChain) Is(target error) bool { return target == ErrOtherChain }

// Serves returns the id of the chain that the node serves. ok is false if err is not
// about another chain id.
func Serves(err error) (chainID uint64, ok bool) {
	var other otherChain
	ok = errors.As(err, &other) && other.serves != 0
	return other.serves, ok
}

// Later makes a Client as Dial does, but makes no request yet. Requests fail until
// Connect has succeeded.
func Later(chainID uint64, urls ...string) (*Client, error) {
	all, err := nodesOf(urls)
	if err != nil {
		return nil, err
	}
	c, err := prepared(all)
	if err != nil {
		return nil, err
	}
	c.pool.ours.Store(&identity{chainID: chainID})
	c.pool.waiting.Store(true)
	return c, nil
}

// Connect asks the nodes which chain they serve. The error is ErrOtherChain if they
// serve another chain, or if their chain does not begin with the genesis. One node on
// the right chain is enough, unless the genesis is zero: then all nodes that answer
// must agree. After any other error, call Connect again.
//
// One answer of another chain may be a misrouted request: behind some URLs, a balancer has
// nodes of several chains. So Connect asks again, and ErrOtherChain means that each of several
// answers was of another chain. Where answers differ, several right ones in a row are needed.
func (c *Client) Connect(ctx context.Context, genesis common.Hash) error {
	var other error // the last answer of another chain
	for tries, right, row := 1, 0, 0; ; tries++ {
		switch err := connect(ctx, c, genesis); {
		case err == nil:
			right, row = right+1, row+1
			if other == nil || row == sureAnswers {
				return nil
			}
		case errors.Is(err, ErrOtherChain):
			other, row = err, 0
		case errors.Is(err, errTwoChains):
			other, right, row = err, right+1, 0
		default:
			return err
		}
		c.pool.waiting.Store(true)
		switch {
		case tries < maxTries || row > 0:
		case right == 0:
			return other
		default:
			return errTwoChains
		}
		transport.CloseIdleConnections() // a balancer may keep a connection to one node
		if err := c.pool.wait(ctx, askAgain); err != nil {
			return err
		}
	}
}

const (
	// maxTries is how many answers of another chain in a row show that a node is of one.
	maxTries, askAgain = 6, 200 * time.Millisecond
)

// connect is one try of [Client.Connect].
func connect(ctx context.Context, c *Client, genesis common.Hash) error {
	want := c.ChainID()
	if genesis != (common.Hash{}) {
		c.pool.ours.Store(&identity{want, genesis})
	}
	found, err := c.pool.open(ctx, identity{want, genesis})
	switch {
	case err != nil:
		return err
	case found.chainID != want:
		return otherChain{fmt.Errorf("the node serves chain %d, not %d", found.chainID, want), found.chainID}
	}
	if found.genesis != (common.Hash{}) {
		c.pool.ours.Store(&found)
	}
	c.pool.waiting.Store(false)
	if genesis == (common.Hash{}) || len(c.pool.all) > 1 { // several nodes are compared by it
		return nil
	}
	first, err := c.Genesis(ctx)
	if err == nil && first != genesis {
		err = otherChain{error: fmt.Errorf("the genesis block of the node's chain is %s, that of the database's chain is %s", first, genesis)}
	}
	if err != nil {
		c.pool.waiting.Store(true)
	}
	return err
}

// Genesis returns the hash of block 0. It differs between a chain and a devnet or fork
// with the same chain id. It is also found where the node no longer has that block, see
// [node.genesis].
func (c *Client) Genesis(ctx context.Context) (common.Hash, error) {
	hash, err := ask(ctx, &c.pool, func(ctx context.Context, n *node) (common.Hash, error) {
		var id hexutil.Uint64
		var first *header
		elems := []rpc.BatchElem{{Method: "eth_chainId", Result: &id}, blockElem(&first, "0x0")}
		if err := n.batch(ctx, elems); err != nil {
			return common.Hash{}, err
		}
		if elems[0].Error != nil {
			return common.Hash{}, elems[0].Error
		}
		if uint64(id) != c.ChainID() {
			return common.Hash{}, errTwoChains
		}
		return n.genesis(ctx, uint64(id), first, elems[1].Error)
	}, "eth_getBlockByNumber")
	if err != nil {
		return common.Hash{}, fmt.Errorf("read genesis block: %w", err)
	}
	return hash, nil
}

// Passing reports whether an error of a node may be gone at the next request: no or
// half an answer, too many requests, or a block that the node does not have yet. A
// refusal is not passing.
func Passing(err error) bool {
	var (
		t       *trouble
		ours    nodeError
		half    malformed
		network net.Error
	)
	switch {
	case err == nil, errors.Is(err, ErrOtherChain):
		return false
	case errors.As(err, &t):
		return t.kind == busy || t.kind == broken || t.kind == bulky || t.kind == behind
	case errors.As(err, &ours), errors.As(err, &half), errors.As(err, &network), errors.Is(err, context.DeadlineExceeded):
		return true
	}
	return kindOf(err) == behind || kindOf(err) == busy
}

// Pruned reports whether an error means that a node no longer has old state or blocks,
// so that an archive node is needed.
func Pruned(err error) bool {
	var t *trouble
	return errors.As(err, &t) && t.kind == lacks || errors.Is(err, errNoState)
}

// NoContract reports whether an error means that there is no launch at an address.
func NoContract(err error) bool {
	var reverted *Revert
	return errors.Is(err, errEmpty) || errors.As(err, &reverted)
}

// errNoState: a node gave no state of an old block.
var errNoState = errors.New("the node may keep no state of that block")
