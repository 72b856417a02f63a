// Package charge sells by the HTTP authentication scheme "Payment" (MPP), whatever the
// transport: it makes challenges, checks the credentials that come back, and takes the
// payments with package checkout. HTTP and MCP render the same [Outcome].
//
// No challenge is stored. A challenge has its launch and quantity, and its id is an HMAC
// of all its parameters. A payment that is known gets its order before its challenge is
// looked at, so a lost answer, an expired challenge or another secret never makes a payer
// sign again.
package charge

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/checkout"
)

// Seller makes challenges and takes the payments that answer them. Its fields are set before Open.
type Seller struct {
	Checkout *checkout.Checkout
	// Keys are the secrets that bind challenges, at least 32 bytes each; see
	// mpp.NewSecret. Without one, Open makes one, which ends with the process: challenges
	// made before a restart are then refused, with a new challenge.
	Keys [][]byte

	realm  string
	secret *mpp.Secret
	terms  sync.Map     // item → *terms
	made   atomic.Int64 // terms that were made, stored or not
}

// Open checks the fields. The checkout must be open.
func (s *Seller) Open() error {
	u, err := url.Parse(s.Checkout.Presenter.PublicURL)
	if err != nil {
		return fmt.Errorf("open seller: %w", err)
	}
	s.realm = u.Hostname()
	keys := s.Keys
	if len(keys) == 0 {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // crypto/rand does not fail
		keys = [][]byte{key}
	}
	if s.secret, err = mpp.NewSecret(keys...); err != nil {
		return fmt.Errorf("open seller: %w", err)
	}
	return nil
}

// Realm returns the realm of all challenges: the host of the public URL.
func (s *Seller) Realm() string { return s.realm }

// item is a quantity of a launch. The terms of a launch never change, and no other launch
// gets its slug.
type item struct {
	launch   string
	quantity int64
}

// terms are the parts of a challenge that are the same for every request of an item.
type terms struct {
	request string // the parameter
	data    string // JSON up to the salt
	life    time.Duration
	series  atomic.Pointer[series]
}

// series are the challenges of one second, since a challenge names the second of its end.
type series struct {
	*mpp.Series
	expires int64 // Unix seconds
}

// maxTerms is how many terms are kept. A full cache keeps its entries: the terms of further
// items are made for each request.
const maxTerms = 4096

func (s *Seller) termsOf(r *checkout.Request) (*terms, error) {
	key := item{r.Launch.Slug, r.Quantity}
	if kept, ok := s.terms.Load(key); ok {
		return kept.(*terms), nil
	}
	required := r.Launch.Requirement(r.Quantity)
	request, err := mpp.NewCharge(required, r.Launch.Asset.Decimals).Encode()
	if err != nil {
		return nil, fmt.Errorf("make challenge: %w", err)
	}
	t := &terms{
		request: request,
		// The keys are sorted, and a slug needs no escapes.
		data: `{"` + dataLaunch + `":"` + r.Launch.Slug + `","` + dataQuantity + `":"` + strconv.FormatInt(r.Quantity, 10) + `","` + dataSalt + `":`,
		life: time.Duration(required.MaxTimeoutSeconds) * time.Second,
	}
	if s.made.Add(1) <= maxTerms {
		s.terms.Store(key, t)
	}
	return t, nil
}

// The keys of a challenge's data.
const (
	dataLaunch   = "launch"
	dataQuantity = "quantity"
	dataSalt     = "salt"
)

// Challenge makes a new challenge for a request. It is valid for as long as a price of x402
// for the same request.
func (s *Seller) Challenge(r *checkout.Request) (mpp.Challenge, error) {
	made, err := s.seriesOf(r)
	if err != nil {
		return mpp.Challenge{}, err
	}
	return made.Challenge(), nil
}

// AppendChallenge makes a challenge as Challenge does, and appends it as the value of
// WWW-Authenticate. It also returns its id.
func (s *Seller) AppendChallenge(dst []byte, r *checkout.Request) (value []byte, id [mpp.IDLength]byte, err error) {
	made, err := s.seriesOf(r)
	if err != nil {
		return dst, id, err
	}
	value, id = made.Append(dst)
	return value, id, nil
}

// seriesOf returns the challenges for a request that are made in this second.
func (s *Seller) seriesOf(r *checkout.Request) (*series, error) {
	t, err := s.termsOf(r)
	if err != nil {
		return nil, err
	}
	expires := s.Checkout.Presenter.Now().Add(t.life)
	kept := t.series.Load()
	if kept == nil || kept.expires != expires.Unix() {
		kept = &series{s.secret.NewSeries(mpp.Challenge{Realm: s.realm, Method: mpp.MethodEVM, Intent: mpp.IntentCharge, Request: t.request,
			Expires: expires.UTC().Format(time.RFC3339)}, t.data), expires.Unix()}
		t.series.Store(kept)
	}
	return kept, nil
}
