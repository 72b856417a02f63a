package server

import (
	"github.com/gofiber/fiber/v2"
)

func (s *Server) stats(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return err
	}
	stats, err := s.Presenter.Stats(c.UserContext(), l)
	if err != nil {
		return err
	}
	return c.JSON(stats)
}
