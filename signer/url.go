package signer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/weburl"
)

// Forms lists the URLs of signers, for help and errors.
const Forms = `clef+http://HOST:PORT#0xACCOUNT (or clef+https, clef+ipc:///path/clef.ipc),
web3signer+http://HOST:PORT#0xACCOUNT (or web3signer+https),
awskms:///KEY_ID_ARN_OR_ALIAS?region=REGION, gcpkms:///projects/…/cryptoKeyVersions/1`

// location is a parsed URL of a signer.
type location struct {
	scheme  string  // of the kind of signer
	url     url.URL // for requests; without user, query and fragment
	auth    *url.Userinfo
	key     string // what follows the scheme, without query and fragment
	account common.Address
	options map[string]string
}

// options lists the options that each kind of signer takes.
var options = map[string][]string{
	"clef":       {"timeout", "ca"},
	"web3signer": {"timeout", "api", "ca", "cert", "cert-key"},
	"awskms":     {"timeout", "region", "endpoint"},
	"gcpkms":     {"timeout", "endpoint"},
}

// Parse reads the URL of a signer. It makes no request. Its errors do not quote the URL, which
// may contain a password.
func Parse(text string) (*Signer, error) {
	at, err := locate(strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	s := &Signer{name: at.name(), pinned: at.account, timeout: defaultTimeout}
	if limit := at.options["timeout"]; limit != "" {
		s.timeout, err = time.ParseDuration(limit)
		if err != nil || s.timeout < time.Second || s.timeout > maxTimeout {
			return nil, fmt.Errorf("signer %s: timeout=%.20s: expected a time from 1s to %s", s.name, limit, maxTimeout)
		}
	}
	switch at.scheme {
	case "clef":
		s.backend, err = newClef(at)
	case "web3signer":
		s.backend, err = newWeb3Signer(at)
	case "awskms":
		s.backend, err = newAWS(context.Background(), at)
	default:
		s.backend, err = newGoogle(at)
	}
	if err != nil {
		return nil, fmt.Errorf("signer %s: %w", s.name, err)
	}
	return s, nil
}

// locate splits a URL. The keys of a KMS have colons and no host, so that net/url is not used
// for them.
func locate(text string) (location, error) {
	rest, fragment, pinned := strings.Cut(text, "#")
	rest, query, _ := strings.Cut(rest, "?")
	scheme, key, _ := strings.Cut(rest, "://")
	at := location{key: strings.Trim(key, "/"), options: map[string]string{}}
	var transport string
	at.scheme, transport, _ = strings.Cut(scheme, "+")
	allowed, known := options[at.scheme]
	if !known {
		return at, fmt.Errorf("a signer's URL begins with %.30q; expected %s", scheme+"://", Forms)
	}
	remote := at.scheme == "clef" || at.scheme == "web3signer"
	if remote {
		parsed, err := url.Parse(transport + "://" + key)
		if err != nil {
			return at, fmt.Errorf("the URL of a %s signer cannot be read; expected %s", at.scheme, Forms)
		}
		at.auth, parsed.User = parsed.User, nil
		at.url = *parsed
	}
	if err := at.read(query, allowed); err != nil {
		return at, err
	}
	switch {
	case pinned && !common.IsHexAddress(fragment):
		return at, fmt.Errorf("signer %s: after # there must be an account, 0x and 40 hex digits", at.name())
	case pinned:
		at.account = common.HexToAddress(fragment)
		if mixed, err := common.NewMixedcaseAddressFromString(fragment); err == nil && !mixed.ValidChecksum() && fragment != strings.ToLower(fragment) {
			return at, fmt.Errorf("signer %s: the checksum of the account after # is wrong", at.name())
		}
		if at.account == (common.Address{}) {
			return at, fmt.Errorf("signer %s: the account after # is the zero address", at.name())
		}
	case remote:
		return at, fmt.Errorf("signer %s: add the account that signs: #0x and 40 hex digits", at.name())
	}
	return at, nil
}

// read reads the options of a query.
func (l *location) read(query string, allowed []string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("signer %s: its options after ? cannot be read", l.name())
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("signer %s: there is no option %.30q; it takes %s", l.name(), name, strings.Join(allowed, ", "))
		}
		if len(values[name]) > 1 || values[name][0] == "" {
			return fmt.Errorf("signer %s: %s must be given once, with a value", l.name(), name)
		}
		l.options[name] = values[name][0]
	}
	return nil
}

// name returns the URL without user and options.
func (l *location) name() string {
	name := l.scheme + ":///" + l.key
	if l.url.Scheme != "" {
		name = l.scheme + "+" + l.url.String()
	}
	if l.account != (common.Address{}) {
		name += "#" + l.account.Hex()
	}
	return fmt.Sprintf("%.200s", name)
}

// web returns an error if the URL has no scheme http or https, or no host.
func (l *location) web() error {
	if _, err := weburl.Parse(l.url.String(), "https", "http"); err != nil {
		return errors.New("expected " + l.scheme + "+http://HOST:PORT#0xACCOUNT or " + l.scheme + "+https://HOST#0xACCOUNT")
	}
	return nil
}

// endpoint returns the URL that replaces that of the service, or "" without the option.
func (l *location) endpoint() (string, error) {
	text := l.options["endpoint"]
	if text == "" {
		return "", nil
	}
	u, err := weburl.Parse(text, "https", "http")
	switch {
	case err != nil:
		return "", fmt.Errorf("endpoint: %w", err)
	case u.User != nil:
		return "", errors.New("endpoint: expected a URL without a user")
	}
	return strings.TrimRight(text, "/"), nil
}
