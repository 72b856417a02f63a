package devnet

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

// run mines until Close. It mines a block when a transaction is pending and the clock has
// passed the newest block's second, and otherwise at every heartbeat.
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

// mineIfDue mines a block if one is due, and returns how long to wait before the
// next check.
func (d *Devnet) mineIfDue() time.Duration {
	const soon = 5 * time.Millisecond // so that the clock has surely reached a due time
	now := d.config.Clock()
	last := time.Unix(int64(d.eth.BlockChain().CurrentBlock().Time), 0)
	next := last.Add(time.Second)
	beat := last.Add(d.config.Heartbeat)
	if now.Before(next) {
		return next.Sub(now) + soon
	}
	if now.Before(beat) && !d.Pending() {
		return beat.Sub(now) + soon
	}
	_, err := d.Mine()
	d.report(err)
	if err != nil {
		return time.Second
	}
	if d.Pending() {
		return soon
	}
	return d.config.Heartbeat
}

// report logs an error of automatic mining once, until another error or a block follows. The
// demo would otherwise stand still without a word.
func (d *Devnet) report(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	select {
	case <-d.stop: // Close ends mining; that is no fault
		return
	default:
	}
	if text != "" && text != d.fault {
		d.config.Log.Error("no block was mined; trying again every second", "err", err)
	}
	d.fault = text
}

// Pending reports whether the pool has a transaction that a block could include.
func (d *Devnet) Pending() bool {
	_, n := d.eth.TxPool().Pending(txpool.PendingFilter{})
	return n > 0
}

// DropPool removes all transactions from the pool.
func (d *Devnet) DropPool() { d.eth.TxPool().Clear() }

// Mine makes a block with the pending transactions. Its timestamp is the clock's time in
// whole seconds, but at least one second after its parent's.
func (d *Devnet) Mine() (mint.Block, error) { return d.MineAt(d.config.Clock()) }

// MineAt is Mine with a given time in place of the clock's.
func (d *Devnet) MineAt(at time.Time) (mint.Block, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mineOn(d.eth.BlockChain().CurrentBlock(), at)
}

// mineOn builds a block on a parent, executes it again as other nodes would, and makes it
// the head. The caller holds the lock.
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
	block, err := full(payload, maxBuild)
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

// maxBuild is the maximum time to wait for a block. go-ethereum stops building one after
// 12 s.
const maxBuild = 20 * time.Second

// full waits, for at most timeout, until the block with the pending transactions is built,
// and returns it. The timeout is needed because ResolveFull never returns if go-ethereum
// gives up building, for example on a machine that was suspended.
func full(payload *miner.Payload, timeout time.Duration) (*types.Block, error) {
	built := make(chan bool, 1)
	go func() { built <- payload.ResolveFull() != nil }()
	over := time.NewTimer(timeout)
	defer over.Stop()
	select {
	case ok := <-built:
		if ok {
			block, _, _, _ := payload.FullBlockAndReceipts()
			return block, nil
		}
	case <-over.C:
		payload.Resolve() // ends the build if it is still running
	}
	return nil, errors.New("no block was built")
}

// finalize sets the newest final block, Finality blocks below the head. It never moves it
// back.
func (d *Devnet) finalize(head uint64) {
	bc := d.eth.BlockChain()
	final := head - min(head, d.config.Finality)
	if final > bc.CurrentFinalBlock().Number.Uint64() {
		h := bc.GetHeaderByNumber(final)
		bc.SetFinalized(h)
		bc.SetSafe(h)
	}
}

// Reorg replaces the block with that number and all later ones with new blocks, one more
// than before. With keep, the new blocks include the pool's transactions, which are those of
// the replaced blocks too. Without keep, the pool is emptied and the new blocks are empty.
// Reorg fails if the block is final or does not exist.
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
