package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

const (
	// mixLasts is how long a provider misbehaves, and mixEnds how long everything
	// may take to be decided once it is honest again.
	mixLasts = 7 * time.Second
	mixEnds  = 90 * time.Second

	mixFunds  = 2 * price // of each payer: enough to be charged twice
	mixMaxFee = 60        // gwei, for --max-fee
)

// stall is a shop whose only node is a provider, with a supervisor that starts its
// server again whenever that ends.
type stall struct {
	*shop
	provider *provider
	quoted   x402.Quote
	well     x402.Quote // of another launch of it
	funded   []payer

	mu      sync.Mutex
	serving *process
	killed  *process // ended on purpose
	away    func()   // what happens before the next start
	exits   []string // of a server that ended by itself: its last words
	closed  chan struct{}
	lived   chan struct{}

	// Since the last look: how long, and how long without a price.
	watched, without atomic.Int64
}

// openStall opens one.
func openStall(t *testing.T, elsewhere string) *stall {
	t.Helper()
	s := newStall(t, elsewhere)
	s.launch(1_000_000)
	s.open()
	return s
}

// newStall is one that has yet to launch.
func newStall(t *testing.T, elsewhere string) *stall {
	t.Helper()
	u := deployCircle(t, startAnvil(t, 1))
	s := &stall{shop: newShop(t, u), provider: startProvider(t, u.anvil, elsewhere), closed: make(chan struct{}), lived: make(chan struct{})}
	s.rpc = s.provider.url
	s.flags = []string{"--max-fee", fmt.Sprint(mixMaxFee)}
	return s
}

// open begins to sell.
func (s *stall) open() {
	s.t.Helper()
	s.fund()
	s.chain.mineMany(12) // replicas that lag know of the money, too
	s.start()
	s.server.quiet = true // what matters of it is reported with its mix
	s.quoted = s.quote(1)
	s.serving = s.server
	go s.live()
	go s.watch()
}

// live starts the server again and again until the stall is closed.
func (s *stall) live() {
	defer close(s.lived)
	for {
		p := s.running()
		select {
		case <-p.done:
		case <-s.closed:
			p.kill()
			return
		}
		s.mu.Lock()
		if s.killed != p && !p.says(addressInUse) {
			said := p.said()
			s.exits = append(s.exits, fmt.Sprintf("%v: %s", p.cmd.ProcessState, strings.Join(said[max(0, len(said)-3):], "\n")))
		}
		away := s.away
		s.away = nil
		s.mu.Unlock()
		if away != nil {
			away()
		}
		time.Sleep(200 * time.Millisecond) // as a supervisor would
		p = s.serve()
		p.quiet = true
		s.mu.Lock()
		s.serving = p
		s.mu.Unlock()
	}
}

func (s *stall) running() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.serving
}

// end ends the server by a signal; it is started again.
func (s *stall) end(by syscall.Signal) {
	p := s.running()
	s.mu.Lock()
	s.killed = p
	s.mu.Unlock()
	p.signal(by)
}

func (s *stall) close() {
	close(s.closed)
	<-s.lived
}

// watch asks for the price several times a second.
func (s *stall) watch() {
	for last := time.Now(); ; {
		select {
		case <-s.closed:
			return
		case <-time.After(150 * time.Millisecond):
		}
		priced := s.sells()
		now := time.Now()
		s.watched.Add(int64(now.Sub(last)))
		if !priced {
			s.without.Add(int64(now.Sub(last)))
		}
		last = now
	}
}

// sells says whether a price is quoted now.
func (s *stall) sells() bool {
	a, err := askWithin(2*time.Second, mintURL(s.url, 1), "", "")
	return err == nil && a.status == 402
}

// fund gives money to the payers of the next mixes, well before they pay: a replica
// that lags knows of it.
func (s *stall) fund() {
	s.t.Helper()
	payers := newPayers(s.t, 20*len(roles))
	s.chain.give(mixFunds, addresses(payers)...)
	s.funded = append(s.funded, payers...)
}

func (s *stall) take(n int) []payer {
	if len(s.funded) < 3*n {
		s.fund()
	}
	taken := s.funded[:n]
	s.funded = s.funded[n:]
	return taken
}

// onset is a fault of a mix, with when it begins and ends.
type onset struct {
	behaviour
	from, until time.Duration
}

// mix is some payers at a stall while its provider misbehaves in some ways.
type mix struct {
	*stall
	seed     uint64
	dice     *dice
	faults   []onset
	restarts map[time.Duration]syscall.Signal
	clients  []*client
	over     chan struct{} // closed when the time to decide is up

	lost, double, twice, told402, undecided, fees int
	minted, cancelled                             int
	during, after                                 time.Duration // without a price
	recovery                                      time.Duration
	problems                                      []string
}

// client is one payer, with every payment that it signed and what it was told.
type client struct {
	payer    payer
	role     role
	payments []payment
	refusals []refusal
	last     answer
}

// refusal is a 402 in answer to a payment.
type refusal struct {
	p    payment
	head uint64
	body string
}

// role is what a client does.
type role string

const (
	insists   role = "presents until it is minted"
	forgets   role = "presents once"
	overtaken role = "presents, and a stranger submits the same payment"
	pushed    role = "never presents what a stranger submits"
	late      role = "presents what a stranger has submitted"
	cancels   role = "presents and cancels"
)

var roles = []role{insists, insists, forgets, overtaken, overtaken, pushed, late, cancels}

func (m *mix) run() {
	m.over = make(chan struct{})
	m.watched.Store(0)
	m.without.Store(0)
	for i, p := range m.take(len(roles)) {
		m.clients = append(m.clients, &client{payer: p, role: roles[i]})
	}
	var events, all sync.WaitGroup
	for _, f := range m.faults {
		events.Go(func() {
			time.Sleep(f.from)
			made := f.make(m.dice, m.shop)
			made.name = f.name
			end := m.provider.misbehave(made)
			time.Sleep(f.until - f.from)
			end()
		})
	}
	for at, signal := range m.restarts {
		events.Go(func() {
			time.Sleep(at)
			m.end(signal)
		})
	}
	for _, c := range m.clients {
		moment, later := time.Duration(m.dice.n(int(mixLasts-time.Second))), time.Duration(m.dice.n(int(time.Second)))
		all.Go(func() {
			time.Sleep(moment)
			m.pay(c, later)
		})
	}
	events.Wait()
	m.provider.behave()
	honest := time.Now()
	m.during = time.Duration(m.without.Swap(0))
	_ = time.AfterFunc(mixEnds, func() { close(m.over) })
	all.Wait()
	for _, c := range m.clients {
		m.decide(c)
	}
	for !m.sells() && !m.expired() {
		time.Sleep(100 * time.Millisecond)
	}
	m.recovery = time.Since(honest)
	m.after = time.Duration(m.without.Load())
	if !m.sells() {
		a, _ := ask(m.url+"/readyz", "", "")
		m.fault("names no price %v after its node was well again: %d %s", mixEnds, a.status, a.body)
		m.undecided++
	}
	m.judge()
}

func (m *mix) expired() bool { return ended(m.over) }

func (m *mix) fault(format string, args ...any) {
	m.problems = append(m.problems, fmt.Sprintf(format, args...))
}

// pay is what a client does; all but a few go on until they have their tokens.
func (m *mix) pay(c *client, later time.Duration) {
	p := c.payer.sign(m.t, m.quoted, 1)
	c.payments = append(c.payments, p)
	switch c.role {
	case forgets:
		m.presents(c, p)
		return
	case overtaken:
		go func() {
			time.Sleep(later / 4)
			m.chain.submit(p)
		}()
	case pushed:
		m.chain.submit(p)
		return
	case late:
		m.chain.submit(p)
		time.Sleep(2 * later)
	case cancels:
		m.presents(c, p)
		time.Sleep(later)
		m.chain.cancel(p)
	}
	for !m.expired() {
		a, err := m.presents(c, c.payments[len(c.payments)-1])
		switch {
		case err == nil && a.status == 200:
			return
		case err == nil && a.status == 402 && c.role == cancels:
			return
		case err == nil && a.status == 402 && len(c.payments) < 2:
			// A stock client signs again for each price that it is told.
			c.payments = append(c.payments, c.payer.sign(m.t, m.quoted, 1))
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// presents sends a payment once and keeps what was answered.
func (m *mix) presents(c *client, p payment) (answer, error) {
	a, err := m.present(p, m.dice.n(2))
	if err != nil {
		return a, err
	}
	c.last = a
	if a.status == 402 {
		c.refusals = append(c.refusals, refusal{p, m.head(), string(a.body)})
	}
	return a, nil
}

// decide waits until nothing is left to do for a client's payments.
func (m *mix) decide(c *client) {
	for ; !m.expired(); time.Sleep(150 * time.Millisecond) {
		done := true
		for _, p := range c.payments {
			o, err := ask(m.url+"/orders/"+p.id.Hex(), "", "")
			used, cancelled := m.used(p)
			switch {
			case err != nil:
				done = false
			case used && !cancelled:
				done = done && (o.State == "mined" || o.State == "minted")
			case !used && (c.role == pushed || c.role == late || c.role == overtaken):
				done = false // a stranger's transaction is still to be mined
			default:
				done = done && (o.status == 404 || o.State == "voided" || o.State == "parked" && c.role != insists)
			}
		}
		if done {
			return
		}
	}
}

var (
	canceledTopic = crypto.Keccak256Hash([]byte("AuthorizationCanceled(address,bytes32)"))
	stateInput    = crypto.Keccak256([]byte("authorizationState(address,bytes32)"))[:4]
)

// used says what the chain says of a payment's nonce.
func (m *mix) used(p payment) (used, cancelled bool) {
	out, err := m.CallContract(context.Background(), ethereum.CallMsg{To: &usdcAddress,
		Data: append(append(stateInput[:4:4], common.LeftPadBytes(p.payer.address[:], 32)...), p.authorization.Nonce[:]...)}, nil)
	if err != nil {
		m.t.Errorf("read the state of a payment nonce: %v", err)
		return false, false
	}
	if used = common.BytesToHash(out) != (common.Hash{}); used {
		cancelled = m.cancelledIn(p) != 0
	}
	return used, cancelled
}

// cancelledIn is the block in which a payment was cancelled, or 0.
func (m *mix) cancelledIn(p payment) uint64 {
	logs, err := m.FilterLogs(context.Background(), ethereum.FilterQuery{Addresses: []common.Address{usdcAddress},
		Topics: [][]common.Hash{{canceledTopic}, {common.BytesToHash(p.payer.address[:])}, {p.authorization.Nonce}}, FromBlock: common.Big0})
	if err != nil {
		m.t.Errorf("read cancellations: %v", err)
	}
	for _, l := range logs {
		return l.BlockNumber
	}
	return 0
}

// judge holds the chain, asked itself, against the promise.
func (m *mix) judge() {
	events := m.ledger.minted(m.t)
	for _, c := range m.clients {
		holds, charged := m.allotments(m.t, c.payer.address), mixFunds-m.usdc(m.t, c.payer.address)
		if charged > price {
			m.double++
			m.fault("%s was charged %d times, for %d allotments", c, charged/price, holds)
		}
		if charged < holds*price {
			m.twice++
			m.fault("%s was charged %d for %d allotments", c, charged, holds)
		}
		for _, p := range c.payments {
			m.judgePayment(c, p, len(events[p.id]))
		}
		for _, r := range c.refusals {
			if at := m.cancelledIn(r.p); at == 0 || at > r.head {
				m.told402++
				m.fault("%s was answered 402 in block %d: %s", c, r.head, r.body)
			}
		}
	}
	m.provider.mu.Lock()
	defer m.provider.mu.Unlock()
	for _, tx := range m.provider.sent { // each once, however often it was sent
		if tx.GasFeeCap().Cmp(gweis(mixMaxFee)) > 0 {
			m.fees++
			m.fault("transaction %s would pay %s wei a gas", tx.Hash(), tx.GasFeeCap())
		}
	}
	clear(m.provider.sent)
}

func (m *mix) judgePayment(c *client, p payment, times int) {
	used, cancelled := m.used(p)
	if times > 1 {
		m.twice++
		m.fault("%s: payment %s was minted %d times", c, p.id, times)
	}
	if cancelled {
		m.cancelled++
	}
	m.minted += min(times, 1)
	o, err := ask(m.url+"/orders/"+p.id.Hex(), "", "")
	said := fmt.Sprintf("order %s: %v %d %s; last told %d %s", p.id, err, o.status, o.body, c.last.status, c.last.body)
	owed := used && !cancelled && times == 0
	says := err == nil && o.status == 200 && o.State != "voided" && (o.State != "parked" || o.Reason != "")
	switch {
	case owed && !says:
		m.lost++
		m.fault("%s was charged and has neither tokens nor an order that says what it waits for: %s", c, said)
	case owed:
		m.undecided++
		m.fault("%s was charged and waits still: %s", c, said)
	case !used && c.role == insists && len(c.refusals) == 0, times == 1 && (o.State != "mined" && o.State != "minted"):
		m.undecided++
		m.fault("%s is undecided: %s", c, said)
	}
}

func (c *client) String() string { return fmt.Sprintf("payer %s, who %s,", c.payer.address, c.role) }

// String describes a mix, so that it can be found in a log.
func (m *mix) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d:", m.seed)
	for _, f := range m.faults {
		fmt.Fprintf(&b, " %s from %.1f to %.1f s;", f.name, f.from.Seconds(), f.until.Seconds())
	}
	for at, signal := range m.restarts {
		fmt.Fprintf(&b, " %v at %.1f s;", signal, at.Seconds())
	}
	return strings.TrimSuffix(b.String(), ";")
}

// newMix draws a mix from its seed.
func newMix(s *stall, seed uint64, of []behaviour) *mix {
	d := &dice{rng: rand.New(rand.NewPCG(seed, 402))}
	m := &mix{stall: s, seed: seed, dice: d, restarts: map[time.Duration]syscall.Signal{}}
	if len(of) == 1 {
		m.faults = []onset{{of[0], 0, mixLasts}}
		return m
	}
	for _, i := range d.rng.Perm(len(of))[:2+d.n(3)] {
		from := time.Duration(d.n(int(mixLasts / 2)))
		m.faults = append(m.faults, onset{of[i], from, from + time.Second + time.Duration(d.n(int(mixLasts-from-time.Second)))})
	}
	if d.in(2) {
		m.restarts[time.Second+time.Duration(d.n(int(mixLasts-time.Second)))] = pick(d, syscall.SIGTERM, syscall.SIGKILL)
	}
	return m
}

// wrongChain says that the provider answers for another chain at some time.
func (m *mix) wrongChain() bool {
	return slices.ContainsFunc(m.faults, func(o onset) bool { return o.wrongChain() })
}

// wrongChain says that a node answers for another chain: the one fault for which a
// start may end, where there is no other node.
func (b behaviour) wrongChain() bool { return strings.HasPrefix(b.name, "another chain") }
