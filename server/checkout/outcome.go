package checkout

import (
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// Class is what an outcome means for the payer.
type Class int

const (
	// Minted: a block has the mint. Receipt and Settle are set.
	Minted Class = iota + 1
	// Pending: the payment was accepted and is not decided. The payer must not sign
	// another. Order, Receipt, Location and RetryAfter are set. Settle is not: clients read
	// an unsuccessful one as a failure.
	Pending
	// Refunded: the money was returned. Receipt and Settle are set.
	Refunded
	// Curable: the payment was refused, and a new signature may be accepted. Price is set.
	Curable
	// Refused: the payment was refused, and no new signature of this payer cures that now.
	// Settle is set, with the reason. There is no price.
	Refused
	// Conflict: the payment, or a payment of this payer under the same idempotency key, was
	// signed or taken for something else. There is no price.
	Conflict
	// Ended: the launch is sold out, closed or off sale. The payment was not taken.
	Ended
	// Early: the sale has not begun. The payment was not taken.
	Early
	// Unavailable: the payer should send the same payment again after RetryAfter. It may
	// have been taken.
	Unavailable
	// Invalid: the request is wrong, and no payment was taken.
	Invalid
)

// Outcome is the result of a payment. Status is that of HTTP. Fault describes every class
// but Minted and Pending.
type Outcome struct {
	Class  Class
	Status int
	// Order and Receipt are nil if the payment has no order.
	Order   *mint.Order
	Receipt *api.Receipt
	// Settle is the receipt of the protocol; nil if the answer must not have one.
	Settle *x402.SettleResponse
	// Price is set for Curable only.
	Price *Price
	// Refused is why a payment was refused; nil unless Curable or Refused.
	Refused *x402.RefusedError
	// Err is the engine's error; nil if the payment has an order.
	Err        error
	Fault      api.Fault
	RetryAfter int64 // seconds; 0: unknown
	// Location is the path of the order to look at, or empty.
	Location string
}

// orderPath returns the path of an order.
func orderPath(id mint.PaymentID) string { return "/orders/" + id.String() }

// classOf returns the class of an error that is no refusal.
func classOf(status int) Class {
	switch {
	case status == 403:
		return Early
	case status == 409:
		return Conflict
	case status == 410:
		return Ended
	case status >= 500:
		return Unavailable
	}
	return Invalid
}
