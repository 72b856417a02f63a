package server_test

import (
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestAKnownPaymentNeedsNoChallenge(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.signMPP(k, "/mint")
	first := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200))
	for name, change := range map[string]func(*mpp.Credential){
		"expired":    func(c *mpp.Credential) { c.Challenge.Expires = "2020-01-01T00:00:00Z" },
		"of another": func(c *mpp.Credential) { c.Challenge.Realm = "other.example" },
		"made up":    func(c *mpp.Credential) { c.Challenge.ID, c.Challenge.Opaque, c.Challenge.Request = "x", "", "e30" },
	} {
		again := servertest.Decode[api.Receipt](w.Pay("/mint", w.altered(s, change)).Wants(200))
		if again.PaymentID != first.PaymentID || again.Transaction != first.Transaction {
			t.Errorf("%s: %+v", name, again)
		}
	}
	if w.Tokens(servertest.Account(k)) != 1 || w.Orders() != 1 {
		t.Errorf("%d allotments, %d orders", w.Tokens(servertest.Account(k)), w.Orders())
	}
}

func TestAChallengeOutlivesARestartWithTheSameSecret(t *testing.T) {
	old, current := []byte(strings.Repeat("o", 32)), []byte(strings.Repeat("n", 32))
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.Challenges = [][]byte{old} }})
	k := w.Payer(100)
	one, two, three := w.signMPP(k, "/mint"), w.signMPP(k, "/mint"), w.signMPP(k, "/mint")
	w.Restart()
	w.Pay("/mint", one).Wants(200)
	w.Server.Challenges = [][]byte{current, old}
	w.Restart()
	w.Pay("/mint", two).Wants(200)
	w.Server.Challenges = [][]byte{current}
	w.Restart()
	refusedMPP(w.Pay("/mint", three), mpp.InvalidChallenge)
	w.Pay("/mint", one).Wants(200) // known
	if w.Tokens(servertest.Account(k)) != 2 {
		t.Errorf("%d allotments", w.Tokens(servertest.Account(k)))
	}
}

func TestTwoPaymentsInOneRequestAreRefusedUnlessTheyAreOne(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	byMPP, byX402 := w.signMPP(k, "/mint"), w.Sign(k, "/mint", 2)
	for _, x := range []x402.Signed{byX402, w.redress(byX402, 1)} {
		f := w.Get("/mint", servertest.Header{x.Header: x.Value, "Authorization": byMPP.Value}).Wants(400).Lacks("WWW-Authenticate", "PAYMENT-REQUIRED").Problem("malformed_payment")
		if f.Field != "Authorization" {
			t.Errorf("%+v", f)
		}
		for _, bad := range []string{"Payment !", byMPP.Value + ", " + byMPP.Value} {
			w.Get("/mint", servertest.Header{x.Header: x.Value, "Authorization": bad}).Wants(400).Problem("malformed_payment")
		}
	}
	w.untouched(k)
	same := w.asX402(byMPP)
	w.Get("/mint", servertest.Header{same.Header: same.Value, "Authorization": byMPP.Value}).Wants(200)
	w.Get("/mint", servertest.Header{byX402.Header: byX402.Value, "Authorization": "Bearer x"}).Wants(200)
	if w.Orders() != 2 {
		t.Errorf("%d orders", w.Orders())
	}
}

// asX402 is the same authorization and signature as a payment by version 2.
func (w *world) asX402(s x402.Signed) x402.Signed {
	w.Helper()
	c := w.credential(s)
	accepted, err := json.Marshal(w.Launch.Requirement(s.Authorization.Value.Int64() / servertest.Price))
	w.Must(err)
	value, err := x402.EncodeHeader(x402.Payload{X402Version: 2, Accepted: accepted, Payload: x402.ExactPayload{Signature: c.Signature, Authorization: c.Authorization}})
	w.Must(err)
	return x402.Signed{Header: x402.HeaderPaymentSignature, Value: value, Authorization: s.Authorization}
}

func TestARefusedX402PaymentIsNotAskedForByMPP(t *testing.T) {
	w := open(t, servertest.Sale{})
	for name, a := range map[string]servertest.Answer{
		"balance":   w.Pay("/mint", w.Sign(w.Payer(0), "/mint", 2)),
		"recipient": w.Pay("/mint", w.craft(w.Payer(100), func(a *x402.Authorization, _ *x402.Domain) { a.To = common.Address{1} })),
	} {
		if a.Wants(402).Lacks("WWW-Authenticate", "Payment-Receipt"); len(a.Body) == 0 {
			t.Errorf("%s: no body", name)
		}
	}
}

func TestOneAuthorizationInThreeProtocolsAtOnceIsOneMint(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	byMPP := w.signMPP(k, "/mint")
	two := w.asX402(byMPP)
	one := w.redress(two, 1)
	gate := make(chan struct{})
	var answers []func() servertest.Answer
	for i := range 150 {
		s := []x402.Signed{byMPP, two, one}[i%3]
		answers = append(answers, w.Meanwhile(func() servertest.Answer {
			<-gate
			return w.Pay("/mint", s)
		}))
	}
	close(gate)
	var first api.Receipt
	for i, answer := range answers {
		a := answer().Wants(200)
		r := servertest.Decode[api.Receipt](a)
		if i == 0 {
			first = r
		}
		if r.PaymentID != w.ID(byMPP) || r.PaymentID != first.PaymentID || r.Transaction != first.Transaction || r.Block != first.Block {
			t.Errorf("%+v, others %+v", r, first)
		}
		if i%3 == 0 {
			if confirmed, err := mpp.DecodeReceipt(a.Header.Get("Payment-Receipt")); err != nil || confirmed.Reference != first.Transaction {
				t.Errorf("%+v, %v", confirmed, err)
			}
			continue
		}
		if got := a.Settle(); !got.Success || got.Transaction != first.Transaction {
			t.Errorf("%+v", got)
		}
	}
	if w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price || w.Orders() != 1 {
		t.Errorf("%d allotments, %d USDC, %d orders", w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)), w.Orders())
	}
}

func TestAPayerWhoMayNotPayGetsNoChallenge(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.signMPP(k, "/mint")
	w.Send(devnet.USDC, bindings.NewTestUSDC().PackBlacklist(servertest.Account(k)))
	unchallenged(w.Pay("/mint", s), 403, string(x402.ReasonSimulation))
	w.untouched(k)
}

func TestAnIdempotencyKeyHoldsForMPP(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	one, two := w.signMPP(k, "/mint"), w.signMPP(k, "/mint")
	named := func(s x402.Signed) servertest.Header {
		return servertest.Header{s.Header: s.Value, "Idempotency-Key": "order-1"}
	}
	w.Do(http.MethodPost, "/mint", named(one)).Wants(200)
	w.Do(http.MethodPost, "/mint", named(two)).Wants(409).Has("Location", "/orders/"+w.ID(one).String()).Lacks("WWW-Authenticate", "Payment-Receipt")
	w.Do(http.MethodPost, "/mint", named(one)).Wants(200)
	if w.Tokens(servertest.Account(k)) != 1 || w.Orders() != 1 {
		t.Errorf("%d allotments, %d orders", w.Tokens(servertest.Account(k)), w.Orders())
	}
}

func TestAPayerWhoseExpiredPaymentWasSettledIsNotAskedAgain(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief, Configure: withKey})
	k := w.Payer(100)
	c := w.endingIn(25 * time.Second) // less than the margin
	s := w.signedUntil(k, c, 25*time.Second)
	w.Stop()
	w.SettleDirectly(w.asX402(s))
	if a := w.Pay("/mint", s); a.Status == 402 {
		t.Errorf("asked to sign again for money that arrived: %s", a.Body)
	}
	w.GoOn()
	w.Eventually("known", func() bool { return w.Orders() == 1 })
	if o := w.Order(s); o.State() != mint.Settled {
		t.Errorf("%s", o.State())
	}
	w.Pay("/mint", s).Wants(202).Lacks("WWW-Authenticate")
}

// The payer holds a challenge that this server cannot accept any more, and a stranger has
// executed its authorization in a block that is not read yet.
func TestAPaymentThatAStrangerSettledGetsNoNewChallenge(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief, Configure: withKey})
	k := w.Payer(1000)
	payments := map[string]x402.Signed{
		"its challenge expired": w.signedUntil(k, w.endingIn(-time.Second), time.Hour),
		"its challenge is not of this server": w.altered(w.signedUntil(k, w.endingIn(time.Minute), time.Hour), func(c *mpp.Credential) {
			c.Challenge.ID = strings.Repeat("A", 43)
		}),
	}
	unused := map[string]x402.Signed{
		"its challenge expired":               w.signedUntil(k, w.endingIn(-time.Second), time.Hour),
		"its challenge is not of this server": w.altered(w.signedUntil(k, w.endingIn(time.Minute), time.Hour), func(c *mpp.Credential) { c.Challenge.ID = "x" }),
	}
	w.Stop()
	for _, s := range payments {
		w.SettleDirectly(w.asX402(s))
	}
	for name, s := range payments {
		if a := w.Pay("/mint", s).Lacks("WWW-Authenticate", "PAYMENT-REQUIRED"); a.Status == 402 {
			t.Errorf("%s: asked to sign again for money that arrived: %s", name, a.Body)
		}
		refusedMPP(w.Pay("/mint", unused[name]), map[string]mpp.Kind{"its challenge expired": mpp.PaymentExpired}[name]+
			map[string]mpp.Kind{"its challenge is not of this server": mpp.InvalidChallenge}[name])
	}
	w.GoOn()
	w.Eventually("known", func() bool { return w.Orders() == len(payments) })
	for _, s := range payments {
		w.Pay("/mint", s).Wants(202).Lacks("WWW-Authenticate")
	}
}

func TestADirectPaymentOfAnAmountThatBuysNothingGetsNoPrice(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	k := w.Payer(1000)
	const odd = servertest.Price + servertest.Price/2
	directly := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.Value = big.NewInt(odd) })
	unused := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.Value = big.NewInt(odd) })
	byMPP := w.resigned(k, w.signMPP(k, "/mint"), func(a *x402.Authorization) { a.Value = big.NewInt(odd) })
	byMPP.Authorization = w.credential(byMPP).Authorization
	w.SettleDirectly(directly)
	w.SettleDirectly(w.asX402(byMPP))
	for name, s := range map[string]x402.Signed{"version 2": directly, "version 1": w.redress(directly, 1), "MPP": byMPP} {
		var f api.Fault
		w.Eventually("read: "+name, func() bool {
			w.Seen()
			a := w.Pay("/mint", s).Lacks("WWW-Authenticate", "PAYMENT-REQUIRED")
			if a.Status == 402 {
				t.Fatalf("%s: asked to sign again for money that arrived: %s", name, a.Body)
			}
			if a.Status == 409 {
				f = a.Problem("conflict")
			}
			return a.Status == 409
		})
		for _, says := range []string{"do not sign again", "paid 0.15 USDC", "mint402 refund " + w.ID(s).String() + " --token " + w.Launch.Token.Hex(), w.Launch.Owner.Hex()} {
			if !strings.Contains(f.Message, says) {
				t.Errorf("%s: it does not say %q: %s", name, says, f.Message)
			}
		}
	}
	w.Pay("/mint", unused).Required() // nothing was charged: a new signature helps
	if w.Orders() != 0 || w.Tokens(servertest.Account(k)) != 0 {
		t.Errorf("%d orders", w.Orders())
	}
	var returned mint.Proof
	for _, s := range []x402.Signed{directly, byMPP} { // the owner returns it
		w.OnChain(func() error {
			_, err := w.Node.Refund(w.Ctx, w.Launch.Token, w.Owner, mint.Refund{Payer: servertest.Account(k), Nonce: s.Authorization.Nonce, Amount: big.NewInt(odd)}, returned)
			return err
		})
		returned.IDs = append(returned.IDs, w.ID(s))
	}
	w.Eventually("refunded", func() bool { return w.Orders() == 2 })
	for _, s := range []x402.Signed{directly, w.redress(directly, 1), byMPP} {
		w.Pay("/mint", s).Wants(410).Lacks("WWW-Authenticate", "PAYMENT-REQUIRED").Problem("refunded")
		w.Pay("/mint?quantity=2", s).Wants(410).Problem("refunded")
	}
}
