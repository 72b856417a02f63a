package server_test

import (
	"crypto/ecdsa"
	"math/big"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

const brief = 100 * time.Millisecond // how long a request is held where the answer is 202

func TestAPaymentOnItsWayIsA202ThatSaysWhereToLook(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	w.Mining.Store(false)
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	a := w.Pay("/mint", s).Wants(202).Has("Location", "/orders/"+w.ID(s).String()).Has("Retry-After", "1").
		Has("Cache-Control", "private, no-store").Unsettled()
	if r := servertest.Decode[api.Receipt](a); r.Payer.Address != servertest.Account(k) || !strings.HasPrefix(r.Message, "Accepted. Do not pay again: GET "+r.URL) {
		t.Errorf("%+v", r)
	}
	w.Eventually("carried by a transaction", func() bool { o := w.Order(s); return o.State() == mint.Minting })
	a = w.Pay("/mint", s).Wants(202).Unsettled()
	r := servertest.Decode[api.Receipt](a)
	if r.State != mint.Minting || r.Final || len(r.Transaction) != 66 || !strings.Contains(r.Message, r.Transaction) {
		t.Errorf("receipt %+v", r)
	}
	if polled := servertest.Decode[api.Receipt](w.Get(a.Header.Get("Location"), nil).Wants(202)); polled != r {
		t.Errorf("polled %+v, want %+v", polled, r)
	}
	w.Mining.Store(true)
	w.Eventually("mined", func() bool { o := w.Order(s); return o.State().Sold() })
	if got := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200)); got.Transaction != r.Transaction {
		t.Errorf("minted by %s, announced %s", got.Transaction, r.Transaction)
	}
	w.Get("/orders/"+w.ID(s).String(), nil).Wants(200)
}

func TestAParkedPaymentIsA202WithTheReasonAndComesBackWhenItCanPay(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	k := w.Payer(10)
	s := w.claimed(k)
	elsewhere := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.To = servertest.Account(w.Stranger) })
	w.SettleDirectly(elsewhere)
	w.GoOn()
	w.Eventually("parked", func() bool { o := w.Order(s); return o.State() == mint.Parked })
	a := w.Pay("/mint", s).Wants(202).Has("Retry-After", "5").Has("Location", "/orders/"+w.ID(s).String()).Unsettled()
	if r := servertest.Decode[api.Receipt](a); r.State != mint.Parked || r.Reason == "" || r.Final || r.Transaction != "" {
		t.Errorf("%+v", r)
	}
	// To poll a parked order would be to wait for oneself.
	w.Get("/orders/"+w.ID(s).String(), nil).Wants(200)
	_, err := w.Net.GiveUSDC(servertest.Account(k), big.NewInt(servertest.Price))
	w.Must(err)
	w.Seen()
	w.Pay("/mint", s)
	w.Eventually("mined", func() bool { o := w.Order(s); return o.State().Sold() })
	w.Pay("/mint", s).Wants(200)
}

// claimed presents a payment with the operator stopped, and leaves him so.
func (w *world) claimed(k *ecdsa.PrivateKey) x402.Signed {
	w.Helper()
	s := w.Sign(k, "/mint", 2)
	w.Stop()
	a := w.Pay("/mint", s).Wants(202)
	if r := servertest.Decode[api.Receipt](a); r.State != mint.Claimed || r.Transaction != "" {
		w.Errorf("%+v", r)
	}
	return s
}

func (w *world) cancel(k *ecdsa.PrivateKey, s x402.Signed) {
	w.Helper()
	typeHash := crypto.Keccak256([]byte("CancelAuthorization(address authorizer,bytes32 nonce)"))
	separator := w.Launch.Asset.Domain(devnet.ChainID).Separator()
	digest := crypto.Keccak256([]byte{0x19, 1}, separator[:], crypto.Keccak256(typeHash, common.LeftPadBytes(servertest.Account(k).Bytes(), 32), s.Authorization.Nonce[:]))
	sig, err := crypto.Sign(digest, k)
	w.Must(err)
	sig[64] += 27
	w.Send(devnet.USDC, bindings.NewTestUSDC().PackCancelAuthorization0(servertest.Account(k), s.Authorization.Nonce, sig))
}

func TestACancelledPaymentIsA402OnlyOnceThatIsFinal(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	k := w.Payer(100)
	s := w.claimed(k)
	w.cancel(k, s)
	w.GoOn()
	w.Eventually("parked", func() bool { o := w.Order(s); return o.State() == mint.Parked })
	w.Pay("/mint", s).Wants(202).Lacks("PAYMENT-REQUIRED")
	w.Seen()
	w.Seen()
	w.Seen()
	w.Eventually("voided", func() bool { o := w.Order(s); return o.State() == mint.Voided })
	a := w.Pay("/mint", s)
	if r := a.Required(); r.Error != string(x402.ReasonNonceUsed) {
		t.Errorf("%+v", r)
	}
	if got := a.Settle(); got.Success || got.ErrorReason != x402.ReasonNonceUsed || got.Transaction != "" {
		t.Errorf("%+v", got)
	}
	if body := string(w.Pay("/mint", w.redress(s, 1)).Wants(402).Body); !strings.Contains(body, `"error":"invalid_transaction_state"`) {
		t.Errorf("%s", body)
	}
	if r := servertest.Decode[api.Receipt](w.Get("/orders/"+w.ID(s).String(), nil).Wants(200)); !r.Final || r.State != mint.Voided || r.Reason == "" {
		t.Errorf("%+v", r)
	}
	if w.USDC(servertest.Account(k)) != 1_000_000 {
		t.Errorf("charged")
	}
}

func TestAnExpiredPaymentIsA402OnlyOnceThatIsFinal(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Wait: brief})
	k := w.Payer(100)
	s := w.claimed(k)
	later := time.Unix(s.Authorization.ValidBefore.Int64(), 0)
	w.Ahead.Store(int64(10 * time.Second)) // beyond the block's time; no step runs
	if _, err := w.Net.MineAt(later.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.Pay("/mint", s).Wants(202) // expired, and no final block says so yet
	w.GoOn()
	w.Seen()
	w.Seen()
	w.Seen()
	w.Eventually("voided", func() bool { o := w.Order(s); return o.State() == mint.Voided })
	a := w.Pay("/mint", s)
	if r := a.Required(); r.Error != string(x402.ReasonValidBefore) {
		t.Errorf("%+v", r)
	}
	if got := a.Settle(); got.ErrorReason != x402.ReasonValidBefore {
		t.Errorf("%+v", got)
	}
}

func TestAVoidedPaymentOfASoldOutLaunchGetsNoPrice(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief, Cap: 1})
	k := w.Payer(100)
	s := w.claimed(k)
	w.cancel(k, s)
	w.GoOn()
	w.Eventually("parked", func() bool { o := w.Order(s); return o.State() == mint.Parked })
	other := w.Sign(w.Payer(100), "/mint", 2)
	w.Pay("/mint", other)
	w.Eventually("sold out", func() bool { o := w.Order(other); return o.State().Sold() })
	w.Seen()
	w.Seen()
	w.Seen()
	w.Eventually("voided", func() bool { o := w.Order(s); return o.State() == mint.Voided })
	a := w.Pay("/mint", s).Wants(410).Lacks("PAYMENT-REQUIRED")
	a.Problem("sold_out")
	if got := a.Settle(); got.Success || got.ErrorReason != x402.ReasonNonceUsed {
		t.Errorf("%+v", got)
	}
}

func TestAPaymentThatAStrangerSettledIsOwedAndThenMinted(t *testing.T) {
	for _, minter := range []bool{false, true} {
		w := open(t, servertest.Sale{Wait: brief, Minter: minter})
		k := w.Payer(100)
		s := w.Sign(k, "/mint", 2)
		w.SettleDirectly(s)
		w.Eventually("known", func() bool { return w.Orders() == 1 })
		if !minter {
			r := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(202).Unsettled())
			if r.State != mint.Settled || r.Transaction == "" {
				t.Errorf("%+v", r)
			}
			continue
		}
		w.Eventually("minted", func() bool { o := w.Order(s); return o.State().Sold() })
		r := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200))
		if r.Settlement == "" || r.Settlement == r.Transaction || w.Tokens(servertest.Account(k)) != 1 {
			t.Errorf("%+v, %d allotments", r, w.Tokens(servertest.Account(k)))
		}
	}
}

func TestARefundedPaymentIsA410WithTheRefund(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	w.SettleDirectly(s)
	w.Eventually("known", func() bool { return w.Orders() == 1 })
	var refund chain.Mined
	w.OnChain(func() (err error) {
		refund, err = w.Node.Refund(w.Ctx, w.Launch.Token, w.Owner, mint.Refund{Payer: servertest.Account(k), Nonce: s.Authorization.Nonce, Amount: big.NewInt(servertest.Price)}, mint.Proof{})
		return err
	})
	w.Eventually("refunded", func() bool { o := w.Order(s); return o.State() == mint.Refunded })
	a := w.Pay("/mint", s).Wants(410).Lacks("PAYMENT-REQUIRED")
	if f := a.Problem("refunded"); f.Details["refund"] != refund.Hash.Hex() {
		t.Errorf("%+v, refunded by %s", f, refund.Hash)
	}
	if got := a.Settle(); got.Success || got.Transaction == refund.Hash.Hex() {
		t.Errorf("%+v", got)
	}
	if w.USDC(servertest.Account(k)) != 1_000_000 || w.Tokens(servertest.Account(k)) != 0 {
		t.Errorf("has %d USDC, %d allotments", w.USDC(servertest.Account(k)), w.Tokens(servertest.Account(k)))
	}
}

func TestACancelledPaymentThatWasNeverPresentedIsRefused(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	w.cancel(k, s)
	w.Seen() // a block on top of that one
	if r := w.Pay("/mint", s).Required(); r.Error != string(x402.ReasonNonceUsed) {
		t.Errorf("%+v", r)
	}
	if w.Orders() != 0 {
		t.Error("claimed")
	}
}

func TestWhatIsSoldOutIsA410AndNobodyIsCharged(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 3})
	first, late := w.Payer(100), w.Payer(100)
	s := w.Sign(first, "/mint?quantity=2", 2)
	tooMany, tooLate := w.Sign(late, "/mint?quantity=2", 2), w.Sign(late, "/mint", 1)
	w.Pay("/mint?quantity=2", s).Wants(200)
	if f := w.Get("/mint?quantity=2", nil).Wants(410).Lacks("PAYMENT-REQUIRED").Problem("sold_out"); f.Details["left"] != 1.0 {
		t.Errorf("%+v", f)
	}
	w.Pay("/mint?quantity=2", tooMany).Wants(410).Lacks("PAYMENT-REQUIRED").Problem("sold_out")
	w.Pay("/mint", w.Sign(first, "/mint", 2)).Wants(200)
	w.Get("/mint", nil).Wants(410).Has("Cache-Control", "no-store").Lacks("PAYMENT-REQUIRED").Problem("sold_out")
	if f := w.Pay("/mint", tooLate).Wants(410).Lacks("PAYMENT-REQUIRED").Problem("sold_out"); f.Message != "sold out; money that still arrives is returned" {
		t.Error(f.Message)
	}
	if w.USDC(servertest.Account(late)) != 1_000_000 || w.Orders() != 2 {
		t.Errorf("%d USDC, %d orders", w.USDC(servertest.Account(late)), w.Orders())
	}
	// Whoever is known gets the order, malformed goes first of all.
	w.Pay("/mint?quantity=2", s).Wants(200)
	w.Get("/mint", servertest.Header{"PAYMENT-SIGNATURE": "!"}).Wants(400)
}

func TestAClosedSaleIsA410AndAKnownPaymentItsOrder(t *testing.T) {
	w := open(t, servertest.Sale{Closes: time.Hour})
	k := w.Payer(100)
	known, late := w.Sign(k, "/mint", 2), w.Sign(k, "/mint", 2)
	w.Pay("/mint", known).Wants(200)
	w.SetAhead(61 * time.Minute)
	w.Get("/mint", nil).Wants(410).Lacks("PAYMENT-REQUIRED").Problem("closed")
	w.Pay("/mint", late).Wants(410).Problem("closed")
	w.Pay("/mint", known).Wants(200)
}

func TestASaleThatIsNotOpenYetIsA403ThatSaysWhen(t *testing.T) {
	w := open(t, servertest.Sale{Opens: time.Hour})
	for _, a := range []servertest.Answer{w.Get("/mint", nil), w.Pay("/mint", w.craft(w.Payer(100), nil))} {
		f := a.Wants(403).Lacks("PAYMENT-REQUIRED").Problem("not_open")
		if f.RetryAfter < 3500 || f.RetryAfter > 3601 || a.Header.Get("Retry-After") == "" || f.Details["opensAt"] == nil {
			t.Errorf("%+v", f)
		}
	}
}

func TestWhenAllThatIsLeftIsReservedTheAnswerIs503(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1, Wait: brief})
	w.Mining.Store(false)
	first := w.Sign(w.Payer(100), "/mint", 2)
	late := w.Payer(100)
	second := w.Sign(late, "/mint", 2)
	w.Pay("/mint", first).Wants(202)
	w.Get("/mint", nil).Wants(503).Has("Retry-After", "10").Lacks("PAYMENT-REQUIRED").Problem("reserved")
	w.Pay("/mint", second).Wants(503).Has("Retry-After", "10").Lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE").Problem("reserved")
	w.Pay("/mint", first).Wants(202)
	w.Mining.Store(true)
	w.Eventually("mined", func() bool { o := w.Order(first); return o.State().Sold() })
	w.Pay("/mint", second).Wants(410)
	if w.USDC(servertest.Account(late)) != 1_000_000 {
		t.Error("charged")
	}
}

func TestWhatCannotBeDeliveredIsA503BeforeAPriceIsNamed(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	known, other := w.Sign(k, "/mint", 2), w.Sign(k, "/mint", 2)
	w.Pay("/mint", known).Wants(200)
	w.OnChain(func() error { _, err := w.Node.Pause(w.Ctx, w.Launch.Token, w.Owner); return err })
	w.Eventually("noticed", func() bool { return len(w.Engine.Health().Faults) > 0 })
	for _, a := range []servertest.Answer{w.Get("/mint", nil), w.Pay("/mint", other)} {
		f := a.Wants(503).Has("Retry-After", "5").Lacks("PAYMENT-REQUIRED").Problem("unavailable")
		if faults, _ := f.Details["faults"].([]any); len(faults) != 1 || faults[0].(object)["code"] != "launch_paused" {
			t.Errorf("%+v", f)
		}
	}
	w.Pay("/mint", known).Wants(200)
	if r := servertest.Decode[api.Readiness](w.Get("/readyz", nil).Wants(503)); r.Ready || len(r.Reasons) != 1 || r.Reasons[0].Code != "launch_paused" {
		t.Errorf("%+v", r)
	}
	w.Get("/healthz", nil).Wants(200)
	if l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil).Wants(200)); l.Status != "unavailable" || !l.Open {
		t.Errorf("%+v", l)
	}
}

func TestAFullQueueIsA503(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief, Settings: mint.Settings{Queue: 1}})
	other := w.Sign(w.Payer(100), "/mint", 2)
	s := w.claimed(w.Payer(100))
	defer w.GoOn()
	w.Get("/mint", nil).Wants(503).Has("Retry-After", "2").Problem("busy")
	w.Pay("/mint", other).Wants(503).Has("Retry-After", "2").Problem("busy")
	w.Pay("/mint", s).Wants(202)
}

func TestTheSamePaymentForSomethingElseIsA409(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	w.Pay("/mint?quantity=2", s).Wants(409).Lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE").Problem("conflict")
	w.Pay("/launches/pong/mint", s).Wants(409).Lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE").Problem("conflict")
	// What was signed for one launch or quantity never pays for another. With a price,
	// clients would sign again for each try at the wrong URL.
	fresh := w.Sign(k, "/mint", 2)
	for path, version := range map[string]int{"/launches/pong/mint": 2, "/mint?quantity=2": 1} {
		a := w.Pay(path, w.redress(fresh, version)).Wants(409).Lacks("PAYMENT-REQUIRED")
		a.Problem("conflict")
		if got := a.Settle(); got.Success || got.ErrorReason == "" || got.Transaction != "" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if w.Orders() != 1 || w.Tokens(servertest.Account(k)) != 1 {
		t.Errorf("%d orders", w.Orders())
	}
}

func TestAFailureOfOursAfterTheClaimIsNeverA402(t *testing.T) {
	f := &servertest.Faulty{AfterClaim: func() error { return servertest.ErrSecret }}
	w := open(t, servertest.Sale{Store: func(s mint.Store) mint.Store { f.Store = s; return f }})
	k := w.Payer(100)
	for version := 1; version <= 2; version++ {
		s := w.Sign(k, "/mint", version)
		a := w.Pay("/mint", s).Wants(503).Has("Retry-After", "5").Unsettled()
		a.Problem("internal")
		if strings.Contains(string(a.Body), "secret") {
			t.Errorf("leaked: %s", a.Body)
		}
		w.Pay("/mint", s).Wants(200) // it was claimed, and is the same
	}
	if w.Tokens(servertest.Account(k)) != 2 || !strings.Contains(w.Log.String(), "secret") {
		t.Errorf("%d allotments; the log has to have the error", w.Tokens(servertest.Account(k)))
	}
}

func TestAFailureOfOursLeaksNothingAndAPanicIsAnAnswer(t *testing.T) {
	var fail atomic.Pointer[func() error] // read by requests, and by what the server does by itself
	f := &servertest.Faulty{BeforeLaunch: func() error {
		if fail := fail.Load(); fail != nil {
			return (*fail)()
		}
		return nil
	}}
	w := open(t, servertest.Sale{Store: func(s mint.Store) mint.Store { f.Store = s; return f }})
	s := w.Sign(w.Payer(100), "/mint", 2)
	for _, failure := range []func() error{func() error { return servertest.ErrSecret }, func() error { panic(servertest.ErrSecret) }} {
		fail.Store(&failure)
		for _, a := range []servertest.Answer{w.Get("/launches/ping", nil), w.Get("/launches/ping/mint", nil), w.Pay("/launches/ping/mint", s)} {
			if a.Status != 500 && a.Status != 503 || strings.Contains(string(a.Body), "secret") {
				t.Errorf("%d %s", a.Status, a.Body)
			}
			a.Lacks("PAYMENT-REQUIRED").Problem("internal")
		}
		if a := w.Pay("/launches/ping/mint", s); a.Status != 503 || a.Header.Get("Retry-After") == "" {
			t.Errorf("%d %s", a.Status, a.Header)
		}
	}
	fail.Store(nil)
	w.Pay("/mint", s).Wants(200)
	if !strings.Contains(w.Log.String(), "level=ERROR msg=panic") {
		t.Error("the panic is not in the log")
	}
}

func TestALaunchThatIsNotThereIsA404(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(100), "/mint", 2)
	for _, path := range []string{"/launches/pong/mint", "/launches/PING/mint", "/launches/p%69ng/mint", "/launches/ping%00/mint", "/launches/" + strings.Repeat("a", 33) + "/mint"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w.Do(method, path, nil).Wants(404).Lacks("PAYMENT-REQUIRED").Problem("not_found")
			w.Do(method, path, servertest.Paid(s)).Wants(404).Lacks("PAYMENT-REQUIRED").Problem("not_found")
		}
	}
	if w.Orders() != 0 {
		t.Error("claimed")
	}
}
