package mint_test

import (
	"errors"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// under returns the payment under idempotency keys.
func (p simPayment) under(keys ...string) simPayment {
	p.payment.Keys = keys
	return p
}

func TestAKnownPaymentIsNoAnswerWhileItsKeyCannotBeStored(t *testing.T) {
	for name, fails := range map[string]struct {
		commit verdict
		stored bool
	}{"the write fails": {undone, false}, "the write is reported as failed": {unsaid, true}, "the process dies before the write": {diesUndone, false},
		"the process dies after the write": {diesDone, true}} {
		w := quietWorld(t, 10)
		key := w.payer(5)
		p, other := w.sign(key, 1, time.Hour), w.sign(key, 1, time.Hour)
		w.must(p)
		w.step()
		w.blocks(1)
		w.expect(p, mint.Mined)
		w.disk.commit = func() verdict { return fails.commit }
		if _, err := w.present(p.under("k")); err == nil {
			t.Errorf("%s: answered", name)
		}
		w.disk.commit, w.disk.dead = nil, false
		w.crash()
		if fails.stored != w.refusedUnder("k", other, p) {
			t.Errorf("%s: stored %t", name, !fails.stored)
		}
		if fails.stored {
			continue
		}
		w.blocks(2)
		w.expect(other, mint.Mined) // the payer got no answer under the key before this one
		if _, err := w.present(p.under("l")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w.crash()
		if third := w.sign(key, 1, time.Hour); !w.refusedUnder("l", third, p) {
			t.Errorf("%s: the key of an answered payment bought again", name)
		}
	}
}

// refusedUnder presents a payment under a key, and reports whether it was refused because
// another one has the key.
func (w *world) refusedUnder(key string, p, first simPayment) bool {
	w.t.Helper()
	_, err := w.present(p.under(key))
	var used *mint.KeyUsedError
	switch {
	case errors.As(err, &used):
		if used.First != first.id {
			w.t.Errorf("the key is of %s, not of %s", used.First, first.id)
		}
		return true
	case err != nil:
		w.t.Error(err)
	}
	return false
}

func TestAParkedPaymentIsNotRevivedUnderAKeyOfAnotherPayment(t *testing.T) {
	w := quietWorld(t, 10)
	key := w.payer(5)
	first, p := w.sign(key, 1, time.Hour).under("k"), w.sign(key, 1, time.Hour)
	w.must(first)
	w.step()
	w.blocks(1)
	restore := w.park(p)
	restore()
	_, err := w.present(p.under("k"))
	var used *mint.KeyUsedError
	if !errors.As(err, &used) || used.First != first.id || used.Presented != p.id {
		t.Fatalf("%v", err)
	}
	w.step()
	w.blocks(2)
	w.expect(p, mint.Parked)
	w.must(p) // without the key
	w.step()
	w.blocks(1)
	w.expect(p, mint.Mined)
}
