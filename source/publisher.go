package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Store keeps states. A database implements it.
type Store interface {
	// Sources returns all stored states.
	Sources(ctx context.Context) ([]State, error)
	// SaveSource stores a state in place of that of the same address and service. It is
	// durable when SaveSource returns.
	SaveSource(ctx context.Context, s State) error
}

// Publisher publishes the source of contracts with services. Its fields are set before the
// first call. It is safe for concurrent use.
type Publisher struct {
	Services []Service // may be empty: then it only shows what is stored
	Code     Code      // of all contracts
	Store    Store     // nil: states are kept in memory only; not with Run
	// Contracts returns the contracts to publish. It is called often, so it must be quick.
	Contracts func(context.Context) ([]Contract, error)
	Now       func() time.Time
	Log       *slog.Logger
	Every     time.Duration // between two attempts at one service; 0: 2 s

	mu     sync.Mutex
	states map[common.Address]map[string]State // by contract and Service.ID
}

const (
	defaultEvery = 2 * time.Second // Etherscan's free plan allows 3 requests a second; an attempt makes at most 3
	pollEvery    = 5 * time.Second
	minRetry     = 15 * time.Second // doubled by each failure
	maxRetry     = 6 * time.Hour
	maxFailures  = 24             // about three and a half days
	maxJob       = time.Hour      // until a job that does not end is given up
	recheckEvery = 24 * time.Hour // a service may lose what it verified
)

// Load reads the stored states. Those that failed at one of the services are tried again.
func (p *Publisher) Load(ctx context.Context) error {
	all, err := p.Store.Sources(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.states = map[common.Address]map[string]State{}
	for _, s := range all {
		if s.Status == Failed {
			s.Status, s.Failures, s.Next = Waiting, 0, time.Time{}
		}
		p.set(s)
	}
	return nil
}

// set changes a state. mu is held.
func (p *Publisher) set(s State) {
	if p.states == nil {
		p.states = map[common.Address]map[string]State{}
	}
	if p.states[s.Address] == nil {
		p.states[s.Address] = map[string]State{}
	}
	p.states[s.Address][s.Service] = s
}

// Of returns the states of a contract: those of the publisher's services, and those of
// others that have verified it.
func (p *Publisher) Of(address common.Address) (all []State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.states[address] {
		if s.Status == Verified || p.uses(s.Service) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b State) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Service, b.Service)) })
	return all
}

func (p *Publisher) uses(service string) bool {
	return slices.ContainsFunc(p.Services, func(s Service) bool { return s.ID() == service })
}

// Run publishes until ctx ends. It has loaded the states when it makes the first request.
func (p *Publisher) Run(ctx context.Context) {
	for {
		err := p.Load(ctx)
		if err == nil {
			break
		}
		p.Log.Warn("read the verification of sources; trying again", "err", err)
		if !p.pause(ctx) {
			return
		}
	}
	var running sync.WaitGroup
	for _, s := range p.Services {
		running.Go(func() {
			for p.pause(ctx) {
				if c, due := p.due(ctx, s); due {
					p.Attempt(ctx, s, c)
				}
			}
		})
	}
	running.Wait()
}

// pause waits, and returns false once ctx has ended.
func (p *Publisher) pause(ctx context.Context) bool {
	timer := time.NewTimer(cmp.Or(p.Every, defaultEvery))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// due returns the contract whose next attempt at a service is due for the longest time.
func (p *Publisher) due(ctx context.Context, s Service) (found Contract, ok bool) {
	all, err := p.Contracts(ctx)
	if err != nil {
		return found, false // the database reports its own errors
	}
	now := p.Now()
	var since time.Time
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range all {
		state := p.states[c.Address][s.ID()]
		if state.Status == Failed || state.Next.After(now) || ok && !state.Next.Before(since) {
			continue
		}
		found, since, ok = c, state.Next, true
	}
	return found, ok
}

// Attempt makes the next attempt for a contract at a service, whether it is due or not. It
// stores the new state and returns it. If ctx ends during the attempt, no state changes.
func (p *Publisher) Attempt(ctx context.Context, s Service, c Contract) State {
	p.mu.Lock()
	before, known := p.states[c.Address][s.ID()]
	p.mu.Unlock()
	if !known {
		before = State{Address: c.Address, Service: s.ID(), Status: Waiting}
	}
	before.Title = s.Title()
	after := p.attempt(ctx, s, c, before)
	if ctx.Err() != nil {
		return before
	}
	p.mu.Lock()
	p.set(after)
	p.mu.Unlock()
	if same := before; known {
		if same.Next = after.Next; same == after { // a job that goes on, and a source that is still shown
			return after
		}
	}
	if p.Store == nil {
		return after
	}
	if err := p.Store.SaveSource(ctx, after); err != nil {
		p.Log.Warn("store the verification of a source", "contract", c.Address.Hex(), "service", s.ID(), "err", err)
	}
	p.report(before, after)
	return after
}

// attempt returns the state after an attempt. A panic would end the process, so it is a
// failure.
func (p *Publisher) attempt(ctx context.Context, svc Service, c Contract, s State) (after State) {
	now := p.Now()
	defer func() {
		if v := recover(); v != nil {
			after = s.failed(now, fmt.Errorf("internal error: %v", v))
		}
	}()
	s.Unreached, s.Unknown = false, false
	match, err := svc.Lookup(ctx, c, p.Code)
	switch {
	case err != nil:
		return s.failed(now, err)
	case match != "":
		return s.verified(now, match, svc.Page(c))
	}
	if s.Status == Verified || s.Ticket == "" {
		s.Status, s.Match, s.URL, s.Ticket, s.VerifiedAt = Waiting, "", "", "", time.Time{}
		if s.Ticket, err = svc.Submit(ctx, c, p.Code); err != nil {
			return s.failed(now, err)
		}
		s.Status, s.Asked, s.Error, s.Next = Submitted, now, "", now.Add(pollEvery)
		return s
	}
	done, err := svc.Done(ctx, c, s.Ticket)
	switch {
	case err == nil && !done && now.Sub(s.Asked) >= maxJob:
		return s.failed(now, &Ended{"the service did not end the job within " + maxJob.String()})
	case err == nil && !done:
		s.Error, s.Next = "", now.Add(pollEvery)
		return s
	case err == nil:
		if match, err = svc.Lookup(ctx, c, p.Code); err == nil && match != "" {
			return s.verified(now, match, svc.Page(c))
		}
		if err == nil {
			err = &Ended{"the service reports success and does not show the source"}
		}
	}
	return s.failed(now, err)
}

func (s State) verified(now time.Time, match Match, page string) State {
	if s.Status != Verified {
		s.VerifiedAt = now
	}
	s.Status, s.Match, s.URL, s.Ticket, s.Failures, s.Error, s.Next = Verified, match, page, "", 0, "", now.Add(recheckEvery)
	return s
}

// failed returns the state after an error. A source that was shown stays verified until a
// lookup succeeds.
func (s State) failed(now time.Time, err error) State {
	s.Failures, s.Error, s.Unreached = s.Failures+1, short(err.Error()), false
	if lost := (*Unreached)(nil); errors.As(err, &lost) {
		s.Unreached, s.Unknown = true, lost.Unknown
	}
	wait := minRetry << min(s.Failures-1, 20)
	var busy *Busy
	if wait = min(wait, maxRetry); errors.As(err, &busy) {
		wait = max(wait, busy.After)
	}
	s.Next = now.Add(wait)
	if s.Status == Verified {
		return s
	}
	if errors.As(err, new(*Ended)) {
		s.Status, s.Ticket = Waiting, ""
	}
	if errors.As(err, new(*Refusal)) || s.Failures >= maxFailures {
		s.Status, s.Ticket, s.Next = Failed, "", time.Time{}
	}
	return s
}

// report logs a change that an operator wants to know.
func (p *Publisher) report(before, after State) {
	log := p.Log.With("contract", after.Address.Hex(), "service", after.Service)
	switch {
	case after.Status == before.Status && after.Failures <= before.Failures:
	case after.Status == Verified && before.Status != Verified:
		log.Info("source verified", "match", after.Match, "url", after.URL)
	case after.Status == Failed:
		log.Warn("source not verified; the next start tries again", "failures", after.Failures, "err", after.Error)
	case after.Failures > before.Failures && after.Failures&(after.Failures-1) == 0: // 1st, 2nd, 4th, 8th …
		log.Warn("source not verified yet; trying again", "failures", after.Failures, "err", after.Error, "next", after.Next)
	case after.Status == Submitted:
		log.Info("source submitted for verification")
	}
}
