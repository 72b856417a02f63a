package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// Claims one after the other and many at a time, where a commit waits for a disk
// and where it does not.
func BenchmarkClaim(b *testing.B) {
	for kind, dir := range map[string]string{"disk": b.TempDir(), "memory": "/dev/shm"} {
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		for _, atOnce := range []int{1, 16, 64, 256} {
			b.Run(fmt.Sprintf("%s/%d-at-once", kind, atOnce), func(b *testing.B) {
				dir, err := os.MkdirTemp(dir, "claims")
				must(b, err)
				defer os.RemoveAll(dir)
				s := openAt(b, filepath.Join(dir, "orders.db"))
				must(b, s.SaveLaunch(ctx, launch("ping", 1<<40)))
				b.ResetTimer()
				var n atomic.Int64
				var done sync.WaitGroup
				for range atOnce {
					done.Go(func() {
						for i := int(n.Add(1)); i <= b.N; i = int(n.Add(1)) {
							if _, _, err := s.Claim(ctx, order("ping", i, 1, 1), rich); err != nil {
								b.Error(err)
							}
						}
					})
				}
				done.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "claims/s")
				must(b, s.Close())
			})
		}
	}
}

// Claims in a ledger of 1,000,000 orders, to those in one of 10,000. The claims alternate, so
// that other work of the machine slows both. Both files are in memory if the system has a file
// system there: a disk's sync hides the difference.
func BenchmarkClaimInAFullLedger(b *testing.B) {
	sizes := []int{10_000, 1_000_000}
	var stores []*store.Store
	for _, size := range sizes {
		dir, err := os.MkdirTemp("/dev/shm", "ledger")
		if err != nil {
			dir = b.TempDir()
		}
		defer os.RemoveAll(dir)
		s := openAt(b, filepath.Join(dir, "orders.db"))
		must(b, s.SaveLaunch(ctx, launch("ping", 1<<40)))
		fill(b, s, size)
		stores = append(stores, s)
	}
	took := make([][]time.Duration, len(sizes))
	n := 0
	for b.Loop() {
		n++
		for i, s := range stores {
			o, begun := order("ping", n, 2, 1), time.Now()
			claim(b, s, o)
			took[i] = append(took[i], time.Since(begun))
		}
	}
	for _, at := range []int{50, 99} {
		var of []float64
		for i, size := range sizes {
			slices.Sort(took[i])
			of = append(of, float64(took[i][len(took[i])*at/100].Nanoseconds())/1000)
			b.ReportMetric(of[i], fmt.Sprintf("p%d-µs/%d", at, size))
		}
		b.ReportMetric(of[1]/of[0], fmt.Sprintf("p%d-ratio", at))
	}
	for _, s := range stores {
		must(b, s.Close())
	}
}

func BenchmarkClaimByOnePayer(b *testing.B) {
	s := sale(b, 1<<40)
	n := 0
	for b.Loop() {
		n++
		if _, _, err := s.Claim(ctx, order("ping", 1, n, 1), rich); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOrder(b *testing.B) {
	s := sale(b, 1<<40)
	const orders = 10_000
	var ids []mint.PaymentID
	for n := range orders {
		ids = append(ids, order("ping", n, 1, 1).ID)
	}
	fill(b, s, orders)
	n := 0
	for b.Loop() {
		n++
		if _, err := s.Order(ctx, ids[n%orders]); err != nil {
			b.Fatal(err)
		}
	}
}

// fill makes foreign orders in a few writes.
func fill(b *testing.B, s interface {
	mint.Store
}, orders int) {
	b.Helper()
	for from := 0; from < orders; from += 1000 {
		head := block(uint64(from/1000+1), "a")
		var events []mint.Event
		for n := from; n < min(orders, from+1000); n++ {
			events = append(events, event(mint.EventMinted, order("ping", n, 1, 1), head, uint(n)))
		}
		if _, err := s.Advance(ctx, mint.Advance{RevertTo: head.Number - 1, Head: head, Final: block(head.Number-1, "a"), Events: events}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLaunch(b *testing.B) {
	s := sale(b, 1<<40)
	for b.Loop() {
		if _, err := s.Launch(ctx, "ping"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOldest100Claimed(b *testing.B) {
	s := sale(b, 1<<40)
	for n := range 200 {
		claim(b, s, order("ping", n, 1, 1))
	}
	for b.Loop() {
		if _, err := s.Orders(ctx, mint.Query{Launch: "ping", States: []mint.State{mint.Claimed}, Oldest: true, Limit: 100}); err != nil {
			b.Fatal(err)
		}
	}
}

// A block in which a batch of 100 claimed orders was minted.
func BenchmarkAdvance100Mints(b *testing.B) {
	s := openAt(b, filepath.Join(b.TempDir(), "orders.db"))
	must(b, s.SaveLaunch(ctx, launch("ping", 1<<40)))
	n := 0
	for b.Loop() {
		n++
		b.StopTimer()
		head := block(uint64(n), "a")
		var events []mint.Event
		for i := range 100 {
			o := order("ping", i, n, 1)
			claim(b, s, o)
			events = append(events, event(mint.EventMinted, o, head, uint(i)))
		}
		b.StartTimer()
		advance(b, s, uint64(n-1), head, block(uint64(n-1), "a"), events...)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/100, "µs/mint")
}

// A block without events, as most are.
func BenchmarkAdvanceEmpty(b *testing.B) {
	s := sale(b, 1<<40)
	n := uint64(0)
	for b.Loop() {
		n++
		advance(b, s, n-1, block(n, "a"), block(n-1, "a"))
	}
}

// A block without events while 100,000 mints are not final, as on a chain that makes blocks
// final after a quarter of an hour.
func BenchmarkAdvanceWith100000NotFinal(b *testing.B) {
	s := sale(b, 1<<40)
	const orders = 100_000
	last := uint64(orders/1000) + 1
	for n := uint64(1); n < last; n++ {
		var events []mint.Event
		for i := range 1000 {
			events = append(events, event(mint.EventMinted, order("ping", i, int(n), 1), block(n, "a"), uint(i)))
		}
		advance(b, s, n-1, block(n, "a"), block(0, "a"), events...)
	}
	for b.Loop() {
		advance(b, s, last-1, block(last, "a"), block(0, "a"))
		last++
	}
}

// Transactions with one order and with 100.
func BenchmarkCarry(b *testing.B) {
	for _, orders := range []int{1, 100} {
		b.Run(fmt.Sprintf("%d-orders", orders), func(b *testing.B) {
			s := sale(b, 1<<40)
			n := 0
			for b.Loop() {
				n++
				b.StopTimer()
				var batch []mint.Order
				for i := range orders {
					batch = append(batch, claim(b, s, order("ping", i, n, 1)))
				}
				tx := transaction(mint.Batch, uint64(n), batch...)
				b.StartTimer()
				carry(b, s, tx)
			}
		})
	}
}

// What is in flight, after a write: 24 transactions, and 976 that are mined and not final.
func BenchmarkInFlightAfterAWrite(b *testing.B) {
	s := sale(b, 1<<40)
	for n := range uint64(1000) {
		head := block(n+1, "a")
		id := carry(b, s, transaction(mint.Batch, n, claim(b, s, order("ping", 1, int(n), 1))))
		advance(b, s, n, head, block(0, "a"))
		if n < 976 {
			must(b, s.Resolve(ctx, id, landed(n, head)))
		}
	}
	for b.Loop() {
		b.StopTimer()
		must(b, s.Void(ctx, map[mint.PaymentID]string{{1}: "of no order"}))
		b.StartTimer()
		if _, err := s.InFlight(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
