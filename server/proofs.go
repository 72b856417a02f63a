package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/url"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// offerValidity is how long an offer is valid when it is signed. 402s are cached for up to
// a minute, so a client gets at least four minutes of it.
const offerValidity = 5 * time.Minute

// proofRoutes signs offers, and verifies receipts: at its own routes, and for MCP.
type proofRoutes struct {
	presenter   *api.Presenter
	reader      api.Reader
	log         *slog.Logger
	now         func() time.Time
	ledger      proof.Ledger                                          // the server's Ledger
	foreignKeys func(ctx context.Context, url string) ([]byte, error) // the server's ForeignKeys
}

// extensions returns the extension that adds signed offers to 402s, with proof keys.
func (p *proofRoutes) extensions() []checkout.Extension {
	if p.presenter.Proofs == nil {
		return nil
	}
	return []checkout.Extension{p.signOffers}
}

// signOffers adds a signed offer for each entry of a 402. It signs once for each cached
// 402, not for each request.
func (p *proofRoutes) signOffers(_ *checkout.Request, required *x402.PaymentRequired) {
	until := p.now().Add(offerValidity)
	var offers []proof.Signed
	for i, entry := range required.Accepts {
		offer, err := p.presenter.Proofs.Offer(required.Resource.URL, entry, i, until)
		if err != nil {
			p.log.Error("sign offer", "err", err)
			return
		}
		offers = append(offers, offer)
	}
	if len(offers) == 0 {
		return
	}
	if required.Extensions == nil {
		required.Extensions = map[string]any{}
	}
	for name, value := range proof.Offers(offers...) {
		required.Extensions[name] = value
	}
}

// routes returns the routes. Those of the keys are only there with proof keys.
func (p *proofRoutes) routes(costly func(fiber.Handler) fiber.Handler) []route {
	read := []string{fiber.MethodGet, fiber.MethodHead}
	routes := []route{{"/receipts/verify", []string{fiber.MethodPost}, costly(p.verifyReceipt)}}
	if keys := p.presenter.Proofs; keys != nil {
		routes = append(routes,
			route{"/.well-known/did.json", read, document("application/did+json", keys.Document())},
			route{"/.well-known/jwks.json", read, document("application/jwk-set+json", keys.KeySet())})
	}
	return routes
}

// document returns a handler that answers with bytes that never change while the server
// runs.
func document(kind string, data []byte) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "public, max-age=300")
		c.Set(fiber.HeaderContentType, kind)
		c.Response().SetBodyRaw(data)
		return nil
	}
}

// verification is the answer of /receipts/verify, one report for each statement of the
// body.
type verification struct {
	Reports []*proof.Report `json:"reports"`
}

// maxVerified is how many statements one request may have. The mint route never puts more
// than one receipt into an answer.
const maxVerified = 4

// verifyReceipt verifies the signed receipts and offers in the body: one statement, an
// order, or the JSON of a payment header. Keys of other servers are requested only if the
// operator allows it.
func (p *proofRoutes) verifyReceipt(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderContentEncoding) != "" {
		return fiber.ErrUnsupportedMediaType
	}
	if kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); err != nil || kind != fiber.MIMEApplicationJSON {
		return fiber.ErrUnsupportedMediaType
	}
	body := bytes.TrimSpace(c.Request().Body())
	if len(body) == 0 || body[0] != '{' {
		return &api.ParamError{Field: "body", Expected: "one JSON object: a signed receipt, an order with a proof, or a payment's settlement"}
	}
	found, err := proof.Find(body)
	if err == nil && len(found) > maxVerified {
		return &api.ParamError{Field: "body", Expected: fmt.Sprintf("at most %d signed statements", maxVerified)}
	}
	v := p.verifier()
	answer := verification{}
	for i := 0; err == nil && i < len(found); i++ {
		var report *proof.Report
		if report, err = v.Verify(c.UserContext(), found[i]); err == nil {
			answer.Reports = append(answer.Reports, report)
		}
	}
	var unreadable *proof.InputError
	if errors.As(err, &unreadable) {
		return &api.ParamError{Field: unreadable.Field, Expected: unreadable.Expected}
	}
	if err != nil {
		return err
	}
	return c.JSON(answer)
}

// verifier returns the verifier of requests. Errors of nodes and of requests to other
// servers are logged, and not shown: they can have the URLs of nodes, and addresses in our
// network.
func (p *proofRoutes) verifier() *proof.Verifier {
	v := &proof.Verifier{Own: p.presenter.Proofs, Orders: ownOrders{p}, Clock: p.now}
	if p.ledger != nil {
		v.Ledger = quietLedger{p}
	}
	if p.foreignKeys != nil {
		v.Fetch = func(ctx context.Context, url string) ([]byte, error) {
			data, err := p.foreignKeys(ctx, url)
			var status *proof.StatusError
			if err != nil && !errors.As(err, &status) {
				p.log.Debug("keys of another server", "err", err)
				err = errForeign
			}
			return data, err
		}
	}
	return v
}

var (
	errForeign = errors.New("that server does not answer, or has no public address")
	errLedger  = errors.New("no node answered")
)

// quietLedger hides errors of nodes.
type quietLedger struct{ *proofRoutes }

// Transaction returns errLedger for any error of a node.
func (s quietLedger) Transaction(ctx context.Context, network string, hash common.Hash) (*proof.Transaction, error) {
	tx, err := s.ledger.Transaction(ctx, network, hash)
	if err != nil && !errors.Is(err, proof.ErrOtherChain) {
		s.log.Warn("verify receipt", "err", err)
		err = errLedger
	}
	return tx, err
}

// ownOrders compares receipts with the server's database.
type ownOrders struct{ *proofRoutes }

// maxOrdersChecked is how many orders of a payer in one transaction are compared.
const maxOrdersChecked = 200

// Check looks for an order with the receipt's payer and transaction.
func (s ownOrders) Check(ctx context.Context, r *proof.Receipt, m *proof.Mint) (result proof.Status, detail string, record []byte) {
	if !strings.EqualFold(hostOf(r.ResourceURL), hostOf(s.presenter.PublicURL)) {
		return "", "", nil // another server has the order
	}
	on := s.presenter.Chains.Named(r.Network)
	if on == nil || r.Network != on.Network.CAIP2() {
		return proof.Failed, "this server sells on " + s.presenter.Chains.Words() + " only", nil
	}
	var tx common.Hash
	if tx.UnmarshalText([]byte(r.Transaction)) != nil {
		return proof.Unchecked, "the receipt has no transaction", nil
	}
	payer := common.HexToAddress(r.Payer)
	orders, err := s.reader.Orders(ctx, mint.Query{Payer: &payer, Match: strings.ToLower(tx.Hex()[2:]), Limit: maxOrdersChecked})
	if err != nil {
		s.log.Error("verify receipt", "err", err)
		return proof.Unchecked, "the orders could not be read", nil
	}
	for _, o := range orders {
		if o.Mint.Tx != tx || m != nil && common.Hash(o.ID) != m.ID {
			continue
		}
		if l, err := s.reader.Launch(ctx, o.Launch); err != nil || l.ChainID != on.Network.ChainID {
			continue
		}
		switch o.State() {
		case mint.Minted:
			return proof.Passed, fmt.Sprintf("the order %s is minted, and final", o.ID), s.record(ctx, o)
		case mint.Mined:
			return proof.Passed, fmt.Sprintf("the order %s is minted, and not final yet", o.ID), s.record(ctx, o)
		}
	}
	return proof.Failed, "this server has no order of that payer that was minted in the transaction", nil
}

// record returns an order as /orders answers it, or nil if it cannot be read.
func (s ownOrders) record(ctx context.Context, o mint.Order) []byte {
	l, err := s.reader.Launch(ctx, o.Launch)
	if err != nil {
		s.log.Error("verify receipt", "err", err)
		return nil
	}
	data, err := json.Marshal(s.presenter.Receipt(&l, &o))
	if err != nil {
		s.log.Error("verify receipt", "err", err)
		return nil
	}
	return data
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
