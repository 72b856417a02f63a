package server

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"
)

// FundUSDC is how much test USDC the demo gives at a time, for people.
const FundUSDC = "100.00"

// purse is whom the demo gave how often. It gives as much as there can be use
// for, to as many as one machine's visitors can be.
type purse struct {
	mu    sync.Mutex
	given map[common.Address]int
}

const (
	fundsEach   = 3
	fundsPayers = 10_000
)

var errFunded = errors.New("this address has been given enough")

// take is one time for an address, to be returned if nothing came of it.
func (p *purse) take(a common.Address) (undo func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := p.given[a]; n >= fundsEach || n == 0 && len(p.given) >= fundsPayers {
		return nil, errFunded
	}
	if p.given == nil {
		p.given = map[common.Address]int{}
	}
	p.given[a]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.given[a]--; p.given[a] == 0 {
			delete(p.given, a)
		}
	}, nil
}

// fund gives test money to an account of the demo's chain.
func (s *Server) fund(c *fiber.Ctx) error {
	var body struct {
		Address string `json:"address"`
	}
	if err := readBody(c, &body); err != nil {
		return err
	}
	to, ok := address(body.Address)
	if !ok || to == (common.Address{}) {
		return &fieldError{"address", "0x and 40 hex digits"}
	}
	undo, err := s.purse.take(to)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.life, s.Wait)
	defer cancel()
	if err := s.Fund(ctx, to); err != nil {
		undo()
		return fmt.Errorf("give test money to %s: %w", to, err)
	}
	return c.JSON(struct {
		Address Address `json:"address"`
		USDC    string  `json:"usdc"`
	}{Address{to}, FundUSDC})
}
