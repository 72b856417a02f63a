package mint

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Reasons why a payment was not taken, in addition to the errors of [Store] and package
// x402. Nothing was claimed, reserved or sent.
var (
	// ErrConflict: the same payment has an order for another launch or quantity. It may have
	// been claimed, or settled by a stranger.
	ErrConflict = errors.New("this payment has an order for another launch or quantity")
	// ErrKeyUsed: see KeyUsedError.
	ErrKeyUsed = errors.New("this payer has another payment under the same idempotency key")
	// ErrKeyNotStored: see KeyNotStoredError.
	ErrKeyNotStored = errors.New("the idempotency key cannot be stored with this payment")
	// ErrClosed: the launch's closesAt has passed.
	ErrClosed = errors.New("the sale is closed; money that still arrives is returned")
	// ErrDelisted: the operator, or the wallet that made the launch, took it off sale.
	ErrDelisted = errors.New("this launch was taken off sale on this server")
	// ErrBusy: the queue is full.
	ErrBusy = errors.New("too many payments are waiting")
	// ErrReplaced: another process took over the database. Writes and transactions of
	// this process no longer count; it should exit.
	ErrReplaced = errors.New("another process took the database over")
	// ErrOtherChain: the chain lacks a block that was final. The database belongs to
	// another chain, or the node is on the wrong one.
	ErrOtherChain = errors.New("if this lasts, the database belongs to another chain, or the node is damaged")
)

// WrongChainError means that the nodes serve another chain than the engine's; see
// [Engine.Waiting].
type WrongChainError struct {
	Detail string // for everyone, without a node's URL
	Err    error
}

// Error implements error.
func (e *WrongChainError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *WrongChainError) Unwrap() error { return e.Err }

// KeyUsedError reports that the payer has another payment under the same idempotency key.
// It wraps ErrKeyUsed.
type KeyUsedError struct {
	First     PaymentID // the payment that has the key
	Presented PaymentID // the payment that was presented, if it has an order as well; or zero
}

// Unwrap returns ErrKeyUsed.
func (e *KeyUsedError) Unwrap() error { return ErrKeyUsed }

// Error names the first payment, and the other one if it has an order.
func (e *KeyUsedError) Error() string {
	if e.Presented != (PaymentID{}) {
		return "this payment has the order " + e.Presented.String() + ", and the idempotency key is that of this payer's payment " + e.First.String()
	}
	return "this payer's payment " + e.First.String() + " has the same idempotency key, so this one was not taken"
}

// KeyNotStoredError reports that a payment has an order, and that its idempotency key cannot be
// stored with it. It wraps ErrKeyNotStored.
type KeyNotStoredError struct {
	Order PaymentID
	Why   string
}

// Unwrap returns ErrKeyNotStored.
func (e *KeyNotStoredError) Unwrap() error { return ErrKeyNotStored }

// Error names the payment and the reason.
func (e *KeyNotStoredError) Error() string {
	return "this payment has the order " + e.Order.String() + ", and its idempotency key was not stored: " + e.Why
}

// NotOpenError reports that the sale has not begun.
type NotOpenError struct{ OpensAt time.Time }

func (e *NotOpenError) Error() string {
	return "the sale opens at " + e.OpensAt.UTC().Format(time.RFC3339)
}

// QuantityError reports that a payment may not buy that many allotments.
type QuantityError struct{ Quantity, Limit int64 }

func (e *QuantityError) Error() string {
	return fmt.Sprintf("quantity: expected a whole number from 1 to %d", e.Limit)
}

// UnavailableError reports that we could not deliver now, so no price is quoted.
type UnavailableError struct{ Faults []Fault }

func (e *UnavailableError) Error() string {
	var s []string
	for _, f := range e.Faults {
		s = append(s, f.Detail)
	}
	return "cannot mint now: " + strings.Join(s, "; ")
}

// Fault is one reason why we could not deliver.
type Fault struct {
	Code   string `json:"code"` // stable
	Launch string `json:"launch,omitempty"`
	Detail string `json:"detail"`

	delivers bool // claimed orders are still sent
	senders  bool // only our senders have it: what facilitators settle is minted all the same
}

// SenderFault is the reason why one of our senders is set aside while another one is fit: it
// moves its own transactions, and carries no other orders.
type SenderFault struct {
	Sender common.Address `json:"sender"`
	Code   string         `json:"code"` // stable
	Detail string         `json:"detail"`
}

// failingLog logs operations that keep failing.
type failingLog struct {
	log   *slog.Logger
	times map[string]int // failing operation → failures in a row
}

// report logs the 1st, 2nd, 4th, 8th … failure of an operation in a row. A nil error resets
// the count.
func (f failingLog) report(what string, err error) {
	if err == nil {
		delete(f.times, what)
		return
	}
	f.times[what]++
	if n := f.times[what]; n&(n-1) == 0 {
		f.log.Error(what, "err", err, "failures", n)
	}
}
