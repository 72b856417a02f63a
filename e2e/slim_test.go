package e2e

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestTheBuildWithoutTheDemoSaysSo(t *testing.T) {
	begin(t)
	slim := filepath.Join(t.TempDir(), "mint402-nodemo")
	build := exec.Command("go", "build", "-tags", "nodemo", "-o", slim, ".")
	build.Dir = ".."
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the program without the demo: %v\n%s", err, said)
	}
	demo := exec.Command(slim, "demo", "--json", "--listen", "127.0.0.1:0")
	demo.Env = environment()
	said, err := demo.CombinedOutput()
	if err == nil || demo.ProcessState.ExitCode() != 2 || !bytes.Contains(said, []byte("this build has no demo")) || !bytes.Contains(said, []byte("make demo")) {
		t.Errorf("mint402 demo: %v\n%s", err, said)
	}
}
