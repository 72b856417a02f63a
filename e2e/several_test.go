package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// severalWithin is how soon a payment has to be minted, and a price quoted again,
// while one of several nodes misbehaves. A node that keeps silent is given its time.
const severalWithin = 60 * time.Second

// severalInCI are the behaviours that are tried with every run of the tests.
var severalInCI = []string{"all logs left out", "a node that stands still", "connections that are cut"}

// TestWhileOneOfSeveralIsInTroubleTheOthersSell has one of two nodes misbehave in
// each way, before and after a restart of the server. All the while one of three
// senders has no gas, one launch is paused, one has no minter and owes money, and one
// is half registered: its server was killed before it had read anything of it.
// MINT402_ALONE is a part of the name of the behaviours to try; MINT402_MIXES, set to
// anything, has all of them tried.
func TestWhileOneOfSeveralIsInTroubleTheOthersSell(t *testing.T) {
	begin(t)
	seed, only := number(t, "MINT402_SEED", 402), os.Getenv("MINT402_ALONE")
	behaviours := slices.DeleteFunc(slices.Concat(misreadings, refusals), func(b behaviour) bool {
		return !strings.Contains(b.name, only) || os.Getenv("MINT402_MIXES") == "" && !slices.Contains(severalInCI, b.name)
	})
	elsewhere := startAnvil(t, 1)
	var mu sync.Mutex
	lines := make([]string, len(behaviours))
	work := make(chan int, len(behaviours)) // a worker that fails leaves the rest to the others
	for i := range behaviours {
		work <- i
	}
	close(work)
	var workers sync.WaitGroup
	for range min(stalls, (len(behaviours)+2)/3) {
		workers.Go(func() {
			var s *stall
			for i := range work {
				if s == nil {
					s = openTroubled(t, elsewhere.url)
				}
				line, ok := s.besides(behaviours[i], &dice{rng: rand.New(rand.NewPCG(uint64(seed+i), 402))})
				mu.Lock()
				lines[i] = line
				mu.Unlock()
				if !ok {
					s.close()
					s = nil
				}
			}
			if s != nil {
				s.close()
			}
		})
	}
	workers.Wait()
	fmt.Printf("%-44s%12s%20s%20s\n%s", "one of two nodes", "minted in", "after a restart in", "no price in all", strings.Join(lines, ""))
}

// openTroubled opens a stall with two nodes, the provider being the first, and
// everything else that may be wrong with one of several.
func openTroubled(t *testing.T, elsewhere string) *stall {
	t.Helper()
	s := newStall(t, elsewhere)
	u := s.chain
	s.rpc += "," + u.url
	dry, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	s.sender = strings.Join([]string{common.Bytes2Hex(crypto.FromECDSA(dry)), u.newKey(t), u.newKey(t)}, ",")
	s.launch(1_000_000)
	minter := addressOf(t, s.minterKey).Hex()
	s.deploy(s.db, "well", minter, 1000)
	paused := s.deploy(s.db, "paused", minter, 1000)
	run(t, []string{"MINT402_KEY=" + s.owner}, program, "pause", "--yes", "--token", paused.Hex(), "--rpc", u.url, "--db", s.db)
	minterless := s.deploy(s.db, "minterless", "none", 1000)
	first := s.deploy(s.db+".first", "first", minter, 1000)
	second := s.deploy(s.db+".second", "second", minter, 1000)

	// It owes money that no key may mint or return.
	s.start()
	owed := newPayers(t, 1)
	u.give(price, owed[0].address)
	q := s.quote(1)
	q.Requirement.PayTo = minterless
	signed := owed[0].sign(t, q, 1)
	u.submit(signed)
	s.reaches(signed, "settled")
	s.server.kill()

	s.registersHalf(first)
	s.away = func() { s.registersHalf(second) }
	s.open()
	s.well = s.of("well").quote(1)
	return s
}

// registersHalf has a server die when it has registered a launch, before it reads
// anything of it.
func (s *stall) registersHalf(token common.Address) {
	ordinary, rpc := s.program, s.rpc
	s.program, s.rpc = mortalProgram(s.t), s.chain.url
	s.flags = append(s.flags, "--token", token.Hex())
	p := s.serve("MINT402_FAILPOINT=before-events:1")
	p.quiet = true
	s.program, s.rpc, s.flags = ordinary, rpc, s.flags[:len(s.flags)-2]
	until(s.t, "the server dies before it reads", p.ended)
	if !p.says(`"msg":"registered"`) || p.says(`"msg":"reading a new launch"`) {
		s.t.Errorf("the server was to die when it had registered %s:\n%s", token, strings.Join(p.said(), "\n"))
	}
}

// besides has one node misbehave while another is well, and says how that went.
func (s *stall) besides(b behaviour, d *dice) (line string, ok bool) {
	f := b.make(d, s.shop)
	defer s.provider.misbehave(f)()
	s.without.Store(0)
	first := s.buys()
	s.end(syscall.SIGKILL)
	second := s.buys()
	without := time.Duration(s.without.Load())
	s.mu.Lock()
	exits := s.exits
	s.exits = nil
	s.mu.Unlock()
	ok = max(first, second, without) < severalWithin && len(exits) == 0
	for slug, status := range map[string]int{"paused": 503, "minterless": 503, "first": 402, "second": 402} {
		until(s.t, fmt.Sprintf("%s answers %d", slug, status), func() bool {
			a, err := ask(s.url+"/launches/"+slug+"/mint", "", "")
			return err == nil && a.status == status
		})
	}
	if !ok {
		said := s.running().said()
		a, _ := ask(s.url+"/readyz", "", "")
		s.t.Errorf("%s at one of two nodes: minted in %v, after a restart in %v, %v without a price; the server ended by itself %d times: %s\n%d %s\n  %s",
			b.name, first, second, without, len(exits), strings.Join(exits, "\n"), a.status, a.body, strings.Join(said[max(0, len(said)-8):], "\n  "))
	}
	return fmt.Sprintf("%-44s%10.1f s%18.1f s%18.1f s\n", b.name, first.Seconds(), second.Seconds(), without.Seconds()), ok
}

// buys presents payments to both launches that are well until they are minted, and
// says how long that took.
func (s *stall) buys() time.Duration {
	payers := s.take(2)
	began := time.Now()
	p := payers[0].sign(s.t, s.quoted, 1)
	q := payers[1].sign(s.t, s.well, 1)
	for minted := 0; minted < 2 && time.Since(began) < severalWithin; time.Sleep(100 * time.Millisecond) {
		minted = 0
		for shop, payment := range map[*shop]payment{s.shop: p, s.of("well"): q} {
			if a, err := shop.present(payment, 2); err == nil && a.status == 200 {
				minted++
			}
		}
	}
	return time.Since(began)
}
