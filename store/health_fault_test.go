package store_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestAFaultOfTheDiskIsToldUntilAWriteSucceeds(t *testing.T) {
	s, f := faultySale(t, 10)
	must(t, s.Healthy(ctx))
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
		if err := s.Healthy(ctx); !errors.Is(err, errIO) {
			t.Errorf("while it lasts: %v", err)
		}
	}
	f.before = nil
	must(t, s.Healthy(ctx)) // found out without anybody's claim
	f.before = func(query string, _ []driver.NamedValue) error { return errors.New("not the disk's") }
	if _, _, err := s.Claim(ctx, order("ping", 1, 1, 1), rich); err == nil {
		t.Fatal("claimed")
	}
	f.before = nil
	must(t, s.Healthy(ctx))
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
	if err := s.Healthy(ctx); !errors.Is(err, errIO) {
		t.Errorf("while it lasts: %v", err)
	}
	f.before = nil
	must(t, s.Healthy(ctx))
	writeMany(t, s, block)
	must(t, s.Healthy(ctx))
}

// writeMany writes so much that the log is brought in, waits for that, and
// returns the number of the newest block.
func writeMany(t *testing.T, s *store.Store, from uint64) uint64 {
	t.Helper()
	store.CheckpointAfter(s, 600)
	head := block(from+1, "a")
	var events []mint.Event
	for n := range 600 {
		events = append(events, event(mint.EventMinted, order("ping", n, int(head.Number), 1), head, uint(n)))
	}
	advance(t, s, from, head, block(from, "a"), events...)
	store.AwaitCheckpoint(s)
	return head.Number
}

func TestTheLogIsBegunAnewOnceItIsBroughtIn(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
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

func TestALogThatAKilledProcessLeftIsBroughtInAfterTheNextStart(t *testing.T) {
	s := sale(t, 1<<40)
	head := block(1, "a")
	var events []mint.Event
	for n := range 600 {
		events = append(events, event(mint.EventMinted, order("ping", n, 1, 1), head, uint(n)))
	}
	advance(t, s, 0, head, block(0, "a"), events...)
	left := filepath.Join(t.TempDir(), "orders.db")
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(store.Path(s) + suffix)
		must(t, err)
		must(t, os.WriteFile(left+suffix, data, 0o600))
	}
	size := func() int64 {
		info, err := os.Stat(left + "-wal")
		must(t, err)
		return info.Size()
	}
	s = openAt(t, left)
	long := size()
	store.CheckpointAfter(s, long/4096)
	for n := range 20 {
		claim(t, s, order("ping", 1000, n, 1))
		store.AwaitCheckpoint(s)
	}
	if now := size(); now > long+(64<<10) { // the first claim is still written after it
		t.Errorf("the log has grown from %d to %d bytes", long, now)
	}
}

func TestTheDiskIsTriedByAWriteThatReachesIt(t *testing.T) {
	s, f := faultySale(t, 100)
	f.before = func(query string, _ []driver.NamedValue) error {
		if query == "COMMIT" {
			return errIO
		}
		return nil
	}
	if _, _, err := s.Claim(ctx, order("ping", 1, 1, 1), rich); !errors.Is(err, errIO) {
		t.Fatalf("claim: %v", err)
	}
	f.before = nil
	// Another connection's view of the file moves with every write to it.
	other, err := sql.Open(store.Driver, store.Path(s))
	must(t, err)
	defer other.Close()
	other.SetMaxOpenConns(1)
	version := func() (n int) {
		must(t, other.QueryRow("PRAGMA data_version").Scan(&n))
		return n
	}
	before := version()
	must(t, s.Healthy(ctx))
	if after := version(); after == before {
		t.Error("the disk is said to be fit, and nothing was written to it")
	}
	claim(t, s, order("ping", 1, 1, 1)) // and the epoch is what it was
}
