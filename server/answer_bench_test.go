package server_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
)

// script is the listener of one connection in memory. Its client sends a request again and
// again, depth at a time, each time after all answers were written. So a benchmark has the
// cost of a request without that of a network.
type script struct {
	request string
	depth   int
	left    int // requests to send
	written int // bytes of answers
	last    []byte
	taken   bool
	done    chan struct{}
}

func newScript(request string, depth, total int) *script {
	return &script{request: request, depth: depth, left: total, done: make(chan struct{})}
}

func (s *script) Accept() (net.Conn, error) {
	if s.taken {
		<-s.done
		return nil, io.EOF
	}
	s.taken = true
	return &scripted{script: s}, nil
}

func (s *script) Close() error   { return nil }
func (s *script) Addr() net.Addr { return here }

var here = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}

// scripted is the server's end of the connection.
type scripted struct {
	*script
	unread string
	closed bool
}

func (c *scripted) Read(p []byte) (int, error) {
	if c.unread == "" {
		n := min(c.depth, c.left)
		if n == 0 {
			return 0, io.EOF
		}
		c.left -= n
		c.unread = strings.Repeat(c.request, n)
	}
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, nil
}

func (c *scripted) Write(p []byte) (int, error) {
	c.written += len(p)
	if c.left == 0 {
		c.last = append(c.last, p...)
	}
	return len(p), nil
}

func (c *scripted) Close() error {
	if !c.closed {
		c.closed = true
		close(c.done)
	}
	return nil
}

func (c *scripted) LocalAddr() net.Addr              { return c.Addr() }
func (c *scripted) RemoteAddr() net.Addr             { return c.Addr() }
func (c *scripted) SetDeadline(time.Time) error      { return nil }
func (c *scripted) SetReadDeadline(time.Time) error  { return nil }
func (c *scripted) SetWriteDeadline(time.Time) error { return nil }

const asks = "GET /mint HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

// answers is a benchmark of the answers to a request.
func answers(b *testing.B, request, status string, serve func(net.Listener) error) {
	for _, pipelined := range []struct {
		name  string
		depth int
	}{{"alone", 1}, {"pipelined", 16}} {
		b.Run(pipelined.name, func(b *testing.B) {
			b.ReportAllocs()
			s := newScript(request, pipelined.depth, b.N)
			go func() {
				if err := serve(s); err != nil {
					b.Error(err)
				}
			}()
			<-s.done
			b.ReportMetric(float64(s.written)/float64(b.N), "bytes/op")
			if !strings.HasPrefix(string(s.last), "HTTP/1.1 "+status) {
				b.Errorf("the answer is %.100q", s.last)
			}
		})
	}
}

// BenchmarkAnswer402 compares a 402 with one of an application of Fiber that does nothing
// else, with the same answer and with a short one.
func BenchmarkAnswer402(b *testing.B) {
	w := bench(b)
	one := w.Get("/mint", nil).Wants(402)
	b.Run("mint402", func(b *testing.B) {
		answers(b, asks, "402", func(ln net.Listener) error { return server.ServeOne(w.Server, ln) })
	})
	same := fiber.New(fiber.Config{DisableStartupMessage: true})
	same.Get("/mint", func(c *fiber.Ctx) error {
		for name, values := range one.Header {
			switch name {
			case "Content-Length", "Date", "Server":
			default:
				c.Set(name, values[0])
			}
		}
		return c.Status(402).Send(one.Body)
	})
	b.Run("same bytes", func(b *testing.B) { answers(b, asks, "402", same.Listener) })
	short := fiber.New(fiber.Config{DisableStartupMessage: true})
	short.Get("/mint", func(c *fiber.Ctx) error { return c.Status(402).SendString("Payment Required") })
	b.Run("short", func(b *testing.B) { answers(b, asks, "402", short.Listener) })
}

// BenchmarkAnswerForged is the refusal of payments that another key than the payer's signed.
func BenchmarkAnswerForged(b *testing.B) {
	w := bench(b)
	s := w.bend(w.Signed(servertest.Key(b), w.Get("/mint", nil).Wants(402), 2), func(o object) {
		authorization(o)["from"] = servertest.Account(servertest.Key(b)).Hex()
	})
	answers(b, "GET /mint HTTP/1.1\r\nHost: 127.0.0.1\r\n"+s.Header+": "+s.Value+"\r\n\r\n", "402", func(ln net.Listener) error { return server.ServeOne(w.Server, ln) })
}
