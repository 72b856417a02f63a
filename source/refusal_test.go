package source_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/source"
)

// reply is an answer to one kind of request: "lookup", "submit" or "poll".
type reply struct {
	to     string
	status int
	header string // Retry-After
	body   any
}

func kind(r *http.Request) string {
	switch action := r.URL.Query().Get("action"); {
	case action == "getsourcecode", strings.HasPrefix(r.URL.Path, "/v2/contract/"):
		return "lookup"
	case action == "verifysourcecode", r.Method == "POST":
		return "submit"
	}
	return "poll"
}

func (a reply) instead(w http.ResponseWriter, r *http.Request) bool {
	if kind(r) != a.to {
		return false
	}
	if a.header != "" {
		w.Header().Set("Retry-After", a.header)
	}
	if text, ok := a.body.(string); ok {
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(text))
		return true
	}
	answer(w, a.status, a.body)
	return true
}

func sourcifyError(code string) any {
	return map[string]any{"customCode": code, "message": "as the service says it", "errorId": "1"}
}

func notOK(result string) any {
	return map[string]any{"status": "0", "message": "NOTOK", "result": result}
}

func TestARefusalEndsAndAFailureThatMayPassIsRepeated(t *testing.T) {
	job := func(code string) any {
		return map[string]any{"isJobCompleted": true, "error": map[string]any{"customCode": code, "message": "m"}, "contract": map[string]any{}}
	}
	for _, test := range []struct {
		service, what string
		reply
		want  source.Status
		pause time.Duration // at least
	}{
		{"sourcify", "an unsupported chain", reply{"submit", 404, "", sourcifyError("unsupported_chain")}, source.Failed, 0},
		{"sourcify", "an unsupported chain at the lookup", reply{"lookup", 404, "", sourcifyError("unsupported_chain")}, source.Failed, 0},
		{"sourcify", "a server without the API", reply{"lookup", 404, "", sourcifyError("route_not_found")}, source.Failed, 0},
		{"sourcify", "input that it refuses", reply{"submit", 400, "", sourcifyError("invalid_parameter")}, source.Failed, 0},
		{"sourcify", "a job that runs already", reply{"submit", 429, "", sourcifyError("duplicate_verification_request")}, source.Waiting, 15 * time.Second},
		{"sourcify", "a rate limit", reply{"lookup", 429, "120", "slow down"}, source.Waiting, 2 * time.Minute},
		{"sourcify", "a rate limit for years", reply{"lookup", 429, "99999999", "slow down"}, source.Waiting, 24 * time.Hour},
		{"sourcify", "a fault", reply{"submit", 500, "", sourcifyError("internal_error")}, source.Waiting, 15 * time.Second},
		{"sourcify", "a proxy's page", reply{"lookup", 403, "", "<html>"}, source.Waiting, 15 * time.Second},
		{"sourcify", "a gateway's page", reply{"poll", 502, "", "<html>"}, source.Submitted, 15 * time.Second},
		{"sourcify", "a ticket that is a path", reply{"submit", 202, "", map[string]any{"verificationId": "../../admin"}}, source.Waiting, 15 * time.Second},
		{"sourcify", "a job that is forgotten", reply{"poll", 404, "", sourcifyError("job_not_found")}, source.Waiting, 15 * time.Second},
		{"sourcify", "other code", reply{"poll", 200, "", job("no_match")}, source.Failed, 0},
		{"sourcify", "a contract that its node lacks", reply{"poll", 200, "", job("contract_not_deployed")}, source.Waiting, 15 * time.Second},
		{"sourcify", "a compiler that it lacks", reply{"poll", 200, "", job("unsupported_compiler_version")}, source.Waiting, 15 * time.Second},
		{"etherscan", "a contract that it has not indexed", reply{"submit", 200, "", notOK("Unable to locate ContractCode at 0x00")}, source.Waiting, 15 * time.Second},
		{"etherscan", "a rate limit", reply{"lookup", 200, "", notOK("Max calls per sec rate limit reached (3/sec)")}, source.Waiting, 15 * time.Second},
		{"etherscan", "a wrong key", reply{"lookup", 200, "", notOK("Invalid API Key (#err2)|KEY-1")}, source.Failed, 0},
		{"etherscan", "no key", reply{"lookup", 200, "", notOK("Missing/Invalid API Key")}, source.Failed, 0},
		{"etherscan", "a pause after wrong keys", reply{"lookup", 200, "", notOK("Too many invalid api key attempts, please try again later")}, source.Waiting, 15 * time.Second},
		{"etherscan", "an unsupported chain", reply{"lookup", 200, "", notOK("Missing or unsupported chainid parameter (required for v2 api)")}, source.Failed, 0},
		{"etherscan", "a chain of paid plans", reply{"submit", 200, "", notOK("Free API access is not supported for this chain.")}, source.Failed, 0},
		{"etherscan", "other code", reply{"poll", 200, "", notOK("Fail - Unable to verify")}, source.Failed, 0},
		{"etherscan", "a job that is forgotten", reply{"poll", 200, "", notOK("Unknown UID")}, source.Waiting, 15 * time.Second},
		{"etherscan", "words of tomorrow", reply{"submit", 200, "", notOK("Our hamsters sleep")}, source.Waiting, 15 * time.Second},
		{"etherscan", "another server", reply{"lookup", 404, "", map[string]any{"error": "no route"}}, source.Failed, 0},
	} {
		s := newStub(t)
		s.instead = test.reply.instead
		svc := services(s)[test.service]
		p, c := publisher(t, &memory{}, svc)
		var got source.State
		for range 3 {
			if got = p.Attempt(t.Context(), svc, contract()); got.Failures > 0 {
				break
			}
		}
		if got.Status != test.want || got.Failures != 1 || got.Error == "" || got.Status != source.Failed && got.Next.Sub(c.Now()) < test.pause || got.Status == source.Failed && !got.Next.IsZero() {
			t.Errorf("%s, %s: %+v", test.service, test.what, got)
		}
		if held := got.Ticket != ""; held != (got.Status == source.Submitted) {
			t.Errorf("%s, %s: the ticket is %q", test.service, test.what, got.Ticket)
		}
		// What passes is verified in the end.
		s.change(func() { s.instead = nil })
		if got.Status != source.Failed {
			if got = settle(t, p, c, svc); got.Status != source.Verified || got.Failures != 0 {
				t.Errorf("%s, %s: afterwards %+v", test.service, test.what, got)
			}
		}
	}
}

func TestPausesGrowUpToSixHours(t *testing.T) {
	s := newStub(t)
	s.instead = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true }
	svc := services(s)["sourcify"]
	p, c := publisher(t, &memory{}, svc)
	last := time.Duration(0)
	for range 23 {
		got := p.Attempt(t.Context(), svc, contract())
		pause := got.Next.Sub(c.Now())
		if got.Status != source.Waiting || pause < last || pause < 15*time.Second || pause > 6*time.Hour {
			t.Fatalf("%+v, pause %s after %s", got, pause, last)
		}
		last = pause
		c.add(pause)
	}
	if got := p.Attempt(t.Context(), svc, contract()); last != 6*time.Hour || got.Status != source.Failed {
		t.Errorf("last pause %s, then %+v", last, got)
	}
}

func TestAJobThatNeverEndsIsSubmittedAgain(t *testing.T) {
	s := newStub(t)
	s.pending = 1 << 30
	svc := services(s)["etherscan"]
	p, c := publisher(t, &memory{}, svc)
	for c.Now().Sub(noon) < 2*time.Hour {
		got := p.Attempt(t.Context(), svc, contract())
		c.add(max(got.Next.Sub(c.Now()), time.Minute))
	}
	if s.submits != 2 {
		t.Errorf("%d submissions in two hours", s.submits)
	}
}

func TestAnAttemptThatIsInterruptedChangesNothing(t *testing.T) {
	s := newStub(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.instead = func(http.ResponseWriter, *http.Request) bool { cancel(); return false }
	svc := services(s)["sourcify"]
	m := &memory{}
	p, _ := publisher(t, m, svc)
	if got := p.Attempt(ctx, svc, contract()); got.Failures != 0 || m.saves != 0 || len(p.Of(token)) != 0 {
		t.Errorf("%+v, %d saves", got, m.saves)
	}
}

func TestArgumentsThatCannotBeReadAreTriedAgain(t *testing.T) {
	s := newStub(t)
	svc := services(s)["etherscan"]
	p, _ := publisher(t, &memory{}, svc)
	c := contract()
	c.Arguments = func(context.Context) ([]byte, error) { return nil, errors.New("no node answers") }
	if got := p.Attempt(t.Context(), svc, c); got.Status != source.Waiting || s.submits != 0 || !strings.Contains(got.Error, "no node answers") {
		t.Errorf("%+v", got)
	}
	c.Arguments = func(context.Context) ([]byte, error) { panic("a fault of ours") }
	if got := p.Attempt(t.Context(), svc, c); got.Status != source.Waiting || !strings.Contains(got.Error, "a fault of ours") {
		t.Errorf("%+v", got)
	}
}

func TestAServicesURLIsCheckedAndItsPageDerived(t *testing.T) {
	for _, wrong := range []string{"", "sourcify.dev", "ftp://x", "https://", "https://u:p@x", "https://x?key=1", "https://x#y", "https://x/caf\xe9"} {
		if _, err := source.CheckURL(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
	if plain, err := source.CheckURL("http://127.0.0.1:4000/api"); err != nil || !plain {
		t.Errorf("%t %v", plain, err)
	}
	for want, s := range map[string]source.Service{
		"https://repo.sourcify.dev/84532/" + token.Hex():        source.Sourcify{URL: source.SourcifyURL},
		"https://own.example/v2/contract/84532/" + token.Hex():  source.Sourcify{URL: "https://own.example"},
		"https://basescan.org/address/" + token.Hex() + "#code": source.Etherscan{URL: source.EtherscanURL, Explorer: "https://basescan.org"},
		"https://scan.example/address/" + token.Hex() + "#code": source.Etherscan{URL: "https://scan.example/api", Explorer: "https://basescan.org"},
		"": source.Etherscan{URL: source.EtherscanURL},
	} {
		if got := s.Page(contract()); got != want {
			t.Errorf("%+v: %s", s, got)
		}
	}
}
