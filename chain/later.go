package chain

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/ethereum/go-ethereum/common"
)

// ErrOtherChain: a node serves another chain than the one that was meant.
var ErrOtherChain = errors.New("the node serves another chain")

// otherChain is an error that says more about it than ErrOtherChain.
type otherChain struct {
	error
	serves uint64 // its id; 0: not the id differs
}

func (otherChain) Is(target error) bool { return target == ErrOtherChain }

// Serves returns the id of the chain that the node serves, if err is that it is
// another than the one that was meant.
func Serves(err error) (chainID uint64, ok bool) {
	var other otherChain
	ok = errors.As(err, &other) && other.serves != 0
	return other.serves, ok
}

// Later makes a Client as Dial does and asks no node yet: until Connect has
// succeeded, requests fail.
func Later(chainID uint64, urls ...string) (*Client, error) {
	all, err := nodesOf(urls)
	if err != nil {
		return nil, err
	}
	c, err := prepared(all)
	if err != nil {
		return nil, err
	}
	c.nodes.chainID = chainID
	c.nodes.waiting.Store(true)
	return c, nil
}

// Connect asks the nodes which chain they serve. It is ErrOtherChain if they are not on
// the chain that was meant, or it does not begin with the genesis. Of several nodes one
// that is of ours is enough, unless the genesis is zero: then all that answer have to
// agree. Any other error may pass: call it again.
func (c *Client) Connect(ctx context.Context, genesis common.Hash) error {
	want := c.nodes.chainID
	err := c.nodes.open(ctx, sight{chainID: want, genesis: genesis})
	found := c.nodes.sight
	c.nodes.chainID = want
	switch {
	case err != nil:
		return err
	case found.chainID != want:
		return otherChain{fmt.Errorf("the node serves chain %d, not %d", found.chainID, want), found.chainID}
	}
	c.nodes.waiting.Store(false)
	if genesis == (common.Hash{}) {
		return nil
	}
	first, err := c.Genesis(ctx)
	if err == nil && first != genesis {
		err = otherChain{error: fmt.Errorf("the node's chain begins with block %s, the database's with %s", first, genesis)}
	}
	if err != nil {
		c.nodes.waiting.Store(true)
	}
	return err
}

// Passing reports whether an error of a node may be gone with the next request: no
// answer or half of one, too many requests, or a block that it does not have yet. A
// refusal is none.
func Passing(err error) bool {
	var (
		t       *trouble
		ours    complaint
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

// Pruned reports whether an error says that a node no longer has old state or
// blocks: an archive node does.
func Pruned(err error) bool {
	var t *trouble
	return errors.As(err, &t) && t.kind == lacks || errors.Is(err, errNoState)
}

// NoContract reports whether an error says that there is no launch at an address.
func NoContract(err error) bool {
	var reverted *Revert
	return errors.Is(err, errEmpty) || errors.As(err, &reverted)
}

// errNoState: the node was asked about an old block and did not answer.
var errNoState = errors.New("the node may keep no state of that block")
