package e2e

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestAnOldLaunchComesUpOnANodeWithLimits is a measurement: `make oldlaunch` runs
// it. MINT402_BLOCKS says how old the launch is.
func TestAnOldLaunchComesUpOnANodeWithLimits(t *testing.T) {
	begin(t)
	if os.Getenv("MINT402_LOAD") == "" {
		t.Skip("make oldlaunch runs it")
	}
	age := number(t, "MINT402_BLOCKS", 500_000)
	u := deployCircle(t, startAnvil(t, 2))
	s := newShop(t, u)
	s.launch(1000)
	s.start()
	s.buysOf("ping")
	s.server.kill()
	began := time.Now()
	for left := age; left > 0; left -= 20_000 {
		u.mineMany(min(left, 20_000))
	}
	t.Logf("%d blocks in %v", age, took(began))

	// A database that has the launch and nothing of its past.
	pool := startProvider(t, u.anvil, "")
	d := &dice{rng: rand.New(rand.NewPCG(402, 402))}
	var ranges atomic.Int64
	pool.misbehave(&fault{request: func(x *exchange) bool {
		if d.in(50) {
			return x.http(429, `{"jsonrpc":"2.0","error":{"code":-32005,"message":"project ID request rate exceeded"},"id":null}`, "Content-Type", "application/json", "Retry-After", "1")
		}
		for _, m := range x.calls {
			var r logRange
			if m.Method != "eth_getLogs" || json.Unmarshal(m.Params[0], &r) != nil || r.ToBlock == nil {
				continue
			}
			if hexNumber(r.ToBlock) >= hexNumber(r.FromBlock)+500 {
				return x.refuseAll(200, -32005, "query exceeds max block range 500")
			}
			ranges.Add(1)
		}
		return false
	}})
	token := s.token
	s.rpc, s.db, s.flags = pool.url, s.db+".new", []string{"--token", token.Hex(), "--slug", "ping"}
	began = time.Now()
	s.server = s.serve()
	alive, mute := 0, 0
	healthy := func() {
		switch a, err := askWithin(2*time.Second, "http://"+s.listen+"/healthz", "", ""); {
		case err == nil && a.status == 200:
			alive++
		case alive > 0:
			mute++
		}
	}
	// Half of the way, and it is killed.
	half := age / 500 / 2
	until(t, "half of the past is read", func() bool {
		healthy()
		return int(ranges.Load()) >= half
	})
	s.server.kill()
	first := int(ranges.Load())
	s.flags = nil
	s.server = s.serve()
	until(t, "the launch is sold", func() bool {
		if s.server.ended() {
			t.Fatalf("the server ended:\n%s", strings.Join(s.server.said(), "\n"))
		}
		if a, err := askWithin(2*time.Second, "http://"+s.listen+"/healthz", "", ""); err == nil && a.status == 200 {
			alive++
		}
		a, err := askWithin(2*time.Second, "http://"+s.listen+"/mint", "", "")
		return err == nil && a.status == 402
	})
	all := int(ranges.Load())
	if mute > 0 {
		t.Errorf("/healthz answered nothing %d times after it had begun to", mute)
	}
	// Each range is asked for once for the launch and once for the asset; one in fifty
	// is refused and asked for again.
	if most := 2*(age/500)*11/10 + 100; all > most {
		t.Errorf("%d ranges of logs were read, %d before the restart; without reading any twice it takes %d", all, first, most)
	}
	a, err := ask("http://"+s.listen+"/launches/ping", "", "")
	if err != nil || !bytes.Contains(a.body, []byte(`"sold":1`)) && !bytes.Contains(a.body, []byte(`"mints":1`)) {
		t.Errorf("what was sold long ago is not known: %s %v", a.body, err)
	}
	t.Logf("a launch %d blocks old is sold after %v, a restart in the middle included: %d ranges before it and %d in all; /healthz answered %d times and was mute %d times",
		age, took(began), first, all, alive, mute)
}
