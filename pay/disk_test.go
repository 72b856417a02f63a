//go:build unix

package pay

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestTheHelperProcessHasNoRoom is the other process of the test below: its files may have
// PAY_ROOM bytes. It prints what it signs, and the errors.
func TestTheHelperProcessHasNoRoom(t *testing.T) {
	room, err := strconv.ParseUint(os.Getenv("PAY_ROOM"), 10, 63)
	if err != nil {
		t.Skip("only as another process")
	}
	signal.Ignore(syscall.SIGXFSZ) // a write beyond the room is an error, as on a full disk
	l, err := OpenLedger(os.Getenv("PAY_LEDGER"), KeySigner(payerKey).Address())
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: room, Max: room}); err != nil {
		t.Fatal(err)
	}
	limits := &Limits{PerPayment: Unlimited, PerDay: Unlimited, Total: Unlimited}
	for n := range 3 {
		r := draftOf(strconv.Itoa(n), byte(n))
		switch got, err := l.Sign(t.Context(), r, limits, clock, signedOf(r)); {
		case err == nil:
			os.Stdout.WriteString("left " + got.ID.String() + "\n")
		case got.Payment.Value != "" || !errors.Is(err, syscall.EFBIG):
			t.Fatalf("%+v, %v", got, err)
		}
		// What fits is still read.
		if _, err := l.Records(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnAFullDiskNothingLeavesAndTheLedgerStaysWhole(t *testing.T) {
	line := len(lineOf(t))
	for _, room := range []int{0, 1, line - 1, line, line + 1, 2*line - 1, 2*line + line/2} {
		dir := t.TempDir()
		c := exec.Command(os.Args[0], "-test.run=^TestTheHelperProcessHasNoRoom$")
		c.Env = append(os.Environ(), "PAY_LEDGER="+dir, "PAY_ROOM="+strconv.Itoa(room))
		out, err := c.Output()
		if err != nil {
			t.Fatalf("room for %d bytes: %v\n%s", room, err, out)
		}
		l, err := OpenLedger(dir, KeySigner(payerKey).Address())
		if err != nil {
			t.Fatalf("room for %d bytes: %v", room, err)
		}
		all, err := l.Records(t.Context())
		if want := room / line; err != nil || len(all) != want || strings.Count(string(out), "left 0x") != want {
			t.Errorf("room for %d bytes, %d a line: %d payments, %v\n%s", room, line, len(all), err, out)
		}
		r := draftOf("more", 200)
		if _, err := l.Sign(t.Context(), r, &Limits{PerPayment: Unlimited, PerDay: Unlimited, Total: Unlimited}, clock, signedOf(r)); err != nil {
			t.Errorf("with room again: %v", err)
		}
	}
}

// lineOf returns the line of one payment of the helper.
func lineOf(t *testing.T) []byte {
	t.Helper()
	l, err := OpenLedger(t.TempDir(), KeySigner(payerKey).Address())
	if err != nil {
		t.Fatal(err)
	}
	r := draftOf("0", 0)
	if _, err := l.Sign(t.Context(), r, &Limits{PerPayment: Unlimited, PerDay: Unlimited, Total: Unlimited}, clock, signedOf(r)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(l.path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
