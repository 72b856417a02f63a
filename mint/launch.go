package mint

import (
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Launch is a token on sale. Its terms are fixed at deployment and read from
// the chain; only Slug, Description and Image are ours to choose.
type Launch struct {
	Slug        string
	Description string
	Image       string // absolute URL, or empty

	ChainID    uint64
	Token      common.Address // the launch contract: ERC-20, and payTo
	DeployedAt uint64         // block to read events from
	Asset      x402.Asset

	Name, Symbol, ContractURI string
	Price                     *big.Int  // asset base units an allotment
	Allotment                 *big.Int  // token base units an allotment
	Cap                       int64     // allotments
	Limit                     int64     // allotments a payment may buy; Cap if the contract says 0
	OpensAt, ClosesAt         time.Time // zero: open from the start, never closes
	Treasury, Owner, Minter   common.Address

	// Sold and Reserved are the store's counters, in allotments. Sold counts
	// every canonical Minted; Reserved what claimed, minting and settled orders
	// hold. Sold + Reserved may exceed Cap only by what strangers did on chain.
	Sold, Reserved int64

	// Delisted launches are not sold by this server: the operator took them off sale.
	// Their orders are moved on as before.
	Delisted bool

	// Read is how far the launch was read: all that happened to it up to that block
	// is in the store. It is the newest block of the cursor, unless the launch is
	// behind the others. A zero hash stands for any block of that number.
	Read Block
}

// Left is how many allotments nobody has bought or reserved.
func (l Launch) Left() int64 { return max(0, l.Cap-l.Sold-l.Reserved) }

// SoldOut says that the chain has minted every allotment.
func (l Launch) SoldOut() bool { return l.Sold >= l.Cap }

// Open says whether the contract would mint at the given time.
func (l Launch) Open(now time.Time) bool {
	return !now.Before(l.OpensAt) && !l.Closed(now)
}

// Closed says whether closesAt has passed.
func (l Launch) Closed(now time.Time) bool {
	return !l.ClosesAt.IsZero() && !now.Before(l.ClosesAt)
}

// Listed returns the launches that are not delisted, in the same order.
func Listed(launches []Launch) []Launch {
	var listed []Launch
	for _, l := range launches {
		if !l.Delisted {
			listed = append(listed, l)
		}
	}
	return listed
}

// Total is the price of a quantity of allotments, in asset base units.
func (l Launch) Total(quantity int64) *big.Int {
	return new(big.Int).Mul(l.Price, big.NewInt(quantity))
}

// Tokens is what a quantity of allotments is in token base units.
func (l Launch) Tokens(quantity int64) *big.Int {
	return new(big.Int).Mul(l.Allotment, big.NewInt(quantity))
}

// Quantity is how many allotments an amount pays for exactly; 0 if it is no
// multiple of the price or more than a payment may buy.
func (l Launch) Quantity(amount *big.Int) int64 {
	n, rest := new(big.Int).QuoRem(amount, l.Price, new(big.Int))
	if rest.Sign() != 0 || !n.IsInt64() || n.Int64() > l.Limit {
		return 0
	}
	return n.Int64()
}

// Requirement is what a payment for a quantity must fulfil. It is the same for
// every request, so that an echo can be compared.
func (l Launch) Requirement(quantity int64) x402.Requirement {
	return x402.Requirement{
		Scheme:            x402.SchemeExact,
		Network:           x402.CAIP2(l.ChainID),
		Amount:            l.Total(quantity),
		Asset:             l.Asset.Address,
		PayTo:             l.Token,
		MaxTimeoutSeconds: maxTimeoutSeconds,
		Extra:             x402.Extra{Name: l.Asset.Name, Version: l.Asset.Version, PaymentFlow: x402.FlowUpfront},
	}
}

// maxTimeoutSeconds is how long we ask clients to let an authorization live: a
// queue, a few blocks and a restart fit in, and an abandoned one ends soon.
const maxTimeoutSeconds = 300
