package server

import (
	"net"
	"sync"
)

// listener knows which connections have not sent a byte yet. Browsers and HTTP
// clients open some to spare, and Shutdown would wait for their first request
// until it times out.
type listener struct {
	net.Listener
	mu     sync.Mutex
	silent map[*conn]struct{}
	closed bool
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	silent := &conn{Conn: c, listener: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return silent, c.Close()
	}
	if l.silent == nil {
		l.silent = map[*conn]struct{}{}
	}
	l.silent[silent] = struct{}{}
	return silent, nil
}

// hangUp closes every connection that has sent nothing, and those to come.
func (l *listener) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for c := range l.silent {
		c.Conn.Close() // whoever reads from it gets the error
	}
	l.silent = nil
}

func (l *listener) heard(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.silent, c)
}
