package api

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Shop reads which launches of a server are found, and where: the default one, lists of them,
// and their newest mints. A Presenter has it.
type Shop struct {
	*Presenter
	newest newest
}

// StandingOf returns whether a launch can be bought from, by its terms, its mints and its
// contract. Conditions that pass within minutes, such as reservations or a node that is down,
// do not count.
func (p *Presenter) StandingOf(l *mint.Launch) mint.Standing {
	e := p.Chains.of(l.ChainID).Engine
	c, _, _ := e.Conditions(l.Slug)
	return l.StandingAt(e.Clock(), c.Paused || c.AssetPaused || c.Blacklisted)
}

// Default returns the launch of /mint, or mint.ErrNotFound if there is none to show. Callers must
// not change it: others have it, too.
func (p *Shop) Default(ctx context.Context) (*mint.Launch, error) {
	launches, err := p.Reader.Launches(ctx)
	if err != nil {
		return nil, err
	}
	return p.DefaultOf(launches)
}

// DefaultOf returns the launch of /mint among all launches of a server: the first of these
// that there is.
//
//  1. The one that the operator chose, unless it is off sale.
//  2. The first in the operator's order that sells.
//  3. The first that a fault has kept from selling for minutes, so that the answer is to retry.
//  4. The one that opens next.
//  5. The first that is paused.
//  6. The one whose sale ended last.
//  7. The first that is off sale, so that the answer says so.
//
// Hidden launches, and those that a creator made, are only at /mint if the operator chose so. The default changes with the
// clock and with each mint, so a payment for /mint is for the launch that its signature pays,
// not for the default: see checkout.Checkout.Launch.
func (p *Shop) DefaultOf(launches []mint.Launch) (*mint.Launch, error) {
	var stopped, next, paused, ended, delisted *mint.Launch
	for i := range launches {
		l := &launches[i]
		if l.Default && !l.Delisted {
			return l, nil
		}
	}
	for i := range launches {
		l := &launches[i]
		if l.Hidden || l.Creator != (common.Address{}) {
			continue
		}
		switch at := p.StandingOf(l); {
		case at == mint.StandingOpen && l.Reported != mint.StandingStopped:
			return l, nil
		case at == mint.StandingOpen && stopped == nil:
			stopped = l
		case at == mint.StandingNotOpen:
			if next == nil || l.OpensAt.Before(next.OpensAt) {
				next = l
			}
		case at == mint.StandingPaused && paused == nil:
			paused = l
		case at == mint.StandingSoldOut || at == mint.StandingClosed:
			if ended == nil || endOf(l).After(endOf(ended)) {
				ended = l
			}
		case at == mint.StandingDelisted && delisted == nil:
			delisted = l
		}
	}
	for _, l := range []*mint.Launch{stopped, next, paused, ended, delisted} {
		if l != nil {
			return l, nil
		}
	}
	return nil, mint.ErrNotFound
}

// sinceOf returns when a standing of a launch began: at its opening or close, or when this
// server saw it. It is zero if that is not known.
func sinceOf(l *mint.Launch, standing mint.Standing) time.Time {
	switch {
	case standing == mint.StandingClosed:
		return l.ClosesAt
	case standing == mint.StandingOpen && l.Reported != standing, standing == mint.StandingNotOpen:
		return time.Time{}
	case l.Reported == standing:
		return l.ReportedAt
	}
	return time.Time{}
}

// SoldOutAt returns when this server saw that a launch was sold out; zero if it is not, or
// that is not known.
func SoldOutAt(l *mint.Launch) time.Time {
	if !l.SoldOut() {
		return time.Time{}
	}
	return endOf(l)
}

// endOf returns when the sale of a launch ended: at its close, or when this server saw that
// it was sold out. It is zero if that is not known.
func endOf(l *mint.Launch) time.Time {
	if !l.SoldOut() {
		return l.ClosesAt
	}
	if l.Reported == mint.StandingSoldOut {
		return l.ReportedAt
	}
	return time.Time{}
}
