package pay

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

func TestTheClientPaysWhatOurServerAsks(t *testing.T) {
	s := openShop(t)
	result, err := payer(nil).Pay(s.request(t))
	if err != nil {
		t.Fatal(err)
	}
	if result.Status != 200 || string(result.Body) != `{"minted":5000}` || !result.Settle.Success || result.Settle.Transaction != (common.Hash{7}).Hex() {
		t.Errorf("got %+v", result)
	}
	p := s.onePayment(t)
	if err := ourRequirement(t).Check(p, clock, margin, maximum); err != nil || p.Version != 2 {
		t.Errorf("version %d, %v", p.Version, err)
	}
	if _, err := ourRequirement(t).CheckSignature(p); err != nil {
		t.Error(err)
	}
	if result.Payment.Value != s.payments[0] || result.Offer.Price() != "0.10 USDC" || s.asked != 1 {
		t.Errorf("payment %+v, quote %+v, asked %d times", result.Payment, result.Offer, s.asked)
	}
}

func TestTheClientPaysAVersion1Body(t *testing.T) {
	s := openShop(t, func(w http.ResponseWriter, _ *http.Request) {
		value, _ := x402.EncodeHeader(x402.SettleResponse{Success: true, Network: "eip155:84532"}.V1())
		w.Header().Set(x402.HeaderXPaymentResponse, value)
	})
	s.ask = func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusPaymentRequired)
		_ = json.NewEncoder(w).Encode(x402.NewPaymentRequired("", resource, ourRequirement(t)).V1())
	}
	result, err := payer(nil).Pay(s.request(t))
	if err != nil {
		t.Fatal(err)
	}
	p := s.onePayment(t)
	if p.Version != 1 || result.Payment.Header != x402.HeaderXPayment || result.Settle.Network != "eip155:84532" {
		t.Errorf("payment %+v, result %+v", p, result)
	}
	if err := ourRequirement(t).Check(p, clock, margin, maximum); err != nil {
		t.Error(err)
	}
	if _, err := ourRequirement(t).CheckSignature(p); err != nil {
		t.Error(err)
	}
}

func TestWhateverHappensOnePaymentIsSignedAndSentAgain(t *testing.T) {
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request){
		"connection lost":    hangUp,
		"500":                status(500),
		"502":                status(502),
		"503":                status(503, "Retry-After", "1"),
		"504":                status(504),
		"429":                status(429),
		"408":                status(408),
		"202":                status(202),
		"settlement pending": pendingReceipt,
	} {
		s := openShop(t, fault, fault, fault, receipt)
		result, err := payer(nil).Pay(s.request(t))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s.onePayment(t)
		if len(s.payments) != 4 || s.asked != 1 || result.Status != 200 {
			t.Errorf("%s: sent %d times, asked %d times, status %d", name, len(s.payments), s.asked, result.Status)
		}
	}
}

func TestATimeoutIsAnUnknownOutcomeNotAReasonToSignAgain(t *testing.T) {
	s := openShop(t)
	c := payer(nil)
	timeouts := 0
	c.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		res, err := http.DefaultTransport.RoundTrip(r)
		if r.Header.Get(x402.HeaderPaymentSignature) == "" || timeouts == 2 {
			return res, err
		}
		// The server took the payment; its answer came too late.
		timeouts++
		if err == nil {
			res.Body.Close()
		}
		return nil, os.ErrDeadlineExceeded
	})}
	result, err := c.Pay(s.request(t))
	if err != nil || !result.Settle.Success {
		t.Fatalf("%+v, %v", result, err)
	}
	s.onePayment(t)
	if len(s.payments) != 3 || s.asked != 1 {
		t.Errorf("sent %d times, asked %d times", len(s.payments), s.asked)
	}
}

func TestARefusalIsFinalAndNothingMoreIsSigned(t *testing.T) {
	again := func(w http.ResponseWriter, _ *http.Request) {
		value, _ := x402.EncodeHeader(x402.NewPaymentRequired("invalid_exact_evm_insufficient_balance", resource, ourRequirement(t)))
		status(402, x402.HeaderPaymentRequired, value)(w, nil)
	}
	sold := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(410)
		_, _ = io.WriteString(w, `{"error":"sold out"}`)
	}
	failed := func(w http.ResponseWriter, _ *http.Request) {
		value, _ := x402.EncodeHeader(x402.SettleResponse{ErrorReason: x402.ReasonTransaction, Network: "eip155:84532"})
		status(402, x402.HeaderPaymentResponse, value)(w, nil)
	}
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		status int
		reason string
	}{
		"verify failed": {again, 402, "invalid_exact_evm_insufficient_balance"},
		"settle failed": {failed, 402, "invalid_exact_evm_transaction_failed"},
		"sold out":      {sold, 410, "sold out"},
		"malformed":     {status(400), 400, ""},
		"conflict":      {status(409), 409, ""},
	} {
		s := openShop(t, c.answer)
		result, err := payer(nil).Pay(s.request(t))
		var e *StatusError
		if !errors.As(err, &e) || e.Status != c.status || e.Reason != c.reason || errors.Is(err, ErrUnresolved) {
			t.Errorf("%s: %v", name, err)
		}
		if len(s.payments) != 1 || result == nil || result.Payment == nil {
			t.Errorf("%s: sent %d times, result %+v", name, len(s.payments), result)
		}
	}
}

// net/http quietly repeats a GET whose connection broke; that too is an attempt.
func TestARefusalAfterAnUnknownOutcomeLeavesItUnknown(t *testing.T) {
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request){"connection lost": hangUp, "500": status(500), "202": status(202)} {
		s := openShop(t, fault, status(402))
		result, err := payer(nil).Pay(s.request(t))
		var e *StatusError
		if !errors.Is(err, ErrUnresolved) || !errors.As(err, &e) || e.Status != 402 {
			t.Errorf("%s: got %v", name, err)
		}
		s.wait()
		if result.Payment == nil || len(s.payments) != 2 {
			t.Errorf("%s: sent %d times", name, len(s.payments))
		}
	}
}

func TestAPaymentFollowsNoRedirect(t *testing.T) {
	for _, location := range []string{"/mint", "/other", "/mint?again=1"} {
		s := openShop(t, status(307, "Location", location), receipt)
		_, err := payer(nil).Pay(s.request(t))
		var e *StatusError
		if !errors.As(err, &e) || e.Status != 307 || len(s.payments) != 1 {
			t.Errorf("%s: got %v, sent %d times", location, err, len(s.payments))
		}
	}
}

func TestAnUnresolvedPaymentIsResumedNotSignedAgain(t *testing.T) {
	s := openShop(t, status(500))
	var pauses []time.Duration
	c := payer(&pauses)
	c.Patience = time.Minute
	result, err := c.Pay(s.request(t))
	if !errors.Is(err, ErrUnresolved) || result == nil || result.Payment == nil {
		t.Fatalf("got %+v, %v", result, err)
	}
	var total time.Duration
	for _, p := range pauses {
		total += p
	}
	if total > time.Minute || len(pauses) < 4 || !slices.IsSorted(pauses) {
		t.Errorf("waited %v", pauses)
	}
	// Through a file and back, as after a crash.
	data, err := json.Marshal(result.Payment)
	if err != nil {
		t.Fatal(err)
	}
	var kept x402.Signed
	if err := json.Unmarshal(data, &kept); err != nil {
		t.Fatal(err)
	}
	s.script = append(s.script[:0], receipt)
	resumed, err := (&Client{Wait: c.Wait}).Resume(s.request(t), kept)
	if err != nil || resumed.Status != 200 || resumed.Payment.Authorization.Nonce != result.Payment.Authorization.Nonce {
		t.Fatalf("got %+v, %v", resumed, err)
	}
	s.onePayment(t)
	if _, err := c.Resume(s.request(t), x402.Signed{Header: "Authorization", Value: "x"}); err == nil {
		t.Error("resumed with a header that is no payment")
	}
}

func TestA202IsFollowedToItsLocationAndThenThePaymentIsSentAgain(t *testing.T) {
	s := openShop(t, status(202, "Location", "/orders/1", "Retry-After", "2"), receipt)
	var pauses []time.Duration
	result, err := payer(&pauses).Pay(s.request(t))
	if err != nil || result.Status != 200 || !result.Settle.Success {
		t.Fatalf("got %+v, %v", result, err)
	}
	if s.orders != 3 || len(s.payments) != 2 || !slices.Equal(pauses, []time.Duration{2 * time.Second, 3 * time.Second, 3 * time.Second}) {
		t.Errorf("%d looks, %d payments, pauses %v", s.orders, len(s.payments), pauses)
	}
}

func TestALocationOnAnotherOriginIsNotVisited(t *testing.T) {
	other := openShop(t)
	s := openShop(t, status(202, "Location", other.URL+"/orders/1"), receipt)
	if _, err := payer(nil).Pay(s.request(t)); err != nil {
		t.Fatal(err)
	}
	if other.orders != 0 {
		t.Error("visited")
	}
}

func TestAPaymentDoesNotFollowARedirectToAnotherOrigin(t *testing.T) {
	thief := openShop(t)
	s := openShop(t, status(307, "Location", thief.URL+"/mint"))
	_, err := payer(nil).Pay(s.request(t))
	var e *StatusError
	if !errors.As(err, &e) || e.Status != 307 || len(thief.payments) != 0 {
		t.Errorf("got %v, the other origin has %d payments", err, len(thief.payments))
	}
	// And a 402 that another origin gave is not answered here.
	front := openShop(t)
	front.ask = func(w http.ResponseWriter) { status(307, "Location", thief.URL+"/mint")(w, nil) }
	result, err := payer(nil).Pay(front.request(t))
	if err == nil || result.Payment != nil || len(front.payments)+len(thief.payments) != 0 {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestTheBodyOfARequestIsSentEachTime(t *testing.T) {
	s := openShop(t, status(503), receipt)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/mint", io.NopCloser(strings.NewReader(`{"quantity":1}`)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := payer(nil).Pay(req); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.bodies, []string{`{"quantity":1}`, `{"quantity":1}`, `{"quantity":1}`}) {
		t.Errorf("bodies %q", s.bodies)
	}
}

func TestThePaymentIsKeptBeforeItIsSent(t *testing.T) {
	s := openShop(t)
	c := payer(nil)
	var kept x402.Signed
	c.Keep = func(signed x402.Signed) error {
		if len(s.payments) != 0 {
			t.Error("sent before it was kept")
		}
		kept = signed
		return nil
	}
	if _, err := c.Pay(s.request(t)); err != nil || kept.Value != s.payments[0] {
		t.Errorf("kept %+v, %v", kept, err)
	}
	for name, stop := range map[string]func(*Client){
		"keep":    func(c *Client) { c.Keep = func(x402.Signed) error { return errors.New("disk full") } },
		"confirm": func(c *Client) { c.Confirm = func(Offer) error { return errors.New("no, thanks") } },
	} {
		s := openShop(t)
		c := payer(nil)
		stop(c)
		if result, err := c.Pay(s.request(t)); err == nil || len(s.payments) != 0 || result.Payment != nil {
			t.Errorf("%s: %v, %d payments", name, err, len(s.payments))
		}
	}
}

func TestWhatIsFreeOrClosedIsReturnedAsItIs(t *testing.T) {
	s := openShop(t)
	s.ask = func(w http.ResponseWriter) { _, _ = io.WriteString(w, "free") }
	if result, err := payer(nil).Pay(s.request(t)); err != nil || string(result.Body) != "free" || result.Payment != nil {
		t.Errorf("%+v, %v", result, err)
	}
	s.ask = func(w http.ResponseWriter) {
		w.WriteHeader(410)
		_, _ = io.WriteString(w, `{"error":"sold out"}`)
	}
	_, err := payer(nil).Pay(s.request(t))
	if err == nil || err.Error() != "410 Gone: sold out" {
		t.Errorf("%v", err)
	}
	s.ask = func(w http.ResponseWriter) { w.WriteHeader(402) }
	if _, err := payer(nil).Pay(s.request(t)); !errors.Is(err, x402.ErrNoChallenge) {
		t.Errorf("%v", err)
	}
	req := s.request(t)
	req.Header.Set(x402.HeaderXPayment, "x")
	if _, err := payer(nil).Pay(req); err == nil {
		t.Error("paid for a request that carried a payment")
	}
}

func TestAHugeAnswerDoesNotHideTheOutcome(t *testing.T) {
	s := openShop(t, func(w http.ResponseWriter, r *http.Request) {
		value, _ := x402.EncodeHeader(x402.SettleResponse{Success: true, Network: "eip155:84532"})
		w.Header().Set(x402.HeaderPaymentResponse, value)
		_, _ = io.WriteString(w, strings.Repeat("x", maxBody+100))
	})
	result, err := payer(nil).Pay(s.request(t))
	if err != nil || len(result.Body) != maxBody || !result.Settle.Success {
		t.Errorf("%d bytes, %v", len(result.Body), err)
	}
}

func TestAnOriginHasOneSpelling(t *testing.T) {
	parse := func(s string) *url.URL {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	if origin(parse("https://Mint.Example/a")) != origin(parse("https://mint.example:443/b")) {
		t.Error("the same origin differs")
	}
	base := parse("https://mint.example/mint")
	for location, same := range map[string]bool{"/orders/1": true, "orders/1": true, "https://mint.example/x": true, "": false,
		"http://mint.example/x": false, "https://mint.example:8443/x": false, "//evil.example/x": false, "https://mint.example.evil.example/": false, "javascript:alert(1)": false, "\x00": false} {
		if got := sameOrigin(base, location); (got != nil) != same {
			t.Errorf("%q: %v", location, got)
		}
	}
}
