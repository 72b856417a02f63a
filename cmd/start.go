package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// start does the rest of a start while requests are answered already: it proves that
// the nodes serve the database's chain, and registers new launches. It retries after
// errors that may pass. Any other error ends it.
type start struct {
	node     *node
	store    *store.Store     // nil before an old database is migrated
	genesis  common.Hash      // of the database; zero if it is new
	listings []deploy.Listing // to be registered
	minter   common.Address
	alone    bool                            // there is no other chain
	describe func(ctx context.Context) error // reads assets that only the chain describes; nil: there are none
	log      *slog.Logger
	missing  atomic.Pointer[string] // why something of the configuration is not sold, of one of several chains
}

// shortestRetry and longestRetry are the limits of the pause between two attempts.
const shortestRetry, longestRetry = 250 * time.Millisecond, 5 * time.Second

// run connects and registers. It calls waiting with each error that may pass. If
// other launches are on sale, failed registrations are retried in the background.
func (s *start) run(ctx context.Context, waiting func(context.Context, error)) error {
	if err := s.patiently(ctx, "reach the chain", s.connect, waiting); err != nil {
		return err
	}
	if s.describe != nil {
		if err := s.withoutOthers("asset not taken", s.patiently(ctx, "read the assets", s.describe, waiting)); err != nil {
			return err
		}
	}
	if len(s.listings) == 0 {
		return nil
	}
	launches, err := s.store.Launches(ctx)
	if err != nil {
		return err
	}
	if len(launches) == 0 {
		return s.withoutOthers("launch not put on sale", s.patiently(ctx, "register launches", s.register, waiting))
	}
	if err := s.register(ctx); !chain.Passing(err) {
		return s.withoutOthers("launch not put on sale", err)
	}
	go func() {
		if err := s.patiently(ctx, "register launches", s.register, nil); err != nil && ctx.Err() == nil {
			s.log.Error("launch not put on sale", "err", err)
		}
	}()
	return nil
}

// withoutOthers logs an error that ends the start of a chain, and not that of the server's other
// chains. It returns one that ends the server.
func (s *start) withoutOthers(what string, err error) error {
	if err == nil || s.alone || errors.Is(err, mint.ErrReplaced) || errors.Is(err, context.Canceled) {
		return err
	}
	s.log.Error(what, "err", err)
	why := what + ": " + inWords(err)
	s.missing.Store(&why)
	return nil
}

// patiently calls try until its error is not one that may pass, or until ctx is done.
func (s *start) patiently(ctx context.Context, what string, try func(context.Context) error, waiting func(context.Context, error)) error {
	for failures, pause := 1, shortestRetry; ; failures, pause = failures+1, min(2*pause, longestRetry) {
		err := try(ctx)
		if !chain.Passing(err) && !errors.As(err, new(unconnected)) {
			return err
		}
		if failures&(failures-1) == 0 { // 1st, 2nd, 4th, 8th …
			s.log.Warn("cannot "+what+" yet; trying again", "err", err, "failures", failures)
		}
		if waiting != nil {
			waiting(ctx, err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unconnected is an error of the nodes before they proved their chain. All such
// errors may pass, since a running server survives them too.
type unconnected struct{ error }

func (u unconnected) Unwrap() error { return u.error }

// connect proves that the nodes serve the database's chain. Before an old database is
// migrated there is no store: then its genesis block is all that is compared. If there are
// other chains, every error may pass, as nodes may be replaced while the server runs.
func (s *start) connect(ctx context.Context) error {
	err := s.prove(ctx)
	if err == nil || s.alone || errors.Is(err, mint.ErrReplaced) {
		return err
	}
	var other *otherChainError
	switch {
	case errors.As(err, &other):
		err = &mint.WrongChainError{Detail: other.Error(), Err: err}
	case errors.Is(err, chain.ErrOtherChain), errors.Is(err, store.ErrOtherChain):
		err = &mint.WrongChainError{Detail: "the node's chain begins with another block (genesis) than the one that the database has", Err: err}
	}
	return unconnected{err}
}

func (s *start) prove(ctx context.Context) error {
	if s.store != nil {
		cursor, err := s.store.Cursor(ctx)
		if err != nil {
			return err
		}
		if len(cursor) > 0 {
			s.node.Final(cursor[len(cursor)-1])
		}
	}
	var other *otherChainError
	if err := s.node.connect(ctx, s.genesis); errors.As(err, &other) || errors.Is(err, chain.ErrOtherChain) {
		return err
	} else if err != nil {
		return unconnected{err}
	}
	for _, status := range s.node.Nodes() {
		if !status.Ok {
			s.log.Warn("a node failed its checks and is not used until it passes them", "host", status.Host, "err", status.Err)
		}
	}
	if s.store == nil || s.genesis != (common.Hash{}) {
		return nil
	}
	genesis, err := s.node.Genesis(ctx)
	if err != nil {
		return unconnected{err}
	}
	return otherChain(s.store.Bind(s.node.network.ChainID, genesis))
}

// register reads and checks all new launches before it saves any. So a refused launch
// changes no data.
func (s *start) register(ctx context.Context) error {
	known, err := s.store.Launches(ctx)
	if err != nil {
		return err
	}
	var all []mint.Launch
	for _, want := range s.listings {
		l, err := want.Read(ctx, s.store, s.node.Client, s.node.takes)
		if err != nil {
			return withAdvice(err)
		}
		if err := deploy.CheckSlug(slices.Concat(known, all), l); err != nil {
			return withAdvice(err)
		}
		if err := deploy.CheckSale(ctx, s.node.Client, l, s.minter); err != nil {
			return withAdvice(err)
		}
		all = append(all, l)
	}
	for _, l := range all {
		if err := s.store.SaveLaunch(ctx, l); err != nil {
			return fmt.Errorf("register %s: %w", l.Slug, err)
		}
		s.log.Info("registered", "launch", l.Slug, "symbol", l.Symbol, "token", l.Token.Hex(), "price", l.Asset.Format(l.Price)+" "+l.Asset.Symbol)
	}
	return nil
}

// renew updates the texts of registered launches from the flags, and returns the
// listings of the others. It does not ask a node, because the terms of a launch never
// change and its state is watched while it is on sale.
func renew(ctx context.Context, s *store.Store, listings []deploy.Listing) (others []deploy.Listing, err error) {
	launches, err := s.Launches(ctx)
	if err != nil {
		return nil, err
	}
	for _, want := range listings {
		i := slices.IndexFunc(launches, func(l mint.Launch) bool { return l.Token == want.Token })
		if i < 0 {
			others = append(others, want)
			continue
		}
		l := launches[i]
		if err := want.Fill(&l); err != nil {
			return nil, withAdvice(err)
		}
		if err := s.SaveLaunch(ctx, l); err != nil {
			return nil, err
		}
	}
	return others, nil
}
