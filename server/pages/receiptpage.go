package pages

import (
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// receiptData is passed to the script of a receipt's page.
type receiptData struct {
	Receipt   api.Receipt     `json:"receipt"`
	Proof     ReceiptEvidence `json:"proof"`
	Launch    api.Launch      `json:"launch"`
	Network   api.NetworkData `json:"network"`
	Demo      bool            `json:"demo"`
	PublicURL string          `json:"publicUrl"`
}

// ReceiptEvidence is the data that is needed to check a receipt against the chain. The payment id
// is keccak256(abi.encode(chainId, asset, payer, nonce)). The launch contract's Minted
// event with that id is the log with that index in the block.
type ReceiptEvidence struct {
	ChainID   uint64      `json:"chainId"`
	Asset     api.Address `json:"asset"`
	Payer     api.Address `json:"payer"`
	Nonce     common.Hash `json:"nonce"` // payment nonce; zero if not known
	BlockHash string      `json:"blockHash,omitempty"`
	LogIndex  uint        `json:"logIndex"`
	At        *time.Time  `json:"at,omitempty"` // time of the mint's block
}

// Receipt shows the status of a payment, to any visitor.
func (s *Pages) Receipt(c *fiber.Ctx) error {
	l, o, err := s.Presenter.OrderOf(c)
	if err != nil {
		return s.unknownReceipt(c, err)
	}
	r := s.Presenter.Receipt(&l, &o)
	on := s.Presenter.Of(&l)
	proof := s.evidence(c, &l, &o)
	p := s.frame(c, on)
	p.Receipt = s.receiptText(p.Language, &l, &o, r, proof)
	p.Preview = receiptPreview(s.Presenter.PublicURL, p.Language, p.Receipt)
	p.Data = receiptData{Receipt: r, Proof: proof, Launch: s.Presenter.Launch(c.UserContext(), l), Network: s.networkIn(p.Language, on), Demo: s.Presenter.Demo, PublicURL: s.Presenter.PublicURL}
	return s.render(c, fiber.StatusOK, p)
}

// unknownReceipt answers for a path that names no payment.
func (s *Pages) unknownReceipt(c *fiber.Ctx, err error) error {
	var malformed *api.ParamError
	if errors.As(err, &malformed) {
		return s.problem(c, err, languages.Key("This is not the address of a receipt"), languages.Key("A payment id is 0x and 64 digits or letters from a to f. Some of them are missing, or there are too many."))
	}
	return s.problem(c, err, languages.Key("There is no such receipt"), languages.Key("This server knows no payment with that id. A payment that was never sent, or was refused at once, leaves no receipt, and nothing was charged for it."))
}

func (s *Pages) evidence(c *fiber.Ctx, l *mint.Launch, o *mint.Order) ReceiptEvidence {
	p := ReceiptEvidence{ChainID: l.ChainID, Asset: api.Address{Address: l.Asset.Address}, Payer: api.Address{Address: o.Payer}}
	// For mints that strangers sent, the nonce is known only if it gives the id.
	if n := o.Authorization.Nonce; mint.NewPaymentID(l.ChainID, l.Asset.Address, o.Payer, n) == o.ID {
		p.Nonce = n
	}
	if o.Mint.Seen() {
		p.BlockHash, p.LogIndex = o.Mint.BlockHash.Hex(), o.Mint.LogIndex
		if at, ok := s.Presenter.MarkTime(c.UserContext(), l.ChainID, o.Mint); ok {
			at = at.UTC()
			p.At = &at
		}
	}
	return p
}

func (s *Pages) receiptText(in languages.Language, l *mint.Launch, o *mint.Order, r api.Receipt, p ReceiptEvidence) *web.Receipt {
	tx := func(hash string) web.Link {
		if hash == "" {
			return web.Link{}
		}
		return web.Link{Text: hash, URL: s.Presenter.Explorer(l.ChainID, "tx", hash)}
	}
	on := s.Presenter.Of(l)
	words := &web.Receipt{
		PaymentID: o.ID.String(), State: string(r.State), Final: r.Final, Launch: l.Name, Symbol: l.Symbol, Hidden: l.Hidden,
		LaunchURL: s.Presenter.PublicURL + "/l/" + l.Slug, Tokens: in.Number(amount.Grouped(r.Tokens)), Quantity: o.Quantity,
		Paid: in.Number(r.Paid.Formatted), Money: l.Asset.Symbol, Payer: s.link(l.ChainID, o.Payer), Token: s.link(l.ChainID, l.Token), Asset: s.link(l.ChainID, l.Asset.Address),
		Tx: tx(r.Transaction), Settlement: tx(r.Settlement), Refund: tx(r.Refund), Block: r.Block, LogIndex: p.LogIndex,
		Reason: oneOf(reasons, in, r.Reason), Doubted: on.InDoubt(l.Slug), NonceUsed: o.MayBeCharged(), MayArrive: o.MayArrive(on.Engine.Clock()), At: r.CreatedAt, JSON: r.URL,
		URL: s.Presenter.PublicURL + "/r/" + o.ID.String(), ShareImage: s.Presenter.PublicURL + "/r/" + o.ID.String() + "/share.png",
	}
	if p.Nonce != (common.Hash{}) {
		words.Nonce = p.Nonce.Hex()
	}
	if p.At != nil {
		words.At = *p.At
	}
	return words
}
