package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// health is the newest examination.
type health struct {
	faults []Fault
	head   Block
	final  Block
	spent  *big.Int

	conditions map[string]Conditions // by launch slug; never changed
	checked    Block                 // head when they were read
	admitted   map[string]bool       // launch slug → all its events are read; never changed
}

// Health is what /readyz says.
type Health struct {
	Faults []Fault // empty: ready
	Head   Block
	Final  Block
	Queued int64    // orders claimed and not sent
	Spent  *big.Int // wei that our transactions cost in the last 24 hours
}

// Health returns the newest examination.
func (e *Engine) Health() Health {
	h := e.faults.Load()
	return Health{Faults: e.Faults(""), Head: h.head, Final: h.final, Queued: e.queued.Load(), Spent: h.spent}
}

// Conditions are a launch's as they were last read, and the head then; not ok
// while they were not. Nobody may change what they point to.
func (e *Engine) Conditions(slug string) (c Conditions, head Block, ok bool) {
	h := e.faults.Load()
	c, ok = h.conditions[slug]
	return c, h.checked, ok
}

// Faults are the reasons for which a launch, or with an empty slug any, could
// not deliver now. While there is one, no price is named.
func (e *Engine) Faults(slug string) []Fault {
	if e.draining.Load() {
		return []Fault{{Code: "stopping", Detail: "the server is stopping"}}
	}
	return e.faultsOf(slug)
}

func (e *Engine) faultsOf(slug string) []Fault {
	h := e.faults.Load()
	var faults []Fault
	for _, f := range h.faults {
		if slug == "" || f.Launch == "" || f.Launch == slug {
			faults = append(faults, f)
		}
	}
	if slug != "" && !h.admitted[slug] {
		faults = append(faults, Fault{Code: "catching_up", Launch: slug, Detail: "what happened to " + slug + " before it came on sale here is being read"})
	}
	if age := e.Clock().Sub(h.head.Time); h.head.Number > 0 && age > e.Stale {
		faults = append(faults, Fault{Code: "chain_stale", Detail: fmt.Sprintf("the newest block is %d seconds old", int(age.Seconds()))})
	}
	return faults
}

// mayDeliver says whether what was claimed may be sent. Some faults only keep us
// from taking more.
func (e *Engine) mayDeliver(slug string) bool {
	for _, f := range e.faultsOf(slug) {
		if !f.delivers {
			return false
		}
	}
	return true
}

// MinGas is what a transaction of full size may use, EIP-7825's cap.
const MinGas = 1 << 24

// budgetPeriod is what Settings.Budget is for.
const budgetPeriod = 24 * time.Hour

// conditions reads, once a head, what could keep us from delivering what is sold:
// a launch that is not may be one that the node does not know yet.
func (e *Engine) conditions(ctx context.Context, launches []Launch) error {
	if e.memory.checked.Hash == e.memory.head.Hash {
		return nil
	}
	sold, _ := e.admitted(launches)
	conditions := make(map[string]Conditions, len(sold)) // another, since the last one may be read now
	for _, l := range sold {
		c, err := e.Chain.Conditions(ctx, l, 0)
		if err != nil {
			return fmt.Errorf("of %s: %w", l.Slug, err)
		}
		conditions[l.Slug] = c
	}
	e.memory.conditions = conditions
	feeCap, _, err := e.Chain.Fees(ctx)
	if err != nil {
		return err
	}
	need := new(big.Int).Mul(feeCap, big.NewInt(MinGas))
	for _, s := range e.Senders {
		balance, err := e.Chain.Balance(ctx, s)
		if err != nil {
			return err
		}
		enough := balance.Cmp(need) >= 0
		if had, known := e.memory.gas[s]; had && !enough && known {
			e.Log.Warn("sender has run dry", "sender", s, "wei", balance, "needs", need)
		}
		e.memory.gas[s] = enough
	}
	if e.memory.spent, err = e.Store.Spent(ctx, e.Clock().Add(-budgetPeriod)); err != nil {
		return err
	}
	e.memory.checked = e.memory.head
	return nil
}

// examine turns what was read into faults. The trouble is what ended the step,
// nil if nothing did.
func (e *Engine) examine(ctx context.Context, launches []Launch, trouble error) {
	var faults []Fault
	add := func(f Fault, format string, args ...any) {
		f.Detail = fmt.Sprintf(format, args...)
		faults = append(faults, f)
	}
	switch unfit := e.Store.Fit(ctx); {
	case errors.Is(unfit, ErrDiskFull):
		add(Fault{Code: "disk_full", delivers: true}, "there is hardly any room left for the database")
	case unfit != nil:
		add(Fault{Code: "store_failing"}, "the database cannot be written")
	case trouble != nil:
		add(Fault{Code: "chain_unreachable"}, "the chain cannot be read")
	}
	if e.memory.behind {
		add(Fault{Code: "catching_up"}, "the chain is read up to block %d so far", e.memory.head.Number)
	}
	if off := e.memory.late; off > e.Margin {
		add(Fault{Code: "clock_off", delivers: true}, "the newest block was %d seconds old when it came: the clock here is ahead, or the node behind", int(off.Seconds()))
	} else if off := e.memory.head.Time.Sub(e.Clock()); e.memory.head.Number > 0 && off > e.Margin {
		add(Fault{Code: "clock_off", delivers: true}, "the newest block is %d seconds ahead of the clock here", int(off.Seconds()))
	}
	rich := false
	for _, s := range e.Senders {
		rich = rich || e.memory.gas[s]
	}
	if !rich && trouble == nil {
		add(Fault{Code: "no_gas"}, "no sender has enough coin for gas")
	}
	if e.Budget != nil && e.memory.spent != nil && e.memory.spent.Cmp(e.Budget) >= 0 {
		add(Fault{Code: "gas_budget"}, "the gas of the last 24 hours cost %s wei of the %s that it may", e.memory.spent, e.Budget)
	}
	for _, l := range launches {
		c, known := e.memory.conditions[l.Slug]
		if !known {
			continue
		}
		switch {
		case c.Paused:
			add(Fault{Code: "launch_paused", Launch: l.Slug}, "%s is paused by its owner", l.Slug)
		case c.AssetPaused:
			add(Fault{Code: "asset_paused", Launch: l.Slug}, "%s is paused by its issuer", l.Asset.Symbol)
		case c.Blacklisted:
			add(Fault{Code: "launch_blacklisted", Launch: l.Slug}, "%s is blacklisted by the issuer of %s", l.Slug, l.Asset.Symbol)
		}
		if e.Minter != (common.Address{}) && c.Minter != e.Minter {
			add(Fault{Code: "minter_role_lost", Launch: l.Slug, delivers: true}, "%s is not the minter of %s", e.Minter, l.Slug)
		}
	}
	was := e.faults.Swap(&health{faults: faults, head: e.memory.head, final: e.memory.final, spent: e.memory.spent,
		conditions: e.memory.conditions, checked: e.memory.checked, admitted: e.memory.admitted})
	if was.head != e.memory.head || was.checked != e.memory.checked || len(was.admitted) != len(e.memory.admitted) || !slices.Equal(was.faults, faults) {
		e.changes.announce()
	}
}
