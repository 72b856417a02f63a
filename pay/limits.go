package pay

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Units is an amount in millionths of one whole unit of an asset: 1,000,000 is 1.00
// USDC. Amounts of assets with more decimals are rounded up to Units. A cap in dollars
// is a cap in Units of the assets that Limits list; no number of a server converts it.
type Units int64

// Unlimited is a limit that no payment reaches.
const Unlimited Units = math.MaxInt64

// ParseUnits parses a decimal amount such as "0.50", with at most six decimals.
func ParseUnits(s string) (Units, error) {
	n, err := (x402.Asset{Symbol: "an amount", Decimals: 6}).Parse(s)
	if err != nil {
		return 0, err
	}
	if !n.IsInt64() {
		return 0, fmt.Errorf("%.40q is too large", s)
	}
	return Units(n.Int64()), nil
}

// String formats an amount with at least two decimals: "0.50".
func (u Units) String() string {
	if u == Unlimited {
		return "unlimited"
	}
	return (x402.Asset{Symbol: "an amount", Decimals: 6}).Format(big.NewInt(int64(u)))
}

// An Asset is a token on a network.
type Asset struct {
	Network string // CAIP-2: "eip155:8453"
	x402.Asset
}

// Limits bound what a Payer signs. The zero value allows no payment.
type Limits struct {
	// PerPayment, PerDay (any 24 hours) and Total bound the sum of signed payments. A
	// payment counts from its signature. It stops to count only if the chain proves
	// that it cannot execute.
	PerPayment, PerDay, Total Units

	// Hosts that may be paid: "mint.example" (port 443), "mint.example:8443" or
	// "*.example". Empty means any host, but always over https; plain http needs a
	// loopback host that is listed with its port.
	Hosts []string

	Networks []string         // CAIP-2; empty means those of the assets
	Assets   []Asset          // empty means the table of networks
	Payees   []common.Address // empty means any

	// MaxWindow refuses a payment that would stay valid for longer; 0 means 1 h.
	MaxWindow time.Duration
}

// A LimitError is a request or an offer that the limits do not allow. No payment was
// signed for it.
type LimitError struct {
	Limit  string // the limit's name: "host", "asset", "per day", …
	Reason string
}

// Error returns the reason.
func (e *LimitError) Error() string { return e.Reason }

func beyond(limit, format string, args ...any) error {
	return &LimitError{limit, fmt.Sprintf(format, args...)}
}

// CheckURL returns an error if the limits do not allow a payment to the URL.
func (l *Limits) CheckURL(u *url.URL) error {
	host, port := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port()
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || host == "":
		return beyond("host", "%.80q is not an http or https URL with a host", u.Redacted())
	case u.User != nil:
		return beyond("host", "the URL contains a user name or a password")
	}
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	exact, listed := false, len(l.Hosts) == 0
	for _, h := range l.Hosts {
		h = strings.ToLower(h)
		name, p, err := net.SplitHostPort(h)
		if err != nil {
			name, p = strings.Trim(h, "[]"), "443"
		}
		if p != port {
			continue
		}
		exact = exact || name == host
		suffix, wild := strings.CutPrefix(name, "*.")
		listed = listed || name == host || wild && strings.HasSuffix(host, "."+suffix)
	}
	switch {
	case !listed:
		return beyond("host", "host %.80q is not among those allowed", net.JoinHostPort(host, port))
	case u.Scheme == "http" && (!exact || !loopback(host)):
		return beyond("host", "plain http is only for a loopback host that is listed with its port, not for %.80q", u.Host)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// CheckOffer returns an error if the limits do not allow the offer, whatever was spent
// so far. Otherwise it returns the asset to pay in and the price.
func (l *Limits) CheckOffer(o Offer, payer common.Address) (Asset, Units, error) {
	if err := o.Payable(); err != nil {
		return Asset{}, 0, beyond("offer", "%v", err)
	}
	r := o.Requirement
	if len(l.Networks) > 0 && !slices.Contains(l.Networks, r.Network) {
		return Asset{}, 0, beyond("network", "network %.40s is not among those allowed", r.Network)
	}
	asset, err := l.asset(o)
	if err != nil {
		return Asset{}, 0, err
	}
	switch {
	case r.PayTo == payer:
		return asset, 0, beyond("payee", "the recipient is the payer itself")
	case r.PayTo == (common.Address{}) || r.PayTo == r.Asset:
		return asset, 0, beyond("payee", "the recipient %s is the zero address or the asset", r.PayTo)
	case len(l.Payees) > 0 && !slices.Contains(l.Payees, r.PayTo):
		return asset, 0, beyond("payee", "recipient %s is not among those allowed", r.PayTo)
	}
	longest := l.MaxWindow
	if longest == 0 {
		longest = MaxWindow
	}
	if asked := r.MaxTimeoutSeconds; asked > int(longest/time.Second) {
		return asset, 0, beyond("window", "the payment would be valid for %d s, but at most %s is allowed", asked, longest)
	}
	cost, err := unitsOf(r.Amount, asset.Decimals)
	if err != nil {
		return asset, 0, beyond("per payment", "price %s: %v", o.Price(), err)
	}
	if cost > l.PerPayment {
		return asset, cost, beyond("per payment", "price %s %s is above the limit of %s for one payment", cost, asset.Symbol, l.PerPayment)
	}
	return asset, cost, nil
}

// asset finds the asset of an offer in the list. Address, network, EIP-712 name and
// version must all be the listed ones.
func (l *Limits) asset(o Offer) (Asset, error) {
	r := o.Requirement
	if len(l.Assets) == 0 {
		if a, ok := o.Asset(); ok {
			return Asset{r.Network, a}, nil
		}
	}
	for _, a := range l.Assets {
		if a.Network == r.Network && a.Address == r.Asset && a.Name == r.Extra.Name && a.Version == r.Extra.Version {
			return a, nil
		}
	}
	return Asset{}, beyond("asset", "asset %s, which calls itself %.40q version %.40q, is not an allowed one on %.40s", r.Asset, r.Extra.Name, r.Extra.Version, r.Network)
}

// unitsOf converts base units, rounding up.
func unitsOf(amount *big.Int, decimals uint8) (Units, error) {
	if amount == nil || amount.Sign() < 0 || decimals > 77 {
		return 0, errors.New("it is not an amount")
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	n := new(big.Int).Mul(amount, big.NewInt(1_000_000))
	n.Add(n, new(big.Int).Sub(scale, big.NewInt(1))).Quo(n, scale)
	if !n.IsInt64() || n.Int64() == int64(Unlimited) {
		return 0, errors.New("it is larger than any limit")
	}
	return Units(n.Int64()), nil
}
