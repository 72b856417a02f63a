package pay

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// A State is what is known about a signed payment.
type State string

// The states of a payment. All of them but StateVoid count against the budget.
const (
	StateUndecided State = "undecided" // it may execute, or has: the same request sends it again
	StateAnswered  State = "answered"  // the server gave a receipt for it; the chain was not read
	StateSettled   State = "settled"   // a final block shows that the authorization was used
	StateVoid      State = "void"      // a final block shows that it can never execute
)

// A Record is one signed payment in a Ledger.
type Record struct {
	ID      mint.PaymentID `json:"paymentId"`
	Request string         `json:"request"` // see RequestKey
	Method  string         `json:"method"`
	URL     string         `json:"url"`

	Protocol string         `json:"protocol"` // ProtocolX402 or ProtocolMPP
	Network  string         `json:"network"`  // CAIP-2
	Asset    common.Address `json:"asset"`
	Name     string         `json:"assetName"` // EIP-712 domain of the asset
	Version  string         `json:"assetVersion"`
	Price    string         `json:"price"` // for people: "0.10 USDC"
	Cost     Units          `json:"cost"`

	Payment  x402.Signed `json:"payment"`
	SignedAt time.Time   `json:"signedAt"`

	State       State  `json:"state"`
	Delivered   bool   `json:"delivered,omitempty"`   // the server answered the payment with a success
	Transaction string `json:"transaction,omitempty"` // as the server or the chain names it
	Note        string `json:"note,omitempty"`        // why it is undecided or void; may be a server's words
}

// clockSlack is how far this machine's clock may be ahead of the chain's, at most.
const clockSlack = time.Hour

// Live reports whether the payment must be sent again instead of signing another for
// the same request: its outcome is unknown, or the chain shows that it was charged and no
// answer delivered what it paid for. Otherwise a server could charge, stay silent, and be
// paid again for each retry. One hour after its last second, a payment is not live any
// more. It still counts against the budget.
func (r *Record) Live(now time.Time) bool {
	open := r.State == StateUndecided || r.State == StateSettled && !r.Delivered
	return open && !now.After(time.Unix(r.Payment.Authorization.ValidBefore.Int64(), 0).Add(clockSlack))
}

// A Mark is news about a payment.
type Mark struct {
	ID          mint.PaymentID `json:"paymentId"`
	State       State          `json:"state"`
	Delivered   bool           `json:"delivered,omitempty"`
	Transaction string         `json:"transaction,omitempty"`
	Note        string         `json:"note,omitempty"`
	At          time.Time      `json:"at"`
}

// A Ledger keeps the signed payments of one account. Its laws, for all processes that
// use it at once:
//
//   - The sum of the payments that count never exceeds a limit with which Sign was
//     called.
//   - No two payments for one request are live at once.
//   - When Sign returns a payment, the record is durable.
//   - A payment that is settled or void stays so.
type Ledger interface {
	// Sign makes a payment in one step that no other call can interleave: it compares
	// the draft with the limits and the other payments, calls sign, and stores the
	// record. The draft has everything but the signature, the time and the state. If
	// the request has a live payment, the error is *LiveError; if a limit is
	// exceeded, *LimitError. Then sign was not called.
	Sign(ctx context.Context, draft Record, limits *Limits, now time.Time, sign func() (x402.Signed, error)) (Record, error)

	// Mark stores news about a payment.
	Mark(context.Context, Mark) error

	// Records returns all payments, the oldest first.
	Records(context.Context) ([]Record, error)
}

// A LiveError means that a request has a live payment; see [Record.Live]. It is sent
// again; no other was signed.
type LiveError struct{ Record Record }

// Error states the payment's id and price.
func (e *LiveError) Error() string {
	return fmt.Sprintf("payment %s of %s for this request has no answer yet; no other was signed", e.Record.ID, e.Record.Price)
}

// Spent is the sum of the payments in a ledger that count.
type Spent struct{ Day, Total Units }

// SpentOf sums payments up, at a time. A payment with a later time, from before the
// clock was set back, counts as one of today.
func SpentOf(records []Record, now time.Time) (s Spent) {
	for i := range records {
		r := &records[i]
		if r.State == StateVoid {
			continue
		}
		s.Total = add(s.Total, r.Cost)
		if r.SignedAt.After(now.Add(-24 * time.Hour)) {
			s.Day = add(s.Day, r.Cost)
		}
	}
	return s
}

// add adds amounts that are not negative; the sum stops at Unlimited.
func add(a, b Units) Units {
	if a > Unlimited-b {
		return Unlimited
	}
	return a + b
}

// admit returns an error if one more payment of the draft's cost exceeds a limit, or if
// the draft repeats or competes with a payment of the ledger.
func admit(draft Record, l *Limits, records []Record, now time.Time) error {
	for i := range records {
		r := &records[i]
		if r.Request == draft.Request && r.Live(now) {
			return &LiveError{*r}
		}
		if r.ID == draft.ID {
			return beyond("nonce", "the server makes the payment repeat the nonce of payment %s, signed at %s", r.ID, r.SignedAt.UTC().Format(time.RFC3339))
		}
	}
	spent := SpentOf(records, now)
	switch {
	case draft.Cost < 0 || draft.Cost > l.PerPayment:
		return beyond("per payment", "price %s is above the limit of %s for one payment", draft.Price, l.PerPayment)
	case add(spent.Day, draft.Cost) > l.PerDay:
		return beyond("per day", "price %s is above the rest of the limit of %s for 24 hours: %s were signed", draft.Price, l.PerDay, spent.Day)
	case add(spent.Total, draft.Cost) > l.Total:
		return beyond("total", "price %s is above the rest of the total of %s: %s were signed", draft.Price, l.Total, spent.Total)
	}
	return nil
}

type intentKey struct{}

// WithIntent makes requests with this context a purchase of their own. Without it, two
// requests with the same method, URL and body are one purchase for as long as the
// outcome of the first is unknown.
func WithIntent(ctx context.Context, intent string) context.Context {
	return context.WithValue(ctx, intentKey{}, intent)
}

// RequestKey identifies a purchase: a hash of the intent, method, URL and body.
func RequestKey(req *http.Request) (string, error) {
	h := sha256.New()
	intent, _ := req.Context().Value(intentKey{}).(string)
	u := *req.URL
	u.Fragment, u.RawFragment = "", ""
	for _, part := range []string{"mint402 request v1", intent, req.Method, u.String()} {
		_ = binary.Write(h, binary.BigEndian, uint64(len(part)))
		_, _ = io.WriteString(h, part)
	}
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return "", err
		}
		defer body.Close()
		if _, err := io.Copy(h, body); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
