package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestASecondOpenIsRefusedWhileTheFirstLives(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "orders.db")
	first := openAt(t, path)
	link := filepath.Join(dir, "link.db")
	must(t, os.Symlink(path, link))
	for _, name := range []string{path, link, filepath.Join(dir, "..", filepath.Base(dir), "orders.db")} {
		if s, err := store.Open(name); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "orders.db.lock") {
			t.Errorf("open %s: %v, %v", name, s, err)
		}
	}
	must(t, first.Close())
	openAt(t, link)
}

func TestADatabaseWithASecondNameIsRefusedByEachOfItsNames(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "orders.db"), filepath.Join(dir, "link.db")
	first := openAt(t, path)
	must(t, first.SaveLaunch(ctx, launch("ping", 10)))
	o := claim(t, first, order("ping", 1, 1, 1))
	must(t, os.Link(path, link))
	refused := func(names ...string) {
		t.Helper()
		for _, name := range names {
			if s, err := store.Open(name); !errors.Is(err, store.ErrLinked) && !errors.Is(err, store.ErrLocked) || s != nil {
				t.Errorf("open %s: %v, %v", name, s, err)
			}
			if s, err := store.OpenReader(name); !errors.Is(err, store.ErrLinked) || s != nil {
				t.Errorf("read %s: %v, %v", name, s, err)
			}
		}
	}
	refused(link, path)
	must(t, first.Close())
	if s, err := store.Open(path); !errors.Is(err, store.ErrLinked) || !strings.Contains(err.Error(), path+" is one of 2 names") {
		t.Errorf("open it by its first name: %v, %v", s, err)
	}
	refused(link)
	must(t, os.Remove(link))
	wants(t, openAt(t, path), o.ID, mint.Claimed)
}

func TestAStoreThatWasReplacedCannotWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	old := openAt(t, path)
	must(t, old.SaveLaunch(ctx, launch("ping", 10)))
	claim(t, old, order("ping", 1, 1, 1))
	// Its lock is lost, as when the lock file's file system forgets it.
	must(t, os.Remove(path+".lock"))
	replacement := openAt(t, path)
	o := order("ping", 2, 1, 1)
	_, _, claimErr := old.Claim(ctx, o, rich)
	_, reviveErr := old.Revive(ctx, o.ID, rich)
	_, carryErr := old.Carry(ctx, transaction(mint.Batch, 0, order("ping", 1, 1, 1)))
	_, advanceErr := old.Advance(ctx, mint.Advance{Head: block(1, "a")})
	for name, err := range map[string]error{
		"claim": claimErr, "revive": reviveErr, "carry": carryErr, "advance": advanceErr,
		"park":        old.Park(ctx, map[mint.PaymentID]string{o.ID: "x"}),
		"void":        old.Void(ctx, map[mint.PaymentID]string{o.ID: "x"}),
		"attempt":     old.Attempt(ctx, 1, attempt(0, 0)),
		"resolve":     old.Resolve(ctx, 1, mint.TxResult{}),
		"drop":        old.Drop(ctx, 1),
		"save launch": old.SaveLaunch(ctx, launch("pong", 10)),
		"bind":        old.Bind(1, common.Hash{}),
	} {
		if !errors.Is(err, store.ErrEpoch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := replacement.Order(ctx, o.ID); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("the order of the one that was replaced: %v", err)
	}
	claim(t, replacement, o)
}

func TestAReaderReadsBesideTheWriterAndWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	if _, err := store.OpenReader(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a reader made the database: %v", err)
	}
	w := openAt(t, path)
	must(t, w.SaveLaunch(ctx, launch("ping", 10)))
	r, err := store.OpenReader(path)
	must(t, err)
	defer r.Close()
	o := claim(t, w, order("ping", 1, 1, 1))
	wants(t, r, o.ID, mint.Claimed)
	if _, _, err := r.Claim(ctx, order("ping", 2, 1, 1), rich); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("claim by a reader: %v", err)
	}
	must(t, w.Close())
	wants(t, r, o.ID, mint.Claimed)

	alone, err := store.OpenReader(path)
	must(t, err)
	defer alone.Close()
	wants(t, alone, o.ID, mint.Claimed)
}

func TestTheBooksOfAChainAreForThatChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.Bind(chainID, common.Hash{1}))
	must(t, s.Close())
	s = openAt(t, path)
	must(t, s.Bind(chainID, common.Hash{1}))
	for name, err := range map[string]error{
		"another chain":             s.Bind(1, common.Hash{1}),
		"another genesis":           s.Bind(chainID, common.Hash{2}),
		"a launch of another chain": s.SaveLaunch(ctx, func() mint.Launch { l := launch("ping", 1); l.ChainID = 1; return l }()),
	} {
		if !errors.Is(err, store.ErrOtherChain) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, s.SaveLaunch(ctx, launch("ping", 1)))
}

func TestAFileThatIsNotOursIsRefused(t *testing.T) {
	dir := t.TempDir()
	make := func(name string, statements string) string {
		path := filepath.Join(dir, name)
		db, err := sql.Open("sqlite3", path)
		must(t, err)
		defer db.Close()
		_, err = db.Exec(statements)
		must(t, err)
		return path
	}
	newer := filepath.Join(dir, "newer.db")
	must(t, openAt(t, newer).Close())
	make("newer.db", "PRAGMA user_version = 99")
	other := make("other.db", "CREATE TABLE notes (id INTEGER)")
	text := filepath.Join(dir, "text.db")
	must(t, os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600))
	empty := filepath.Join(dir, "empty.db")
	must(t, os.WriteFile(empty, nil, 0o600))
	for path, says := range map[string]string{newer: "schema 99", other: "another program", text: "not a database"} {
		if _, err := store.Open(path); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("open %s: %v", path, err)
		}
		if _, err := store.OpenReader(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("open %s for reading: %v", path, err)
		}
	}
	if _, err := store.OpenReader(empty); err == nil || !strings.Contains(err.Error(), "schema 0") {
		t.Errorf("open an empty file for reading: %v", err)
	}
	openAt(t, empty)
}

func TestAnyPathCanHoldADatabase(t *testing.T) {
	for _, name := range []string{"with space.db", "question?mark&x=1#hash%20.db", "ünïcode.db"} {
		path := filepath.Join(t.TempDir(), name)
		s := openAt(t, path)
		must(t, s.SaveLaunch(ctx, launch("ping", 10)))
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
		counts(t, s, "ping", 0, 0)
	}
	if _, err := store.Open(filepath.Join(t.TempDir(), "no", "such", "folder.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

func TestADatabaseIsItsOwnersToRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 10)))
	must(t, s.Backup(ctx, path+".copy"))
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".copy"} {
		info, err := os.Stat(name)
		must(t, err)
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
}

func TestAClosedStoreWritesNothing(t *testing.T) {
	s := sale(t, 10)
	must(t, s.Close())
	must(t, s.Close())
	if _, _, err := s.Claim(ctx, order("ping", 1, 1, 1), rich); !errors.Is(err, os.ErrClosed) {
		t.Errorf("claim: %v", err)
	}
	if _, err := s.Launches(ctx); err == nil {
		t.Error("it can be read")
	}
}

func TestCloseLeavesOneFileWithEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 10)))
	o := claim(t, s, order("ping", 1, 1, 1))
	reader, err := store.OpenReader(path) // as long as it lives, SQLite by itself keeps the log
	must(t, err)
	defer reader.Close()
	wants(t, reader, o.ID, mint.Claimed)
	must(t, s.Close())
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		t.Errorf("the log holds %d bytes", info.Size())
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	b, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(copied, b, 0o600))
	wants(t, openAt(t, copied), o.ID, mint.Claimed)
}

func TestAWriteIsSyncedBeforeItReturns(t *testing.T) {
	// What a test cannot see without pulling the plug: the settings that make
	// SQLite sync the log with every commit.
	path := filepath.Join(t.TempDir(), "orders.db")
	for query, want := range map[string]string{
		"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2", "PRAGMA foreign_keys": "1", "PRAGMA busy_timeout": "5000",
	} {
		s := openAt(t, path)
		if got := store.Pragma(s, query); got != want {
			t.Errorf("%s is %s, not %s", query, got, want)
		}
		must(t, s.Close())
	}
}

// watched says when it is waited for.
type watched struct {
	context.Context
	waiting chan struct{}
}

func (w watched) Done() <-chan struct{} {
	select {
	case w.waiting <- struct{}{}:
	default:
	}
	return w.Context.Done()
}

func TestAWriteThatWaitsHeedsItsContext(t *testing.T) {
	s := sale(t, 10)
	release := store.Hold(s)
	cancelled, cancel := context.WithCancel(ctx)
	waits := watched{cancelled, make(chan struct{}, 1)}
	failed := make(chan error, 1)
	go func() {
		_, _, err := s.Claim(waits, order("ping", 1, 1, 1), rich)
		failed <- err
	}()
	select {
	case <-waits.waiting:
	case <-time.After(10 * time.Second):
		t.Error("the write does not wait for its context")
	}
	cancel()
	select {
	case err := <-failed:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("claim: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the write waits on")
	}
	release()
	if _, _, err := s.Claim(cancelled, order("ping", 1, 1, 1), rich); !errors.Is(err, context.Canceled) {
		t.Errorf("claim: %v", err)
	}
	if _, err := s.Order(ctx, order("ping", 1, 1, 1).ID); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("it was claimed: %v", err)
	}
}

func TestEveryHotQueryWalksAnIndex(t *testing.T) {
	s := sale(t, 10)
	for name, query := range store.HotQueries() {
		plan := store.Plan(s, query)
		// Walking orders by age ends at the limit.
		if scans := strings.Contains(plan, "SCAN orders") && !strings.Contains(plan, "USING") && name != "newest"; scans || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
	if plan := store.Plan(s, store.HotQueries()["claim"]); !strings.Contains(plan, "orders_in_flight") {
		t.Errorf("the payer's promises are not added up from their index:\n%s", plan)
	}
	if plan := store.Plan(s, store.HotQueries()["of a payer"]); !strings.Contains(plan, "orders_by_payer_and_state") {
		t.Errorf("a payer's orders in one state are looked for among all of the payer's:\n%s", plan)
	}
}

// Each claim and each change of an order writes every index whose columns it touches.
func TestEveryIndexHasAReader(t *testing.T) {
	s := sale(t, 10)
	var plans strings.Builder
	for _, query := range store.HotQueries() {
		plans.WriteString(store.Plan(s, query) + "\n")
	}
	indexes := store.Indexes(s)
	for _, name := range indexes {
		if !strings.Contains(plans.String(), "INDEX "+name+" ") && !strings.Contains(plans.String(), "INDEX "+name+"\n") {
			t.Errorf("no hot query reads the index %s", name)
		}
	}
	if len(indexes) < 10 {
		t.Errorf("only %d indexes", len(indexes))
	}
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	s, err := store.Open(filepath.Join(dir, "orders.db"))
	if err != nil {
		panic(err)
	}
	defer s.Close()
	if err := s.SaveLaunch(ctx, launch("ping", 1000)); err != nil {
		panic(err)
	}
	for range 2 {
		o, isNew, err := s.Claim(ctx, order("ping", 1, 1, 1), rich)
		fmt.Println(o.State(), isNew, err)
	}
	// Output:
	// claimed true <nil>
	// claimed false <nil>
}
