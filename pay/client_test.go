package pay

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// A shop is a server that asks for payment and answers payments by a script,
// the last line of which repeats.
type shop struct {
	*httptest.Server
	ask    func(w http.ResponseWriter)
	script []func(w http.ResponseWriter, r *http.Request)

	credential func(http.ResponseWriter, string) // answers MPP payments

	mu       sync.Mutex
	payments []string // header values, in order of arrival
	bodies   []string
	asked    int
	orders   int // requests to /orders
}

func openShop(t *testing.T, script ...func(http.ResponseWriter, *http.Request)) *shop {
	t.Helper()
	s := &shop{script: script}
	if len(script) == 0 {
		s.script = append(s.script, receipt)
	}
	s.ask = func(w http.ResponseWriter) { askFor(w, ourRequirement(t)) }
	mux := http.NewServeMux()
	mux.HandleFunc("/mint", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		value := r.Header.Get(x402.HeaderPaymentSignature) + r.Header.Get(x402.HeaderXPayment)
		body, _ := io.ReadAll(r.Body)
		s.bodies = append(s.bodies, string(body))
		if c := r.Header.Get("Authorization"); c != "" && s.credential != nil {
			s.credential(w, c)
			return
		}
		if value == "" {
			s.asked++
			s.ask(w)
			return
		}
		s.payments = append(s.payments, value)
		s.script[min(len(s.payments), len(s.script))-1](w, r)
	})
	mux.HandleFunc("/orders/1", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.orders++; s.orders < 3 {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusAccepted)
		}
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *shop) request(t *testing.T) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/mint", nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// askFor is the dual 402 that our own server gives.
func askFor(w http.ResponseWriter, accepts ...x402.Requirement) {
	p := x402.NewPaymentRequired("Payment required", resource, accepts...)
	value, err := x402.EncodeHeader(p)
	if err != nil {
		panic(err)
	}
	w.Header().Set(x402.HeaderPaymentRequired, value)
	w.WriteHeader(http.StatusPaymentRequired)
	_ = json.NewEncoder(w).Encode(p.V1())
}

func receipt(w http.ResponseWriter, _ *http.Request) {
	value, _ := x402.EncodeHeader(x402.SettleResponse{Success: true, Transaction: common.Hash{7}.Hex(), Network: "eip155:84532"})
	w.Header().Set(x402.HeaderPaymentResponse, value)
	_, _ = io.WriteString(w, `{"minted":5000}`)
}

func status(code int, header ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// hangUp closes the connection without an answer, as a crash or a proxy does.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func pendingReceipt(w http.ResponseWriter, r *http.Request) {
	value, _ := x402.EncodeHeader(x402.SettleResponse{ErrorReason: x402.ReasonPending, Transaction: common.Hash{7}.Hex(), Network: "eip155:84532"})
	status(http.StatusPaymentRequired, x402.HeaderPaymentResponse, value)(w, r)
}

// payer is a client whose clock stands still and whose waits are written down.
func payer(pauses *[]time.Duration) *Client {
	return &Client{
		Signer: KeySigner(payerKey),
		Now:    func() time.Time { return clock },
		Wait: func(_ context.Context, d time.Duration) error {
			if pauses != nil {
				*pauses = append(*pauses, d)
			}
			return nil
		},
	}
}

func (s *shop) onePayment(t *testing.T) x402.Payment {
	t.Helper()
	if len(s.payments) == 0 {
		t.Fatal("nothing was paid")
	}
	for _, value := range s.payments[1:] {
		if value != s.payments[0] {
			t.Fatal("a second payment was signed")
		}
	}
	p, err := x402.DecodePayment(s.payments[0])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

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

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

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

func TestACancelledContextStopsTheWaiting(t *testing.T) {
	s := openShop(t, status(503))
	ctx, cancel := context.WithCancel(t.Context())
	c := &Client{Signer: KeySigner(payerKey), Now: func() time.Time { return clock }, Keep: func(x402.Signed) error { return nil }}
	c.Wait = func(ctx context.Context, d time.Duration) error { cancel(); return ctx.Err() }
	result, err := c.Pay(s.request(t).WithContext(ctx))
	if !errors.Is(err, ErrUnresolved) || !errors.Is(err, context.Canceled) || result.Payment == nil {
		t.Errorf("got %v", err)
	}
	var real Client
	if err := real.wait(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("the real clock: %v", err)
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

func TestTheClientPaysNothingItShouldNot(t *testing.T) {
	r := func(change func(*x402.Requirement)) x402.Requirement {
		r := ourRequirement(t)
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		client func(*Client)
		ask    x402.Requirement
	}{
		"more than a dollar by default": {nil, r(func(r *x402.Requirement) { r.Amount = big.NewInt(1_000_001) })},
		"more than the maximum":         {func(c *Client) { c.Max = big.NewInt(99_999) }, r(func(*x402.Requirement) {})},
		"an unknown asset":              {nil, r(func(r *x402.Requirement) { r.Asset = common.Address{1} })},
		"an unknown asset below max":    {func(c *Client) { c.Max = big.NewInt(1 << 40) }, r(func(r *x402.Requirement) { r.Asset = common.Address{1} })},
		"USDC's alias below max":        {func(c *Client) { c.Max = big.NewInt(1 << 40) }, r(func(r *x402.Requirement) { r.Extra.Name = "USD Coin" })},
		"an unknown asset without max":  {func(c *Client) { c.AnyAsset = true }, r(func(r *x402.Requirement) { r.Asset = common.Address{1} })},
		"USDC under another name":       {nil, r(func(r *x402.Requirement) { r.Extra.Name = "USD Coin" })},
		"another network":               {func(c *Client) { c.Networks = []string{"eip155:8453"} }, r(func(*x402.Requirement) {})},
		"a chain that is not EVM":       {nil, r(func(r *x402.Requirement) { r.Network = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp" })},
		"another scheme":                {nil, r(func(r *x402.Requirement) { r.Scheme = "upto" })},
		"an unknown flow":               {nil, r(func(r *x402.Requirement) { r.Extra.PaymentFlow = "weird" })},
		"escrow":                        {nil, r(func(r *x402.Requirement) { r.Extra.PaymentFlow = "escrow" })},
		"permit2":                       {nil, r(func(r *x402.Requirement) { r.Extra.AssetTransferMethod = "permit2" })},
		"no domain":                     {nil, r(func(r *x402.Requirement) { r.Extra.Name = "" })},
		"no time":                       {nil, r(func(r *x402.Requirement) { r.MaxTimeoutSeconds = 0 })},
	} {
		s := openShop(t)
		s.ask = func(w http.ResponseWriter) { askFor(w, c.ask) }
		client := payer(nil)
		if c.client != nil {
			c.client(client)
		}
		if result, err := client.Pay(s.request(t)); err == nil || len(s.payments) != 0 || result.Payment != nil {
			t.Errorf("%s: %v, %d payments", name, err, len(s.payments))
		}
	}
}

func TestTheClientPaysWhatItIsAllowedTo(t *testing.T) {
	token := ourRequirement(t)
	token.Asset, token.Network, token.Amount = common.Address{1}, "eip155:31337", big.NewInt(5)
	s := openShop(t)
	s.ask = func(w http.ResponseWriter) { askFor(w, token) }
	c := payer(nil)
	c.AnyAsset, c.Max, c.Networks = true, big.NewInt(5), []string{"eip155:31337"}
	if _, err := c.Pay(s.request(t)); err != nil {
		t.Fatal(err)
	}
	p := s.onePayment(t)
	if _, err := token.CheckSignature(p); err != nil {
		t.Error(err)
	}
	dollar := ourRequirement(t)
	dollar.Amount = big.NewInt(1_000_000)
	s = openShop(t)
	s.ask = func(w http.ResponseWriter) { askFor(w, dollar) }
	if _, err := payer(nil).Pay(s.request(t)); err != nil {
		t.Error(err)
	}
}

func TestTheFirstPayableEntryIsPaidAndSettlingAfterwardsIsPreferred(t *testing.T) {
	upfront, dear, later := ourRequirement(t), ourRequirement(t), ourRequirement(t)
	dear.Amount = big.NewInt(2_000_000)
	later.Extra.PaymentFlow = ""
	s := openShop(t)
	s.ask = func(w http.ResponseWriter) { askFor(w, dear, upfront, later) }
	result, err := payer(nil).Pay(s.request(t))
	if err != nil || result.Offer.Requirement.Extra.PaymentFlow != "" {
		t.Errorf("paid %+v, %v", result.Offer, err)
	}
	s.ask = func(w http.ResponseWriter) { askFor(w, dear, upfront) }
	result, err = payer(nil).Pay(s.request(t))
	if err != nil || result.Offer.Requirement.Amount.Int64() != 100000 {
		t.Errorf("paid %+v, %v", result.Offer, err)
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

func TestAnAnswerThatDripsHoldsThePayerForNoLongerThanItsPatience(t *testing.T) {
	signed, err := x402.Sign(ourRequirement(t), payerKey, clock)
	if err != nil {
		t.Fatal(err)
	}
	for patience, most := range map[time.Duration]time.Duration{time.Millisecond: leastRequest, 20 * time.Second: 20 * time.Second} {
		asked := 0
		client := &Client{Signer: KeySigner(payerKey), Patience: patience, Wait: func(context.Context, time.Duration) error { return nil },
			HTTP: &http.Client{Transport: tripper(func(req *http.Request) (*http.Response, error) {
				asked++
				end, ok := req.Context().Deadline()
				if left := time.Until(end); !ok || left > most {
					t.Errorf("patience %s: a request may take %s", patience, left)
				}
				return nil, errors.New("broken off")
			})}}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://mint.example/mint", nil)
		if _, err := client.Resume(req, signed); !errors.Is(err, ErrUnresolved) || asked == 0 {
			t.Errorf("patience %s: %v after %d requests", patience, err, asked)
		}
	}
}

func TestAFirstAnswerThatDoesNotEndHoldsThePayerForNoLongerThanItsPatience(t *testing.T) {
	drip := func(out io.Writer, over <-chan struct{}, piece string) {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				if _, err := io.WriteString(out, piece); err != nil {
					return
				}
				if f, ok := out.(http.Flusher); ok {
					f.Flush()
				}
			}
		}
	}
	begun := func(w http.ResponseWriter) net.Conn {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return nil
		}
		_, _ = io.WriteString(c, "HTTP/1.1 402 x402.Payment Required\r\n")
		return c
	}
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"no answer":                func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a body that drips":        func(w http.ResponseWriter, r *http.Request) { status(402)(w, r); drip(w, r.Context().Done(), " ") },
		"a success that drips":     func(w http.ResponseWriter, r *http.Request) { drip(w, r.Context().Done(), " ") },
		"a header that drips":      func(w http.ResponseWriter, r *http.Request) { drip(begun(w), nil, "x") },
		"headers without end":      func(w http.ResponseWriter, r *http.Request) { drip(begun(w), nil, "X-Pad: x\r\n") },
		"redirects that take time": redirectSlowly,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(answer))
			defer s.Close()
			defer s.CloseClientConnections()
			// It guards the test: the client has to end before it.
			ctx, cancel := context.WithTimeout(t.Context(), 12*leastRequest)
			defer cancel()
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
			client := &Client{Signer: KeySigner(payerKey), Patience: time.Millisecond, HTTP: &http.Client{}}
			result, err := client.Pay(req)
			if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || result != nil {
				t.Errorf("%v, %+v", err, result)
			}
		})
	}
}

// redirectSlowly leads on to another URL after a part of leastRequest.
func redirectSlowly(w http.ResponseWriter, r *http.Request) {
	timer := time.NewTimer(leastRequest / 4)
	defer timer.Stop()
	select {
	case <-r.Context().Done():
	case <-timer.C:
		http.Redirect(w, r, "/on", http.StatusFound)
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestARetryIsNeitherAtOnceNorFarAway(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": 5 * time.Second, "7": 7 * time.Second, "0": 200 * time.Millisecond, "3600": time.Minute, "-1": 5 * time.Second, "soon": 5 * time.Second,
		clock.Add(9 * time.Second).UTC().Format(http.TimeFormat): 9 * time.Second,
		clock.Add(-time.Hour).UTC().Format(http.TimeFormat):      200 * time.Millisecond,
	} {
		h := http.Header{}
		h.Set("Retry-After", value)
		if got := retryAfter(h, clock, 5*time.Second); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
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

func TestTheCheapestOfWhatMayBePaidIsPaid(t *testing.T) {
	client := Client{Signer: KeySigner(payerKey)}
	at := func(amount, flow string) string {
		return strings.NewReplacer("100000", amount, x402.FlowUpfront, flow).Replace(acceptedText)
	}
	for _, c := range []struct {
		list []string
		want int64
		flow string
	}{
		{[]string{at("900000", x402.FlowUpfront), at("100000", x402.FlowUpfront)}, 100_000, x402.FlowUpfront},
		{[]string{at("900000", x402.FlowAuthorization), at("100000", x402.FlowUpfront), at("500000", x402.FlowAuthorization)}, 100_000, x402.FlowUpfront},
		{[]string{at("100000", x402.FlowUpfront), at("100000", x402.FlowAuthorization)}, 100_000, x402.FlowAuthorization},
		{[]string{at("5", "escrow"), strings.Replace(at("6", x402.FlowUpfront), "0x036C", "0x136C", 1), at("7", x402.FlowUpfront)}, 7, x402.FlowUpfront},
	} {
		challenge, err := x402.ParsePaymentRequired(headerOf(`{"x402Version":2,"accepts":[`+strings.Join(c.list, ",")+`]}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		allowed, err := client.choose(offersOf(challenge), nil)
		if err != nil || len(allowed) == 0 {
			t.Fatalf("%v: %v", c.list, err)
		}
		if q := allowed[0]; q.Requirement.Amount.Int64() != c.want || q.Requirement.Extra.PaymentFlow != c.flow {
			t.Errorf("%v: chose %+v", c.list, q.Requirement)
		}
	}
}
