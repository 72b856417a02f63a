package e2e

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// oldWithin is how long an old launch may take to be on sale on a loaded machine.
const oldWithin = 25 * time.Minute

// TestAnOldLaunchComesUpOnANodeWithLimits is a measurement: `make oldlaunch` runs
// it. MINT402_BLOCKS says how old the launch is.
func TestAnOldLaunchComesUpOnANodeWithLimits(t *testing.T) {
	measured(t, "oldlaunch")
	age := number(t, "MINT402_BLOCKS", 500_000)
	young := deployCircle(t, startAnvil(t, 2))
	s := newShop(t, young)
	before := s.head()
	s.launch(1000)
	s.start()
	s.buysOf("ping")
	s.server.kill()
	began := time.Now()
	u := young.aged(t, age)
	t.Logf("%d blocks in %v", age, took(began))

	// A database that has the launch and nothing of its past.
	pool := startProvider(t, u.anvil, "")
	d := &dice{rng: rand.New(rand.NewPCG(402, 402))}
	busy := 0
	pool.misbehave(&fault{request: func(x *exchange) bool {
		if !d.in(50) {
			return false
		}
		busy++
		return x.tooMany("Retry-After", "1")
	}})
	pool.misbehave(boundOnLogs(500, 200, -32005, "query exceeds max block range 500"))
	past := &past{token: s.token, times: make([]uint8, u.newest()+1_000_000)}
	pool.misbehave(past.reads())
	s.chain, s.ledger = u, &ledger{u.Client, s.token}
	s.rpc, s.db = pool.url, s.db+".new"
	s.flags = []string{"--token", s.token.Hex(), "--slug", "ping", "--deployed-at", strconv.FormatUint(before, 10)}
	began = time.Now()
	first := &startup{t: t, server: s.serve(), url: "http://" + s.listen}
	untilWithin(t, oldWithin, "half of the past is read", func() bool {
		first.look()
		once, _, _ := past.counted()
		return once >= age/2
	})
	first.server.kill()
	half, _, _ := past.counted()
	s.flags = nil
	second := &startup{t: t, server: s.serve(), url: first.url}
	untilWithin(t, oldWithin, "the launch is sold", func() bool {
		second.look()
		a, err := askWithin(2*time.Second, "http://"+s.listen+"/mint", "", "")
		return err == nil && a.status == 402
	})
	up := took(began)
	once, again, ranges := past.counted()
	// The kill costs one stretch of the engine's, 2000 blocks; the newest blocks are
	// read a second time once they are final.
	if most := 3000 + age/100; again > most {
		t.Errorf("%d of %d blocks were read again, more than %d", again, once, most)
	}
	for _, of := range []*startup{first, second} {
		of.judge(age)
	}
	if n, m := len(first.blocks), len(second.blocks); n > 0 && m > 0 && second.blocks[0]+2000 < first.blocks[n-1] {
		t.Errorf("after the restart it reads on from block %d, it had been at %d", second.blocks[0], first.blocks[n-1])
	}
	a, err := ask("http://"+s.listen+"/launches/ping", "", "")
	if err != nil || !bytes.Contains(a.body, []byte(`"mints":1`)) {
		t.Errorf("what was sold long ago is not known: %s %v", a.body, err)
	}
	s.url = first.url
	sold := s.buysOf("ping")
	t.Logf("a launch %d blocks old is sold after %v, kill -9 at %d blocks included: %d blocks were read by %d ranges, %d of them twice; %d requests were answered 429; "+
		"/healthz answered %d times and was mute %d times; /readyz said how far %d times; the next mint took %v",
		age, up, half, once, ranges, again, busy, first.alive+second.alive, first.mute+second.mute, len(first.blocks)+len(second.blocks), sold)
}

// newest is the number of the newest block.
func (a *anvil) newest() uint64 {
	p := &provider{anvil: a.url}
	return p.head()
}

// past counts how often each block of a launch's past is read.
type past struct {
	token common.Address

	mu                  sync.Mutex
	times               []uint8 // by block
	once, again, ranges int
}

// reads notes each range of the launch's own logs that a node answers.
func (p *past) reads() *fault {
	return &fault{answer: func(x *exchange, asked, m *message) {
		var f struct {
			FromBlock, ToBlock json.RawMessage
			Address            []common.Address
		}
		if asked.Method != "eth_getLogs" || m.Error != nil || json.Unmarshal(asked.Params[0], &f) != nil || !slices.Contains(f.Address, p.token) {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.ranges++
		for b := hexNumber(f.FromBlock); b <= hexNumber(f.ToBlock); b++ {
			if p.times[b]++; p.times[b] == 1 {
				p.once++
			} else {
				p.again++
			}
		}
	}}
}

// counted is how many blocks were read, how often one was that had been, and by how
// many ranges.
func (p *past) counted() (once, again, ranges int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.once, p.again, p.ranges
}

// startup is a server that reads the chain, and what it answers during that time.
type startup struct {
	t           *testing.T
	server      *process
	url         string
	alive, mute int
	blocks      []uint64 // that /readyz said it had reached
	left        int      // how often it said how fast it is and how long it takes still
}

var progress = regexp.MustCompile(`block (\d+) of (\d+) \((\d+) %\)(, \d+ blocks a second, about \d[0-9hms]* left)?`)

// look asks whether the server lives and how far it is.
func (s *startup) look() {
	s.t.Helper()
	if s.server.ended() {
		s.t.Fatalf("the server ended:\n%s", strings.Join(s.server.said(), "\n"))
	}
	switch a, err := askWithin(5*time.Second, s.url+"/healthz", "", ""); {
	case err == nil && a.status == 200:
		s.alive++
	case s.alive > 0:
		s.mute++
	}
	a, err := askWithin(5*time.Second, s.url+"/readyz", "", "")
	if err != nil || a.status != 503 {
		return
	}
	if found := progress.FindSubmatch(a.body); found != nil {
		at, _ := strconv.ParseUint(string(found[1]), 10, 64)
		s.blocks = append(s.blocks, at)
		if len(found[4]) > 0 {
			s.left++
		}
	}
}

// judge says what was missing in the answers of a server that had half of so many
// blocks to read.
func (s *startup) judge(age int) {
	s.t.Helper()
	if s.alive == 0 || s.mute > 0 {
		s.t.Errorf("/healthz answered %d times, and not %d times after it had begun to", s.alive, s.mute)
	}
	if !slices.IsSorted(s.blocks) {
		s.t.Errorf("/readyz says it goes back: %v", s.blocks)
	}
	if age >= 20_000 && (len(slices.Compact(slices.Clone(s.blocks))) < 2 || s.left == 0) {
		s.t.Errorf("/readyz said %d times how far it is, and %d times how fast and how long still", len(s.blocks), s.left)
	}
}
