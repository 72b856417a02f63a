package cmd

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/source"
)

// verifier is a server that verifies sources, as Sourcify and as Blockscout.
type verifier struct {
	*httptest.Server
	mu       sync.Mutex
	shown    bool
	fails    string        // customCode with which a job ends
	hold     chan struct{} // no request is answered until it is closed
	requests int
	submits  int
	form     map[string]string // of the last submission to Blockscout
	input    json.RawMessage   // of the last submission to Sourcify
}

func newVerifier(t *testing.T) *verifier {
	v := &verifier{}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	return v
}

func (v *verifier) set(f func()) { v.mu.Lock(); defer v.mu.Unlock(); f() }

func (v *verifier) count() (requests, submits int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.requests, v.submits
}

func (v *verifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	v.requests++
	hold := v.hold
	v.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
			return
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	answer := func(status int, body string) { w.WriteHeader(status); fmt.Fprint(w, body) }
	part := strings.Split(r.URL.Path, "/")
	switch action := r.URL.Query().Get("action"); {
	case strings.HasPrefix(r.URL.Path, "/v2/contract/"):
		match, status := "null", 404
		if v.shown {
			match, status = `"match"`, 200
		}
		answer(status, fmt.Sprintf(`{"match":%s,"creationMatch":null,"runtimeMatch":%s,"chainId":%q,"address":%q}`, match, match, part[3], part[4]))
	case r.Method == "POST" && action == "":
		v.submits++
		var body struct{ StdJSONInput json.RawMessage }
		_ = json.NewDecoder(r.Body).Decode(&body)
		v.input = body.StdJSONInput
		answer(202, `{"verificationId":"72d12273-0723-448e-a9f6-f7957128efa7"}`)
	case strings.HasPrefix(r.URL.Path, "/v2/verify/") && v.fails != "":
		answer(200, fmt.Sprintf(`{"isJobCompleted":true,"error":{"customCode":%q,"message":"m","errorId":"e"}}`, v.fails))
	case strings.HasPrefix(r.URL.Path, "/v2/verify/"):
		v.shown = true
		answer(200, `{"isJobCompleted":true}`)
	case action == "getsourcecode" && v.shown:
		shown, _ := json.Marshal("{" + string(bindings.LaunchVerifyInput) + "}") // a text
		answer(200, `{"status":"1","message":"OK","result":[{"SourceCode":`+string(shown)+`,"ContractName":"Launch"}]}`)
	case action == "getsourcecode":
		answer(200, `{"status":"1","message":"OK","result":[{"Address":"0x"}]}`)
	case action == "verifysourcecode":
		v.submits++
		_ = r.ParseForm()
		v.form = map[string]string{}
		for name := range r.PostForm {
			v.form[name] = r.PostForm.Get(name)
		}
		answer(200, `{"status":"1","message":"OK","result":"guid1"}`)
	case action == "checkverifystatus":
		v.shown = true
		answer(200, `{"status":"1","message":"OK","result":"Pass - Verified"}`)
	default:
		answer(404, `{"customCode":"route_not_found","message":"m","errorId":"e"}`)
	}
}

func TestASourceIsVerifiedFromTheCommandLine(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := newShell(t, "MINT402_RPC="+d.RPC)
	v := newVerifier(t)
	args := []string{"verify", "--token", d.Token.Hex(), "--sourcify-url", v.URL + "/"}
	r := s.ok("", append(args, "--json")...)
	got := decode[sourceJSON](t, r.out)
	if !got.Verified || got.Stored || got.Token != d.Token || got.Network != "eip155:84532" || len(got.Services) != 1 || got.Services[0].Match != source.Same ||
		got.Services[0].URL != v.URL+"/v2/contract/84532/"+d.Token.Hex() || !strings.Contains(r.err, "submitted") {
		t.Errorf("%s%s", r.out, r.err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, bindings.LaunchVerifyInput); err != nil || !bytes.Equal(v.input, want.Bytes()) {
		t.Errorf("submitted %d bytes, want %d, %v", len(v.input), want.Len(), err)
	}
	if again := s.ok("", args...); !strings.Contains(again.out, "Sourcify: source verified (match): http") || v.submits != 1 {
		t.Errorf("%q after %d submissions", again.out, v.submits)
	}

	scout := newVerifier(t)
	if r := s.ok("", "verify", "--token", d.Token.Hex(), "--verify-with", "etherscan", "--etherscan-url", scout.URL+"/api"); !strings.Contains(r.out, "source verified (match): "+scout.URL+"/address/") {
		t.Errorf("%s%s", r.out, r.err)
	}
	arguments, err := chain.Arguments(t.Context(), d.dial(t), d.Token)
	if err != nil || scout.form["constructorArguments"] != hex.EncodeToString(arguments) || scout.form["sourceCode"] != string(bindings.LaunchVerifyInput) ||
		scout.form["compilerversion"] != "v"+bindings.LaunchCompiler || scout.form["contractaddress"] != d.Token.Hex() {
		t.Errorf("Blockscout got %.200v, %v", scout.form, err)
	}
}

func TestASourceThatIsNotVerifiedHasAnExitStatus(t *testing.T) {
	d := theDemo(t)
	s := newShell(t, "MINT402_RPC="+d.RPC)
	v := newVerifier(t)
	verify := func(more ...string) []string { return append([]string{"verify", "--token", d.Token.Hex()}, more...) }
	for says, args := range map[string][]string{
		`"basescan": expected`: verify("--verify-with", "basescan"),
		"it is empty":          verify("--verify-with", ""),
		"needs a key":          verify("--verify-with", "etherscan"),
		"expected a URL that begins with https://": verify("--sourcify-url", "sourcify.dev"),
		"name the launch":                          {"verify", "--sourcify-url", v.URL},
		"takes at most":                            {"verify", "ping", "pong"},
		"the checksum":                             {"verify", "--token", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267"},
	} {
		s.refused(2, says, "", args...)
	}
	s.with(etherscanKey+"=k").refused(2, "unencrypted", "", verify("--verify-with", "etherscan", "--etherscan-url", "http://scan.example/api")...)
	s.refused(1, "", "", "verify", "--token", d.Wallets[0].Address.Hex(), "--sourcify-url", v.URL)
	if requests, _ := v.count(); requests != 0 {
		t.Errorf("%d requests", requests)
	}
	r := s.refused(6, "was not reached", "", verify("--sourcify-url", "http://127.0.0.1:1", "--wait", "1s", "--json")...)
	if got := decode[sourceJSON](t, r.out); got.Verified || got.Services[0].Status != source.Waiting {
		t.Errorf("%s", r.out)
	}
	s.refused(1, "has not verified the source within 1s: the service is still working on it", "", verify("--sourcify-url", v.URL, "--wait", "1s")...)
	refusing := newVerifier(t)
	refusing.fails = "no_match"
	if r := s.refused(4, "Sourcify does not verify the source: no_match: m", "", verify("--sourcify-url", refusing.URL)...); !strings.Contains(r.out, "not verified (failed)") {
		t.Errorf("%s", r.out)
	}
}

func TestTheSourceOfADemosLaunchLeavesForNoPublicService(t *testing.T) {
	long(t)
	s := newShell(t)
	demo := s.start("demo", "--json", "--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--log-level", "error")
	defer func() { demo.stop(); demo.ended() }()
	d := decode[demonstration](t, demo.out.until(t, "\n}\n"))
	s.with(etherscanKey+"=k").refused(4, "nothing was sent", "", "verify", "--token", d.Token.Hex(), "--rpc", d.RPC, "--verify-with", "sourcify,etherscan")
	if l, _ := getJSON[api.Launch](t, d.URL+"/launches/"+d.slug(t)); l.Source != nil {
		t.Errorf("%+v", l.Source)
	}
}

// slug is that of the demo's default launch.
func (d demonstration) slug(t *testing.T) string {
	all, _ := getJSON[api.Launches](t, d.URL+"/launches")
	return all.Launches[0].Slug
}

func TestAServerPublishesTheSourceOfItsLaunches(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t)...)
	v := newVerifier(t)
	release := make(chan struct{})
	v.hold = release
	st, url := s.serving("--verify-with", "sourcify", "--sourcify-url", v.URL)
	page := func() string { return body(curl(t, url+"/l/ping", "Accept: text/html")) }
	launch := func() api.Launch { l, _ := getJSON[api.Launch](t, url+"/launches/ping"); return l }

	// While the service does not answer, payments are minted, and the page claims nothing.
	eventually(t, "a request", func() bool { n, _ := v.count(); return n > 0 })
	d.payerShell(t, 1).ok("", "mint", url+"/launches/ping/mint", "--yes")
	if strings.Contains(page(), "source verified") || launch().Source != nil {
		t.Errorf("before an answer: %+v", launch().Source)
	}
	close(release)
	eventually(t, "a submission", func() bool { l := launch(); return l.Source != nil && l.Source.Services[0].Status == source.Submitted })
	if text := page(); strings.Contains(text, "source verified") || launch().Source.Verified {
		t.Error("the page calls it verified while the job runs")
	}
	eventually(t, "the verification", func() bool { return launch().Source.Verified })
	link := fmt.Sprintf(`<a href="%s/v2/contract/84532/%s" rel="noopener noreferrer">source verified</a> by Sourcify`, v.URL, launch().Token)
	if !strings.Contains(page(), link) {
		t.Errorf("the page has no %s", link)
	}
	if text := body(curl(t, url+"/metrics", "")); !strings.Contains(text, fmt.Sprintf(`mint402_source_verified{launch="ping",service=%q} 1`, v.URL)) {
		t.Errorf("no metric in\n%s", text)
	}
	st.stop()
	st.ended()
	requests, _ := v.count()

	// A server without the flag shows the result, and makes no request.
	_, url = s.serving()
	if !strings.Contains(page(), link) || !launch().Source.Verified {
		t.Errorf("after a restart: %+v", launch().Source)
	}
	time.Sleep(3 * time.Second)
	if n, submits := v.count(); n != requests || submits != 1 {
		t.Errorf("%d requests after %d, %d submissions", n, requests, submits)
	}
}

func TestTheCommandKeepsItsResultInADatabaseThatNoServerUses(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	made := decode[launched](t, s.ok("", terms(t)...).out)
	v := newVerifier(t)
	if got := decode[sourceJSON](t, s.ok("", "verify", "--launch", "ping", "--sourcify-url", v.URL, "--json").out); !got.Stored || got.Token != made.Token.Address {
		t.Errorf("%+v", got)
	}
	// A run that fails takes nothing back that was verified.
	s.refused(6, "was not reached", "", "verify", "--launch", "ping", "--sourcify-url", "http://127.0.0.1:1", "--wait", "1s")
	v.set(func() { v.hold = make(chan struct{}) })
	s.run("", "verify", "--launch", "ping", "--sourcify-url", v.URL, "--wait", "1s")
	_, url := s.serving()
	if l, _ := getJSON[api.Launch](t, url+"/launches/ping"); l.Source == nil || !l.Source.Verified {
		t.Errorf("%+v", l.Source)
	}
	if r := s.run("", "verify", "--launch", "ping", "--sourcify-url", v.URL, "--wait", "1s"); !strings.Contains(r.err, "the result is not kept") {
		t.Errorf("with a server: %s", r.err)
	}
}
