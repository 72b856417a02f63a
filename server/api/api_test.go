package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

func TestAnErrorThatIsNotKnownIsOursAndOfAPaymentToBeSentAgain(t *testing.T) {
	secret := errors.New("secret: disk on fire")
	for paid, want := range map[bool]int{true: 503, false: 500} {
		v := api.ToHTTP(secret, time.Now(), paid)
		if v.Status != want || v.Fault.Code != "internal" || v.Fault.Message == secret.Error() || paid != (v.Fault.RetryAfter > 0) {
			t.Errorf("paid %t: %+v", paid, v)
		}
	}
}

func TestAWrappedErrorKeepsItsStatus(t *testing.T) {
	own := &api.HTTPError{Status: 429, Fault: api.Fault{Code: "funded", Message: "enough"}}
	for err, want := range map[error]int{own: 429, mint.ErrNotFound: 404, mint.ErrSoldOut: 410, mint.ErrReserved: 503, api.ErrBusy: 503} {
		if v := api.ToHTTP(fmt.Errorf("read: %w", err), time.Now(), true); v.Status != want || v.Fault.Message == "" {
			t.Errorf("%v: %+v", err, v)
		}
	}
}

func TestASaleThatOpensInAYearIsAskedForAgainTomorrow(t *testing.T) {
	now := time.Now()
	v := api.ToHTTP(&mint.NotOpenError{OpensAt: now.AddDate(1, 0, 0)}, now, false)
	if v.Status != 403 || v.Fault.RetryAfter != 24*60*60 {
		t.Errorf("%+v", v)
	}
}

func TestAClientGetsAQuarterOfAQuota(t *testing.T) {
	q := api.NewQuota(8)
	client := func(n byte) netip.Prefix { return netip.PrefixFrom(netip.AddrFrom4([4]byte{127, 0, 0, n}), 32) }
	taken := 0
	for n := range byte(9) {
		for range 3 {
			if q.Take(client(n)) {
				taken++
			}
		}
	}
	if taken != 8 {
		t.Fatalf("%d taken", taken)
	}
	if q.Give(client(0)); !q.Take(client(8)) || q.Take(client(0)) {
		t.Error("the part that was given back was not free for another client")
	}
}

// hung is a chain whose node never answers.
type hung struct{ asked *int }

func (h hung) Block(ctx context.Context, _ uint64) (mint.Block, error) {
	*h.asked++
	<-ctx.Done()
	return mint.Block{}, ctx.Err()
}

// TestAChainThatDoesNotAnswerIsNotWaitedForAgain: each page about it would keep one of the places that
// the pages about other chains need, too.
func TestAChainThatDoesNotAnswerIsNotWaitedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		on := &api.Chain{Blocks: hung{&asked}}
		waited := func(number uint64) time.Duration {
			began := time.Now()
			if _, err := api.BlockOf(on, context.Background(), number); err == nil {
				t.Error("a block that nobody has")
			}
			return time.Since(began)
		}
		if first, second := waited(1), waited(2); first != time.Second || second != 0 || asked != 1 {
			t.Errorf("waited %v and %v, for %d questions", first, second, asked)
		}
		time.Sleep(6 * time.Second)
		if again := waited(3); again != time.Second || asked != 2 {
			t.Errorf("later it was waited %v for %d questions", again, asked)
		}
	})
}
