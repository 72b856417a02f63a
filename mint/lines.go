package mint

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"
)

// line sends what one account of ours signs. Each account has its own account nonces, so
// lines do not wait for each other, and reading the chain does not wait for them.
type line struct {
	account common.Address // zero: all accounts whose keys this server no longer has
	running bool
	again   bool // there was something new while it ran
	failed  bool // its last round failed; it waits for the next step
}

// openLines makes a line for each of our accounts.
func (lp *loop) openLines(senders []common.Address) {
	lp.lines = nil
	for _, a := range append(slices.Clone(senders), lp.minter, common.Address{}) {
		if !slices.ContainsFunc(lp.lines, func(ln *line) bool { return ln.account == a }) {
			lp.lines = append(lp.lines, &line{account: a})
		}
	}
}

// wakeLines lets lines look for something to send: all of them if the chain was read since
// the last time, otherwise those that can send new work now. None of these retries what
// failed.
func (lp *loop) wakeLines(ctx context.Context, fresh bool) {
	leave := lp.batcher.mayLeave()
	for _, ln := range lp.lines {
		switch {
		case !fresh && (ln.failed || !lp.batcher.wants(ln.account, leave)):
		case ln.running:
			ln.again = true
		default:
			lp.wake(ctx, ln)
		}
	}
}

func (lp *loop) wake(ctx context.Context, ln *line) {
	ln.running = true
	lp.turns.start(func() {
		defer func() { ln.running = false }()
		for again := true; again; again = ln.again && !ln.failed && ctx.Err() == nil {
			ln.again = false
			err := lp.round(ctx, ln.account)
			ln.failed = err != nil
			if err != nil && ctx.Err() == nil {
				lp.troubles = append(lp.troubles, err)
			}
		}
	})
}

// round first sends a line's stored transactions again that are not mined, then claimed
// orders, then, if it is the minter's line, owed ones. Every transaction is stored before
// a node sees it. Nothing is sent based on an old view of the chain.
func (lp *loop) round(ctx context.Context, account common.Address) error {
	if !lp.view.current {
		return nil
	}
	launches, err := lp.store.Launches(ctx)
	if err != nil {
		return err
	}
	var troubles []error // a failure of one transaction or launch does not hold up the others
	if account == (common.Address{}) {
		troubles = append(troubles, lp.moveOthers(ctx, launches))
	} else {
		troubles = append(troubles, lp.txs.move(ctx, launches, account))
	}
	signs, err := lp.trySigner(ctx, launches, account)
	if troubles = append(troubles, err); !signs {
		return errors.Join(troubles...)
	}
	if slices.Contains(lp.txs.senders, account) {
		for _, l := range launches {
			if err := lp.batcher.sendBatches(ctx, l, account); err != nil {
				troubles = append(troubles, fmt.Errorf("send batch of %s: %w", l.Slug, err))
			}
		}
	}
	if account == lp.minter {
		troubles = append(troubles, lp.sendOwed(ctx, launches))
	}
	return errors.Join(troubles...)
}

// moveOthers moves the transactions of accounts whose keys this server no longer has.
func (lp *loop) moveOthers(ctx context.Context, launches []Launch) error {
	txs, err := lp.store.InFlight(ctx)
	troubles := []error{err}
	done := map[common.Address]bool{}
	for _, ln := range lp.lines {
		done[ln.account] = true
	}
	for _, tx := range txs {
		if !done[tx.Sender] {
			done[tx.Sender] = true
			troubles = append(troubles, lp.txs.move(ctx, launches, tx.Sender))
		}
	}
	return errors.Join(troubles...)
}

// sendOwed processes settled payments. A mint for money that is with a launch is sent even
// if Settings.Budget is used up: its payer has paid the price, and none of its code runs.
func (lp *loop) sendOwed(ctx context.Context, launches []Launch) error {
	troubles := []error{lp.settler.occupied(ctx)}
	for _, l := range lp.settler.byOpening(launches) {
		if lp.gas.tooDear() {
			break
		}
		if err := lp.settler.sendSettled(ctx, l); err != nil {
			troubles = append(troubles, fmt.Errorf("mint settled of %s: %w", l.Slug, err))
		}
	}
	return errors.Join(troubles...)
}

// takeTroubles returns the errors of lines since the last step.
func (lp *loop) takeTroubles() error {
	err := errors.Join(append(lp.troubles, lp.txs.troubles...)...)
	lp.troubles, lp.txs.troubles = nil, nil
	return err
}

// queue counts the orders that are claimed and not sent. Those of creators' launches fill half
// of it: such a launch is sold while less than half is used, and those beyond, which were in
// transactions that came to nothing, do not count against the operator's launches.
type queue struct {
	atomic.Int64
	beyond atomic.Int64
}

// full reports whether no order of a launch may be added, with a limit for the whole queue.
func (q *queue) full(l *Launch, limit int) bool {
	if l.Creator != (common.Address{}) {
		return q.Load() >= max(1, int64(limit)/2)
	}
	return q.Load()-q.beyond.Load() >= int64(limit)
}

// recountQueue counts the orders that are claimed and not sent.
func (lp *loop) recountQueue(ctx context.Context, launches []Launch) {
	n, err := lp.store.Count(ctx, Query{States: []State{Claimed}})
	if err != nil {
		return
	}
	creators, half := 0, lp.Queue/2
	for _, l := range launches {
		if n < half || l.Creator == (common.Address{}) {
			continue
		}
		if of, err := lp.store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed}}); err == nil {
			creators += of
		}
	}
	lp.queued.beyond.Store(int64(max(0, creators-half)))
	lp.queued.Store(int64(n))
}

// trialNonce is the account nonce of trials. No account gets that far, so no block can ever
// have a trial (EIP-2681).
const trialNonce = math.MaxUint64 - 1

// trySigner reports whether an account's key signs, as far as known. One that has not signed
// gets a trial to sign, at most every 5 s, which is never sent.
func (lp *loop) trySigner(ctx context.Context, launches []Launch, account common.Address) (bool, error) {
	t := lp.txs
	last, waits := t.unsigned[account]
	untried := errors.Is(last.why, errUntried)
	switch {
	case !waits:
		return true, nil
	case len(launches) == 0, !untried && lp.clock().Sub(last.tried) < resendEvery:
		return false, nil
	}
	if _, err := t.chain.SignBatch(ctx, launches[0], nil, account, trialNonce, big.NewInt(1), big.NewInt(1)); err != nil {
		t.unable(ctx, account, err)
		return false, fmt.Errorf("try the signer of %s: %w", account, err)
	}
	delete(t.unsigned, account)
	delete(t.resting, account)
	if !untried {
		lp.log.Info("the signer signs again", "account", account)
	}
	return true, nil
}
