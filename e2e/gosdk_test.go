package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// goSDK is the program that buys with the official Go client of x402. That client is not
// on every Go module proxy, so MINT402_GO_X402 names a folder that has it: the folder go of
// a checkout of github.com/x402-foundation/x402. The tests of it are skipped without.
const goSDK = "testdata/gosdk"

func haveGoClient() bool { return os.Getenv("MINT402_GO_X402") != "" }

// goClient returns the program, which it builds once.
func goClient(t *testing.T) string {
	t.Helper()
	if !haveGoClient() {
		t.Skip("MINT402_GO_X402 does not name the folder of the official Go client")
	}
	path, err := buildGoClient()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var buildGoClient = sync.OnceValues(func() (string, error) {
	dir, path := filepath.Join(builds, "gosdk"), filepath.Join(builds, "gosdk", "buy")
	if err := os.CopyFS(dir, os.DirFS(goSDK)); err != nil {
		return "", fmt.Errorf("copy %s: %w", goSDK, err)
	}
	for _, command := range [][]string{
		{"go", "mod", "edit", "-replace", "github.com/x402-foundation/x402/go=" + os.Getenv("MINT402_GO_X402")},
		{"go", "build", "-mod=mod", "-o", path, "."},
	} {
		c := exec.Command(command[0], command[1:]...)
		c.Dir = dir
		if said, err := c.CombinedOutput(); err != nil {
			return "", fmt.Errorf("build the official Go client: %w\n%s", err, said)
		}
	}
	return path, nil
})
