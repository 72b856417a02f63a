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

func TestAChallengeEndsWithThePriceOfItsRequest(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, ahead := range []time.Duration{0, 10 * time.Second, 20 * time.Second} {
		w.SetAhead(ahead)
		for range 2 {
			begin := w.Engine.Clock()
			c := challenged(w.Get("/mint", nil).Wants(402))
			ends, ok := c.Deadline()
			lasts := time.Duration(w.Launch.Requirement(1).MaxTimeoutSeconds) * time.Second
			if !ok || ends.Before(begin.Add(lasts).Truncate(time.Second)) || ends.After(w.Engine.Clock().Add(lasts)) {
				t.Errorf("at %s, the challenge ends at %s, want %s later", begin, c.Expires, lasts)
			}
		}
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
