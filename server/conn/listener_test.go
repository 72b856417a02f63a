package conn_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mint402/mint402/server/conn"
)

const bounded = 10 * time.Second // for what is sure to happen

// listen wraps a listener whose clients may take patience for each step.
func listen(ln net.Listener, most int, patience time.Duration) net.Listener {
	return listenFor(ln, most, patience, 4096)
}

func listenFor(ln net.Listener, most int, patience time.Duration, body int64) net.Listener {
	return conn.Listen(ln, conn.Config{Max: most, MaxHead: 4096, MaxBody: body, Log: slog.New(slog.DiscardHandler),
		Client:    func(net.Addr) (netip.Prefix, bool) { return netip.Prefix{}, false },
		Refusal:   func(status int, _ string) []byte { return fmt.Appendf(nil, "HTTP/1.1 %d \r\n\r\n", status) },
		FirstByte: patience, Request: patience, Idle: patience, Write: patience})
}

// shortage is a listener that fails with each error once before it accepts.
type shortage struct {
	net.Listener
	errs []error
}

func (s *shortage) Accept() (net.Conn, error) {
	if len(s.errs) == 0 {
		return s.Listener.Accept()
	}
	err := s.errs[0]
	s.errs = s.errs[1:]
	return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
}

// accept returns both ends of a connection that a server accepted.
func accept(t *testing.T, most int, patience time.Duration, errs ...error) (accepted, client net.Conn) {
	t.Helper()
	return acceptFrom(t, errs, func(ln net.Listener) net.Listener { return listen(ln, most, patience) })
}

// acceptWith returns both ends of a connection whose requests may have a body of up to most bytes.
func acceptWith(t *testing.T, patience time.Duration, most int64) (accepted, client net.Conn) {
	t.Helper()
	return acceptFrom(t, nil, func(ln net.Listener) net.Listener { return listenFor(ln, 4, patience, most) })
}

func acceptFrom(t *testing.T, errs []error, wrap func(net.Listener) net.Listener) (accepted, client net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	if accepted, err = wrap(&shortage{ln, errs}).Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accepted.Close() })
	return accepted, client
}

func TestAShortageThatPassesEndsNothing(t *testing.T) {
	accept(t, 4, bounded, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.EINTR,
		syscall.EPROTO, syscall.ENETDOWN, syscall.EHOSTUNREACH, syscall.EPERM)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if _, err := listen(ln, 4, bounded).Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed listener: %v", err)
	}
}

func TestASlowHeadAndASlowBodyEndInTime(t *testing.T) {
	for name, sent := range map[string]string{"nothing": "", "a part of a head": "GET /mint HT", "a part of a line": "GET /mint HTTP/1.1\r\nHost: x\r\n"} {
		accepted, client := accept(t, 4, 20*time.Millisecond)
		_, err := io.WriteString(client, sent)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := accepted.Read(make([]byte, 1)); n > 0 || err == nil {
			t.Errorf("%s: handed out", name)
		}
		_ = accepted.Close()
		if said, _ := io.ReadAll(client); (sent != "") != strings.HasPrefix(string(said), "HTTP/1.1 408 ") {
			t.Errorf("%s: told %q", name, said)
		}
	}
	accepted, client := accept(t, 4, 20*time.Millisecond)
	_, err := io.WriteString(client, "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc")
	if err != nil {
		t.Fatal(err)
	}
	if read, err := io.ReadAll(accepted); err == nil || !strings.HasSuffix(string(read), "\r\n\r\nabc") {
		t.Errorf("read %q, %v", read, err)
	}
}

func TestALargeBodyMayTakeLongerWhileItArrives(t *testing.T) {
	const patience, total = 100 * time.Millisecond, 128 << 10
	accepted, client := acceptWith(t, patience, total)
	go func() {
		_, _ = io.WriteString(client, fmt.Sprintf("POST /admin HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", total))
		for range 4 { // 300 ms in all
			_, _ = client.Write(make([]byte, total/4))
			time.Sleep(patience)
		}
	}()
	if read, err := io.ReadAll(accepted); err != nil || len(read) < total {
		t.Errorf("read %d bytes, %v", len(read), err)
	}
	// A byte now and then is not enough.
	accepted, client = acceptWith(t, patience, total)
	go func() {
		_, err := io.WriteString(client, fmt.Sprintf("POST /admin HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", total))
		for ; err == nil; time.Sleep(patience / 10) {
			_, err = client.Write([]byte("a"))
		}
	}()
	began := time.Now()
	if _, err := io.ReadAll(accepted); err == nil || time.Since(began) > 10*patience {
		t.Errorf("a slow body: %v after %s", err, time.Since(began))
	}
	client.Close()
}

func TestAConnectionThatIsUsedStaysOpen(t *testing.T) {
	const patience = 400 * time.Millisecond
	accepted, client := accept(t, 4, patience)
	const request = "GET /mint HTTP/1.1\r\nHost: x\r\n\r\n"
	for began := time.Now(); time.Since(began) < 3*patience; time.Sleep(patience / 4) {
		if _, err := io.WriteString(client, request); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(accepted, make([]byte, len(request))); err != nil {
			t.Fatalf("after %s: %v", time.Since(began), err)
		}
		if err := accepted.SetWriteDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(accepted, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			t.Fatalf("after %s: %v", time.Since(began), err)
		}
	}
}
