package mint_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// timedWorld is a quiet world whose sale opens and closes so long after the world
// begins; zero is never.
func timedWorld(t *testing.T, opens, closes time.Duration) *world {
	t.Helper()
	return worldWith(t, rand.New(rand.NewPCG(4, 2)), 10, func(w *world) {
		if opens > 0 {
			w.launch.OpensAt = simGenesis.Add(opens)
		}
		if closes > 0 {
			w.launch.ClosesAt = simGenesis.Add(closes)
		}
	})
}

func (w *world) reason(p simPayment) string {
	w.t.Helper()
	o, err := w.store.Order(context.Background(), p.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return o.Reason()
}

// minted expects that the payer has the tokens, final or not.
func (w *world) minted(p simPayment) {
	w.t.Helper()
	if o, err := w.store.Order(context.Background(), p.id); err != nil || !o.State().Sold() {
		w.t.Fatalf("order is %s, %v", o.State(), err)
	}
}

// returned expects that the payer has all the money again and no tokens.
func (w *world) returned(p simPayment) {
	w.t.Helper()
	w.expect(p, mint.Refunded)
	s := w.chain.head().state
	if s.refunded[p.id] != p.payment.Authorization.Value.Int64() || s.mints[p.id] != 0 {
		w.t.Errorf("refunded %d, minted %d times", s.refunded[p.id], s.mints[p.id])
	}
}

func TestWhatIsSoldOutGoesBackWithoutTheOwner(t *testing.T) {
	w := quietWorld(t, 4)
	paid := w.sign(w.payer(4), 4, time.Hour)
	w.must(w.sign(w.payer(1), 1, time.Hour))
	w.step()
	w.strangers("direct", paid)
	w.blocks(1)
	if got := w.reason(paid); !strings.Contains(got, "sold out") || !strings.Contains(got, "the money goes back to the payer") {
		t.Errorf("told: %s", got)
	}
	w.blocks(20) // until its settlement is final
	w.returned(paid)
	w.check()
}

func TestALaunchWhoseOwnerSentAwayMoneyOfPayersSellsNothingUntilItIsBack(t *testing.T) {
	w := quietWorld(t, 20)
	victim, thief := w.sign(w.payer(2), 2, time.Hour), w.sign(w.payer(1), 1, time.Hour)
	w.chain.sendDrops = func() bool { return true } // the owner is faster
	w.strangers("direct", victim)
	w.strangers("cancel", thief)
	w.blocks(1)
	amount := w.launch.Total(2).Int64()
	w.chain.submit(simTx{Kind: "refund", Token: w.launch.Token, Auths: bare(thief).Auths, Quantities: []int64{0}, Amount: amount})
	w.blocks(3)
	w.unsold("owed_uncovered")
	if _, err := w.present(w.sign(w.payer(1), 1, time.Hour)); err == nil {
		t.Error("a payment is taken while money of another is missing")
	}
	w.chain.sendDrops = never
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Who: simOwner, Amount: amount})
	w.blocks(20)
	w.sold()
	w.minted(victim)
}

func TestWhatIsLeftIsMintedAndNotReturned(t *testing.T) {
	w := quietWorld(t, 4)
	paid := w.sign(w.payer(3), 3, time.Hour)
	w.must(w.sign(w.payer(1), 1, time.Hour))
	w.step()
	w.strangers("direct", paid)
	w.blocks(4)
	w.minted(paid)
	w.check()
}

func TestMoneyThatArrivesBeforeTheOpeningGoesBack(t *testing.T) {
	w := timedWorld(t, time.Hour, 0)
	paid := w.sign(w.payer(3), 3, 3*time.Hour)
	w.strangers("direct", paid)
	w.blocks(4)
	w.returned(paid)
	w.check()
}

func TestMoneyThatArrivedBeforeTheOpeningIsNotMintedAfterIt(t *testing.T) {
	w := timedWorld(t, 40*time.Second, 0)
	early, late := w.sign(w.payer(3), 3, 3*time.Hour), w.sign(w.payer(1), 1, 3*time.Hour)
	w.strangers("direct", early)
	w.chain.sendDrops = func() bool { return true } // the return does not arrive before the opening
	w.blocks(20)
	w.expect(early, mint.Minting)
	w.chain.sendDrops = never
	w.strangers("direct", late)
	w.blocks(30)
	w.minted(late)
	w.expect(early, mint.Settled)
	if got := w.reason(early); !strings.Contains(got, "before the sale opened: the launch's owner returns the money") {
		t.Errorf("told: %s", got)
	}
	w.check()
}

// tooLate lets a payment arrive in the last block before the opening, so that its
// return comes too late, and returns what the log said of it.
func (w *world) tooLate(p simPayment) []string {
	w.t.Helper()
	log := &lines{}
	w.engine.Log = slog.New(log)
	w.engine.Reassign()
	for w.chain.now.Add(4 * time.Second).Before(w.launch.OpensAt) {
		w.blocks(1)
	}
	w.strangers("direct", p)
	w.blocks(1)
	w.expect(p, mint.Minting) // the return
	w.blocks(2)
	w.expect(p, mint.Settled)
	return slices.DeleteFunc(log.all, func(line string) bool { return !strings.HasPrefix(line, "WARN settled payment waits") })
}

func TestMoneyThatArrivesInTheLastBlockBeforeTheOpeningSaysWhatItWaitsForAndStopsNoSale(t *testing.T) {
	w := timedWorld(t, 40*time.Second, 3*time.Minute)
	early := w.sign(w.payer(3), 3, 3*time.Hour)
	if said := w.tooLate(early); len(said) != 1 {
		t.Errorf("the log said: %q", said)
	}
	if got := w.reason(early); !strings.Contains(got, "the launch's owner returns the money, or this server as soon as fewer than 3 allotments are left, at the latest after the close at 2027-01-15 08:03:00 UTC") {
		t.Errorf("told: %s", got)
	}
	if faults := w.faults(); len(faults) > 0 {
		t.Errorf("the sale stops for it: %v", faults)
	}
	other := w.sign(w.payer(2), 2, time.Hour)
	w.must(other)
	w.blocks(2)
	w.minted(other)
	w.expect(early, mint.Settled)
	for w.chain.now.Before(w.launch.ClosesAt) {
		w.blocks(1)
	}
	w.blocks(70) // within the longest pause
	w.returned(early)
	w.check()
}

func TestMoneyThatArrivedTooEarlyGoesBackOnceTooLittleIsLeftToSell(t *testing.T) {
	w := timedWorld(t, 40*time.Second, 0)
	early := w.sign(w.payer(3), 3, 3*time.Hour)
	w.tooLate(early)
	late := w.sign(w.payer(5), 5, 3*time.Hour)
	w.strangers("direct", late) // 10 allotments: 3 were paid too early, 5 and 3 leave fewer than them
	w.must(w.sign(w.payer(3), 3, time.Hour))
	w.blocks(70)
	w.minted(late)
	w.returned(early)
	w.check()
}

func TestAPaymentWhoseSettlementAReorgTookGoesTheNormalWayUnpresented(t *testing.T) {
	for name, window := range map[string]time.Duration{"valid": time.Hour, "expired": 90 * time.Second} {
		w := quietWorld(t, 10)
		w.engine.Minter = common.Address{} // what is owed stays so, for a reason
		w.engine.Reassign()
		p, never := w.sign(w.payer(3), 3, window), w.sign(w.payer(1), 1, window)
		restore := w.park(p)
		restore()
		w.strangers("direct", p)
		w.strangers("direct", never) // which we never held
		w.blocks(2)
		w.expect(p, mint.Settled)
		w.expect(never, mint.Settled)
		if w.reason(p) == "" {
			t.Fatal("there is no reason that could stay")
		}
		w.chain.reorg(2, true)
		if name == "expired" {
			w.chain.now = w.chain.now.Add(2 * window)
		}
		for range 3 {
			w.chain.mine(nil)
		}
		w.step()
		if _, err := w.store.Order(context.Background(), never.id); !errors.Is(err, mint.ErrNotFound) {
			t.Errorf("%s: of a payment without signature: %v", name, err)
		}
		w.blocks(12)
		if name == "expired" {
			w.expect(p, mint.Voided)
		} else {
			w.expect(p, mint.Minted)
		}
		w.check()
	}
}

func TestBeforeTheOpeningAReturnIsTriedWithEachBlock(t *testing.T) {
	w := timedWorld(t, 80*time.Second, 0)
	key := w.payer(3)
	early := w.sign(key, 3, 3*time.Hour)
	node := &deaf{Chain: w.chain, payer: addressOf(key)}
	w.link.Chain = node
	w.strangers("direct", early)
	for w.chain.now.Add(8 * time.Second).Before(w.launch.OpensAt) {
		w.blocks(1)
		before := node.asked
		w.step()
		w.step()
		if node.asked > before {
			t.Fatal("it is asked for again without a new block")
		}
	}
	w.link.Chain = w.chain
	w.blocks(3)
	w.returned(early)
	w.check()
}

func TestTheLaunchThatOpensNextHasItsEarlyMoneyReturnedFirst(t *testing.T) {
	w := quietWorld(t, 100)
	next := w.another()
	next.OpensAt = w.chain.now.Add(time.Minute)
	w.chain.launches[len(w.chain.launches)-1] = next
	if err := w.store.SaveLaunch(context.Background(), next); err != nil {
		t.Fatal(err)
	}
	w.blocks(2)
	for range 20 { // more than the minter has in flight
		w.strangers("direct", w.sign(w.payer(1), 1, time.Hour))
	}
	for w.chain.now.Add(6 * time.Second).Before(next.OpensAt) { // they are final by then
		w.chain.mine(nil)
	}
	early := w.signFor(next, w.payer(1), 1, w.chain.now.Add(time.Hour), w.nonce())
	w.strangers("direct", early)
	w.blocks(2)
	w.returned(early)
	w.check()
}

func TestMoneyThatArrivedInTimeIsMintedAfterTheCloseAndWhatCameLaterGoesBack(t *testing.T) {
	w := timedWorld(t, 0, 40*time.Second)
	early, late := w.sign(w.payer(2), 2, 3*time.Hour), w.sign(w.payer(1), 1, 3*time.Hour)
	w.chain.sendDrops = func() bool { return true }
	w.strangers("direct", early)
	w.blocks(25)
	w.strangers("direct", late)
	w.blocks(1)
	w.chain.sendDrops = never
	w.blocks(20)
	w.minted(early)
	w.returned(late)
	w.check()
}

func TestALongHistoryIsFoldedForAMintAndForAReturn(t *testing.T) {
	w := quietWorld(t, 20)
	key := w.payer(24)
	for range 14 { // five parts of three
		w.must(w.sign(key, 1, time.Hour))
		w.step()
		w.blocks(1)
	}
	minted, returned, other := w.sign(key, 1, time.Hour), w.sign(key, 6, time.Hour), w.sign(w.payer(1), 1, time.Hour)
	w.strangers("direct", minted)
	w.strangers("direct", returned)
	w.strangers("direct", other)
	w.blocks(12)    // until all are final
	w.minted(other) // a second payer is not kept waiting
	w.blocks(30)
	w.minted(minted)
	w.returned(returned)
	w.check()
}

func TestAFoldIsPaidForOnceWhateverIsTakenBack(t *testing.T) {
	w := quietWorld(t, 20)
	key := w.payer(20)
	for range 7 {
		w.must(w.sign(key, 1, time.Hour))
		w.step()
		w.blocks(1)
	}
	paid := w.sign(key, 1, time.Hour)
	w.strangers("direct", paid)
	w.blocks(2)
	w.crash() // between two folds
	w.blocks(10)
	w.minted(paid)
	folds := map[common.Hash]int{}
	for _, b := range w.chain.blocks {
		for _, tx := range b.txs {
			if tx.Kind == "fold" {
				folds[tx.Prefix]++
			}
		}
	}
	if len(folds) != 2 || folds[common.Hash{}] != 1 {
		t.Errorf("folds by prefix: %v", folds)
	}
}

func TestFoldsAreBoundedByABudgetThatAnOrderTells(t *testing.T) {
	w := worldWith(t, rand.New(rand.NewPCG(4, 2)), 20, func(w *world) { w.foldBudget = 12 }) // six ids a payer and day
	key := w.payer(20)
	for range 8 {
		w.must(w.sign(key, 1, time.Hour))
		w.step()
		w.blocks(1)
	}
	paid, other := w.sign(key, 1, time.Hour), w.sign(w.payer(1), 1, time.Hour)
	w.strangers("direct", paid)
	w.strangers("direct", other)
	w.blocks(10)
	w.minted(other)
	w.expect(paid, mint.Settled)
	if got := w.reason(paid); !strings.Contains(got, "8 earlier mints have to be read first") || !strings.Contains(got, "the launch's owner can return the money") {
		t.Errorf("told: %s", got)
	}
}

// foldings counts how often it is asked which parts of a history are folded.
type foldings struct {
	mint.Chain
	asked int
}

func (f *foldings) Folded(ctx context.Context, l mint.Launch, id mint.PaymentID, points []common.Hash) (int, error) {
	f.asked++
	return f.Chain.Folded(ctx, l, id, points)
}

func TestALongHistoryIsReadOnceARoundHoweverManyPaymentsItsAccountIsOwedFor(t *testing.T) {
	w := worldWith(t, rand.New(rand.NewPCG(4, 2)), 40, func(w *world) { w.foldBudget = 4 }) // too little for any
	node := &foldings{Chain: w.chain}
	key := w.payer(30)
	for range 7 {
		w.must(w.sign(key, 1, time.Hour))
		w.step()
		w.blocks(1)
	}
	var owed []simPayment
	for range 12 {
		owed = append(owed, w.sign(key, 1, time.Hour))
		w.strangers("direct", owed[len(owed)-1])
	}
	w.link.Chain = node
	const rounds = 20
	w.blocks(rounds)
	if node.asked > rounds+2 {
		t.Errorf("in %d rounds the history was read %d times, for %d payments", rounds, node.asked, len(owed))
	}
	for _, p := range owed { // each has had its turn
		if got := w.reason(p); !strings.Contains(got, "earlier mints have to be read first") {
			t.Errorf("told: %q", got)
		}
	}
}

// deaf answers nothing about one payer's settled payments.
type deaf struct {
	mint.Chain
	payer common.Address
	asked int
}

func (d *deaf) SimulateSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, from common.Address) (string, error) {
	if call.Order.Payer == d.payer {
		d.asked++
		return "", errors.New("execution aborted (timeout = 5s)")
	}
	return d.Chain.SimulateSettled(ctx, l, call, from)
}

func TestAnOrderThatTheChainDoesNotAnswerForHoldsUpNoOther(t *testing.T) {
	soak(t)
	w := quietWorld(t, 20)
	bad := w.payer(12)
	node := &deaf{Chain: w.chain, payer: addressOf(bad)}
	w.link.Chain = node
	var stuck, fine []simPayment
	for range 12 { // more than a page, and more in a row than end a round
		stuck = append(stuck, w.sign(bad, 1, time.Hour))
	}
	for _, p := range stuck {
		w.strangers("direct", p)
	}
	w.blocks(1)
	for range 2 {
		fine = append(fine, w.sign(w.payer(1), 1, time.Hour))
	}
	for _, p := range fine {
		w.strangers("direct", p)
	}
	w.blocks(14) // their settlements are final
	for _, p := range fine {
		w.minted(p)
	}
	if got := w.reason(stuck[0]); !strings.Contains(got, "the money is with the launch") {
		t.Errorf("told: %s", got)
	}
	before := node.asked
	for range 20 {
		w.step()
	}
	if more := node.asked - before; more > 12 {
		t.Errorf("asked %d times in a moment about what was not answered", more)
	}
	w.link.Chain = w.chain
	w.blocks(200)
	for _, p := range stuck {
		w.minted(p)
	}
	w.check()
}

// replaced lets a reorg take the newest blocks, with other transactions in their place, and
// mines our mint or return in them again.
func (w *world) replaced(depth int, by func()) {
	var ours *simTx
	for _, b := range w.chain.blocks[len(w.chain.blocks)-depth:] {
		for _, tx := range b.txs {
			if tx.Kind == "settled" || tx.Kind == "return" {
				ours = tx
			}
		}
	}
	w.chain.reorg(depth, true)
	clear(w.chain.mempool)
	by()
	w.chain.mine(nil)
	w.chain.mempool[ours.hash()] = ours
	w.chain.mine(nil)
	if b := w.chain.head(); b.receipt(ours.hash()) == nil || !b.receipt(ours.hash()).Reverted {
		w.t.Errorf("on the other branch our transaction has the receipt %v", b.receipt(ours.hash()))
	}
}

func TestASettledPaymentIsMintedAtOnceAlthoughTheLaunchHoldsOtherMoney(t *testing.T) {
	w := quietWorld(t, 20)
	p := w.sign(w.payer(6), 2, time.Hour)
	other := w.rival(p, w.launch.Price.Int64())
	donate := func() {
		w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 2 * w.launch.Price.Int64()})
	}
	donate()
	w.strangers("direct", p)
	w.blocks(2)
	w.minted(p)
	w.replaced(2, func() { // the payer's other authorization is executed instead
		donate()
		w.strangers("direct", other)
	})
	w.blocks(20)
	if n := w.chain.head().state.minted[p.id].quantity; n != 1 {
		t.Errorf("%d were minted for the price of one", n)
	}
	w.check()
}

func TestAReturnIsSentAtOnceAndFailsOnABranchWithoutItsSettlement(t *testing.T) {
	w := quietWorld(t, 4)
	w.must(w.sign(w.payer(1), 1, time.Hour))
	w.blocks(2)
	p := w.sign(w.payer(4), 4, time.Hour)
	other := w.rival(p, w.launch.Price.Int64()/2)
	w.strangers("direct", p)
	w.blocks(2)
	w.returned(p)
	later := w.sign(w.payer(4), 4, time.Hour)
	w.replaced(2, func() { // the payer's other authorization is executed instead
		w.strangers("direct", other)
		w.strangers("direct", later)
	})
	w.blocks(30)
	if n := w.chain.head().state.refunded[p.id]; n != 0 {
		t.Errorf("%d went back to the payer who paid %d", n, w.launch.Price.Int64()/2)
	}
	w.returned(later)
	w.check()
}

func TestMoneyThatCameLongBeforeTheOpeningGoesBackAtOnce(t *testing.T) {
	w := timedWorld(t, 3*time.Hour, 0)
	p := w.sign(w.payer(3), 3, 5*time.Hour)
	w.strangers("direct", p)
	w.blocks(2)
	w.returned(p)
	w.check()
}

// waitsUntilFinal expects that nothing is sent for money that can be minted, or else goes
// back, before its settlement is final, and what follows.
func (w *world) waitsUntilFinal(p simPayment) {
	w.t.Helper()
	for range int(w.chain.finality) - 1 {
		w.blocks(1)
		w.expect(p, mint.Settled)
		if got := w.reason(p); !strings.Contains(got, "once the payment's block is final") {
			w.t.Fatalf("told: %s", got)
		}
	}
	w.blocks(4)
}

func TestWhereContractsDoNotFindTheChainsBlocksSettledMoneyIsSpentOnceItIsFinal(t *testing.T) {
	w := quietWorld(t, 4)
	w.chain.blind = true
	p := w.sign(w.payer(3), 3, time.Hour)
	w.strangers("direct", p)
	w.waitsUntilFinal(p)
	w.minted(p)
	late := w.sign(w.payer(3), 3, time.Hour)
	w.strangers("direct", late)
	w.waitsUntilFinal(late)
	w.returned(late)
	if reverted := w.reverted(); reverted > 0 {
		t.Errorf("%d transactions failed", reverted)
	}
	w.check()
}

// reverted counts the transactions in the chain's blocks that failed.
func (w *world) reverted() (n int) {
	for _, b := range w.chain.blocks {
		for _, r := range b.receipts {
			if r.Reverted {
				n++
			}
		}
	}
	return n
}

func TestCallsThatFindTheBlockInASimulationOnlyDoNotBurnGasWithoutLimit(t *testing.T) {
	w := quietWorld(t, 4)
	w.chain.finality = 30
	w.blocks(31)
	w.chain.blindMined = true
	p := w.sign(w.payer(3), 3, time.Hour)
	w.strangers("direct", p)
	w.blocks(25)
	w.expect(p, mint.Settled)
	if n := w.reverted(); n != 5 {
		t.Errorf("%d transactions failed", n)
	}
	w.blocks(15)
	w.minted(p)
	w.check()
}

func TestALaunchThatFindsBlocksAgainIsAskedAgain(t *testing.T) {
	w := quietWorld(t, 10)
	w.chain.finality = 100
	w.chain.blind = true
	p := w.sign(w.payer(3), 3, time.Hour)
	w.strangers("direct", p)
	w.blocks(4)
	w.expect(p, mint.Settled)
	w.chain.blind = false
	w.blocks(6)
	w.minted(p)
	w.check()
}

func TestASettlementThatIsTooOldToBeFoundIsMintedOnceItIsFinal(t *testing.T) {
	w := quietWorld(t, 10)
	first := w.sign(w.payer(1), 1, time.Hour)
	w.strangers("direct", first)
	w.blocks(3)
	w.minted(first) // the launch is known to find blocks
	w.chain.blind = true
	p := w.sign(w.payer(3), 3, time.Hour)
	w.strangers("direct", p)
	w.chain.mine(nil)
	w.blocks(4)
	w.expect(p, mint.Settled)
	if got := w.reason(p); !strings.Contains(got, "once the payment's block is final") {
		t.Errorf("told: %s", got)
	}
	w.blocks(30)
	w.minted(p)
	if n := w.reverted(); n > 0 {
		t.Errorf("%d transactions failed", n)
	}
	w.check()
}

func TestThePayerOfASettledPaymentInFlightWaitsAndNobodyElse(t *testing.T) {
	w := quietWorld(t, 20)
	key := w.payer(2)
	first, second, other := w.sign(key, 1, time.Hour), w.sign(key, 1, time.Hour), w.sign(w.payer(1), 1, time.Hour)
	w.chain.sendDrops = func() bool { return true }
	for _, p := range []simPayment{first, second, other} {
		w.strangers("direct", p)
		w.blocks(1)
	}
	w.expect(first, mint.Minting)
	w.expect(second, mint.Settled) // its history has the first one in it
	w.expect(other, mint.Minting)
	w.chain.sendDrops = never
	w.blocks(6)
	for _, p := range []simPayment{first, second, other} {
		w.minted(p)
		if got := w.reason(p); got != "" {
			t.Errorf("a minted payment was told: %s", got)
		}
	}
	for _, b := range w.chain.blocks {
		if slices.ContainsFunc(b.receipts, func(r simReceipt) bool { return r.Reverted }) {
			t.Error("a transaction was paid for that presented an old history")
		}
	}
}

func TestNothingIsSoldWhileMoneyIsOwedThatNoKeyHereCanMint(t *testing.T) {
	w := quietWorld(t, 10)
	w.engine.Minter = common.Address{}
	w.engine.Reassign()
	w.blocks(1)
	if got := w.faults(); len(got) > 0 {
		t.Fatalf("faults while nothing is owed: %v", got)
	}
	paid := w.sign(w.payer(1), 1, time.Hour)
	w.strangers("direct", paid)
	w.blocks(2)
	_, err := w.present(w.sign(w.payer(1), 1, time.Hour))
	for _, says := range []string{"it is the turn of the owner of ping. 1 payment reached", "mint402 refund --token " + w.launch.Token.Hex(), "its minter, " + simMinter.Hex()} {
		if !slices.Contains(w.faults(), "owed_without_minter") || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("faults: %v; a payer gets %v", w.faults(), err)
		}
	}
	if got := w.reason(paid); !strings.Contains(got, "the launch's owner returns it") {
		t.Errorf("told: %s", got)
	}
	w.engine.Minter = simMinter
	w.engine.Reassign()
	w.blocks(4)
	w.minted(paid)
	if got := w.reason(paid); got != "" {
		t.Errorf("minted, and told: %s", got)
	}
	if got := w.faults(); len(got) > 0 {
		t.Errorf("faults afterwards: %v", got)
	}
}

// listed is an asset that blacklists the treasury.
type listed struct{ mint.Chain }

func (l listed) Conditions(ctx context.Context, launch mint.Launch, at uint64) (mint.Conditions, error) {
	c, err := l.Chain.Conditions(ctx, launch, at)
	c.TreasuryBlacklisted = true
	return c, err
}

func TestNothingIsSoldWhileTheTreasuryCannotBePaid(t *testing.T) {
	w := quietWorld(t, 10)
	w.link.Chain = listed{w.chain}
	w.blocks(1)
	if !slices.Contains(w.faults(), "treasury_blacklisted") {
		t.Errorf("faults: %v", w.faults())
	}
	w.link.Chain = w.chain
	w.blocks(1)
	if got := w.faults(); len(got) > 0 {
		t.Errorf("faults afterwards: %v", got)
	}
}
