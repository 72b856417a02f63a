package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// examine turns the loop's state into faults and publishes them. trouble is the error
// that ended the step, or nil.
//
// Each check is a separate function that returns its faults. A new check is one more
// line.
func (lp *loop) examine(ctx context.Context, launches []Launch, trouble error) {
	faults := slices.Concat(
		lp.follower.startingFaults(),
		lp.troubleFaults(ctx, trouble),
		lp.follower.readingFaults(),
		lp.follower.disputeFaults(),
		lp.clocks.faults(),
		lp.gas.faults(),
		lp.gas.priceFaults(launches),
		lp.gas.creatorFaults(launches),
		lp.audit.bookFaults(launches),
		lp.launchFaults(launches),
		lp.delivery.faults(ctx, launches),
		lp.settler.owedFaults(ctx, launches),
	)
	faults, facilitated := lp.others.examine(launches, faults, lp.gas.canPay, lp.txs.signs(lp.minter))
	conditions, looked := map[string]Conditions{}, map[string]bool{}
	for _, l := range launches {
		looked[l.Slug] = true
		if s := lp.audit.standing(l.Slug); s.known {
			conditions[l.Slug] = s.conditions
		}
	}
	unfit := lp.delivery.unfit()
	if f, fails := lp.txs.signerFault(lp.minter); fails && !slices.Contains(lp.txs.senders, lp.minter) {
		unfit = append(unfit, f)
	}
	was := lp.monitor.latest.Swap(&health{faults: faults, unfit: unfit, head: lp.view.head, final: lp.view.final, spent: lp.gas.spent, reading: lp.follower.progress(), pace: lp.rhythm.quickest(),
		limits: lp.gas.limits(), walletRoom: lp.gas.walletRoom(),
		conditions: conditions, launches: looked, facilitated: facilitated})
	sameMoment := func(a, b Conditions) bool { return a.At.Hash == b.At.Hash }
	if was.head != lp.view.head || len(was.launches) != len(looked) || !maps.EqualFunc(was.conditions, conditions, sameMoment) || !slices.Equal(was.faults, faults) {
		lp.notify.changes.announce()
	}
	if limits := lp.gas.limits(); len(limits) != len(was.limits) {
		lp.log.Warn("limits", "limits", limits)
	}
	lp.rhythm.faulty = len(faults) > 0
	lp.monitor.report(launches)
	if trouble == nil && !lp.view.behind {
		lp.opened.end()
	}
}

// fault returns a fault of the whole server.
func fault(code, format string, args ...any) Fault {
	return Fault{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// launchFault returns a fault of one launch; the others are still sold.
func launchFault(code string, l Launch, format string, args ...any) Fault {
	return Fault{Code: code, Launch: l.Slug, Detail: fmt.Sprintf(format, args...)}
}

// delivering marks a fault that only stops new payments: claimed orders are still sent.
func delivering(f Fault) Fault {
	f.delivers = true
	return f
}

// DiskFullError is an ErrDiskFull with the space that is left on the disk and the space that claims
// need, in bytes.
type DiskFullError struct{ Free, Need uint64 }

// Error implements error.
func (e *DiskFullError) Error() string {
	return fmt.Sprintf("%v: %d MiB are free, and claims need %d", ErrDiskFull, e.Free>>20, e.Need>>20)
}

// Unwrap returns ErrDiskFull.
func (e *DiskFullError) Unwrap() error { return ErrDiskFull }

// ofSenders marks a fault that only our senders have.
func ofSenders(f Fault) Fault {
	f.senders = true
	return f
}

// troubleFaults returns the store's faults and, for the error that ended the step, a
// fault of its source, the store or the chain.
func (lp *loop) troubleFaults(ctx context.Context, trouble error) []Fault {
	lasts := lp.lasts(trouble)
	wrong := (*WrongChainError)(nil)
	switch unfit := lp.store.Healthy(ctx); {
	case errors.Is(unfit, ErrDiskFull):
		detail := "the disk of the database is almost full"
		if full := (*DiskFullError)(nil); errors.As(unfit, &full) { // without the path: anyone may read faults
			detail += fmt.Sprintf(": %d MiB are free, and new payments need %d", full.Free>>20, full.Need>>20)
		}
		return []Fault{delivering(fault("disk_full", "%s", detail))}
	case errors.Is(unfit, ErrStoreGone):
		return []Fault{fault("store_failing", "%s: orders would be lost; put it back, or restart with a backup or a rebuilt database", ErrStoreGone)}
	case unfit != nil:
		return []Fault{fault("store_failing", "the database cannot be written")}
	case trouble == nil:
		return nil
	case lp.store.Failed(trouble):
		return []Fault{fault("store_failing", "the database cannot be read or written")}
	case errors.As(trouble, &wrong):
		return []Fault{fault("chain_differs", "%s", wrong.Detail)}
	case errors.Is(trouble, ErrOtherChain):
		return []Fault{fault("chain_differs", "a block that a node called final is not on the chain; if the launches are on this chain, it is read again from the last common block within seconds; %s", ErrOtherChain)}
	case !lasts:
		return nil
	}
	return []Fault{fault("chain_unreachable", "the chain cannot be read")}
}

// pastFault returns the fault that a launch's past is not read yet.
func pastFault(slug string) Fault {
	return Fault{Code: "catching_up", Launch: slug, Detail: "the past of " + slug + " is still being read; it is sold once all is read"}
}

// launchFaults returns the faults that each launch's own conditions show.
func (lp *loop) launchFaults(launches []Launch) []Fault {
	var faults []Fault
	for _, l := range launches {
		if s := lp.audit.standing(l.Slug); s.known {
			faults = append(faults, lp.conditionFaults(l, s.conditions)...)
		}
	}
	return faults
}

func (lp *loop) conditionFaults(l Launch, c Conditions) []Fault {
	var faults []Fault
	switch {
	case c.Paused:
		faults = append(faults, launchFault("launch_paused", l, "%s is paused by its owner", l.Slug))
	case c.AssetPaused:
		faults = append(faults, launchFault("asset_paused", l, "%s is paused by its issuer", l.Asset.Symbol))
	case c.Blacklisted:
		faults = append(faults, launchFault("launch_blacklisted", l, "%s is blacklisted by the issuer of %s", l.Slug, l.Asset.Symbol))
	case c.TreasuryBlacklisted:
		faults = append(faults, delivering(launchFault("treasury_blacklisted", l, "the treasury %s is blacklisted by the issuer of %s: the treasury must call setTreasury to name another account", c.Treasury, l.Asset.Symbol)))
	}
	if l.Creator != (common.Address{}) && (c.Refunder != l.Owner || c.Refunder == l.Creator) {
		faults = append(faults, launchFault("creator_owner", l, "%s has to be owned by the account of the server's operator that it was registered with, and its owner is %s: an owner can send money of payers to anyone, so nothing is taken for it and nothing is sent", l.Slug, c.Refunder))
	}
	if lp.minter != (common.Address{}) && c.Minter != lp.minter {
		faults = append(faults, delivering(launchFault("minter_role_lost", l, "%s is not the minter of %s", lp.minter, l.Slug)))
	}
	return faults
}

// sayProgress is the interval of logging how far the chain is read.
const sayProgress = 10 * time.Second

// reading measures how fast the chain is read while the engine is behind its head.
type reading struct {
	target uint64    // the chain's newest block
	from   uint64    // block where reading began, at since
	since  time.Time // zero: it is read up to its head
	said   time.Time // when progress was last logged
}

// Reading is the progress of reading the chain while the engine is behind its head.
type Reading struct {
	Block, Target uint64
	PerSecond     float64       // blocks; 0: not known yet
	Left          time.Duration // at that rate
}

// Behind reports whether there is more to read.
func (r Reading) Behind() bool { return r.Target > r.Block }

func (r Reading) String() string {
	s := fmt.Sprintf("block %d of %d (%d %%)", r.Block, r.Target, 100*r.Block/max(r.Target, 1))
	if r.PerSecond > 0 {
		s += fmt.Sprintf(", %.0f blocks a second, about %s left", r.PerSecond, r.Left)
	}
	return s
}

// progressed records how far a step read, and logs it every sayProgress.
func (f *follower) progressed(caughtUp bool) {
	r, now := &f.reading, f.clock()
	if caughtUp {
		if !r.said.IsZero() {
			f.log.Info("chain read", "block", f.view.head.Number, "took", now.Sub(r.since).Round(time.Second))
		}
		*r = reading{target: r.target}
		return
	}
	if r.since.IsZero() {
		r.from, r.since = f.view.head.Number, now
	}
	if r.said.IsZero() || now.Sub(r.said) >= sayProgress {
		r.said = now
		p := f.progress()
		f.log.Info("reading chain", "block", p.Block, "of", p.Target, "percent", 100*p.Block/max(p.Target, 1),
			"perSecond", int(p.PerSecond), "left", p.Left)
	}
}

// progress returns how far the chain is read; zero once it is read up to its head.
func (f *follower) progress() Reading {
	r := f.reading
	if r.since.IsZero() {
		return Reading{}
	}
	p := Reading{Block: f.view.head.Number, Target: r.target}
	if took := f.clock().Sub(r.since).Seconds(); took > 0 && p.Block > r.from {
		p.PerSecond = float64(p.Block-r.from) / took
		p.Left = time.Duration(float64(p.Target-min(p.Block, p.Target)) / p.PerSecond * float64(time.Second)).Round(time.Second)
	}
	return p
}

// readingFaults returns a fault while the chain's head is not read yet.
func (f *follower) readingFaults() []Fault {
	if !f.view.behind {
		return nil
	}
	return []Fault{fault("catching_up", "the chain is being read: %s", f.progress())}
}

// disputeFaults returns a fault while nodes are on different forks: a mint on one of them may
// never happen on the other.
func (f *follower) disputeFaults() []Fault {
	how := f.chain.Disputed()
	if how == "" {
		return nil
	}
	return []Fault{delivering(fault("nodes_disagree", "the nodes are on different forks of the chain (%s): the sale goes on once they agree; stop the node on the wrong fork, or add a third one (--rpc)", how))}
}

// startingFaults returns a fault until the chain is first read after Open.
func (f *follower) startingFaults() []Fault {
	if f.view.head.Number > 0 {
		return nil
	}
	return []Fault{fault("starting", "the server is starting; the chain has not been read yet")}
}
