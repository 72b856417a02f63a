package facilitator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mint402/mint402/x402"
)

// List has the facilitators of a server, in order of preference. It is safe for concurrent use.
type List struct {
	network x402.Network
	now     func() time.Time
	all     []*member
}

// member is a facilitator with its figures.
type member struct {
	name   string
	client *Client

	mu       sync.Mutex
	breaker  breaker // and everything below: guarded by mu
	version  int     // of the protocol, for this network; 0: not known yet
	kinds    int
	latency  time.Duration // of the last answer
	lastErr  string
	failedAt time.Time
	checked  time.Time
	reached  bool // the last request was answered
	counts   map[Kind]uint64
}

// Config names a facilitator.
type Config struct {
	Name string // unique, printable; empty: the host of the URL
	URL  string
	Key  *Key // nil: requests are not signed
}

const (
	MaxFacilitators = 16 // in a list
	maxName         = 64 // characters of a facilitator's name
)

// Known are the facilitators that have a short name.
var Known = map[string]string{
	"cdp":      "https://api.cdp.coinbase.com/platform/v2/x402",
	"x402.org": "https://x402.org/facilitator",
	"payai":    "https://facilitator.payai.network",
}

// NewList returns the list of facilitators for a network, which [List.Check] then asks what
// they can do.
func NewList(network x402.Network, configs []Config, now func() time.Time) (*List, error) {
	if len(configs) > MaxFacilitators {
		return nil, fmt.Errorf("%d facilitators, and at most %d can be used", len(configs), MaxFacilitators)
	}
	l := &List{network: network, now: now}
	names := map[string]bool{}
	for _, c := range configs {
		client, err := NewClient(c.URL, c.Key)
		if err != nil {
			return nil, err
		}
		client.Now = now
		if utf8.RuneCountInString(c.Name) > maxName || !utf8.ValidString(c.Name) || strings.ContainsFunc(c.Name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return nil, fmt.Errorf("the name %.80q of a facilitator: expected up to %d printable characters", c.Name, maxName) // metrics and the log have it
		}
		name := cmp.Or(c.Name, client.URL.Host)
		if names[name] {
			return nil, fmt.Errorf("the facilitator %s is named twice", name)
		}
		names[name] = true
		l.all = append(l.all, &member{name: name, client: client, counts: map[Kind]uint64{}})
	}
	return l, nil
}

// Len returns the number of facilitators. A nil list is empty.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.all)
}

// Network returns the list's network.
func (l *List) Network() x402.Network { return l.network }

func (l *List) named(name string) *member {
	for _, m := range l.all {
		if m.name == name {
			return m
		}
	}
	return nil
}

// Close closes the connections that no request uses.
func (l *List) Close() {
	for _, m := range l.all {
		m.client.Close()
	}
}

// Check asks all facilitators at once what they support. Its error names each that answered
// and cannot serve the network. One that was not reached is no error: it is asked again when
// it is needed.
func (l *List) Check(ctx context.Context) error {
	errs := make([]error, len(l.all))
	var asking sync.WaitGroup
	for i, m := range l.all {
		asking.Go(func() { errs[i] = m.check(ctx, l.network, l.now) })
	}
	asking.Wait()
	return errors.Join(errs...)
}

// check asks a facilitator what it supports. The error is only that it cannot serve the network.
// An answer does not close the breaker: one that lists kinds may still fail to settle.
func (m *member) check(ctx context.Context, n x402.Network, now func() time.Time) error {
	began := now()
	kinds, err := m.client.Supported(ctx)
	if ctx.Err() != nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.breaker.probing = time.Time{}
	if err != nil {
		m.failed(err.Error(), now())
		m.reached = false
		return nil
	}
	m.reached, m.latency, m.lastErr, m.failedAt = true, now().Sub(began), "", time.Time{}
	m.kinds, m.version = len(kinds), version(kinds, n)
	if m.version > 0 {
		return nil
	}
	m.lastErr = printable(fmt.Sprintf("it does not serve scheme exact on %s; it serves %s", n.Name, some(kinds)))
	return fmt.Errorf("the facilitator %s cannot be used: %s", m.name, m.lastErr)
}

// some returns the first kinds, for people.
func some(kinds []SupportedKind) string {
	var s []string
	for i, k := range kinds {
		if i == 4 {
			s = append(s, "…")
			break
		}
		s = append(s, fmt.Sprintf("v%d %s on %s", k.X402Version, k.Scheme, k.Network))
	}
	if len(s) == 0 {
		return "nothing"
	}
	return strings.Join(s, ", ")
}

// failed records a failure. Its caller holds mu.
func (m *member) failed(why string, now time.Time) {
	m.lastErr, m.failedAt = printable(why), now
	m.breaker.fail(now)
}

// able reports whether the facilitator may be asked to settle now. After failures it first has
// to answer check. Its caller holds mu.
func (m *member) able(now time.Time) bool {
	return m.version > 0 && m.breaker.ready(now) && (m.reached || m.breaker.state(now) == Closed)
}

// take returns the version to use for a request to settle now, or 0 if there may be no request.
func (m *member) take(now time.Time) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.able(now) || !m.breaker.take(now) {
		return 0
	}
	return m.version
}

// release gives back a request that take allowed and that was not made.
func (m *member) release() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.breaker.probing = time.Time{}
}

// record records the outcome of asking for a payment: of /verify if that ended it, otherwise of
// /settle.
func (m *member) record(o Outcome, began, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[o.Kind]++
	m.latency, m.reached = now.Sub(began), !o.Fault
	if o.Fault {
		m.failed(o.Why, now)
		return
	}
	m.lastErr, m.failedAt = "", time.Time{}
	m.breaker.succeed()
}

// doubt records that a settlement which the facilitator reported is not on the chain.
func (m *member) doubt(why string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failed(why, now)
}

// recheck asks the facilitators that must answer again before they are used.
func (l *List) recheck(ctx context.Context) {
	var asking sync.WaitGroup
	for _, m := range l.all {
		m.mu.Lock()
		now := l.now()
		due := !m.able(now) && m.version == 0 && m.kinds > 0 && now.Sub(m.checked) > recheckEvery || // it may serve the network by now
			!m.reached && (m.version == 0 || m.breaker.state(now) == HalfOpen)
		due = due && m.breaker.take(now)
		if due {
			m.checked = now
		}
		m.mu.Unlock()
		if due {
			asking.Go(func() { _ = m.check(ctx, l.network, l.now) }) // its status has the error
		}
	}
	asking.Wait()
}

// recheckEvery is the pause before a facilitator that cannot serve the network is asked again.
const recheckEvery = 10 * time.Minute

// Unable returns why no facilitator can be asked to settle now, or "".
func (l *List) Unable() string {
	var why []string
	for _, m := range l.all {
		m.mu.Lock()
		able := m.able(l.now())
		text := m.name + ": " + cmp.Or(m.lastErr, "not asked yet")
		m.mu.Unlock()
		if able {
			return ""
		}
		why = append(why, text)
	}
	if len(why) == 0 {
		return "no facilitator is configured"
	}
	return strings.Join(why, "; ")
}

// Status is a facilitator with its figures.
type Status struct {
	Name      string          `json:"name"`
	Host      string          `json:"host"`      // the rest of its URL may be a key
	Usable    bool            `json:"usable"`    // it serves the network, and requests are allowed
	Reachable bool            `json:"reachable"` // its last answer came
	Version   int             `json:"x402Version,omitempty"`
	Kinds     int             `json:"kinds"` // that it listed
	Breaker   State           `json:"breaker"`
	LatencyMs int64           `json:"latencyMs"` // of the last answer
	LastError string          `json:"lastError,omitempty"`
	FailedAt  string          `json:"failedAt,omitempty"`
	Outcomes  map[Kind]uint64 `json:"outcomes"` // of requests for payments, since the start
}

// Status returns the status of each facilitator, in order.
func (l *List) Status() []Status {
	if l == nil {
		return nil
	}
	all := make([]Status, 0, len(l.all))
	for _, m := range l.all {
		m.mu.Lock()
		now := l.now()
		s := Status{Name: m.name, Host: m.client.URL.Host, Reachable: m.reached, Version: m.version, Kinds: m.kinds, Breaker: m.breaker.state(now),
			LatencyMs: m.latency.Milliseconds(), LastError: m.lastErr, Outcomes: map[Kind]uint64{}}
		s.Usable = m.able(now)
		if !m.failedAt.IsZero() {
			s.FailedAt = m.failedAt.UTC().Format(time.RFC3339)
		}
		for kind, n := range m.counts {
			s.Outcomes[kind] = n
		}
		m.mu.Unlock()
		all = append(all, s)
	}
	return all
}
