package conn

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// Config is what a [Listener] needs. All fields are required.
type Config struct {
	// Max is how many connections may be open, a quarter of them of one client.
	Max int
	// Client returns the client that a connection counts for. proxy is true if many
	// clients share the address.
	Client func(net.Addr) (client netip.Prefix, proxy bool)
	// Refusal returns the whole HTTP response to a request that the server does not
	// get to see. The status is 400, 408, 413 or 431; a 400 has a detail for people.
	Refusal func(status int, detail string) []byte
	// MaxHead is how many bytes a request's head may have.
	MaxHead int
	// MaxBody is how many bytes a body may have.
	MaxBody int64
	// MaxBodyAt returns how many bytes the body of a request for a target may have. If it is
	// nil, that is MaxBody for every target.
	MaxBodyAt func(target []byte) int64

	FirstByte time.Duration // from the connection's start to its first byte
	Request   time.Duration // from a request's first byte to its last, and to drop the rest of a refused one
	Idle      time.Duration // from an answer to the first byte of the next request
	Write     time.Duration // for writing a refusal; the server sets it for its answers

	Log *slog.Logger
}

// Listener accepts connections up to a limit. It survives a shortage of files,
// buffers or memory: new connections then wait until it has passed.
type Listener struct {
	net.Listener
	config  Config
	limiter *Limiter
	warned  time.Time // of a shortage

	once     sync.Once
	draining chan struct{} // closed by Drain
}

// Listen wraps a listener that is open. The connections that it accepts are for one
// server of fasthttp; see the package comment.
func Listen(ln net.Listener, c Config) *Listener {
	return &Listener{Listener: ln, config: c, limiter: NewLimiter(c.Max, true), draining: make(chan struct{})}
}

const maxAcceptPause = time.Second

// Accept returns the next connection that gets a slot. If the system is short of
// files, buffers or memory, it closes the connection that has waited longest and
// tries again after a pause, which grows from 5 ms to 1 s. The error is one of a
// listener that is closed or cannot accept any more.
func (l *Listener) Accept() (net.Conn, error) {
	for pause := time.Duration(0); ; {
		c, err := l.Listener.Accept()
		switch {
		case err == nil:
			if ours := l.admit(c); ours != nil {
				return ours, nil
			}
			pause = 0
			continue
		case broken(err) || l.drained():
			return nil, err
		}
		if now := time.Now(); now.Sub(l.warned) > time.Minute {
			l.warned = now
			l.config.Log.Warn("new connections have to wait: the system is short of something", "connections", l.Len(), "err", err)
		}
		l.limiter.relieve()
		pause = min(max(2*pause, 5*time.Millisecond), maxAcceptPause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-l.draining:
			timer.Stop()
		}
	}
}

// broken reports whether a listener can never accept again. Any other error is
// about one connection, or about a shortage that will pass.
func broken(err error) bool {
	for _, final := range []error{net.ErrClosed, syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// admit gives a connection a slot, or closes it and returns nil.
func (l *Listener) admit(c net.Conn) *conn {
	client, proxy := l.config.Client(c.RemoteAddr())
	ours := &conn{Conn: c, config: &l.config}
	if ours.slot = l.limiter.Take(client, c, proxy); ours.slot == nil {
		_ = c.Close()
		return nil
	}
	ours.slot.silent.Store(true)
	_ = c.SetReadDeadline(time.Now().Add(l.config.FirstByte)) // where it fails, so does reading
	if l.drained() {
		_ = ours.Close()
		return nil
	}
	return ours
}

func (l *Listener) drained() bool {
	select {
	case <-l.draining:
		return true
	default:
		return false
	}
}

// Len returns how many connections are open.
func (l *Listener) Len() int { return l.limiter.Len() }

// Drain closes every connection that has sent nothing yet, and from now on every
// new one. Browsers and HTTP clients open some in advance, and a server's shutdown
// would wait for their first request until it times out.
func (l *Listener) Drain() {
	l.once.Do(func() { close(l.draining) })
	l.limiter.closeSilent()
}
