package proof

import (
	"context"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// The checks, in the order of a report.
const (
	CheckSignature = "signature" // the content is what the key signed
	CheckKey       = "key"       // the key belongs to the server of the resource
	CheckTime      = "time"      // a receipt is not of the future, an offer has not ended
	CheckChain     = "chain"     // the transaction has the payment or the mint
	CheckOrder     = "order"     // the server's own record agrees
	CheckFields    = "fields"    // so does what is around the statement: an order, or a message of x402
)

// Status is the result of one check.
type Status string

// The results. Unchecked means that the check was not possible or not wanted: the
// statement may be true or false.
const (
	Passed    Status = "passed"
	Failed    Status = "failed"
	Unchecked Status = "unchecked"
)

// A Check is one check with its result in words. Detail may quote text of strangers.
type Check struct {
	Name   string `json:"check"`
	Status Status `json:"status"`
	Detail string `json:"detail"`
}

// A Report is the result of a verification.
type Report struct {
	Kind   Kind   `json:"kind"`
	Format Format `json:"format"`
	// Valid is true if every check passed. A check that was not made is not a pass.
	Valid bool `json:"valid"`
	// Final is true if the transaction is in a final block. Until then a reorg can still
	// withdraw it, and a receipt for it.
	Final   bool           `json:"final"`
	Signer  string         `json:"signer,omitempty"` // the account, or the DID URL of the key
	Payload map[string]any `json:"payload"`
	// PaymentID is the id of the mint in the transaction, if there is one for the payer.
	PaymentID string  `json:"paymentId,omitempty"`
	Checks    []Check `json:"checks"`
}

func (r *Report) add(name string, status Status, detail string) {
	r.Checks = append(r.Checks, Check{name, status, detail})
}

// close sorts the checks and sets Valid.
func (r *Report) close() *Report {
	order := []string{CheckSignature, CheckKey, CheckTime, CheckChain, CheckOrder, CheckFields}
	slices.SortStableFunc(r.Checks, func(a, b Check) int { return slices.Index(order, a.Name) - slices.Index(order, b.Name) })
	r.Valid = !slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Status != Passed })
	return r
}

// Failed reports whether a check failed, in contrast to one that was not made.
func (r *Report) Failed() bool {
	return slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Status == Failed })
}

// A Transaction is what a ledger knows about a transaction in a block.
type Transaction struct {
	Block     uint64
	Reverted  bool
	Final     bool
	Transfers []Transfer // ERC-20, in order
	Mints     []Mint     // of mint402's contracts
}

// A Transfer is a Transfer event of a token. Known is false if the ledger does not know
// the token as money: any contract can emit such an event, about anybody.
type Transfer struct {
	Known           bool
	Asset, From, To common.Address
	Amount          *big.Int
}

// A Mint is a Minted event. Known is false if the ledger does not know the contract as a
// launch.
type Mint struct {
	Known    bool
	Token    common.Address
	ID       common.Hash // the payment id
	Payer    common.Address
	Quantity int64
}

// A Ledger reads transactions of chains.
type Ledger interface {
	// Transaction returns a transaction of a CAIP-2 network, or nil if no block has it. The
	// error is ErrOtherChain if the ledger does not know the network.
	Transaction(ctx context.Context, network string, hash common.Hash) (*Transaction, error)
}

// Orders compares a receipt with the record that its server has.
type Orders interface {
	// Check returns the result in words, or "" if the server has no orders that could be
	// compared. The mint is the one in the receipt's transaction, or nil if no mint
	// can be told apart. order is the record in JSON, or nil.
	Check(ctx context.Context, r *Receipt, m *Mint) (result Status, detail string, order []byte)
}
