package server

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
)

// FundUSDC is how much test USDC the demo gives per grant, for people.
const FundUSDC = "100.00"

// faucet limits what the demo gives within an hour: per account, per client, and in
// total. The counters are reset at the first request after that hour.
type faucet struct {
	max     int        // grants in total; at most a quarter for one client
	waiting *api.Quota // grants that wait for their block

	mu       sync.Mutex
	since    time.Time
	given    int
	accounts map[common.Address]int
	clients  map[netip.Prefix]int
}

const (
	maxAccountGrants = 3
	maxGrants        = 10_000
	grantWindow      = time.Hour
	maxPendingGrants = 16
)

var (
	errAccountLimit  = funded("this address has reached the faucet's limit; try again within an hour")
	errFaucetEmpty   = funded("the faucet has given all its test money for this hour; try again within an hour")
	errGrantsPending = &api.HTTPError{Status: fiber.StatusServiceUnavailable, Fault: api.Fault{Code: "busy",
		Message: "too many grants of test money wait for a block; try again in a moment", RetryAfter: api.RetryBusy}}
)

func funded(message string) error {
	return &api.HTTPError{Status: fiber.StatusTooManyRequests, Fault: api.Fault{Code: "funded", Message: message, RetryAfter: int64(grantWindow / time.Second)}}
}

func newFaucet() *faucet { return &faucet{max: maxGrants, waiting: api.NewQuota(maxPendingGrants)} }

// take counts one grant for an account. The caller must call over, with true if the
// grant was given.
func (f *faucet) take(now time.Time, who netip.Prefix, to common.Address) (over func(given bool), err error) {
	if !f.waiting.Take(who) {
		return nil, errGrantsPending
	}
	since, err := f.count(now, who, to)
	if err != nil {
		f.waiting.Give(who)
		return nil, err
	}
	return func(given bool) {
		f.waiting.Give(who)
		if !given {
			f.uncount(since, who, to)
		}
	}, nil
}

func (f *faucet) count(now time.Time, who netip.Prefix, to common.Address) (since time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.accounts == nil || now.Sub(f.since).Abs() >= grantWindow {
		f.since, f.given, f.accounts, f.clients = now, 0, map[common.Address]int{}, map[netip.Prefix]int{}
	}
	switch {
	case f.accounts[to] >= maxAccountGrants:
		return f.since, errAccountLimit
	case f.given >= f.max || f.clients[who] >= max(1, f.max/4):
		return f.since, errFaucetEmpty
	}
	f.given++
	f.accounts[to]++
	f.clients[who]++
	return f.since, nil
}

// uncount takes back a grant, unless the counters were reset since.
func (f *faucet) uncount(since time.Time, who netip.Prefix, to common.Address) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.since.Equal(since) {
		f.given--
		f.accounts[to]--
		f.clients[who]--
	}
}

// fund gives test money to an account on the demo's chain.
func (s *Server) fund(c *fiber.Ctx) error {
	var body struct {
		Address string `json:"address"`
	}
	if err := api.ReadBody(c, &body); err != nil {
		return err
	}
	to, ok := api.ParseAddress(body.Address)
	if !ok || to == (common.Address{}) {
		return &api.ParamError{Field: "address", Expected: "0x and 40 hex digits"}
	}
	over, err := s.faucet.take(s.now(), s.Client(c), to)
	if err != nil {
		return err
	}
	given := false
	defer func() { over(given) }()
	ctx, cancel := context.WithTimeout(s.life, s.Wait)
	defer cancel()
	if err := s.Fund(ctx, to); err != nil {
		return fmt.Errorf("give test money to %s: %w", to, err)
	}
	given = true
	return c.JSON(struct {
		Address api.Address `json:"address"`
		USDC    string      `json:"usdc"`
	}{api.Address{Address: to}, FundUSDC})
}
