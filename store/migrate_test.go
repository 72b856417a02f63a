package store_test

import (
	"database/sql"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// old makes a database as an earlier program left it: one launch and an order
// in each of five states, one of them carried by a mined transaction and one by
// a transaction in flight.
func old(t *testing.T, dump string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.db")
	statements, err := os.ReadFile(filepath.Join("testdata", dump))
	must(t, err)
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	defer db.Close()
	_, err = db.Exec(string(statements))
	must(t, err)
	return path
}

func TestADatabaseOfTheFirstSchemaKeepsItsOrders(t *testing.T) {
	path := old(t, "schema1.sql")
	if _, err := store.OpenReader(path); err == nil || !strings.Contains(err.Error(), "start mint402 serve on it once") {
		t.Errorf("a reader took it as it was: %v", err)
	}
	s := openAt(t, path)
	must(t, s.Bind(chainID, digest("genesis")))
	for p, state := range map[int]mint.State{1: mint.Claimed, 2: mint.Parked, 3: mint.Mined, 4: mint.Minting, 5: mint.Settled} {
		wants(t, s, order("ping", p, 1, 1).ID, state)
	}
	counts(t, s, "ping", 4, 1+8+16)
	txs := take[[]mint.Transaction](t)(s.InFlight(ctx))
	if len(txs) != 2 || txs[1].Mined.Seen() || !txs[0].Mined.Seen() {
		t.Fatalf("in flight: %+v", txs)
	}
	if spent := take[mint.Spending](t)(s.Spent(ctx, noon)).All; spent.Sign() != 0 {
		t.Errorf("%s was spent, as far as is known", spent)
	}
	b := block(6, "a")
	advance(t, s, 5, b, block(0, "a"))
	receipt := landed(1, b)
	receipt.Cost = big.NewInt(7)
	must(t, s.Resolve(ctx, txs[1].ID, receipt))
	if spent := take[mint.Spending](t)(s.Spent(ctx, noon)).All; spent.Int64() != 7 {
		t.Errorf("%s was spent", spent)
	}
	claim(t, s, order("ping", 6, 1, 1))
	must(t, s.Close())
	wants(t, openAt(t, path), order("ping", 6, 1, 1).ID, mint.Claimed)
}

// fourth makes a database of the fourth schema with three launches: one with events,
// one without, and one that was deployed after the newest block that was read.
func fourth(t *testing.T, events ...mint.Event) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.db")
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	defer db.Close()
	exec := func(statement string, args ...any) {
		t.Helper()
		_, err := db.Exec(statement, args...)
		must(t, err)
	}
	for _, m := range readMigrations(t)[:4] {
		exec(m)
	}
	exec("PRAGMA application_id = 0x6d343032")
	exec("PRAGMA user_version = 4")
	for slug, deployed := range map[string]int{"ping": 3, "pong": 7, "new": 90} {
		l := launch(slug, 100)
		exec(`INSERT INTO launches (slug, description, image, chain_id, token, deployed_at, asset, asset_symbol, asset_name, asset_version, asset_decimals,
			name, symbol, contract_uri, price, allotment, cap, per_payment, opens_at, closes_at, treasury, owner, minter)
			VALUES (?, '', '', ?, ?, ?, ?, 'USDC', 'USDC', '2', 6, 'Ping', 'PING', '', ?, '1', 100, 100, 0, 0, ?, ?, ?)`,
			slug, chainID, l.Token[:], deployed, usdc[:], price, l.Treasury[:], l.Owner[:], l.Minter[:])
	}
	for _, b := range []mint.Block{block(15, "a"), block(20, "a")} {
		exec("INSERT INTO blocks (number, hash, time, final) VALUES (?, ?, ?, ?)", b.Number, b.Hash[:], b.Time.Unix(), b.Number == 15)
	}
	for _, e := range events {
		state, fact, counter := mint.Mined, "mint", "sold"
		if e.Kind == mint.EventSettled {
			state, fact, counter = mint.Settled, "settlement", "reserved"
		}
		exec(`INSERT INTO orders (id, launch, asset, payer, quantity, value, state, `+fact+`_block, `+fact+`_hash, `+fact+`_log, `+fact+`_tx, created, updated)
			VALUES (?, 'ping', ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1)`, e.ID[:], usdc[:], e.Payer[:], e.Quantity, e.Amount.String(), string(state),
			e.At.Block, e.At.BlockHash[:], int64(e.At.LogIndex), e.At.Tx[:])
		exec("UPDATE launches SET " + counter + " = 1 WHERE slug = 'ping'")
		exec(`INSERT INTO events (kind, launch, payment_id, payer, nonce, quantity, amount, block, block_hash, log_index, tx)
			VALUES (?, 'ping', ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(e.Kind), e.ID[:], e.Payer[:], e.Nonce[:], e.Quantity, e.Amount.String(),
			e.At.Block, e.At.BlockHash[:], int64(e.At.LogIndex), e.At.Tx[:])
	}
	return path
}

func TestADatabaseOfTheFourthSchemaKnowsHowFarEachLaunchWasRead(t *testing.T) {
	minted, owed := order("ping", 1, 1, 1), order("ping", 2, 1, 1)
	events := []mint.Event{event(mint.EventMinted, minted, block(9, "a"), 0), event(mint.EventSettled, owed, block(18, "a"), 1)}
	path := fourth(t, events...)
	s := openAt(t, path)
	for slug, want := range map[string]mint.Block{
		"ping": {Number: 20, Hash: block(20, "a").Hash}, // with the others, as it has events
		"pong": {Number: 6},                             // its past may be missing
		"new":  {Number: 89},
	} {
		if got := take[mint.Launch](t)(s.Launch(ctx, slug)); got.Read.Number != want.Number || got.Read.Hash != want.Hash || got.Delisted {
			t.Errorf("%s is read up to %+v, want %+v", slug, got.Read, want)
		}
	}
	if got := take[[]mint.Event](t)(s.Events(ctx, "ping", 10)); len(got) != 2 || got[0].ID != owed.ID || got[1].At != events[0].At {
		t.Errorf("events: %+v", got)
	}
	for slug, want := range map[string]uint64{"ping": 15, "pong": 6, "new": 15} { // no block that was not final
		if got := take[mint.Launch](t)(s.Launch(ctx, slug)); got.Twice != want {
			t.Errorf("%s is read twice up to block %d, want %d", slug, got.Twice, want)
		}
	}
	if _, err := os.Stat(path + ".schema4"); err != nil {
		t.Errorf("the copy of what was there: %v", err)
	}
	wants(t, s, minted.ID, mint.Mined)
	wants(t, s, owed.ID, mint.Settled)
	// A reorg that takes the newest block back takes it from what was read, too.
	advance(t, s, 15, block(21, "b"), block(15, "a"))
	if got := take[mint.Launch](t)(s.Launch(ctx, "ping")); got.Read.Number != 15 {
		t.Errorf("after a reorg it is read up to %d", got.Read.Number)
	}
	wants(t, s, minted.ID, mint.Minted)
	counts(t, s, "ping", 1, 0)
}
