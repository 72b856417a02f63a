package servertest

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/mint402/mint402/mint"
)

// logged is a log that can be read while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Faulty is a store with one call that fails as the test says.
type Faulty struct {
	mint.Store
	AfterClaim   func() error
	BeforeLaunch func() error
}

// Claim writes the order before it fails: the worst moment.
func (f *Faulty) Claim(ctx context.Context, o mint.Order, credit mint.Credit) (*mint.Order, bool, error) {
	order, isNew, err := f.Store.Claim(ctx, o, credit)
	if f.AfterClaim != nil && err == nil {
		err = f.AfterClaim() // after it was written: the worst moment
	}
	return order, isNew, err
}

// Launch fails as BeforeLaunch does.
func (f *Faulty) Launch(ctx context.Context, slug string) (mint.Launch, error) {
	if f.BeforeLaunch != nil {
		if err := f.BeforeLaunch(); err != nil {
			return mint.Launch{}, err
		}
	}
	return f.Store.Launch(ctx, slug)
}

// ErrSecret is an error whose text no client may see.
var ErrSecret = errors.New("secret: disk /var/lib/db is on fire")
