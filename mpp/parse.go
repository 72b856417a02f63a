package mpp

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// ParseChallenges returns the challenges of the scheme Payment in the WWW-Authenticate
// values of a response, in their order. Several schemes may share a value, and several
// values a response (RFC 9110, section 11.6.1). Other schemes are ignored. A challenge
// that cannot be read is skipped, with the reason in skipped. The error is for values
// that are not in the header's grammar, since two readers could take different challenges
// from them.
func ParseChallenges(header http.Header) (challenges []Challenge, skipped []error, err error) {
	size := 0
	for _, value := range header.Values(HeaderChallenge) {
		if size += len(value); size > maxResponse {
			return nil, nil, fmt.Errorf("read %s: more than %d bytes", HeaderChallenge, maxResponse)
		}
		schemes, err := parseSchemes(value)
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", HeaderChallenge, err)
		}
		for _, s := range schemes {
			if !strings.EqualFold(s.name, Scheme) {
				continue
			}
			c, err := s.challenge()
			if err != nil {
				skipped = append(skipped, err)
				continue
			}
			challenges = append(challenges, c)
		}
	}
	return challenges, skipped, nil
}

// A scheme is one challenge of any scheme. Names of parameters are in lower case.
type scheme struct {
	name   string
	token  string // token68, instead of parameters
	params []param
}

type param struct{ name, value string }

func (s scheme) challenge() (Challenge, error) {
	var c Challenge
	into := map[string]*string{"id": &c.ID, "realm": &c.Realm, "method": &c.Method, "intent": &c.Intent, "request": &c.Request,
		"expires": &c.Expires, "digest": &c.Digest, "opaque": &c.Opaque, "description": &c.Description, "header": &c.Header}
	seen := map[string]bool{}
	for _, p := range s.params {
		if seen[p.name] {
			return Challenge{}, fmt.Errorf("challenge: it has the parameter %.20q twice", p.name)
		}
		seen[p.name] = true
		if dst, ok := into[p.name]; ok {
			*dst = p.value
		}
	}
	return c, c.check()
}

// maxSchemes and maxParams bound what is read of one value.
const (
	maxSchemes = 64
	maxParams  = 64 // of one scheme
)

// parseSchemes reads a value of WWW-Authenticate (RFC 9110, section 11.6.1): a list of
// challenges, whose parameters are separated by commas, too. A name with "=" after it is
// a parameter, any other name begins a challenge.
func parseSchemes(value string) (all []scheme, err error) {
	p := parser{value, 0}
	for {
		for p.take(',') { // empty elements are allowed
		}
		if p.end() {
			return all, nil
		}
		name := p.token()
		if name == "" {
			return nil, errors.New("expected the name of a scheme or a parameter")
		}
		if p.take('=') {
			if len(all) == 0 || all[len(all)-1].token != "" {
				return nil, fmt.Errorf("the parameter %.20q belongs to no scheme", name)
			}
			s := &all[len(all)-1]
			if len(s.params) == maxParams {
				return nil, errors.New("a scheme has more than " + strconv.Itoa(maxParams) + " parameters")
			}
			v, ok := p.value()
			if !ok {
				return nil, fmt.Errorf("the parameter %.20q has no value", name)
			}
			s.params = append(s.params, param{strings.ToLower(name), v})
			if !p.end() && !p.comma() {
				return nil, errors.New("expected a comma after a parameter")
			}
			continue
		}
		if len(all) == maxSchemes {
			return nil, errors.New("more than " + strconv.Itoa(maxSchemes) + " schemes")
		}
		s := scheme{name: name}
		s.token = p.token68()
		all = append(all, s)
	}
}

// A parser reads header values.
type parser struct {
	text string
	at   int
}

func (p *parser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
}

func (p *parser) end() bool {
	p.space()
	return p.at == len(p.text)
}

func (p *parser) comma() bool { return p.at < len(p.text) && p.text[p.at] == ',' }

func (p *parser) take(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// token reads a token (RFC 9110, section 5.6.2), or "".
func (p *parser) token() string {
	p.space()
	start := p.at
	for p.at < len(p.text) && isTokenChar(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

func isTokenChar(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// token68 reads the credentials-like part that some schemes have instead of parameters,
// if the next element is one: it is followed by a comma or the end.
func (p *parser) token68() string {
	p.space()
	at := p.at
	for at < len(p.text) && (isTokenChar(p.text[at]) || p.text[at] == '/') {
		at++
	}
	for at < len(p.text) && p.text[at] == '=' {
		at++
	}
	rest := strings.TrimLeft(p.text[at:], " \t")
	if at == p.at || rest != "" && rest[0] != ',' {
		return ""
	}
	s := p.text[p.at:at]
	p.at = at
	return s
}

// value reads a token or a quoted-string.
func (p *parser) value() (string, bool) {
	if !p.take('"') {
		s := p.token()
		return s, s != ""
	}
	start := p.at
	for i := start; i < len(p.text); i++ {
		switch p.text[i] {
		case '"':
			p.at = i + 1
			return p.text[start:i], true
		case '\\':
			return p.escaped(start, i)
		}
	}
	return "", false
}

// escaped reads the rest of a quoted-string with a backslash at i. mppx writes
// characters above U+00FF as u and four hex digits; any other backslash stands for the character after it.
func (p *parser) escaped(start, i int) (string, bool) {
	var b strings.Builder
	b.WriteString(p.text[start:i])
	for ; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '"':
			p.at = i + 1
			return b.String(), true
		case c == '\\' && i+1 < len(p.text):
			i++
			if p.text[i] == 'u' && i+4 < len(p.text) {
				if u, err := strconv.ParseUint(p.text[i+1:i+5], 16, 16); err == nil && u > 0xff {
					b.WriteRune(rune(u))
					i += 4
					continue
				}
			}
			b.WriteByte(p.text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}
