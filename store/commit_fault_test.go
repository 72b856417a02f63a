//go:build linux

package store_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// In a child process of the test below: the database, the file that makes
// syncs fail while it exists, and whether the child writes again before it dies.
const (
	syncDatabase = "MINT402_STORE_TEST_SYNC_DATABASE"
	syncFails    = "MINT402_STORE_TEST_SYNC_FAILS"
	syncAgain    = "MINT402_STORE_TEST_SYNC_AGAIN"
)

// failingSync replaces libc's functions, which SQLite calls and Go does not.
const failingSync = `
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
static int fails(void) { char *path = getenv("` + syncFails + `"); errno = EIO; return path && !access(path, F_OK); }
int fsync(int fd) { return fails() ? -1 : (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return fails() ? -1 : (int)syscall(SYS_fdatasync, fd); }
`

// The sync in COMMIT fails, and the process dies. Until then no reader sees the claim.
// After a restart it is there, unless another write took its place in the log.
func TestACommitWhoseSyncFailedLastsIfTheProcessDiesBeforeTheNextWrite(t *testing.T) {
	if path := os.Getenv(syncDatabase); path != "" {
		claimWithFailingSync(t, path)
		return
	}
	dir := t.TempDir()
	source, library := filepath.Join(dir, "sync.c"), filepath.Join(dir, "sync.so")
	must(t, os.WriteFile(source, []byte(failingSync), 0o600))
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-o", library, source).CombinedOutput(); err != nil {
		t.Skipf("cc: %v: %s", err, out)
	}
	for _, again := range []string{"", "yes"} {
		path := filepath.Join(t.TempDir(), "orders.db")
		s := openAt(t, path)
		must(t, s.SaveLaunch(ctx, launch("ping", 100)))
		must(t, s.Close())
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), "LD_PRELOAD="+library, syncDatabase+"="+path, syncFails+"="+path+".fails", syncAgain+"="+again)
		out, err := child.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the child ended with %v: %s", err, out)
		}
		s = openAt(t, path)
		wants(t, s, order("ping", 1, 1, 1).ID, mint.Claimed)
		counts(t, s, "ping", 0, 2)
		_, isNew, err := s.Claim(ctx, order("ping", 2, 1, 1), rich)
		must(t, err)
		if isNew != (again != "") {
			t.Errorf("with another write: %q: the claim that failed is new: %v", again, isNew)
		}
	}
}

func claimWithFailingSync(t *testing.T, path string) {
	s := openAt(t, path)
	claim(t, s, order("ping", 1, 1, 1))
	must(t, os.WriteFile(os.Getenv(syncFails), nil, 0o600))
	_, _, err := s.Claim(ctx, order("ping", 2, 1, 1), rich)
	var ofSQLite sqlite3.Error
	if !errors.As(err, &ofSQLite) || ofSQLite.ExtendedCode != sqlite3.ErrIoErrFsync {
		t.Fatalf("claim: %v", err)
	}
	if _, err := s.Order(ctx, order("ping", 2, 1, 1).ID); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("the claim that failed: %v", err)
	}
	counts(t, s, "ping", 0, 1)
	reader, err := store.OpenReader(path)
	must(t, err)
	counts(t, reader, "ping", 0, 1)
	if os.Getenv(syncAgain) != "" {
		must(t, os.Remove(os.Getenv(syncFails)))
		claim(t, s, order("ping", 3, 1, 1))
	}
	if !t.Failed() {
		must(t, syscall.Kill(os.Getpid(), syscall.SIGKILL))
		select {} // until it arrives
	}
}
