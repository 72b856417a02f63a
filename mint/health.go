package mint

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// health is the newest examination.
type health struct {
	faults []Fault
	head   Block
	final  Block
}

// Health is what /readyz says.
type Health struct {
	Faults []Fault // empty: ready
	Head   Block
	Final  Block
	Queued int64 // orders claimed and not sent
}

// Health returns the newest examination.
func (e *Engine) Health() Health {
	h := e.faults.Load()
	return Health{Faults: e.Faults(""), Head: h.head, Final: h.final, Queued: e.queued.Load()}
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
	if age := e.Clock().Sub(h.head.Time); h.head.Number > 0 && age > e.Stale {
		faults = append(faults, Fault{Code: "chain_stale", Detail: fmt.Sprintf("the newest block is %d seconds old", int(age.Seconds()))})
	}
	return faults
}

// minGas is what a transaction of full size may use, EIP-7825's cap.
const minGas = 1 << 24

// conditions reads, once a head, what could keep us from delivering.
func (e *Engine) conditions(ctx context.Context, launches []Launch) error {
	if e.memory.checkedAt == e.memory.head.Hash {
		return nil
	}
	for _, l := range launches {
		c, err := e.Chain.Conditions(ctx, l, 0)
		if err != nil {
			return fmt.Errorf("of %s: %w", l.Slug, err)
		}
		e.memory.conditions[l.Slug] = c
	}
	feeCap, _, err := e.Chain.Fees(ctx)
	if err != nil {
		return err
	}
	need := new(big.Int).Mul(feeCap, big.NewInt(minGas))
	for _, s := range e.Senders {
		balance, err := e.Chain.Balance(ctx, s)
		if err != nil {
			return err
		}
		e.memory.gas[s] = balance.Cmp(need) >= 0
	}
	e.memory.checkedAt = e.memory.head.Hash
	return nil
}

// examine turns what was read into faults.
func (e *Engine) examine(launches []Launch, trouble error) {
	var faults []Fault
	add := func(code, launch, format string, args ...any) {
		faults = append(faults, Fault{Code: code, Launch: launch, Detail: fmt.Sprintf(format, args...)})
	}
	if trouble != nil {
		add("chain_unreachable", "", "the chain cannot be read")
	}
	if e.memory.behind {
		add("catching_up", "", "the chain is read up to block %d so far", e.memory.head.Number)
	}
	rich := false
	for _, s := range e.Senders {
		rich = rich || e.memory.gas[s]
	}
	if !rich && trouble == nil {
		add("no_gas", "", "no sender has enough coin for gas")
	}
	for _, l := range launches {
		c, known := e.memory.conditions[l.Slug]
		if !known {
			continue
		}
		switch {
		case c.Paused:
			add("launch_paused", l.Slug, "%s is paused by its owner", l.Slug)
		case c.AssetPaused:
			add("asset_paused", l.Slug, "%s is paused by its issuer", l.Asset.Symbol)
		case c.Blacklisted:
			add("launch_blacklisted", l.Slug, "%s is blacklisted by the issuer of %s", l.Slug, l.Asset.Symbol)
		}
		if e.Minter != (common.Address{}) && c.Minter != e.Minter {
			add("minter_role_lost", l.Slug, "%s is not the minter of %s", e.Minter, l.Slug)
		}
	}
	e.faults.Store(&health{faults: faults, head: e.memory.head, final: e.memory.final})
}
