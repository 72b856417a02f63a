package server

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/web"
)

// launchImage is the picture that links to a launch's page are shown with.
func (s *Server) launchImage(c *fiber.Ctx) error {
	l, err := s.launchOf(c)
	if err != nil {
		return err
	}
	k := s.cardOf(&l)
	words := s.launchInWords(l)
	k.terms = words.Each + " " + k.symbol + " for " + words.Price + " " + words.Money
	k.minted = words.Minted + " of " + words.Cap + " " + k.symbol + " minted"
	k.percent = web.Launch{Sold: l.Sold, Of: l.Cap}.Share()
	k.share = permille(l.Sold, l.Cap)
	switch s.status(c.UserContext(), l) {
	case "open":
		k.badge, k.tone = "Open", good
	case "sold_out":
		k.badge, k.tone = "Sold out", ended
	case "closed":
		k.badge, k.tone = "Closed", ended
	case "not_open":
		k.badge = "Not open yet"
	case "reserved":
		k.badge = "All reserved"
	default:
		k.badge = "Paused for now"
	}
	return s.sendPicture(c, &s.pictures.launches, l.Slug, k)
}

// receiptImage is the picture that links to a receipt are shown with.
func (s *Server) receiptImage(c *fiber.Ctx) error {
	l, o, err := s.orderOf(c)
	if err != nil {
		return err
	}
	k := s.cardOf(&l)
	r := NewReceipt(&l, &o)
	k.receipt = true
	k.title = grouped(r.Tokens) + " " + k.symbol
	k.terms = "for " + r.Paid.Formatted + " " + l.Asset.Symbol
	k.badge, k.tone = badgeOf(&o, s.doubted(l.Slug))
	k.details[0] = "payer    " + o.Payer.Hex()
	k.details[1] = "payment  " + o.ID.String()
	if o.Mint.Seen() {
		k.details[2] = "block    " + grouped(strconv.FormatUint(o.Mint.Block, 10))
	}
	return s.sendPicture(c, &s.pictures.receipts, o.ID.String(), k)
}

func (s *Server) cardOf(l *mint.Launch) card {
	k := card{token: l.Token, network: s.Network.Title, play: s.Demo || s.Network.Testnet}
	var ok bool
	if k.name, ok = drawable(l.Name); !ok {
		k.name = l.Slug
	}
	if k.symbol, ok = drawable(l.Symbol); !ok {
		k.symbol = "tokens"
	}
	if u, err := url.Parse(s.PublicURL); err == nil {
		k.origin = u.Host
	}
	if k.play {
		k.network += " · worth nothing"
	}
	return k
}

// doubted says that the books of a launch differ from what its contract says, so
// that an order without a mint may have one.
func (s *Server) doubted(slug string) bool {
	return slices.ContainsFunc(s.Engine.Faults(slug), func(f mint.Fault) bool { return f.Code == "books_differ" })
}

// badgeOf says how a payment stands. That it was never charged is said only where
// the chain showed it: not while the books are in doubt, and not of a payment that
// a block carried out.
func badgeOf(o *mint.Order, doubted bool) (string, tone) {
	if state := o.State(); o.MayBeCharged() || doubted && (state == mint.Voided || state == mint.Parked) {
		return "Being checked", calm
	}
	switch o.State() {
	case mint.Mined:
		return "Minted", good
	case mint.Minted:
		return "Minted, final", good
	case mint.Voided:
		return "Never charged", ended
	case mint.Refunded:
		return "Refunded", ended
	case mint.Parked:
		return "Waits for the payer", calm
	case mint.Settled:
		return "Paid, and owed", calm
	}
	return "On its way", calm
}
