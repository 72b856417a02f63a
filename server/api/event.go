package api

import (
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Event is a change as /events and webhooks report it. The ID is the same at each repetition.
type Event struct {
	ID        string          `json:"id"`
	Type      mint.ChangeType `json:"type"`
	Timestamp time.Time       `json:"timestamp"` // when it was stored
	Data      EventData       `json:"data"`
}

// EventData is the part of an event about an order or a launch. It is thin: the URL has
// the rest, as it is now. A reorg can take a mint back, so a client reads Final.
type EventData struct {
	Sequence  int64           `json:"sequence"`
	Launch    string          `json:"launch"`              // slug
	Network   string          `json:"network"`             // CAIP-2 id of the launch's chain
	PaymentID *mint.PaymentID `json:"paymentId,omitempty"` // absent in an event of a launch, as Payer and Quantity
	Payer     *Address        `json:"payer,omitempty"`
	Quantity  int64           `json:"quantity,omitempty"` // allotments
	// State is the order's, or "gone" if a reorg removed it. In an event of a launch it is
	// open, sold_out, closed, delisted, paused or stopped.
	State       mint.State `json:"state"`
	Final       bool       `json:"final"`                 // the state will never change
	Transaction string     `json:"transaction,omitempty"` // that minted, refunded or settled it
	URL         string     `json:"url"`                   // of the order or the launch
}

// Events is the answer of /events. Next is the value of after for the next request.
type Events struct {
	Events []Event `json:"events"`
	Next   string  `json:"next"`
}

// NewEvent returns a change as clients of a server with that public URL see it.
func NewEvent(c mint.Change, publicURL string) Event {
	e := Event{ID: c.ID(), Type: c.Type, Timestamp: c.At.UTC(), Data: EventData{Sequence: c.Sequence, Launch: c.Launch, Network: x402.CAIP2(c.ChainID), State: c.State,
		Final: c.Final, URL: publicURL + "/launches/" + c.Launch}}
	if c.Order != (mint.PaymentID{}) {
		e.Data.PaymentID, e.Data.Payer, e.Data.Quantity = &c.Order, &Address{c.Payer}, c.Quantity
		e.Data.URL = publicURL + "/orders/" + c.Order.String()
	}
	if c.Transaction != (common.Hash{}) {
		e.Data.Transaction = c.Transaction.Hex()
	}
	return e
}
