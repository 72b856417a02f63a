package mint

import (
	"context"
	"errors"
	"slices"
	"time"
)

// repair is a second reading of one launch's blocks after its events did not add up.
// Mints and refunds that it finds and the store lacks are stored only if the chain's state
// confirms them; see [audit.addConfirmed]. Events that the store has and it does not find are
// removed only if the books then agree, since the second answer may lack events as
// well, and only if the chain's state does not contradict it; see [audit.refuted].
type repair struct {
	attempt  int
	from     uint64
	at       Block   // end of the last stretch read
	failures int     // of the node, in a row
	missing  []Event // found, but not stored
	unseen   []Event // stored, but not found again
	misread  []Event // those of unseen that are payments of mints, stored as settlements
	instead  []Event // found at the place of an event in unseen
}

// maxStretches is the maximum number of reads in a step for launches that are behind or
// are read again.
const maxStretches = 4

// mend reads blocks of a launch again if its books differ at the newest block read. It
// begins with the blocks since they last agreed, and takes more each time that does not
// help, down to the launch's deployment. An error is the store's.
func (a *audit) mend(ctx context.Context, l Launch, s *standing) error {
	if a.clock().Before(s.next) {
		return nil
	}
	if s.repair == nil {
		from := a.rereadFrom(l, s)
		s.repair = &repair{attempt: s.attempts, from: from, at: Block{Number: from}}
	}
	for range maxStretches {
		whole, err := a.rereadStretch(ctx, l, s.repair)
		var lost *chainError
		if errors.As(err, &lost) {
			a.log.Debug("read again", "launch", l.Slug, "from", s.repair.from, "err", err)
			if s.repair.failures++; s.repair.failures >= maxFailures || errors.Is(err, ErrUnknownBlock) {
				a.failed(s)
			} else {
				s.next = a.clock().Add(time.Second << s.repair.failures)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if whole {
			return a.concludeRepair(ctx, l, s)
		}
	}
	signal(a.signals.read)
	return nil
}

// chainError marks an error of the chain, to tell it apart from one of the store.
type chainError struct{ error }

func (e *chainError) Unwrap() error { return e.error }

// rereadFrom returns the block after which to read again: the last one with books that
// agreed. Once logs and receipts since then did not help, it returns an earlier block
// after every two attempts.
func (a *audit) rereadFrom(l Launch, s *standing) uint64 {
	first, head := max(l.DeployedAt, 1)-1, a.view.head.Number
	width := uint64(maxBlocks)
	for range max(s.attempts-AttemptReceipts, 0) / 2 {
		width = min(8*width, head)
	}
	from := head - min(head, width)
	if s.agreed.Number > 0 && s.attempts <= AttemptReceipts {
		from = s.agreed.Number
	}
	return max(first, min(from, head-min(head, 1)))
}

// failed records an attempt that did not help, and when to try again.
func (a *audit) failed(s *standing) {
	wide := a.view.head.Number-min(a.view.head.Number, s.repair.from) > maxBlocks
	s.repair = nil
	longest := 15 * time.Second
	if wide {
		longest = 5 * time.Minute
	}
	s.next = a.clock().Add(min(time.Second<<min(s.attempts, 20), longest))
	s.attempts++
}

// rereadStretch reads the next stretch, at most maxBlocks, and reports whether it
// reached the newest block.
func (a *audit) rereadStretch(ctx context.Context, l Launch, r *repair) (whole bool, err error) {
	to := a.view.head
	if to.Number > r.at.Number+maxBlocks {
		if to, err = a.blocks.at(ctx, r.at.Number+maxBlocks); err != nil {
			return false, &chainError{err}
		}
	}
	if to.Number > r.at.Number {
		found, err := a.chain.Reread(ctx, []Launch{l}, r.at, to, r.attempt)
		if err != nil {
			return false, &chainError{err}
		}
		missing, err := a.compare(ctx, l, r, found, to)
		if err != nil {
			return false, err
		}
		r.missing = append(r.missing, missing...)
	}
	r.at, r.failures = to, 0
	return to.Number == a.view.head.Number, nil
}

// compare compares the events found again with the stored ones. It returns the events that
// the store lacks, and adds to r those that were not found again.
func (a *audit) compare(ctx context.Context, l Launch, r *repair, found []Event, to Block) (missing []Event, err error) {
	stored := map[Mark]Event{}
	err = a.store.EachEvent(ctx, l.Slug, r.at.Number+1, to.Number, func(e Event) error {
		stored[e.place()] = e
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		was, known := stored[f.place()]
		switch {
		case !known:
			missing = append(missing, f)
		case was.same(f):
			delete(stored, f.place())
		default:
			r.instead = append(r.instead, f)
		}
	}
	for _, e := range stored {
		r.unseen = append(r.unseen, e)
		if misread(e, found) {
			r.misread = append(r.misread, e)
		}
	}
	if len(missing) > 0 {
		a.log.Warn("events were missing", "launch", l.Slug, "events", len(missing), "from", r.at.Number+1, "to", to.Number)
	}
	return missing, nil
}

// misread reports whether a stored settlement is the payment of a mint, which a node left
// out when the payment was read: see EventSettled.
func misread(e Event, found []Event) bool {
	return e.Kind == EventSettled && slices.ContainsFunc(found, func(f Event) bool {
		return f.Kind == EventMinted && f.ID == e.ID && f.At.Tx == e.At.Tx
	})
}

// concludeRepair stores the events that were missing and removes those that were not found
// again if the books agree without them. Then it checks the books. Books agree with a misread
// settlement and without it.
func (a *audit) concludeRepair(ctx context.Context, l Launch, s *standing) (err error) {
	r := s.repair
	if r.missing, err = a.addConfirmed(ctx, l, r.missing); err != nil {
		return err
	}
	books, err := s.ledger.upTo(ctx, a.store, l, a.view.head.Number)
	if err == nil && !books.explain(s.conditions) {
		err = a.replace(ctx, l, r, s.conditions)
	}
	if err != nil {
		return err
	}
	books, err = s.ledger.upTo(ctx, a.store, l, a.view.head.Number)
	if err != nil {
		return err
	}
	if !books.explain(s.conditions) {
		a.failed(s)
		return nil
	}
	r.misread = slices.DeleteFunc(r.misread, func(e Event) bool { // whose mint was not stored
		return slices.ContainsFunc(r.missing, func(m Event) bool { return m.ID == e.ID })
	})
	if len(r.misread) > 0 {
		if err := a.fillIn(ctx, Fill{Launch: l.Slug, Gone: r.misread}, r.from); err != nil {
			return err
		}
	}
	if l, err = a.store.Launch(ctx, l.Slug); err != nil {
		return err
	}
	return a.checkOne(ctx, l, s)
}

// replace removes the events that a reading did not find again and stores those that it found
// instead, and that are missing, if the books then agree with conditions and the chain's state
// does not contradict it.
func (a *audit) replace(ctx context.Context, l Launch, r *repair, c Conditions) error {
	if len(r.unseen) == 0 {
		return nil
	}
	without, err := a.without(ctx, l, r)
	if err != nil || !without.books.explain(c) || !a.refuted(ctx, l, without) {
		return err
	}
	a.log.Warn("events are not on chain", "launch", l.Slug, "events", len(r.unseen), "from", r.from+1)
	err = a.fillIn(ctx, Fill{Launch: l.Slug, Gone: r.unseen, Events: append(r.instead, r.missing...)}, r.from)
	r.missing = nil
	return err
}

// explain reports whether the books agree with conditions.
func (b *Books) explain(c Conditions) bool {
	found := b.Solvency(Block{})
	found.Check(c)
	return found.unexplained() == ""
}

// fillIn stores data read of one launch alone. The books are added up again above the given
// block, and above the first of the events.
func (a *audit) fillIn(ctx context.Context, f Fill, above uint64) error {
	changed, err := a.store.Fill(ctx, f)
	for _, events := range [][]Event{f.Events, f.Gone} {
		for _, ev := range events {
			above = min(above, max(ev.At.Block, 1)-1)
		}
	}
	a.standing(f.Launch).ledger.back(above) // a write that failed may be on disk
	if err != nil {
		return err
	}
	a.notify.announce(ctx, changed)
	return nil
}
