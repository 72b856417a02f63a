package chain

import (
	"errors"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/rpc"
)

// What providers were seen to answer, word by word.
var spellings = []struct {
	code    int
	message string
	kind    kind
	limit   uint64 // of a range of 2,000,000 blocks
}{
	{-32602, "range 2000000 exceeds limit of 10000", wide, 10000},
	{-32614, "eth_getLogs is limited to a 10,000 range", wide, 10000},
	{-32600, "You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, this block range should work: [0x123c9b2, 0x123cba5]", wide, 500},
	{-32600, "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1180fca, 0x1180fd3]. Upgrade to PAYG for expanded block range.", wide, 10},
	{-32000, "exceed maximum block range: 5000", wide, 5000},
	{-32000, "block range is too wide (maximum 1024)", wide, 1024},
	{35, "ranges over 10000 blocks are not supported on freetier", wide, 10000},
	{-32000, "requested too many blocks from 0 to 5000000, maximum is set to 1024", wide, 1024},
	{-32000, "range 9009594 is bigger than range limit 2000", wide, 2000},
	{-32000, "block range is too wide", wide, 0},
	{-32000, "block range is bigger than maxBlockRange", wide, 0},
	{-32005, "query returned more than 10000 results. Try with this block range [0xBDE5F8, 0xBDE6F8].", many, 0},
	{-32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0x0, 0xd043b8]", many, 0},
	{-32602, "query exceeds max results 20000, retry with the range 24383075-24383096", many, 0},
	{-32005, "limit exceeded", denied, 0},
	{-32603, "Internal error", denied, 0},
	{-32005, "daily request count exceeded, request rate limited", busy, 0},
	{-32005, "project ID request rate exceeded", busy, 0},
	{429, "Your app has exceeded its compute units per second capacity. If you have retries enabled, you can safely ignore this message.", busy, 0},
	{-32005, "Too Many Requests, try again in 10 s", busy, 0},
	{-32601, "the method eth_getLogs does not exist/is not available", lacks, 0},
	{-32004, "Method not supported", lacks, 0},
	{-32000, "missing trie node 4a1e (path ) state 0x12 is not available", lacks, 0},
	{4444, "pruned history unavailable", lacks, 0},
	{-32001, "unauthorized", lacks, 0},
	{-32000, "header not found", behind, 0},
	{31, "Batch of more than 3 requests are not allowed on free tier, to use this feature register paid account", bulky, 0},
	{-32000, "batch limit 100 exceeded: 142 requests given", bulky, 0},
	{-32000, "batch too large", bulky, 0},
	{3, "execution reverted: SoldOut", said, 0},
}

func TestWhatAProvidersRefusalMeansIsReadFromItsWords(t *testing.T) {
	for _, r := range spellings {
		err := readError(&answered{Code: r.code, Message: r.message}, "eth_getLogs", nil, time.Now())
		if got := kindOf(err); got != r.kind {
			t.Errorf("%q is %d, want %d", r.message, got, r.kind)
		}
		if r.kind != wide {
			continue
		}
		if got := named(r.message, 2_000_000, rangeLimits); got != r.limit {
			t.Errorf("%q names %d, want %d", r.message, got, r.limit)
		}
	}
	for text, want := range map[string]uint64{
		"Batch of more than 3 requests are not allowed on free tier": 3, "batch limit 40 exceeded: 100 requests given": 40,
		"Exceeded max limit of 10": 10, "maximum batch size is 20": 20, "Exceeded maximum batch size": 0, "batch size 100 is too large": 0,
	} {
		if got := named(text, 100, batchLimits); got != want {
			t.Errorf("%q names %d, want %d", text, got, want)
		}
	}
	if got := offered("Try with this block range [0x64, 0x6d].", 100, 2000); got != 10 {
		t.Errorf("offered are %d blocks", got)
	}
	// A range that begins elsewhere, or is no smaller, is no offer.
	if offered("Try with this block range [0x0, 0x6d].", 100, 2000) != 0 || offered("this block range should work: [0x64, 0xffff]", 100, 2000) != 0 {
		t.Error("an offer that is none")
	}
}

func TestAStatusWithABodyMeansWhatTheBodySays(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   kind
	}{
		{500, `{"id":null,"jsonrpc":"2.0","error":{"message":"Batch of more than 3 requests are not allowed on free tier","code":31}}`, bulky},
		{413, `{"jsonrpc":"2.0","id":56,"error":{"code":-32614,"message":"eth_getLogs is limited to a 10,000 range"}}`, wide},
		{400, `[{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"eth_getLogs requests with up to a 10 block range"}}]`, wide},
		{403, `{"error":"eth_getLogs is disabled on this endpoint"}`, lacks},
		{429, `slow down`, busy}, {503, `<html>`, broken}, {500, ``, broken}, {400, `bad request`, denied}, {401, `no key`, broken},
		{400, `{"error":{"code":3,"message":"execution reverted","data":"0x"}}`, said},
	} {
		err := readError(rpc.HTTPError{StatusCode: c.status, Status: "status", Body: []byte(c.body)}, "eth_getLogs", &note{}, time.Now())
		if got := kindOf(err); got != c.want {
			t.Errorf("%d %s is %d, want %d", c.status, c.body, got, c.want)
		}
	}
}

func TestAPauseIsReadFromHeadersAndWords(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		header, date, words string
		want                time.Duration
	}{
		{"10", "", "", 10 * time.Second}, {"0.5", "", "", 500 * time.Millisecond}, {"-1", "", "", 0}, {"soon", "", "", 0},
		{"Fri, 01 May 2026 12:00:30 GMT", "", "", 30 * time.Second},
		{"Fri, 01 May 2026 12:00:30 GMT", "Fri, 01 May 2026 12:00:20 GMT", "", 10 * time.Second},
		{"Fri, 01 May 2020 12:00:30 GMT", "", "", 0},
		{"", "", "Too Many Requests, try again in 10 s", 10 * time.Second}, {"", "", "retry after 1500ms", 1500 * time.Millisecond},
		{"", "", "rate limited, retry in 2 minutes", 2 * time.Minute}, {"", "", "Retry after: 7", 7 * time.Second},
		{"", "", `{"rate":{"allowed_rps":1,"backoff_seconds":30,"current_rps":1.4},"see":"https://infura.io/dashboard"}`, 30 * time.Second},
		{"", "", "rate limit", 0},
	} {
		err := readError(rpc.HTTPError{StatusCode: 429, Body: []byte(c.words)}, "eth_call", &note{retryAfter: c.header, date: c.date}, now)
		if got := toTrouble(err).pause; got != c.want {
			t.Errorf("%q %q: %s, want %s", c.header, c.words, got, c.want)
		}
	}
	err := readError(&answered{Code: -32005, Message: "request rate exceeded", Data: map[string]any{"backoff_seconds": 30.0}}, "eth_call", nil, now)
	if got := toTrouble(err).pause; got != 30*time.Second {
		t.Errorf("as data: %s", got)
	}
}

// learn asks for n until the gauge has found a limit, and returns it.
func learn(g *gauge, limit, steps uint64) uint64 {
	for range steps {
		if k := g.next(2000); k <= limit {
			g.took(k)
		} else {
			g.refuse(k, 0)
		}
	}
	return g.next(2000)
}

func TestALimitThatIsNotNamedIsFoundExactly(t *testing.T) {
	for _, limit := range []uint64{1, 2, 3, 7, 10, 100, 500, 999, 1999, 2000} {
		if got := learn(new(gauge), limit, 30); got != limit {
			t.Errorf("%d is found for %d", got, limit)
		}
	}
}

func TestALimitThatIsNamedIsTakenAtOnce(t *testing.T) {
	for _, limit := range []uint64{1, 2, 3, 100, 1999} {
		g := new(gauge)
		g.refuse(g.next(2000), limit)
		if got := g.next(2000); got != limit {
			t.Errorf("%d is asked for after %d was named", got, limit)
		}
	}
}

func TestWhatANodeTakesGrowsAgainWhenTheLimitIsGone(t *testing.T) {
	g := new(gauge)
	if got := learn(g, 1, 20); got != 1 {
		t.Fatal(got)
	}
	if got := learn(g, 2000, 60); got != 2000 {
		t.Errorf("after 60 answers %d are asked for", got)
	}
	// While it is not, few requests are spent on finding out.
	g = new(gauge)
	learn(g, 10, 30)
	refused := 0
	for range 1000 {
		if k := g.next(2000); k <= 10 {
			g.took(k)
		} else {
			refused++
			g.refuse(k, 0)
		}
	}
	if refused > 10 || g.next(2000) > 20 {
		t.Errorf("%d of 1,000 requests were refused; %d are asked for", refused, g.next(2000))
	}
}

func TestOneFailureOfABatchIsNoLimit(t *testing.T) {
	g := new(gauge)
	g.next(100)
	if g.doubts(100); g.next(100) != 100 {
		t.Error("the first failure shrinks it")
	}
	if g.doubts(100); g.next(100) != 50 {
		t.Errorf("after a second one %d are asked for", g.next(100))
	}
}

func FuzzANodesWordsNameALimitBelowWhatWasAskedForOrNone(f *testing.F) {
	for _, r := range spellings {
		f.Add(r.message, r.code)
	}
	f.Add("try again in 99999999999999999999 h [0xffffffffffffffff, 0xffffffffffffffff] 1,000,000,000,000", 429)
	f.Fuzz(func(t *testing.T, text string, code int) {
		for _, k := range []uint64{1, 2, 2000} {
			if named(text, k, rangeLimits) >= k || named(text, k, batchLimits) >= k || offered(text, 5, k) >= k {
				t.Errorf("%q names as much as %d or more", text, k)
			}
		}
		if p := pauseOf(text); p < 0 {
			t.Errorf("a pause of %s", p)
		}
		err := readError(&answered{Code: code, Message: text}, "eth_getLogs", nil, time.Now())
		if kindOf(err) == fine || !errors.As(err, new(*trouble)) {
			t.Errorf("%q is no error", text)
		}
		_ = objectOf([]byte(text))
	})
}
