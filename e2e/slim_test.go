package e2e

import (
	"bytes"
	"os/exec"
	"testing"
)

func TestTheBuildWithoutTheDemoSaysSo(t *testing.T) {
	begin(t)
	slim, err := build("mint402-nodemo", "-tags", "nodemo")
	if err != nil {
		t.Fatal(err)
	}
	demo := exec.Command(slim, "demo", "--json", "--listen", "127.0.0.1:0")
	demo.Env = environment()
	said, err := demo.CombinedOutput()
	if err == nil || demo.ProcessState.ExitCode() != 2 || !bytes.Contains(said, []byte("this build has no demo")) || !bytes.Contains(said, []byte("make demo")) {
		t.Errorf("mint402 demo: %v\n%s", err, said)
	}
}
