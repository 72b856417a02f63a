package mint

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// admission takes payments: it checks one, claims it in one durable write, and answers for
// those that are known already. Requests use it concurrently.
type admission struct {
	*Settings
	store interface {
		LaunchStore
		OrderStore
		ClaimStore
		EventStore
	}
	chain interface {
		BlockReader
		StateReader
	}
	log     *slog.Logger
	clock   func() time.Time
	chainID uint64
	from    common.Address // simulations are run as if it sent the batch
	monitor *monitor
	notify  *notifier
	signals *signals
	queued  *atomic.Int64 // orders claimed and not sent
	opened  *opening
	uses    *uses

	payers          sync.Map  // launch slug → *inspectors
	recentlySkipped *accounts // payers with an item that was skipped on chain; see credit.go
	knownEOAs       *accounts // accounts that had no code when last inspected
	wallets         places    // limits concurrent runs of wallet code
}

func (a *admission) offer(l Launch, quantity int64) error {
	now := a.clock()
	switch {
	case l.Delisted:
		return ErrDelisted
	case quantity < 1 || quantity > l.Limit:
		return &QuantityError{quantity, l.Limit}
	case l.Sold+quantity > l.Cap:
		return ErrSoldOut
	case l.Closed(now):
		return ErrClosed
	case now.Before(l.OpensAt):
		return &NotOpenError{l.OpensAt}
	}
	if faults := a.monitor.faults(l.Slug); len(faults) > 0 {
		return &UnavailableError{faults}
	}
	switch {
	case l.Closed(a.monitor.latest.Load().next(now)): // no block can include it before the close
		return ErrClosed
	case l.Sold+l.Reserved+quantity > l.Cap:
		return ErrReserved
	case a.queued.Load() >= int64(a.Queue):
		return ErrBusy
	}
	return nil
}
