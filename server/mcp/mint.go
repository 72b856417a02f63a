package mcp

import (
	"context"
	"net/http"
	"net/netip"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
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
	payment, err := readPayment(req.Params.Meta, header(req))
	if err != nil {
		return nil, err
	}
	launch, err := s.Till.Launch(ctx, slug, payment)
	if err != nil {
		return nil, err
	}
	who, _ := mint.Caller(ctx).(netip.Prefix)
	r := checkout.Request{Launch: launch, Quantity: quantity, Path: Path, Method: checkout.MethodMCP, Who: who}
	if payment == nil {
		price, err := s.Till.Price(ctx, &r)
		if err != nil {
			return fault(s.Till.Problem(&r, err, false).Fault), nil
		}
		return asksPayment(price, "")
	}
	p := &checkout.Purchase{Request: r, Payment: *payment}
	return s.outcome(p, s.Till.Pay(ctx, p))
}

// outcome returns the result of a payment.
func (s *Server) outcome(p *checkout.Purchase, o *checkout.Outcome) (*sdk.CallToolResult, error) {
	switch o.Class {
	case checkout.Minted, checkout.Pending:
		return progressed(o)
	case checkout.Curable:
		return asksPayment(o.Price, o.Fault.Message)
	}
	if o.Fault.Code == "internal" {
		s.Log.Error("take payment", "launch", p.Launch.Slug, "err", o.Err)
	}
	r := fault(o.Fault)
	r.Meta = receipts(o.Settle)
	return r, nil
}

// failed returns the result of an error before a payment was taken. It logs errors of ours,
// whose text no client sees.
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
	return err != nil || p != nil
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
