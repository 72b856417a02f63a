package mint_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/mattn/go-sqlite3"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// play is a world in which everything goes wrong that the seed says, and every
// law is checked after each step.
type play struct {
	*world
	net        *simNet
	audit      *audit
	journal    map[mint.PaymentID]mint.State // states by the journal, up to journaled
	journaled  int64
	course     course
	launches   []mint.Launch
	registered int   // of the launches
	later      bool  // launches are registered while the engine runs, too
	twins      int   // percent more of nonces that are signed twice
	broken     error // the first law that did not hold

	// Deaths are counted in boundaries: before and after each call to a node, and
	// before, within and after each write that is committed.
	ticks, dieAt int
	wrote        bool // the open transaction has written
	verdicts     func() verdict
	trouble      sqlite3.ErrNo // of the disk, until healed
	healed       time.Time
	deaths       int
	healthy      bool // from now on nothing goes wrong

	scripted     int              // ticks of a script
	paid         []mint.PaymentID // that a script has to get minted
	visited      map[mint.State]bool
	acknowledged map[mint.PaymentID]bool // claimed, and the payer was told so
	told         map[mint.PaymentID]mint.Order
	shown        map[mint.PaymentID]bool // a node was shown a transaction that carries it
	before       map[mint.PaymentID]row  // as last audited
	concluded    map[int64]bool          // transactions
	audited      int                     // commits until then
	inflow       map[common.Address]int64
	stepping     bool
	inside       bool       // something happens during a call
	deciding     simPayment // presented, and not answered yet
	stubborn     *stubborn
	fibber       *fibber
	watching     bool  // what the harness reads never fails
	pair         *pair // the other chain in the process and the database; nil: there is none
	steady       bool  // the process does not die, and the disk does not fail
}

var simDir string // for databases; memory where there is some

func init() {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		simDir = "/dev/shm"
	}
}

func newPlay(rng *rand.Rand, finality uint64, launches []mint.Launch, registered int, log *slog.Logger) (*play, error) {
	dir, err := os.MkdirTemp(simDir, "sim")
	if err != nil {
		return nil, err
	}
	p := playAt(filepath.Join(dir, "mint402.db"), &simDisk{}, rng, finality, launches, registered, log)
	if err := p.create(); err != nil {
		return nil, err
	}
	p.disk.write, p.disk.commit, p.disk.read = p.writes, p.commits, p.reads
	p.audit, err = openAudit(p.path, p.launch.ChainID)
	return p, err
}

// playAt is a play with a database that is there, or will be.
func playAt(path string, disk *simDisk, rng *rand.Rand, finality uint64, launches []mint.Launch, registered int, log *slog.Logger) *play {
	c := newSimChain(finality, launches...)
	w := &world{rng: rng, launch: launches[0], chain: c, disk: disk, path: path,
		senders: []common.Address{simSender, simSecond}, maxFee: big.NewInt(20_000), log: log}
	p := &play{world: w, net: newSimNet(c, rng, 3), launches: launches, acknowledged: map[mint.PaymentID]bool{},
		told: map[mint.PaymentID]mint.Order{}, shown: map[mint.PaymentID]bool{}, before: map[mint.PaymentID]row{},
		inflow: map[common.Address]int64{}, visited: map[mint.State]bool{},
		concluded: map[int64]bool{}, verdicts: func() verdict { return done }}
	w.node = p.net
	p.net.block()
	w.due = launches[:registered]
	p.registered = registered
	p.net.boundary, p.net.sent, p.net.meanwhile = p.boundary, p.sent, p.meanwhile
	return p
}

func (p *play) close() {
	p.disk.die()
	p.turns.end()
	if p.store != nil {
		p.store.Close()
	}
	p.audit.close()
	p.disk.forget()
	disks.Delete(p.path)
	os.RemoveAll(filepath.Dir(p.path))
}

func (p *play) chance(percent int) bool { return p.rng.IntN(100) < percent }

// breaks notes the first law that does not hold.
func (p *play) breaks(format string, args ...any) {
	if p.broken == nil {
		p.broken = fmt.Errorf(format, args...)
		p.say("BROKEN", "law", p.broken)
	}
}

func (p *play) say(what string, args ...any) {
	if p.log != nil {
		p.log.Info("* "+what, append(args, "block", p.chain.head().block.Number)...)
	}
}

func (p *play) dies() bool {
	p.ticks++
	return p.ticks == p.dieAt && !p.steady
}

func (p *play) boundary() bool {
	if !p.disk.isDead() && p.dies() {
		p.say("dies at a call")
		p.disk.die()
	}
	return p.disk.isDead()
}

// writes, commits and reads are called by the disk, which is locked.
func (p *play) writes(query string) error {
	switch verb, _, _ := strings.Cut(query, " "); verb {
	case "BEGIN":
		p.wrote = false
	case "INSERT", "UPDATE", "DELETE":
		if !p.wrote && p.dies() {
			p.say("dies in a write")
			p.disk.dead = true
			return errDead
		}
		p.wrote = true
	}
	return p.fault(p.net.weather.disk)
}

func (p *play) reads() error {
	if p.watching {
		return nil
	}
	return p.fault(p.net.weather.disk / 4)
}

// fault is what the disk says to an access, in place of doing it.
func (p *play) fault(perMille int) error {
	if p.steady {
		return nil
	}
	if p.trouble != 0 && p.clock().Before(p.healed) {
		return sqlite3.Error{Code: p.trouble}
	}
	if p.net.chance(perMille) {
		return sqlite3.Error{Code: []sqlite3.ErrNo{sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrReadonly}[p.rng.IntN(3)]}
	}
	return nil
}

func (p *play) commits() verdict {
	if p.dies() {
		p.say("dies before a commit")
		return diesUndone
	}
	fate := p.verdicts()
	if fate == done && !p.steady && p.net.chance(2*p.net.weather.disk) {
		fate = undone
		if p.rng.IntN(2) == 0 {
			fate = unsaid
		}
	}
	if p.dies() {
		p.say("dies after a commit")
		return diesDone
	}
	return fate
}

// sent holds that what a node is shown is on disk.
func (p *play) sent(h common.Hash, tx *simTx) {
	if tx == nil {
		p.breaks("a node was shown %s, which nobody signed", h)
		return
	}
	p.checkFee(tx)
	for _, a := range tx.Auths {
		if tx.Kind != "batch" {
			break // which carries no signature that a stranger could use
		}
		p.shown[p.chain.id(a.From, a.Nonce)] = true
	}
	if stored, err := p.audit.stored(h); err != nil || !stored {
		p.breaks("account nonce %d of %s was shown to a node before it was stored: %s (%v)", tx.AccountNonce, tx.Sender, h, err)
	}
}

// restart starts the process again after a death, as often as it takes. One
// death in four takes the connections to the database with it.
func (p *play) restart() {
	if p.pair != nil {
		p.pair.restart()
		return
	}
	if p.deaths%4 == 0 {
		p.disk.forget()
	} else {
		p.disk.keep()
	}
	for attempt := 0; p.broken == nil; attempt++ {
		p.turns.end() // of a dead process, each request and each write fails
		if p.store != nil {
			p.store.Close() // of a dead process: nothing of it reaches the disk
			p.store = nil
		}
		p.disk.mu.Lock()
		p.disk.dead = false
		p.disk.mu.Unlock()
		if attempt > 8 {
			p.heal()
		}
		p.registerLate()
		err := p.start()
		if p.disk.isDead() {
			p.deaths++
		} else if err == nil {
			return
		}
		p.say("does not start", "err", err)
		if attempt > 20 {
			p.breaks("the process does not start again: %v", err)
		}
		p.net.block()
	}
}

// registerLate adds the launches that are not registered yet, now and then.
func (p *play) registerLate() {
	if p.registered < len(p.launches) && (p.healthy || p.chance(30)) {
		p.due = append(p.due, p.launches[p.registered])
		p.registered++
	}
}

// registerNow adds a launch beside the engine, unless the disk fails. One of which
// that is not known is added again.
func (p *play) registerNow() {
	l := p.launches[p.registered]
	if err := p.store.SaveLaunch(context.Background(), l); err != nil {
		p.say("is not registered", "launch", l.Slug, "err", err)
		return
	}
	p.say("registered", "launch", l.Slug)
	p.registered++
}

// start is the world's, and leaves nothing open if it fails.
func (p *play) start() error {
	err := p.world.start()
	if err != nil && p.store != nil {
		p.store.Close()
		p.store = nil
	}
	return err
}

// step is one of the engine's, unless there is none running now.
func (p *play) step() {
	if p.stepping || p.broken != nil {
		return
	}
	if p.pair != nil && !p.started() {
		return
	}
	p.stepping = true
	err := p.engine.Step(context.Background())
	if p.healthy {
		p.turns.end()
	} else {
		p.turns.some()
	}
	p.stepping = false
	if err != nil {
		p.say("step", "err", err)
	}
	if errors.Is(err, store.ErrFinal) {
		p.breaks("the engine gave up: %v", err)
	}
	if err == nil && !p.disk.isDead() && p.agreed() {
		p.checkOffers()
	}
	p.pair.beside(p)
}

// revive restarts the process if it died. It is called outside of all calls.
func (p *play) revive() {
	if p.disk.isDead() {
		p.deaths++
		p.dieAt = 0
		if p.deaths < 3 && p.chance(40) { // in the recovery, or soon after
			p.dieAt = p.ticks + 1 + p.rng.IntN(60)
		}
		p.restart()
	}
}

// heal ends everything that goes wrong and can end.
func (p *play) heal() {
	p.net.stubborn, p.net.fibber = nil, nil // they are p's still
	p.net.weather, p.net.outage, p.trouble, p.skew, p.dieAt = weather{}, time.Time{}, 0, 0, 0
	p.verdicts = func() verdict { return done }
	p.chain.baseFee = 950
	for _, n := range p.net.nodes {
		n.stuck = time.Time{}
	}
	p.net.sync()
}

// settle lets everything come to rest: honest nodes, blocks, and steps until
// everything is final.
func (p *play) settle() {
	p.dieAt = 0
	p.revive()
	p.heal()
	p.net.blockOf(nil) // what strangers still had waiting
	for _, l := range p.launches {
		p.chain.submit(simTx{Kind: "pause", Token: l.Token})
		p.chain.submit(simTx{Kind: "minter", Token: l.Token, Who: simMinter})
	}
	p.chain.submit(simTx{Kind: "freeze", Token: p.launch.Token})
	for _, s := range append(p.senders, simMinter) {
		p.chain.submit(simTx{Kind: "dry", Token: p.launch.Token, Who: s})
	}
	p.net.blockOf(nil)
	p.healthy = true
	if p.net.signers != nil {
		p.net.signers.fails = 0
	}
	if p.registered < len(p.launches) {
		p.restart()
	}
	if p.broken != nil {
		return
	}
	for _, pay := range p.payments {
		if p.rng.IntN(2) == 0 {
			p.offer(pay)
		}
	}
	if p.facilitators != nil {
		p.facilitators.unable = ""
	}
	for range 60 {
		p.step()
		p.check()
		if p.facilitators != nil {
			p.facilitate()
		}
		if n, err := p.store.Count(context.Background(), mint.Query{States: []mint.State{mint.Claimed, mint.Minting}}); err == nil && n == 0 {
			break
		}
		p.net.blockOf(nil)
	}
	p.chain.now = p.chain.now.Add(3 * time.Hour)
	p.rest()
	if p.fibber.omits() {
		p.readTwice()
		p.rest()
	}
	p.check()
	p.checkEnd()
}

// rest lets what is left become final: what is owed to one payer is minted one by one,
// and what used a payment nonce is looked for ever less often.
func (p *play) rest() {
	for round := range 40 {
		for range p.chain.finality {
			p.net.blockOf(nil)
		}
		p.step()
		if round > 1 && p.rests() {
			break
		}
	}
}

// readTwice makes blocks until every block so far was read a second time.
func (p *play) readTwice() {
	head := p.chain.head().block.Number
	for range 30 {
		p.step()
		launches, err := p.store.Launches(context.Background())
		if err == nil && !slices.ContainsFunc(launches, func(l mint.Launch) bool { return l.Twice < head }) {
			return
		}
		for range 22 {
			p.net.blockOf(nil)
		}
	}
	p.breaks("the blocks up to %d are never read a second time", head)
}

// rests says that nothing of ours is under way any more, and that everything is sold.
func (p *play) rests() bool {
	n, err := p.store.Count(context.Background(), mint.Query{States: []mint.State{mint.Claimed, mint.Minting, mint.Mined, mint.Parked}})
	if err != nil || n > 0 || len(p.engine.Health().Faults) > 0 {
		return false
	}
	txs, err := p.store.InFlight(context.Background())
	return err == nil && len(txs) == 0
}
