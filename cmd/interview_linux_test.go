package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// terminalWith returns a terminal on which a person has typed.
func terminalWith(t *testing.T, typed string) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this machine has no terminals: ", err)
	}
	t.Cleanup(func() { master.Close() })
	var unlock, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, wrong := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(value))); wrong != 0 {
			t.Skip("this machine has no terminals: ", wrong)
		}
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this machine has no terminals: ", err)
	}
	t.Cleanup(func() { tty.Close() })
	if _, err := io.WriteString(master, typed); err != nil {
		t.Fatal(err)
	}
	return tty
}

func TestLaunchAsksForItsTermsInATerminalAndOnlyThere(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	out, shown := newLines(), newLines()
	program := s.program(terminalWith(t, "Asked\nASK\n\n\n10000\n\n\n\n\n\nA token.\n"), out, shown)
	if code := program.Run(t.Context(), []string{"launch", "--dry-run"}); code != 0 || !strings.Contains(shown.text(), "symbol: ") || !strings.Contains(shown.text(), "Asked (ASK) on Base Sepolia") ||
		!strings.Contains(shown.text(), "launch --name Asked --symbol ASK --price 0.10 --allotment 5000 --cap 10000 ") {
		t.Errorf("exit status %d\n%s", code, shown.text())
	}
	lost := newLines()
	if code := s.with("MINT402_RPC=http://127.0.0.1:1").program(terminalWith(t, "Asked\n"), io.Discard, lost).Run(t.Context(), []string{"launch"}); code != 6 || strings.Contains(lost.text(), "name of the token") {
		t.Errorf("it asks before it knows that there is a node: exit status %d\n%s", code, lost.text())
	}
	r := s.refused(2, "--name is missing", "Asked\n", "launch", "--dry-run")
	if !strings.Contains(r.err, "mint402 launch --example > token.yaml") || strings.Contains(r.err, "symbol: ") {
		t.Errorf("%s", r.err)
	}
}
