package e2e

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
)

// MINT402_STORM says how many payments there are, make storm 10,000.
func TestPaymentsThroughANodeThatTimesOutAfterAcceptingAreChargedOnce(t *testing.T) {
	begin(t)
	n := number(t, "MINT402_STORM", 500)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, n)
	for some := range slices.Chunk(payers, 1000) {
		u.give(price, addresses(some)...)
	}
	s := newShop(t, u)
	node := startNode(t, u.anvil)
	node.timeout = time.Second
	s.rpc = node.url
	// Several lines, and a crowd that trickles in, make many small batches.
	for range 7 {
		s.sender += "," + u.newKey(t)
	}
	s.launch(int64(2 * n))
	s.start()
	q := s.quote(1)

	// Of a hundred transactions, five are accepted and never answered, five
	// answered as known, and five lost; and of a hundred looks at the newest block
	// ten see the one before.
	var sends [fates]int
	looks, stale := 0, 0
	node.onSend(func(*types.Transaction) fate {
		what := accepted
		switch total(sends) % 20 {
		case 3:
			what = unanswered
		case 9:
			what = known
		case 15:
			what = refused
		}
		sends[what]++
		return what
	})
	node.onHead(func() bool {
		looks++
		if looks%10 == 0 {
			stale++
		}
		return looks%10 == 0
	})

	began := time.Now()
	all, took402, lasted := make([]payment, n), atomic.Int32{}, make([]time.Duration, n)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(200, n/10) {
		workers.Go(func() {
			for i := range next {
				all[i] = payers[i].sign(t, q, 1)
				time.Sleep(rand.N(time.Second))
				asked := time.Now()
				until(t, "payment "+all[i].id.Hex()+" is minted", func() bool {
					a, err := s.present(all[i], i)
					if err == nil && a.status == 402 {
						took402.Add(1)
					}
					return err == nil && a.status == 200
				})
				lasted[i] = time.Since(asked)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	took := time.Since(began)
	if t.Failed() {
		t.FailNow()
	}
	if took402.Load() > 0 {
		t.Errorf("%d answers were 402", took402.Load())
	}
	bought, transactions := s.audit(t, price, all)
	if len(bought) != n {
		t.Errorf("%d of %d payments were minted", len(bought), n)
	}
	s.books(t, 0)
	slices.Sort(lasted)
	for what, times := range sends {
		if times > 0 {
			t.Logf("%4d sends were %s", times, fate(what))
		}
	}
	if 20*(sends[unanswered]+1) < total(sends) {
		t.Errorf("%d of %d sends timed out", sends[unanswered], total(sends))
	}
	t.Logf("%4d looks at the newest block saw the one before", stale)
	t.Logf("storm: %d payments minted once each by %d transactions in %v, of %d sends %d timed out after acceptance; half within %v, 99 of 100 within %v; %d answers of 402",
		len(bought), transactions, took.Round(time.Millisecond), total(sends), sends[unanswered], lasted[n/2].Round(time.Millisecond), lasted[n*99/100].Round(time.Millisecond), took402.Load())
}

func total(sends [fates]int) (n int) {
	for _, times := range sends {
		n += times
	}
	return n
}
