package server_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
)

// dialFrom connects from one of this machine's addresses.
func (w *world) dialFrom(address string) net.Conn {
	w.Helper()
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	c, err := from.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	w.Must(err)
	w.Cleanup(func() { c.Close() })
	w.Must(c.SetDeadline(time.Now().Add(servertest.Bounded)))
	return c
}

// mintFrom asks for the price on a connection of its own.
func (w *world) mintFrom(address string) string {
	w.Helper()
	c := w.dialFrom(address)
	defer c.Close()
	_, err := io.WriteString(c, "GET /mint HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	w.Must(err)
	said, err := io.ReadAll(c)
	w.Must(err)
	return string(said[:min(12, len(said))])
}

func TestOfAnyNumberOfFilesSomeAreLeftForDatabaseAndNodes(t *testing.T) {
	for files, want := range map[int]int{2: 1, 64: 32, 256: 128, 512: 384, 1024: 896, 20_000: 18_976, 1 << 30: 1 << 16} {
		if got := server.ConnectionsOf(files); got != want {
			t.Errorf("%d files: %d connections, not %d", files, got, want)
		}
	}
}

func TestAnAddressThatOpensAnyNumberOfConnectionsKeepsNobodyOut(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.MaxConnections = 40 }})
	var silent []net.Conn
	for i := range 60 { // its part is 10
		silent = append(silent, w.dialFrom("127.0.0.2"))
		if i%10 == 9 {
			if said := w.mintFrom("127.0.0.3"); said != "HTTP/1.1 402" {
				t.Fatalf("after %d silent connections: %q", i+1, said)
			}
		}
	}
	for i, c := range silent[:50] { // the oldest went first
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("connection %d is open: %v", i, err)
		}
	}
	if said := w.mintFrom("127.0.0.2"); said != "HTTP/1.1 402" {
		t.Errorf("the address itself: %q", said)
	}
}

func TestWhenAllConnectionsAreTakenTheLargestTakerLosesItsOldest(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.MaxConnections = 8 }})
	var silent []net.Conn
	for _, from := range []string{"127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3", "127.0.0.4", "127.0.0.4", "127.0.0.5", "127.0.0.6"} {
		silent = append(silent, w.dialFrom(from))
	}
	if said := w.mintFrom("127.0.0.7"); said != "HTTP/1.1 402" {
		t.Fatalf("%q", said)
	}
	ended := make(chan int, len(silent))
	for i, c := range silent {
		go func() {
			_, _ = c.Read(make([]byte, 1))
			ended <- i
		}()
	}
	if i := <-ended; i != 0 && i != 2 && i != 4 {
		t.Errorf("connection %d was closed", i)
	}
}

func TestAConnectionThatIsServedIsNotClosedToMakeRoom(t *testing.T) {
	w := open(t, servertest.Sale{Wait: servertest.Bounded, Configure: func(s *server.Server) { s.MaxConnections = 4 }})
	w.Mining.Store(false)
	s := w.Sign(w.Payer(10), "/mint", 2)
	paying := w.dialFrom("127.0.0.2")
	_, err := io.WriteString(paying, "GET /mint HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"+s.Header+": "+s.Value+"\r\n\r\n")
	w.Must(err)
	w.Eventually("claimed", func() bool { return w.Orders() == 1 })
	for _, from := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7"} {
		w.dialFrom(from)
	}
	if said := w.mintFrom("127.0.0.8"); said != "HTTP/1.1 402" {
		t.Errorf("%q", said)
	}
	w.Mining.Store(true)
	if said, err := io.ReadAll(paying); err != nil || !strings.HasPrefix(string(said), "HTTP/1.1 200 ") {
		t.Errorf("%.80q %v", said, err)
	}
}

func TestAProxysVisitorsHaveTheirOwnPartsByTheAddressThatItNames(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.MaxFeeds = 4 // one each
		s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32"), netip.MustParsePrefix("10.0.0.0/8")}
	}})
	for _, test := range []struct {
		from, header string
		status       int
	}{
		{"127.0.0.2", "X-Forwarded-For: 192.0.2.1", 200},
		{"127.0.0.2", "X-Forwarded-For: 192.0.2.1", 503},
		{"127.0.0.2", "X-Forwarded-For: 192.0.2.9, 192.0.2.1", 503},                    // the first is the client's own word
		{"127.0.0.2", "X-Forwarded-For: 192.0.2.1, 10.1.2.3", 503},                     // two of our proxies in a row
		{"127.0.0.2", "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-For: 192.0.2.1", 503}, // in two lines
		{"127.0.0.2", `Forwarded: for=192.0.2.9, for="192.0.2.1:4711";proto=https`, 503},
		{"127.0.0.2", `Forwarded: for="[2001:db8::1]:80"`, 200},
		{"127.0.0.2", "X-Forwarded-For: 2001:db8::2", 503},      // of the same network
		{"127.0.0.2", "X-Forwarded-For: ::ffff:192.0.2.1", 503}, // the same, written otherwise
		{"127.0.0.3", "X-Forwarded-For: 192.0.2.7", 200},        // no proxy of ours: its own part
		{"127.0.0.3", "X-Forwarded-For: 192.0.2.8", 503},
		{"127.0.0.2", "X-Forwarded-For: nonsense", 200}, // the proxy's own
		{"127.0.0.2", "X-Forwarded-For: 192.0.2.5\r\nForwarded: for=192.0.2.6", 503},
	} {
		_, status := w.askFeed(test.from, "ping", test.header)
		if status != test.status {
			t.Errorf("from %s, %q: %d, not %d", test.from, test.header, status, test.status)
		}
	}
	if n := strings.Count(w.Log.String(), "--trusted-proxy 127.0.0.3"); n != 1 {
		t.Errorf("%d notices of a proxy that is not known", n)
	}
}
