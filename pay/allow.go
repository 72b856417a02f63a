package pay

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/mint402/mint402/x402"
)

// Allows returns an error if a quote is outside the client's limits: the kind of
// payment, the network, the asset and the price.
func (c *Client) Allows(q x402.Quote) error {
	if err := q.Payable(); err != nil {
		return err
	}
	r := q.Requirement
	if len(c.Networks) > 0 && !slices.Contains(c.Networks, r.Network) {
		return fmt.Errorf("network %s is not among those allowed", networkTitle(r.Network))
	}
	asset, known := q.Asset()
	if !known && !c.AnyAsset {
		return fmt.Errorf("asset %s calls itself %.40q version %.40q and is not the one known on %s", r.Asset, r.Extra.Name, r.Extra.Version, r.Network)
	}
	limit := c.Max
	if limit == nil {
		if !known {
			return errors.New("an asset that is not known takes an explicit maximum")
		}
		limit = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(asset.Decimals)), nil)
	}
	if r.Amount.Cmp(limit) > 0 {
		return &PriceError{q, limit}
	}
	return nil
}

// networkTitle returns a network's CAIP-2 name, with its title if it is known.
func networkTitle(caip2 string) string {
	if n, known := x402.NetworkByName(caip2); known {
		return fmt.Sprintf("%s (%s)", n.Title, caip2)
	}
	return fmt.Sprintf("%.40s", caip2)
}

// PriceError means that a price is above the client's maximum.
type PriceError struct {
	Quote x402.Quote
	Max   *big.Int // base units of the asset
}

// Error states the price and the maximum.
func (e *PriceError) Error() string {
	return fmt.Sprintf("price %s is above the maximum of %s", e.Quote.Price(), e.Quote.Format(e.Max))
}
