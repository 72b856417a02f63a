package deploy

import (
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/x402"
)

// The highest price that common clients pay by default, in USDC.
const (
	stockV2      = "1.00" // x402 clients of version 2, since 2.23
	stockV1Fetch = "0.10" // x402-fetch, version 1
)

// TermSheet returns a launch's terms as buyers will read them.
func TermSheet(l mint.Launch) []admin.Term {
	var sheet []admin.Term
	line := func(label, format string, args ...any) {
		sheet = append(sheet, admin.Term{Label: label, Text: fmt.Sprintf(format, args...)})
	}
	line("a mint", "%s %s for %s", amount.Grouped(amount.Tokens(l.Allotment)), l.Symbol, priceOf(l))
	line("cap", "%s %s, that is %s mints for %s %s in all", amount.Grouped(amount.Tokens(l.Tokens(l.Cap))), l.Symbol, amount.Grouped(fmt.Sprint(l.Cap)),
		amount.Grouped(l.Asset.Format(l.Total(l.Cap))), l.Asset.Symbol)
	if l.Limit < l.Cap {
		line("a payment", "buys at most %s mints, %s %s", amount.Grouped(fmt.Sprint(l.Limit)), l.Asset.Format(l.Total(l.Limit)), l.Asset.Symbol)
	}
	line("opens", "%s", orElse(l.OpensAt, "now"))
	line("closes", "%s", orElse(l.ClosesAt, "never"))
	line("treasury", "%s, fixed, unless %s blacklists it: then its own key can set a successor", l.Treasury.Hex(), l.Asset.Symbol)
	line("owner", "%s", l.Owner.Hex())
	if l.Minter == (common.Address{}) {
		line("minter", "none: money that arrives without a mint can only be returned, by the owner")
	} else {
		line("minter", "%s", l.Minter.Hex())
	}
	if l.ContractURI != "" {
		line("metadata", "%s, fixed", l.ContractURI)
	}
	line("address", "%s", l.Token.Hex())
	line("path", "/launches/%s/mint", l.Slug)
	return sheet
}

// ClientSheet returns how common clients will react to the price.
func ClientSheet(l mint.Launch) ([]admin.Term, error) {
	var sheet []admin.Term
	for _, c := range []struct{ who, limit string }{{"x402 v2 clients", stockV2}, {"x402-fetch v1", stockV1Fetch}} {
		limit, err := l.Asset.Parse(c.limit)
		if err != nil {
			return nil, err
		}
		text := "refuse this price by default: they pay up to " + c.limit
		if most := new(big.Int).Div(limit, l.Price); most.Sign() > 0 {
			text = fmt.Sprintf("pay for up to %s at once by default", amount.Plural(min(most.Int64(), l.Limit), "mint"))
		}
		sheet = append(sheet, admin.Term{Label: c.who, Text: text})
	}
	return sheet, nil
}

func priceOf(l mint.Launch) string { return l.Asset.Format(l.Price) + " " + l.Asset.Symbol }

// MintShare compares the gas of a mint with its price.
func MintShare(l mint.Launch, e chain.Estimate) string {
	return fmt.Sprintf("%s gas for one mint, at most %s, in addition to its price of %s; less in a batch; a rollup adds its data fee",
		amount.Grouped(fmt.Sprint(chain.MintGas)), amount.Coins(e.MintWei)+" "+coinOf(l), priceOf(l))
}

// Afford returns an error if a deployer's balance, in wei, does not cover the estimated
// gas.
func Afford(from common.Address, balance *big.Int, e chain.Estimate, n x402.Network) error {
	if e.Deployed || balance.Cmp(e.Wei) >= 0 {
		return nil
	}
	return fmt.Errorf("the deployer %s has %s, but may need %s %s", from.Hex(), amount.Coins(balance), amount.CoinsAtMost(e.Wei), n.Coin())
}

// coinOf returns the symbol of the coin that pays the gas of a launch's chain.
func coinOf(l mint.Launch) string {
	n, _ := x402.NetworkByChainID(l.ChainID)
	return n.Coin()
}

func orElse(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.UTC().Format(time.RFC3339)
}
