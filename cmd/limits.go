package cmd

import (
	"math/big"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const limitsHelp = `
limits
    --queue N           payments that may wait to be sent; more are told to
                        come again before anything is taken (default 5000)
    --per-payer N       payments of one payer under way at once (default 16)
    --in-flight N       transactions under way for each sender's key (default 8)
    --max-fee GWEI      what a gas may cost at most when a transaction is stuck
                        and sent again with higher fees (default 500)
    --gas-budget COIN   what gas may cost in 24 hours, in the chain's coin; then
                        nothing is sold until it is less (default no limit)
`

// limitFlags bound what serving may take on and cost.
type limitFlags struct {
	queue, perPayer, inFlight int
	maxFee, budget            string
}

func (l *limitFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&l.queue, "queue", 5000, "")
	c.Flags().IntVar(&l.perPayer, "per-payer", 16, "")
	c.Flags().IntVar(&l.inFlight, "in-flight", 8, "")
	c.Flags().StringVar(&l.maxFee, "max-fee", "500", "")
	c.Flags().StringVar(&l.budget, "gas-budget", "", "")
}

var gwei = x402.Asset{Symbol: "gwei", Decimals: 9}

func (l *limitFlags) settings() (mint.Settings, error) {
	s := mint.Settings{Queue: l.queue, PerPayer: l.perPayer, InFlight: l.inFlight}
	for _, n := range []struct {
		flag  string
		value int
	}{{"--queue", l.queue}, {"--per-payer", l.perPayer}, {"--in-flight", l.inFlight}} {
		if n.value < 1 || n.value > 1_000_000 {
			return s, usage("%s %d: expected a whole number from 1 to 1000000", n.flag, n.value)
		}
	}
	var err error
	if s.MaxFee, err = gwei.Parse(l.maxFee); err != nil {
		return s, usage("--max-fee: %w", err)
	}
	if s.MaxFee.Sign() == 0 {
		return s, usage("--max-fee: expected more than 0 gwei")
	}
	if l.budget != "" {
		if s.Budget, err = units.Parse(l.budget); err != nil {
			return s, usage("--gas-budget: %w", err)
		}
		if s.Budget.Cmp(new(big.Int)) == 0 {
			return s, usage("--gas-budget: expected more than 0, or none for no limit")
		}
	}
	return s, nil
}
