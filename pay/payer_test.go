package pay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
)

// counted is a Signer that counts.
type counted struct {
	Signer
	n atomic.Int32
}

func (c *counted) SignAuthorization(ctx context.Context, d x402.Domain, a x402.Authorization) ([]byte, error) {
	c.n.Add(1)
	return c.Signer.SignAuthorization(ctx, d, a)
}

func (s *shop) payer(t *testing.T) (*Payer, *counted) {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	signer := &counted{Signer: KeySigner(payerKey)}
	ledger, err := OpenLedger(t.TempDir(), signer.Address())
	if err != nil {
		t.Fatal(err)
	}
	return &Payer{Signer: signer, Ledger: ledger, Limits: Limits{PerPayment: 500_000, PerDay: 2_000_000, Total: 5_000_000, Hosts: []string{u.Host}},
		Now: func() time.Time { return clock }, Wait: func(context.Context, time.Duration) error { return nil }}, signer
}

func records(t *testing.T, p *Payer) []Record {
	t.Helper()
	all, err := p.Ledger.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAnOrdinaryHTTPClientPaysThroughThePayer(t *testing.T) {
	s := openShop(t)
	p, signer := s.payer(t)
	res, err := (&http.Client{Transport: p}).Get(s.URL + "/mint")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != 200 || string(body) != `{"minted":5000}` || signer.n.Load() != 1 {
		t.Errorf("%d %s, %d signatures", res.StatusCode, body, signer.n.Load())
	}
	all := records(t, p)
	if len(all) != 1 || all[0].State != StateAnswered || all[0].Cost != 100_000 || all[0].Price != "0.10 USDC" || all[0].Transaction != (common.Hash{7}).Hex() {
		t.Errorf("%+v", all)
	}
	// The outcome is known, so the same request is another purchase.
	if _, err := (&http.Client{Transport: p}).Get(s.URL + "/mint"); err != nil || signer.n.Load() != 2 {
		t.Errorf("%v, %d signatures", err, signer.n.Load())
	}
}

func TestWhileTheOutcomeIsUnknownTheSameRequestSendsTheSamePayment(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"lost": hangUp, "500": status(500), "402 that asks again": func(w http.ResponseWriter, _ *http.Request) { askFor(w, ourRequirement(t)) },
		"402 at once": status(402, "Retry-After", "0"), "202": status(202), "410": status(410), "200 without a receipt": status(200), "307": status(307, "Location", "/mint"),
		"200 with the receipt of a failure": func(w http.ResponseWriter, r *http.Request) {
			value, _ := x402.EncodeHeader(x402.SettleResponse{ErrorReason: "failed, pay again", Network: "eip155:84532"})
			status(200, x402.HeaderPaymentResponse, value)(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t, answer)
			p, signer := s.payer(t)
			p.Patience = 10 * time.Second
			for range 3 {
				if res, err := p.RoundTrip(s.request(t)); err == nil {
					res.Body.Close()
				}
			}
			s.wait()
			if signer.n.Load() != 1 || len(records(t, p)) != 1 || s.asked != 1 {
				t.Errorf("%d signatures, asked %d times, %+v", signer.n.Load(), s.asked, records(t, p))
			}
			s.onePayment(t)
			// Another intent is another purchase.
			_, _ = p.RoundTrip(s.request(t).WithContext(WithIntent(t.Context(), "second")))
			if signer.n.Load() != 2 {
				t.Errorf("%d signatures with another intent", signer.n.Load())
			}
		})
	}
}

func TestAPaymentThatExpiredIsReplacedOnlyAnHourLater(t *testing.T) {
	s := openShop(t, status(402))
	p, signer := s.payer(t)
	now := clock
	p.Now = func() time.Time { return now }
	if _, _ = p.RoundTrip(s.request(t)); signer.n.Load() != 1 {
		t.Fatalf("%d signatures", signer.n.Load())
	}
	now = clock.Add(120*time.Second + clockSlack)
	if _, _ = p.RoundTrip(s.request(t)); signer.n.Load() != 1 {
		t.Error("signed another while a clock that is ahead could explain it")
	}
	now = now.Add(time.Second)
	if _, _ = p.RoundTrip(s.request(t)); signer.n.Load() != 2 {
		t.Error("never pays again")
	}
	if spent := SpentOf(records(t, p), now); spent.Total != 200_000 {
		t.Errorf("an expired payment was returned to the budget without the chain: %+v", spent)
	}
}

type fixedWitness struct {
	says Outcome
	err  error
}

func (w fixedWitness) Outcome(context.Context, Record) (Outcome, error) { return w.says, w.err }

func TestTheBudgetIsReturnedOnlyWhenTheChainShowsThatAPaymentIsVoid(t *testing.T) {
	for _, c := range []struct {
		witness Witness
		state   State
		total   Units
		signed  int32
	}{
		{nil, StateUndecided, 100_000, 1},
		{fixedWitness{Outcome{State: StateUndecided}, nil}, StateUndecided, 100_000, 1},
		{fixedWitness{Outcome{State: StateVoid}, errors.New("no node answers")}, StateUndecided, 100_000, 1},
		{fixedWitness{Outcome{State: StateSettled}, nil}, StateSettled, 100_000, 1},
		{fixedWitness{Outcome{State: StateVoid}, nil}, StateVoid, 100_000, 2},
	} {
		s := openShop(t, status(402))
		p, signer := s.payer(t)
		_, _ = p.RoundTrip(s.request(t))
		p.Witness = c.witness
		_, _ = p.RoundTrip(s.request(t))
		all := records(t, p)
		if all[0].State != c.state || SpentOf(all, clock).Total != c.total || signer.n.Load() != c.signed {
			t.Errorf("%+v: %s, %d spent, %d signatures", c.witness, all[0].State, SpentOf(all, clock).Total, signer.n.Load())
		}
	}
}

// A server that charges and stays silent is not paid again for each retry.
func TestAPaymentThatWasChargedAndNotDeliveredIsSentAgainAndNotReplaced(t *testing.T) {
	s := openShop(t, hangUp, status(402), status(410), receipt)
	p, signer := s.payer(t)
	p.Patience, p.Witness = time.Millisecond, fixedWitness{Outcome{State: StateSettled, Transaction: common.Hash{7}.Hex()}, nil}
	for range 3 {
		_, record, err := p.Do(s.request(t), nil)
		if err == nil || record == nil || signer.n.Load() != 1 {
			t.Fatalf("%v, %+v, %d signatures", err, record, signer.n.Load())
		}
	}
	if live, err := p.Live(s.request(t)); err != nil || live == nil || live.State != StateSettled || live.Delivered {
		t.Fatalf("%+v, %v", live, err)
	}
	result, record, err := p.Do(s.request(t), nil)
	if err != nil || result.Status != 200 || !record.Delivered || record.State != StateSettled {
		t.Fatalf("%+v, %v", record, err)
	}
	s.onePayment(t)
	// It is delivered, so the same request is another purchase, also for another process.
	again, err := OpenLedger(filepathDir(p), signer.Address())
	if err != nil {
		t.Fatal(err)
	}
	p.Ledger = again
	if live, err := p.Live(s.request(t)); err != nil || live != nil {
		t.Errorf("%+v, %v", live, err)
	}
	if _, _, err := p.Do(s.request(t), nil); err != nil || signer.n.Load() != 2 {
		t.Errorf("%v, %d signatures", err, signer.n.Load())
	}
}

func TestWhatWasNeverDeliveredMayBePaidAgainOnceItsPaymentIsOld(t *testing.T) {
	s := openShop(t, status(402))
	p, signer := s.payer(t)
	now := clock
	p.Now, p.Witness = func() time.Time { return now }, fixedWitness{Outcome{State: StateSettled}, nil}
	_, _, _ = p.Do(s.request(t), nil)
	now = clock.Add(120*time.Second + clockSlack)
	if _, _, _ = p.Do(s.request(t), nil); signer.n.Load() != 1 {
		t.Errorf("%d signatures", signer.n.Load())
	}
	now = now.Add(time.Second)
	if _, _, _ = p.Do(s.request(t), nil); signer.n.Load() != 2 {
		t.Errorf("%d signatures", signer.n.Load())
	}
}

func TestThePayerPaysByMPP(t *testing.T) {
	s := openShop(t)
	s.ask = func(w http.ResponseWriter) {
		mppAsk(w, ourRequirement(t), nil)
		w.WriteHeader(402)
	}
	s.credential = func(w http.ResponseWriter, credential string) {
		text, ok, err := mpp.FindCredential(credential)
		if err != nil || !ok {
			t.Errorf("%v", err)
		}
		c, err := mpp.DecodeCredential(text)
		if err != nil {
			t.Fatal(err)
		}
		if c.Authorization.Nonce != c.Challenge.Nonce() || c.Authorization.To != payTo {
			t.Errorf("%+v", c)
		}
		if _, err := ourRequirement(t).CheckSignature(c.Payment(84532)); err != nil {
			t.Error(err)
		}
		value, _ := mpp.NewReceipt(c.Challenge.ID, common.Hash{7}, 84532, clock).Encode()
		w.Header().Set(mpp.HeaderReceipt, value)
	}
	p, signer := s.payer(t)
	res, err := p.RoundTrip(s.request(t))
	if err != nil || res.StatusCode != 200 || signer.n.Load() != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	all := records(t, p)
	if all[0].Protocol != ProtocolMPP || all[0].State != StateAnswered || all[0].Transaction != (common.Hash{7}).Hex() {
		t.Errorf("%+v", all[0])
	}
	// The same challenge again has the same nonce: a new purchase would be the old one.
	var limit *LimitError
	if _, err := p.RoundTrip(s.request(t)); !errors.As(err, &limit) || limit.Limit != "nonce" || signer.n.Load() != 1 {
		t.Errorf("a challenge that repeats a nonce: %v, %d signatures", err, signer.n.Load())
	}
}

// The credential would replace the header that the server needs to serve the request.
func TestARequestThatIsSignedInPaysNoMPP(t *testing.T) {
	s := openShop(t)
	s.ask = func(w http.ResponseWriter) {
		mppAsk(w, ourRequirement(t), nil)
		w.WriteHeader(402)
	}
	p, signer := s.payer(t)
	r := s.request(t)
	r.Header.Set("Authorization", "Bearer x")
	if _, err := p.RoundTrip(r); err == nil || !strings.Contains(err.Error(), "a header Authorization of its own") || signer.n.Load() != 0 {
		t.Errorf("%v, %d signatures", err, signer.n.Load())
	}
	// By x402 it pays: that has a header of its own.
	s.ask = func(w http.ResponseWriter) {
		mppAsk(w, ourRequirement(t), nil)
		askFor(w, ourRequirement(t))
	}
	if res, err := p.RoundTrip(r); err != nil || res.StatusCode != 200 || signer.n.Load() != 1 || records(t, p)[0].Protocol != ProtocolX402 {
		t.Errorf("%+v, %v, %d signatures", res, err, signer.n.Load())
	}
}

func TestARequestCannotBringItsOwnPaymentOrHost(t *testing.T) {
	s := openShop(t)
	p, signer := s.payer(t)
	for name, change := range map[string]func(*http.Request){
		"PAYMENT-SIGNATURE": func(r *http.Request) { r.Header.Set(x402.HeaderPaymentSignature, "x") },
		"X-PAYMENT":         func(r *http.Request) { r.Header.Set(x402.HeaderXPayment, "x") },
		"a credential":      func(r *http.Request) { r.Header.Set("Authorization", "payment x") },
		"Host":              func(r *http.Request) { r.Host = "bank.example" },
	} {
		r := s.request(t)
		change(r)
		if _, err := p.RoundTrip(r); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	if signer.n.Load() != 0 || s.asked != 0 {
		t.Errorf("%d signatures, asked %d times", signer.n.Load(), s.asked)
	}
}

func TestBudgetsHoldUnderAHundredParallelRequests(t *testing.T) {
	s := openShop(t)
	p, signer := s.payer(t)
	p.Limits.PerDay = 1_000_000 // ten payments of 0.10
	second, err := OpenLedger(filepathDir(p), signer.Address())
	if err != nil {
		t.Fatal(err)
	}
	other := *p
	other.Ledger = second
	var wg sync.WaitGroup
	var paid, refused atomic.Int32
	for i := range 100 {
		wg.Go(func() {
			q := []*Payer{p, &other}[i%2]
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/mint?n=%d", s.URL, i), nil)
			_, err := q.RoundTrip(req)
			var limit *LimitError
			switch {
			case err == nil:
				paid.Add(1)
			case errors.As(err, &limit) && limit.Limit == "per day":
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if paid.Load() != 10 || refused.Load() != 90 || signer.n.Load() != 10 || len(s.payments) != 10 {
		t.Errorf("%d paid, %d refused, %d signatures, %d sent", paid.Load(), refused.Load(), signer.n.Load(), len(s.payments))
	}
}

func TestAHundredEqualRequestsAtOnceSignOnce(t *testing.T) {
	s := openShop(t, status(202), status(202), status(202))
	p, signer := s.payer(t)
	p.Patience = 3 * time.Second
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() { _, _ = p.RoundTrip(s.request(t)) })
	}
	wg.Wait()
	if signer.n.Load() != 1 {
		t.Errorf("%d signatures", signer.n.Load())
	}
	s.onePayment(t)
}
