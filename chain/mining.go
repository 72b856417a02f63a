//go:build !nodemo

package chain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/beacon/engine"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/miner"

	"github.com/mint402/mint402/mint"
)

// run mines until Close: what is pending, as soon as the clock has moved past the
// newest block's second, and otherwise a heartbeat.
func (d *Devnet) run() {
	defer close(d.done)
	arrived := make(chan core.NewTxsEvent, 64)
	subscription := d.eth.TxPool().SubscribeTransactions(arrived, true)
	defer subscription.Unsubscribe()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-arrived:
		case <-timer.C:
		}
		timer.Reset(d.mineIfDue())
	}
}

// mineIfDue mines if it is time to and says when to look again.
func (d *Devnet) mineIfDue() time.Duration {
	const soon = 5 * time.Millisecond // beyond the second's turn
	now := d.config.Clock()
	last := time.Unix(int64(d.eth.BlockChain().CurrentBlock().Time), 0)
	next := last.Add(time.Second)
	beat := last.Add(d.config.Heartbeat)
	if now.Before(next) {
		return next.Sub(now) + soon
	}
	if now.Before(beat) && !d.pending() {
		return beat.Sub(now) + soon
	}
	if _, err := d.Mine(); err != nil {
		return time.Second
	}
	if d.pending() {
		return soon
	}
	return d.config.Heartbeat
}

// pending says whether the pool has a transaction that a block could take.
func (d *Devnet) pending() bool {
	_, n := d.eth.TxPool().Pending(txpool.PendingFilter{})
	return n > 0
}

// Mine makes a block of what is pending, at the clock's second or the first one
// after its parent's.
func (d *Devnet) Mine() (mint.Block, error) { return d.MineAt(d.config.Clock()) }

// MineAt makes a block with that time, or the first second after its parent's.
func (d *Devnet) MineAt(at time.Time) (mint.Block, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mineOn(d.eth.BlockChain().CurrentBlock(), at)
}

// mineOn builds on a parent, executes the block again as any node would, and
// makes it the head.
func (d *Devnet) mineOn(parent *types.Header, at time.Time) (mint.Block, error) {
	select {
	case <-d.stop:
		return mint.Block{}, errors.New("mine: the devnet is closed")
	default:
	}
	bc := d.eth.BlockChain()
	seconds := uint64(max(at.Unix(), int64(parent.Time)+1))
	if err := d.eth.TxPool().Sync(); err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	var random common.Hash
	if _, err := rand.Read(random[:]); err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	payload, err := d.eth.Miner().BuildPayload(context.Background(), &miner.BuildPayloadArgs{
		Parent: parent.Hash(), Timestamp: seconds, Random: random,
		Withdrawals: types.Withdrawals{}, BeaconRoot: new(common.Hash), Version: engine.PayloadV3,
	}, false)
	if err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	block, err := full(payload, buildTimes)
	if err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	if _, err := bc.InsertBlockWithoutSetHead(context.Background(), block, false); err != nil {
		return mint.Block{}, fmt.Errorf("mine block %d: %w", block.NumberU64(), err)
	}
	if _, err := bc.SetCanonical(block); err != nil {
		return mint.Block{}, fmt.Errorf("mine block %d: %w", block.NumberU64(), err)
	}
	d.finalize(block.NumberU64())
	if err := d.eth.TxPool().Sync(); err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	return mint.Block{Number: block.NumberU64(), Hash: block.Hash(), Time: time.Unix(int64(block.Time()), 0)}, nil
}

// buildTimes is longer than go-ethereum works on a block: 12 seconds.
const buildTimes = 20 * time.Second

// full waits for the block with what is pending. A build that go-ethereum gives up,
// on a machine that stood still for example, signals nothing to
// those who wait for it.
func full(payload *miner.Payload, times time.Duration) (*types.Block, error) {
	built := make(chan bool, 1)
	go func() { built <- payload.ResolveFull() != nil }()
	over := time.NewTimer(times)
	defer over.Stop()
	select {
	case ok := <-built:
		if ok {
			block, _, _, _ := payload.FullBlockAndReceipts()
			return block, nil
		}
	case <-over.C:
		payload.Resolve() // ends the build if it still goes on
	}
	return nil, errors.New("no block was built")
}

// finalize moves the final block up, never down.
func (d *Devnet) finalize(head uint64) {
	bc := d.eth.BlockChain()
	final := head - min(head, d.config.Finality)
	if final > bc.CurrentFinalBlock().Number.Uint64() {
		h := bc.GetHeaderByNumber(final)
		bc.SetFinalized(h)
		bc.SetSafe(h)
	}
}

// Reorg drops the newest blocks, down to and without number, and makes as many
// others and one more in their place, empty or with what the pool still has.
// Final blocks stay.
func (d *Devnet) Reorg(number uint64, keep bool) (mint.Block, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	bc := d.eth.BlockChain()
	head := bc.CurrentBlock()
	if number == 0 || number > head.Number.Uint64() || number <= bc.CurrentFinalBlock().Number.Uint64() {
		return mint.Block{}, fmt.Errorf("reorg to block %d: the head is %d and block %d is final",
			number, head.Number, bc.CurrentFinalBlock().Number)
	}
	parent := bc.GetBlockByNumber(number - 1)
	if _, err := bc.SetCanonical(parent); err != nil {
		return mint.Block{}, fmt.Errorf("reorg to block %d: %w", number, err)
	}
	if err := d.eth.TxPool().Sync(); err != nil {
		return mint.Block{}, fmt.Errorf("reorg to block %d: %w", number, err)
	}
	if !keep {
		d.eth.TxPool().Clear()
	}
	var block mint.Block
	on := parent.Header()
	for n := number; n <= head.Number.Uint64()+1; n++ {
		var err error
		if block, err = d.mineOn(on, d.config.Clock()); err != nil {
			return mint.Block{}, err
		}
		on = bc.CurrentBlock()
	}
	return block, nil
}
