package pay

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
)

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

// wait makes what the handlers wrote visible to the caller. A closed connection alone does
// not.
func (s *shop) wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

func (s *shop) onePayment(t *testing.T) x402.Payment {
	t.Helper()
	s.wait()
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

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// mppAsk adds an MPP challenge to a 402.
func mppAsk(w http.ResponseWriter, r x402.Requirement, change func(*mpp.Challenge)) {
	request, err := mpp.NewCharge(r, 6).Encode()
	if err != nil {
		panic(err)
	}
	c := mpp.Challenge{ID: "htT6Wd1dXLdx1kxdKD0GRMZZ-UgaK8OctvF6TGovQpY", Realm: "127.0.0.1", Method: mpp.MethodEVM, Intent: mpp.IntentCharge, Request: request,
		Expires: clock.Add(5 * time.Minute).UTC().Format(time.RFC3339)}
	if change != nil {
		change(&c)
	}
	w.Header().Add(mpp.HeaderChallenge, c.String())
}
