package cmd

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/x402"
)

const payerLimitsHelp = `
    --max AMOUNT        refuse a higher price (default 1, that is 1.00 USDC)
    --network NAME      pay on this network only
    --any-asset         also pay in an asset that mint402 does not know; --max is
                        then in its base units
`

// payerLimits are the flags that limit the payments a payer signs.
type payerLimits struct {
	max, network string
	anyAsset     bool
}

func (b *payerLimits) add(c *cobra.Command) {
	c.Flags().StringVar(&b.max, "max", "1", "")
	c.Flags().StringVar(&b.network, "network", "", "")
	c.Flags().BoolVar(&b.anyAsset, "any-asset", false, "")
}

// client returns a payer's client with these limits.
func (b *payerLimits) client(key *ecdsa.PrivateKey) (*pay.Client, error) {
	client := &pay.Client{Signer: pay.KeySigner(key), AnyAsset: b.anyAsset}
	if b.network != "" {
		n, ok := x402.NetworkByName(b.network)
		if !ok {
			return nil, unknownNetwork(b.network)
		}
		client.Networks = []string{n.CAIP2()}
	}
	var err error
	if b.anyAsset {
		var ok bool
		if client.Max, ok = new(big.Int).SetString(b.max, 10); !ok || client.Max.Sign() < 0 {
			return nil, usage("--max %q: expected base units, a whole number", b.max)
		}
		return client, nil
	}
	// Every asset of the table has six decimals; a test checks this.
	if client.Max, err = x402.Networks()[0].Asset.Parse(b.max); err != nil {
		return nil, usage("--max: %w", err)
	}
	return client, nil
}

func unknownNetwork(name string) error {
	return &usageError{hint(fmt.Errorf("there is no network %q", name), "mint402 networks lists them")}
}
