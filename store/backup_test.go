package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestABackupOfALiveDatabaseHoldsWhatWasAcknowledgedBefore(t *testing.T) {
	s := sale(t, 100_000)
	for n := range 100 {
		claim(t, s, order("ping", 1, n, 1))
	}
	stop := make(chan struct{})
	var claimer sync.WaitGroup
	claimer.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				if _, _, err := s.Claim(ctx, order("ping", 2, n, 1), rich); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	dir := t.TempDir()
	path := filepath.Join(dir, "it's a copy.db")
	must(t, s.Backup(ctx, path))
	close(stop)
	claimer.Wait()

	b := openAt(t, path)
	for n := range 100 {
		wants(t, b, order("ping", 1, n, 1).ID, mint.Claimed)
	}
	l := take[mint.Launch](t)(b.Launch(ctx, "ping"))
	if n := take[int](t)(b.Count(ctx, mint.Query{})); int64(n) != l.Reserved {
		t.Errorf("%d orders, %d reserved", n, l.Reserved)
	}
	claim(t, b, order("ping", 3, 1, 1))
	must(t, b.Close())
	if left, _ := filepath.Glob(filepath.Join(dir, "*.partial*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestABackupNeverOverwrites(t *testing.T) {
	s := sale(t, 10)
	for _, content := range []string{"", "precious"} {
		path := filepath.Join(t.TempDir(), "copy.db")
		must(t, os.WriteFile(path, []byte(content), 0o600))
		if err := s.Backup(ctx, path); !errors.Is(err, os.ErrExist) {
			t.Errorf("backup: %v", err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != content {
			t.Errorf("the file now holds %q, %v", b, err)
		}
	}
	if err := s.Backup(ctx, filepath.Join(t.TempDir(), "no", "folder.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("backup: %v", err)
	}
}

func TestTheNewestCopyIsNotedNextToTheDatabase(t *testing.T) {
	dir := t.TempDir()
	db, file := filepath.Join(dir, "orders.db"), filepath.Join(dir, "copy.db")
	if c, there, err := store.LastCopy(db); err != nil || there || !c.At.IsZero() {
		t.Errorf("before any copy: %+v, %t, %v", c, there, err)
	}
	must(t, openAt(t, db).Backup(ctx, file))
	size := take[os.FileInfo](t)(os.Stat(file)).Size()
	must(t, store.NoteCopy(db, store.Copy{At: noon, File: file, Bytes: size}))
	if c, there, err := store.LastCopy(db); err != nil || !there || !c.At.Equal(noon) || c.File != file {
		t.Errorf("%+v, %t, %v", c, there, err)
	}
	must(t, os.Truncate(file, size-1))
	if _, there, err := store.LastCopy(db); err != nil || there {
		t.Errorf("a copy that was cut is not the copy: %v", err)
	}
	must(t, os.WriteFile(db+".backup.json", []byte("{"), 0o600))
	if c, _, err := store.LastCopy(db); err == nil || !c.At.IsZero() {
		t.Errorf("a damaged note: %+v, %v", c, err)
	}
}
