package cmd

import (
	"context"
	"fmt"
	"math/big"
	"text/tabwriter"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

// What stock clients pay unless they are told otherwise, in USDC.
const (
	stockV2      = "1.00" // x402 clients of version 2, since 2.23
	stockV1Fetch = "0.10" // x402-fetch, version 1
)

func (p *Program) showTerms(ctx context.Context, n *node, l mint.Launch, from common.Address, e chain.Estimate) error {
	balance, err := n.Balance(ctx, from)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(p.Err, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	price := l.Asset.Format(l.Price) + " " + l.Asset.Symbol
	fmt.Fprintf(p.Err, "%s\n", p.bold(p.Err, fmt.Sprintf("%s (%s) on %s", plain(l.Name), l.Symbol, n.network.Title)))
	line("a mint", "%s %s for %s", grouped(whole(l.Allotment)), l.Symbol, price)
	line("cap", "%s %s, that is %s mints for %s %s in all", grouped(whole(l.Tokens(l.Cap))), l.Symbol, grouped(fmt.Sprint(l.Cap)),
		grouped(l.Asset.Format(l.Total(l.Cap))), l.Asset.Symbol)
	if l.Limit < l.Cap {
		line("a payment", "buys at most %s mints, %s %s", grouped(fmt.Sprint(l.Limit)), l.Asset.Format(l.Total(l.Limit)), l.Asset.Symbol)
	}
	line("opens", "%s", orElse(l.OpensAt, "at once"))
	line("closes", "%s", orElse(l.ClosesAt, "never"))
	line("treasury", "%s, for good", l.Treasury.Hex())
	line("owner", "%s", l.Owner.Hex())
	line("minter", "%s", orNobody(l.Minter))
	line("address", "%s", l.Token.Hex())
	line("path", "/launches/%s/mint", l.Slug)
	if e.Deployed {
		line("deployment", "there already")
	} else {
		line("deployment", "%s gas, at most %s in the chain's coin; the deployer %s has %s", grouped(fmt.Sprint(e.Gas)), ether(e.Wei), from.Hex(), ether(balance))
	}
	line("gas of a mint", "%s alone, at most %s in the chain's coin, beside its price of %s; less in batches; a rollup adds its fee for data",
		grouped(fmt.Sprint(chain.MintGas)), ether(e.MintWei), price)
	for _, c := range []struct{ who, limit string }{{"x402 v2 clients", stockV2}, {"x402-fetch v1", stockV1Fetch}} {
		limit, err := l.Asset.Parse(c.limit)
		if err != nil {
			return err
		}
		if most := new(big.Int).Div(limit, l.Price); most.Sign() == 0 {
			line(c.who, "refuse this price unless told otherwise: they pay up to %s", c.limit)
		} else {
			line(c.who, "pay for up to %s at once, without being told", plural(min(most.Int64(), l.Limit), "mint"))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if !e.Deployed && balance.Cmp(e.Wei) < 0 {
		return hint(fmt.Errorf("the deployer %s has %s and may need %s in the chain's coin", from.Hex(), ether(balance), ether(e.Wei)),
			"send it coin for gas on %s", n.network.Title)
	}
	return nil
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(fmt.Sprint(n)) + " " + noun + "s"
}

func orElse(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.UTC().Format(time.RFC3339)
}
