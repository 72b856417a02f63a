package store_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// keepLedgers names a folder in which BenchmarkLedger keeps the ledgers that it
// makes, and finds them again; by default they go when it ends.
const keepLedgers = "MINT402_LEDGERS"

// ledger is a database of a launch with many orders: nearly all minted by
// batches of a hundred, one in a hundred voided, one in a thousand parked, and
// the newest hundred mined and not final.
func ledger(b testing.TB, orders int) *store.Store {
	b.Helper()
	dir := cmp.Or(os.Getenv(keepLedgers), b.TempDir())
	path := filepath.Join(dir, fmt.Sprintf("ledger-%d.db", orders))
	if _, err := os.Stat(path); err == nil {
		return openAt(b, path)
	}
	s := openAt(b, path)
	must(b, s.SaveLaunch(ctx, launch("ping", 1<<40)))
	must(b, s.Close())
	db, err := sql.Open(store.Driver, path)
	must(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	l := launch("ping", 1)
	for _, statement := range []string{
		"PRAGMA synchronous = OFF", "PRAGMA cache_size = -1000000", "PRAGMA wal_autocheckpoint = 0", "BEGIN",
		`CREATE TEMP TABLE n AS WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
			SELECT n, randomblob(32) AS id, randomblob(20) AS payer,
			CASE WHEN n > ?1 - 100 THEN 'mined' WHEN n % 1000 = 0 THEN 'parked' WHEN n % 100 = 1 THEN 'voided' ELSE 'minted' END AS state FROM n`,
		`INSERT INTO transactions (chain_id, kind, launch, sender, account_nonce, mined_block, mined_hash, mined_tx, concluded, created, mined_at, cost)
			SELECT (SELECT chain_id FROM launches), 'batch', 'ping', ?3, n, n, randomblob(32), randomblob(32), 'final', n, n, '100000000000' FROM n WHERE n <= ?1 / 100`,
		`INSERT INTO orders (chain_id, id, launch, asset, payer, quantity, value, state, claimed_launch, claimed_quantity, claimed_value,
			pay_to, auth_value, valid_after, valid_before, nonce, signature, mint_block, mint_hash, mint_log, mint_tx, final, transaction_id,
			parked_for, voided_for, created, updated)
			SELECT (SELECT chain_id FROM launches), id, 'ping', ?2, payer, 1, '1000000', state, 'ping', 1, 1000000, ?4, '1000000', '0', '1772370000', randomblob(32), randomblob(65),
			iif(state LIKE 'min%', 1 + n / 100, NULL), iif(state LIKE 'min%', randomblob(32), NULL), iif(state LIKE 'min%', n % 100, NULL), iif(state LIKE 'min%', randomblob(32), NULL),
			state = 'minted', iif(state LIKE 'min%', 1 + (n - 1) / 100, NULL), iif(state = 'parked', 'no balance', ''), iif(state = 'voided', 'expired', ''), n, n FROM n`,
		`INSERT INTO carried (transaction_id, n, order_id) SELECT 1 + (n - 1) / 100, n, id FROM n`,
		`INSERT INTO events (chain_id, kind, launch, payment_id, payer, nonce, quantity, amount, block, block_hash, log_index, tx)
			SELECT (SELECT chain_id FROM launches), 'minted', 'ping', id, payer, zeroblob(32), 1, '1000000', 1 + n / 100, randomblob(32), n % 100, randomblob(32) FROM n WHERE state LIKE 'min%'`,
		"UPDATE launches SET sold = (SELECT count(*) FROM n WHERE state LIKE 'min%')",
		"COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		args := []any{orders, usdc[:], sender[:], l.Token[:]}
		if !strings.Contains(statement, "?") {
			args = nil
		}
		_, err := db.Exec(statement, args...)
		must(b, err)
	}
	return openAt(b, path)
}

func TestTheLedgerOfTheBenchmarkIsOneThatTheStoreReads(t *testing.T) {
	s := ledger(t, 2000)
	latest, err := s.Orders(ctx, mint.Query{Launch: "ping", States: []mint.State{mint.Mined, mint.Minted}, Limit: 20})
	if err != nil || len(latest) != 20 {
		t.Fatalf("%d mints, %v", len(latest), err)
	}
	for _, id := range store.SampleIDs(s, 64) {
		if o, err := s.Order(ctx, id); err != nil || o.ID != id {
			t.Errorf("%v, %v", o, err)
		}
	}
	if _, isNew, err := s.Claim(ctx, order("ping", 1, 1, 1), rich); err != nil || !isNew {
		t.Errorf("claim: new %v, %v", isNew, err)
	}
}

// A ledger of a million orders beside one of ten thousand, by turns: what it
// costs to claim (64 at a time), to read an order and the newest mints, and to
// start. A ratio is the median of the large one by that of the small one.
func BenchmarkLedger(b *testing.B) {
	sizes := [2]int{10_000, 1_000_000}
	var stores [2]*store.Store
	for i, n := range sizes {
		stores[i] = ledger(b, n)
	}
	compare := func(name string, round func(s *store.Store, n int) []time.Duration) {
		b.Run(name, func(b *testing.B) {
			var took [2][]time.Duration
			n := 0
			for b.Loop() {
				n++
				for i, s := range stores {
					took[i] = append(took[i], round(s, n)...)
				}
			}
			b.ReportMetric(0, "ns/op") // of both together, which says nothing
			for i, name := range []string{"small", "large"} {
				slices.Sort(took[i])
				b.ReportMetric(float64(at(took[i], 50).Nanoseconds())/1e3, name+"-p50-µs")
				b.ReportMetric(float64(at(took[i], 99).Nanoseconds())/1e3, name+"-p99-µs")
			}
			b.ReportMetric(float64(at(took[1], 50))/float64(at(took[0], 50)), "ratio")
		})
	}

	payer := int(time.Now().UnixNano()) // none of a run before
	compare("claim", func(s *store.Store, _ int) []time.Duration {
		const claimers, each = 64, 16
		took := make([]time.Duration, claimers*each)
		var done sync.WaitGroup
		for c := range claimers {
			payer++
			p := payer
			done.Go(func() {
				for n := range each {
					o := order("ping", p, n, 1)
					began := time.Now()
					if _, isNew, err := s.Claim(ctx, o, rich); err != nil || !isNew {
						b.Errorf("claim: new %v, %v", isNew, err)
					}
					took[c*each+n] = time.Since(began)
				}
			})
		}
		done.Wait()
		return took
	})

	ids := map[*store.Store][]mint.PaymentID{}
	for _, s := range stores {
		ids[s] = store.SampleIDs(s, 4096)
		for _, id := range ids[s] { // what is compared is the ledger, not how cold its disk is
			if _, err := s.Order(ctx, id); err != nil {
				b.Fatal(err)
			}
		}
	}
	compare("order", func(s *store.Store, n int) []time.Duration {
		took := make([]time.Duration, 64)
		for i := range took {
			id := ids[s][(n*64+i)%len(ids[s])]
			began := time.Now()
			if _, err := s.Order(ctx, id); err != nil {
				b.Fatal(err)
			}
			took[i] = time.Since(began)
		}
		return took
	})

	timed := func(f func() error) []time.Duration {
		began := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		return []time.Duration{time.Since(began)}
	}
	compare("latest", func(s *store.Store, _ int) []time.Duration {
		return timed(func() error {
			orders, err := s.Orders(ctx, mint.Query{Launch: "ping", States: []mint.State{mint.Mined, mint.Minted}, Limit: 20})
			if err == nil && len(orders) != 20 {
				err = fmt.Errorf("%d mints", len(orders))
			}
			return err
		})
	})
	compare("count", func(s *store.Store, _ int) []time.Duration {
		return timed(func() error {
			for _, state := range mint.States {
				if _, err := s.Count(ctx, mint.Query{Launch: "ping", States: []mint.State{state}}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	paths := map[*store.Store]string{}
	for _, s := range stores {
		paths[s] = store.Path(s)
		must(b, s.Close())
	}
	compare("open", func(s *store.Store, _ int) []time.Duration {
		var again *store.Store
		took := timed(func() (err error) { again, err = store.Open(paths[s]); return err })
		must(b, again.Close())
		return took
	})
}

// at is a percentile of sorted durations.
func at(sorted []time.Duration, percent int) time.Duration {
	return sorted[(len(sorted)-1)*percent/100]
}
