package mint_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// stern is a chain whose nodes refuse what a test says.
type stern struct {
	*simChain
	refuse   func(*simTx) *mint.Refusal
	swallow  bool // takes transactions and keeps them from everybody
	simulate func([]mint.Order) error
	nonce    func(common.Address) error
	fees     *mint.Fees
	sent     []*simTx
}

func (c *stern) Send(ctx context.Context, raw []byte) error {
	tx := c.signed[crypto.Keccak256Hash(raw)]
	c.sent = append(c.sent, tx)
	if c.refuse != nil {
		if r := c.refuse(tx); r != nil {
			return r
		}
	}
	if c.swallow {
		return nil
	}
	return c.simChain.Send(ctx, raw)
}

func (c *stern) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	if c.simulate != nil {
		if err := c.simulate(orders); err != nil {
			return nil, err
		}
	}
	return c.simChain.Simulate(ctx, l, orders, from, at)
}

func (c *stern) AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error) {
	if c.nonce != nil {
		if err := c.nonce(account); err != nil {
			return 0, err
		}
	}
	return c.simChain.AccountNonce(ctx, account, at)
}

func (c *stern) Fees(ctx context.Context) (mint.Fees, error) {
	if c.fees != nil {
		return *c.fees, nil
	}
	return c.simChain.Fees(ctx)
}

func sternWorld(t *testing.T) (*world, *stern) {
	w := quietWorld(t, 100)
	c := &stern{simChain: w.chain}
	w.link.Chain = c
	return w, c
}

func carries(tx *simTx, p simPayment) bool {
	return slices.ContainsFunc(tx.Auths, func(a x402.Authorization) bool { return a.Nonce == p.payment.Authorization.Nonce })
}

// arrived is sure that a payment is minted.
func (w *world) arrived(p simPayment) {
	w.t.Helper()
	if got := w.state(p); !got.Sold() {
		w.t.Fatalf("order is %s, and should be minted", got)
	}
}

// pending counts what is in flight and not mined.
func (w *world) pending() int {
	w.t.Helper()
	txs, err := w.store.InFlight(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return len(slices.DeleteFunc(txs, func(tx mint.Transaction) bool { return tx.Mined.Seen() }))
}

func TestABatchThatEveryNodeRefusesIsSplitUntilTheOneAtFaultStandsAlone(t *testing.T) {
	w, c := sternWorld(t)
	var all []simPayment
	for range 8 {
		all = append(all, w.sign(w.payer(5), 1, time.Hour))
	}
	poison := all[5]
	c.refuse = func(tx *simTx) *mint.Refusal {
		if carries(tx, poison) {
			return &mint.Refusal{Class: mint.Oversized, Err: errors.New("oversized data")}
		}
		return nil
	}
	for _, p := range all {
		w.must(p)
	}
	w.blocks(12)
	for i, p := range all {
		if i != 5 {
			w.arrived(p)
		}
	}
	w.expect(poison, mint.Parked)
	if o, err := w.store.Order(context.Background(), poison.id); err != nil || !strings.Contains(o.Reason(), "oversized") {
		t.Fatalf("parked with %q: %v", o.Reason(), err)
	}
	if n, d := w.pending(), w.engine.Delivery(); n != 0 || d.GivenBack == 0 || d.Replaced != 0 {
		t.Fatalf("%d transactions wait, %+v", n, d)
	}
	w.sold()
}

func TestACrashWhileAnAccountNonceIsGivenBackLosesNothing(t *testing.T) {
	w, c := sternWorld(t)
	p := w.sign(w.payer(5), 1, time.Hour)
	c.refuse = func(tx *simTx) *mint.Refusal {
		return &mint.Refusal{Class: mint.Oversized, Err: errors.New("oversized data")}
	}
	w.must(p)
	w.step()
	w.crash()
	w.blocks(12)
	w.arrived(p)
	if n := w.pending(); n != 0 {
		t.Fatalf("%d transactions wait", n)
	}
}

func TestAVerdictThatTheEmptyTransactionMeetsIsTheSendersAndBlamesNoPayment(t *testing.T) {
	for _, class := range []mint.RefusalClass{mint.BadSender, mint.BadGas} {
		w, c := sternWorld(t)
		c.refuse = func(tx *simTx) *mint.Refusal {
			if tx.Sender == simSender {
				return &mint.Refusal{Class: class, Err: errors.New("not of this sender")}
			}
			return nil
		}
		p := w.sign(w.payer(5), 1, time.Hour)
		w.must(p)
		w.blocks(8)
		w.expect(p, mint.Claimed)
		if got := w.faults(); !slices.Contains(got, "not_delivering") {
			t.Fatalf("%s: faults are %s", class, got)
		}
		w.engine.Senders = []common.Address{simSender, simSecond} // another key delivers it
		w.engine.Reassign()
		w.blocks(2)
		w.arrived(p)
		w.engine.Senders = []common.Address{simSender}
		w.engine.Reassign()
		c.refuse = nil
		w.blocks(3)
		w.sold()
	}
}

func TestASenderOfWhichNothingWaitsIsTriedAgain(t *testing.T) {
	w, c := sternWorld(t)
	c.refuse = func(*simTx) *mint.Refusal {
		return &mint.Refusal{Class: mint.BadSender, Err: errors.New("invalid sender")}
	}
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.blocks(3)
	w.chain.submit(simTx{Kind: "other", Token: w.launch.Token, Sender: simSender, Fee: 1 << 40}) // with the same account nonce
	w.blocks(int(w.chain.finality) + 2)
	w.expect(p, mint.Claimed)
	c.refuse = nil
	w.blocks(4)
	w.arrived(p)
}

func TestUnderpricedIsAnsweredAtOnceWithWhatThePoolWants(t *testing.T) {
	w, c := sternWorld(t)
	refusals := 0
	c.refuse = func(tx *simTx) *mint.Refusal {
		if tx.Tip < 5000 {
			refusals++
			return &mint.Refusal{Class: mint.Underpriced, MinTip: big.NewInt(5000), Err: errors.New("minimum needed 5000")}
		}
		return nil
	}
	for range 3 {
		p := w.sign(w.payer(5), 1, time.Hour)
		w.must(p)
		w.step()
		w.blocks(1)
		w.arrived(p)
	}
	if refusals != 1 {
		t.Fatalf("%d transactions were refused: what the pool wants was not learnt", refusals)
	}
}

func TestAPoolThatNamesNoPriceIsOfferedMoreWithEachBlockAndNeverMoreThanIsAllowed(t *testing.T) {
	w, c := sternWorld(t)
	w.engine.MaxFee = big.NewInt(1 << 20)
	c.refuse = func(tx *simTx) *mint.Refusal {
		if tx.Fee > 1<<20 || tx.Tip > 1<<20 {
			t.Fatalf("%d wei a gas were offered", tx.Fee)
		}
		return &mint.Refusal{Class: mint.Underpriced, Err: errors.New("transaction underpriced")}
	}
	w.must(w.sign(w.payer(5), 1, time.Hour))
	w.blocks(10)
	if last := c.sent[len(c.sent)-1]; last.Tip < 1<<16 {
		t.Fatalf("a tip of %d is offered after ten blocks", last.Tip)
	}
	w.blocks(60)
	if n := len(c.signed); n > 40 {
		t.Fatalf("%d signings of one transaction", n)
	}
}

func TestNoAnswerOfANodeMakesUsSignAFeeAboveTheOperators(t *testing.T) {
	w, c := sternWorld(t)
	w.engine.MaxFee = big.NewInt(20_000)
	c.fees = &mint.Fees{Base: big.NewInt(950), Tip: big.NewInt(1e15), Cap: big.NewInt(2e15)}
	p, direct := w.sign(w.payer(5), 1, time.Hour), w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.strangers("direct", direct)
	w.blocks(4)
	w.arrived(p)
	w.expect(direct, mint.Mined) // by the minter
	for _, tx := range c.signed {
		if tx.Fee > 20_000 || tx.Tip > 20_000 {
			t.Fatalf("a %s was signed with a fee cap of %d", tx.Kind, tx.Fee)
		}
	}
	late := w.sign(w.payer(5), 1, time.Hour)
	w.must(late)
	c.fees = &mint.Fees{Base: big.NewInt(30_000), Tip: big.NewInt(1), Cap: big.NewInt(60_001)}
	signed := len(c.signed)
	w.blocks(6)
	w.expect(late, mint.Claimed)
	w.unsold("gas_too_dear")
	if len(c.signed) != signed {
		t.Fatal("something was signed while gas was too dear")
	}
	c.fees = nil
	w.blocks(2)
	w.expect(late, mint.Mined)
	w.sold()
}

func TestALaunchWhoseMintsCostMoreThanTheirShareIsNotSoldAndTheOthersAre(t *testing.T) {
	w, c := sternWorld(t)
	w.engine.GasShare, w.engine.CoinPrice = 50, big.NewInt(4000e6) // half of 0.10 is 12,500 gwei
	c.fees = &mint.Fees{Base: big.NewInt(9e7), Tip: big.NewInt(0), Cap: big.NewInt(18e7)}
	w.blocks(1)
	w.sold()
	c.fees = &mint.Fees{Base: big.NewInt(11e7), Tip: big.NewInt(0), Cap: big.NewInt(22e7)}
	w.blocks(1)
	w.unsold("gas_too_dear")
	if faults := w.engine.Faults("another"); slices.ContainsFunc(faults, func(f mint.Fault) bool { return f.Code == "gas_too_dear" }) {
		t.Fatalf("another launch has %v", faults)
	}
	w.engine.GasShare = 0
	w.blocks(1)
	w.sold()
}

func TestASaleWhoseTransactionsAreRefusedNamesNoPriceAndGoesOnWhenOneIsTaken(t *testing.T) {
	for _, class := range []mint.RefusalClass{mint.PoolFull, mint.NoFunds, mint.RateLimited, mint.Unknown} {
		w, c := sternWorld(t)
		c.refuse = func(*simTx) *mint.Refusal { return &mint.Refusal{Class: class, Err: errors.New("no")} }
		p := w.sign(w.payer(5), 1, time.Hour)
		w.must(p)
		w.blocks(3)
		w.sold() // it may pass
		w.blocks(3)
		w.unsold("not_delivering")
		if d := w.engine.Delivery(); d.Refused[class] == 0 || d.RefusedBlocks < 4 {
			t.Fatalf("%+v", d)
		}
		w.step()
		w.unsold("not_delivering") // and it does not flicker
		c.refuse = nil
		w.blocks(4)
		w.arrived(p)
		w.blocks(1)
		w.sold()
	}
}

func TestASaleOfWhichNothingArrivesNamesNoPrice(t *testing.T) {
	w, c := sternWorld(t)
	c.swallow = true
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.blocks(10)
	w.sold()
	w.blocks(10)
	if got := w.faults(); !slices.Contains(got, "not_delivering") {
		t.Fatalf("faults are %s", got)
	}
	c.swallow = false
	w.blocks(3)
	w.arrived(p)
	w.blocks(1)
	w.sold()
}

// receiptless is a chain whose nodes have lost all receipts, and still have the logs.
type receiptless struct{ *simChain }

func (c receiptless) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	_, err := c.simChain.Mined(ctx, hashes, head)
	return make([]*mint.TxResult, len(hashes)), err
}

func TestATransactionWithoutAReceiptIsConcludedByItsEvents(t *testing.T) {
	w := quietWorld(t, 100)
	w.link.Chain = receiptless{w.chain}
	for range 4 {
		p := w.sign(w.payer(5), 1, time.Hour)
		w.must(p)
		w.blocks(4)
		w.arrived(p)
		w.sold()
		if n := w.pending(); n > 0 {
			t.Errorf("%d transactions are pending", n)
		}
	}
	w.blocks(20)
	w.sold()
	if d := w.engine.Delivery(); d.LostNonces > 0 || w.chain.newest().state.sales[w.launch.Token].sold != 4 {
		t.Errorf("%+v", d)
	}
}

// unsendable are causes for which nothing can be sent, and the calls that have them.
var unsendable = map[string]func(*stern, error){
	"simulation": func(c *stern, err error) { c.simulate = func([]mint.Order) error { return err } },
	"nonce": func(c *stern, err error) {
		c.nonce = func(account common.Address) error { return err }
	},
	"answer": func(c *stern, err error) {
		c.refuse = func(*simTx) *mint.Refusal { return &mint.Refusal{Class: mint.Unheard, Err: err} }
	},
}

func TestASaleThatCannotSendWhatItTookStopsUntilAnOrderArrives(t *testing.T) {
	for name, fail := range unsendable {
		t.Run(name, func(t *testing.T) {
			w, c := sternWorld(t)
			fail(c, errors.New("insufficient funds for gas * price + value"))
			var all []simPayment
			for range 4 {
				p := w.sign(w.payer(5), 1, time.Hour)
				all = append(all, p)
				w.must(p)
				w.blocks(2)
			}
			for _, p := range all {
				if s := w.state(p); s != mint.Claimed && s != mint.Minting {
					t.Errorf("an order is %s", s)
				}
			}
			w.blocks(7)
			for range 10 {
				w.unsold("not_delivering")
				w.blocks(1)
			}
			c.simulate, c.nonce, c.refuse = nil, nil, nil
			w.blocks(4)
			for _, p := range all {
				w.arrived(p)
			}
			w.blocks(1)
			w.sold()
		})
	}
}

func TestASaleThatCannotSendStaysStoppedAfterItsPaymentsEndUntilSendingWorks(t *testing.T) {
	w, c := sternWorld(t)
	c.simulate = func([]mint.Order) error { return errors.New("insufficient funds for gas * price + value") }
	p := w.sign(w.payer(5), 1, 20*time.Minute)
	w.must(p)
	w.blocks(14)
	w.unsold("not_delivering")
	for i := 0; w.state(p) != mint.Voided; i++ {
		if w.blocks(10); i > 200 {
			t.Fatal("the payment does not end")
		}
		w.unsold("not_delivering")
	}
	w.blocks(10)
	w.unsold("not_delivering")
	c.simulate = nil
	w.blocks(2)
	w.sold()
}

func TestASendThatFailedBeforeItsTransactionWasMinedIsNoPartOfALaterRefusal(t *testing.T) {
	for _, class := range []mint.RefusalClass{mint.Unheard, mint.Unknown} {
		w, c := sternWorld(t)
		c.refuse = func(tx *simTx) *mint.Refusal { // and yet a node has it
			_ = c.simChain.Send(context.Background(), tx.raw())
			return &mint.Refusal{Class: class, Err: errors.New("no answer")}
		}
		for range 4 {
			p := w.sign(w.payer(5), 1, time.Hour)
			w.must(p)
			for range 20 {
				w.blocks(1)
				w.sold()
			}
			w.arrived(p)
		}
	}
}

func TestAPaymentThatCannotBeSimulatedHoldsUpNoOther(t *testing.T) {
	w, c := sternWorld(t)
	var all []simPayment
	for range 7 {
		all = append(all, w.sign(w.payer(5), 1, time.Hour))
	}
	poison := all[1]
	c.simulate = func(orders []mint.Order) error {
		if slices.ContainsFunc(orders, func(o mint.Order) bool { return o.ID == poison.id }) {
			return errors.New("execution aborted (timeout = 5s)")
		}
		return nil
	}
	for _, p := range all {
		w.must(p)
	}
	w.blocks(12)
	for i, p := range all {
		if i != 1 {
			w.arrived(p)
		}
	}
	w.blocks(12)
	w.expect(poison, mint.Parked)
	w.blocks(1)
	w.sold()
}

func TestAnOutageOfSimulationsParksNobody(t *testing.T) {
	w, c := sternWorld(t)
	outage := errors.New("i/o timeout")
	c.simulate = func([]mint.Order) error { return outage }
	var all []simPayment
	for range 6 {
		p := w.sign(w.payer(5), 1, time.Hour)
		all = append(all, p)
		w.must(p)
	}
	w.blocks(3)
	c.simulate = nil
	w.blocks(8)
	for _, p := range all {
		w.arrived(p)
	}
}

func TestTheTroubleOfOneSenderKeepsOnlyItFromSending(t *testing.T) {
	w, c := sternWorld(t)
	w.engine.Senders = []common.Address{simSender, simSecond}
	w.engine.Reassign()
	w.blocks(1)
	c.nonce = func(account common.Address) error {
		if account == simSender {
			return errors.New("i/o timeout")
		}
		return nil
	}
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.blocks(4)
	w.arrived(p)
}

func TestTheOrdersOfASenderThatNodesRefuseGoWithAnotherAndTheSaleGoesOn(t *testing.T) {
	soak(t)
	for name, class := range map[string]mint.RefusalClass{"dry": mint.NoFunds, "blocked": mint.Unknown, "no account": mint.BadSender} {
		t.Run(name, func(t *testing.T) {
			w, c := sternWorld(t)
			w.engine.Senders = []common.Address{simSender, simSecond}
			w.engine.Reassign()
			w.blocks(1)
			c.refuse = func(tx *simTx) *mint.Refusal {
				if tx.Sender == simSender {
					return &mint.Refusal{Class: class, Err: errors.New("not from you")}
				}
				return nil
			}
			for range 3 {
				p := w.sign(w.payer(5), 1, time.Hour)
				w.must(p)
				for range 6 {
					w.blocks(1)
					w.sold()
				}
				w.arrived(p)
			}
			w.blocks(20)
			w.sold()
			c.refuse = nil
			w.blocks(30)
			if n := w.pending(); n > 0 {
				t.Errorf("%d transactions are pending", n)
			}
		})
	}
}

func TestWhatNodesTakeAndDoNotMineOfOneSenderGoesWithAnother(t *testing.T) {
	soak(t)
	w, c := sternWorld(t)
	w.engine.Senders = []common.Address{simSender, simSecond}
	w.engine.Reassign()
	p := w.sign(w.payer(5), 1, 2*time.Hour)
	w.must(p)
	w.step()
	w.chain.head().state.dry[simSender] = true // no block takes what was sent
	w.blocks(100)
	w.arrived(p)
	if len(c.sent) == 0 || c.sent[0].Sender != simSender {
		t.Error("the sender was not the first one")
	}
}

// usedElsewhere has somebody else use the account nonce of what waits of a sender. It returns
// a payment that was in it.
func (w *world) usedElsewhere(sender common.Address) simPayment {
	w.t.Helper()
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.step()
	w.chain.submit(simTx{Kind: "other", Token: w.launch.Token, Sender: sender, Fee: 1 << 40, AccountNonce: w.used(sender)})
	return p
}

// unfit returns the codes of senders that are not fit, by sender.
func (w *world) unfit() map[common.Address]string {
	unfit := map[common.Address]string{}
	for _, u := range w.engine.Health().Unfit {
		unfit[u.Sender] = u.Code
		if !strings.Contains(u.Detail, u.Sender.Hex()) {
			w.t.Errorf("%q does not name the sender", u.Detail)
		}
	}
	return unfit
}

func TestAnOnlyKeyThatIsUsedElsewhereAgainAndAgainNamesNoPriceAndDeliversWhatWasTaken(t *testing.T) {
	w, _ := sternWorld(t)
	for n := range 3 {
		p := w.usedElsewhere(simSender)
		if n == 2 {
			more := w.sign(w.payer(5), 1, time.Hour)
			w.must(more)
			defer w.arrived(more)
		}
		w.blocks(3)
		w.arrived(p)
	}
	w.unsold("account_nonce_lost")
	if unfit := w.unfit(); unfit[simSender] != "account_nonce_lost" {
		t.Errorf("unfit: %v", unfit)
	}
	w.blocks(25)
	w.sold()
}

func TestOneKeyThatIsUsedElsewhereIsNamedAndTheOthersDeliver(t *testing.T) {
	w, c := sternWorld(t)
	w.engine.Senders = []common.Address{simSender, simSecond}
	w.engine.Reassign()
	w.blocks(1)
	for range 3 {
		p := w.usedElsewhere(simSender)
		for range 3 {
			w.blocks(1)
			w.sold()
		}
		w.arrived(p)
	}
	if unfit := w.unfit(); len(unfit) != 1 || unfit[simSender] != "account_nonce_lost" {
		t.Fatalf("unfit: %v", unfit)
	}
	first := len(c.sent)
	for range 4 {
		p := w.sign(w.payer(5), 1, time.Hour)
		w.must(p)
		w.blocks(2)
		w.arrived(p)
		w.sold()
	}
	for _, tx := range c.sent[first:] {
		if tx.Sender != simSecond && len(tx.Auths) > 0 {
			t.Error("the key that is used elsewhere carries a payment")
		}
	}
	w.blocks(20)
	if unfit := w.unfit(); len(unfit) != 0 {
		t.Errorf("unfit after the losses: %v", unfit)
	}
	first = len(c.sent)
	w.must(w.sign(w.payer(5), 1, time.Hour))
	w.blocks(2)
	if len(c.sent) == first || c.sent[first].Sender != simSender {
		t.Error("the key is not used again")
	}
}

func TestThePriceEndsOnceEveryKeyWithGasIsUsedElsewhere(t *testing.T) {
	for name, second := range map[string]func(*world){
		"both":   func(*world) {},
		"no gas": func(w *world) { w.chain.head().state.dry[simSecond] = true },
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := sternWorld(t)
			w.engine.Senders = []common.Address{simSender, simSecond}
			w.engine.Reassign()
			w.blocks(1)
			second(w)
			lose := func(sender common.Address) {
				for range 3 {
					p := w.usedElsewhere(sender)
					w.blocks(3)
					w.arrived(p)
				}
			}
			lose(simSender)
			if name == "both" {
				w.sold()
				lose(simSecond) // the first is not used
			}
			if codes := w.codes(""); len(codes) == 0 || slices.ContainsFunc(codes, func(c string) bool { return c != "account_nonce_lost" }) {
				t.Fatalf("faults: %v", codes)
			}
			w.blocks(30)
			w.sold()
		})
	}
}

func TestAReplacementOffersNoMoreThanTenTimesTheFeesOfTheDay(t *testing.T) {
	soak(t)
	w, c := sternWorld(t)
	c.swallow = true
	w.must(w.sign(w.payer(5), 1, 2*time.Hour))
	w.blocks(200)
	for _, tx := range c.signed {
		if tx.Fee > 10*(2*w.chain.baseFee+100) {
			t.Fatalf("a fee cap of %d was offered at a base fee of %d", tx.Fee, w.chain.baseFee)
		}
	}
}
