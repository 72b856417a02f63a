package server

import (
	"errors"
	"strconv"
	"sync"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/charge"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// headerProtocols lists the protocols of a 402, for clients that look there.
const headerProtocols = "X-Payment-Protocol"

// buffers are for the parts of a 402 that differ between requests.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// problemHead begins the body of a 402 without a payment.
var problemHead = `{"type":"` + mpp.PaymentRequired.Type() + `","title":"Payment Required","status":402,"detail":`

// setChallenge sets the header that asks for a payment by MPP. Some clients read only the
// first scheme of the first value.
func setChallenge(c *fiber.Ctx, challenge *mpp.Challenge) {
	b := buffers.Get().(*[]byte)
	defer buffers.Put(b)
	*b = challenge.Append((*b)[:0])
	c.Response().Header.SetCanonical([]byte(fiber.HeaderWWWAuthenticate), *b)
}

// ask answers 402 to a request without a payment, in all protocols: x402 version 2 in its
// header, MPP in WWW-Authenticate, and a body that has the members of x402 version 1 and
// of an MPP problem (RFC 9457). Only the challenge is made for each request.
func (s *Server) ask(c *fiber.Ctx, r *checkout.Request, price *checkout.Price) error {
	challenge, err := s.askHeaders(c, r, price)
	if err != nil {
		return err
	}
	b := buffers.Get().(*[]byte)
	defer buffers.Put(b)
	*b = append((*b)[:0], problemHead...)
	*b = strconv.AppendQuote(*b, price.Required.Resource.Description) // printable ASCII: as JSON quotes it
	*b = append(*b, `,"challengeId":"`...)
	*b = append(*b, challenge.ID...)
	*b = append(*b, `",`...)
	c.Status(fiber.StatusPaymentRequired).Response().Header.SetContentType(fiber.MIMEApplicationJSON)
	c.Response().AppendBody(*b)
	c.Response().AppendBody(price.JSON[1:])
	return nil
}

// askHeaders sets the headers of a 402 without a payment, and returns its challenge.
func (s *Server) askHeaders(c *fiber.Ctx, r *checkout.Request, price *checkout.Price) (mpp.Challenge, error) {
	challenge, err := s.seller.Challenge(r)
	if err != nil {
		return mpp.Challenge{}, err
	}
	setChallenge(c, &challenge)
	c.Set(headerProtocols, "x402, mpp")
	c.Set(x402.HeaderPaymentRequired, price.Header)
	return challenge, nil
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
		p := credential.Payment(0) // the launch determines the chain
		payment = &p
	}
	r, err := s.priceRequest(c, payment)
	if err != nil {
		return err
	}
	var refused *mpp.Error
	if errors.As(bad, &refused) {
		return s.answerMPP(c, &checkout.Purchase{Request: r}, s.seller.Refuse(c.UserContext(), &r, refused))
	}
	p := charge.NewPurchase(r, credential)
	p.Payment.Keys = payment.Keys
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
