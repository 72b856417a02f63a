package mcp

import (
	"context"
	"net/http"
	"net/netip"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/charge"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// mint sells: without a payment it returns the price, with one the outcome. All arguments
// are checked first, so that no price is quoted for another order than the client means.
func (s *Server) mint(ctx context.Context, req *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
	args, err := readArguments(req.Params.Arguments, "launch", "quantity")
	if err != nil {
		return nil, err
	}
	slug, err := slugOf(args, "launch")
	if err != nil {
		return nil, err
	}
	quantity, err := quantityOf(args)
	if err != nil {
		return nil, err
	}
	paid, err := readPayment(req.Params.Meta, header(req))
	if err != nil {
		return nil, err
	}
	key, err := checkout.ReadKey(header(req).Values(checkout.HeaderKey))
	if err != nil {
		return nil, err
	}
	launch, err := s.Till.Launch(ctx, slug, paid.payment())
	if err != nil {
		return nil, err
	}
	who, _ := mint.Caller(ctx).(netip.Prefix)
	r := checkout.Request{Launch: *launch, Quantity: quantity, Path: Path, Method: checkout.MethodMCP, Who: who}
	switch {
	case paid.x402 != nil:
		p := &checkout.Purchase{Request: r, Payment: *paid.x402}
		p.Payment.AddKey(key)
		return s.outcome(p, s.Till.Pay(ctx, p))
	case paid.bad != nil:
		return s.charged(&r, s.Charger.Refuse(ctx, &r, paid.bad))
	case paid.credential != nil:
		p := charge.NewPurchase(r, *paid.credential)
		p.Payment.AddKey(key)
		return s.charged(&r, s.Charger.Pay(ctx, p))
	}
	return s.price(ctx, &r)
}

// price returns the result of a call without a payment.
func (s *Server) price(ctx context.Context, r *checkout.Request) (*sdk.CallToolResult, error) {
	price, err := s.Till.Price(ctx, r)
	if err != nil {
		v := s.Till.Problem(r, err, false)
		if v.Fault.Code == "internal" {
			s.Log.Error("quote price", "launch", r.Launch.Slug, "err", err)
		}
		return fault(v.Fault), nil
	}
	result, err := asksPayment(price, "")
	if err != nil {
		return nil, err
	}
	c, err := s.Charger.Challenge(r)
	if err != nil {
		return nil, err
	}
	result.Meta[metaRequiredMPP], err = challenges(c)
	return result, err
}

// outcome returns the result of a payment.
func (s *Server) outcome(p *checkout.Purchase, o *checkout.Outcome) (*sdk.CallToolResult, error) {
	switch o.Class {
	case checkout.Minted, checkout.Pending:
		return progressed(o)
	case checkout.Curable:
		return asksPayment(o.Price, o.Fault.Message)
	}
	return s.refused(&p.Request, o), nil
}

// refused returns the result of a payment that did not buy, and that no new signature
// makes good.
func (s *Server) refused(r *checkout.Request, o *checkout.Outcome) *sdk.CallToolResult {
	if o.Fault.Code == "internal" {
		s.Log.Error("take payment", "launch", r.Launch.Slug, "err", o.Err)
	}
	result := fault(o.Fault)
	result.Meta = receipts(o.Settle)
	return result
}

// charged returns the result of a payment by MPP. A refusal has a challenge if one can be
// met, and no price of x402: the payer chose the other protocol.
func (s *Server) charged(r *checkout.Request, o *charge.Outcome) (*sdk.CallToolResult, error) {
	switch o.Class {
	case checkout.Minted, checkout.Pending:
		result, err := progressed(o.Outcome)
		if err == nil && o.Confirmation != nil {
			result.Meta[metaReceiptMPP] = o.Confirmation
		}
		return result, err
	}
	result := s.refused(r, o.Outcome)
	if o.Challenge == nil {
		return result, nil
	}
	required, err := challenges(*o.Challenge)
	if err == nil {
		result.Meta = sdk.Meta{metaRequiredMPP: required}
	}
	return result, err
}

// failed returns the result of an error before a payment was taken. It logs errors of ours:
// clients do not see their text.
func (s *Server) failed(err error, req *sdk.CallToolRequest) *sdk.CallToolResult {
	v := api.ToHTTP(err, s.Now(), carriesPayment(req.Params.Meta, header(req)))
	if v.Fault.Code == "internal" {
		s.Log.Error("call tool", "tool", req.Params.Name, "err", err)
	}
	return fault(v.Fault)
}

// carriesPayment reports whether a call has a payment, even one that cannot be decoded.
func carriesPayment(meta sdk.Meta, h http.Header) bool {
	p, err := readPayment(meta, h)
	return err != nil || !p.none()
}

// header returns the headers of the HTTP request of a call.
func header(req *sdk.CallToolRequest) http.Header {
	if req.Extra == nil {
		return nil
	}
	return req.Extra.Header
}

// receipts returns the receipt of a payment under the keys of all dialects.
func receipts(r *x402.SettleResponse) sdk.Meta {
	if r == nil {
		return nil
	}
	return sdk.Meta{metaReceipt: r, metaReceiptDot: r.V1()}
}
