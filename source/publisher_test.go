package source_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/source"
)

func TestASourceIsVerifiedOnceTheServiceShowsIt(t *testing.T) {
	for name := range services(&stub{Server: &httptest.Server{}}) {
		t.Run(name, func(t *testing.T) {
			s := newStub(t)
			svc := services(s)[name]
			s.pending = 2
			m := &memory{}
			p, c := publisher(t, m, svc)
			if all := p.Of(token); len(all) != 0 {
				t.Errorf("before the first attempt: %+v", all)
			}
			for range 3 { // submitted, and two polls of a job that runs
				got := p.Attempt(t.Context(), svc, contract())
				if got.Status != source.Submitted || got.Match != "" || got.URL != "" || p.Of(token)[0].Status == source.Verified {
					t.Fatalf("while the job runs: %+v", got)
				}
				c.add(got.Next.Sub(c.Now()))
			}
			if got := m.saves; got != 1 {
				t.Errorf("a job that goes on was stored %d times", got)
			}
			got := p.Attempt(t.Context(), svc, contract())
			if got.Status != source.Verified || got.Match != source.Same || got.URL == "" || got.VerifiedAt != c.Now() || got.Error != "" || s.submits != 1 {
				t.Errorf("%+v after %d submissions", got, s.submits)
			}
			if stored := m.states[svc.ID()]; stored != got {
				t.Errorf("stored %+v", stored)
			}
		})
	}
}

func TestTheWholeInputIsSubmitted(t *testing.T) {
	s := newStub(t)
	all := services(s)
	p, _ := publisher(t, &memory{})
	p.Attempt(t.Context(), all["sourcify"], contract())
	if s.last.URL.Path != "/v2/verify/84532/"+token.Hex() || s.body["compilerVersion"] != code.Compiler || s.body["contractIdentifier"] != code.Name ||
		s.body["stdJsonInput"].(map[string]any)["language"] != "Solidity" {
		t.Errorf("Sourcify got %s %v", s.last.URL, s.body)
	}
	p.Attempt(t.Context(), all["etherscan"], contract())
	for name, want := range map[string]string{"chainid": "84532", "module": "contract", "apikey": apiKey, "contractaddress": token.Hex(), "sourceCode": string(code.Input),
		"codeformat": "solidity-standard-json-input", "contractname": code.Name, "compilerversion": "v" + code.Compiler,
		"constructorArguments": "abcd", "constructorArguements": "abcd"} {
		if got := s.last.Form.Get(name); got != want {
			t.Errorf("Etherscan got %s %q, want %q", name, got, want)
		}
	}
}

func TestASourceThatIsVerifiedAlreadyIsNotSubmitted(t *testing.T) {
	s := newStub(t)
	s.shown = "exact_match"
	for name, svc := range services(s) {
		p, _ := publisher(t, &memory{}, svc)
		if got := p.Attempt(t.Context(), svc, contract()); got.Status != source.Verified || s.submits != 0 {
			t.Errorf("%s: %+v after %d submissions", name, got, s.submits)
		}
	}
}

// The lookup decides: each of these services says that it has verified the source.
func TestAServiceThatShowsNoSourceIsNotBelieved(t *testing.T) {
	for what, lie := range map[string]func(*stub){
		"a job that ended with success": func(s *stub) { s.lies = true },
		"a job of a verified contract":  func(s *stub) { s.jobError = "already_verified" },
		"409 to a submission": func(s *stub) {
			s.instead = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == "POST" {
					answer(w, 409, map[string]any{"customCode": "already_verified", "message": "Contract is already verified", "errorId": "1"})
				}
				return r.Method == "POST"
			}
		},
		"a status that it already has": func(s *stub) { s.lies = true; s.jobError = "Contract source code already verified" },
	} {
		for name := range services(&stub{Server: &httptest.Server{}}) {
			if strings.Contains(what, "409") && name == "etherscan" || strings.Contains(what, "status") && name == "sourcify" {
				continue
			}
			s := newStub(t)
			lie(s)
			svc := services(s)[name]
			p, c := publisher(t, &memory{}, svc)
			got := settle(t, p, c, svc)
			if got.Status != source.Failed || got.Match != "" || got.Failures != 24 || got.Error == "" {
				t.Errorf("%s, %s: %+v", name, what, got)
			}
			if days := c.Now().Sub(noon).Hours() / 24; days < 2 || days > 6 {
				t.Errorf("%s, %s: given up after %.1f days", name, what, days)
			}
		}
	}
}

func TestAnAnswerAboutAnotherContractProvesNothing(t *testing.T) {
	for what, body := range map[string]map[string]any{
		"another address":      {"match": "exact_match", "chainId": "84532", "address": "0x0000000000000000000000000000000000000001"},
		"another chain":        {"match": "exact_match", "chainId": "1", "address": token.Hex()},
		"no chain":             {"match": "exact_match", "address": token.Hex()},
		"an unknown match":     {"match": "perfect", "chainId": "84532", "address": token.Hex()},
		"a match in a 404":     {"match": "match", "chainId": "84532", "address": token.Hex()},
		"a match that is null": {"match": nil, "chainId": "84532", "address": token.Hex()},
	} {
		s := newStub(t)
		s.instead = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "GET" {
				answer(w, map[bool]int{true: 404, false: 200}[strings.HasSuffix(what, "404")], body)
			}
			return r.Method == "GET"
		}
		svc := services(s)["sourcify"]
		p, _ := publisher(t, &memory{}, svc)
		if got := p.Attempt(t.Context(), svc, contract()); got.Status == source.Verified {
			t.Errorf("%s: %+v", what, got)
		}
	}
	// Etherscan shows the source of similar code for a contract whose own is not verified.
	s := newStub(t)
	s.instead = func(w http.ResponseWriter, r *http.Request) bool {
		lookup := r.URL.Query().Get("action") == "getsourcecode"
		if lookup {
			answer(w, 200, map[string]any{"status": "1", "message": "OK", "result": []any{map[string]any{"SourceCode": "{" + string(code.Input) + "}", "SimilarMatch": "0x0000000000000000000000000000000000000001"}}})
		}
		return lookup
	}
	svc := services(s)["etherscan"]
	p, _ := publisher(t, &memory{}, svc)
	if got := p.Attempt(t.Context(), svc, contract()); got.Status != source.Submitted {
		t.Errorf("similar code: %+v", got)
	}
}

func TestAJobOutlivesARestart(t *testing.T) {
	for name := range services(&stub{Server: &httptest.Server{}}) {
		s := newStub(t)
		svc := services(s)[name]
		m := &memory{}
		p, _ := publisher(t, m, svc)
		first := p.Attempt(t.Context(), svc, contract())
		again, _ := publisher(t, m, svc)
		got := again.Attempt(t.Context(), svc, contract())
		if first.Ticket == "" || got.Status != source.Verified || s.submits != 1 {
			t.Errorf("%s: first %+v, then %+v, %d submissions", name, first, got, s.submits)
		}
		// Without a service the result is still shown, and no request is made.
		lookups := s.lookups
		shows, _ := publisher(t, m)
		if all := shows.Of(token); len(all) != 1 || all[0] != got || s.lookups != lookups {
			t.Errorf("%s: without services it shows %+v after %d lookups", name, all, s.lookups-lookups)
		}
	}
}

func TestAVerificationThatFailedIsTriedAgainByAStart(t *testing.T) {
	s := newStub(t)
	s.jobError = "no_match"
	svc := services(s)["sourcify"]
	m := &memory{}
	p, c := publisher(t, m, svc)
	if got := settle(t, p, c, svc); got.Status != source.Failed || got.Failures != 1 || !strings.Contains(got.Error, "no_match") {
		t.Fatalf("%+v", got)
	}
	run := func(p *source.Publisher, until func() bool) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		ended := make(chan struct{})
		go func() { p.Run(ctx); close(ended) }()
		for ctx.Err() == nil && !until() {
			time.Sleep(time.Millisecond)
		}
		cancel()
		<-ended
	}
	s.change(func() { s.jobError, s.lookups = "", 0 })
	started := time.Now()
	run(p, func() bool { return time.Since(started) > 50*time.Millisecond && s.seen() > 0 })
	if s.seen() == 0 { // Run loads the states, as a start does
		t.Error("a start does not try again")
	}
	p, c = publisher(t, m, svc)
	run(p, func() bool {
		c.add(time.Second)
		all := p.Of(token)
		return len(all) > 0 && all[0].Status == source.Verified
	})
	if all := p.Of(token); len(all) != 1 || all[0].Status != source.Verified {
		t.Errorf("%+v", all)
	}
}

func (s *stub) seen() int { s.mu.Lock(); defer s.mu.Unlock(); return s.lookups }

func TestASlowServiceHoldsUpNeitherTheOthersNorTheEnd(t *testing.T) {
	slow, quick := newStub(t), newStub(t)
	hang := make(chan struct{})
	defer close(hang)
	slow.instead = func(http.ResponseWriter, *http.Request) bool { <-hang; return true }
	p, c := publisher(t, &memory{}, services(slow)["sourcify"], services(quick)["etherscan"])
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		c.add(time.Second)
		if all := p.Of(token); len(all) == 1 && all[0].Status == source.Verified {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v", p.Of(token))
		}
	}
	stopped := time.Now()
	cancel()
	<-ended
	if took := time.Since(stopped); took > 5*time.Second {
		t.Errorf("the end took %s", took)
	}
}

func TestASourceThatAServiceLosesIsNoLongerVerified(t *testing.T) {
	s := newStub(t)
	svc := services(s)["sourcify"]
	m := &memory{}
	p, c := publisher(t, m, svc)
	first := settle(t, p, c, svc)
	// A service that is down, or refuses to answer, loses nothing.
	for _, status := range []int{500, 403} {
		s.change(func() {
			s.instead = func(w http.ResponseWriter, _ *http.Request) bool {
				answer(w, status, map[string]any{"customCode": "x"})
				return true
			}
		})
		for range 30 {
			if got := p.Attempt(t.Context(), svc, contract()); got.Status != source.Verified || got.URL != first.URL {
				t.Fatalf("%d: %+v", status, got)
			}
		}
	}
	s.change(func() { s.instead, s.shown = nil, "" })
	if got := p.Attempt(t.Context(), svc, contract()); got.Status != source.Submitted || got.URL != "" || got.Match != "" || !got.VerifiedAt.IsZero() || p.Of(token)[0].Status == source.Verified {
		t.Errorf("after it was lost: %+v", got)
	}
	if got := settle(t, p, c, svc); got.Status != source.Verified || s.submits != 2 {
		t.Errorf("%+v", got)
	}
}

func TestAnEndlessAnswerIsCutOff(t *testing.T) {
	s := newStub(t)
	var sent atomic.Int64
	s.instead = func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.WriteString(w, `{"status":"1","result":"`)
		for block := strings.Repeat("a", 64<<10); ; {
			if _, err := io.WriteString(w, block); err != nil {
				return true
			}
			sent.Add(int64(len(block)))
		}
	}
	for name, svc := range services(s) {
		p, _ := publisher(t, &memory{}, svc)
		if got := p.Attempt(t.Context(), svc, contract()); got.Status != source.Waiting || !strings.Contains(got.Error, "more than 2097152 bytes") || sent.Swap(0) > 16<<20 {
			t.Errorf("%s: %+v, %d bytes sent", name, got, sent.Load())
		}
	}
}

func TestAKeyGoesToItsServiceOnly(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	s := newStub(t)
	svc := services(s)["etherscan"]
	for what, instead := range map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"a redirect": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, other.URL+"?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
			return true
		},
		"an answer that repeats the key": func(w http.ResponseWriter, r *http.Request) bool {
			answer(w, 200, map[string]any{"status": "0", "message": "NOTOK", "result": "no such key " + apiKey})
			return true
		},
		"a connection that ends": func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
	} {
		s.change(func() { s.instead = instead })
		p, _ := publisher(t, &memory{}, svc)
		if got := p.Attempt(t.Context(), svc, contract()); got.Error == "" || strings.Contains(got.Error, apiKey) || elsewhere != 0 {
			t.Errorf("%s: %+v; %d requests elsewhere", what, got, elsewhere)
		}
	}
	s.Close()
	p, _ := publisher(t, &memory{}, svc)
	if got := p.Attempt(t.Context(), svc, contract()); !got.Unreached || strings.Contains(got.Error, apiKey) {
		t.Errorf("a server that is down: %+v", got)
	}
	if got := p.Attempt(t.Context(), svc, contract()); got.Unknown {
		t.Errorf("its host's name resolves: %+v", got)
	}
}

func TestAHostWithoutAnAddressIsNotWaitedFor(t *testing.T) {
	p, _ := publisher(t, &memory{}, source.Sourcify{URL: "http://no..host"}) // not a name that DNS is asked for
	attempts := 0
	states := p.Await(t.Context(), contract(), func(_, _ source.State) { attempts++ })
	if len(states) != 1 || !states[0].Unknown || !states[0].Unreached || attempts != 1 || !strings.Contains(states[0].Error, "no..host is unknown") {
		t.Errorf("%d attempts: %+v", attempts, states)
	}
}
