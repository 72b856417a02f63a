package server

import (
	"errors"
	"strconv"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/charge"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/server/discovery"
	"github.com/mint402/mint402/x402"
)

// headerProtocols lists the protocols of a 402, for clients that look there.
const headerProtocols = "X-Payment-Protocol"

const protocols = "x402, mpp"

var challengeName = []byte(mpp.HeaderChallenge)

// buffers are for the parts of a 402 that differ between requests.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// problemHead begins the body of a 402 without a payment.
var problemHead = `{"type":"` + mpp.PaymentRequired.Type() + `","title":"Payment Required","status":402,"detail":`

// setChallenge sets the header that asks for a payment by MPP. Some clients read only the
// first scheme of the first value.
func setChallenge(c *fiber.Ctx, challenge *mpp.Challenge) {
	c.Response().Header.SetCanonical(challengeName, challenge.Append(nil))
}

// ask answers 402 to a request without a payment, in all protocols: x402 version 2 in its
// header, MPP in WWW-Authenticate, and a body that has the members of x402 version 1 and
// of an MPP problem (RFC 9457). Only the challenge is made for each request.
func (s *Server) ask(c *fiber.Ctx, r *checkout.Request, price *checkout.Price) error {
	b := buffers.Get().(*[]byte)
	defer buffers.Put(b)
	var id [mpp.IDLength]byte
	var err error
	if *b, id, err = s.seller.AppendChallenge((*b)[:0], r); err != nil {
		return err
	}
	made := s.priced(price)
	h := &c.Response().Header
	last := h.ConnectionClose()
	made.header.CopyTo(h)
	if last {
		h.SetConnectionClose()
	}
	h.SetCanonical(challengeName, *b)
	c.Response().AppendBody(made.before)
	c.Response().AppendBody(id[:])
	c.Response().AppendBody(made.after)
	return nil
}

// priced is the answer to all requests for a price, without its challenge.
type priced struct {
	header        fasthttp.ResponseHeader
	before, after []byte // the body around the challenge's id
}

// priced returns the answer that the price keeps, or makes it.
func (s *Server) priced(price *checkout.Price) *priced {
	if kept, ok := price.Answer.Load().(*priced); ok {
		return kept
	}
	made := &priced{after: append([]byte(`",`), price.JSON[1:]...)}
	h := &made.header
	s.headers.CopyTo(h)
	h.Set(fiber.HeaderLink, discovery.Link)
	h.Set(fiber.HeaderVary, vary)
	h.SetCanonical(challengeName, nil) // its place: every answer sets it
	h.Set(headerProtocols, protocols)
	h.Set(x402.HeaderPaymentRequired, price.Header)
	h.SetContentType(fiber.MIMEApplicationJSON)
	h.SetStatusCode(fiber.StatusPaymentRequired)
	made.before = strconv.AppendQuote([]byte(problemHead), price.Required.Resource.Description) // printable ASCII: as JSON quotes it
	made.before = append(made.before, `,"challengeId":"`...)
	price.Answer.Store(made)
	return made
}

// askHeaders sets the headers of a 402 without a payment whose body is a page.
func (s *Server) askHeaders(c *fiber.Ctx, r *checkout.Request, price *checkout.Price) error {
	challenge, _, err := s.seller.AppendChallenge(nil, r)
	if err != nil {
		return err
	}
	c.Response().Header.SetCanonical(challengeName, challenge)
	c.Set(headerProtocols, protocols)
	c.Set(x402.HeaderPaymentRequired, price.Header)
	return nil
}

// mintMPP takes the payment of a credential.
func (s *Server) mintMPP(c *fiber.Ctx) error {
	text, _, bad := api.Credential(c)
	if len(text) > mpp.MaxCredential {
		return fiber.ErrRequestHeaderFieldsTooLarge
	}
	var credential mpp.Credential
	if bad == nil {
		credential, bad = mpp.DecodeCredential(text)
	}
	var payment *x402.Payment
	if bad == nil {
		p := credential.Payment(credential.ChainID()) // the launch's chain decides; this finds the launch
		payment = &p
	}
	var r checkout.Request
	if err := s.priceRequest(c, &r, payment); err != nil {
		return err
	}
	var refused *mpp.Error
	if errors.As(bad, &refused) {
		return s.answerMPP(c, &checkout.Purchase{Request: r}, s.seller.Refuse(c.UserContext(), &r, refused))
	}
	p := charge.NewPurchase(r, credential)
	p.Payment.Keys = payment.Keys
	if s.checkout.IsCrowded() {
		dropPayment(c)
	}
	return s.answerMPP(c, &p.Purchase, s.seller.Pay(c.UserContext(), p))
}

// answerMPP responds to a payer by MPP with the outcome. A receipt is sent with 200 only.
func (s *Server) answerMPP(c *fiber.Ctx, p *checkout.Purchase, o *charge.Outcome) error {
	if o.Problem != nil {
		if o.Challenge != nil {
			setChallenge(c, o.Challenge)
		}
		return c.Status(o.Problem.Status).JSON(o.Problem, mpp.ContentType)
	}
	if o.Class == checkout.Refused {
		return s.refuse(c, api.HTTPError{Status: o.Status, Fault: o.Fault})
	}
	if o.Confirmation != nil {
		header, err := o.Confirmation.Encode()
		if err != nil {
			return err
		}
		c.Set(mpp.HeaderReceipt, header)
	}
	of := *o.Outcome
	of.Settle = nil // the receipt of x402
	return s.answer(c, p, &of)
}

// alsoByMPP returns an error if a request with an x402 payment has a credential with
// another authorization, since two readers would take two payments from it. A credential
// with the same authorization is the same payment.
func alsoByMPP(c *fiber.Ctx, p *x402.Payment) error {
	text, ok, err := api.Credential(c)
	if !ok {
		return nil
	}
	var credential mpp.Credential
	if err == nil {
		credential, err = mpp.DecodeCredential(text)
	}
	if err != nil || !p.Join(credential.Payment(0)) {
		return &x402.MalformedError{Field: mpp.HeaderCredential,
			Expected: "the same payment as in " + x402.HeaderPaymentSignature + " or " + x402.HeaderXPayment + ", or one of these headers; neither payment was taken"}
	}
	return nil
}
