package cmd

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// asks is a server that asks for the price of a launch, and takes no payment.
func (i *island) asks(l mint.Launch) (url string) {
	i.Helper()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		header, _ := x402.EncodeHeader(x402.NewPaymentRequired("", x402.Resource{URL: server.URL + "/mint"}, l.Requirement(1)))
		w.Header().Set(x402.HeaderPaymentRequired, header)
		w.WriteHeader(http.StatusPaymentRequired)
	}))
	i.Cleanup(server.Close)
	return server.URL + "/mint"
}

// keyed is a shell whose key has that many USDC, and coin for gas.
func (i *island) keyed(k *ecdsa.PrivateKey, usdc int64) *shell {
	i.Helper()
	_, err := i.net.GiveUSDC(addressOf(k), big.NewInt(usdc*1_000_000))
	i.must(err)
	i.mine()
	return i.shell().with("MINT402_KEY=" + common.Bytes2Hex(crypto.FromECDSA(k)))
}

// interrupts runs a verb in a chain that makes no block, and interrupts it once its
// transaction is in the pool.
func (i *island) interrupts(s *shell, k *ecdsa.PrivateKey, args ...string) {
	i.Helper()
	ctx, stop := context.WithCancel(i.ctx)
	defer stop()
	out, err := newLines(), newLines()
	code := make(chan int, 1)
	go func() { code <- s.program(strings.NewReader(""), out, err).Run(ctx, args) }()
	eventually(i.T, "the transaction is in the pool", func() bool { return len(code) > 0 || i.node.waits(i.ctx, addressOf(k)) })
	stop()
	if c := <-code; c != 130 || !strings.Contains(err.text(), "interrupted; transaction 0x") || !strings.Contains(err.text(), "run the same command again to continue with it") {
		i.Fatalf("mint402 %s: exit status %d\n%s%s", strings.Join(args, " "), c, out.text(), err.text())
	}
}

// mined runs a verb while blocks are made.
func (i *island) mined(s *shell, code int, says string, args ...string) (r ran) {
	i.Helper()
	i.onChain(func() error { r = s.run("", args...); return nil })
	if r.code != code || !strings.Contains(r.out+r.err, says) {
		i.Fatalf("mint402 %s: exit status %d, want %d and %q in:\n%s%s", strings.Join(args, " "), r.code, code, says, r.out, r.err)
	}
	return r
}

// waited runs a verb that waits for an earlier transaction, and has it mined then.
func (i *island) waited(s *shell, says string, args ...string) {
	i.Helper()
	st := s.start(args...)
	st.err.until(i.T, "; waiting until it is")
	i.mine()
	if r := st.ended(); r.code != 0 || !strings.Contains(r.out+r.err, says) {
		i.Fatalf("mint402 %s: exit status %d, want %q in:\n%s%s", strings.Join(args, " "), r.code, says, r.out, r.err)
	}
}

func (i *island) tokens(l mint.Launch, of common.Address) string {
	i.Helper()
	n, err := i.node.AssetBalance(i.ctx, l.Token, of)
	i.must(err)
	return amount.Tokens(n)
}

func TestASubmitThatWasInterruptedAfterItsSendReportsTheMintWhenItIsRunAgain(t *testing.T) {
	i := newIsland(t)
	l, err := i.node.ReadLaunchFrom(i.ctx, i.token, 0)
	i.must(err)
	url, payer := i.asks(l), addressOf(i.stranger)
	s := i.keyed(i.stranger, 1)
	again := []string{"submit", url, "--yes"}

	i.interrupts(s, i.stranger, again...)
	i.mine()
	if r := s.ok("", again...); !strings.HasPrefix(r.out, "minted 5,000 PING to "+payer.Hex()) || !strings.Contains(r.err, "was already minted") {
		t.Errorf("printed %q and %q", r.out, r.err)
	}
	if len(s.undecided()) != 0 || i.tokens(l, payer) != "5000" {
		t.Errorf("kept %v, tokens %s", s.undecided(), i.tokens(l, payer))
	}

	// While it is in the pool, the same command waits for it.
	i.interrupts(s, i.stranger, again...)
	i.waited(s, "was already minted", again...)
	if nonce, err := i.eth.NonceAt(i.ctx, payer, nil); err != nil || nonce != 2 || i.tokens(l, payer) != "10000" {
		t.Errorf("%d transactions, tokens %s, %v", nonce, i.tokens(l, payer), err)
	}

	// Another key pays the gas of a payment that is not kept.
	k := i.payer(1)
	path := writeFile(t, 0o600, i.signed(l, k, l.Price).header+"\n")
	again = []string{"submit", "--payment", path, "--yes", "--json"}
	i.interrupts(s, i.stranger, again...)
	i.mine()
	if done := decode[minted](t, s.ok("", again...).out); done.Payer != addressOf(k) || done.Tokens != "5000" || done.Block == 0 {
		t.Errorf("printed %+v", done)
	}
	if i.tokens(l, addressOf(k)) != "5000" {
		t.Errorf("the payer has %s tokens", i.tokens(l, addressOf(k)))
	}
}

func TestASubmitThatNobodyConfirmedLeavesNoPayment(t *testing.T) {
	i := newIsland(t)
	l, err := i.node.ReadLaunchFrom(i.ctx, i.token, 0)
	i.must(err)
	url := i.asks(l)
	s := i.keyed(i.stranger, 1)
	for _, answer := range []string{"", "n\n"} {
		s.refused(4, "", answer, "submit", url)
		s.refused(2, "", answer, "submit", url, "--max-fee", "x1")
		if kept := s.undecided(); len(kept) != 0 {
			t.Fatalf("after %q it keeps %v", answer, kept)
		}
	}

	// A run that is confirmed after another has signed does not send its own.
	files, err := s.program(nil, nil, nil).openPayments("", addressOf(i.stranger))
	i.must(err)
	signed := func(nonce byte) *submission {
		signed, err := x402.Sign(l.Requirement(1), i.stranger, i.now())
		i.must(err)
		return &submission{files: files, pending: &pendingPayment{URL: url, ID: mint.PaymentID{nonce}, Price: "1 USDC", Network: "eip155:84532", Payment: signed, At: time.Now()}}
	}
	release, err := signed(1).keep(i.ctx)
	i.must(err)
	defer release()
	if _, err := signed(2).keep(i.ctx); err == nil || outcomeOf(err).code != undecided.code || !strings.Contains(err.Error(), "this one was not sent") {
		t.Errorf("the second: %v", err)
	}
	if kept := s.undecided(); len(kept) != 1 || kept[0].ID != (mint.PaymentID{1}) {
		t.Errorf("kept %v", kept)
	}
}

func TestAMintIsReportedEvenIfItsFileCannotBeWritten(t *testing.T) {
	i := newIsland(t)
	l, err := i.node.ReadLaunchFrom(i.ctx, i.token, 0)
	i.must(err)
	s, submit := i.keyed(i.stranger, 1), []string{"submit", i.asks(l), "--yes"}
	payments := filepath.Join(s.env["XDG_STATE_HOME"], "mint402", "payments")

	var code int
	var out, told bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		code = s.program(strings.NewReader(""), &out, &told).Run(i.ctx, submit)
	}()
	eventually(t, "the payment is kept", func() bool {
		locks, err := filepath.Glob(filepath.Join(payments, "*.json.lock"))
		return err == nil && len(locks) == 1
	})
	i.must(os.Rename(payments, payments+".gone"))
	i.onChain(func() error { <-done; return nil })
	if code == 0 || !strings.HasPrefix(out.String(), "minted 5,000 PING to ") || !strings.Contains(told.String(), "keep payment: ") {
		t.Errorf("exit status %d, printed %q and %q", code, out.String(), told.String())
	}

	// The file still has the earlier state: the next run finds the mint on the chain.
	i.must(os.Rename(payments+".gone", payments))
	if r := s.ok("", submit...); !strings.Contains(r.err, "was already minted") || i.tokens(l, addressOf(i.stranger)) != "5000" {
		t.Errorf("printed %q; tokens %s", r.err, i.tokens(l, addressOf(i.stranger)))
	}
}

func TestSubmitNamesAPaymentThatWasCancelledAsSuch(t *testing.T) {
	i := newIsland(t)
	l, err := i.node.ReadLaunchFrom(i.ctx, i.token, 0)
	i.must(err)
	s := i.keyed(i.stranger, 1)
	path := writeFile(t, 0o600, i.signed(l, i.stranger, l.Price).header+"\n")
	i.mined(s, 0, "can no longer be used", "cancel", "--payment", path, "--yes")
	r := s.refused(4, "was cancelled in transaction 0x", "", "submit", "--payment", path, "--yes")
	if strings.Contains(r.err, "is kept") {
		t.Errorf("printed %q", r.err)
	}
}

func TestARefundThatIsRunAgainSaysThatItWasDone(t *testing.T) {
	i := newIsland(t)
	l, err := i.node.ReadLaunchFrom(i.ctx, i.token, 0)
	i.must(err)
	k := i.payer(1)
	p := i.signed(l, k, big.NewInt(123_000))
	i.send(l.Asset.Address, submit(p))
	s := i.shell()
	list := decode[[]owed](t, s.ok("", "refund", "--token", l.Token.Hex(), "--json").out)
	if len(list) != 1 {
		t.Fatalf("owed: %+v", list)
	}
	again := []string{"refund", list[0].ID.String(), "--token", l.Token.Hex(), "--yes"}
	i.interrupts(s, i.owner, again...)
	i.waited(s, "was already refunded in transaction 0x", again...)
	if done := decode[needless](t, s.ok("", append(again, "--json")...).out); !done.Already {
		t.Errorf("printed %+v", done)
	}
	s.ok("", "refund", "--to", addressOf(k).Hex(), "--amount", "0.123", "--nonce", p.Authorization.Nonce.Hex(), "--token", l.Token.Hex(), "--yes")
	if money, err := i.node.AssetBalance(i.ctx, l.Asset.Address, addressOf(k)); err != nil || money.Int64() != 1_000_000 {
		t.Errorf("the payer has %s, %v", money, err)
	}
}

func TestACancelThatIsRunAgainTellsCancelledFromUsed(t *testing.T) {
	i := newIsland(t)
	l, err := i.node.ReadLaunchFrom(i.ctx, i.token, 0)
	i.must(err)
	s := i.keyed(i.stranger, 1)
	p := i.signed(l, i.stranger, l.Price)
	again := []string{"cancel", "--payment", writeFile(t, 0o600, p.header+"\n"), "--yes"}
	i.interrupts(s, i.stranger, again...)
	i.waited(s, "was already cancelled; nothing was sent", again...)
	done := decode[cancelled](t, s.ok("", "cancel", "--nonce", p.Authorization.Nonce.Hex(), "--yes", "--json").out)
	if !done.Already || done.Block == 0 || done.PaymentNonce != p.Authorization.Nonce {
		t.Errorf("printed %+v", done)
	}

	p = i.signed(l, i.stranger, l.Price)
	i.send(l.Asset.Address, submit(p))
	r := s.refused(1, "it was used in transaction 0x", "", "cancel", "--nonce", p.Authorization.Nonce.Hex(), "--yes")
	if strings.Contains(r.err, "was cancelled") || strings.Contains(r.err, "or cancelled") {
		t.Errorf("printed %q", r.err)
	}
}

func TestAPaymentThatWasRefundedIsNotCalledValidAndIsForgottenWhenThatIsFinal(t *testing.T) {
	i := newIsland(t)
	l, err := i.node.ReadLaunchFrom(i.ctx, i.token, 0)
	i.must(err)
	s, owner := i.keyed(i.stranger, 1), i.shell()
	refund := func() {}
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(x402.HeaderPaymentSignature) != "" {
			refund()
			w.WriteHeader(http.StatusGone)
			_, _ = w.Write([]byte(`{"error":{"code":"refunded","message":"this payment was refunded"}}`))
			return
		}
		header, _ := x402.EncodeHeader(x402.NewPaymentRequired("", x402.Resource{URL: server.URL + "/mint"}, l.Requirement(1)))
		w.Header().Set(x402.HeaderPaymentRequired, header)
		w.WriteHeader(http.StatusPaymentRequired)
	}))
	t.Cleanup(server.Close)
	pay := []string{"mint", server.URL + "/mint", "--yes", "--patience", "10s"}
	s.refused(5, "it can still be charged until", "", pay...)
	k := s.undecided()[0]
	signed, err := x402.DecodePayment(k.Payment.Value)
	i.must(err)
	i.send(l.Asset.Address, submit(offer{Payment: signed}))
	refund = func() {
		i.mined(owner, 0, "returned 0.10 USDC", "refund", k.ID.String(), "--token", l.Token.Hex(), "--yes")
	}
	if r := s.refused(5, "was refunded in transaction 0x", "", pay...); strings.Contains(r.err, "valid") || strings.Contains(r.err, "cancel") {
		t.Errorf("printed %q", r.err)
	}
	if len(s.undecided()) != 0 {
		t.Errorf("kept %v", s.undecided())
	}
	eventually(t, "the payment is forgotten", func() bool {
		i.mine()
		s.refused(4, "is above the maximum", "", "mint", server.URL+"/mint", "--yes", "--max", "0.01")
		return len(s.keptFiles()) == 0
	})
}
