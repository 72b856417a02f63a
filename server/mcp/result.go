package mcp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// object returns the result of a free tool: v as structured content, and the same JSON as
// text, for clients that show only text to their model.
func object(v any) (*sdk.CallToolResult, error) {
	text, err := encode(v)
	if err != nil {
		return nil, err
	}
	return &sdk.CallToolResult{StructuredContent: json.RawMessage(text), Content: texts(string(text))}, nil
}

// fault returns the result of a call without an effect, with the same error object as the
// HTTP routes. It has no price in any dialect, so no client signs a payment for it.
func fault(f api.Fault) *sdk.CallToolResult {
	if r, err := object(api.Problem{Error: f}); err == nil {
		r.IsError = true
		return r
	}
	return &sdk.CallToolResult{IsError: true, Content: texts(f.Message)}
}

// asksPayment returns a price in all dialects. detail says why a payment was refused, or is
// empty. An unpaid call is an ordinary result with isError, never a JSON-RPC error: the
// official client does not pay for an error.
func asksPayment(p *checkout.Price, detail string) (*sdk.CallToolResult, error) {
	v2, err := encode(p.Required)
	if err != nil {
		return nil, err
	}
	r := &sdk.CallToolResult{IsError: true, StructuredContent: json.RawMessage(v2), Content: texts(string(v2), string(p.JSON)),
		Meta: sdk.Meta{metaRequired: json.RawMessage(v2)}}
	if detail != "" {
		r.Content = append(r.Content, texts("The payment was refused, and nothing was charged for it: "+detail)...)
	}
	return r, nil
}

// challenge is a challenge of MPP as MCP carries it (draft-payment-transport-mcp-00): the
// request is an object.
type challenge struct {
	ID      string          `json:"id"`
	Realm   string          `json:"realm"`
	Method  string          `json:"method"`
	Intent  string          `json:"intent"`
	Request json.RawMessage `json:"request"`
	Expires string          `json:"expires,omitempty"`
	Digest  string          `json:"digest,omitempty"`
	Opaque  string          `json:"opaque,omitempty"`
}

// required is the value under which MPP's clients read their challenges.
type required struct {
	HTTPStatus int         `json:"httpStatus"`
	Challenges []challenge `json:"challenges"`
}

func challenges(c mpp.Challenge) (*required, error) {
	request, err := base64.RawURLEncoding.DecodeString(c.Request)
	if err != nil {
		return nil, fmt.Errorf("encode challenge: %w", err)
	}
	return &required{402, []challenge{{c.ID, c.Realm, c.Method, c.Intent, request, c.Expires, c.Digest, c.Opaque}}}, nil
}

// progressed returns the result of a payment that was taken. Only a mint that is in a block
// has a receipt of the protocol in _meta: clients take another one for a failure, and pay
// again.
func progressed(o *checkout.Outcome) (*sdk.CallToolResult, error) {
	r := told(*o.Receipt)
	text, err := encode(r)
	if err != nil {
		return nil, err
	}
	return &sdk.CallToolResult{StructuredContent: json.RawMessage(text), Content: texts(r.Message, string(text)), Meta: receipts(o.Settle)}, nil
}

// told returns a receipt with a sentence for a language model, and texts of others cut.
func told(r api.Receipt) api.Receipt {
	r.Symbol = printable(r.Symbol, maxSymbol)
	r.Message = sentence(&r)
	return r
}

// sentence says what a receipt means, for a language model: above all, whether it may pay
// again.
func sentence(r *api.Receipt) string {
	bought := fmt.Sprintf("%s %s to %s for %s %s", r.Tokens, ascii(r.Symbol), r.Payer.Hex(), r.Paid.Formatted, ascii(r.Paid.Symbol))
	ask := "call get_order with paymentId " + r.PaymentID.String()
	switch {
	case r.State.Sold() && r.Final:
		return fmt.Sprintf("Minted %s in transaction %s. The block is final.", bought, r.Transaction)
	case r.State.Sold():
		return fmt.Sprintf("Minted %s in transaction %s. Do not pay again: the block is not final yet, and %s shows when it is.", bought, r.Transaction, ask)
	case r.State == mint.Refunded:
		return "This payment was refunded. It bought nothing."
	case r.State == mint.Voided:
		return "This payment can no longer be executed. Nothing was charged for it."
	}
	s := "Accepted. Do not pay again: " + ask + ", or send the same payment again."
	if r.Transaction != "" {
		s += " Transaction " + r.Transaction + " carries it."
	}
	if r.Reason != "" {
		s += " It waits because: " + ascii(printable(r.Reason, maxDescription)) + "."
	}
	return s
}

func texts(all ...string) (content []sdk.Content) {
	for _, t := range all {
		content = append(content, &sdk.TextContent{Text: t})
	}
	return content
}

func encode(v any) ([]byte, error) {
	data, err := x402.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	return data, nil
}
