package pay

import (
	"errors"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
)

func TestAHostile402IsRefusedWithItsReasonAndNothingIsSigned(t *testing.T) {
	ask := func(change func(*x402.Requirement)) func(http.ResponseWriter) {
		r := ourRequirement(t)
		change(&r)
		return func(w http.ResponseWriter) { askFor(w, r) }
	}
	raw := func(old, new string) func(http.ResponseWriter) {
		if !strings.Contains(acceptedText, old) {
			t.Fatalf("no %s", old)
		}
		return func(w http.ResponseWriter) {
			w.Header().Set(x402.HeaderPaymentRequired, encode(`{"x402Version":2,"resource":{"url":"https://x"},"accepts":[`+strings.Replace(acceptedText, old, new, 1)+`]}`))
			w.WriteHeader(402)
		}
	}
	ours := ourRequirement(t)
	other := func(change func(*x402.Requirement)) x402.Requirement {
		r := ours
		change(&r)
		return r
	}
	byMPP := func(r x402.Requirement, change func(*mpp.Challenge)) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { mppAsk(w, r, change); w.WriteHeader(402) }
	}
	me := KeySigner(payerKey).Address()
	for name, c := range map[string]struct {
		ask  func(http.ResponseWriter)
		want string
	}{
		// 1: assets
		"a look-alike of USDC":          {ask(func(r *x402.Requirement) { r.Asset = common.Address{1} }), "is not an allowed one"},
		"USDC on another chain":         {ask(func(r *x402.Requirement) { r.Network = "eip155:8453" }), "is not an allowed one"},
		"another chain's USDC":          {ask(func(r *x402.Requirement) { r.Network = "eip155:1" }), "is not an allowed one"},
		"18 decimals for 6 (MPP)":       {byMPP(ours, func(c *mpp.Challenge) { c.Request, _ = mpp.NewCharge(ours, 18).Encode() }), "it has 6"},
		"an amount as if 18 decimals":   {ask(func(r *x402.Requirement) { r.Amount, _ = new(big.Int).SetString("100000000000000000", 10) }), "above the limit"},
		"a name of another token":       {ask(func(r *x402.Requirement) { r.Extra.Name = "USD Coin" }), "is not an allowed one"},
		"a version of another token":    {ask(func(r *x402.Requirement) { r.Extra.Version = "1" }), "is not an allowed one"},
		"no domain":                     {ask(func(r *x402.Requirement) { r.Extra.Name = "" }), "name or version is missing"},
		"another primary type":          {ask(func(r *x402.Requirement) { r.Extra.PrimaryType = "Permit" }), "primary type"},
		"permit2":                       {ask(func(r *x402.Requirement) { r.Extra.AssetTransferMethod = "permit2" }), "is not eip3009"},
		"another scheme":                {ask(func(r *x402.Requirement) { r.Scheme = "upto" }), "is not exact"},
		"an approval dressed as a flow": {ask(func(r *x402.Requirement) { r.Extra.PaymentFlow = "approve" }), "is unknown"},
		// 2: prices
		"a price above the limit": {ask(func(r *x402.Requirement) { r.Amount = big.NewInt(500_001) }), "above the limit of 0.50"},
		"two amounts":             {raw(`"amount":"100000"`, `"amount":"100000","maxAmountRequired":"950000"`), "read in two ways"},
		"body and header differ": {func(w http.ResponseWriter) {
			dear := x402.NewPaymentRequired("", resource, other(func(r *x402.Requirement) { r.Amount = big.NewInt(400_000) }))
			value, _ := x402.EncodeHeader(x402.NewPaymentRequired("", resource, ours))
			w.Header().Set(x402.HeaderPaymentRequired, value)
			w.WriteHeader(402)
			data, _ := jsonOf(dear.V1())
			_, _ = w.Write(data)
		}, "read in two ways"},
		"MPP and x402 differ in the amount": {func(w http.ResponseWriter) {
			mppAsk(w, other(func(r *x402.Requirement) { r.Amount = big.NewInt(99_999) }), nil)
			askFor(w, ours)
		}, "by MPP it asks for"},
		"MPP and x402 differ in the recipient": {func(w http.ResponseWriter) {
			mppAsk(w, other(func(r *x402.Requirement) { r.PayTo = common.Address{9} }), nil)
			askFor(w, ours)
		}, "by MPP it asks for"},
		// 3: recipients
		"to the payer":        {ask(func(r *x402.Requirement) { r.PayTo = me }), "the recipient is the payer"},
		"to the zero address": {ask(func(r *x402.Requirement) { r.PayTo = common.Address{} }), "zero address"},
		"to the asset":        {ask(func(r *x402.Requirement) { r.PayTo = r.Asset }), "zero address or the asset"},
		// 4: numbers
		"1e6":               {raw(`"100000"`, `"1e5"`), "no offered payment"},
		"hex":               {raw(`"100000"`, `"0x186a0"`), "no offered payment"},
		"a leading zero":    {raw(`"100000"`, `"0100000"`), "no offered payment"},
		"a negative amount": {raw(`"100000"`, `"-100000"`), "no offered payment"},
		"2^256":             {raw(`"100000"`, `"115792089237316195423570985008687907853269984665640564039457584007913129639936"`), "no offered payment"},
		"2^256-1": {ask(func(r *x402.Requirement) {
			r.Amount = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
		}), "larger than any limit"},
		"a number as amount": {raw(`"100000"`, `100000`), "no offered payment"},
		"a key twice":        {raw(`"amount":"100000"`, `"amount":"1","amount":"100000"`), "read in two ways"},
		"a decimal fraction": {raw(`"100000"`, `"0.1"`), "no offered payment"},
		// 8: windows
		"a window of 10^9 s":         {ask(func(r *x402.Requirement) { r.MaxTimeoutSeconds = 1_000_000_000 }), "would be valid for"},
		"a window over the limit":    {ask(func(r *x402.Requirement) { r.MaxTimeoutSeconds = 3601 }), "would be valid for"},
		"a string as window":         {raw(`120`, `"300"`), "no offered payment"},
		"an expiry next year (MPP)":  {byMPP(ours, func(c *mpp.Challenge) { c.Expires = clock.AddDate(1, 0, 0).UTC().Format(time.RFC3339) }), "would be valid for"},
		"an expired challenge (MPP)": {byMPP(ours, func(c *mpp.Challenge) { c.Expires = clock.Add(-time.Second).UTC().Format(time.RFC3339) }), "expired"},
		// 9: challenges
		"another realm (MPP)":  {byMPP(ours, func(c *mpp.Challenge) { c.Realm = "bank.example" }), "realm"},
		"another body (MPP)":   {byMPP(ours, func(c *mpp.Challenge) { c.Digest = "sha-256=:AAAA:" }), "digest"},
		"another header (MPP)": {byMPP(ours, func(c *mpp.Challenge) { c.Header = "Cookie" }), "header"},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			s.ask = c.ask
			p, signer := s.payer(t)
			p.Limits.Networks = nil
			res, err := p.RoundTrip(s.request(t))
			if err == nil {
				t.Fatalf("answered %d", res.StatusCode)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q", err, c.want)
			}
			if signer.n.Load() != 0 || len(s.payments) != 0 || len(records(t, p)) != 0 {
				t.Errorf("%d signatures, %d payments", signer.n.Load(), len(s.payments))
			}
		})
	}
}

func TestNoPaymentLeavesTheURLThatWasAsked(t *testing.T) {
	thief := openShop(t)
	for _, location := range []string{"/other", thief.URL + "/mint", "//127.0.0.1:1/mint", "http://127.0.0.1:1/"} {
		for _, first := range []bool{true, false} {
			s := openShop(t, status(307, "Location", location))
			if first {
				s.ask = func(w http.ResponseWriter) { status(307, "Location", location)(w, nil) }
			}
			p, signer := s.payer(t)
			res, err := p.RoundTrip(s.request(t))
			if err != nil || res.StatusCode != 307 {
				t.Errorf("%s: %+v, %v", location, res, err)
			}
			if want := map[bool]int32{true: 0, false: 1}[first]; signer.n.Load() != want || len(thief.payments) != 0 || len(s.payments) != int(want) {
				t.Errorf("%s: %d signatures", location, signer.n.Load())
			}
		}
	}
	// resource.url is text: the payment goes to the URL that was asked.
	s := openShop(t)
	s.ask = func(w http.ResponseWriter) {
		value, _ := x402.EncodeHeader(x402.NewPaymentRequired("", x402.Resource{URL: thief.URL + "/mint"}, ourRequirement(t)))
		w.Header().Set(x402.HeaderPaymentRequired, value)
		w.WriteHeader(402)
	}
	p, _ := s.payer(t)
	if _, err := p.RoundTrip(s.request(t)); err != nil || len(s.payments) != 1 || len(thief.payments)+thief.asked != 0 {
		t.Errorf("%v, %d at the thief", err, len(thief.payments))
	}
}

func TestOnlyListedPlacesArePaid(t *testing.T) {
	l := Limits{Hosts: []string{"mint.example", "*.shop.example", "127.0.0.1:8402", "localhost:8402", "api.example:8443", "[::1]:8402"}}
	for address, want := range map[string]bool{
		"https://mint.example/mint": true, "https://MINT.example./mint": true, "https://mint.example:443/": true, "https://a.shop.example/": true, "https://api.example:8443/": true,
		"http://127.0.0.1:8402/mint": true, "http://localhost:8402/": true, "http://[::1]:8402/": true,
		"https://mint.example:8443/": false, "http://mint.example/": false, "https://shop.example/": false, "https://evilshop.example/": false, "https://api.example/": false,
		"https://mint.example.evil.example/": false, "http://127.0.0.1/": false, "http://127.0.0.1:1/": false, "http://169.254.169.254/latest/meta-data": false, "http://2130706433:8402/": false,
		"file:///etc/passwd": false, "ftp://mint.example/": false, "unix:///run/docker.sock": false, "https://user:pass@mint.example/": false, "https:///mint": false, "gopher://mint.example/": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.CheckURL(u) == nil; got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	open := Limits{}
	for address, want := range map[string]bool{"https://anything.example/": true, "http://anything.example/": false, "http://127.0.0.1:8402/": false} {
		u, _ := url.Parse(address)
		if got := open.CheckURL(u) == nil; got != want {
			t.Errorf("any host, %s: %v", address, got)
		}
	}
}

func TestTheTransportDialsNoPrivateAddressWhateverANameResolvesTo(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "[2606:2800:220:1::1]:443": true,
		"127.0.0.1:443": false, "10.0.0.1:443": false, "172.16.0.1:443": false, "192.168.1.1:443": false, "169.254.169.254:80": false, "0.0.0.0:80": false, "100.64.0.1:80": false,
		"[::1]:443": false, "[fe80::1]:443": false, "[fd00::1]:443": false, "[::ffff:127.0.0.1]:443": false, "[64:ff9b::7f00:1]:443": false, "[2002:7f00:1::]:443": false, "224.0.0.1:80": false, "255.255.255.255:80": false,
		// A zone hides an address from a prefix, and IPv6 has many forms of an IPv4 address.
		"[64:ff9b::a9fe:a9fe%1]:443": false, "[2002:a9fe:a9fe::%lo]:443": false, "[2606:2800:220:1::1%1]:443": true, "[fec0::1%1]:443": false,
		"[::7f00:1]:443": false, "[64:ff9b:1::7f00:1]:443": false, "[2001::1]:443": false, "[3fff::1]:443": false, "168.63.129.16:80": false, "192.0.2.1:443": false,
	} {
		if got := publicAddress(address) == nil; got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	// A name that resolves to this machine is refused when it is dialed.
	l := Limits{Hosts: []string{"localhost:1"}}
	var limit *LimitError
	if _, err := l.Transport().DialContext(t.Context(), "tcp", "localhost:2"); !errors.As(err, &limit) {
		t.Errorf("%v", err)
	}
	if _, err := l.Transport().DialContext(t.Context(), "tcp", "localhost:1"); err == nil || errors.As(err, &limit) {
		t.Errorf("a listed one: %v", err)
	}
}

func TestTheZeroLimitsAllowNothing(t *testing.T) {
	s := openShop(t)
	p, signer := s.payer(t)
	for name, l := range map[string]Limits{"none": {}, "no day": {PerPayment: 500_000, Total: Unlimited}, "no total": {PerPayment: 500_000, PerDay: Unlimited}} {
		l.Hosts = p.Limits.Hosts
		p.Limits = l
		var limit *LimitError
		if _, err := p.RoundTrip(s.request(t)); !errors.As(err, &limit) || signer.n.Load() != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
