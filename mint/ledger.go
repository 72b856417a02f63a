package mint

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ledger keeps a launch's books at hand: added up to a final block, so that a
// head costs only what is new, and closed at the newest head that was asked for.
type ledger struct {
	reading sync.Mutex
	books   *Books
	next    uint64 // the first block that books lack
	last    atomic.Pointer[Solvency]
	failed  atomic.Pointer[time.Time] // when the newest try was
}

// ErrUnread: the books cannot be read, and were not before.
var ErrUnread = errors.New("the books are not read yet")

// retryBooks is how long a failure to read the books stands for the next try: a
// node in trouble is not asked for every request.
const retryBooks = 2 * time.Second

// Solvency is a launch's books at the newest block read, held against the
// contract's counters in the state after that block and against the store's. It
// is read once a head and otherwise remembered; while it cannot be read, or
// somebody else is reading, it is the last one. ErrNotFound if there is no such
// launch, ErrUnread if there is no last one.
func (e *Engine) Solvency(ctx context.Context, slug string) (Solvency, error) {
	launch, err := e.Store.Launch(ctx, slug)
	if err != nil {
		return Solvency{}, err
	}
	v, _ := e.ledgers.LoadOrStore(launch.Slug, &ledger{})
	l := v.(*ledger)
	if l.reading.TryLock() {
		defer l.reading.Unlock()
		if failed := l.failed.Load(); failed == nil || e.Clock().Sub(*failed) >= retryBooks {
			l.failed.Store(nil)
			// What is half added up is of no use to anybody, and others ask for it.
			s, err := l.read(context.WithoutCancel(ctx), e, slug)
			if err == nil {
				l.last.Store(&s)
			} else {
				now := e.Clock()
				l.failed.Store(&now)
				e.Log.Warn("read books", "launch", slug, "err", err)
			}
		}
	}
	if last := l.last.Load(); last != nil {
		return *last, nil
	}
	return Solvency{}, ErrUnread
}

func (l *ledger) read(ctx context.Context, e *Engine, slug string) (Solvency, error) {
	last, anew := l.last.Load(), false
	for range 4 {
		cursor, err := e.Store.Cursor(ctx)
		if err != nil {
			return Solvency{}, err
		}
		if len(cursor) == 0 {
			return Solvency{}, ErrUnknownBlock
		}
		head, final := cursor[0], cursor[len(cursor)-1]
		if last != nil && last.At.Hash == head.Hash && last.Final == (final.Number >= head.Number) {
			return *last, nil
		}
		launch, err := e.Store.Launch(ctx, slug)
		if err != nil {
			return Solvency{}, err
		}
		s, err := l.add(ctx, e.Store, launch, head, final)
		if err != nil {
			return Solvency{}, err
		}
		conditions, err := e.Chain.Conditions(ctx, launch, head.Number)
		if err != nil {
			return Solvency{}, err
		}
		// If the block is still the chain's, the counters were of its state; and if
		// the cursor is where it was, so are the events.
		block, err := e.Chain.Block(ctx, head.Number)
		if err != nil {
			return Solvency{}, err
		}
		again, err := e.Store.Cursor(ctx)
		if err != nil {
			return Solvency{}, err
		}
		if block.Hash != head.Hash || len(again) == 0 || again[0].Hash != head.Hash {
			continue
		}
		s.Check(conditions)
		if launch.Sold != s.Sold {
			s.Differ("database_sold", nil, "the database counts %d sold, its events say %d", launch.Sold, s.Sold)
		}
		if len(s.Differences) == 0 || anew || last != nil && slices.Equal(codes(*last), codes(s)) {
			return s, nil
		}
		l.books, anew = nil, true // before it is said, everything is added up anew
	}
	return Solvency{}, errors.New("the chain moved on while they were read")
}

// add brings the books up to the final block, and closes a copy of them at the
// head.
func (l *ledger) add(ctx context.Context, store Store, launch Launch, head, final Block) (Solvency, error) {
	if l.books == nil {
		l.books, l.next = NewBooks(launch), 0
	}
	enter := func(b *Books) func(Event) error {
		return func(e Event) error { b.Add(e); return nil }
	}
	if l.next <= final.Number {
		if err := store.EachEvent(ctx, launch.Slug, l.next, final.Number, enter(l.books)); err != nil {
			l.books = nil // a part of it was added
			return Solvency{}, err
		}
		l.next = final.Number + 1
	}
	books := l.books.clone()
	if err := store.EachEvent(ctx, launch.Slug, l.next, head.Number, enter(books)); err != nil {
		return Solvency{}, err
	}
	s := books.Solvency(head)
	s.Final = final.Number >= head.Number
	return s, nil
}

func codes(s Solvency) []string {
	var codes []string
	for _, d := range s.Differences {
		codes = append(codes, d.Code)
	}
	return codes
}
