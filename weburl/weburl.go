// Package weburl parses the URLs of services that a person configures.
package weburl

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// MaxLength is how many bytes a URL may have.
const MaxLength = 2048

// Parse parses a URL that begins with one of the schemes and has a host. It is in printable ASCII
// (RFC 3986), so that it may be shown, logged and requested as it is; its port, if it has one, is
// from 1 to 65535. The errors do not contain the URL, which may have a key.
func Parse(text string, schemes ...string) (*url.URL, error) {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, errors.New("expected a URL in ASCII without spaces; other characters are written as %XX, and those of a host as xn--")
	}
	if len(text) > MaxLength {
		return nil, fmt.Errorf("expected a URL of at most %d characters", MaxLength)
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Opaque != "" || u.Hostname() == "" {
		return nil, fmt.Errorf("expected a URL that begins with %s", strings.Join(prefixes(schemes), " or "))
	}
	if strings.HasSuffix(u.Host, ":") || u.Port() != "" && !validPort(u.Port()) {
		return nil, errors.New("expected a URL with a port from 1 to 65535, or with none")
	}
	if !validHost(u.Hostname()) {
		return nil, errors.New("expected a URL with the name or the IP address of a host")
	}
	return u, nil
}

func prefixes(schemes []string) (all []string) {
	for _, s := range schemes {
		all = append(all, s+"://")
	}
	return all
}

// validHost reports whether a host is an IP address, or a name of letters, digits, hyphens,
// underscores and dots.
func validHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.Zone()
	}
	return len(host) <= 253 && !strings.ContainsFunc(host, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	})
}

func validPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}
