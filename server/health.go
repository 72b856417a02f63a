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

// readyz answers 200 if a payment could be delivered now, and 503 if not. With
// ?launch=SLUG it answers for that launch.
func (s *Server) readyz(c *fiber.Ctx) error {
	if err := onceEach(c, "launch"); err != nil {
		return err
	}
	on := s.Presenter.Chains[0]
	h := on.Engine.Health()
	launches, err := s.reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	r := api.Readiness{Reasons: api.OrEmpty(h.Stopped(launches)), Launches: []api.LaunchReadiness{}, Degraded: api.OrEmpty(h.Unfit), Limits: api.OrEmpty(h.Limits), Reading: api.NewReading(h.Reading),
		Head: api.NewBlock(h.Head), Final: api.NewBlock(h.Final), Nodes: api.OrEmpty(on.Nodes()), Queued: h.Queued, Version: s.Presenter.Version}
	if all := on.Facilitators; all != nil {
		r.Facilitators = all()
	}
	for _, l := range launches {
		faults := s.Presenter.Of(l).Engine.Faults(l.Slug)
		r.Launches = append(r.Launches, api.LaunchReadiness{Slug: l.Slug, Ready: len(faults) == 0, Reasons: api.OrEmpty(faults)})
	}
	if slug := c.Query("launch"); slug != "" {
		i := slices.IndexFunc(r.Launches, func(l api.LaunchReadiness) bool { return l.Slug == slug })
		if i < 0 {
			return mint.ErrNotFound
		}
		r.Launches = r.Launches[i : i+1]
		r.Reasons = r.Launches[0].Reasons
	}
	if r.Ready = len(r.Reasons) == 0; !r.Ready {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryReady))
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(r)
}
