package e2e

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// crowd is how many payers an ordeal has.
const crowd = 9

// ordeal is a small crowd at a server that dies: payers who insist, payers who
// are never heard of again, one whose payment a stranger submits, one who
// cancels, and one who spends the money elsewhere first.
type ordeal struct {
	*shop
	node      *node
	settings  []string // where the server dies: first, and when it comes back
	random    *rand.Rand
	payments  []payment
	elsewhere payment // the same money as the last payment's, to somebody else
	undone    int     // blocks that a reorg takes back meanwhile

	over       chan struct{}
	interfered atomic.Int32 // payments whose money somebody else disposed of
	deaths     int          // at its own hand
	stuck      atomic.Int32 // payments
	dead       atomic.Bool  // the server ended as it was not told to
}

// undergo lets the crowd pay while the server dies, and returns when everything
// that was begun is concluded.
func (o *ordeal) undergo() {
	o.t.Helper()
	o.over = make(chan struct{})
	lived := make(chan struct{})
	go func() {
		defer close(lived)
		o.live()
	}()
	var all sync.WaitGroup
	for i, p := range o.payments {
		moment, later := o.within(300*time.Millisecond), o.within(time.Second)
		all.Go(func() {
			time.Sleep(moment)
			o.pay(i, p, later)
		})
	}
	if o.undone > 0 {
		moment := o.within(3 * time.Second)
		all.Go(func() {
			time.Sleep(time.Second + moment)
			o.chain.reorg(o.undone)
			o.chain.advance(2) // so that the server has seen it
		})
	}
	all.Wait()
	for _, p := range o.payments {
		o.concluded(p)
	}
	close(o.over)
	<-lived
}

// live starts the server again and again, as whoever runs it would.
func (o *ordeal) live() {
	for life := 0; ; {
		setting := ""
		if life < len(o.settings) {
			setting = o.settings[life]
		}
		p := o.serve("MINT402_FAILPOINT=" + setting)
		select {
		case <-p.done:
		case <-o.over:
			p.kill()
			return
		}
		status, _ := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
		switch {
		case setting != "" && status.Signaled() && status.Signal() == syscall.SIGKILL:
			o.deaths++
			life++
		case p.says(addressInUse):
			// Somebody's outgoing connection has the port; it is soon free again.
			time.Sleep(100 * time.Millisecond)
		default:
			o.dead.Store(true)
			o.fault("the server ended by itself: %v\n%s", p.cmd.ProcessState, strings.Join(p.said(), "\n"))
			return
		}
	}
}

func (o *ordeal) within(most time.Duration) time.Duration {
	return time.Duration(o.random.Int64N(int64(most)))
}

func (o *ordeal) fault(format string, args ...any) {
	o.t.Errorf(format, args...)
}

// pay is what the i-th of the crowd does; later is up to a second.
func (o *ordeal) pay(i int, p payment, later time.Duration) {
	switch i {
	case 3, 4: // never heard of again
		_, _ = o.present(p, i)
		return
	case 5:
		o.chain.submit(p)
	case 6, 7:
		if o.undone > 0 {
			break
		}
		// While others are in flight this one is queued; it is interfered with as
		// soon as it is known, or after a second.
		time.Sleep(200*time.Millisecond + later/2)
		go func() { _, _ = o.present(p, i) }()
		o.eventually(time.Second, func() bool {
			a, err := o.look(p)
			return err == nil && a.status == 200
		})
		if i == 6 {
			o.mined(o.chain.cancel(p))
			o.interfered.Add(1)
			if a, ok := o.insists(p, i); ok && a.status != 402 && a.status != 200 {
				o.fault("cancelled payment %s: %d %s", p.id, a.status, a.body)
			}
			return
		}
		o.spend(p)
	case 8: // late
		time.Sleep(time.Second + later)
	}
	if a, ok := o.insists(p, i); ok && (a.status != 200 || a.PaymentID != p.id) {
		o.fault("payment %s: %d %s", p.id, a.status, a.body)
	}
}

// spend moves the money of a payment elsewhere, and gives it back when the
// payment was tried without it.
func (o *ordeal) spend(p payment) {
	r := o.mined(o.chain.submit(o.elsewhere))
	o.interfered.Add(1)
	if r == nil || r.Status != types.ReceiptStatusSuccessful {
		return // the mint was first
	}
	o.eventually(10*time.Second, func() bool {
		a, err := o.look(p)
		return err == nil && (a.State == "parked" || a.status == 404)
	})
	o.chain.give(price, p.payer.address)
}

// mined waits for a stranger's transaction.
func (o *ordeal) mined(hash common.Hash) (r *types.Receipt) {
	if !o.eventually(patience, func() (ok bool) {
		var err error
		r, err = o.TransactionReceipt(context.Background(), hash)
		return err == nil
	}) {
		o.fault("transaction %s of a stranger is not mined", hash)
	}
	return r
}

// insists presents a payment until there is a final answer.
func (o *ordeal) insists(p payment, version int) (last answer, ok bool) {
	ok = o.eventually(patience, func() bool {
		var err error
		last, err = o.present(p, version)
		return err == nil && last.status != 202 && last.status != 503
	})
	if !ok {
		o.stuck.Add(1)
		o.fault("payment %s is stuck: %d %s", p.id, last.status, last.body)
	}
	return last, ok
}

// concluded waits until nothing is left to do for a payment.
func (o *ordeal) concluded(p payment) {
	var last answer
	if !o.eventually(patience, func() bool {
		var err error
		last, err = o.look(p)
		return err == nil && (last.status == 404 || last.State == "mined" || last.State == "minted" || last.State == "voided")
	}) {
		o.stuck.Add(1)
		o.fault("order %s is stuck: %d %s", p.id, last.status, last.body)
	}
}

func (o *ordeal) look(p payment) (answer, error) { return ask(o.url+"/orders/"+p.id.Hex(), "", "") }

// eventually says whether something held within a time.
func (o *ordeal) eventually(within time.Duration, holds func() bool) bool {
	for deadline := time.Now().Add(within); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) || o.dead.Load() {
			return false
		}
	}
	return true
}
