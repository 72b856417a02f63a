package server

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// order answers 202 while the order is in progress, so that a client that polls can
// tell that there is no result yet. A parked order is a 200: it waits for its payer.
func (s *Server) order(c *fiber.Ctx) error {
	l, o, err := s.Presenter.OrderOf(c)
	if err != nil {
		return err
	}
	switch o.State() {
	case mint.Claimed, mint.Minting, mint.Settled:
		c.Set(fiber.HeaderRetryAfter, "1")
		c.Status(fiber.StatusAccepted)
	}
	receipt := s.Presenter.Receipt(&l, &o)
	s.Presenter.Sign(&receipt, &l, &o, "")
	return c.JSON(receipt)
}

// orders lists the newest orders, optionally only those of a payer, a launch or a
// state, or those after a given order.
func (s *Server) orders(c *fiber.Ctx) error {
	if err := onceEach(c, "limit", "payer", "state", "after", "launch"); err != nil {
		return err
	}
	limit, err := api.OrdersLimit(c)
	if err != nil {
		return err
	}
	q := mint.Query{Limit: limit}
	if v := c.Query("payer"); v != "" {
		payer, ok := api.ParseAddress(v)
		if !ok {
			return &api.ParamError{Field: "payer", Expected: "0x and 40 hex digits"}
		}
		q.Payer = &payer
	}
	if v := c.Query("state"); v != "" {
		for _, state := range mint.States {
			if string(state) == v {
				q.States = []mint.State{state}
			}
		}
		if q.States == nil {
			return &api.ParamError{Field: "state", Expected: "one of claimed, parked, minting, mined, minted, settled, voided, refunded"}
		}
	}
	if v := c.Query("after"); v != "" {
		if q.After, err = mint.ParsePaymentID(v); err != nil {
			return &api.ParamError{Field: "after", Expected: "0x and 64 hex digits"}
		}
		// A list after an unknown order would be empty, which would look like the end of the
		// list.
		switch _, err := s.reader.Order(c.UserContext(), q.After); {
		case errors.Is(err, mint.ErrNotFound):
			return &api.ParamError{Field: "after", Expected: "the payment id of an order"}
		case err != nil:
			return err
		}
	}
	launches, err := s.reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	bySlug := make(map[string]mint.Launch, len(launches))
	for _, l := range launches {
		bySlug[l.Slug] = l
	}
	if v := c.Query("launch"); v != "" {
		if _, known := bySlug[v]; !known {
			return mint.ErrNotFound
		}
		q.Launch = v
	}
	orders, err := s.reader.Orders(c.UserContext(), q)
	if err != nil {
		return err
	}
	answer := api.Receipts{Orders: make([]api.Receipt, 0, len(orders))}
	for _, o := range orders {
		l, known := bySlug[o.Launch]
		if !known {
			return errors.New("order " + o.ID.String() + " is of launch " + o.Launch + ", which is not there")
		}
		answer.Orders = append(answer.Orders, s.Presenter.Receipt(&l, &o))
	}
	return c.JSON(answer)
}
