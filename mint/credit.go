package mint

import (
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// A payer may have only a few orders in flight: an item that passes simulation and
// fails on chain costs us its gas. An item of a plain account costs little. A wallet's
// code may burn the contract's gas cap for an item, so a wallet gets only maxWalletOrders
// at once. After an item of an account was skipped on chain, the account gets one at
// once for an hour. Each further skipped item then costs its owner a transaction, too.
const (
	maxWalletOrders = 2
	skippedFor      = time.Hour
)

// atOnce returns how many orders a payer may have claimed or minting.
func (a *admission) atOnce(payer common.Address, hasCode bool) int {
	switch {
	case a.recentlySkipped.has(payer, a.clock()):
		return 1
	case hasCode:
		return min(maxWalletOrders, a.PerPayer)
	}
	return a.PerPayer
}
