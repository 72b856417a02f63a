package mint_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// misleading is a chain whose nodes answer what a test says when they are asked for
// an account nonce.
type misleading struct {
	mint.Chain
	answer func(account common.Address, at, real uint64) (uint64, error)
}

func (c *misleading) AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error) {
	n, err := c.Chain.AccountNonce(ctx, account, at)
	if err == nil && c.answer != nil {
		return c.answer(account, at, n)
	}
	return n, err
}

const jump = 5000

// misledWorld is one whose nodes add a jump to the first answers about each account:
// so many about the newest state, and the same number about that of a block.
func misledWorld(t *testing.T, answers int) (*world, *misleading) {
	w := quietWorld(t, 100)
	c := &misleading{Chain: w.chain}
	w.mislead(c)
	type question struct {
		account common.Address
		newest  bool
	}
	told := map[question]int{}
	c.answer = func(account common.Address, at, real uint64) (uint64, error) {
		q := question{account, at == 0}
		if told[q] < answers {
			told[q]++
			return real + jump, nil
		}
		return real, nil
	}
	return w, c
}

// mislead has the engine of now and those of later starts ask a chain.
func (w *world) mislead(c *misleading) { w.node, w.link.Chain = c, c }

// nextOf is the account nonce that follows all that is stored for an account.
func (w *world) nextOf(account common.Address) uint64 {
	w.t.Helper()
	n, err := w.store.NextAccountNonce(context.Background(), account)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) used(account common.Address) uint64 { return w.chain.head().state.nonces[account] }

func TestAnAccountNonceThatTheBlockThatWeReadDoesNotShowIsNotBelieved(t *testing.T) {
	w, c := misledWorld(t, 1)
	lie := c.answer
	c.answer = func(account common.Address, at, real uint64) (uint64, error) {
		if at > 0 {
			return real, nil
		}
		return lie(account, at, real)
	}
	plain, settled := w.sign(w.payer(5), 1, time.Hour), w.sign(w.payer(5), 1, time.Hour)
	w.must(plain)
	w.strangers("direct", settled)
	w.blocks(3)
	w.arrived(plain)
	w.arrived(settled)
	if a, b := w.nextOf(simSender), w.nextOf(simMinter); a != 1 || b != 1 {
		t.Fatalf("the next account nonces are %d and %d", a, b)
	}
}

func TestAnAccountNonceThatNodesDisagreeAboutIsNotBelieved(t *testing.T) {
	w, c := misledWorld(t, 0)
	first, second := w.sign(w.payer(5), 1, time.Hour), w.sign(w.payer(5), 1, time.Hour)
	c.answer = func(_ common.Address, at, real uint64) (uint64, error) {
		if at > 0 {
			return 0, fmt.Errorf("at block %d: %w", at, mint.ErrDisputed)
		}
		return real + jump, nil
	}
	w.must(first)
	w.blocks(2)
	w.expect(first, mint.Claimed) // a key that sent nothing from here: any account nonce could be its next
	answer := c.answer
	c.answer = nil
	w.blocks(3)
	w.arrived(first)
	c.answer = answer
	w.must(second)
	w.blocks(2)
	w.arrived(second) // the one that is stored
	if n := w.nextOf(simSender); n != 2 {
		t.Fatalf("the next account nonce is %d", n)
	}
}

func TestAKeyThatWasUsedBeforeGoesOnWhereTheChainIs(t *testing.T) {
	w := quietWorld(t, 10)
	w.chain.head().state.nonces[simSender] = 700
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.blocks(2)
	w.arrived(p)
	if n := w.nextOf(simSender); n != 701 {
		t.Fatalf("the next account nonce is %d", n)
	}
}

func TestWhatWaitsFarAboveTheChainsAccountNonceGoesOutAgainAtTheChainsOwn(t *testing.T) {
	for _, start := range []string{"on", "again"} {
		t.Run(start, func(t *testing.T) {
			w, _ := misledWorld(t, 1)
			plain, settled := w.sign(w.payer(5), 1, 2*time.Hour), w.sign(w.payer(5), 1, 2*time.Hour)
			w.must(plain)
			w.strangers("direct", settled)
			w.blocks(3)
			w.expect(plain, mint.Minting)
			w.expect(settled, mint.Minting)
			if a, b := w.nextOf(simSender), w.nextOf(simMinter); a != jump+1 || b != jump+1 {
				t.Fatalf("the nodes were not believed: the next account nonces are %d and %d", a, b)
			}
			if start == "again" {
				w.crash()
			}
			w.blocks(6)
			w.arrived(plain)
			w.arrived(settled)
			w.sold()
			for _, account := range []common.Address{simSender, simMinter} {
				if next, used := w.nextOf(account), w.used(account); next != 1 || used != 1 {
					t.Fatalf("%s: the next account nonce is %d, and %d were used", account, next, used)
				}
			}
			// The chain comes so far one day: what was signed then mints nothing twice.
			for _, account := range []common.Address{simSender, simMinter} {
				w.chain.head().state.nonces[account] = jump
			}
			later := w.sign(w.payer(5), 1, time.Hour)
			w.must(later)
			w.blocks(6)
			w.arrived(later)
			if w.used(simSender) < jump+2 || w.used(simMinter) != jump+1 {
				t.Fatal("what was signed at the account nonces that were wrong was not mined")
			}
			w.blocks(int(w.chain.finality) + 3)
			w.check()
			if n := w.pending(); n != 0 {
				t.Fatalf("%d transactions wait", n)
			}
		})
	}
}

func TestAProcessThatDiesWhileItAbandonsAnAccountNonceLosesNothing(t *testing.T) {
	for _, then := range []verdict{diesUndone, diesDone} {
		w, _ := misledWorld(t, 1)
		p := w.sign(w.payer(5), 1, 2*time.Hour)
		w.must(p)
		w.blocks(2)
		forgets := false
		w.disk.write = func(query string) error {
			forgets = forgets || strings.HasPrefix(query, "DELETE FROM `transactions`")
			return nil
		}
		w.disk.commit = func() verdict {
			if forgets {
				return then
			}
			return done
		}
		w.blocks(4)
		if !forgets {
			t.Fatal("nothing was abandoned")
		}
		w.disk.write, w.disk.commit, w.disk.dead = nil, nil, false
		w.crash()
		w.blocks(6)
		w.arrived(p)
		w.check()
		if next, used := w.nextOf(simSender), w.used(simSender); next != 1 || used != 1 {
			t.Fatalf("the next account nonce is %d, and %d were used", next, used)
		}
	}
}

func TestAWrongAccountNonceToldAgainAndAgainLosesAndDoublesNothing(t *testing.T) {
	w, c := misledWorld(t, 0)
	asked := 0
	c.answer = func(_ common.Address, _, real uint64) (uint64, error) {
		if asked++; asked%5 < 2 {
			return real + jump, nil
		}
		return real, nil
	}
	var all []simPayment
	for i := range 12 {
		p := w.sign(w.payer(5), 1, 2*time.Hour)
		if all = append(all, p); i%3 == 2 {
			w.strangers("direct", p)
		} else if _, err := w.present(p); err != nil {
			all = all[:len(all)-1] // not sold just now
		}
		if w.blocks(4); i%4 == 3 {
			w.crash()
		}
	}
	w.blocks(60)
	c.answer = nil
	w.blocks(30)
	for _, p := range all {
		w.arrived(p)
	}
	w.check()
	w.sold()
	if n := w.used(simSender) + w.used(simMinter); len(all) < 8 || n > 3*uint64(len(all)) {
		t.Fatalf("%d account nonces were used for %d payments", n, len(all))
	}
}

func TestNothingIsAbandonedThatATransactionOfOursWasMinedAbove(t *testing.T) {
	w, c := sternWorld(t)
	for range 20 {
		w.must(w.sign(w.payer(5), 1, time.Hour))
		w.blocks(1)
	}
	w.blocks(2)
	c.swallow = true
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.step()
	before, err := w.store.InFlight(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	w.link.Chain = &misleading{c, func(common.Address, uint64, uint64) (uint64, error) { return 0, nil }}
	w.blocks(int(w.chain.finality) + 1)
	if n := w.nextOf(simSender); n != 21 {
		t.Fatalf("the next account nonce is %d", n)
	}
	after, err := w.store.InFlight(context.Background())
	if err != nil || !slices.ContainsFunc(after, func(tx mint.Transaction) bool { return tx.ID == before[len(before)-1].ID }) {
		t.Fatalf("it was forgotten: %+v, %v", after, err)
	}
	w.link.Chain = w.chain
	w.blocks(2)
	w.arrived(p)
}

func TestAbandoningWaitsForNodesThatAgree(t *testing.T) {
	w, c := misledWorld(t, 1)
	p := w.sign(w.payer(5), 1, 2*time.Hour)
	w.must(p)
	w.blocks(1)
	w.expect(p, mint.Minting)
	c.answer = func(_ common.Address, at, real uint64) (uint64, error) {
		if at > 0 {
			return 0, mint.ErrDisputed
		}
		return real, nil
	}
	w.blocks(8)
	w.expect(p, mint.Minting)
	if err := w.engine.Step(context.Background()); !errors.Is(err, mint.ErrDisputed) {
		t.Fatalf("got %v", err)
	}
	c.answer = nil
	w.blocks(3)
	w.arrived(p)
}

func TestADisplacedTransactionIsNotDroppedWhileNodesDisagree(t *testing.T) {
	w, c := misledWorld(t, 0)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.step()
	w.chain.submit(simTx{Kind: "other", Token: w.launch.Token, Sender: simSender, Fee: 1 << 40})
	w.blocks(3)
	w.arrived(p) // by another transaction of ours
	c.answer = func(_ common.Address, at, real uint64) (uint64, error) {
		if at == w.chain.final {
			return 0, mint.ErrDisputed
		}
		return real, nil
	}
	w.blocks(int(w.chain.finality) + 6)
	if n := w.pending(); n != 1 {
		t.Fatalf("%d transactions are in flight", n)
	}
	c.answer = nil
	w.blocks(2)
	if n := w.pending(); n != 0 {
		t.Fatalf("%d transactions are in flight", n)
	}
}

func TestATransactionThatIsGivenUpAtAWrongWordHoldsUpNoLaterOne(t *testing.T) {
	w, c := misledWorld(t, 0)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.chain.sendDrops = func() bool { return true }
	w.must(p)
	w.step()
	// Another chain answers, on which the key was used.
	c.answer = func(_ common.Address, _, real uint64) (uint64, error) { return real + 3, nil }
	w.blocks(20)
	if n := w.nextOf(simSender); n != 4 {
		t.Fatalf("the next account nonce is %d: nothing was given up", n)
	}
	c.answer, w.chain.sendDrops = nil, never
	w.blocks(30)
	w.arrived(p)
}

// unannounced is a node that answers from the state of blocks that it has not announced:
// about an account nonce, whichever block it is asked about.
type unannounced struct {
	*simChain
	blocks   int
	receipts bool // it also has the receipts of these blocks
}

// before makes a request to the node as if these blocks were not there.
func (c *unannounced) before(do func()) {
	c.view = c.simChain.blocks[:len(c.simChain.blocks)-c.blocks]
	do()
	c.view = nil
}

func (c *unannounced) Head(ctx context.Context) (latest, final mint.Block, err error) {
	c.before(func() { latest, final, err = c.simChain.Head(ctx) })
	return latest, final, err
}

func (c *unannounced) AccountNonce(ctx context.Context, account common.Address, _ uint64) (uint64, error) {
	return c.simChain.AccountNonce(ctx, account, 0)
}

func (c *unannounced) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) (receipts []*mint.TxResult, err error) {
	if c.receipts {
		return c.simChain.Mined(ctx, hashes, head)
	}
	c.before(func() { receipts, err = c.simChain.Mined(ctx, hashes, head) })
	return receipts, err
}

func TestAnAccountNonceThatOursUsedInABlockThatIsNotAnnouncedIsNotLost(t *testing.T) {
	for _, node := range []unannounced{{blocks: 1}, {blocks: 2, receipts: true}} {
		w := quietWorld(t, 100)
		node.simChain = w.chain
		for range node.blocks {
			w.chain.mine(nil)
		}
		w.link.Chain = &node
		w.step()
		for range 8 {
			p := w.sign(w.payer(5), 1, time.Hour)
			w.must(p)
			w.step()
			for range node.blocks {
				w.blocks(1)
				w.step()
				w.sold()
				w.expect(p, mint.Minting)
			}
			w.blocks(2)
			w.arrived(p)
			if n := w.engine.Delivery().LostNonces; n > 0 {
				t.Fatalf("%d blocks ahead: %d account nonces of ours are called lost", node.blocks, n)
			}
		}
		if used := w.used(simSender); used != 8 {
			t.Errorf("%d blocks ahead: %d transactions for 8 payments", node.blocks, used)
		}
	}
}

func TestAnAccountNonceIsCalledLostWithoutAnotherBlockAfterAWhile(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, 10*time.Minute)
	w.must(p)
	w.step()
	w.chain.submit(simTx{Kind: "other", Token: w.launch.Token, Sender: simSender, Fee: 1 << 40})
	w.blocks(1)
	w.step()
	w.step()
	if n := w.engine.Delivery().LostNonces; n != 0 {
		t.Fatalf("%d account nonces are called lost at first sight", n)
	}
	w.chain.now = w.chain.now.Add(6 * time.Second) // a chain that makes blocks on demand
	w.step()
	w.step() // counts what the one before found
	if n := w.engine.Delivery().LostNonces; n != 1 {
		t.Fatalf("%d account nonces are called lost", n)
	}
	w.blocks(2)
	w.arrived(p)
}

// elsewhere wraps a chain and lets a test answer Mined in its place.
type elsewhere struct {
	mint.Chain
	mined func(hash common.Hash, head mint.Block) *mint.TxResult
}

func (c *elsewhere) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	if c.mined == nil {
		return c.Chain.Mined(ctx, hashes, head)
	}
	receipts := make([]*mint.TxResult, len(hashes))
	for i, h := range hashes {
		receipts[i] = c.mined(h, head)
	}
	return receipts, nil
}

func TestATransactionThatAnotherChainCallsMinedHoldsUpNoLaterOne(t *testing.T) {
	for _, final := range []bool{false, true} {
		w := quietWorld(t, 100)
		if !final {
			w.chain.finality = 50 // too late for what follows
		}
		c := &elsewhere{Chain: w.chain}
		w.node, w.link.Chain = c, c
		w.chain.sendDrops = func() bool { return true }
		p := w.sign(w.payer(5), 1, time.Hour)
		w.must(p)
		w.blocks(1)
		w.expect(p, mint.Minting)
		c.mined = func(hash common.Hash, head mint.Block) *mint.TxResult {
			return &mint.TxResult{At: mint.Mark{Block: head.Number, BlockHash: common.Hash{1}, Tx: hash}}
		}
		w.step()
		c.mined = nil
		if final {
			w.blocks(int(w.chain.finality) + 1)
		}
		w.chain.sendDrops = never
		w.blocks(12)
		w.arrived(p)
		if n := w.used(simSender); n > 2 {
			t.Errorf("final %t: %d account nonces were used", final, n)
		}
		w.check()
	}
}
