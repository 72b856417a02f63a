package wallet

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
)

// The statuses of a Payment.
const (
	StatusMinted    = "minted"    // the chain shows the tokens of a mint402 launch
	StatusPaid      = "paid"      // the chain shows the transfer to another recipient
	StatusOwed      = "owed"      // the chain shows the transfer to a launch, but no mint yet
	StatusRefunded  = "refunded"  // the launch returned the money
	StatusVoid      = "void"      // it can never be charged
	StatusAnswered  = "answered"  // the server gave a receipt; the chain was not read
	StatusUndecided = "undecided" // it may still be charged
)

// A Payment is the status of a signed payment, by the ledger and the chain.
type Payment struct {
	ID          mint.PaymentID `json:"paymentId"`
	Status      string         `json:"status"`
	Message     string         `json:"message"`
	Price       string         `json:"price"`
	Network     string         `json:"network"`
	PayTo       common.Address `json:"payTo"`
	Method      string         `json:"method"`
	URL         string         `json:"url"`
	SignedAt    time.Time      `json:"signedAt"`
	ValidUntil  time.Time      `json:"validUntil"`
	Tokens      string         `json:"tokens,omitempty"` // minted for it
	Transaction string         `json:"transaction,omitempty"`
	Final       bool           `json:"final"`
	Reason      *Untrusted     `json:"reason,omitempty"` // why it is undecided
	Answer      *Answer        `json:"answer,omitempty"`
}

// Pay pays exactly a quote, once. approved means that a person approved it through the
// MCP client, which counts only if the configuration says so. If the outcome is
// unknown, calling Pay again sends the same payment. A quote that must be approved
// first is *ApprovalError.
func (w *Wallet) Pay(ctx context.Context, quoteID string, approved bool) (*Payment, error) {
	q, err := w.recall(quoteID)
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	accept := q.accept
	if q.payment != (mint.PaymentID{}) {
		switch r, err := w.record(ctx, q.payment); {
		case err != nil:
			return nil, err
		case !r.Live(w.now()):
			return w.report(ctx, r), nil
		}
		accept = signsNothing
	} else if q.Cost > w.config.ApproveAbove && !w.approved(q) && (!approved || !w.config.ApproveByClient) {
		return nil, &ApprovalError{q.ID, q.question()}
	}
	req, err := q.asked.request(ctx)
	if err != nil {
		return nil, err
	}
	switch live, err := w.examine(ctx, q, req); { // the sale may have changed since the quote
	case err != nil:
		return nil, err
	case live != nil:
		accept = signsNothing
	}
	result, record, err := w.payer.Do(req, accept)
	if record == nil {
		return nil, orElse(err, "the server did not ask for a payment; nothing was signed")
	}
	q.payment = record.ID
	p := w.await(ctx, *record, err == nil)
	p.Answer = answerOf(req.URL.Host, result)
	return p, nil
}

// signsNothing is for a call that may only send a payment again. If another call has got
// its answer since, none is signed.
func signsNothing(pay.Offer) error {
	return errors.New("this quote was paid already; ask for another")
}

// orElse returns an error, or another one if err is nil.
func orElse(err error, otherwise string) error {
	if err == nil {
		return errors.New(otherwise)
	}
	return err
}

// await reports a payment. After a server's success it waits for the chain to show it.
func (w *Wallet) await(ctx context.Context, r pay.Record, success bool) *Payment {
	for end := time.Now().Add(w.patience); ; {
		p := w.report(ctx, r)
		if w.chain == nil || !success || p.Status != StatusAnswered && p.Status != StatusUndecided || !time.Now().Before(end) {
			return p
		}
		select {
		case <-ctx.Done():
			return p
		case <-time.After(w.poll):
		}
	}
}

// report describes a payment with the chain's facts, and stores a final outcome.
func (w *Wallet) report(ctx context.Context, r pay.Record) *Payment {
	a := r.Payment.Authorization
	p := &Payment{ID: r.ID, Price: r.Price, Network: r.Network, PayTo: a.To, Method: r.Method, URL: r.URL, SignedAt: r.SignedAt.UTC(),
		ValidUntil: time.Unix(a.ValidBefore.Int64(), 0).UTC()}
	if r.State == pay.StateUndecided {
		p.Reason = untrusted(hostOf(r.URL), r.Note, maxWords)
	}
	facts, err := w.look(ctx, &r)
	p.Tokens, p.Final = facts.Tokens, facts.Final && facts.Used || facts.Dead
	if facts.Used {
		p.Transaction = facts.Transaction
	}
	p.Status, p.Message = w.judge(ctx, r, facts, err)
	return p
}

var errNoNode = errors.New("no node is configured")

// look reads the chain's facts about a payment. It stores a final outcome, also in r.
func (w *Wallet) look(ctx context.Context, r *pay.Record) (Facts, error) {
	if w.chain == nil {
		return Facts{}, errNoNode
	}
	f, err := w.chain.Facts(ctx, *r)
	if o := f.outcome(); err == nil && o.State != pay.StateUndecided {
		_ = w.payer.Ledger.Mark(ctx, pay.Mark{ID: r.ID, State: o.State, Transaction: o.Transaction, Note: o.Note, At: w.now()}) // the next look does it again
		r.State = o.State
	}
	return f, err
}

// decided reports whether the outcome of a payment is final.
func decided(r pay.Record) bool { return r.State == pay.StateSettled || r.State == pay.StateVoid }

// judge returns the status of a payment and its meaning for the money.
func (w *Wallet) judge(ctx context.Context, r pay.Record, f Facts, err error) (status, message string) {
	until := time.Unix(r.Payment.Authorization.ValidBefore.Int64(), 0).UTC().Format(time.RFC3339)
	switch {
	case err != nil && r.State == pay.StateSettled:
		return StatusPaid, "A final block showed the transfer."
	case err != nil && r.State == pay.StateVoid:
		return StatusVoid, "A final block showed that it can never be charged."
	case err != nil && r.State == pay.StateAnswered:
		return StatusAnswered, "The server gave a receipt. It was not verified on the chain: no node answers."
	case err != nil:
		return StatusUndecided, "It may have been charged, or may be until " + until + ". Do not buy the same thing elsewhere; pay the same quote again to send the same payment."
	case f.Refunded:
		return StatusRefunded, "The launch returned the money."
	case f.Tokens != "":
		return StatusMinted, "The chain shows the mint."
	case f.Dead || f.Cancelled && f.Final:
		return StatusVoid, "It was not charged and can never be."
	case f.Cancelled:
		return StatusUndecided, "It was cancelled, in a block that is not final yet. Ask again later."
	case f.Used && !f.Transferred:
		return StatusUndecided, "The chain shows that it was executed or cancelled, but not which. Ask again later; do not pay again."
	case f.Transferred:
		if l, err := w.chain.Launch(ctx, r.Network, r.Payment.Authorization.To); err == nil && l != nil {
			return StatusOwed, "The launch has the money, but the chain shows no mint yet. Ask again later; do not pay again."
		}
		return StatusPaid, "The chain shows the transfer. Only the server knows what it delivers."
	case r.State == pay.StateAnswered:
		return StatusUndecided, "The server reports success, but the chain does not show the payment. It can still be charged until " + until + "."
	}
	return StatusUndecided, "The chain does not show the payment. It can still be charged until " + until + "; the same request sends the same payment again."
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "a server"
	}
	return u.Host
}

// record returns a payment of the ledger.
func (w *Wallet) record(ctx context.Context, id mint.PaymentID) (pay.Record, error) {
	all, err := w.payer.Ledger.Records(ctx)
	if err != nil {
		return pay.Record{}, err
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	return pay.Record{}, &ArgumentError{"paymentId", "the id of a payment of this wallet"}
}

// Payment reads the status of a payment.
func (w *Wallet) Payment(ctx context.Context, id string) (*Payment, error) {
	parsed, err := mint.ParsePaymentID(id)
	if err != nil {
		return nil, &ArgumentError{"paymentId", "0x and 64 hex digits"}
	}
	r, err := w.record(ctx, parsed)
	if err != nil {
		return nil, err
	}
	return w.report(ctx, r), nil
}

// maxPayments is how many payments Payments returns.
const maxPayments = 50

// Payments returns the newest payments: as the ledger has them if their outcome is final,
// otherwise with what the chain shows.
func (w *Wallet) Payments(ctx context.Context) ([]Payment, error) {
	all, err := w.payer.Ledger.Records(ctx)
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	list := []Payment{}
	for _, r := range all[:min(len(all), maxPayments)] {
		if !decided(r) {
			list = append(list, *w.report(ctx, r))
			continue
		}
		a := r.Payment.Authorization
		list = append(list, Payment{ID: r.ID, Status: string(r.State), Message: "as recorded; the tool payment reads the chain", Price: r.Price, Network: r.Network, PayTo: a.To,
			Method: r.Method, URL: r.URL, SignedAt: r.SignedAt.UTC(), ValidUntil: time.Unix(a.ValidBefore.Int64(), 0).UTC(), Transaction: r.Transaction,
			Final: true})
	}
	return list, nil
}

// Overview is the wallet's account and the rest of its budget.
type Overview struct {
	Address      common.Address `json:"address"`
	PerPayment   string         `json:"perPayment"`
	LeftToday    string         `json:"leftToday"`
	LeftInTotal  string         `json:"leftInTotal"`
	ApproveAbove string         `json:"approveAbove"`
	Hosts        []string       `json:"hosts"` // empty means any
	Networks     []string       `json:"networks,omitempty"`
	Balances     []Balance      `json:"balances,omitempty"`
	Undecided    int            `json:"undecidedPayments"` // the chain does not show what became of them
}

// A Balance is an amount of an asset on a network.
type Balance struct {
	Network string `json:"network"`
	Amount  string `json:"amount"`
}

// Overview first asks the chain about payments without a final outcome, because budget
// of those that can never be charged is returned.
func (w *Wallet) Overview(ctx context.Context) (*Overview, error) {
	all, err := w.payer.Ledger.Records(ctx)
	if err != nil {
		return nil, err
	}
	undecided := 0
	for i := range all {
		if decided(all[i]) {
			continue
		}
		f, err := w.look(ctx, &all[i]) // without an answer the payment keeps counting
		status, _ := w.judge(ctx, all[i], f, err)
		if status == StatusUndecided || status == StatusAnswered && w.chain != nil {
			undecided++
		}
	}
	spent, l := pay.SpentOf(all, w.now()), w.config.Limits
	o := &Overview{Address: w.payer.Signer.Address(), PerPayment: l.PerPayment.String(), LeftToday: max(l.PerDay-spent.Day, 0).String(),
		LeftInTotal: max(l.Total-spent.Total, 0).String(), ApproveAbove: w.config.ApproveAbove.String(), Hosts: append([]string{}, l.Hosts...), Networks: l.Networks, Undecided: undecided}
	if w.chain == nil {
		return o, nil
	}
	for _, a := range w.assets() {
		if has, err := w.chain.Balance(ctx, a.Network, a.Address, o.Address); err == nil {
			o.Balances = append(o.Balances, Balance{a.Network, a.Format(has) + " " + a.Symbol})
		}
	}
	return o, nil
}
