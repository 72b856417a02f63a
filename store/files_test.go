package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/mint402/mint402/mint"
)

func TestADatabaseThatIsNoLongerAtItsPathIsNotFit(t *testing.T) {
	for what, harm := range map[string]struct{ do, undo func(path string) error }{
		"moved": {func(path string) error { return os.Rename(path, path+".away") }, func(path string) error { return os.Rename(path+".away", path) }},
		"replaced": {func(path string) error {
			return errors.Join(os.Rename(path, path+".away"), os.WriteFile(path, []byte("another"), 0o600))
		}, func(path string) error { return os.Rename(path+".away", path) }},
		"deleted":         {os.Remove, nil},
		"without its log": {func(path string) error { return os.Remove(path + "-wal") }, nil},
		"with another log": {func(path string) error {
			return errors.Join(os.Remove(path+"-wal"), os.WriteFile(path+"-wal", nil, 0o600))
		}, nil},
		"cut to some pages":    {func(path string) error { return os.Truncate(path, 8192) }, nil},
		"cut short to nothing": {func(path string) error { return os.Truncate(path, 0) }, nil},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "orders.db")
			s := openAt(t, path)
			must(t, s.SaveLaunch(ctx, launch("ping", 100)))
			must(t, s.Close()) // brings the log into the file
			s = openAt(t, path)
			must(t, s.Healthy(ctx))
			must(t, harm.do(path))
			if err := s.Healthy(ctx); !errors.Is(err, mint.ErrStoreGone) {
				t.Errorf("got %v, want ErrStoreGone", err)
			}
			if harm.undo == nil {
				return
			}
			must(t, harm.undo(path))
			if err := s.Healthy(ctx); err != nil {
				t.Errorf("put back: %v", err)
			}
		})
	}
}

func TestAnErrorOfSQLiteIsTheStoresAndARefusalIsNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	_, missing := s.Launch(ctx, "none")
	if s.Failed(missing) || s.Failed(mint.ErrStale) || s.Failed(errors.New("dial tcp: refused")) || s.Failed(nil) {
		t.Error("an answer is taken for the store's trouble")
	}
	must(t, s.SaveLaunch(ctx, launch("ping", 100)))
	must(t, s.Close())
	s = openAt(t, path)
	must(t, os.WriteFile(path, bytes.Repeat([]byte("no database"), 1<<14), 0o600))
	if _, err := s.Events(ctx, "ping", 1); err == nil || !s.Failed(fmt.Errorf("step: %w", err)) {
		t.Errorf("of a file that is no database: %v", err)
	}
}
