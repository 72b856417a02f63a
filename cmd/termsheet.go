package cmd

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
)

// The highest price that common clients pay by default, in USDC.
const (
	stockV2      = "1.00" // x402 clients of version 2, since 2.23
	stockV1Fetch = "0.10" // x402-fetch, version 1
)

// termsheet returns a launch's terms as buyers will read them.
func termsheet(l mint.Launch) []admin.Term {
	var sheet []admin.Term
	line := func(label, format string, args ...any) {
		sheet = append(sheet, admin.Term{Label: label, Text: fmt.Sprintf(format, args...)})
	}
	line("a mint", "%s %s for %s", grouped(whole(l.Allotment)), l.Symbol, priceOf(l))
	line("cap", "%s %s, that is %s mints for %s %s in all", grouped(whole(l.Tokens(l.Cap))), l.Symbol, grouped(fmt.Sprint(l.Cap)),
		grouped(l.Asset.Format(l.Total(l.Cap))), l.Asset.Symbol)
	if l.Limit < l.Cap {
		line("a payment", "buys at most %s mints, %s %s", grouped(fmt.Sprint(l.Limit)), l.Asset.Format(l.Total(l.Limit)), l.Asset.Symbol)
	}
	line("opens", "%s", orElse(l.OpensAt, "at once"))
	line("closes", "%s", orElse(l.ClosesAt, "never"))
	line("treasury", "%s, fixed; only if %s blacklists it may its own key name a successor", l.Treasury.Hex(), l.Asset.Symbol)
	line("owner", "%s", l.Owner.Hex())
	if l.Minter == (common.Address{}) {
		line("minter", "none: money that comes without a mint can only be returned, by the owner")
	} else {
		line("minter", "%s", l.Minter.Hex())
	}
	line("address", "%s", l.Token.Hex())
	line("path", "/launches/%s/mint", l.Slug)
	return sheet
}

// clientsheet returns how common clients will react to the price.
func clientsheet(l mint.Launch) ([]admin.Term, error) {
	var sheet []admin.Term
	for _, c := range []struct{ who, limit string }{{"x402 v2 clients", stockV2}, {"x402-fetch v1", stockV1Fetch}} {
		limit, err := l.Asset.Parse(c.limit)
		if err != nil {
			return nil, err
		}
		text := "refuse this price unless told otherwise: they pay up to " + c.limit
		if most := new(big.Int).Div(limit, l.Price); most.Sign() > 0 {
			text = fmt.Sprintf("pay for up to %s at once, without being told", plural(min(most.Int64(), l.Limit), "mint"))
		}
		sheet = append(sheet, admin.Term{Label: c.who, Text: text})
	}
	return sheet, nil
}

func priceOf(l mint.Launch) string { return l.Asset.Format(l.Price) + " " + l.Asset.Symbol }

// mintShare compares the gas of a mint with its price.
func mintShare(l mint.Launch, e chain.Estimate) string {
	return fmt.Sprintf("%s gas alone, at most %s in the chain's coin, beside its price of %s; less in batches; a rollup adds its fee for data",
		grouped(fmt.Sprint(chain.MintGas)), ether(e.MintWei), priceOf(l))
}

func (p *Program) showTerms(ctx context.Context, n *node, l mint.Launch, from common.Address, e chain.Estimate) error {
	balance, err := n.Balance(ctx, from)
	if err != nil {
		return err
	}
	clients, err := clientsheet(l)
	if err != nil {
		return err
	}
	deployment := "there already"
	if !e.Deployed {
		deployment = fmt.Sprintf("%s gas, at most %s in the chain's coin; the deployer %s has %s", grouped(fmt.Sprint(e.Gas)), ether(e.Wei), from.Hex(), ether(balance))
	}
	t := tabwriter.NewWriter(p.Err, 0, 0, 2, ' ', 0)
	fmt.Fprintf(p.Err, "%s\n", p.bold(p.Err, fmt.Sprintf("%s (%s) on %s", plain(l.Name), l.Symbol, n.network.Title)))
	for _, line := range slices.Concat(termsheet(l), []admin.Term{{Label: "deployment", Text: deployment}, {Label: "gas of a mint", Text: mintShare(l, e)}}, clients) {
		fmt.Fprintf(t, "  %s\t%s\n", line.Label, line.Text)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if poor := tooPoor(from, balance, e); poor != nil {
		return hint(poor, "send it coin for gas on %s", n.network.Title)
	}
	return nil
}

// tooPoor returns an error if a deployer cannot pay the estimated gas.
func tooPoor(from common.Address, balance *big.Int, e chain.Estimate) error {
	if e.Deployed || balance.Cmp(e.Wei) >= 0 {
		return nil
	}
	return fmt.Errorf("the deployer %s has %s and may need %s in the chain's coin", from.Hex(), ether(balance), ether(e.Wei))
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
