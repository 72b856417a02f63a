package conn_test

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/conn/conntest"
)

// TestAHeadThatComesByteByByteIsReadAsOneThatComesWhole cuts requests everywhere.
func TestAHeadThatComesByteByByteIsReadAsOneThatComesWhole(t *testing.T) {
	for name, request := range conntest.Ambiguous {
		if _, err := conn.Framed([]byte(request)); err == nil {
			t.Errorf("%s: accepted", name)
		}
		for i := range request {
			if n, err := conn.Framed([]byte(request[:i])); err == nil && n > 0 && !strings.Contains(name, "chunk") {
				t.Errorf("%s: its first %d bytes are a request", name, n)
			}
		}
	}
}

// FuzzFraming compares where we see the ends of a head and of a request with where
// fasthttp, which reads it after us, and net/http do.
func FuzzFraming(f *testing.F) {
	for _, request := range conntest.Ambiguous {
		f.Add([]byte(request))
	}
	f.Add([]byte("GET /mint?quantity=2 HTTP/1.1\r\nHost: x\r\nPAYMENT-SIGNATURE: abc\r\n\r\nGET / HTTP/1.1\r\n"))
	f.Add([]byte("POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n"))
	f.Add([]byte("POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n"))
	f.Fuzz(agree)
}

// agree fails if we see the end of a request where another reader does not.
func agree(t *testing.T, p []byte) {
	n, err := conn.Framed(p)
	if err != nil || n == 0 {
		return
	}
	source := bytes.NewReader(p)
	in := bufio.NewReaderSize(source, 1<<20)
	var h fasthttp.RequestHeader
	if h.Read(in) == nil {
		if end := len(p) - source.Len() - in.Buffered(); end != conn.FramedHead(p) {
			t.Fatalf("%q: its head ends at %d for us and at %d for fasthttp", p, conn.FramedHead(p), end)
		}
	}
	source.Reset(p)
	in.Reset(source)
	request, err := http.ReadRequest(in)
	if err != nil {
		return // net/http refuses more
	}
	if _, err := io.Copy(io.Discard, request.Body); err != nil {
		t.Fatalf("%q is whole for us, and net/http reads on: %v", p[:n], err)
	}
	if end := len(p) - source.Len() - in.Buffered(); end != n {
		t.Fatalf("%q ends at %d for us and at %d for net/http", p, n, end)
	}
}

// TestWeSeeTheEndOfARequestWhereOthersDo changes requests at random places.
func TestWeSeeTheEndOfARequestWhereOthersDo(t *testing.T) {
	const follows = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	var requests []string
	for _, request := range slices.Sorted(maps.Values(conntest.Ambiguous)) {
		requests = append(requests, request+follows)
	}
	for _, request := range conntest.Unusual {
		requests = append(requests, request+follows)
	}
	parts := []string{"\r", "\n", "\r\n", " ", "\t", ":", ",", ";", "0", "1", "+", "\x00", "\xff", "chunked", "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "Host: y\r\n"}
	rng := rand.New(rand.NewPCG(402, 25))
	whole := 0
	for range 100_000 {
		p := []byte(requests[rng.IntN(len(requests))])
		for range 1 + rng.IntN(3) {
			at := rng.IntN(len(p))
			end := min(len(p), at+rng.IntN(3))
			p = slices.Concat(p[:at], []byte(parts[rng.IntN(len(parts))]), p[end:])
		}
		agree(t, p)
		if n, err := conn.Framed(p); err == nil && n > 0 {
			whole++
		}
	}
	if whole < 1000 {
		t.Errorf("only %d of the requests were whole", whole)
	}
}
