package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/store/crowds"
)

// holders follows who holds the tokens, with connections of its own: a node that is slow with
// logs is not set aside for payments.
type holders struct {
	index    *crowds.Index
	follower *crowd.Follower
	log      *slog.Logger
}

// followHolders opens the index next to the database. If that fails, or the operator does not
// want it, the pages say that the holders are not known.
func (s *instance) followHolders(ctx context.Context, m *market) *holders {
	if s.noHolders || s.db == "" {
		return nil
	}
	path := s.db + ".holders"
	if len(s.markets) > 1 { // an index is of one chain
		path = fmt.Sprintf("%s-%d", path, m.network.ChainID)
	}
	index, err := crowds.OpenIndex(ctx, path)
	if err != nil {
		m.log.Error("who holds the tokens is not followed", "err", err)
		return nil
	}
	h := &holders{index: index, log: m.log}
	h.follower = &crowd.Follower{Index: index, Ledger: &m.store.Crowds, Launches: m.store.Launches, Now: s.clock, Log: m.log, Funders: s.funders,
		Heads: func() (mint.Block, mint.Block) { health := m.engine.Health(); return health.Head, health.Final },
		Dial: func(ctx context.Context) (crowd.Chain, error) {
			genesis, err := m.node.Genesis(ctx)
			if err != nil {
				return nil, err
			}
			client, err := chain.Later(m.network.ChainID, m.node.urls...)
			if err != nil {
				return nil, err
			}
			client.Confirmations = m.network.Confirmations
			if err := errors.Join(client.Connect(ctx, genesis), index.Bind(ctx, genesis)); err != nil {
				client.Close()
				return nil, err
			}
			context.AfterFunc(ctx, client.Close)
			return chain.Tokens{Client: client}, nil
		}}
	if s.demo {
		h.follower.Every = 2 * time.Second
	}
	return h
}

// lists returns the lists of minters and holders.
func (s *instance) lists() *people.Lists {
	all := &people.Lists{Minted: &s.store.Crowds, Funders: s.funders, Followed: map[uint64]people.Followed{}}
	for _, m := range s.markets {
		if m.holders != nil {
			all.Followed[m.network.ChainID] = people.Followed{Index: m.holders.index, Trouble: m.holders.follower.Trouble}
		}
	}
	return all
}

// run follows until ctx ends.
func (h *holders) run(ctx context.Context) {
	if h == nil {
		return
	}
	h.follower.Run(ctx)
	if err := h.index.Close(); err != nil {
		h.log.Warn("close the index of holders", "err", err)
	}
}
