package server

import (
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
)

// maxReads is how many requests may run at once that aggregate, search or query the
// chain, a quarter of them of one client.
const maxReads = 256

// costly limits how many requests run that aggregate, search or query the chain. A
// request beyond the limit gets api.ErrBusy.
func (s *Server) costly(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who := s.Client(c)
		if !s.reads.Take(who) {
			return api.ErrBusy
		}
		defer s.reads.Give(who)
		return handle(c)
	}
}
