package server_test

import (
	"crypto/ecdsa"
	"encoding/base64"
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

// challenged returns the challenge of an answer: the only one, and its first scheme.
func challenged(a servertest.Answer) mpp.Challenge {
	a.T.Helper()
	if v := a.Header.Get("WWW-Authenticate"); !strings.HasPrefix(v, "Payment ") || len(v) > 4096 || ascii(v) != v {
		a.T.Errorf("WWW-Authenticate: %q", v)
	}
	found, skipped, err := mpp.ParseChallenges(a.Header)
	if err != nil || len(skipped) > 0 || len(found) != 1 {
		a.T.Fatalf("challenges %+v, %v, %v", found, skipped, err)
	}
	return found[0]
}

func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, s)
}

// answerTo signs a payment that answers a challenge.
func (w *world) answerTo(k *ecdsa.PrivateKey, c mpp.Challenge) x402.Signed {
	w.Helper()
	o, err := c.Offer(time.Now())
	w.Must(err)
	s, err := o.Sign(k, w.Launch.Requirement(1).Domain(), time.Now())
	w.Must(err)
	return s
}

// signMPP pays the challenge of a path's 402.
func (w *world) signMPP(k *ecdsa.PrivateKey, path string) x402.Signed {
	w.Helper()
	return w.answerTo(k, challenged(w.Get(path, nil).Wants(402)))
}

// credential decodes a payment.
func (w *world) credential(s x402.Signed) mpp.Credential {
	w.Helper()
	text, _, err := mpp.FindCredential(s.Value)
	w.Must(err)
	c, err := mpp.DecodeCredential(text)
	w.Must(err)
	return c
}

// altered changes a payment without signing again.
func (w *world) altered(s x402.Signed, change func(*mpp.Credential)) x402.Signed {
	w.Helper()
	c := w.credential(s)
	change(&c)
	var err error
	s.Value, err = c.Encode()
	w.Must(err)
	return s
}

// resigned changes a payment's authorization and signs it again.
func (w *world) resigned(k *ecdsa.PrivateKey, s x402.Signed, change func(*x402.Authorization)) x402.Signed {
	w.Helper()
	return w.altered(s, func(c *mpp.Credential) {
		change(&c.Authorization)
		var err error
		c.Signature, err = c.Authorization.Sign(w.Launch.Requirement(1).Domain(), k)
		w.Must(err)
	})
}

// refusedMPP checks a refusal by MPP, and returns its challenge.
func refusedMPP(a servertest.Answer, kind mpp.Kind) mpp.Challenge {
	a.T.Helper()
	a.Wants(402).Has("Cache-Control", "no-store").Has("Content-Type", "application/problem+json").
		Lacks("Payment-Receipt", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "PAYMENT-REQUIRED", "Location")
	c := challenged(a)
	p := servertest.Decode[mpp.Problem](a)
	if p.Type != "https://paymentauth.org/problems/"+string(kind) || p.Status != 402 || p.Title == "" || p.Detail == "" || p.ChallengeID != c.ID {
		a.T.Errorf("problem %+v, want %s for %s", p, kind, c.ID)
	}
	return c
}

// unchallenged checks an error that asks for no signature.
func unchallenged(a servertest.Answer, status int, code string) {
	a.T.Helper()
	a.Wants(status).Lacks("WWW-Authenticate", "PAYMENT-REQUIRED", "Payment-Receipt", "X-Payment-Protocol")
	a.Problem(code)
}

func (w *world) untouched(k *ecdsa.PrivateKey) {
	w.Helper()
	if w.Orders() != 0 || w.Tokens(servertest.Account(k)) != 0 {
		w.Errorf("%d orders, %d allotments", w.Orders(), w.Tokens(servertest.Account(k)))
	}
}

func TestA402AsksInThreeProtocolsAtOnce(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	for path, sold := range map[string]struct{ launch, quantity string }{
		"/mint": {"ping", "1"}, "/launches/ping/mint": {"ping", "1"}, "/mint?quantity=3": {"ping", "3"}, "/launches/pong/mint": {"pong", "1"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a := w.Do(method, path, nil).Wants(402).Has("Cache-Control", "no-store").Has("X-Payment-Protocol", "x402, mpp")
			r := a.Required().Accepts[0]
			c := challenged(a)
			charge, err := c.Charge()
			w.Must(err)
			if c.Realm != "127.0.0.1" || c.Method != "evm" || c.Intent != "charge" || len(c.ID) != mpp.IDLength || c.Digest != "" {
				t.Errorf("%s: %+v", path, c)
			}
			if charge.Amount.Cmp(r.Amount) != 0 || charge.Currency != r.Asset || charge.Recipient != r.PayTo || r.Network != x402.CAIP2(charge.ChainID) || charge.Decimals != 6 {
				t.Errorf("%s: MPP asks for %+v, x402 for %+v", path, charge, r)
			}
			if left := w.left(c); left < 290*time.Second || left > 300*time.Second {
				t.Errorf("%s: expires in %s", path, left)
			}
			if data, err := c.Data(); err != nil || data["launch"] != sold.launch || data["quantity"] != sold.quantity || len(data["salt"]) != 16 {
				t.Errorf("%s: data %v, %v", path, data, err)
			}
			var body struct {
				Type, Title, Detail, ChallengeID, Error string
				Status, X402Version                     int
				Accepts                                 []json.RawMessage
			}
			w.Must(json.Unmarshal(a.Body, &body))
			if body.Type != "https://paymentauth.org/problems/payment-required" || body.Title != "Payment Required" || body.Status != 402 || body.ChallengeID != c.ID ||
				!strings.HasPrefix(body.Detail, "Mint ") || body.X402Version != 1 || len(body.Accepts) != 1 || body.Error == "" {
				t.Errorf("%s", a.Body)
			}
			w.Must(x402.CheckJSON(a.Body)) // no key twice
		}
	}
	page := w.Get("/mint", servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0"}).Wants(402)
	challenged(page)
}

func (w *world) left(c mpp.Challenge) time.Duration {
	w.Helper()
	deadline, ok := c.Deadline()
	if !ok {
		w.Errorf("expires %q", c.Expires)
	}
	return deadline.Sub(w.Engine.Clock())
}

func TestNoTwoChallengesAreEqual(t *testing.T) {
	w := open(t, servertest.Sale{})
	seen := map[common.Hash]bool{}
	for range 100 {
		n := challenged(w.Get("/mint", nil).Wants(402)).Nonce()
		if seen[n] {
			t.Fatal("two challenges have one nonce")
		}
		seen[n] = true
	}
}

func TestAPaymentByMPPMintsOnChain(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, path := range []string{"/mint", "/launches/ping/mint", "/mint?quantity=3"} {
		quantity := int64(1)
		if strings.Contains(path, "quantity") {
			quantity = 3
		}
		k := w.Payer(100)
		s := w.signMPP(k, path)
		a := w.Do(http.MethodPost, path, servertest.Paid(s)).Wants(200).Has("Cache-Control", "private, no-store").
			Lacks("PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "WWW-Authenticate", "PAYMENT-REQUIRED", "Location")
		r := servertest.Decode[api.Receipt](a)
		if r.PaymentID != w.ID(s) || r.Quantity != quantity || r.Payer.Address != servertest.Account(k) || r.Block == 0 {
			t.Errorf("%+v", r)
		}
		confirmed, err := mpp.DecodeReceipt(a.Header.Get("Payment-Receipt"))
		if err != nil || confirmed.Reference != r.Transaction || confirmed.ChainID != w.Launch.ChainID || confirmed.ChallengeID != w.credential(s).Challenge.ID {
			t.Errorf("%+v, %v", confirmed, err)
		}
		if w.Tokens(servertest.Account(k)) != quantity || w.USDC(servertest.Account(k)) != 1_000_000-quantity*servertest.Price {
			t.Errorf("%d allotments, %d USDC", w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)))
		}
	}
}

func TestACredentialIsFoundAmongOtherSchemes(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, value := range []string{"Bearer x", "Basic dXNlcjpwYXNz", "Paymentx y", ""} {
		challenged(w.Get("/mint", servertest.Header{"Authorization": value}).Wants(402).Has("X-Payment-Protocol", "x402, mpp"))
	}
	k := w.Payer(100)
	s := w.signMPP(k, "/mint")
	w.Get("/mint", servertest.Header{"Authorization": "Bearer x, " + strings.Replace(s.Value, "Payment", "PAYMENT", 1)}).Wants(200)
	if w.Tokens(servertest.Account(k)) != 1 {
		t.Error("not minted")
	}
}

func TestAMalformedCredentialGetsAChallenge(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.signMPP(k, "/mint")
	seen := map[string]bool{}
	for _, value := range []string{"Payment", "Payment !", "Payment e30", "Payment " + base64.RawURLEncoding.EncodeToString([]byte("[]")), s.Value + ", " + s.Value,
		s.Value[:len(s.Value)-9]} {
		c := refusedMPP(w.Get("/mint", servertest.Header{"Authorization": value}), mpp.MalformedCredential)
		if seen[c.ID] {
			t.Error("one challenge twice")
		}
		seen[c.ID] = true
	}
	w.Get("/mint", servertest.Header{"Authorization": "Payment " + strings.Repeat("A", 17<<10)}).Wants(431).Lacks("WWW-Authenticate")
	unchallenged(w.Get("/mint?quantity=0", servertest.Header{"Authorization": "Payment !"}), 400, "quantity_out_of_range")
	w.Do(http.MethodHead, "/mint", servertest.Paid(s)).Wants(405).Lacks("WWW-Authenticate")
	w.untouched(k)
}

func TestAnotherKindOfCredentialIsA400(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	data, err := w.credential(w.signMPP(k, "/mint")).JSON()
	w.Must(err)
	for _, change := range [][2]string{{`"type":"authorization"`, `"type":"hash"`}, {`"method":"evm"`, `"method":"tempo"`}, {`"intent":"charge"`, `"intent":"session"`}} {
		text := strings.Replace(string(data), change[0], change[1], 1)
		a := w.Get("/mint", servertest.Header{"Authorization": "Payment " + base64.RawURLEncoding.EncodeToString([]byte(text))}).
			Wants(400).Lacks("WWW-Authenticate", "PAYMENT-REQUIRED")
		if p := servertest.Decode[mpp.Problem](a); p.Type != mpp.MethodUnsupported.Type() || p.ChallengeID != "" {
			t.Errorf("%+v", p)
		}
	}
	w.untouched(k)
}

func TestAChallengeThatIsNotOursIsReplaced(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	c := challenged(w.Get("/mint", nil).Wants(402))
	foreign := c
	other, err := mpp.NewSecret([]byte(strings.Repeat("x", 32)))
	w.Must(err)
	other.Bind(&foreign)
	longer, cheaper, elsewhere := c, c, c
	longer.Expires = time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	charge, err := c.Charge()
	w.Must(err)
	charge.Amount = big.NewInt(1)
	cheaper.Request, err = charge.Encode()
	w.Must(err)
	elsewhere.Realm = "localhost"
	for name, c := range map[string]mpp.Challenge{"foreign": foreign, "longer": longer, "cheaper": cheaper, "elsewhere": elsewhere} {
		fresh := refusedMPP(w.Pay("/mint", w.answerTo(k, c)), mpp.InvalidChallenge)
		if fresh.ID == c.ID {
			t.Errorf("%s: the same challenge again", name)
		}
	}
	w.untouched(k)
	w.Pay("/mint", w.answerTo(k, c)).Wants(200)
}

// challengeKey is the secret of servers that challengeOf makes challenges of.
var challengeKey = []byte(strings.Repeat("k", 32))

func withKey(s *server.Server) { s.Challenges = [][]byte{challengeKey} }

// endingIn is a challenge of the server's that expires after a time.
func (w *world) endingIn(left time.Duration) mpp.Challenge {
	w.Helper()
	secret, err := mpp.NewSecret(challengeKey)
	w.Must(err)
	c := challenged(w.Get("/mint", nil).Wants(402))
	c.Expires = w.Engine.Clock().Add(left).UTC().Format(time.RFC3339)
	secret.Bind(&c)
	return c
}

// signedUntil answers a challenge with an authorization that ends after a time.
func (w *world) signedUntil(k *ecdsa.PrivateKey, c mpp.Challenge, left time.Duration) x402.Signed {
	w.Helper()
	expires := c.Expires
	c.Expires = w.Engine.Clock().Add(time.Hour).UTC().Format(time.RFC3339)
	s := w.answerTo(k, c)
	s = w.altered(s, func(c *mpp.Credential) { c.Challenge.Expires = expires })
	s = w.resigned(k, s, func(a *x402.Authorization) { a.ValidBefore = big.NewInt(w.Engine.Clock().Add(left).Unix()) })
	s.Authorization = w.credential(s).Authorization
	return s
}

func TestAnExpiredChallengeIsReplaced(t *testing.T) {
	w := open(t, servertest.Sale{Configure: withKey})
	k := w.Payer(100)
	for name, s := range map[string]x402.Signed{
		"with its authorization":       w.signedUntil(k, w.endingIn(-time.Second), -time.Second),
		"with a longer authorization":  w.signedUntil(k, w.endingIn(-time.Second), time.Hour),
		"too close to its end to mint": w.signedUntil(k, w.endingIn(10*time.Second), 10*time.Second),
	} {
		if c := refusedMPP(w.Pay("/mint", s), mpp.PaymentExpired); c.ID == w.credential(s).Challenge.ID || w.left(c) < 200*time.Second {
			t.Errorf("%s: challenge %+v", name, c)
		}
	}
	w.untouched(k)
	w.Pay("/mint", w.signedUntil(k, w.endingIn(time.Minute), time.Minute)).Wants(200)
}

func TestWhatASignatureCuresGetsANewChallenge(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.signMPP(k, "/mint")
	for name, bad := range map[string]x402.Signed{
		"nonce":     w.resigned(k, s, func(a *x402.Authorization) { a.Nonce[0] ^= 1 }),
		"recipient": w.resigned(k, s, func(a *x402.Authorization) { a.To = common.Address{1} }),
		"value":     w.resigned(k, s, func(a *x402.Authorization) { a.Value = big.NewInt(servertest.Price + 1) }),
		"start":     w.resigned(k, s, func(a *x402.Authorization) { a.ValidAfter = big.NewInt(time.Now().Unix() + 100) }),
		"signature": w.altered(s, func(c *mpp.Credential) { c.Signature[5] ^= 1 }),
		"payer":     w.altered(s, func(c *mpp.Credential) { c.Source, c.Authorization.From = "", common.Address{2} }),
		"source":    w.altered(s, func(c *mpp.Credential) { c.Source = "did:pkh:eip155:1:" + servertest.Account(k).Hex() }),
	} {
		if c := refusedMPP(w.Pay("/mint", bad), mpp.VerificationFailed); c.ID == w.credential(s).Challenge.ID {
			t.Errorf("%s: the same challenge again", name)
		}
	}
	w.untouched(k)
	w.Pay("/mint", s).Wants(200)
}

func TestWhatWaitingCuresRepeatsTheChallenge(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(0)
	s := w.signMPP(k, "/mint")
	for range 3 {
		if c := refusedMPP(w.Pay("/mint", s), mpp.VerificationFailed); c != w.credential(s).Challenge {
			t.Errorf("another challenge: %+v", c)
		}
	}
	w.untouched(k)
	_, err := w.Net.GiveUSDC(servertest.Account(k), big.NewInt(servertest.Price))
	w.Must(err)
	w.Seen()
	w.Pay("/mint", s).Wants(200)
	if w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 0 {
		t.Errorf("%d allotments, %d USDC", w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)))
	}
}

func TestAChallengeForSomethingElseIsAConflict(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	k := w.Payer(100)
	one, three := w.signMPP(k, "/mint"), w.signMPP(k, "/mint?quantity=3")
	unchallenged(w.Pay("/mint?quantity=3", one), 409, "conflict")
	unchallenged(w.Pay("/mint", three), 409, "conflict")
	unchallenged(w.Pay("/launches/pong/mint", one), 409, "conflict")
	w.untouched(k)
	w.Pay("/launches/ping/mint", one).Wants(200)
	unchallenged(w.Pay("/mint?quantity=3", one), 409, "conflict")
	w.Pay("/mint?quantity=3", three).Wants(200)
}

func TestWhatCannotBeSoldHasNoChallenge(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	k, late := w.Payer(100), w.Payer(100)
	s, tooLate := w.signMPP(k, "/mint"), w.signMPP(late, "/mint")
	w.Pay("/mint", s).Wants(200)
	unchallenged(w.Get("/mint", nil), 410, "sold_out")
	unchallenged(w.Pay("/mint", tooLate), 410, "sold_out")
	unchallenged(w.Get("/mint", servertest.Header{"Authorization": "Payment !"}), 410, "sold_out")
	w.Pay("/mint", s).Wants(200) // a known payment has its order
	if w.USDC(servertest.Account(late)) != 1_000_000 {
		t.Error("charged for what is sold out")
	}
	early := open(t, servertest.Sale{Opens: time.Hour})
	unchallenged(early.Get("/mint", servertest.Header{"Authorization": "Payment !"}), 403, "not_open")
	unchallenged(early.Get("/mint", nil), 403, "not_open")
}

func TestAPendingPaymentByMPPHasNoReceipt(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	k := w.Payer(100)
	w.Mining.Store(false)
	s := w.signMPP(k, "/mint")
	for range 2 {
		w.Pay("/mint", s).Wants(202).Has("Location", "/orders/"+w.ID(s).String()).
			Lacks("Payment-Receipt", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "WWW-Authenticate", "PAYMENT-REQUIRED")
	}
	w.Mining.Store(true)
	w.Eventually("minted", func() bool { o := w.Order(s); return o.State().Sold() })
	if _, err := mpp.DecodeReceipt(w.Pay("/mint", s).Wants(200).Header.Get("Payment-Receipt")); err != nil {
		t.Error(err)
	}
	if w.Tokens(servertest.Account(k)) != 1 || w.Orders() != 1 {
		t.Errorf("%d allotments, %d orders", w.Tokens(servertest.Account(k)), w.Orders())
	}
}

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
