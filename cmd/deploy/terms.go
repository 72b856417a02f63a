package deploy

import (
	"math/big"
	"time"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Launch returns the launch as it will be sold under its terms.
func Launch(t bindings.Terms, n x402.Network) mint.Launch {
	l := mint.Launch{ChainID: n.ChainID, Asset: n.Asset, Name: t.Name, Symbol: t.Symbol, ContractURI: t.ContractURI,
		Price: t.Price, Allotment: t.Allotment, Treasury: t.Treasury, Owner: t.Owner, Minter: t.Minter}
	l.Cap = new(big.Int).Div(t.Cap, t.Allotment).Int64()
	l.Limit = l.Cap
	if t.Limit.Sign() > 0 {
		l.Limit = t.Limit.Int64()
	}
	for _, at := range []struct {
		to      *time.Time
		seconds uint64
	}{{&l.OpensAt, t.OpensAt}, {&l.ClosesAt, t.ClosesAt}} {
		if at.seconds != 0 {
			*at.to = time.Unix(int64(at.seconds), 0).UTC()
		}
	}
	return l
}
