package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func TestARebuildRemovesWhatAKilledOneLeft(t *testing.T) {
	s, dir := newShell(t), t.TempDir()
	db := filepath.Join(dir, "mint402.db")
	gone := []string{"mint402.db.rebuild-123", "mint402.db.partial-45"}
	kept := []string{"mint402.db.rebuild-notes", "mint402.db.differs", "mint402.db.partial-6", "other.db.rebuild-123"}
	for _, name := range []string{gone[0], kept[2], kept[3]} {
		if err := errors.Join(os.Mkdir(filepath.Join(dir, name), 0o700), os.WriteFile(filepath.Join(dir, name, "new.db"), []byte("half"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{gone[1], kept[0], kept[1]} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r := s.run("", "rebuild", "--token", common.Address{1}.Hex(), "--db", db, "--rpc", "http://127.0.0.1:1"); r.code == 0 {
		t.Fatalf("rebuilt from no node: %s", r.out)
	}
	for _, name := range gone {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range kept {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
