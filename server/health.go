package server

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// healthz answers 200 while the process runs, whatever the state of the chain.
func (s *Server) healthz(c *fiber.Ctx) error {
	return c.JSON(map[string]string{"status": "ok", "version": s.Presenter.Version})
}

// retryReady is the Retry-After of a 503 of /readyz, in seconds.
const retryReady = 2

// readyz answers 200 if a payment could be delivered now, on any chain, and 503 if not. With
// ?launch=SLUG it answers for that launch, and with ?chain=NAME for that chain: the network's name,
// its CAIP-2 id, or the chain id.
func (s *Server) readyz(c *fiber.Ctx) error {
	if err := onceEach(c, "launch", "chain"); err != nil {
		return err
	}
	chains := s.Presenter.Chains
	if name := c.Query("chain"); name != "" {
		on := chains.Named(name)
		if on == nil {
			return &api.ParamError{Field: "chain", Expected: "a chain of this server, " + chains.Words() + ", or its name"}
		}
		chains = api.Chains{on}
	}
	launches, err := s.reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	launches = slices.DeleteFunc(slices.Clone(launches), func(l mint.Launch) bool { return !slices.Contains(chains, s.Presenter.Of(&l)) })
	slug := c.Query("launch")
	if slug != "" {
		i := slices.IndexFunc(launches, func(l mint.Launch) bool { return l.Slug == slug })
		if i < 0 {
			return mint.ErrNotFound
		}
		launches = launches[i : i+1]
		chains = api.Chains{s.Presenter.Of(&launches[0])}
	}
	r := api.Readiness{Launches: []api.LaunchReadiness{}, Version: s.Presenter.Version}
	for _, l := range launches {
		faults := s.Presenter.Of(&l).Engine.Faults(l.Slug)
		r.Launches = append(r.Launches, api.LaunchReadiness{Slug: l.Slug, Ready: len(faults) == 0, Reasons: api.OrEmpty(faults)})
	}
	if r.Chains, r.Reasons = readyChains(chains, launches); slug != "" {
		r.Reasons = r.Launches[0].Reasons
	}
	if len(r.Chains) == 1 {
		r.ChainState, r.Chains = r.Chains[0].ChainState, nil
	}
	if r.Ready = len(r.Reasons) == 0; !r.Ready {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryReady))
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(r)
}

// readyChains returns the readiness of chains with their launches, and why none of them can sell:
// empty if one can. A chain without a launch on sale counts only if no chain has one.
func readyChains(chains api.Chains, launches []mint.Launch) (all []api.ChainReadiness, reasons []mint.Fault) {
	selling, ready := false, map[bool]bool{} // by whether the chain has a launch on sale
	for _, on := range chains {
		own := slices.DeleteFunc(slices.Clone(launches), func(l mint.Launch) bool { return l.ChainID != on.Network.ChainID })
		h, sells := on.Engine.Health(), len(mint.Listed(own)) > 0
		faults := api.OrEmpty(h.Stopped(own))
		if on.Unlisted != nil && !sells && on.Unlisted() != "" {
			faults = append(faults, mint.Fault{Code: "launch_not_on_sale", Detail: on.Unlisted()})
		}
		selling, ready[sells] = selling || sells, ready[sells] || len(faults) == 0
		reasons = append(reasons, faults...)
		all = append(all, api.ChainReadiness{Network: on.Network.CAIP2(), Name: on.Network.Name, Ready: len(faults) == 0, Reasons: faults, ChainState: on.State(&h)})
	}
	if ready[selling] {
		reasons = nil
	}
	return all, api.OrEmpty(reasons)
}
