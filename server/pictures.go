package server

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// pictures are drawn one at a time, with rests between them: each takes as much as
// a hundred other answers. The newest are kept, those of launches apart, so that
// strangers who ask for many receipts take none of them away.
type pictures struct {
	launches, receipts album
	easel              *easel
}

// easel is where pictures are drawn.
type easel struct {
	mu     sync.Mutex
	rested time.Time // when the next may be drawn
	queue  *portions // of first pictures
}

// album keeps the last picture of each subject. While a new one is drawn, the last
// one is shown.
type album struct {
	easel *easel
	draw  func(card) ([]byte, error)

	mu        sync.Mutex
	newest    *list.List // of *picture, the one that was asked for last first
	bySubject map[string]*list.Element
	underWay  map[string]chan struct{} // closed when it is drawn
}

type picture struct {
	subject string
	card    card
	png     []byte
}

const (
	keptPictures    = 128 // of about 40 KB, of launches and of receipts
	waitingPictures = 16  // a quarter of them for one visitor
	renewPatience   = time.Second
)

var errPictures = errors.New("too many pictures are being drawn")

func newPictures() pictures {
	e := &easel{queue: newPortions(waitingPictures)}
	return pictures{newAlbum(e), newAlbum(e), e}
}

func newAlbum(e *easel) album {
	return album{easel: e, draw: card.draw, newest: list.New(), bySubject: map[string]*list.Element{}, underWay: map[string]chan struct{}{}}
}

// of returns the picture of a subject: as the card says, or the one before while
// that is drawn.
func (a *album) of(ctx context.Context, who visitor, subject string, k card) ([]byte, error) {
	for {
		last, drawn := a.find(subject)
		switch {
		case last != nil && last.card == k:
			return last.png, nil
		case last != nil:
			a.renew(ctx, subject, k)
			if now, _ := a.find(subject); now != nil {
				return now.png, nil
			}
			return last.png, nil
		case drawn != nil: // by another request
			select {
			case <-drawn:
			case <-ctx.Done():
				return nil, errPictures
			}
			if last, _ := a.find(subject); last == nil {
				return nil, errPictures
			}
			continue
		case !a.easel.queue.take(who):
			return nil, errPictures
		}
		err := a.first(ctx, who, subject, k)
		if err != nil {
			return nil, err
		}
	}
}

// renew has a picture drawn again, and waits a moment for it.
func (a *album) renew(ctx context.Context, subject string, k card) {
	if done := a.begin(subject); done != nil {
		go func() {
			defer done()
			_ = sheltered(func() error { return a.paint(ctx, subject, k) })
		}()
	}
	_, drawn := a.find(subject)
	if drawn == nil {
		return
	}
	timer := time.NewTimer(renewPatience)
	defer timer.Stop()
	select {
	case <-drawn:
	case <-timer.C:
	}
}

// first draws a subject's first picture, unless another request does.
func (a *album) first(ctx context.Context, who visitor, subject string, k card) error {
	defer a.easel.queue.give(who)
	done := a.begin(subject)
	if done == nil {
		return nil
	}
	defer done()
	return a.paint(ctx, subject, k)
}

// begin claims the drawing of a subject; nil if it is under way.
func (a *album) begin(subject string) (done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.underWay[subject] != nil {
		return nil
	}
	drawn := make(chan struct{})
	a.underWay[subject] = drawn
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.underWay, subject)
		close(drawn)
	}
}

// paint draws a picture when its turn has come, and keeps it.
func (a *album) paint(ctx context.Context, subject string, k card) error {
	e := a.easel
	e.mu.Lock()
	defer e.mu.Unlock()
	if rest := time.Until(e.rested); rest > 0 {
		timer := time.NewTimer(rest)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return errPictures
		}
	}
	began := time.Now()
	png, err := a.draw(k)
	e.rested = time.Now().Add(2 * time.Since(began))
	if err == nil {
		a.keep(&picture{subject, k, png})
	}
	return err
}

// find returns the last picture of a subject, and what tells that one is drawn;
// nil where there is none.
func (a *album) find(subject string) (*picture, chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.bySubject[subject]
	if e == nil {
		return nil, a.underWay[subject]
	}
	a.newest.MoveToFront(e)
	return e.Value.(*picture), a.underWay[subject]
}

func (a *album) keep(p *picture) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e := a.bySubject[p.subject]; e != nil {
		e.Value = p
		return
	}
	a.bySubject[p.subject] = a.newest.PushFront(p)
	if a.newest.Len() > keptPictures {
		oldest := a.newest.Remove(a.newest.Back()).(*picture)
		delete(a.bySubject, oldest.subject)
	}
}

func (s *Server) sendPicture(c *fiber.Ctx, a *album, subject string, k card) error {
	png, err := a.of(s.life, s.visitor(c), subject, k)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=60")
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(png)
}
