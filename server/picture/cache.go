package picture

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Renderer draws one picture at a time, and then rests for twice the time that the
// drawing took: a picture costs as much as a hundred other answers. Its zero value is
// ready to use.
type Renderer struct {
	mu     sync.Mutex
	rested time.Time // when the next may be drawn
}

// Cache keeps the last picture of each subject, up to maxPictures of them. If it is
// full, it drops the picture that was requested longest ago. While a newer picture is
// drawn, it returns the last one.
type Cache struct {
	renderer *Renderer
	draw     func(Preview) ([]byte, error)

	mu      sync.Mutex
	drawn   *simplelru.LRU[string, picture]
	drawing map[string]chan struct{} // closed when the subject's picture is drawn
}

type picture struct {
	preview Preview
	png     []byte
}

const (
	maxPictures = 128         // of about 60 KB each
	maxRenewal  = time.Second // how long a caller waits for a newer picture
)

// ErrBusy is returned if a subject has no picture yet, and too many are waiting to be
// drawn.
var ErrBusy = errors.New("too many pictures are being drawn")

// NewCache returns an empty cache. Caches may share a renderer.
func NewCache(r *Renderer) *Cache {
	drawn, err := simplelru.NewLRU[string, picture](maxPictures, nil)
	if err != nil {
		panic(err) // only if maxPictures is not positive
	}
	return &Cache{renderer: r, draw: Preview.PNG, drawn: drawn, drawing: map[string]chan struct{}{}}
}

// PNG returns the picture of a subject. If the preview has changed, it draws a new one
// and waits up to 1 s for it, and then returns the last one. It draws a subject's first
// picture only if enter returns true, and calls leave after that. If enter returns
// false, or once ctx is done, the error is [ErrBusy].
func (c *Cache) PNG(ctx context.Context, subject string, p Preview, enter func() (leave func(), ok bool)) ([]byte, error) {
	for {
		last, drawing := c.find(subject)
		switch {
		case last != nil && last.preview == p:
			return last.png, nil
		case last != nil:
			c.renew(ctx, subject, p)
			if now, _ := c.find(subject); now != nil {
				return now.png, nil
			}
			return last.png, nil
		case drawing != nil: // by another request
			select {
			case <-drawing:
			case <-ctx.Done():
				return nil, ErrBusy
			}
			if last, _ := c.find(subject); last == nil {
				return nil, ErrBusy
			}
			continue
		}
		leave, ok := enter()
		if !ok {
			return nil, ErrBusy
		}
		if err := c.first(ctx, subject, p, leave); err != nil {
			return nil, err
		}
	}
}

// renew starts to draw a picture again, and waits up to maxRenewal for it.
func (c *Cache) renew(ctx context.Context, subject string, p Preview) {
	if done := c.begin(subject); done != nil {
		go func() {
			defer done()
			defer func() { _ = recover() }() // no request handles a panic here: the last picture stays
			_ = c.render(ctx, subject, p)
		}()
	}
	_, drawing := c.find(subject)
	if drawing == nil {
		return
	}
	timer := time.NewTimer(maxRenewal)
	defer timer.Stop()
	select {
	case <-drawing:
	case <-timer.C:
	}
}

// first draws a subject's first picture, unless another request is drawing it.
func (c *Cache) first(ctx context.Context, subject string, p Preview, leave func()) error {
	defer leave()
	done := c.begin(subject)
	if done == nil {
		return nil
	}
	defer done()
	return c.render(ctx, subject, p)
}

// begin marks a subject as being drawn until done is called. It returns nil if it
// already is.
func (c *Cache) begin(subject string) (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drawing[subject] != nil {
		return nil
	}
	drawn := make(chan struct{})
	c.drawing[subject] = drawn
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.drawing, subject)
		close(drawn)
	}
}

// render waits for its turn, draws a picture, and keeps it.
func (c *Cache) render(ctx context.Context, subject string, p Preview) error {
	r := c.renderer
	r.mu.Lock()
	defer r.mu.Unlock()
	if rest := time.Until(r.rested); rest > 0 {
		timer := time.NewTimer(rest)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ErrBusy
		}
	}
	began := time.Now()
	png, err := c.draw(p)
	r.rested = time.Now().Add(2 * time.Since(began))
	if err == nil {
		c.keep(subject, picture{p, png})
	}
	return err
}

// find returns the last picture of a subject, and the channel that is closed when
// the one being drawn is done. Either is nil if there is none.
func (c *Cache) find(subject string) (*picture, chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, ok := c.drawn.Get(subject)
	if !ok {
		return nil, c.drawing[subject]
	}
	return &last, c.drawing[subject]
}

func (c *Cache) keep(subject string, p picture) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drawn.Add(subject, p)
}
