package cmd

import (
	"context"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/bindings"
)

func TestABlacklistedTreasuryNamesItsSuccessorWithItsOwnKeyAndNobodyElseDoes(t *testing.T) {
	long(t)
	d := ownDemo(t)
	s, first, second := d.seller(t), d.Wallets[3].Address, common.HexToAddress("0x5ecd")
	token := decode[launched](t, s.ok("", terms(t, "--treasury", first.Hex())...).out).Token.Address
	d.payerShell(t, 2).ok(mint402(t, d, s, token), "submit", "--yes")
	own := d.payerShell(t, 3)
	named := []string{"set-treasury", second.Hex(), "--token", token.Hex()}
	own.refused(4, "does not blacklist the treasury", "", append(named, "--yes")...)
	d.transact(t, 1, d.Asset, nil, bindings.NewTestUSDC().PackBlacklist(first))
	s.refused(1, "mint402 set-treasury ADDRESS --token "+token.Hex(), "", "withdraw", "--token", token.Hex(), "--yes")
	s.refused(4, "only the key of the treasury "+first.Hex(), "", append(named, "--yes")...) // not even the owner
	own.refused(2, "40 hex digits", "", "set-treasury", "0x12", "--token", token.Hex(), "--yes")
	own.refused(4, "nothing was done", "n\n", named...)
	own.refused(4, "set treasury of", "", "set-treasury", token.Hex(), "--token", token.Hex(), "--yes") // the contract's own refusal
	r := own.ok("y\n", named...)
	if !strings.Contains(r.out, " is "+second.Hex()) || !strings.Contains(r.err, "instead of "+first.Hex()+", permanently") {
		t.Errorf("set-treasury: %s%s", r.out, r.err)
	}
	if again := decode[needless](t, own.ok("", append(named, "--yes", "--json")...).out); !again.Already {
		t.Errorf("%+v", again)
	}
	s.ok("", "withdraw", "--token", token.Hex(), "--yes")
	if got := d.balance(t, d.Asset, second); got.Int64() != 100_000 {
		t.Errorf("the treasury of now has %s", got)
	}
}

func TestAnotherTokenThatReachedALaunchIsSentOnAndTheAssetIsNot(t *testing.T) {
	long(t)
	d := theDemo(t)
	s, to := d.seller(t), common.HexToAddress("0x7e5c")
	token := decode[launched](t, s.ok("", terms(t, "--salt", t.Name())...).out).Token.Address
	sends := []string{"rescue", d.Token.Hex(), "--to", to.Hex(), "--token", token.Hex()}
	if r := decode[needless](t, s.ok("", append(sends, "--yes", "--json")...).out); !r.Already {
		t.Errorf("of nothing: %+v", r)
	}
	d.payerShell(t, 2).ok("", "mint", d.MintURL, "--yes")
	d.transact(t, 2, d.Token, nil, bindings.NewTestUSDC().PackTransfer(token, big.NewInt(500)))
	d.payerShell(t, 1).refused(4, "use the owner's key", "", append(sends, "--yes")...)
	for _, own := range []common.Address{d.Asset, token} {
		s.refused(4, "cannot be rescued", "", "rescue", own.Hex(), "--to", to.Hex(), "--token", token.Hex(), "--yes")
	}
	s.refused(1, "cannot be read", "", "rescue", to.Hex(), "--to", to.Hex(), "--token", token.Hex(), "--yes")
	s.refused(4, "fewer than 501", "", append(sends, "--amount", "501", "--yes")...)
	s.refused(2, "a whole number above 0", "", append(sends, "--amount", "0.5", "--yes")...)
	s.refused(2, "--to ADDRESS", "", "rescue", d.Token.Hex(), "--token", token.Hex(), "--yes")
	r := s.ok("y\n", append(sends, "--amount", "200")...)
	if !strings.Contains(r.err, "sends 200 base units of the token "+d.Token.Hex()) || !strings.Contains(r.out, "to "+to.Hex()) {
		t.Errorf("rescue: %s%s", r.out, r.err)
	}
	if made := decode[called](t, s.ok("", append(sends, "--yes", "--json")...).out); made.Block == 0 {
		t.Errorf("%+v", made)
	}
	if got := d.balance(t, d.Token, to); got.Int64() != 500 {
		t.Errorf("%s of 500 were sent on", got)
	}
}

func TestAnybodyMayFoldAHistoryAndWhatIsFoldedIsNotReadAgain(t *testing.T) {
	long(t)
	d := theDemo(t)
	s, payer := d.seller(t), d.payerShell(t, 2)
	token := decode[launched](t, s.ok("", terms(t, "--salt", t.Name())...).out).Token.Address
	for range 3 {
		payer.ok(mint402(t, d, s, token), "submit", "--yes")
	}
	d.transact(t, 2, d.Asset, nil, bindings.NewTestUSDC().PackTransfer(token, big.NewInt(123)))
	id := decode[[]owed](t, s.ok("", "refund", "--token", token.Hex(), "--json").out)[0].ID.String()
	stranger, folds := d.payerShell(t, 1), []string{"fold", id, "--token", token.Hex()}
	stranger.refused(2, "expected 0x", "", "fold", "0x12", "--token", token.Hex())
	stranger.refused(1, "nothing is owed for", "", "fold", "0x"+strings.Repeat("11", 32), "--token", token.Hex(), "--yes")
	if r := decode[needless](t, stranger.ok("", append(folds, "--yes", "--json")...).out); !r.Already || !strings.Contains(r.Detail, "3 mints") {
		t.Errorf("of a short history: %+v", r)
	}
	stranger.part, s.part = 1, 1 // 3,500 on a real chain
	r := stranger.ok("y\n", folds...)
	if !strings.Contains(r.err, "in 2 transactions") || !strings.Contains(r.err, "part 2 of 2") || !strings.Contains(r.out, " for "+id) {
		t.Errorf("fold: %s%s", r.out, r.err)
	}
	if r := decode[needless](t, stranger.ok("", append(folds, "--yes", "--json")...).out); !r.Already {
		t.Errorf("again: %+v", r)
	}
	if r := s.ok("", "refund", id, "--token", token.Hex(), "--yes"); strings.Contains(r.err, "part ") || !strings.Contains(r.out, "returned 0.000123 USDC") {
		t.Errorf("refund: %s%s", r.out, r.err)
	}
}

func TestACallOfTheOwnerThatIsRunAgainWaitsForTheFirstAndSendsNoOther(t *testing.T) {
	i := newIsland(t)
	l, err := i.node.ReadLaunchFrom(i.ctx, i.token, 0)
	i.must(err)
	path := writeFile(t, 0o600, i.signed(l, i.payer(1), l.Price).header+"\n")
	i.mined(i.keyed(i.stranger, 0), 0, "minted", "submit", "--payment", path, "--yes")
	s, other := i.shell(), addressOf(i.stranger)
	nonce := func() uint64 {
		n, err := i.eth.NonceAt(i.ctx, addressOf(i.owner), nil)
		i.must(err)
		return n
	}
	for _, c := range []struct {
		verb []string
		says string
	}{
		{[]string{"withdraw"}, "there is nothing to withdraw from PING"},
		{[]string{"pause"}, "PING is already paused"},
		{[]string{"set-minter", other.Hex()}, other.Hex() + " is already the minter of PING"},
	} {
		again, before := append(c.verb, "--token", i.token.Hex(), "--yes"), nonce()
		i.interrupts(s, i.owner, again...)
		i.waited(s, c.says+"; nothing was sent", again...)
		if done := decode[needless](t, s.ok("", append(again, "--json")...).out); !done.Already || done.Detail != c.says {
			t.Errorf("%v: printed %+v", c.verb, done)
		}
		if n := nonce() - before; n != 1 {
			t.Errorf("%v: %d transactions", c.verb, n)
		}
	}

	// One that stays in the pool is not followed by another.
	i.interrupts(s, i.owner, "unpause", "--token", i.token.Hex(), "--yes")
	call := &contract{node: i.node, p: s.program(strings.NewReader(""), io.Discard, io.Discard), launch: l, from: addressOf(i.owner)}
	if err := call.awaitEarlier(i.ctx, 0); outcomeOf(err).code != undecided.code || !strings.Contains(err.Error(), "nothing was sent now") {
		t.Errorf("of a transaction that is not mined: %v", err)
	}

	// A node that does not answer does not hide what another has.
	end := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-end }))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(end) })
	two := &node{Client: i.node.Client, urls: []string{silent.URL, i.net.URL}}
	ctx, cancel := context.WithTimeout(i.ctx, witnessAsk-time.Second)
	defer cancel()
	if got := two.sent(ctx, addressOf(i.owner)); got.all != got.mined+1 || got.block == 0 || ctx.Err() != nil {
		t.Errorf("%+v, %v", got, ctx.Err())
	}
}
