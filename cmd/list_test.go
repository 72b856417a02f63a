package cmd

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mint402/mint402/cmd/catalog"
	"github.com/mint402/mint402/x402"
)

// showroom is a stub of a facilitator that records what it is shown.
type showroom struct {
	*httptest.Server
	mu    sync.Mutex
	shown []shownPayment
	paths []string
}

type shownPayment struct {
	Version int             `json:"x402Version"`
	Payload json.RawMessage `json:"paymentPayload"`
	Require json.RawMessage `json:"paymentRequirements"`
}

func newFacilitator(t *testing.T, answer http.HandlerFunc) *showroom {
	t.Helper()
	f := &showroom{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var p shownPayment
		_ = json.Unmarshal(body, &p)
		f.mu.Lock()
		f.shown, f.paths = append(f.shown, p), append(f.paths, r.Method+" "+r.URL.Path)
		f.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *showroom) seen() []shownPayment {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]shownPayment(nil), f.shown...)
}

// takes is the answer of a facilitator that takes the payment and lists the URL.
func takes(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("EXTENSION-RESPONSES", base64.StdEncoding.EncodeToString([]byte(`{"bazaar":{"status":"success"}}`)))
	fmt.Fprint(w, `{"isValid":true,"payer":"0x1"}`)
}

func TestListChecksAndSendsNothingUnlessAsked(t *testing.T) {
	d := theDemo(t)
	f := newFacilitator(t, takes)
	s := d.payerShell(t, 1)
	r := s.ok("", "list", d.MintURL, "--json")
	out := decode[catalogued](t, r.out)
	if !out.Listable || len(out.Registrations) != 0 || out.Verify != nil || out.Resource != d.MintURL {
		t.Errorf("printed %s", r.out)
	}
	for _, c := range out.Checks {
		if !c.OK && c.Name != "public" {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
	if len(out.Checks) < 15 {
		t.Errorf("only %d checks", len(out.Checks))
	}
	r = s.ok("", "list", d.MintURL, "--dry-run", "--facilitator", f.URL, "--register", f.URL+"/register")
	if !strings.Contains(r.err, "would post") || !strings.Contains(r.err, "would sign one payment and post it to "+f.URL+"/verify") {
		t.Errorf("not said:\n%s", r.err)
	}
	s.refused(4, "nothing was done", "n\n", "list", d.MintURL, "--facilitator", f.URL)
	s.refused(4, "nothing was done", "n\n", "list", d.MintURL, "--register", f.URL+"/register")
	if len(f.seen()) != 0 || len(s.keptFiles()) != 0 {
		t.Errorf("sent %v, kept %v", f.seen(), s.keptFiles())
	}
}

func TestTheFacilitatorSeesOneShortPaymentWithTheWholeEcho(t *testing.T) {
	d := theDemo(t)
	f := newFacilitator(t, takes)
	s := d.payerShell(t, 1)
	before := d.balance(t, d.Asset, d.Wallets[1].Address)
	r := s.ok("y\n", "list", d.MintURL, "--facilitator", f.URL, "--json")
	out := decode[catalogued](t, r.out)
	if out.Verify == nil || !out.Verify.Valid || string(compact(t, out.Verify.Extensions)) != `{"bazaar":{"status":"success"}}` {
		t.Fatalf("printed %s", r.out)
	}
	seen := f.seen()
	if len(seen) != 1 || f.paths[0] != "POST /verify" || seen[0].Version != 2 {
		t.Fatalf("shown %v %+v", f.paths, seen)
	}
	var payload struct {
		Resource   struct{ URL string }
		Accepted   json.RawMessage
		Extensions struct{ Bazaar catalog.Echo }
		Payload    struct{ Authorization x402.Authorization }
	}
	if err := json.Unmarshal(seen[0].Payload, &payload); err != nil {
		t.Fatal(err)
	}
	if payload.Resource.URL != d.MintURL || string(compact(t, payload.Accepted)) != string(compact(t, seen[0].Require)) {
		t.Errorf("resource %s, accepted %s, required %s", payload.Resource.URL, payload.Accepted, seen[0].Require)
	}
	if err := payload.Extensions.Bazaar.Check("GET"); err != nil {
		t.Errorf("what a catalogue would read: %v", err)
	}
	a := payload.Payload.Authorization
	if left := time.Until(time.Unix(a.ValidBefore.Int64(), 0)); left > lapse {
		t.Errorf("the payment is valid for %s", left)
	}
	if a.From != d.Wallets[1].Address {
		t.Errorf("signed by %s, not by the operator", a.From)
	}
	if kept := s.undecided(); len(kept) != 1 || kept[0].ID.String() != out.PaymentID {
		t.Errorf("kept %v; the payment that was shown is %s", kept, out.PaymentID)
	}
	// While it could be submitted, no other is signed.
	s.refused(3, "no other was signed", "", "list", d.MintURL, "--facilitator", f.URL, "--yes")
	if len(f.seen()) != 1 {
		t.Error("a second payment was shown")
	}
	if after := d.balance(t, d.Asset, d.Wallets[1].Address); after.Cmp(before) != 0 {
		t.Errorf("the operator paid %s", new(big.Int).Sub(before, after))
	}
}

func compact(t *testing.T, raw json.RawMessage) json.RawMessage {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWithMintTheShownPaymentBuysOnce(t *testing.T) {
	d := theDemo(t)
	f := newFacilitator(t, takes)
	s, payer := d.payerShell(t, 2), d.Wallets[2].Address
	before := d.balance(t, d.Token, payer)
	r := s.ok("", "list", d.MintURL, "--facilitator", f.URL, "--mint", "--yes")
	if !strings.Contains(r.out, "minted 5,000 DPING") || !strings.Contains(r.err, `EXTENSION-RESPONSES: {"bazaar":{"status":"success"}}`) {
		t.Errorf("printed %s\n%s", r.out, r.err)
	}
	if gained := new(big.Int).Sub(d.balance(t, d.Token, payer), before); gained.Cmp(coins(5000)) != 0 {
		t.Errorf("gained %s", gained)
	}
	if len(f.seen()) != 1 || len(s.undecided()) != 0 {
		t.Errorf("shown %d, undecided %v", len(f.seen()), s.undecided())
	}
}

func TestAFacilitatorDecidesNothingAboutThePurchase(t *testing.T) {
	d := theDemo(t)
	elsewhere := newFacilitator(t, takes)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   int
		says   string
	}{
		"refuses": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"isValid":false,"invalidReason":"no_such\u001b[31m"}`)
		}, 4, "does not take the payment: no_such"},
		"answers prose": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "send 5 USDC to 0xbad") }, 6, "without isValid"},
		"answers a lot": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", 1<<20)) }, 6, "without isValid"},
		"redirects": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/verify", http.StatusTemporaryRedirect)
		}, 6, "answered 307"},
		"hangs up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 6, "show the payment"},
		"says only true": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("EXTENSION-RESPONSES", "!")
			fmt.Fprint(w, `{"isValid":true}`)
		}, 0, `EXTENSION-RESPONSES: "!"`},
	} {
		f := newFacilitator(t, c.answer)
		s := d.payerShell(t, 1)
		r := s.run("", "list", d.MintURL, "--facilitator", f.URL, "--yes")
		if r.code != c.code || !strings.Contains(r.err, c.says) || strings.ContainsRune(r.err, '\x1b') {
			t.Errorf("%s: exit status %d, want %d and %q:\n%s", name, r.code, c.code, c.says, r.err)
		}
		if len(f.seen()) != 1 || len(s.undecided()) != 1 {
			t.Errorf("%s: shown %d times, kept %d", name, len(f.seen()), len(s.undecided()))
		}
	}
	if len(elsewhere.seen()) != 0 {
		t.Error("a signed payment followed a redirect")
	}
}

func TestWhatACatalogueWouldDropIsNotSent(t *testing.T) {
	d := theDemo(t)
	f := newFacilitator(t, takes)
	s := d.payerShell(t, 1)
	proxy := faultyServer(t, d) // another origin than the public URL
	s.refused(4, "catalogues would not list", "", "list", proxy.URL+"/mint", "--facilitator", f.URL, "--yes")
	s.refused(4, "catalogues would not list", "", "list", d.MintURL+"s", "--register", f.URL, "--yes")
	s.refused(2, "--mint needs --facilitator", "", "list", d.MintURL, "--mint")
	s.refused(2, "not the https URL", "", "list", d.MintURL, "--facilitator", "http://facilitator.example")
	s.refused(2, "expected one of", "", "list", d.MintURL, "--register", f.URL, "--form", "xml")
	if len(f.seen()) != 0 || len(s.keptFiles()) != 0 {
		t.Errorf("sent %v, kept %v", f.seen(), s.keptFiles())
	}
}

func TestARegistrationIsPostedInTheFormThatIsAskedFor(t *testing.T) {
	d := theDemo(t)
	var got []string
	status := http.StatusCreated
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, string(body))
		w.WriteHeader(status)
	}))
	defer target.Close()
	s := d.payerShell(t, 1)
	for _, form := range catalog.Forms {
		s.ok("", "list", d.MintURL, "--register", target.URL, "--form", form, "--yes")
	}
	origin := strings.TrimSuffix(d.MintURL, "/mint")
	want := []string{`{"method":"GET","resource":"` + d.MintURL + `"}`, `{"url":"` + d.MintURL + `"}`, `{"origin":"` + origin + `"}`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("posted %q, want %q", got, want)
	}
	status = http.StatusConflict
	s.refused(4, "answered 409", "", "list", d.MintURL, "--register", target.URL, "--yes")
}
