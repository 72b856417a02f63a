package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

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
		lp.clocks.faults(),
		lp.gas.faults(),
		lp.gas.priceFaults(launches),
		lp.audit.bookFaults(launches),
		lp.launchFaults(launches),
		lp.delivery.faults(ctx, launches),
		lp.settler.owedFaults(ctx, launches),
	)
	conditions, looked := map[string]Conditions{}, map[string]bool{}
	for _, l := range launches {
		looked[l.Slug] = true
		if s := lp.audit.standing(l.Slug); s.known {
			conditions[l.Slug] = s.conditions
		}
	}
	was := lp.monitor.latest.Swap(&health{faults: faults, head: lp.view.head, final: lp.view.final, spent: lp.gas.spent, reading: lp.follower.progress(), pace: lp.rhythm.quickest(),
		conditions: conditions, launches: looked})
	sameMoment := func(a, b Conditions) bool { return a.At.Hash == b.At.Hash }
	if was.head != lp.view.head || len(was.launches) != len(looked) || !maps.EqualFunc(was.conditions, conditions, sameMoment) || !slices.Equal(was.faults, faults) {
		lp.notify.changes.announce()
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

// troubleFaults returns the store's faults and, for the error that ended the step, a
// fault of its source, the store or the chain.
func (lp *loop) troubleFaults(ctx context.Context, trouble error) []Fault {
	lasts := lp.lasts(trouble)
	switch unfit := lp.store.Healthy(ctx); {
	case errors.Is(unfit, ErrDiskFull):
		return []Fault{delivering(fault("disk_full", "the disk of the database is almost full"))}
	case errors.Is(unfit, ErrStoreGone):
		return []Fault{fault("store_failing", "%s: orders would be lost; put it back, or restart with a backup or a rebuilt database", ErrStoreGone)}
	case unfit != nil:
		return []Fault{fault("store_failing", "the database cannot be written")}
	case trouble == nil:
		return nil
	case lp.store.Failed(trouble):
		return []Fault{fault("store_failing", "the database cannot be read or written")}
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
	if lp.minter != (common.Address{}) && c.Minter != lp.minter {
		faults = append(faults, delivering(launchFault("minter_role_lost", l, "%s is not the minter of %s", lp.minter, l.Slug)))
	}
	return faults
}
