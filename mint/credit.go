package mint

import (
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// What a payer can make us pay for is bounded by what the payer has in flight:
// an item that the chain refuses although the simulation did not costs us its
// gas. A plain account's costs little. A wallet's code may burn what the
// contract allows an item, so it has few at once; and an account of which an
// item was skipped has one at once for a while, so that each further one costs
// its owner a transaction, too.
const (
	walletOrders = 2
	doubt        = time.Hour
)

// atOnce is how many orders a payer may have claimed or minting.
func (e *Engine) atOnce(payer common.Address, hasCode bool) int {
	switch {
	case e.doubted.has(payer, e.Clock()):
		return 1
	case hasCode:
		return min(walletOrders, e.PerPayer)
	}
	return e.PerPayer
}
