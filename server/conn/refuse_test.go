package conn_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// serve reads what a connection hands out and closes it, as a server does. The channel is
// closed then.
func serve(accepted net.Conn) (ended <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, accepted)
		_ = accepted.Close()
	}()
	return done
}

const (
	large   = "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n" // beyond the 4,096 bytes of listen
	chunked = "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
)

func TestARefusalReachesAClientThatReadsOnlyWhenItHasSentEverything(t *testing.T) {
	for name, c := range map[string]struct{ head, part, status string }{
		"a large body":         {large, strings.Repeat("x", 1024), "413"},
		"a large chunk":        {chunked + "10000\r\n", strings.Repeat("x", 1024), "413"},
		"many chunks":          {chunked, "400\r\n" + strings.Repeat("x", 1024) + "\r\n", "413"},
		"a large head":         {"GET /mint HTTP/1.1\r\nHost: x\r\n", "A: " + strings.Repeat("x", 1024) + "\r\n", "431"},
		"an unclear head":      {"POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: +65536\r\n\r\n", strings.Repeat("x", 1024), "400"},
		"a length and chunked": {"POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("x", 1024), "400"},
	} {
		accepted, client := accept(t, 4, bounded)
		ended := serve(accepted)
		for sent := range 65 {
			part := c.part
			if sent == 0 {
				part = c.head
			}
			if _, err := io.WriteString(client, part); err != nil {
				t.Errorf("%s: part %d cannot be sent: %v", name, sent, err)
				break
			}
			time.Sleep(time.Millisecond)
		}
		if said, err := io.ReadAll(client); err != nil || !strings.HasPrefix(string(said), "HTTP/1.1 "+c.status+" ") {
			t.Errorf("%s: answered %q, %v", name, said, err)
		}
		_ = client.Close()
		<-ended
	}
}

func TestARefusedClientDoesNotHoldItsConnection(t *testing.T) {
	endless := func(client net.Conn, part string, pause time.Duration) {
		for err := error(nil); err == nil; time.Sleep(pause) {
			_, err = io.WriteString(client, part)
		}
	}
	for name, c := range map[string]struct {
		patience time.Duration
		send     func(client net.Conn)
	}{
		"it sends nothing more":    {time.Minute, func(net.Conn) {}},
		"it sends a little often":  {50 * time.Millisecond, func(c net.Conn) { endless(c, "x", time.Millisecond) }},
		"it sends much and no end": {time.Minute, func(c net.Conn) { endless(c, strings.Repeat("x", 4096), 0) }},
	} {
		accepted, client := accept(t, 4, c.patience)
		ended := serve(accepted)
		if _, err := io.WriteString(client, large); err != nil {
			t.Fatal(err)
		}
		go c.send(client)
		select {
		case <-ended:
		case <-time.After(bounded):
			t.Errorf("%s: it is still open", name)
		}
	}
}

func TestARefusedClientLosesItsSlotToANewConnection(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln = listen(ln, 4, time.Minute) // one slot for each client
	t.Cleanup(func() { ln.Close() })
	enter := func() (accepted, client net.Conn) {
		t.Helper()
		client, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close() })
		if accepted, err = ln.Accept(); err != nil {
			t.Fatal(err)
		}
		return accepted, client
	}
	accepted, client := enter()
	const served = "GET /mint HTTP/1.1\r\nHost: x\r\n\r\n"
	if _, err := io.WriteString(client, served+large); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(accepted, make([]byte, len(served))); err != nil {
		t.Fatal(err)
	}
	ended := serve(accepted)
	if said, err := io.ReadAll(client); err != nil || !strings.HasPrefix(string(said), "HTTP/1.1 413 ") {
		t.Fatalf("answered %q, %v", said, err)
	}
	began := time.Now()
	enter()
	<-ended
	if took := time.Since(began); took > time.Second {
		t.Errorf("the slot was taken after %s", took)
	}
}
