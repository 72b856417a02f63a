package chain_test

import (
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

func TestABatchIsOneMintForEachPaymentAndNothingElse(t *testing.T) {
	w := newWorld(t)
	a, b := w.order(w.payer(usdc(10)), 1), w.order(w.payer(usdc(10)), 3)
	w.mine()
	w.batch(a, b)
	w.expect(minted(a), minted(b))
}

func TestTheIdOfAPaymentIsTheContracts(t *testing.T) {
	w := newWorld(t)
	o := w.order(w.key(), 1)
	var out string
	if err := call(w, w.launch.Token, tokenABI.PackPaymentId(o.Payer, o.Authorization.Nonce), &out); err != nil {
		t.Fatal(err)
	}
	if out != o.ID.String() {
		t.Errorf("the contract says %s, we %s", out, o.ID)
	}
}

func TestADirectSubmissionIsOwedItsAllotments(t *testing.T) {
	w := newWorld(t)
	one, ten := w.order(w.payer(usdc(10)), 1), w.order(w.payer(usdc(10)), 10)
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(one))
	w.mined(w.stranger, devnet.USDC, submit(ten))
	w.expect(settled(one), settled(ten))
}

func TestAnAuthorizationOfAnotherAmountIsMoneyReceived(t *testing.T) {
	w := newWorld(t)
	payer := w.payer(usdc(100))
	odd := w.orderFor(w.launch, payer, 0, big.NewInt(1_500_000))
	many := w.orderFor(w.launch, payer, 0, usdc(11)) // one beyond the limit
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(odd))
	w.mined(w.stranger, devnet.USDC, submit(many))
	w.expect(received(odd.ID, payer, odd.Value), received(many.ID, payer, many.Value))
}

func TestSeveralAuthorizationsInOneForeignTransactionCountOnceEach(t *testing.T) {
	w := newWorld(t)
	payer := w.payer(usdc(10))
	a, b, c := w.order(payer, 1), w.order(payer, 1), w.order(w.payer(usdc(10)), 2)
	w.mine()
	w.mined(w.stranger, devnet.Multicall3, through(
		callOf(devnet.USDC, submit(a)), callOf(devnet.USDC, submit(b)), callOf(devnet.USDC, submit(c))))
	w.expect(settled(a), settled(b), settled(c))
}

func TestADirectSubmissionBesideAMintIsStillOwed(t *testing.T) {
	w := newWorld(t)
	payer := w.payer(usdc(10))
	a, b, c := w.order(payer, 1), w.order(payer, 1), w.order(payer, 1)
	w.mine()
	w.mined(w.stranger, devnet.Multicall3, through(
		callOf(devnet.USDC, submit(a)), callOf(w.launch.Token, strict(b)), callOf(devnet.USDC, submit(c))))
	w.expect(settled(a), minted(b), settled(c))
}

func TestUsedIsNotPaid(t *testing.T) {
	w := newWorld(t)
	payer := w.payer(usdc(10))
	o := w.order(payer, 1)
	w.mine()
	// Cancelled, with the same money given in the same transaction: nonce used,
	// balance up by the price, and not a payment.
	w.mined(w.stranger, devnet.USDC, usdcABI.PackMint(w.stranger, usdc(10)))
	w.mined(w.stranger, devnet.USDC, usdcABI.PackApprove(devnet.Multicall3, usdc(10)))
	tx := w.mined(w.stranger, devnet.Multicall3, through(
		callOf(devnet.USDC, w.cancel(o)),
		callOf(devnet.USDC, usdcABI.PackTransferFrom(w.stranger, w.launch.Token, price))))
	payers, err := w.c.Inspect(w.ctx, w.launch, []mint.PayerKey{{Payer: payer, Nonce: o.Authorization.Nonce}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !payers[0].Used {
		t.Error("a cancelled payment nonce is not used")
	}
	w.expect(received(plainID(tx, 1, w.stranger), w.stranger, price))
}

func TestAnAuthorizationPaysOnlyTheTransferRightBehindIt(t *testing.T) {
	w := newWorld(t)
	payer := w.payer(usdc(20))
	o := w.order(payer, 1)
	elsewhere := o.Authorization
	elsewhere.To, elsewhere.Nonce = w.treasury, random()
	away := w.signed(w.launch, elsewhere, 1)
	w.mine()
	approve := usdcABI.PackApprove(devnet.Multicall3, usdc(20))
	if _, err := w.d.GiveGas(payer, big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	w.mine()
	w.mined(payer, devnet.USDC, approve)
	give := callOf(devnet.USDC, usdcABI.PackTransferFrom(payer, w.launch.Token, price))
	// logs: 0 used, 1 transfer away, 2 transfer, 3 used, 4 transfer, 5 transfer
	tx := w.mined(w.stranger, devnet.Multicall3, through(callOf(devnet.USDC, submit(away)), give, callOf(devnet.USDC, submit(o)), give))
	w.expect(received(plainID(tx, 2, payer), payer, price), settled(o), received(plainID(tx, 5, payer), payer, price))
}

func TestAForeignContractsLogsProveNothing(t *testing.T) {
	w := newWorldWith(t, types.GenesisAlloc{forger: {Code: forgerCode, Balance: new(big.Int)}})
	payer := w.payer(usdc(10))
	o := w.order(payer, 1)
	if _, err := w.d.GiveGas(payer, big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	w.mine()
	w.mined(payer, devnet.USDC, usdcABI.PackApprove(devnet.Multicall3, usdc(10)))
	forge := func(event string, a, b common.Hash) bindings.Multicall3Call3 {
		topic := tokenABI.GetABI().Events[event].ID
		return callOf(forger, append(append(topic[:], a[:]...), b[:]...))
	}
	who := common.BytesToHash(payer[:])
	tx := w.mined(w.stranger, devnet.Multicall3, through(
		forge("AuthorizationUsed", who, random()),
		callOf(devnet.USDC, usdcABI.PackTransferFrom(payer, w.launch.Token, price)),
		callOf(devnet.USDC, submit(o)),
		forge("Transfer", common.Hash{}, who),
		forge("Minted", o.ID.Hash(), who)))
	w.expect(received(plainID(tx, 1, payer), payer, price), settled(o))
}

func TestASettledMintInTheTransactionOfItsSubmissionIsOneMint(t *testing.T) {
	w := newWorld(t, func(t *bindings.Terms) { t.Minter = devnet.Multicall3 })
	payer := w.payer(usdc(10))
	a, b, c := w.order(payer, 1), w.order(payer, 1), w.order(payer, 1)
	w.mine()
	settle := func(o mint.Order, history ...[32]byte) bindings.Multicall3Call3 {
		return callOf(w.launch.Token, tokenABI.PackMintSettled(payer, o.Authorization.Nonce, big.NewInt(1), [32]byte{}, history, bindings.Block{Number: new(big.Int)}))
	}
	w.mined(w.stranger, devnet.Multicall3, through(callOf(devnet.USDC, submit(a)), settle(a)))
	w.expect(minted(a))
	// The money of c stands where that of a mint would, and is c's nevertheless.
	w.mined(w.stranger, devnet.Multicall3, through(
		callOf(devnet.USDC, submit(b)), callOf(devnet.USDC, submit(c)), settle(b, a.ID)))
	w.expect(settled(c), minted(b))
}

func TestASettledMintHidesNoOtherPaymentOfThePayer(t *testing.T) {
	w := newWorld(t, func(t *bindings.Terms) { t.Minter = devnet.Multicall3 })
	payer := w.payer(usdc(10))
	a, b, c := w.order(payer, 1), w.order(payer, 1), w.order(payer, 1)
	w.mine()
	settle := func(o mint.Order, history ...[32]byte) bindings.Multicall3Call3 {
		return callOf(w.launch.Token, tokenABI.PackMintSettled(payer, o.Authorization.Nonce, big.NewInt(1), [32]byte{}, history, bindings.Block{Number: new(big.Int)}))
	}
	w.mined(w.stranger, devnet.USDC, submit(a))
	w.mined(w.stranger, devnet.USDC, submit(b))
	w.expect(settled(a), settled(b))
	// The money of c, then the mint of a, whose money came before: what is in the
	// logs looks like one atomic mint to whoever does not read the nonce.
	w.mined(w.stranger, devnet.Multicall3, through(callOf(devnet.USDC, submit(c)), settle(a)))
	w.expect(settled(c), minted(a))
	// And so in a transaction with an atomic mint in it, on either side.
	d, e, f := w.order(payer, 1), w.order(payer, 1), w.order(payer, 1)
	w.mined(w.stranger, devnet.Multicall3, through(
		callOf(w.launch.Token, strict(e)), callOf(devnet.USDC, submit(d)), settle(b, a.ID, e.ID), callOf(w.launch.Token, strict(f))))
	w.expect(minted(e), settled(d), minted(b), minted(f))
}

func TestTheReceiptsOfOurOwnBatchesAreNotRead(t *testing.T) {
	w := newWorld(t)
	p := newProxy(t, w.d.URL)
	c, err := chain.Dial(w.ctx, p.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	read := func(o ...mint.Order) (receipts int) {
		t.Helper()
		p.forget()
		events, err := c.Events(w.ctx, []mint.Launch{w.launch}, w.from, w.head().Number)
		if err != nil || len(events) != len(o) {
			t.Fatalf("%v\n%s", err, describe(events))
		}
		for i, e := range events {
			if e.ID != o[i].ID || e.Kind != mint.EventMinted {
				t.Errorf("event %d is %s", i, describe(events[i:]))
			}
		}
		w.from = w.head().Number + 1
		return p.asked("eth_getTransactionReceipt")
	}
	ours, strangers := w.honest(3), w.honest(1)
	if err := c.Send(w.ctx, w.attempt(ours...).Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	if n := read(ours...); n != 0 {
		t.Errorf("%d receipts of our own batch were read", n)
	}
	w.mined(w.stranger, w.launch.Token, strict(strangers[0]))
	if n := read(strangers...); n != 1 {
		t.Errorf("%d receipts of a stranger's mint were read", n)
	}
}

func TestADonationIsMoneyReceived(t *testing.T) {
	w := newWorld(t)
	w.mined(w.stranger, devnet.USDC, usdcABI.PackMint(w.stranger, usdc(5)))
	tx := w.mined(w.stranger, devnet.USDC, usdcABI.PackTransfer(w.launch.Token, usdc(1)))
	w.expect(received(plainID(tx, 0, w.stranger), w.stranger, usdc(1)))
}

func TestATransferOfNothingIsNothing(t *testing.T) {
	w := newWorld(t)
	victim := w.payer(usdc(1))
	nothing := w.orderFor(w.launch, victim, 0, new(big.Int))
	w.mine()
	w.mined(w.stranger, devnet.USDC, usdcABI.PackTransferFrom(victim, w.launch.Token, new(big.Int)))
	w.mined(w.stranger, devnet.USDC, submit(nothing))
	w.expect()
}

func TestAStrangersBatchIsAMint(t *testing.T) {
	w := newWorld(t)
	a, b := w.order(w.payer(usdc(1)), 1), w.order(w.key(), 1)
	w.mine()
	input := tokenABI.PackMintBatch([]bindings.Payment{payment(b), payment(a)}, big.NewInt(2), new(big.Int))
	w.mined(w.stranger, w.launch.Token, input)
	w.expect(minted(a))
}

func TestASettledMintARefundAndAWithdrawalAreTold(t *testing.T) {
	w := newWorld(t)
	payer := w.payer(usdc(10))
	a, b := w.order(payer, 1), w.order(payer, 2)
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(a))
	w.mined(w.stranger, devnet.USDC, submit(b))
	w.expect(settled(a), settled(b))

	fees, err := w.c.Fees(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	attempt, err := w.c.SignSettled(w.ctx, w.launch, mint.SettledCall{Kind: mint.SettledMint, Order: a}, w.minter, 0, fees.Cap, fees.Tip)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.c.Send(w.ctx, attempt.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	if r := w.receipt(attempt.Hash); r.Reverted || len(r.Minted) != 1 || r.Minted[0] != a.ID {
		t.Fatalf("the settled mint did not mint: %+v", r)
	}
	w.do(func() error {
		_, err := w.c.Refund(w.ctx, w.launch.Token, w.owner, mint.Refund{Payer: payer, Nonce: b.Authorization.Nonce, Amount: b.Value}, mint.Proof{IDs: []mint.PaymentID{a.ID}})
		return err
	})
	w.do(func() error { _, err := w.c.Withdraw(w.ctx, w.launch.Token, w.stranger); return err })
	w.expect(minted(a),
		mint.Event{Kind: mint.EventRefunded, ID: b.ID, Payer: payer, Amount: b.Value},
		mint.Event{Kind: mint.EventWithdrawn, Payer: w.treasury, Amount: price})
}

func TestEventsOfSeveralLaunchesDoNotMix(t *testing.T) {
	w := newWorld(t)
	second := w.deploy(w.terms(func(t *bindings.Terms) { t.Symbol = "PONG" }), random())
	// A launch that is paid in the first one's token.
	third := w.deploy(w.terms(func(t *bindings.Terms) {
		t.Symbol, t.Asset, t.Price = "BONG", w.launch.Token, tokens(100)
	}), random())
	payer := w.payer(usdc(10))
	a, b := w.order(payer, 1), w.orderFor(second, payer, 2, usdc(2))
	w.mine()
	from := w.head().Number
	w.batch(a)
	w.mined(w.stranger, devnet.USDC, submit(b))
	c := w.orderFor(third, payer, 1, tokens(100))
	w.mined(w.stranger, third.Token, strict(c))
	// What is not a launch's asset is nothing to it, even if it is another's.
	w.mined(w.stranger, devnet.USDC, usdcABI.PackMint(third.Token, usdc(1)))
	d := w.orderFor(third, payer, 1, tokens(100))
	d.Authorization.To = second.Token
	d = w.signed(third, d.Authorization, 1)
	w.mined(w.stranger, w.launch.Token, tokenABI.PackTransferWithAuthorization(payer, second.Token, d.Value,
		d.Authorization.ValidAfter, d.Authorization.ValidBefore, d.Authorization.Nonce, d.Signature))
	events, err := w.c.Events(w.ctx, []mint.Launch{w.launch, second, third}, from, w.head().Number)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 3 || events[0].ID != a.ID || events[1].ID != b.ID || events[2].ID != c.ID ||
		events[0].Token != w.launch.Token || events[1].Token != second.Token || events[2].Token != third.Token ||
		events[0].Kind != mint.EventMinted || events[1].Kind != mint.EventSettled || events[2].Kind != mint.EventMinted {
		t.Errorf("events are\n%s", describe(events))
	}
	// Asked for the second alone, the others are not there.
	if events, err = w.c.Events(w.ctx, []mint.Launch{second}, 0, w.head().Number); err != nil || len(events) != 1 {
		t.Errorf("of the second launch alone: %v %s", err, describe(events))
	}
}

func TestARangeBeyondTheNodesHeadIsUnknown(t *testing.T) {
	w := newWorld(t)
	if _, err := w.c.Events(w.ctx, []mint.Launch{w.launch}, 1, w.head().Number+1); !errors.Is(err, mint.ErrUnknownBlock) {
		t.Errorf("error is %v", err)
	}
}

func TestAReorganisedMintIsGoneWithItsBlock(t *testing.T) {
	w := newWorld(t)
	o := w.order(w.payer(usdc(1)), 1)
	w.mine()
	at := w.batch(o).At
	w.expect(minted(o))
	if _, err := w.d.Reorg(at.Block, false); err != nil {
		t.Fatal(err)
	}
	w.from = at.Block
	w.expect()
	if r, err := w.c.Receipts(w.ctx, []common.Hash{at.Tx}); err != nil || r[0] != nil {
		t.Errorf("the receipt is still there: %v %v", r[0], err)
	}
	// Whoever asks whether the events that he read still hold is told, once.
	if _, err := w.c.Block(w.ctx, at.Block); err == nil {
		t.Error("nobody was told that the events ended with another block")
	}
	b, err := w.c.Block(w.ctx, at.Block)
	if err != nil || b.Hash == at.BlockHash {
		t.Errorf("block %d is the same: %v", at.Block, err)
	}
}

// stingy is a node that answers logs of so many blocks at most.
func stingy(t *testing.T, behind string, most uint64) (url string, asked *int) {
	asked = new(int)
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var batch []struct {
			ID     json.RawMessage
			Method string
			Params []json.RawMessage
		}
		if json.Unmarshal(body, &batch) == nil {
			for _, q := range batch {
				var f struct{ FromBlock, ToBlock string }
				if q.Method != "eth_getLogs" || json.Unmarshal(q.Params[0], &f) != nil {
					continue
				}
				from, _ := strconv.ParseUint(strings.TrimPrefix(f.FromBlock, "0x"), 16, 64)
				to, _ := strconv.ParseUint(strings.TrimPrefix(f.ToBlock, "0x"), 16, 64)
				*asked++
				if to-from+1 > most {
					var answers []string
					for _, q := range batch {
						switch q.Method {
						case "eth_getLogs":
							answers = append(answers, `{"jsonrpc":"2.0","id":`+string(q.ID)+`,"error":{"code":-32005,"message":"query exceeds max block range"}}`)
						default:
							answers = append(answers, `{"jsonrpc":"2.0","id":`+string(q.ID)+`,"result":{"number":"0x1","hash":"`+common.Hash{1}.Hex()+`","timestamp":"0x1"}}`)
						}
					}
					rw.Header().Set("Content-Type", "application/json")
					_, _ = rw.Write([]byte("[" + strings.Join(answers, ",") + "]"))
					return
				}
			}
		}
		res, err := http.Post(behind, "application/json", strings.NewReader(string(body)))
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(rw, res.Body)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

func TestARangeThatTheNodeRefusesIsHalved(t *testing.T) {
	w := newWorld(t)
	var orders []mint.Order
	for range 4 {
		o := w.order(w.payer(usdc(1)), 1)
		w.mine()
		w.batch(o)
		orders = append(orders, o)
		for range 5 {
			w.mine()
		}
	}
	url, asked := stingy(t, w.d.URL, 3)
	c, err := chain.Dial(w.ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	head := w.head().Number
	events, err := c.Events(w.ctx, []mint.Launch{w.launch}, 0, head)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != len(orders) {
		t.Fatalf("%d events, want %d", len(events), len(orders))
	}
	for i, e := range events {
		if e.ID != orders[i].ID {
			t.Errorf("event %d is of %s", i, e.ID)
		}
	}
	if c.Blocks() > 3 {
		t.Errorf("the range is still %d", c.Blocks())
	}
	*asked = 0
	if _, err := c.Events(w.ctx, []mint.Launch{w.launch}, head-2, head); err != nil {
		t.Fatal(err)
	}
	if *asked > 6 {
		t.Errorf("%d requests for three blocks: what was learnt was forgotten", *asked)
	}
}

// plainID is the id of money that came without an authorization.
func plainID(tx common.Hash, index byte, payer common.Address) mint.PaymentID {
	return mint.NewTransferID(devnet.ChainID, devnet.USDC, payer, crypto.Keccak256Hash(tx[:], append(make([]byte, 31), index)))
}
