package settle

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

var errToken = &api.HTTPError{Status: fiber.StatusUnauthorized, Fault: api.Fault{Code: "token_unknown", Field: fiber.HeaderAuthorization,
	Message: "this is no token of this facilitator; payments for its own launches need none"}}

// grants are a secret's tokens by chain id. Each chain may have tokens of its own.
type grants map[uint64]*relay.Token

// token returns the tokens of a request's secret, or none without one. A token that is not known, or that
// asks too often, is an error, whatever the payment is for.
func (f *Facilitator) token(c *fiber.Ctx) (grants, error) {
	values := c.Request().Header.PeekAll(fiber.HeaderAuthorization)
	if len(f.Relays) == 0 || len(values) == 0 {
		return nil, nil
	}
	secret, bearer := strings.CutPrefix(string(values[0]), "Bearer ")
	of := grants{}
	var t *relay.Token
	for _, on := range f.Presenter.Chains {
		if r := f.Relays[on.Network.ChainID]; r != nil {
			if one, known := r.Tokens.Find(secret); known {
				t, of[on.Network.ChainID] = cmp.Or(t, one), one
			}
		}
	}
	if len(values) > 1 || !bearer || t == nil {
		return nil, errToken
	}
	var late *relay.RateError
	if err := t.Admit(f.Presenter.Now()); errors.As(err, &late) {
		return nil, &api.HTTPError{Status: fiber.StatusTooManyRequests, Fault: api.Fault{Code: "rate_limited", Message: late.Error(), RetryAfter: int64(late.Again / time.Second)}}
	}
	return of, nil
}

// relayed returns an error of the relay as this package answers it.
func (f *Facilitator) relayed(err error) error {
	var foreign *relay.ForeignError
	switch {
	case errors.As(err, &foreign):
		return &ForeignError{x402.ReasonRequirement, foreign.Detail}
	case errors.Is(err, relay.ErrBudget):
		now := f.Presenter.Now()
		_, renews := relay.Day(now)
		return &api.HTTPError{Status: fiber.StatusTooManyRequests, Fault: api.Fault{Code: "gas_budget", RetryAfter: int64(min(renews.Sub(now), time.Minute)/time.Second) + 1,
			Message: relay.ErrBudget.Error() + ", or held by payments under way; it renews at " + renews.Format(time.RFC3339), Details: map[string]any{"renewsAt": renews}}}
	}
	var refused *x402.RefusedError
	var unavailable *mint.UnavailableError
	if err != nil && !errors.As(err, &refused) && !errors.As(err, &unavailable) {
		f.Presenter.Log.Warn("settle a payment of another", "err", err)
		return &mint.UnavailableError{Faults: []mint.Fault{{Code: "relay_failing", Detail: "the payment cannot be checked or stored now; the same request may be sent again"}}}
	}
	return err
}

// settledForToken answers /settle with the state of a payment of a token.
func (f *Facilitator) settledForToken(c *fiber.Ctx, q *request, p *relay.Payment) error {
	switch {
	case p.Outcome == relay.Settled:
		f.count("settle", "settled")
		return f.answer(c, q, fiber.StatusOK, x402.SettleResponse{Success: true, Transaction: p.Tx.Hex(), Amount: p.Authorization.Value.String()})
	case p.Outcome == relay.Failed:
		f.count("settle", "refused")
		s := x402.SettleResponse{ErrorReason: x402.Reason(p.Why), ErrorMessage: "the payment was not settled"}
		if p.Block != 0 {
			s.Transaction = p.Tx.Hex()
		}
		return f.answer(c, q, fiber.StatusOK, s)
	case len(p.Attempts) > 0:
		f.count("settle", "pending")
		return f.answer(c, q, fiber.StatusOK, x402.SettleResponse{ErrorReason: x402.ReasonPending, Transaction: p.Tx.Hex(), ErrorMessage: messagePending})
	}
	f.count("settle", "pending")
	return &api.HTTPError{Status: fiber.StatusServiceUnavailable, Fault: api.Fault{Code: "accepted", RetryAfter: 1, Message: messageAccepted,
		Details: map[string]any{"paymentId": p.ID}}}
}
