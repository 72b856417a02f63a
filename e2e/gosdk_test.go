package e2e

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const goSDK = "testdata/gosdk"

// goClient returns the program that buys with the official Go client, which it builds
// once.
var goClient = sync.OnceValues(func() (string, error) {
	path := filepath.Join(builds, "gosdk")
	c := exec.Command("go", "build", "-o", path, ".")
	c.Dir = goSDK
	if said, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the official Go client: %w\n%s", err, said)
	}
	return path, nil
})

// TestTheOfficialGoClientIsUnmodified compares each file of the copy with the hash that
// Git has for it in the commit that it is from.
func TestTheOfficialGoClientIsUnmodified(t *testing.T) {
	listed, err := os.ReadFile(goSDK + "/FILES")
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]string{"go.mod": "", "go.sum": ""} // ours
	for line := range strings.Lines(string(listed)) {
		hash, path, _ := strings.Cut(strings.TrimSpace(line), " ")
		hashes[path] = hash
	}
	root, seen := goSDK+"/x402", 0
	err = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, root+"/")
		hash, known := hashes[name]
		sum := sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(text)), text...))
		if got := hex.EncodeToString(sum[:]); !known || hash != "" && hash != got {
			t.Errorf("%s has the hash %s, not %q", name, got, hash)
		}
		if hash != "" {
			seen++
		}
		return nil
	})
	if err != nil || seen < 40 || seen != len(hashes)-2 {
		t.Errorf("%d files of %d, %v", seen, len(hashes)-2, err)
	}
}
