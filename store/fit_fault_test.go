package store_test

import (
	"database/sql/driver"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestAFaultOfTheDiskIsToldUntilAWriteSucceeds(t *testing.T) {
	s, f := faultySale(t, 10)
	must(t, s.Fit(ctx))
	f.before = func(query string, _ []driver.NamedValue) error {
		if query == "COMMIT" {
			return errIO
		}
		return nil
	}
	if _, _, err := s.Claim(ctx, order("ping", 1, 1, 1), rich); !errors.Is(err, errIO) {
		t.Fatalf("claim: %v", err)
	}
	for range 2 {
		if err := s.Fit(ctx); !errors.Is(err, errIO) {
			t.Errorf("while it lasts: %v", err)
		}
	}
	f.before = nil
	must(t, s.Fit(ctx)) // found out without anybody's claim
	f.before = func(query string, _ []driver.NamedValue) error { return errors.New("not the disk's") }
	if _, _, err := s.Claim(ctx, order("ping", 1, 1, 1), rich); err == nil {
		t.Fatal("claimed")
	}
	f.before = nil
	must(t, s.Fit(ctx))
}

func TestALogThatCannotBeBroughtInIsToldUntilItIs(t *testing.T) {
	s, f := faultySale(t, 1<<40)
	f.before = func(query string, _ []driver.NamedValue) error {
		if strings.Contains(query, "wal_checkpoint") {
			return errIO
		}
		return nil
	}
	block := writeMany(t, s, 0)
	if err := s.Fit(ctx); !errors.Is(err, errIO) {
		t.Errorf("while it lasts: %v", err)
	}
	f.before = nil
	must(t, s.Fit(ctx))
	writeMany(t, s, block)
	must(t, s.Fit(ctx))
}

// writeMany writes so much that the log is brought in, waits for that, and
// returns the number of the newest block.
func writeMany(t *testing.T, s *store.Store, from uint64) uint64 {
	t.Helper()
	head := block(from+1, "a")
	var events []mint.Event
	for n := range 600 {
		events = append(events, event(mint.EventMinted, order("ping", n, int(head.Number), 1), head, uint(n)))
	}
	advance(t, s, from, head, block(from, "a"), events...)
	store.AwaitKeeper(s)
	return head.Number
}

func TestTheLogIsBegunAnewOnceItIsBroughtIn(t *testing.T) {
	s := sale(t, 1<<40)
	size := func() int64 {
		info, err := os.Stat(store.Path(s) + "-wal")
		must(t, err)
		return info.Size()
	}
	block := writeMany(t, s, 0)
	first := size()
	for range 8 {
		block = writeMany(t, s, block)
	}
	if now := size(); now > 3*first {
		t.Errorf("the log has grown from %d to %d bytes", first, now)
	}
}
