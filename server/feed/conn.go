package feed

import (
	"net"
	"sync"
	"time"
)

// goneOf returns a channel that is closed when the client of a connection has left. A
// client that sends anything is not listening to a feed, so any byte ends it. Its
// goroutine ends at the latest when the connection is closed.
func goneOf(conn net.Conn, running *sync.WaitGroup) <-chan struct{} {
	gone := make(chan struct{})
	running.Go(func() {
		_, _ = conn.Read(make([]byte, 1))
		close(gone)
	})
	return gone
}

// write writes to a listener, and reports whether that took at most maxWrite.
func write(conn net.Conn, p []byte, maxWrite time.Duration) bool {
	_ = conn.SetWriteDeadline(time.Now().Add(maxWrite)) // on a closed connection, the write fails as well
	_, err := conn.Write(p)
	return err == nil
}
