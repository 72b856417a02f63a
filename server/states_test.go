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
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

const brief = 100 * time.Millisecond // how long a request is held where the answer is 202

func TestAPaymentOnItsWayIsA202ThatSaysWhereToLook(t *testing.T) {
	w := open(t, sale{wait: brief})
	w.mining.Store(false)
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	a := w.pay("/mint", s).wants(202).has("Location", "/orders/"+w.id(s).String()).has("Retry-After", "1").
		has("Cache-Control", "private, no-store").lacks("PAYMENT-REQUIRED")
	if got := a.settle(); got.Success || got.ErrorReason != x402.ReasonPending || got.Payer != account(k).Hex() {
		t.Errorf("%+v", got)
	}
	w.eventually("carried by a transaction", func() bool { o := w.order(s); return o.State() == mint.Minting })
	a = w.pay("/mint", s).wants(202)
	r := decode[server.Receipt](a)
	if got := a.settle(); r.State != mint.Minting || r.Final || len(r.Transaction) != 66 || got.Transaction != r.Transaction {
		t.Errorf("%+v, receipt %+v", got, r)
	}
	if polled := decode[server.Receipt](w.get(a.header.Get("Location"), nil).wants(202)); polled != r {
		t.Errorf("polled %+v, want %+v", polled, r)
	}
	w.mining.Store(true)
	w.eventually("mined", func() bool { o := w.order(s); return o.State().Sold() })
	if got := decode[server.Receipt](w.pay("/mint", s).wants(200)); got.Transaction != r.Transaction {
		t.Errorf("minted by %s, announced %s", got.Transaction, r.Transaction)
	}
	w.get("/orders/"+w.id(s).String(), nil).wants(200)
}

func TestAParkedPaymentIsA202WithTheReasonAndComesBackWhenItCanPay(t *testing.T) {
	w := open(t, sale{wait: brief})
	k := w.payer(10)
	s := w.claimed(k)
	elsewhere := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.To = account(w.stranger) })
	w.settleDirectly(elsewhere)
	w.goOn()
	w.eventually("parked", func() bool { o := w.order(s); return o.State() == mint.Parked })
	a := w.pay("/mint", s).wants(202).has("Retry-After", "5").has("Location", "/orders/"+w.id(s).String()).lacks("PAYMENT-REQUIRED")
	if r := decode[server.Receipt](a); r.State != mint.Parked || r.Reason == "" || r.Final || r.Transaction != "" {
		t.Errorf("%+v", r)
	}
	if got := a.settle(); got.Success || got.ErrorReason != x402.ReasonPending || got.Transaction != "" {
		t.Errorf("%+v", got)
	}
	// To poll a parked order would be to wait for oneself.
	w.get("/orders/"+w.id(s).String(), nil).wants(200)
	_, err := w.net.GiveUSDC(account(k), big.NewInt(price))
	w.must(err)
	w.seen()
	w.pay("/mint", s)
	w.eventually("mined", func() bool { o := w.order(s); return o.State().Sold() })
	w.pay("/mint", s).wants(200)
}

// claimed presents a payment with the operator stopped, and leaves him so.
func (w *world) claimed(k *ecdsa.PrivateKey) x402.Signed {
	w.Helper()
	s := w.sign(k, "/mint", 2)
	w.stop()
	a := w.pay("/mint", s).wants(202)
	if r := decode[server.Receipt](a); r.State != mint.Claimed || r.Transaction != "" {
		w.Errorf("%+v", r)
	}
	return s
}

func (w *world) cancel(k *ecdsa.PrivateKey, s x402.Signed) {
	w.Helper()
	typeHash := crypto.Keccak256([]byte("CancelAuthorization(address authorizer,bytes32 nonce)"))
	separator := w.launch.Asset.Domain(devnet.ChainID).Separator()
	digest := crypto.Keccak256([]byte{0x19, 1}, separator[:], crypto.Keccak256(typeHash, common.LeftPadBytes(account(k).Bytes(), 32), s.Authorization.Nonce[:]))
	sig, err := crypto.Sign(digest, k)
	w.must(err)
	sig[64] += 27
	w.send(devnet.USDC, bindings.NewTestUSDC().PackCancelAuthorization0(account(k), s.Authorization.Nonce, sig))
}

func TestACancelledPaymentIsA402OnlyOnceThatIsFinal(t *testing.T) {
	w := open(t, sale{wait: brief})
	k := w.payer(100)
	s := w.claimed(k)
	w.cancel(k, s)
	w.goOn()
	w.eventually("parked", func() bool { o := w.order(s); return o.State() == mint.Parked })
	w.pay("/mint", s).wants(202).lacks("PAYMENT-REQUIRED")
	w.seen()
	w.seen()
	w.seen()
	w.eventually("voided", func() bool { o := w.order(s); return o.State() == mint.Voided })
	a := w.pay("/mint", s)
	if r := a.required(); r.Error != string(x402.ReasonNonceUsed) {
		t.Errorf("%+v", r)
	}
	if got := a.settle(); got.Success || got.ErrorReason != x402.ReasonNonceUsed || got.Transaction != "" {
		t.Errorf("%+v", got)
	}
	if body := string(w.pay("/mint", w.redress(s, 1)).wants(402).body); !strings.Contains(body, `"error":"invalid_transaction_state"`) {
		t.Errorf("%s", body)
	}
	if r := decode[server.Receipt](w.get("/orders/"+w.id(s).String(), nil).wants(200)); !r.Final || r.State != mint.Voided || r.Reason == "" {
		t.Errorf("%+v", r)
	}
	if w.usdc(account(k)) != 1_000_000 {
		t.Errorf("charged")
	}
}

func TestAnExpiredPaymentIsA402OnlyOnceThatIsFinal(t *testing.T) {
	w := open(t, sale{wait: brief})
	k := w.payer(100)
	s := w.claimed(k)
	later := time.Unix(s.Authorization.ValidBefore.Int64(), 0)
	w.ahead.Store(int64(10 * time.Second)) // beyond the block's time
	if _, err := w.net.MineAt(later.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.pay("/mint", s).wants(202) // expired, and no final block says so yet
	w.goOn()
	w.seen()
	w.seen()
	w.seen()
	w.eventually("voided", func() bool { o := w.order(s); return o.State() == mint.Voided })
	a := w.pay("/mint", s)
	if r := a.required(); r.Error != string(x402.ReasonValidBefore) {
		t.Errorf("%+v", r)
	}
	if got := a.settle(); got.ErrorReason != x402.ReasonValidBefore {
		t.Errorf("%+v", got)
	}
}

func TestAVoidedPaymentOfASoldOutLaunchGetsNoPrice(t *testing.T) {
	w := open(t, sale{wait: brief, cap: 1})
	k := w.payer(100)
	s := w.claimed(k)
	w.cancel(k, s)
	w.goOn()
	w.eventually("parked", func() bool { o := w.order(s); return o.State() == mint.Parked })
	other := w.sign(w.payer(100), "/mint", 2)
	w.pay("/mint", other)
	w.eventually("sold out", func() bool { o := w.order(other); return o.State().Sold() })
	w.seen()
	w.seen()
	w.seen()
	w.eventually("voided", func() bool { o := w.order(s); return o.State() == mint.Voided })
	a := w.pay("/mint", s).wants(410).lacks("PAYMENT-REQUIRED")
	a.problem("sold_out")
	if got := a.settle(); got.Success || got.ErrorReason != x402.ReasonNonceUsed {
		t.Errorf("%+v", got)
	}
}

func TestAPaymentThatAStrangerSettledIsOwedAndThenMinted(t *testing.T) {
	for _, minter := range []bool{false, true} {
		w := open(t, sale{wait: brief, minter: minter})
		k := w.payer(100)
		s := w.sign(k, "/mint", 2)
		w.settleDirectly(s)
		w.eventually("known", func() bool { return w.orders() == 1 })
		if !minter {
			a := w.pay("/mint", s).wants(202).lacks("PAYMENT-REQUIRED")
			r := decode[server.Receipt](a)
			if got := a.settle(); r.State != mint.Settled || r.Transaction == "" || got.Transaction != r.Transaction || got.Success {
				t.Errorf("%+v %+v", got, r)
			}
			continue
		}
		w.eventually("minted", func() bool { o := w.order(s); return o.State().Sold() })
		r := decode[server.Receipt](w.pay("/mint", s).wants(200))
		if r.Settlement == "" || r.Settlement == r.Transaction || w.tokens(account(k)) != 1 {
			t.Errorf("%+v, %d allotments", r, w.tokens(account(k)))
		}
	}
}

func TestARefundedPaymentIsA410WithTheRefund(t *testing.T) {
	w := open(t, sale{wait: brief})
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	w.settleDirectly(s)
	w.eventually("known", func() bool { return w.orders() == 1 })
	var refund chain.Mined
	w.onChain(func() (err error) {
		refund, err = w.node.Refund(w.ctx, w.launch.Token, w.owner, mint.Refund{Payer: account(k), Nonce: s.Authorization.Nonce, Amount: big.NewInt(price)}, mint.Proof{})
		return err
	})
	w.eventually("refunded", func() bool { o := w.order(s); return o.State() == mint.Refunded })
	a := w.pay("/mint", s).wants(410).lacks("PAYMENT-REQUIRED")
	if f := a.problem("refunded"); f.Details["refund"] != refund.Hash.Hex() {
		t.Errorf("%+v, refunded by %s", f, refund.Hash)
	}
	if got := a.settle(); got.Success || got.Transaction == refund.Hash.Hex() {
		t.Errorf("%+v", got)
	}
	if w.usdc(account(k)) != 1_000_000 || w.tokens(account(k)) != 0 {
		t.Errorf("has %d USDC, %d allotments", w.usdc(account(k)), w.tokens(account(k)))
	}
}

func TestACancelledPaymentThatWasNeverPresentedIsRefused(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	w.cancel(k, s)
	w.seen() // a block on top of that one
	if r := w.pay("/mint", s).required(); r.Error != string(x402.ReasonNonceUsed) {
		t.Errorf("%+v", r)
	}
	if w.orders() != 0 {
		t.Error("claimed")
	}
}

func TestWhatIsSoldOutIsA410AndNobodyIsCharged(t *testing.T) {
	w := open(t, sale{cap: 3})
	first, late := w.payer(100), w.payer(100)
	s := w.sign(first, "/mint?quantity=2", 2)
	tooMany, tooLate := w.sign(late, "/mint?quantity=2", 2), w.sign(late, "/mint", 1)
	w.pay("/mint?quantity=2", s).wants(200)
	if f := w.get("/mint?quantity=2", nil).wants(410).lacks("PAYMENT-REQUIRED").problem("sold_out"); f.Details["left"] != 1.0 {
		t.Errorf("%+v", f)
	}
	w.pay("/mint?quantity=2", tooMany).wants(410).lacks("PAYMENT-REQUIRED").problem("sold_out")
	w.pay("/mint", w.sign(first, "/mint", 2)).wants(200)
	w.get("/mint", nil).wants(410).has("Cache-Control", "no-store").lacks("PAYMENT-REQUIRED").problem("sold_out")
	if f := w.pay("/mint", tooLate).wants(410).lacks("PAYMENT-REQUIRED").problem("sold_out"); f.Message != "sold out; money that still arrives is returned" {
		t.Error(f.Message)
	}
	if w.usdc(account(late)) != 1_000_000 || w.orders() != 2 {
		t.Errorf("%d USDC, %d orders", w.usdc(account(late)), w.orders())
	}
	// Whoever is known gets the order, malformed goes first of all.
	w.pay("/mint?quantity=2", s).wants(200)
	w.get("/mint", header{"PAYMENT-SIGNATURE": "!"}).wants(400)
}

func TestAClosedSaleIsA410AndAKnownPaymentItsOrder(t *testing.T) {
	w := open(t, sale{closes: time.Hour})
	k := w.payer(100)
	known, late := w.sign(k, "/mint", 2), w.sign(k, "/mint", 2)
	w.pay("/mint", known).wants(200)
	w.ahead.Store(int64(61 * time.Minute))
	w.get("/mint", nil).wants(410).lacks("PAYMENT-REQUIRED").problem("closed")
	w.pay("/mint", late).wants(410).problem("closed")
	w.pay("/mint", known).wants(200)
}

func TestASaleThatIsNotOpenYetIsA403ThatSaysWhen(t *testing.T) {
	w := open(t, sale{opens: time.Hour})
	for _, a := range []answer{w.get("/mint", nil), w.pay("/mint", w.craft(w.payer(100), nil))} {
		f := a.wants(403).lacks("PAYMENT-REQUIRED").problem("not_open")
		if f.RetryAfter < 3500 || f.RetryAfter > 3601 || a.header.Get("Retry-After") == "" || f.Details["opensAt"] == nil {
			t.Errorf("%+v", f)
		}
	}
}

func TestWhenAllThatIsLeftIsReservedTheAnswerIs503(t *testing.T) {
	w := open(t, sale{cap: 1, wait: brief})
	w.mining.Store(false)
	first, second := w.sign(w.payer(100), "/mint", 2), x402.Signed{}
	late := w.payer(100)
	second = w.sign(late, "/mint", 2)
	w.pay("/mint", first).wants(202)
	w.get("/mint", nil).wants(503).has("Retry-After", "10").lacks("PAYMENT-REQUIRED").problem("reserved")
	w.pay("/mint", second).wants(503).has("Retry-After", "10").lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE").problem("reserved")
	w.pay("/mint", first).wants(202)
	w.mining.Store(true)
	w.eventually("mined", func() bool { o := w.order(first); return o.State().Sold() })
	w.pay("/mint", second).wants(410)
	if w.usdc(account(late)) != 1_000_000 {
		t.Error("charged")
	}
}

func TestWhatCannotBeDeliveredIsA503BeforeAPriceIsNamed(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(100)
	known, other := w.sign(k, "/mint", 2), w.sign(k, "/mint", 2)
	w.pay("/mint", known).wants(200)
	w.onChain(func() error { _, err := w.node.Pause(w.ctx, w.launch.Token, w.owner); return err })
	w.eventually("noticed", func() bool { return len(w.engine.Health().Faults) > 0 })
	for _, a := range []answer{w.get("/mint", nil), w.pay("/mint", other)} {
		f := a.wants(503).has("Retry-After", "5").lacks("PAYMENT-REQUIRED").problem("unavailable")
		if faults, _ := f.Details["faults"].([]any); len(faults) != 1 || faults[0].(object)["code"] != "launch_paused" {
			t.Errorf("%+v", f)
		}
	}
	w.pay("/mint", known).wants(200)
	if r := decode[server.Readiness](w.get("/readyz", nil).wants(503)); r.Ready || len(r.Reasons) != 1 || r.Reasons[0].Code != "launch_paused" {
		t.Errorf("%+v", r)
	}
	w.get("/healthz", nil).wants(200)
	if l := decode[server.Launch](w.get("/launches/ping", nil).wants(200)); l.Status != "unavailable" || !l.Open {
		t.Errorf("%+v", l)
	}
}

func TestAFullQueueIsA503(t *testing.T) {
	w := open(t, sale{wait: brief, settings: mint.Settings{Queue: 1}})
	other := w.sign(w.payer(100), "/mint", 2)
	s := w.claimed(w.payer(100))
	defer w.goOn()
	w.get("/mint", nil).wants(503).has("Retry-After", "2").problem("busy")
	w.pay("/mint", other).wants(503).has("Retry-After", "2").problem("busy")
	w.pay("/mint", s).wants(202)
}

func TestTheSamePaymentForSomethingElseIsA409(t *testing.T) {
	w := open(t, sale{anotherListing: true})
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	w.pay("/mint", s).wants(200)
	w.pay("/mint?quantity=2", s).wants(409).lacks("PAYMENT-REQUIRED").problem("conflict")
	w.pay("/launches/pong/mint", s).wants(409).lacks("PAYMENT-REQUIRED").problem("conflict")
	// What was signed for one launch never pays for another.
	fresh := w.sign(k, "/mint", 2)
	w.pay("/launches/pong/mint", fresh).required()
	if w.orders() != 1 || w.tokens(account(k)) != 1 {
		t.Errorf("%d orders", w.orders())
	}
}

func TestAFailureOfOursAfterTheClaimIsNeverA402(t *testing.T) {
	f := &faulty{claim: func() error { return errSecret }}
	w := open(t, sale{store: func(s mint.Store) mint.Store { f.Store = s; return f }})
	k := w.payer(100)
	for version := 1; version <= 2; version++ {
		s := w.sign(k, "/mint", version)
		a := w.pay("/mint", s).wants(503).has("Retry-After", "5").lacks("PAYMENT-REQUIRED")
		a.problem("internal")
		if got := a.settle(); got.Success || got.ErrorReason != x402.ReasonPending {
			t.Errorf("%+v", got)
		}
		if strings.Contains(string(a.body), "secret") {
			t.Errorf("leaked: %s", a.body)
		}
		w.pay("/mint", s).wants(200) // it was claimed, and is the same
	}
	if w.tokens(account(k)) != 2 || !strings.Contains(w.log.String(), "secret") {
		t.Errorf("%d allotments; the log has to have the error", w.tokens(account(k)))
	}
}

func TestAFailureOfOursLeaksNothingAndAPanicIsAnAnswer(t *testing.T) {
	var fail atomic.Pointer[func() error] // read by requests, and by what the server does by itself
	f := &faulty{launch: func() error {
		if fail := fail.Load(); fail != nil {
			return (*fail)()
		}
		return nil
	}}
	w := open(t, sale{store: func(s mint.Store) mint.Store { f.Store = s; return f }})
	s := w.sign(w.payer(100), "/mint", 2)
	for _, failure := range []func() error{func() error { return errSecret }, func() error { panic(errSecret) }} {
		fail.Store(&failure)
		for _, a := range []answer{w.get("/launches/ping", nil), w.get("/launches/ping/mint", nil), w.pay("/launches/ping/mint", s)} {
			if a.status != 500 && a.status != 503 || strings.Contains(string(a.body), "secret") {
				t.Errorf("%d %s", a.status, a.body)
			}
			a.lacks("PAYMENT-REQUIRED").problem("internal")
		}
		if a := w.pay("/launches/ping/mint", s); a.status != 503 || a.header.Get("Retry-After") == "" {
			t.Errorf("%d %s", a.status, a.header)
		}
	}
	fail.Store(nil)
	w.pay("/mint", s).wants(200)
	if !strings.Contains(w.log.String(), "level=ERROR msg=panic") {
		t.Error("the panic is not in the log")
	}
}

func TestALaunchThatIsNotThereIsA404(t *testing.T) {
	w := open(t, sale{})
	s := w.sign(w.payer(100), "/mint", 2)
	for _, path := range []string{"/launches/pong/mint", "/launches/PING/mint", "/launches/p%69ng/mint", "/launches/ping%00/mint", "/launches/" + strings.Repeat("a", 33) + "/mint"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w.do(method, path, nil).wants(404).lacks("PAYMENT-REQUIRED").problem("not_found")
			w.do(method, path, paid(s)).wants(404).lacks("PAYMENT-REQUIRED").problem("not_found")
		}
	}
	if w.orders() != 0 {
		t.Error("claimed")
	}
}
