package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mint402/mint402/mint"
)

// errNoChain means that a method was called that is about one chain, on a store of all.
var errNoChain = errors.New("the store has several chains: choose one with On")

// On returns a view of the store with the books of one chain: its launches, orders, transactions,
// blocks, events, skipped payments and gas. Launches and orders of other chains are not found, and
// no block number, sender or token of theirs is taken for one of this chain.
//
// All views share the connections, the caches, the lock and the group commits, and Close closes all.
// The sequence of changes, the slugs and the payers' idempotency keys are the same for all chains.
// Only a view can Advance, and tell the Cursor and account nonces.
func (s *Store) On(chainID uint64) *Store {
	v := *s
	v.chain = chainID
	v.EventReader = EventReader{s.read, chainID, v.has}
	v.Asks.Chain = chainID
	return &v
}

// has reports whether a launch is of the view's chain.
func (s *Store) has(ctx context.Context, launch string) (bool, error) {
	if s.chain == 0 {
		return true, nil
	}
	_, err := s.Launch(ctx, launch)
	if errors.Is(err, mint.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// ofChains selects what is of a view's chain, or of all for 0, with an index that has the chain
// first. Its parameter is the chain of the view.
const ofChains = "chain_id IN (SELECT chain_id FROM launches WHERE ? IN (0, chain_id))"

// ofLaunch makes the rest of the transaction write for a launch's chain. It returns
// mint.ErrNotFound if the view does not have the launch.
func (w *tx) ofLaunch(slug string) error {
	var chainID uint64
	err := w.row("SELECT chain_id FROM launches WHERE slug = ? AND ? IN (0, chain_id)", slug, w.chain).Scan(&chainID)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("launch %s: %w", slug, mint.ErrNotFound)
	}
	w.chain = chainID
	return err
}

// has reports whether a launch is of the chain for which this part of the transaction writes.
// The chain of a launch never changes.
func (w *tx) has(launch string) (bool, error) {
	if w.chain == 0 {
		return true, nil
	}
	if m := w.s.snapshot.Load(); m != nil {
		if l, err := m.launch(launch); err == nil {
			return l.ChainID == w.chain, nil
		}
	}
	var n int
	err := w.row("SELECT count(*) FROM launches WHERE slug = ? AND chain_id = +?", launch, w.chain).Scan(&n)
	return n > 0, err
}
