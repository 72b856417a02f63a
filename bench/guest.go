//go:build linux

package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// peer is the shop of another project, with its name in the tables.
type peer struct{ script, name string }

var peers = []peer{{"x402-express.mjs", "x402-express 1.2.0"}, {"x402-express-v2.mjs", "@x402/express 2.27.0"}}

// guest is a peer that was built elsewhere. Its program serves GET /mint on 127.0.0.1 at
// the port in PORT: 402 without a payment, 200 for one that the facilitator at
// FACILITATOR accepts. PAY_TO receives the payments: 0.10 USDC on Base Sepolia each.
type guest struct {
	name    string
	command []string
}

// guests is a flag that may be repeated.
type guests []guest

func (g *guests) String() string { return "" }

// Set adds NAME=PROGRAM, with arguments separated by spaces.
func (g *guests) Set(text string) error {
	name, command, ok := strings.Cut(text, "=")
	fields := strings.Fields(command)
	if !ok || name == "" || len(fields) == 0 {
		return fmt.Errorf("%q is not NAME=PROGRAM", text)
	}
	for _, other := range *g {
		if other.name == name {
			return fmt.Errorf("%q is there twice", name)
		}
	}
	*g = append(*g, guest{name, fields})
	return nil
}

func (g guest) start(ctx context.Context, dir, facilitator string) (contender, error) {
	port, err := freePort()
	if err != nil {
		return contender{}, err
	}
	env := []string{fmt.Sprintf("PORT=%d", port), "FACILITATOR=" + facilitator, "PAY_TO=" + payee.Hex(), "GOMAXPROCS=1"}
	p, err := start(ctx, dir, serverCore, env, g.command[0], g.command[1:]...)
	if err != nil {
		return contender{}, err
	}
	c := contender{g.name, p, port, 402, 200}
	if err := p.ready(ctx, fmt.Sprintf("http://127.0.0.1:%d/mint", port), 402); err != nil {
		return c, err
	}
	// The specification leaves the status of a header that cannot be parsed open.
	l := load{port: port, connections: 1, depth: 1, next: each([]payment{{request: get("PAYMENT-SIGNATURE", gibberish)}}),
		each: func(_, status int, _, _ time.Duration) { c.malformed = status }}
	if _, err := l.exhaust(10 * time.Second); err != nil {
		return c, fmt.Errorf("%s: %w", g.name, err)
	}
	if c.malformed < 400 || c.malformed > 499 {
		return c, fmt.Errorf("%s answers %d to a header that cannot be parsed", g.name, c.malformed)
	}
	return c, nil
}
