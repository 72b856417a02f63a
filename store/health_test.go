//go:build linux

package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// disk is a file system of a given size in megabytes, where we may make one.
func disk(t *testing.T, megabytes string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+megabytes+"m"); err != nil {
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, 0) })
	return dir
}

// fill takes all that is left of a disk but some bytes.
func fillUp(t *testing.T, dir string, but int64) (empty func()) {
	t.Helper()
	var fs syscall.Statfs_t
	must(t, syscall.Statfs(dir, &fs))
	path := filepath.Join(dir, "ballast")
	must(t, os.WriteFile(path, make([]byte, int64(fs.Bavail)*int64(fs.Bsize)-but), 0o600))
	return func() { must(t, os.Remove(path)) }
}

func TestADiskThatIsAlmostFullIsNotFit(t *testing.T) {
	dir := disk(t, "96")
	s := openAt(t, filepath.Join(dir, "orders.db"))
	must(t, s.SaveLaunch(ctx, launch("ping", 100)))
	must(t, s.Healthy(ctx))
	empty := fillUp(t, dir, store.MinFree-1<<20)
	if err := s.Healthy(ctx); !errors.Is(err, mint.ErrDiskFull) {
		t.Errorf("with 63 MiB left: %v", err)
	}
	claim(t, s, order("ping", 1, 1, 1)) // what is under way is still stored
	empty()
	must(t, s.Healthy(ctx))
}

func TestADiskThatIsFullLosesNothingAndIsFitAgainOnceThereIsRoom(t *testing.T) {
	dir := disk(t, "96")
	path := filepath.Join(dir, "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 1<<40)))
	empty := fillUp(t, dir, 1<<20)
	stored := 0
	var full error
	for ; full == nil && stored < 100_000; stored++ {
		_, _, full = s.Claim(ctx, order("ping", stored, 1, 1), rich)
	}
	stored--
	if full == nil || stored == 0 {
		t.Fatalf("%d claims, then %v", stored, full)
	}
	if err := s.Healthy(ctx); err == nil {
		t.Error("it is fit after a write that failed")
	}
	counts(t, s, "ping", 0, int64(stored))
	for n := range stored {
		wants(t, s, order("ping", n, 1, 1).ID, mint.Claimed)
	}
	if _, err := s.Order(ctx, order("ping", stored, 1, 1).ID); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("what was not stored: %v", err)
	}
	empty()
	must(t, s.Healthy(ctx))
	claim(t, s, order("ping", stored, 1, 1))
	must(t, s.Close())
	counts(t, openAt(t, path), "ping", 0, int64(stored)+1)
}

func TestADiskThatBecomesReadOnlyIsNotFit(t *testing.T) {
	dir := disk(t, "96")
	s := openAt(t, filepath.Join(dir, "orders.db"))
	must(t, s.SaveLaunch(ctx, launch("ping", 100)))
	// The files that are open for writing keep a whole disk from it, as they
	// would not keep a disk that fails; another mount of the directory shows the
	// same.
	must(t, syscall.Mount(dir, dir, "", syscall.MS_BIND, ""))
	defer syscall.Unmount(dir, 0)
	must(t, syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	if err := s.Healthy(ctx); !errors.Is(err, syscall.EROFS) {
		t.Errorf("read-only: %v", err)
	}
	must(t, syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT, ""))
	must(t, s.Healthy(ctx))
}
