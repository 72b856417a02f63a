package cmd

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

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
	if c := <-code; c != 130 || !strings.Contains(err.text(), "interrupted; transaction 0x") || !strings.Contains(err.text(), "the same command goes on with it") {
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

func (i *island) tokens(l mint.Launch, of common.Address) string {
	i.Helper()
	n, err := i.node.AssetBalance(i.ctx, l.Token, of)
	i.must(err)
	return whole(n)
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
	if r := s.ok("", again...); !strings.HasPrefix(r.out, "minted 5,000 PING to "+payer.Hex()) || !strings.Contains(r.err, "was minted before") {
		t.Errorf("printed %q and %q", r.out, r.err)
	}
	if len(s.undecided()) != 0 || i.tokens(l, payer) != "5000" {
		t.Errorf("kept %v, tokens %s", s.undecided(), i.tokens(l, payer))
	}

	// While it is in the pool, the same command waits for it.
	i.interrupts(s, i.stranger, again...)
	i.mined(s, 0, "was minted before", again...)
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
