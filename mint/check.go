package mint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// A node may report no events although there are some: indexes of logs lag, history is
// pruned, replicas differ. So an absent log proves nothing. The counters of a launch's
// contract (sold and withdrawn) and its balance of the asset, in the state after a
// block, must match the events up to that block exactly. Until they do, no conclusion
// is drawn about that launch: no payment is voided or refused as used, and no price is
// quoted. Its blocks are read again; see repair.

// standing is the loop's state of one launch between steps.
type standing struct {
	ledger     ledger
	conditions Conditions // as last read
	known      bool       // the conditions were read
	compared   bool       // the contract was seen to match the registration
	mismatch   string     // how it does not match; compared again with the next step
	checked    Block      // block of the last comparison of the books with the conditions
	agreed     Block      // newest block with books that agreed
	differs    string     // how they differ; empty if they agree
	uncovered  string     // settled payments for which the launch no longer has the money
	lost       error      // why the last read of the conditions failed
	lostAt     time.Time  // when these failures began
	expired    uint64     // final block of the last check for expiry
	repair     *repair    // under way
	attempts   int        // repairs that did not help
	next       time.Time  // when to try again
	usage      map[PaymentID]usageLook
	ripe       Block     // final block up to which to read a second time when it is old enough
	rereadAt   time.Time // earliest time of the next second reading
	second     *repair   // a second reading with events that the chain's state did not confirm yet
	doubted    int       // second readings with events that it did not confirm
}

// audit compares each launch's books with its contract's counters, and reads blocks again
// while they differ. It stores events that were missing or that the chain does not have.
type audit struct {
	store interface {
		LaunchStore
		ChainStore
		EventStore
	}
	chain interface {
		BlockReader
		StateReader
	}
	log     *slog.Logger
	clock   func() time.Time
	blocks  *blocks
	silence *silence
	notify  *notifier
	view    *view
	signals *signals
	turns   *turns

	standings map[string]*standing // by launch slug
	solvency  sync.Map             // launch slug → Solvency, as last compared
}

// standing returns a launch's standing; it creates it at first use.
func (a *audit) standing(slug string) *standing {
	s := a.standings[slug]
	if s == nil {
		s = &standing{usage: map[PaymentID]usageLook{}}
		a.standings[slug] = s
	}
	return s
}

// unchecked forgets the last check because the events are about to change. Until the
// next check no price is quoted.
func (s *standing) unchecked() { s.checked, s.known = Block{}, false }

// agrees reports whether the books agreed when last checked, at a block not before the
// given one. Then the events up to the given block are complete.
func (s *standing) agrees(block uint64) bool {
	return s.differs == "" && s.agreed.Number > 0 && s.agreed.Number >= block
}

// checkAtHead runs check once the chain's head was read. Nodes may not keep the states
// of the blocks before it.
func (a *audit) checkAtHead(ctx context.Context, launches []Launch) error {
	if a.view.behind {
		return nil
	}
	return a.check(ctx, launches)
}

// check reads each launch's conditions at the newest block that was read and compares
// its books with them. A failure of one launch does not hold up the others; a returned
// error is the store's.
func (a *audit) check(ctx context.Context, launches []Launch) error {
	head := a.view.head
	errs := make([]error, len(launches))
	a.turns.each(len(launches), func(i int) {
		l, s := launches[i], a.standing(launches[i].Slug)
		if head.Number == 0 || !l.upTo(head) {
			return
		}
		if s.checked.Hash != head.Hash {
			errs[i] = a.checkOne(ctx, l, s)
		}
		if errs[i] == nil && s.differs != "" && s.checked.Hash == head.Hash {
			errs[i] = a.mend(ctx, l, s)
		}
	})
	return errors.Join(errs...)
}

func (a *audit) checkOne(ctx context.Context, l Launch, s *standing) error {
	head := a.view.head
	var differs, err error
	var c Conditions
	a.turns.all(
		func() { differs = a.identify(ctx, l, s) },
		func() { c, err = a.conditions(ctx, l, head) },
	)
	if differs != nil || s.mismatch != "" {
		a.lose(l, s, differs)
		return nil
	}
	if err != nil {
		a.lose(l, s, err)
		return nil
	}
	books, err := s.ledger.upTo(ctx, a.store, l, head.Number)
	if err != nil {
		return err
	}
	if !books.explain(c) && s.differs == "" {
		// While some nodes make the next block, they answer from its state. So the first
		// difference is read twice.
		if again, err := a.conditions(ctx, l, head); err == nil {
			c = again
		}
		if books, err = s.ledger.upTo(ctx, a.store, l, head.Number); err != nil {
			return err
		}
	}
	first := !s.known
	s.conditions, s.known, s.checked, s.lost = c, true, head, nil
	found := books.Solvency(head)
	found.Final = a.view.final.Number >= head.Number
	found.Check(s.conditions)
	if l.Sold != found.Sold {
		found.Differ("database_sold", nil, "the database counts %d sold, its events say %d", l.Sold, found.Sold)
	}
	a.solvency.Store(l.Slug, found)
	was := s.differs
	s.differs, s.uncovered = found.unexplained(), found.details("owed_uncovered")
	switch {
	case s.differs == "":
		if was != "" {
			a.log.Info("books agree again", "launch", l.Slug, "block", head.Number)
		}
		s.agreed, s.repair, s.attempts = head, nil, 0
		a.notify.waiters.agreed(l.Slug, head)
		if first {
			a.log.Info(l.StandingAt(a.clock(), c.Paused || c.AssetPaused).words(), "launch", l.Slug, "token", l.Token, "sold", found.Sold)
		}
	case was == "":
		a.log.Warn("books differ", "launch", l.Slug, "block", head.Number, "agreed", s.agreed.Number, "differences", s.differs)
		a.notify.waiters.agreed(l.Slug, Block{})
	}
	return nil
}

// conditions reads a launch's conditions in the state after a block.
func (a *audit) conditions(ctx context.Context, l Launch, at Block) (Conditions, error) {
	answered := a.silence.asking()
	c, err := a.chain.Conditions(ctx, l, at.Number)
	answered(err)
	if err == nil && c.At.Hash != at.Hash {
		err = fmt.Errorf("block %d: %w", at.Number, ErrUnknownBlock)
	}
	return c, err
}

// identify reads, until it succeeds, whether a launch matches its registration. A
// lagging node may not have its contract yet, so a launch that differs is compared
// again. Until that succeeds, it differs.
func (a *audit) identify(ctx context.Context, l Launch, s *standing) error {
	if s.compared {
		return nil
	}
	mismatch, err := a.chain.Differs(ctx, l)
	if err == nil {
		s.mismatch, s.compared = mismatch, mismatch == ""
	}
	return err
}

// lose records why a launch's conditions could not be read.
func (a *audit) lose(l Launch, s *standing, err error) {
	if s.lost == nil {
		s.lostAt = a.clock()
	}
	s.lost = err
	a.log.Debug("read conditions", "launch", l.Slug, "block", a.view.head.Number, "err", err)
}

// unexplained returns how the events differ from the contract's counters and balance.
// Such a difference means that events are missing, or were never on chain. Other
// differences may be correct on-chain facts.
func (s Solvency) unexplained() string { return s.details("contract_") }

// details returns the differences with codes that begin so.
func (s Solvency) details(code string) string {
	var details []string
	for _, d := range s.Differences {
		if strings.HasPrefix(d.Code, code) {
			details = append(details, d.Detail)
		}
	}
	return strings.Join(details, "; ")
}

// takenBack forgets conclusions from blocks that a reorg removed.
func (a *audit) takenBack(shared Block) {
	for _, s := range a.standings {
		s.ledger.back(shared.Number)
		if s.agreed.Number > shared.Number {
			s.agreed = shared
		}
		s.repair, s.second = nil, nil
	}
}

// lagFor is how long nodes may lack the newest block that was read before a launch is
// no longer sold: several nodes may be behind one URL, and some lag.
const lagFor = 10 * time.Second

// unreadable reports whether a launch's conditions cannot be read. A node that has not
// seen the block yet counts only after lagFor.
func (a *audit) unreadable(s *standing) bool {
	return s.lost != nil && (!errors.Is(s.lost, ErrUnknownBlock) || a.clock().Sub(s.lostAt) >= lagFor)
}

// bookFaults returns the reasons why single launches are not sold: they are read up to
// an earlier block than the others, their state cannot be read, or their events do not
// match their contract's counters.
func (a *audit) bookFaults(launches []Launch) (faults []Fault) {
	head := a.view.head
	for _, l := range launches {
		switch s := a.standing(l.Slug); {
		case head.Number > 0 && !l.upTo(head):
			faults = append(faults, launchFault("catching_up", l, "the past of %s is still being read, up to block %d of %d so far; it is sold once all is read", l.Slug, l.Read.Number, head.Number))
		case s.mismatch != "":
			faults = append(faults, launchFault("launch_differs", l, "%s differs from its registration: %s", l.Slug, s.mismatch))
		case s.differs != "":
			faults = append(faults, delivering(launchFault("books_differ", l, "the events of %s up to block %d do not match its contract: %s; "+
				"the node omits events or has dropped old ones. They are read again until they match; if this lasts, add a node with full history (--rpc)", l.Slug, s.checked.Number, s.differs)))
		case s.uncovered != "":
			faults = append(faults, launchFault("owed_uncovered", l, "at %s %s, since the key of its owner %s sent money of payers to others: nothing is taken for it and nothing is sent until the missing amount is at the contract %s, or that owner returned what is owed",
				l.Slug, s.uncovered, s.conditions.Refunder, l.Token))
		case a.unreadable(s):
			faults = append(faults, delivering(launchFault("launch_unreadable", l, "the state of %s and its asset cannot be read; the last values may be out of date", l.Slug)))
		case !s.known:
			faults = append(faults, launchFault("catching_up", l, "the state of %s is not read yet", l.Slug))
		}
	}
	return faults
}
