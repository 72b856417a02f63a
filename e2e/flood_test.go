package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mint402/mint402/x402"
)

// Each phase of the flood has so many honest payers, who come evenly over so
// long; phases without and with a flood take turns.
const (
	floodRounds = 3
	floodHonest = 100
	floodLasts  = 10 * time.Second
)

// floodRate is how many doomed payments come each second; FLOOD says otherwise.
func floodRate(t *testing.T) int {
	if s := os.Getenv("FLOOD"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 100_000 {
			t.Fatalf("FLOOD=%s: expected 1 to 100000 a second", s)
		}
		return n
	}
	return 500
}

// counting stands between the server and its node and counts the calls, each of
// a batch for itself.
type counting struct {
	mu       sync.Mutex
	requests int
	calls    map[string]int
}

func (c *counting) take() (requests int, calls map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	requests, calls = c.requests, c.calls
	c.requests, c.calls = 0, map[string]int{}
	return requests, calls
}

// before puts the counter before a node and returns where to ask it.
func (c *counting) before(t *testing.T, node string) string {
	t.Helper()
	c.take()
	to, err := url.Parse(node)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "read", http.StatusBadGateway)
			return
		}
		type call struct{ Method string }
		var batch []call
		if json.Unmarshal(body, &batch) != nil {
			batch = make([]call, 1)
			_ = json.Unmarshal(body, &batch[0]) // counted as nothing in particular
		}
		c.mu.Lock()
		c.requests++
		for _, one := range batch {
			c.calls[one.Method]++
		}
		c.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// doomed are payments that can never mint, by what is wrong with them.
func (s *shop) doomed(settled payment) map[string][]string {
	s.t.Helper()
	const each = 1000
	q := s.quote(1)
	bend := func(p payment, change func(payload map[string]any)) string {
		data, err := base64.StdEncoding.DecodeString(p.v2)
		if err != nil {
			s.t.Fatal(err)
		}
		var o map[string]any
		if err := json.Unmarshal(data, &o); err != nil {
			s.t.Fatal(err)
		}
		change(o["payload"].(map[string]any))
		if data, err = json.Marshal(o); err != nil {
			s.t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(data)
	}
	all := map[string][]string{"a copy": {settled.v1, settled.v2}}
	for i, p := range newPayers(s.t, 2*each) {
		signed := p.sign(s.t, q, 1)
		if i < each {
			all["no balance"] = append(all["no balance"], signed.v2)
			continue
		}
		all["forged"] = append(all["forged"], bend(signed, func(o map[string]any) { o["signature"] = settled.signature }))
		all["bad signature"] = append(all["bad signature"], bend(signed, func(o map[string]any) { o["signature"] = hexutil.Bytes(bytes.Repeat([]byte{255}, 65)) }))
		all["expired"] = append(all["expired"], bend(signed, func(o map[string]any) { o["authorization"].(map[string]any)["validBefore"] = "1700000000" }))
		all["malformed"] = append(all["malformed"], bend(signed, func(o map[string]any) { o["authorization"].(map[string]any)["value"] = "1e5" }))
	}
	return all
}

// flood sends doomed payments at a rate until it is stopped, and then says what
// was answered to each kind. What the machine cannot send in time is not sent.
func (s *shop) flood(payments map[string][]string, rate int) (stop func() map[string]map[int]int) {
	const tick = 10 * time.Millisecond
	type one struct{ kind, value string }
	work, done := make(chan one, rate), make(chan struct{})
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	var mu sync.Mutex
	answers := map[string]map[int]int{}
	var all sync.WaitGroup
	for range 128 {
		all.Go(func() {
			for w := range work {
				req, err := http.NewRequest(http.MethodGet, mintURL(s.url, 1), nil)
				if err != nil {
					panic(err) // no URL of ours is malformed
				}
				req.Header.Set(x402.HeaderPaymentSignature, w.value)
				status := 0
				if res, err := client.Do(req); err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					res.Body.Close()
					status = res.StatusCode
				}
				mu.Lock()
				if answers[w.kind] == nil {
					answers[w.kind] = map[int]int{}
				}
				answers[w.kind][status]++
				mu.Unlock()
			}
		})
	}
	kinds := slices.Sorted(maps.Keys(payments))
	all.Go(func() {
		defer close(work)
		beat := time.NewTicker(tick)
		defer beat.Stop()
		began := time.Now()
		for n := 0; ; {
			select {
			case <-done:
				return
			case <-beat.C:
			}
			for due := int(time.Since(began).Seconds() * float64(rate)); n < due; n++ {
				kind := kinds[n%len(kinds)]
				select {
				case work <- one{kind, payments[kind][n/len(kinds)%len(payments[kind])]}:
				default:
				}
			}
		}
	})
	return func() map[string]map[int]int {
		close(done)
		all.Wait()
		client.CloseIdleConnections()
		return answers
	}
}

// phase is what was measured of a number of honest payers.
type phase struct {
	asked, minted []time.Duration // until the price, and from the payment to the mint
	requests      int
	calls         map[string]int
	spent         *big.Int // wei
}

func (p *phase) add(q phase) {
	p.asked, p.minted = append(p.asked, q.asked...), append(p.minted, q.minted...)
	p.requests += q.requests
	if p.calls == nil {
		p.calls, p.spent = map[string]int{}, new(big.Int)
	}
	for method, n := range q.calls {
		p.calls[method] += n
	}
	p.spent.Add(p.spent, q.spent)
}

func at(d []time.Duration, percent int) time.Duration {
	slices.Sort(d)
	return d[min(len(d)-1, len(d)*percent/100)]
}

// honest has payers come evenly, each asking for the price, paying and insisting.
func (s *shop) honest(payments []payment, c *counting) phase {
	s.t.Helper()
	balance := func() *big.Int {
		wei, err := s.BalanceAt(context.Background(), s.chain.accounts[sender], nil)
		if err != nil {
			s.t.Fatal(err)
		}
		return wei
	}
	before := balance()
	c.take()
	p := phase{asked: make([]time.Duration, len(payments)), minted: make([]time.Duration, len(payments))}
	began := time.Now()
	together(len(payments), func(i int) {
		<-time.After(time.Until(began.Add(floodLasts * time.Duration(i) / time.Duration(len(payments)))))
		came := time.Now()
		if a, err := ask(mintURL(s.url, 1), "", ""); err != nil || a.status != 402 {
			s.t.Errorf("asked for the price: %d %s %v", a.status, a.body, err)
		}
		p.asked[i] = time.Since(came)
		came = time.Now()
		if a := s.insist(payments[i], 2); a.status != 200 {
			s.t.Errorf("an honest payer was told %d %s", a.status, a.body)
		}
		p.minted[i] = time.Since(came)
	})
	p.requests, p.calls = c.take()
	p.spent = new(big.Int).Sub(before, balance())
	return p
}

// TestAFloodOfDoomedPaymentsIsHardlyNoticed is a measurement: `make flood` runs it.
func TestAFloodOfDoomedPaymentsIsHardlyNoticed(t *testing.T) {
	measured(t, "flood")
	rate, c := floodRate(t), &counting{}
	u := deployCircle(t, startAnvil(t, 2))
	payers := newPayers(t, 2*floodRounds*floodHonest+1)
	u.give(price, addresses(payers)...)
	u.url = c.before(t, u.url)
	s := openShop(t, u, 100_000)
	payments := s.payments(payers, 1)
	settled := payments[len(payments)-1]
	if a := s.insist(settled, 2); a.status != 200 {
		t.Fatalf("the first payer was told %d %s", a.status, a.body)
	}
	junk := s.doomed(settled)
	var quiet, flooded phase
	answers, sent, lasted := map[string]map[int]int{}, 0, time.Duration(0)
	for round := range floodRounds {
		next := payments[2*round*floodHonest:]
		quiet.add(s.honest(next[:floodHonest], c))
		began, stop := time.Now(), s.flood(junk, rate)
		flooded.add(s.honest(next[floodHonest:2*floodHonest], c))
		said := stop()
		lasted += time.Since(began)
		for kind, statuses := range said {
			if answers[kind] == nil {
				answers[kind] = map[int]int{}
			}
			for status, n := range statuses {
				answers[kind][status] += n
				sent += n
			}
		}
	}
	minted, transactions := s.audit(t, price, payments)
	if len(minted) != len(payments) {
		t.Errorf("%d of %d honest payments were minted", len(minted), len(payments))
	}
	s.books(t, 0)
	if n := skips(s.server.said()); n != 0 {
		t.Errorf("%d items were skipped on chain", n)
	}

	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-36s%14s%14s\n", "", "quiet", "flooded")
	row := func(what, without, with string) { fmt.Fprintf(&b, "%-36s%14s%14s\n", what, without, with) }
	row("honest payers", strconv.Itoa(len(quiet.minted)), strconv.Itoa(len(flooded.minted)))
	row("doomed payments a second", "0", fmt.Sprintf("%.0f", float64(sent)/lasted.Seconds()))
	worst := 0.0
	for _, percent := range []int{50, 99} {
		row(fmt.Sprintf("price, p%d, ms", percent), ms(at(quiet.asked, percent)), ms(at(flooded.asked, percent)))
	}
	for _, percent := range []int{50, 99} {
		without, with := at(quiet.minted, percent), at(flooded.minted, percent)
		row(fmt.Sprintf("payment to mint, p%d, ms", percent), ms(without), ms(with))
		worst = max(worst, float64(with)/float64(without))
	}
	row("HTTP requests to the node", strconv.Itoa(quiet.requests), strconv.Itoa(flooded.requests))
	for _, method := range slices.Sorted(maps.Keys(flooded.calls)) {
		row("  "+method, strconv.Itoa(quiet.calls[method]), strconv.Itoa(flooded.calls[method]))
	}
	row("gas paid by us, gwei", gweiOf(quiet.spent), gweiOf(flooded.spent))
	fmt.Fprintf(&b, "the flood, by answer:")
	for _, kind := range slices.Sorted(maps.Keys(answers)) {
		fmt.Fprintf(&b, " %s %v;", kind, answers[kind])
	}
	fmt.Fprintf(&b, "\n%d transactions for %d mints and none skipped; the worst figure of honest payers is %.2f of the quiet one\n", transactions, len(minted), worst)
	t.Log(b.String())
	if worst > 1.2 {
		t.Errorf("honest payers waited %.0f %% longer", 100*(worst-1))
	}
}

func gweiOf(wei *big.Int) string { return new(big.Int).Div(wei, big.NewInt(1e9)).String() }

// skips is how many items of batches were refused on chain, by what the server says.
func skips(lines []string) (n int) {
	for _, line := range lines {
		var said struct {
			Msg     string
			Skipped int
		}
		if json.Unmarshal([]byte(line), &said) == nil && said.Msg == "mined" {
			n += said.Skipped
		}
	}
	return n
}
