package mint

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A node may answer that nothing happened where something did: indexes of logs lag,
// history is pruned, replicas differ. So no log that is absent proves anything. What
// a launch's contract counts (sold and withdrawn) and what it holds of its asset, in
// the state after a block, must explain the events up to that block to the unit.
// Until they do, nothing is concluded about that launch: no payment of it is voided
// or refused as used, and no price is named. Its blocks are read again; see repair.

// standing is what the loop knows of one launch between steps.
type standing struct {
	ledger     ledger
	conditions Conditions // as last read
	known      bool       // they were
	compared   bool       // it was seen to be what was registered
	mismatch   string     // how it is not; compared again with the next step
	checked    Block      // in whose state they were held against the books
	agreed     Block      // the newest at which the books agreed
	differs    string     // how they differ; empty if they agree
	lost       error      // why the conditions could not be read the last time
	lostAt     time.Time  // when that began
	expired    uint64     // final block for which expiry was looked at
	repair     *repair    // under way
	attempts   int        // repairs that did not help
	next       time.Time  // when to try again
	usage      map[PaymentID]usageLook
	twice      uint64 // final block up to which all was read a second time
}

// standing is a launch's, made when it is first asked for.
func (e *Engine) standing(slug string) *standing {
	s := e.memory.standings[slug]
	if s == nil {
		s = &standing{usage: map[PaymentID]usageLook{}}
		e.memory.standings[slug] = s
	}
	return s
}

// unchecked forgets the last check, since the events are about to be others. Until
// the next one no price is named.
func (s *standing) unchecked() { s.checked, s.known = Block{}, false }

// agrees says that the books agreed at the newest block that they were checked at,
// and that this is at or after a block. Then the events up to it are all there were.
func (s *standing) agrees(block uint64) bool {
	return s.differs == "" && s.agreed.Number > 0 && s.agreed.Number >= block
}

// checkAtHead is check once the chain's head was read. Nodes may not keep the states
// of the blocks before it.
func (e *Engine) checkAtHead(ctx context.Context, launches []Launch) error {
	if e.memory.behind {
		return nil
	}
	return e.check(ctx, launches)
}

// check reads how each launch stands at the newest block that was read, and holds
// its books against that. What goes wrong with one launch holds up no other; an
// error is the store's.
func (e *Engine) check(ctx context.Context, launches []Launch) error {
	head := e.memory.head
	for _, l := range launches {
		s := e.standing(l.Slug)
		if head.Number == 0 || !l.upTo(head) {
			continue
		}
		if s.checked.Hash != head.Hash {
			if err := e.checkOne(ctx, l, s); err != nil {
				return err
			}
		}
		if s.differs != "" && s.checked.Hash == head.Hash {
			if err := e.mend(ctx, l, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) checkOne(ctx context.Context, l Launch, s *standing) error {
	head := e.memory.head
	if err := e.identify(ctx, l, s); err != nil || s.mismatch != "" {
		e.lose(l, s, err)
		return nil
	}
	answered := e.asking()
	c, err := e.Chain.Conditions(ctx, l, head.Number)
	answered(err)
	if err == nil && c.At.Hash != head.Hash {
		err = fmt.Errorf("block %d: %w", head.Number, ErrUnknownBlock)
	}
	if err != nil {
		e.lose(l, s, err)
		return nil
	}
	books, err := s.ledger.upTo(ctx, e.Store, l, head.Number)
	if err != nil {
		return err
	}
	first := !s.known
	s.conditions, s.known, s.checked, s.lost = c, true, head, nil
	found := books.Solvency(head)
	found.Final = e.memory.final.Number >= head.Number
	found.Check(c)
	if l.Sold != found.Sold {
		found.Differ("database_sold", nil, "the database counts %d sold, its events say %d", l.Sold, found.Sold)
	}
	e.books.Store(l.Slug, found)
	was := s.differs
	s.differs = found.unexplained()
	switch {
	case s.differs == "":
		if was != "" {
			e.Log.Info("books agree again", "launch", l.Slug, "block", head.Number)
		}
		s.agreed, s.repair, s.attempts = head, nil, 0
		e.waiters.agreed(l.Slug, head)
		if first {
			e.Log.Info("on sale", "launch", l.Slug, "token", l.Token, "sold", found.Sold)
		}
	case was == "":
		e.Log.Warn("books differ", "launch", l.Slug, "block", head.Number, "agreed", s.agreed.Number, "differences", s.differs)
		e.waiters.agreed(l.Slug, Block{})
	}
	return nil
}

// identify reads once whether a launch is what was registered. A node that lags may
// not have its contract yet: one that differs is compared again.
func (e *Engine) identify(ctx context.Context, l Launch, s *standing) (err error) {
	if !s.compared {
		s.mismatch, err = e.Chain.Differs(ctx, l)
		s.compared = err == nil && s.mismatch == ""
	}
	return err
}

// lose notes why a launch's conditions could not be read.
func (e *Engine) lose(l Launch, s *standing, err error) {
	if s.lost == nil {
		s.lostAt = e.Clock()
	}
	s.lost = err
	e.Log.Debug("read conditions", "launch", l.Slug, "block", e.memory.head.Number, "err", err)
}

// unexplained says how the events do not explain what the contract counts and
// holds, which means that events are missing, or were never on chain. Other
// differences may be what the chain itself shows.
func (s Solvency) unexplained() string {
	var details []string
	for _, d := range s.Differences {
		if strings.HasPrefix(d.Code, "contract_") {
			details = append(details, d.Detail)
		}
	}
	return strings.Join(details, "; ")
}

// takenBack forgets what was concluded from blocks that a reorg took.
func (e *Engine) takenBack(shared Block) {
	for _, s := range e.memory.standings {
		s.ledger.back(shared.Number)
		if s.agreed.Number > shared.Number {
			s.agreed = shared
		}
		s.repair = nil
	}
}

// lagFor is for how long nodes may not know the newest block that was read before a
// launch is no longer sold: of several behind one name, some lag.
const lagFor = 10 * time.Second

// unreadable says that a launch's conditions cannot be read, and that this is not
// only because the node has not seen the block yet.
func (e *Engine) unreadable(s *standing) bool {
	return s.lost != nil && (!errors.Is(s.lost, ErrUnknownBlock) || e.Clock().Sub(s.lostAt) >= lagFor)
}

// bookFaults are the reasons for which single launches are not sold: they are read
// up to an earlier block than the others, their state cannot be read, or their
// events are not what their contract counts.
func (e *Engine) bookFaults(launches []Launch) (faults []Fault) {
	head := e.memory.head
	for _, l := range launches {
		switch s := e.standing(l.Slug); {
		case head.Number > 0 && !l.upTo(head):
			faults = append(faults, launchFault("catching_up", l, "what happened to %s before it came on sale here is being read: up to block %d of %d so far", l.Slug, l.Read.Number, head.Number))
		case s.mismatch != "":
			faults = append(faults, launchFault("launch_differs", l, "%s is not what was registered: %s", l.Slug, s.mismatch))
		case s.differs != "":
			faults = append(faults, delivering(launchFault("books_differ", l, "payments to %s up to block %d do not add up: %s; "+
				"the node leaves out events or has dropped old ones, and they are read again until they add up: add a node with full history (--rpc)", l.Slug, s.checked.Number, s.differs)))
		case e.unreadable(s):
			faults = append(faults, delivering(launchFault("launch_unreadable", l, "%s and its asset cannot be read; the last values may be out of date", l.Slug)))
		case !s.known:
			faults = append(faults, launchFault("catching_up", l, "the state of %s is not read yet", l.Slug))
		}
	}
	return faults
}
