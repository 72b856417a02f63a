package deploy

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/store"
)

// Change is a request to the server that uses a database: what the operator chose about launches,
// and wallets that may not launch.
type Change struct {
	Home  admin.HomeChange `json:"home"`
	Ban   []common.Address `json:"ban,omitempty"`
	Unban []common.Address `json:"unban,omitempty"`
	// Until is when the process that asks stops waiting. A server that reads it later drops it.
	Until time.Time `json:"until"`
}

// Make makes the change in a database.
func (c *Change) Make(ctx context.Context, s *store.Store) error {
	if !c.Home.None() {
		if err := s.Arrange(ctx, c.Home.Apply); err != nil {
			return err
		}
	}
	for banned, wallets := range map[bool][]common.Address{true: c.Ban, false: c.Unban} {
		for _, wallet := range wallets {
			if err := (store.CreatorTable{Store: s}).Ban(ctx, wallet, banned); err != nil {
				return err
			}
		}
	}
	return nil
}

const changePrefix = "change-"

func isChange(name string) bool { return strings.HasPrefix(name, changePrefix) }

// AskChange requests a change, and waits at most patience until it is made. The error is a
// *RequestRefused if the server refuses, and context.DeadlineExceeded if it does not answer: the
// request is taken back then, unless the server is about to fulfil it.
func (r Requests) AskChange(ctx context.Context, c Change, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c.Until = time.Now().Add(patience)
	path := filepath.Join(r.dir, r.prefix+changePrefix+strings.ToLower(rand.Text())+requestEnd)
	err := r.ask(ctx, path, c)
	if removed := os.Remove(path); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	return err
}
