package mint_test

import (
	"flag"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/mattn/go-sqlite3"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

var (
	seeds = flag.Int("seeds", 150, "histories to play")
	first = flag.Int("first", 0, "seed of the first of them")
	seed  = flag.Int("seed", -1, "the one history to play; with -v it is told")
	later = flag.Bool("later", false, "in each, a launch is registered while the engine runs")
	timed = flag.Bool("timed", false, "in each, launches open and close")
	past  = flag.Bool("past", false, "in each, a node lies about old blocks and the process is killed often")
)

func bigInt(n int64) *big.Int { return big.NewInt(n) }

// TestHistories plays seeded histories in which payers, strangers, nodes, the
// chain, the disk and the power do what they can. Replay one that fails with
//
//	go test ./mint -run TestHistories -v -seed N
func TestHistories(t *testing.T) {
	histories(t, *seeds, course{later: *later, timed: *timed, past: *past, replaced: *replaced})
}

// TestHistoriesOfALaunchThatIsRegisteredWhileRunning is the same with a launch
// that comes later; one that fails is replayed with -later.
func TestHistoriesOfALaunchThatIsRegisteredWhileRunning(t *testing.T) {
	histories(t, *seeds/3, course{later: true})
}

// TestHistoriesOfLaunchesThatOpenAndClose is the same with sales that begin and end
// within the history; one that fails is replayed with -timed.
func TestHistoriesOfLaunchesThatOpenAndClose(t *testing.T) {
	histories(t, *seeds/3, course{timed: true})
}

// TestHistoriesOfANodeThatLiesAboutOldBlocks is the same with nodes that omit events, one of
// which lists invented mints when blocks are read again, and with many kills, after which the
// oldest blocks are read again; one that fails is replayed with -past.
func TestHistoriesOfANodeThatLiesAboutOldBlocks(t *testing.T) {
	histories(t, *seeds/3, course{past: true})
}

// course is what sets a history apart from the usual one.
type course struct {
	later       bool  // launches are registered while the engine runs, too
	timed       bool  // launches open and close
	past        bool  // a node lies about old blocks
	facilitated bool  // remote facilitators settle for some launches
	replaced    bool  // reorgs replace settlements
	beside      *play // the play is of another chain, in the process and the database of this one
}

func histories(t *testing.T, seeds int, c course) {
	if testing.Short() {
		seeds /= 10
	}
	if *seed >= 0 {
		var log *slog.Logger
		if testing.Verbose() {
			log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{ReplaceAttr: untimed}))
		}
		if err := playHistory(uint64(*seed), c, log).broken; err != nil {
			t.Fatalf("seed %d: %v", *seed, err)
		}
		return
	}
	var deaths, ticks, late, lies, asked atomic.Int64
	inParallel(seeds, func(i int) bool {
		n := *first + i
		p := playHistory(uint64(n), c, nil)
		deaths.Add(int64(p.deaths))
		ticks.Add(int64(p.ticks))
		if p.fibber != nil {
			lies.Add(int64(p.fibber.lies))
		}
		if p.turns != nil {
			late.Add(int64(p.turns.late))
		}
		if p.facilitators != nil {
			asked.Add(int64(p.facilitators.asked))
		}
		if p.broken != nil {
			t.Errorf("seed %d: %v\n\tgo test ./mint -run TestHistories$ -v -seed %d -later=%t -timed=%t -past=%t -replaced=%t (facilitated: %t)", n, p.broken, n, c.later, c.timed, c.past, c.replaced, c.facilitated)
		}
		return !t.Failed()
	})
	if c.facilitated && asked.Load() < int64(seeds)/2 {
		t.Errorf("facilitators were asked %d times in %d histories", asked.Load(), seeds)
	}
	t.Logf("%d histories, %d deaths, %d boundaries, %d turns of parts, %d lies about old blocks, %d payments with facilitators", seeds, deaths.Load(), ticks.Load(), late.Load(), lies.Load(), asked.Load())
	if c.past && seeds >= 10 && lies.Load() == 0 && !t.Failed() {
		t.Error("no node lied about old blocks")
	}
}

// soak skips what plays many histories, or a large one, where only a quick answer
// is asked for.
func soak(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
}

// thinned is the stride between the cases of one kind that are tried: ten times as
// wide where only a quick answer is asked for.
func thinned(stride int) int {
	if testing.Short() {
		return 10 * stride
	}
	return stride
}

// inParallel calls do with 0..n-1, on as many processors as there are, until it
// returns false.
func inParallel(n int, do func(i int) bool) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := next.Add(1) - 1; i < int64(n) && do(int(i)); i = next.Add(1) - 1 {
			}
		}()
	}
	wg.Wait()
}

func untimed(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// twoLaunches share the asset, so that one payment nonce can be signed for both.
func twoLaunches(rng *rand.Rand) []mint.Launch {
	ping, pong := simLaunch(4+rng.Int64N(14)), simLaunch(3+rng.Int64N(10))
	pong.Slug, pong.Token, pong.Price = "pong", simPong, big.NewInt(250_000)
	pong.Limit = min(pong.Cap, 3)
	return []mint.Launch{ping, pong}
}

func playHistory(seed uint64, c course, log *slog.Logger) *play {
	p, err := prepare(seed, c, log)
	if err != nil {
		return &play{broken: err}
	}
	defer p.close()
	p.restart()
	for range 30 + p.rng.IntN(30) {
		if p.broken != nil {
			return p
		}
		p.turn()
	}
	p.settle()
	return p
}

// turn is the next thing that happens, and what has to hold after it.
func (p *play) turn() {
	p.act()
	if p.course.past && p.chance(8) {
		p.disk.die()
	}
	p.revive()
	if p.course.replaced && p.chance(25) {
		p.replace()
	}
	if p.facilitators != nil && !p.disk.isDead() {
		p.facilitate()
		p.revive()
	}
	p.check()
}

// prepare is a history before its process starts.
func prepare(seed uint64, c course, log *slog.Logger) (p *play, err error) {
	rng := rand.New(rand.NewPCG(seed, 402))
	finality := []uint64{3, 5, 13}[rng.IntN(3)]
	registered := 1 + rng.IntN(2)
	if c.later {
		registered = 1
	}
	launches := twoLaunches(rng)
	if c.timed {
		for i := range launches {
			opens := time.Duration(rng.IntN(40)) * time.Second
			launches[i].OpensAt = simGenesis.Add(opens)
			launches[i].ClosesAt = simGenesis.Add(opens + time.Duration(20+rng.IntN(200))*time.Second)
		}
	}
	if c.beside != nil {
		for i := range launches {
			launches[i].Slug, launches[i].ChainID = launches[i].Slug+"-other", simOtherChainID
		}
		p = playAt(c.beside.path, c.beside.disk, rng, finality, launches, registered, log)
	} else if p, err = newPlay(rng, finality, launches, registered, log); err != nil {
		return nil, err
	}
	p.course, p.later = c, c.later
	if c.replaced {
		p.twins = 40
	}
	if c.facilitated {
		p.facilitators = newSimFacilitators(seed)
	}
	if p.turns = newSimTurns(seed); p.turns != nil {
		p.turns.inside = &p.inside
	}
	p.chain.blind, p.chain.blindMined = seed%8 == 5, seed%32 == 11
	for range 5 {
		key := p.payer(2 + rng.Int64N(9))
		p.inflow[addressOf(key)] = p.chain.head().state.balances[addressOf(key)]
	}
	for _, b := range p.chain.blocks { // the last one is a wallet with code
		b.state.refuses[addressOf(p.payers[4])] = false
	}
	p.net.weather = climate(rng)
	p.stubborn = newStubborn(seed)
	p.net.stubborn = p.stubborn
	p.fibber = newFibber(seed, func(rng *rand.Rand) (simPayment, bool) {
		if len(p.payments) == 0 {
			return simPayment{}, false
		}
		pay := p.payments[len(p.payments)-1-rng.IntN(min(len(p.payments), 8))]
		return pay, !p.chain.twins[pay.id]
	})
	p.net.fibber = p.fibber
	if c.past {
		p.fibber.past, p.fibber.honest, p.fibber.inventive = true, false, false
	}
	if p.net.signers = newSimSigners(seed); p.net.signers != nil {
		p.external = p.net.signers.accounts
	}
	if rng.IntN(3) > 0 {
		p.dieAt = 1 + rng.IntN(400)
	}
	return p, nil
}

// climate is how often things go wrong in a history: some are calm but for one
// thing.
func climate(rng *rand.Rand) weather {
	w := weather{meanwhile: 40, drop: 10, timeout: 10, lie: 50, hop: 100, lag: 100, missing: 50, keep: 100, starve: 30, disk: 2}
	switch rng.IntN(6) {
	case 0:
		return weather{meanwhile: 20}
	case 1:
		w.drop, w.timeout, w.lie = 50, 50, 300
	case 2:
		w.hop, w.lag = 500, 500
	case 3:
		w.keep, w.missing, w.starve = 500, 300, 300
	case 4:
		w.disk, w.hop = 15, 0
	}
	return w
}

// act is the next thing that happens.
func (p *play) act() {
	p.turns.some()
	if p.later && p.registered < len(p.launches) && !p.disk.isDead() && p.chance(15) {
		p.registerNow()
	}
	switch n := p.rng.IntN(100); {
	case n < 16:
		p.buy()
	case n < 24:
		p.offerAgain()
	case n < 44:
		p.net.block()
	case n < 72:
		p.step()
	case n < 88:
		p.stranger()
	case n < 91:
		if !p.steady {
			p.disk.die()
		}
	case n < 94: // never a final block
		p.chain.reorg(1+p.rng.IntN(int(p.chain.finality)-1), p.chance(30))
		p.say("reorg")
		for range 1 + p.rng.IntN(3) {
			p.net.block()
		}
	default:
		p.spell()
	}
}

// meanwhile is what happens during a call of the engine's to a node.
func (p *play) meanwhile(verifying string) {
	if p.inside || p.broken != nil {
		return
	}
	p.inside = true
	defer func() { p.inside = false }()
	switch n := p.rng.IntN(5); {
	case n == 0:
		p.net.block()
	case n == 1:
		p.stranger()
	case n == 2 && verifying != "":
		p.step()
	default:
		// Another presentation for that launch would wait for this call, and a copy of the
		// payment that is being decided waits for that decision.
		if pay, ok := p.some(); ok && pay.slug != verifying && !reflect.DeepEqual(pay, p.deciding) {
			p.offer(pay)
		}
	}
}

func (p *play) some() (simPayment, bool) {
	if len(p.payments) == 0 {
		return simPayment{}, false
	}
	return p.payments[len(p.payments)-1-p.rng.IntN(min(len(p.payments), 8))], true
}

// buy signs a payment; most reach us.
func (p *play) buy() {
	l := p.launches[p.rng.IntN(2)]
	key := p.payers[p.rng.IntN(len(p.payers))]
	before := p.chain.now.Add(time.Duration(32+p.rng.IntN(120)) * time.Second)
	pay := p.signFor(l, key, 1+p.rng.Int64N(min(3, l.Limit)), before, p.nonce())
	if p.chance(10 + p.twins) { // the same payment nonce for something else
		other := p.launches[p.rng.IntN(2)]
		if p.registered < 2 {
			other = l // what is paid to a launch that we do not know is used for something else
		}
		twin := p.signFor(other, key, 1+p.rng.Int64N(min(3, other.Limit)), before, pay.payment.Authorization.Nonce)
		p.chain.twins[pay.id] = true
		if p.chance(30) {
			twin = p.odd(twin, key)
		}
		if p.chance(50) {
			pay = twin
		}
	}
	if p.chance(85) {
		p.offer(pay)
	}
}

// odd changes a signed payment to an amount that is no price.
func (p *play) odd(pay simPayment, _ any) simPayment {
	last := &p.payments[len(p.payments)-1]
	last.payment.Authorization.Value = new(big.Int).Add(last.payment.Authorization.Value, big.NewInt(7))
	return *last
}

func (p *play) offerAgain() {
	if pay, ok := p.some(); ok {
		p.offer(pay)
	}
}

// stranger does something on chain that is not ours to forbid.
func (p *play) stranger() {
	l := p.launches[p.rng.IntN(2)]
	who := addressOf(p.payers[p.rng.IntN(len(p.payers))])
	tx := simTx{Token: l.Token, Who: who}
	pay, some := p.some()
	add := func(pay simPayment) {
		tx.Auths, tx.Quantities = append(tx.Auths, pay.payment.Authorization), append(tx.Quantities, pay.quantity)
	}
	if some {
		add(pay)
	}
	switch n := p.rng.IntN(20); {
	case n < 7 && !some:
		return
	case n < 3:
		tx.Kind = "direct"
		for p.chance(40) {
			other, _ := p.some()
			add(other)
		}
	case n < 4:
		tx.Kind = "cancel"
	case n < 7:
		tx.Kind, tx.Token = "stranger", pay.payment.Authorization.To
		for p.chance(50) {
			other, _ := p.some()
			add(other)
		}
		if p.chance(40) {
			tx.Reach = 1
		}
	case n < 8:
		tx.Kind, tx.Amount = "donate", 1+p.rng.Int64N(300_000)
	case n < 9:
		tx.Kind = "withdraw"
	case n < 10:
		tx.Kind, tx.Flag = "pause", p.chance(50)
	case n < 11:
		tx.Kind, tx.Flag = "freeze", p.chance(50)
	case n < 12:
		tx.Kind, tx.Who = "minter", simMinter
		if p.chance(40) {
			tx.Who = common.HexToAddress("0xbad")
		}
	case n < 13:
		tx.Kind, tx.Who, tx.Flag = "refuse", addressOf(p.payers[4]), p.chance(50)
	case n < 16:
		tx.Kind, tx.Amount = "fund", (p.rng.Int64N(7)-3)*100_000
		p.inflow[who] += max(0, tx.Amount)
	case n < 17:
		tx.Kind, tx.Who, tx.Flag = "dry", append(p.senders, simMinter)[p.rng.IntN(3)], p.chance(50)
	case n < 18: // somebody uses our keys elsewhere
		tx.Kind, tx.Sender, tx.Fee = "other", append(p.senders, simMinter)[p.rng.IntN(3)], 1<<40
		tx.AccountNonce = p.chain.head().state.nonces[tx.Sender]
	default:
		if !p.refund(&tx) {
			return
		}
	}
	p.say("stranger", "kind", tx.Kind)
	p.chain.submit(tx)
}

// refund is the owner's, for a payment that is owed now and that no reorg can
// take away: what the owner gives back of other money is not there for others.
func (p *play) refund(tx *simTx) bool {
	s, final := p.chain.head().state, p.chain.finalBlock().state
	for _, pay := range p.payments {
		if final.charged[pay.id] == 0 || s.mints[pay.id] != 0 || s.refunded[pay.id] != 0 {
			continue
		}
		token, payer := s.payee[pay.id], pay.payment.Authorization.From
		tx.Kind, tx.Token, tx.Amount = "refund", token, s.charged[pay.id]
		tx.Auths, tx.Quantities = []x402.Authorization{{From: payer, Nonce: pay.payment.Authorization.Nonce}}, []int64{0}
		tx.History = s.chain[simAccount{token, payer}]
		return true
	}
	return false
}

// spell is trouble, or its end.
func (p *play) spell() {
	what := ""
	switch p.rng.IntN(9) {
	case 0:
		what, p.net.outage = "outage", p.chain.now.Add(time.Duration(p.rng.IntN(30))*time.Second)
	case 1:
		what, p.chain.baseFee = "fees", []int64{950, 3_000, 9_000, 50_000}[p.rng.IntN(4)]
	case 2:
		what = "eviction"
		for _, h := range sortedHashes(p.chain.mempool) {
			if p.chance(50) {
				delete(p.chain.mempool, h)
			}
		}
	case 3:
		what = "node restarts"
		clear(p.net.nodes[p.rng.IntN(3)].pool)
		if p.chance(50) {
			clear(p.chain.mempool)
		}
	case 4:
		what, p.skew = "clock", time.Duration(p.rng.IntN(61)-30)*time.Second
	case 5, 6:
		what, p.trouble = "disk", []sqlite3.ErrNo{sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrReadonly}[p.rng.IntN(3)]
		p.healed = p.clock().Add(time.Duration(p.rng.IntN(12)) * time.Second)
	case 7:
		what = "time passes"
		p.chain.now = p.chain.now.Add(time.Duration(p.rng.IntN(90)) * time.Second)
	case 8:
		what = "a node is stuck"
		p.net.nodes[p.rng.IntN(3)].stuck = p.chain.now.Add(time.Duration(p.rng.IntN(60)) * time.Second)
	}
	p.say(what)
}

// meetEach plays histories until each kind from first on, and before end, was
// tried in one of them.
func meetEach[K ~int](t *testing.T, noun string, first, end K, tried func(*play) map[K]int) {
	t.Helper()
	met := map[K]int{}
	for seed := uint64(0); seed < 600 && len(met) < int(end-first); seed++ {
		p := playHistory(seed, course{}, nil)
		if p.broken != nil {
			t.Fatalf("seed %d: %v", seed, p.broken)
		}
		for kind, n := range tried(p) {
			met[kind] += n
		}
	}
	for kind := first; kind < end; kind++ {
		if met[kind] == 0 {
			t.Errorf("%s %d was never met: the histories are too tame", noun, kind)
		}
	}
	t.Log(met)
}
