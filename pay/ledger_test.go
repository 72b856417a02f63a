package pay

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

func jsonOf(v any) ([]byte, error) { return json.Marshal(v) }

func filepathDir(p *Payer) string { return filepath.Dir(p.Ledger.(*FileLedger).path) }

// draftOf is a payment of 0.10 for a request.
func draftOf(request string, nonce byte) Record {
	a := x402.Authorization{From: KeySigner(payerKey).Address(), To: payTo, Value: big.NewInt(100_000), ValidAfter: new(big.Int), ValidBefore: big.NewInt(clock.Unix() + 60),
		Nonce: common.Hash{1, nonce}}
	return Record{ID: mint.NewPaymentID(84532, common.Address{2}, a.From, a.Nonce), Request: request, URL: "https://mint.example/" + request, Price: "0.10 USDC", Cost: 100_000,
		Payment: x402.Signed{Authorization: a}}
}

func signedOf(r Record) func() (x402.Signed, error) {
	return func() (x402.Signed, error) {
		return x402.Signed{Header: x402.HeaderPaymentSignature, Value: "x", Authorization: r.Payment.Authorization}, nil
	}
}

func TestALedgerSurvivesItsProcess(t *testing.T) {
	dir := t.TempDir()
	payer := KeySigner(payerKey).Address()
	l, err := OpenLedger(dir, payer)
	if err != nil {
		t.Fatal(err)
	}
	limits := &Limits{PerPayment: Unlimited, PerDay: Unlimited, Total: Unlimited}
	r := draftOf("a", 1)
	if _, err := l.Sign(t.Context(), r, limits, clock, signedOf(r)); err != nil {
		t.Fatal(err)
	}
	if err := l.Mark(t.Context(), Mark{ID: r.ID, State: StateAnswered, Transaction: "0x07", At: clock}); err != nil {
		t.Fatal(err)
	}
	again, err := OpenLedger(dir, payer)
	if err != nil {
		t.Fatal(err)
	}
	all, err := again.Records(t.Context())
	if err != nil || len(all) != 1 || all[0].State != StateAnswered || all[0].Payment.Value != "x" || all[0].Transaction != "0x07" || all[0].Payment.Authorization.Nonce != r.Payment.Authorization.Nonce {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestAnUnfinishedLineIsRemovedAndAnyOtherDamageStopsSigning(t *testing.T) {
	payer := KeySigner(payerKey).Address()
	limits := &Limits{PerPayment: Unlimited, PerDay: Unlimited, Total: Unlimited}
	fresh := func() (string, *FileLedger) {
		dir := t.TempDir()
		l, err := OpenLedger(dir, payer)
		if err != nil {
			t.Fatal(err)
		}
		r := draftOf("a", 1)
		if _, err := l.Sign(t.Context(), r, limits, clock, signedOf(r)); err != nil {
			t.Fatal(err)
		}
		return dir, l
	}
	dir, l := fresh()
	whole, _ := os.ReadFile(l.path)
	for n := 1; n < len(whole); n += 37 {
		if err := os.WriteFile(l.path, append(whole[:len(whole):len(whole)], whole[:n]...), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := OpenLedger(dir, payer)
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		r := draftOf("b", 2)
		if _, err := again.Sign(t.Context(), r, limits, clock, signedOf(r)); err != nil {
			t.Fatal(err)
		}
		if all, err := again.Records(t.Context()); err != nil || len(all) != 2 {
			t.Fatalf("cut at %d: %d payments, %v", n, len(all), err)
		}
	}
	for name, damage := range map[string][]byte{
		"not JSON": []byte("x\n"), "an empty line": []byte("\n"), "a payment twice": whole, "another account's": []byte(strings.Replace(string(whole), payer.Hex(), payTo.Hex(), 1)),
		"an unknown key": []byte(`{"note":1}` + "\n"), "news about nothing": []byte(`{"mark":{"paymentId":"0x` + strings.Repeat("00", 32) + `","state":"void","at":"2026-01-01T00:00:00Z"}}` + "\n"),
	} {
		dir, l := fresh()
		f, _ := os.OpenFile(l.path, os.O_APPEND|os.O_WRONLY, 0)
		_, _ = f.Write(damage)
		f.Close()
		if _, err := OpenLedger(dir, payer); err == nil {
			t.Errorf("%s: opened", name)
		}
		r := draftOf("b", 2)
		if _, err := l.Sign(t.Context(), r, limits, clock, signedOf(r)); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
	for name, damage := range map[string]func(string) error{"removed": os.Remove, "shortened": func(path string) error { return os.Truncate(path, 0) }} {
		_, l := fresh()
		if err := damage(l.path); err != nil {
			t.Fatal(err)
		}
		r := draftOf("b", 2)
		if _, err := l.Sign(t.Context(), r, limits, clock, signedOf(r)); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

// A line that cannot be read stops all signing, so none is written.
func TestAPaymentThatTheLedgerCannotReadIsNotWritten(t *testing.T) {
	dir, payer := t.TempDir(), KeySigner(payerKey).Address()
	l, err := OpenLedger(dir, payer)
	if err != nil {
		t.Fatal(err)
	}
	limits := &Limits{PerPayment: Unlimited, PerDay: Unlimited, Total: Unlimited}
	for name, change := range map[string]func(*Record){
		"another account's": func(r *Record) { r.Payment.Authorization.From = payTo },
		"without an end":    func(r *Record) { r.Payment.Authorization.ValidBefore = nil },
		"without a last second": func(r *Record) {
			r.Payment.Authorization.ValidBefore = new(big.Int).Lsh(big.NewInt(1), 64)
		},
	} {
		r := draftOf("a", 1)
		change(&r)
		if got, err := l.Sign(t.Context(), r, limits, clock, signedOf(r)); err == nil || got.Payment.Value != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, ledger := range []func() (*FileLedger, error){func() (*FileLedger, error) { return l, nil }, func() (*FileLedger, error) { return OpenLedger(dir, payer) }} {
		l, err := ledger()
		if err != nil {
			t.Fatal(err)
		}
		if all, err := l.Records(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("%d payments, %v", len(all), err)
		}
	}
	r := draftOf("a", 1)
	if _, err := l.Sign(t.Context(), r, limits, clock, signedOf(r)); err != nil {
		t.Error(err)
	}
}

func TestAClockThatIsSetBackADayFreesNoBudget(t *testing.T) {
	dir := t.TempDir()
	l, err := OpenLedger(dir, KeySigner(payerKey).Address())
	if err != nil {
		t.Fatal(err)
	}
	limits := &Limits{PerPayment: Unlimited, PerDay: 200_000, Total: Unlimited}
	sign := func(at time.Time, n byte) error {
		r := draftOf(strconv.Itoa(int(n)), n)
		_, err := l.Sign(t.Context(), r, limits, at, signedOf(r))
		return err
	}
	var limit *LimitError
	if err := sign(clock, 1); err != nil {
		t.Fatal(err)
	}
	if err := sign(clock.Add(-24*time.Hour), 2); err != nil {
		t.Fatal(err)
	}
	for n, at := range []time.Time{clock.Add(-24 * time.Hour), clock.Add(-48 * time.Hour), clock, clock.Add(23 * time.Hour)} {
		if err := sign(at, byte(10+n)); !errors.As(err, &limit) || limit.Limit != "per day" {
			t.Errorf("at %s: %v", at, err)
		}
	}
	if err := sign(clock.Add(24*time.Hour+time.Second), 20); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

func TestWhatAFinalBlockShowedStays(t *testing.T) {
	for _, final := range []State{StateSettled, StateVoid} {
		for _, later := range []State{StateUndecided, StateAnswered, StateSettled, StateVoid} {
			r := Record{State: final}
			r.mark(Mark{State: later})
			if r.State != final {
				t.Errorf("%s became %s", final, r.State)
			}
		}
	}
	r := Record{State: StateAnswered}
	if r.mark(Mark{State: StateUndecided}); r.State != StateAnswered {
		t.Error("an answer was forgotten")
	}
	for _, delivery := range []Mark{{State: StateAnswered}, {State: StateUndecided, Delivered: true}} {
		r := Record{State: StateUndecided}
		r.mark(delivery)
		if r.mark(Mark{State: StateSettled}); !r.Delivered || r.State != StateSettled {
			t.Errorf("a delivery was forgotten: %+v", r)
		}
	}
}

// TestTheHelperProcessSigns is the other process of the tests below: it signs payments
// until the budget ends, and prints each one after it was signed.
func TestTheHelperProcessSigns(t *testing.T) {
	dir := os.Getenv("PAY_LEDGER")
	if dir == "" {
		t.Skip("only as another process")
	}
	base, _ := strconv.Atoi(os.Getenv("PAY_BASE"))
	l, err := OpenLedger(dir, KeySigner(payerKey).Address())
	if err != nil {
		t.Fatal(err)
	}
	limits := &Limits{PerPayment: Unlimited, PerDay: Unlimited, Total: 20_000_000}
	for n := base; ; n++ {
		r := draftOf(strconv.Itoa(n), byte(n))
		r.Payment.Authorization.Nonce = common.BigToHash(big.NewInt(int64(n)))
		r.ID = mint.NewPaymentID(84532, common.Address{2}, r.Payment.Authorization.From, r.Payment.Authorization.Nonce)
		if _, err := l.Sign(t.Context(), r, limits, clock, signedOf(r)); err != nil {
			var limit *LimitError
			if !errors.As(err, &limit) {
				t.Fatal(err)
			}
			return
		}
		os.Stdout.WriteString("left " + r.ID.String() + "\n")
	}
}

func helper(t *testing.T, dir string, base int) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	c := exec.Command(os.Args[0], "-test.run=^TestTheHelperProcessSigns$")
	c.Env = append(os.Environ(), "PAY_LEDGER="+dir, "PAY_BASE="+strconv.Itoa(base))
	c.Stdout = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, &out
}

func TestTwoProcessesShareOneBudget(t *testing.T) {
	dir := t.TempDir()
	a, outA := helper(t, dir, 0)
	b, outB := helper(t, dir, 10_000)
	if err := errors.Join(a.Wait(), b.Wait()); err != nil {
		t.Fatal(err, outA, outB)
	}
	if n := strings.Count(outA.String()+outB.String(), "left 0x"); n != 200 {
		t.Errorf("%d payments of 0.10 from a budget of 20.00", n)
	}
}

func TestKill9LosesNoPaymentThatLeftTheProcessAndNoBudget(t *testing.T) {
	dir := t.TempDir()
	var left string
	for round := range 4 {
		c, out := helper(t, dir, 1000*round)
		time.Sleep(time.Duration(150+70*round) * time.Millisecond)
		_ = c.Process.Signal(syscall.SIGKILL)
		_ = c.Wait()
		left += out.String()
	}
	last, out := helper(t, dir, 100_000)
	if err := last.Wait(); err != nil {
		t.Fatal(err, out)
	}
	left += out.String()
	l, err := OpenLedger(dir, KeySigner(payerKey).Address())
	if err != nil {
		t.Fatal(err)
	}
	all, err := l.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range all {
		known[r.ID.String()] = true
	}
	for line := range strings.Lines(left) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "left "); ok && len(id) == 66 && !known[id] {
			t.Errorf("payment %s left its process and is not in the ledger", id)
		}
	}
	if spent := SpentOf(all, clock); spent.Total != 20_000_000 {
		t.Errorf("%s of 20.00 was signed in %d payments", spent.Total, len(all))
	}
}
