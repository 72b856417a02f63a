package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/mint402/mint402/mint"
)

// maxSends is the maximum number of concurrent sends to one node. A transaction above
// that is not sent to it: the node gets it from the other nodes, or when it is sent
// again.
const maxSends = 32

var (
	errBusy = errors.New("too many transactions are being sent to it")
	// errUnheard: a node did not answer, and may have the transaction.
	errUnheard = errors.New("no answer")
)

// Send implements [mint.Chain]. It sends the transaction to every node of the chain
// concurrently, and returns as soon as one accepted it or has it already. The other
// sends go on until their own timeout. If no node accepted it, the error is a
// [*mint.Refusal] that reports whether any ever would. Once a node refused, those that
// already left another request unanswered have othersTimeout to accept it.
func (c *Client) Send(ctx context.Context, raw []byte) error {
	c.scan.sent.add(raw)
	nodes := c.pool.verified()
	answers := make([]error, len(nodes))
	done := make(chan int, len(nodes))
	for i, n := range nodes {
		select {
		case n.sending <- struct{}{}:
		default:
			answers[i] = errBusy
			done <- i
			continue
		}
		go func() {
			answers[i] = n.send(context.WithoutCancel(ctx), raw)
			<-n.sending
			done <- i
		}()
	}
	if len(nodes) == 0 {
		return &mint.Refusal{Class: mint.Unheard, Err: errors.New("no node serves the chain now")}
	}
	heard := make([]error, len(nodes))
	var late <-chan time.Time
	for left := len(nodes); left > 0; {
		select {
		case <-ctx.Done():
			return &mint.Refusal{Class: mint.Unheard, Err: fmt.Errorf("%w: %w", errUnheard, ctx.Err())}
		case <-late:
			left = 0
		case i := <-done:
			if answers[i] == nil {
				return nil
			}
			heard[i], left = answers[i], left-1
			if late == nil && c.pool.restHangs(nodes, heard) {
				late = time.After(othersTimeout)
			}
		}
	}
	for i := range heard {
		if heard[i] == nil {
			heard[i] = errUnheard
		}
	}
	return refusalOf(heard, c.pool.together(nodes, heard))
}

// restHangs reports whether a node refused, and all that are still to answer left another
// request unanswered.
func (p *pool) restHangs(nodes []*node, heard []error) bool {
	refused := false
	for i, n := range nodes {
		switch {
		case heard[i] == nil && !p.isHung(n):
			return false
		case heard[i] != nil:
			class := classify(heard[i]).Class
			refused = refused || class != mint.Unheard && class != mint.RateLimited
		}
	}
	return refused
}

// send sends a transaction to one node.
func (n *node) send(ctx context.Context, raw []byte) error {
	var hash common.Hash
	err := n.ask(ctx, &hash, "eth_sendRawTransaction", hexutil.Bytes(raw))
	var answered rpc.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &answered):
		return fmt.Errorf("%w: %w", errUnheard, err)
	case has(answered):
		return nil
	}
	return err
}

// has reports whether a node refuses a transaction because it has it already.
func has(answered rpc.Error) bool {
	text := strings.ToLower(strings.ReplaceAll(answered.Error(), " ", ""))
	for _, spelt := range []string{"alreadyknown", "knowntransaction", "alreadyimported", "alreadyexists", "alreadyinmempool"} {
		if strings.Contains(text, spelt) {
			return true
		}
	}
	return false
}

// maxSentBatches is how many transactions sentBatches remembers.
const maxSentBatches = 4096

// sentBatches remembers transactions that call only mintBatch of a launch, as we know
// without asking. Every Minted in such a transaction is of an atomic mint, and the
// Transfer before it is its money, so its receipt need not be read. A forgotten
// transaction only costs reading a receipt: the oldest is forgotten first.
type sentBatches struct {
	launches *lru.Cache[common.Hash, common.Address] // by transaction
}

func newSentBatches() sentBatches {
	launches, err := lru.New[common.Hash, common.Address](maxSentBatches)
	if err != nil {
		panic("chain: " + err.Error()) // only a size below 1 is an error
	}
	return sentBatches{launches}
}

var batchID = launchSpec.Methods["mintBatch"].ID

func (s sentBatches) add(raw []byte) {
	var tx types.Transaction
	if tx.UnmarshalBinary(raw) != nil || tx.To() == nil || !bytes.HasPrefix(tx.Data(), batchID) {
		return
	}
	// Neither this nor Peek counts as a use, so that the cache is a queue.
	s.launches.ContainsOrAdd(tx.Hash(), *tx.To())
}

// has reports whether the transaction is a batch to that launch.
func (s sentBatches) has(tx common.Hash, launch common.Address) bool {
	to, known := s.launches.Peek(tx)
	return known && to == launch
}
