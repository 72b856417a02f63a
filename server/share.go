package server

import (
	"container/list"
	"context"
	"errors"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/web"
)

// pictures are drawn one at a time, with rests between them, and remembered, the
// newest of them: each takes as much as a hundred other answers, and a stranger
// may ask for those of as many receipts as there are.
type pictures struct {
	drawing sync.Mutex
	rested  time.Time // when the next may be drawn
	mu      sync.Mutex
	waiting int
	newest  *list.List // of *picture, the one that was asked for last first
	byCard  map[card]*list.Element
}

type picture struct {
	card card
	png  []byte
}

const (
	keptPictures    = 128 // of about 40 KB
	waitingPictures = 16
)

var errPictures = errors.New("too many pictures are being drawn")

func (p *pictures) of(ctx context.Context, k card) ([]byte, error) {
	if png := p.find(k); png != nil {
		return png, nil
	}
	p.mu.Lock()
	if p.waiting >= waitingPictures {
		p.mu.Unlock()
		return nil, errPictures
	}
	p.waiting++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.waiting--
		p.mu.Unlock()
	}()
	p.drawing.Lock()
	defer p.drawing.Unlock()
	if png := p.find(k); png != nil { // somebody else wanted the same
		return png, nil
	}
	if rest := time.Until(p.rested); rest > 0 {
		timer := time.NewTimer(rest)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, errPictures
		}
	}
	began := time.Now()
	png, err := k.draw()
	p.rested = time.Now().Add(2 * time.Since(began))
	if err == nil {
		p.keep(k, png)
	}
	return png, err
}

func (p *pictures) find(k card) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.byCard[k]
	if e == nil {
		return nil
	}
	p.newest.MoveToFront(e)
	return e.Value.(*picture).png
}

func (p *pictures) keep(k card, png []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.newest == nil {
		p.newest, p.byCard = list.New(), map[card]*list.Element{}
	}
	p.byCard[k] = p.newest.PushFront(&picture{k, png})
	if p.newest.Len() > keptPictures {
		oldest := p.newest.Remove(p.newest.Back()).(*picture)
		delete(p.byCard, oldest.card)
	}
}

func (s *Server) sendPicture(c *fiber.Ctx, k card) error {
	png, err := s.pictures.of(s.life, k)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=60")
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(png)
}

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
	return s.sendPicture(c, k)
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
	k.badge, k.tone = badgeOf(&o)
	k.details[0] = "payer    " + o.Payer.Hex()
	k.details[1] = "payment  " + o.ID.String()
	if o.Mint.Seen() {
		k.details[2] = "block    " + grouped(strconv.FormatUint(o.Mint.Block, 10))
	}
	return s.sendPicture(c, k)
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

func badgeOf(o *mint.Order) (string, tone) {
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
		return "Paid, mint follows", calm
	}
	return "On its way", calm
}
