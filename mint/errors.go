package mint

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Why a payment was not taken, beside what [Store] and package x402 say. Nothing
// was claimed, reserved or sent.
var (
	// ErrConflict: the same payment was claimed for another launch or quantity.
	ErrConflict = errors.New("this payment was already presented for another launch or quantity")
	// ErrClosed: the launch's closesAt has passed.
	ErrClosed = errors.New("the sale is closed; money that still arrives is returned")
	// ErrDelisted: the operator took the launch off sale.
	ErrDelisted = errors.New("this launch was taken off sale by its operator")
	// ErrBusy: the queue is full.
	ErrBusy = errors.New("too many payments are waiting")
	// ErrReplaced: another process took the database over. Nothing that this one
	// writes or sends counts any more; it should exit.
	ErrReplaced = errors.New("another process took the database over")
	// ErrOtherChain: the chain lacks a block that was final. The database belongs to
	// another chain, or the node is not on its own.
	ErrOtherChain = errors.New("if that lasts, the database belongs to another chain, or the node is damaged")
)

// NotOpenError says that the sale has not begun.
type NotOpenError struct{ OpensAt time.Time }

func (e *NotOpenError) Error() string {
	return "the sale opens at " + e.OpensAt.UTC().Format(time.RFC3339)
}

// QuantityError says that a payment may not buy that many allotments.
type QuantityError struct{ Quantity, Limit int64 }

func (e *QuantityError) Error() string {
	return fmt.Sprintf("quantity: expected a whole number from 1 to %d", e.Limit)
}

// UnavailableError says that we could not deliver now, so no price is named.
type UnavailableError struct{ Faults []Fault }

func (e *UnavailableError) Error() string {
	var s []string
	for _, f := range e.Faults {
		s = append(s, f.Detail)
	}
	return "cannot mint now: " + strings.Join(s, "; ")
}

// Fault is one reason for which we could not deliver.
type Fault struct {
	Code   string `json:"code"` // stable
	Launch string `json:"launch,omitempty"`
	Detail string `json:"detail"`

	delivers bool // what was claimed is sent all the same
}
