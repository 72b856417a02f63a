package deploy

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

func requests(t *testing.T) Requests {
	t.Helper()
	db := filepath.Join(t.TempDir(), "mint402.db")
	if err := os.WriteFile(db, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := NewRequests(db)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r Requests) serving(t *testing.T, register func(context.Context, Listing) error) {
	r.changing(t, register, func(context.Context, Change) error { return errors.New("no change was expected") })
}

func (r Requests) changing(t *testing.T, register func(context.Context, Listing) error, change func(context.Context, Change) error) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); r.Serve(ctx, slog.New(slog.DiscardHandler), register, change) }()
	t.Cleanup(func() { cancel(); <-ended })
}

var listing = Listing{Token: common.HexToAddress("0xABCD"), Slug: "ping", Description: "a \"test\"", Image: "https://a.example/b", DeployedAt: 7}

func TestALaunchIsGivenToAServerWithEverythingThatWasTyped(t *testing.T) {
	r := requests(t)
	taken := make(chan Listing, 1)
	r.serving(t, func(_ context.Context, l Listing) error { taken <- l; return nil })
	if err := r.Ask(t.Context(), listing); err != nil {
		t.Fatal(err)
	}
	if got := <-taken; got != listing {
		t.Errorf("%+v", got)
	}
	if left, _ := filepath.Glob(filepath.Join(r.dir, r.prefix+"*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestARefusalOfAServerIsReadOnceAndTheNextRequestIsANewOne(t *testing.T) {
	r := requests(t)
	var refuse atomic.Bool
	refuse.Store(true)
	r.serving(t, func(context.Context, Listing) error {
		if refuse.Load() {
			return &RequestRefused{"the slug is taken", "give --slug"}
		}
		return nil
	})
	var refused *RequestRefused
	if err := r.Ask(t.Context(), listing); !errors.As(err, &refused) || refused.Reason != "the slug is taken" || refused.Hint != "give --slug" {
		t.Fatalf("%v", err)
	}
	refuse.Store(false)
	if err := r.Ask(t.Context(), listing); err != nil {
		t.Error(err)
	}
}

func TestARequestWaitsForAServerThatStartsLater(t *testing.T) {
	r := requests(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := r.Ask(ctx, listing); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v", err)
	}
	taken := make(chan Listing, 1)
	r.serving(t, func(_ context.Context, l Listing) error { taken <- l; return nil })
	if got := <-taken; got != listing {
		t.Errorf("%+v", got)
	}
}

func TestARequestStaysWhileItsErrorMayPass(t *testing.T) {
	r := requests(t)
	if err := writeJSON(r.Path(listing), listing); err != nil {
		t.Fatal(err)
	}
	err := r.answer(t.Context(), r.Path(listing), func(context.Context, Listing) error { return errors.New("no node answers") }, nil)
	if left, _ := r.pending(); err == nil || len(left) != 1 {
		t.Errorf("%v, left %v", err, left)
	}
}

func TestAFileThatAnotherUserCouldHaveWrittenIsNoRequest(t *testing.T) {
	r := requests(t)
	path := r.Path(listing)
	register := func(context.Context, Listing) error { t.Error("registered"); return nil }
	for name, spoil := range map[string]func() error{
		"others can write to it": func() error { return os.Chmod(path, 0o646) },
		"a link":                 func() error { return errors.Join(os.Rename(path, path+".x"), os.Symlink(path+".x", path)) },
		"another user's": func() error {
			if os.Geteuid() != 0 {
				return os.Chmod(path, 0o666)
			}
			return os.Chown(path, 12345, 12345)
		},
		"too large": func() error { return os.WriteFile(path, []byte(strings.Repeat(" ", maxRequest+1)), 0o600) },
	} {
		if err := errors.Join(writeJSON(path, listing), spoil()); err != nil {
			t.Fatal(err)
		}
		if err := r.answer(t.Context(), path, register, nil); err == nil {
			t.Errorf("%s: it is used", name)
		}
		_ = os.Remove(path)
	}
	// A request under the name of another token is answered, but not registered.
	if err := writeJSON(path, Listing{Token: common.HexToAddress("0x1")}); err != nil {
		t.Fatal(err)
	}
	if err := r.answer(t.Context(), path, register, nil); err != nil {
		t.Error(err)
	}
}
