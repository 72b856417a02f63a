package mcp

import (
	"context"
	"encoding/json"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/charge"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// Till quotes prices and takes payments; checkout.Checkout implements it.
type Till interface {
	Launch(ctx context.Context, slug string, p *x402.Payment) (*mint.Launch, error)
	Price(ctx context.Context, r *checkout.Request) (*checkout.Price, error)
	Pay(ctx context.Context, p *checkout.Purchase) *checkout.Outcome
	Problem(r *checkout.Request, err error, paid bool) api.HTTPError
}

// Charger sells by MPP; charge.Seller implements it.
type Charger interface {
	Challenge(r *checkout.Request) (mpp.Challenge, error)
	Pay(ctx context.Context, p *charge.Purchase) *charge.Outcome
	Refuse(ctx context.Context, r *checkout.Request, why *mpp.Error) *charge.Outcome
}

// Shop reads launches and orders. All methods but Order limit how many reads of a client run
// at once, and return api.ErrBusy beyond that: Order is one look-up by key. All methods may
// run concurrently.
type Shop interface {
	// Launches returns the launches on offer, the default one first.
	Launches(ctx context.Context) ([]api.Launch, error)
	// Default returns the default launch, and how many others are on offer. The error is
	// mint.ErrNotFound if there is none.
	Default(ctx context.Context) (l api.Launch, others int, err error)
	// Launch returns the launch with that slug, or the default one for "". The error is
	// mint.ErrNotFound if it does not exist.
	Launch(ctx context.Context, slug string) (api.Launch, error)
	// Order returns the receipt of an order in its current state, or mint.ErrNotFound.
	Order(ctx context.Context, id mint.PaymentID) (api.Receipt, error)
	// Verify checks a receipt, a JSON object as a client has it, against the ledger and the
	// chain. A receipt without a readable paymentId is a *api.ParamError.
	Verify(ctx context.Context, receipt json.RawMessage) (Verification, error)
}

// Verification is the result of checking a receipt.
type Verification struct {
	// Valid reports whether every check passed.
	Valid bool `json:"valid"`
	// Checks are the things that were compared. Fields of the receipt that change with time,
	// or do not concern money, are not.
	Checks []Check `json:"checks"`
	// Receipt is the order as it is now; nil for an unknown payment id.
	Receipt *api.Receipt `json:"receipt,omitempty"`
}

// Check is one thing that was compared.
type Check struct {
	Name   string `json:"name"` // a field of the receipt, or "chain"
	Passed bool   `json:"passed"`
	Detail string `json:"detail"` // a sentence for people
}
