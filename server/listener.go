package server

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"
)

// listener bounds connections, and lives through shortages: one that passes is no
// reason to stop selling.
type listener struct {
	net.Listener
	shares *shares
	// visitor is whose share a connection takes; proxy says that it is a proxy's.
	visitor func(net.Addr) (who visitor, proxy bool)
	refusal func(status int, message string) []byte // a whole answer
	silent  time.Duration                           // for a connection's first byte
	request time.Duration                           // for the rest of a request, from its first byte
	idle    time.Duration                           // for the first byte of the next request
	log     *slog.Logger
	warned  time.Time // of a shortage

	once   sync.Once
	closed chan struct{} // by hangUp
}

const maxAcceptPause = time.Second

// Accept returns the next connection that has a place. Out of files, buffers or
// memory it closes the connection that has waited longest, and tries again after a
// pause that grows: such a shortage ends when others let go.
func (l *listener) Accept() (net.Conn, error) {
	for pause := time.Duration(0); ; {
		c, err := l.Listener.Accept()
		switch {
		case err == nil:
			if ours := l.admit(c); ours != nil {
				return ours, nil
			}
			pause = 0
			continue
		case broken(err) || l.hungUp():
			return nil, err
		}
		if now := time.Now(); now.Sub(l.warned) > time.Minute {
			l.warned = now
			l.log.Warn("new connections have to wait: the system is short of something", "connections", l.shares.count(), "err", err)
		}
		l.shares.relieve()
		pause = min(max(2*pause, 5*time.Millisecond), maxAcceptPause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-l.closed:
			timer.Stop()
		}
	}
}

// broken says whether a listener can accept no more. Any other error is about one
// connection, or about something of which there will be enough again.
func broken(err error) bool {
	for _, final := range []error{net.ErrClosed, syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// admit gives a connection a place, or closes it and returns nil.
func (l *listener) admit(c net.Conn) *conn {
	who, proxy := l.visitor(c.RemoteAddr())
	ours := &conn{Conn: c, listener: l}
	if ours.place = l.shares.take(who, c, proxy); ours.place == nil {
		_ = c.Close()
		return nil
	}
	ours.place.silent.Store(true)
	_ = c.SetReadDeadline(time.Now().Add(l.silent)) // where it fails, so does reading
	if l.hungUp() {
		_ = ours.Close()
		return nil
	}
	return ours
}

func (l *listener) hungUp() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// hangUp closes every connection that has sent nothing, and those to come.
// Browsers and HTTP clients open some to spare, and Shutdown would wait for their
// first request until it times out.
func (l *listener) hangUp() {
	l.once.Do(func() { close(l.closed) })
	l.shares.hangUp()
}
