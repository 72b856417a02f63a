package server

import (
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
)

// launchesInPage is how many launches a list has without ?limit=.
const launchesInPage = 100

// launches answers with the launches that are shown: those that match ?q= and ?show=, sorted
// by ?sort=, a page at a time.
func (s *Server) launches(c *fiber.Ctx) error {
	if err := onceEach(c, "q", "sort", "show", "page", "limit"); err != nil {
		return err
	}
	q, err := api.ReadListQuery(c, launchesInPage)
	if err != nil {
		return err
	}
	list, err := s.Presenter.Shop.List(c.UserContext(), q)
	if err != nil {
		return err
	}
	if q.Text == "" && q.Sort == "" && q.Show == "" {
		list.DefaultFirst()
	}
	page, more := list.Page(q)
	answer := api.Launches{Default: list.Default.Slug, Launches: s.Presenter.Shop.Launches(c.UserContext(), page), Counts: list.Counts, Total: list.Total}
	if more {
		answer.Next = "/launches?" + q.At(q.Page+1, launchesInPage)
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
	books, err := s.Presenter.Of(&l).Engine.Solvency(c.UserContext(), l.Slug)
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
