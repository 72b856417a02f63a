package store_test

import (
	"database/sql"
	"database/sql/driver"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// rounds moves payments through a store in several rounds, and calls done with the name
// of each step after it ran. Each round claims three payments and mints two of them. The
// third is claimed again, and a foreign payment is settled.
func rounds(t *testing.T, s *store.Store, n int, done func(round int, step string)) {
	t.Helper()
	for round := range n {
		nonce, mined := uint64(round), block(uint64(2*round+2), "a")
		a, b, c := order("ping", 0, round, 1), order("ping", 1, round, 1), order("ping", 2, round, 1)
		for _, o := range []mint.Order{a, b, c} {
			claim(t, s, o)
		}
		_, err := s.Orders(ctx, mint.Query{Launch: "ping", States: []mint.State{mint.Claimed}, Oldest: true, Limit: 100})
		must(t, err)
		done(round, "claim")
		id := carry(t, s, transaction(mint.Batch, nonce, a, b, c))
		must(t, s.Attempt(ctx, id, attempt(nonce, 1)))
		take[[]mint.Transaction](t)(s.InFlight(ctx))
		done(round, "carry")
		moves(t, s, mint.Advance{RevertTo: mined.Number - 2, Head: block(mined.Number-1, "a"), Final: block(mined.Number-2, "a"), Launches: []string{"ping"}})
		done(round, "block without events")
		moves(t, s, mint.Advance{RevertTo: mined.Number - 1, Head: mined, Final: block(mined.Number-1, "a"), Launches: []string{"ping"}, Events: []mint.Event{
			event(mint.EventMinted, a, mined, 1), event(mint.EventMinted, b, mined, 2),
			event(mint.EventSettled, order("ping", 3, round, 1), mined, 3),
		}})
		done(round, "block with mints")
		receipt := landed(nonce, mined)
		receipt.Skipped = map[mint.PaymentID]string{c.ID: "no balance"}
		must(t, s.Resolve(ctx, id, receipt))
		done(round, "resolve")
		take[mint.Order](t)(s.Revive(ctx, c.ID, rich))
		done(round, "revive")
		must(t, s.Park(ctx, map[mint.PaymentID]string{c.ID: "no balance"}))
		done(round, "park")
	}
}

func moves(t *testing.T, s *store.Store, a mint.Advance) {
	t.Helper()
	take[[]mint.PaymentID](t)(s.Advance(ctx, a))
}

// growing matches a step of a plan that reads a whole table of orders, events or
// transactions. The index holds only the rows that are not concluded.
var (
	growing = regexp.MustCompile(`(?m)^SCAN (orders|events|transactions|attempts|carried)\b.*$`)
	bounded = regexp.MustCompile(`USING (COVERING )?INDEX transactions_in_flight$`)
)

func TestNoStatementOfAPaymentsWayReadsAWholeTable(t *testing.T) {
	s, faults := faultySale(t, 1<<40)
	var mu sync.Mutex
	statements := map[string]bool{}
	faults.before = func(query string, _ []driver.NamedValue) error {
		mu.Lock()
		defer mu.Unlock()
		statements[query] = true
		return nil
	}
	rounds(t, s, 2, func(int, string) {})
	mu.Lock()
	ran := maps.Clone(statements)
	mu.Unlock()
	for query := range ran {
		if verb, _, _ := strings.Cut(query, " "); !slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE"}, verb) {
			continue
		}
		for _, step := range growing.FindAllString(store.Plan(s, query), -1) {
			if !bounded.MatchString(step) {
				t.Errorf("%s: %s", query, step)
			}
		}
	}
	if len(ran) < 30 {
		t.Errorf("only %d statements ran", len(ran))
	}
}

const compilingDriver = "sqlite3 that counts compilations"

// lookups counts what SQLite looked up while it compiled statements of writing
// connections that compilingDriver opened.
var lookups atomic.Int64

func init() { sql.Register(compilingDriver, &compilingDrv{}) }

type compilingDrv struct{ sqlite3.SQLiteDriver }

func (d *compilingDrv) Open(name string) (driver.Conn, error) {
	conn, err := d.SQLiteDriver.Open(name)
	if err == nil && strings.Contains(name, "_synchronous=FULL") {
		conn.(*sqlite3.SQLiteConn).RegisterAuthorizer(func(int, string, string, string) int {
			lookups.Add(1)
			return sqlite3.SQLITE_OK
		})
	}
	return conn, err
}

// SQLite also compiles a prepared statement again if it looked at a parameter's value to
// choose the plan. To compile takes several times as long as to run.
func TestAPaymentsStatementsAreCompiledOnce(t *testing.T) {
	s, err := store.OpenDriver(filepath.Join(t.TempDir(), "orders.db"), compilingDriver)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	s.Now = frozen
	s = s.On(chainID)
	must(t, s.SaveLaunch(ctx, launch("ping", 1<<40)))
	rounds(t, s, 6, func(round int, step string) {
		if n := lookups.Swap(0); n == 0 && round == 0 && step == "claim" {
			t.Fatal("no statement was compiled")
		} else if n > 0 && round > 2 {
			t.Errorf("round %d, %s: SQLite compiled statements again: %d lookups", round, step, n)
		}
	})
}

// Orders that change together share a statement, so this checks that no order gets the
// values of another.
func TestTheOrdersOfABlockKeepTheirOwnMarks(t *testing.T) {
	s := sale(t, 1<<40)
	const orders = 250
	mined, final := block(1, "a"), block(2, "a")
	var events []mint.Event
	for p := range orders {
		o := order("ping", p, 1, 1+int64(p%3))
		if p/20%5 > 0 { // the others are foreign
			claim(t, s, o)
		}
		kind := mint.EventMinted
		if p/9%7 == 0 {
			kind = mint.EventSettled
		}
		e := event(kind, o, mined, uint(2*p))
		e.At.Tx = digest("tx", p/100) // as in batches of 100
		events = append(events, e)
	}
	// check compares the orders of all events, or of mints alone, with their events.
	check := func(changed []mint.PaymentID, minted mint.State, kinds ...mint.EventKind) {
		t.Helper()
		of := slices.DeleteFunc(slices.Clone(events), func(e mint.Event) bool { return !slices.Contains(kinds, e.Kind) })
		if len(changed) != len(of) {
			t.Fatalf("%d orders changed, not %d", len(changed), len(of))
		}
		for i, e := range of {
			o := read(t, s, changed[i])
			mark, state := o.Mint, minted
			if e.Kind == mint.EventSettled {
				mark, state = o.Settlement, mint.Settled
			}
			if o.ID != e.ID || mark != e.At || o.State() != state || o.Quantity != e.Quantity || o.Value.Cmp(e.Amount) != 0 {
				t.Errorf("the order is %+v, and its event %+v", o, e)
			}
			if stored := store.States(s)[o.ID]; stored != state {
				t.Errorf("order %s is stored as %s, not %s", o.ID, stored, state)
			}
		}
	}
	check(advance(t, s, 0, mined, block(0, "a"), events...), mint.Mined, mint.EventMinted, mint.EventSettled)
	changed := advance(t, s, 1, final, mined)
	slices.SortFunc(changed, func(a, b mint.PaymentID) int { return place(events, a) - place(events, b) })
	check(changed, mint.Minted, mint.EventMinted)
}

func place(events []mint.Event, id mint.PaymentID) int {
	return slices.IndexFunc(events, func(e mint.Event) bool { return e.ID == id })
}
