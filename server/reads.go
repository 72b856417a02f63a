package server

import (
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// launches answers with all launches that are not delisted.
func (s *Server) launches(c *fiber.Ctx) error {
	launches, err := s.reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	launches = mint.Listed(launches)
	answer := api.Launches{Launches: make([]api.Launch, len(launches))}
	for i, l := range launches {
		answer.Launches[i] = s.Presenter.Launch(c.UserContext(), l)
	}
	return c.JSON(answer)
}

// launch answers with the launch of the request's path.
func (s *Server) launch(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return err
	}
	return c.JSON(s.Presenter.Launch(c.UserContext(), l))
}

// solvency answers with the money of a launch, and whether the books agree, at the newest
// block that was read.
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

// stats answers with the statistics of a launch's mints.
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
