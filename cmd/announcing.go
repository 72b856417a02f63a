//go:build !nodemo

package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// announce writes the file and holds its lock while the demo runs. Without a home
// directory it writes no file, because the demo works without it.
func (p *Program) announce(ctx context.Context, d announced) (withdraw func(), err error) {
	dir, err := p.demoDir()
	if err != nil {
		return func() {}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("announce the demo: %w", err)
	}
	u, err := url.Parse(d.URL)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, u.Port()+".json")
	lock := flock.New(path + ".lock")
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // a verb that tests the lock holds it briefly
	defer cancel()
	if ok, err := lock.TryLockContext(ctx, 20*time.Millisecond); !ok {
		return nil, fmt.Errorf("announce the demo: lock %s: %w", path, err)
	}
	data, err := json.Marshal(d)
	if err == nil {
		err = writeDurably(path, data, 0o600)
	}
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("announce the demo: %w", err)
	}
	return func() {
		_ = os.Remove(path)
		lock.Close()
	}, nil
}
