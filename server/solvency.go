package server

import (
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
)

// solvency answers with the ledger at the newest block that was read.
func (s *Server) solvency(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return err
	}
	books, err := s.engine.Solvency(c.UserContext(), l.Slug)
	if err != nil {
		return err
	}
	return c.JSON(api.NewSolvency(books))
}
