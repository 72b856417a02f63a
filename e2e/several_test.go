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
)

// severalWithin is how soon a payment has to be minted, and a price quoted again,
// while one of several nodes misbehaves. A node that keeps silent is given its time.
const severalWithin = 60 * time.Second

// TestWhileOneOfSeveralNodesMisbehavesTheSaleGoesOn has one of two nodes misbehave
// in each way, before and after a restart of the server.
func TestWhileOneOfSeveralNodesMisbehavesTheSaleGoesOn(t *testing.T) {
	begin(t)
	if os.Getenv("MINT402_MIXES") == "" {
		t.Skip("make providers runs it")
	}
	seed, only := number(t, "MINT402_SEED", 402), os.Getenv("MINT402_ALONE")
	behaviours := slices.DeleteFunc(slices.Concat(misreadings, refusals), func(b behaviour) bool { return !strings.Contains(b.name, only) })
	elsewhere := startAnvil(t, 1)
	var mu sync.Mutex
	lines := make([]string, len(behaviours))
	work := make(chan int)
	var workers sync.WaitGroup
	for range min(stalls, len(behaviours)) {
		workers.Go(func() {
			var s *stall
			for i := range work {
				if s == nil {
					s = openStall(t, elsewhere.url, true)
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
	for i := range behaviours {
		work <- i
	}
	close(work)
	workers.Wait()
	fmt.Printf("%-44s%12s%20s%20s\n%s", "one of two nodes", "minted in", "after a restart in", "no price in all", strings.Join(lines, ""))
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
	if !ok {
		said := s.running().said()
		a, _ := ask(s.url+"/readyz", "", "")
		s.t.Errorf("%s at one of two nodes: minted in %v, after a restart in %v, %v without a price; the server ended by itself %d times: %s\n%d %s\n  %s",
			b.name, first, second, without, len(exits), strings.Join(exits, "\n"), a.status, a.body, strings.Join(said[max(0, len(said)-8):], "\n  "))
	}
	return fmt.Sprintf("%-44s%10.1f s%18.1f s%18.1f s\n", b.name, first.Seconds(), second.Seconds(), without.Seconds()), ok
}

// buys presents a payment until it is minted, and says how long that took.
func (s *stall) buys() time.Duration {
	p := s.take(1)[0].sign(s.t, s.quoted, 1)
	began := time.Now()
	for time.Since(began) < severalWithin {
		if a, err := s.present(p, 2); err == nil && a.status == 200 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return time.Since(began)
}
