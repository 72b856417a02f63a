package source_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/source"
)

const (
	chainID = 84532
	apiKey  = "SECRETKEY"
)

var (
	token = common.HexToAddress("0x00000000000000000000000000000000000000aB")
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	code  = source.Code{Input: json.RawMessage(`{"language":"Solidity","sources":{"src/Launch.sol":{"content":"contract Launch {}\n"},"src/Owned.sol":{"content":"contract Owned {}\n"}},"settings":{}}`), Compiler: "0.8.37+commit.f401782d", Name: "src/Launch.sol:Launch"}
)

// stub is a service that can misbehave. It answers as Sourcify and as Etherscan do.
type stub struct {
	*httptest.Server
	mu       sync.Mutex
	shown    string // match; empty: it shows no source
	pending  int    // polls until the job ends
	lies     bool   // it reports success, and never shows the source
	jobError string // customCode of the job, or Etherscan's result
	submits  int
	polls    int
	lookups  int
	last     *http.Request // the last submission, with its form parsed
	body     map[string]any
	// instead answers a request in place of the stub, if it returns true.
	instead func(w http.ResponseWriter, r *http.Request) bool
}

func newStub(t *testing.T) *stub {
	s := &stub{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/contract/{chain}/{address}", s.contract)
	mux.HandleFunc("POST /v2/verify/{chain}/{address}", s.verify)
	mux.HandleFunc("GET /v2/verify/{job}", s.job)
	mux.HandleFunc("/api", s.etherscan)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		instead := s.instead
		s.mu.Unlock()
		if instead == nil || !instead(w, r) {
			s.mu.Lock()
			defer s.mu.Unlock()
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stub) change(f func()) { s.mu.Lock(); defer s.mu.Unlock(); f() }

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (s *stub) contract(w http.ResponseWriter, r *http.Request) {
	s.lookups++
	v := map[string]any{"match": nil, "creationMatch": nil, "runtimeMatch": nil, "chainId": r.PathValue("chain"), "address": r.PathValue("address")}
	if s.shown == "" {
		answer(w, 404, v)
		return
	}
	v["match"], v["runtimeMatch"], v["verifiedAt"] = s.shown, s.shown, "2026-03-01T12:00:00Z"
	answer(w, 200, v)
}

func (s *stub) verify(w http.ResponseWriter, r *http.Request) {
	s.submits++
	s.last = r
	_ = json.NewDecoder(r.Body).Decode(&s.body)
	answer(w, 202, map[string]any{"verificationId": fmt.Sprintf("72d12273-0723-448e-a9f6-f7957128efa%d", s.submits%10)})
}

func (s *stub) job(w http.ResponseWriter, r *http.Request) {
	s.polls++
	v := map[string]any{"isJobCompleted": s.pending <= 0, "verificationId": r.PathValue("job"), "contract": map[string]any{"match": nil}}
	if s.pending--; s.pending < 0 {
		switch {
		case s.jobError != "":
			v["error"] = map[string]any{"customCode": s.jobError, "message": "of the job", "errorId": "1"}
		case !s.lies:
			s.shown = "match"
		}
	}
	answer(w, 200, v)
}

func (s *stub) etherscan(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	say := func(status, message string, result any) {
		answer(w, 200, map[string]any{"status": status, "message": message, "result": result})
	}
	switch r.URL.Query().Get("action") {
	case "getsourcecode":
		s.lookups++
		found := map[string]any{"SourceCode": "", "ABI": "Contract source code not verified", "ContractName": "", "SimilarMatch": ""}
		if s.shown != "" {
			found["SourceCode"], found["ContractName"], found["CompilerVersion"] = "{"+string(code.Input)+"}", "Launch", "v"+code.Compiler
		}
		say("1", "OK", []any{found})
	case "verifysourcecode":
		s.submits++
		s.last = r
		say("1", "OK", fmt.Sprintf("guid%d", s.submits))
	case "checkverifystatus":
		s.polls++
		switch s.pending--; {
		case s.pending >= 0:
			say("0", "NOTOK", "Pending in queue")
		case s.jobError != "":
			say("0", "NOTOK", s.jobError)
		default:
			if !s.lies {
				s.shown = "match"
			}
			say("1", "OK", "Pass - Verified")
		}
	}
}

// services returns a stub as each of the services.
func services(s *stub) map[string]source.Service {
	return map[string]source.Service{
		"sourcify":  source.Sourcify{URL: s.URL},
		"etherscan": source.Etherscan{URL: s.URL + "/api", Key: apiKey},
	}
}

func contract() source.Contract {
	return source.Contract{ChainID: chainID, Address: token, Name: "ping", Arguments: func(context.Context) ([]byte, error) { return []byte{0xab, 0xcd}, nil }}
}

// memory is a store that outlives publishers.
type memory struct {
	mu     sync.Mutex
	states map[string]source.State
	saves  int
}

func (m *memory) Sources(context.Context) (all []source.State, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.states {
		s.Unreached = false
		all = append(all, s)
	}
	return all, nil
}

func (m *memory) SaveSource(_ context.Context, s source.State) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.states == nil {
		m.states = map[string]source.State{}
	}
	m.states[s.Service] = s
	m.saves++
	return nil
}

// clock is the time of a publisher.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time      { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

func publisher(t *testing.T, m *memory, all ...source.Service) (*source.Publisher, *clock) {
	t.Helper()
	c := &clock{now: noon}
	p := &source.Publisher{Services: all, Code: code, Store: m, Now: c.Now, Log: slog.New(slog.DiscardHandler), Every: time.Millisecond,
		Contracts: func(context.Context) ([]source.Contract, error) { return []source.Contract{contract()}, nil }}
	if err := p.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p, c
}

// settle attempts until the status is one of two, each time when the attempt is due.
func settle(t *testing.T, p *source.Publisher, c *clock, s source.Service) source.State {
	t.Helper()
	for range 1000 {
		state := p.Attempt(t.Context(), s, contract())
		if state.Status == source.Verified || state.Status == source.Failed {
			return state
		}
		c.add(state.Next.Sub(c.Now()))
	}
	t.Fatal("it does not end")
	return source.State{}
}
