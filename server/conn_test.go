package server_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/server/servertest"
)

// TestRequestsThatComeTogetherAreEachAnsweredInTurn sends requests in one stream,
// cut at random places, and holds each answer against what it gets alone.
func TestRequestsThatComeTogetherAreEachAnsweredInTurn(t *testing.T) {
	w := open(t, servertest.Sale{})
	long := strings.Repeat("x", 9000) // more than a chunk
	requests := []string{
		"GET /mint HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		"\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /mint HTTP/1.1\r\nHost: x\r\nX-Payment: " + long + "\r\n\r\n",
		"POST /mint?quantity=2 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
		"OPTIONS /mint HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /mint?quantity=0 HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /nothing HTTP/1.1\r\nHost: x\r\nA: \r\nB:\r\n\r\n",
	}
	alone := make([]string, len(requests))
	for i, r := range requests {
		a := w.Raw(r)
		alone[i] = fmt.Sprintf("%d %s", a.Status, a.Body)
	}
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 402))
		var stream strings.Builder
		var sent []int
		for range 1 + rng.IntN(40) {
			i := rng.IntN(len(requests))
			sent = append(sent, i)
			stream.WriteString(requests[i])
		}
		c, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
		w.Must(err)
		w.Must(c.SetDeadline(time.Now().Add(servertest.Bounded)))
		go func() {
			for rest := stream.String(); rest != ""; {
				n := min(len(rest), 1+rng.IntN(1<<rng.IntN(15)))
				if _, err := io.WriteString(c, rest[:n]); err != nil {
					return
				}
				rest = rest[n:]
			}
		}()
		in := bufio.NewReader(c)
		for n, i := range sent {
			method, _, _ := strings.Cut(strings.TrimLeft(requests[i], "\r\n"), " ")
			res, err := http.ReadResponse(in, &http.Request{Method: method})
			if err != nil {
				t.Fatalf("seed %d: answer %d of %d: %v", seed, n+1, len(sent), err)
			}
			body, err := io.ReadAll(res.Body)
			w.Must(err)
			if got := fmt.Sprintf("%d %s", res.StatusCode, body); got != alone[i] {
				t.Fatalf("seed %d: answer %d of %d to %.40q is %s, alone it is %s", seed, n+1, len(sent), requests[i], got, alone[i])
			}
		}
		w.Must(c.Close())
	}
}

func TestARequestWithABodyIsTheLastOfItsConnection(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, request := range []string{
		"POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody",
		"POST /mint HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"GET /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody",
		"POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
	} {
		c, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
		w.Must(err)
		w.Must(c.SetDeadline(time.Now().Add(servertest.Bounded)))
		_, err = io.WriteString(c, request+"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		w.Must(err)
		all, _ := io.ReadAll(c) // until it is closed, perhaps before it has read everything
		if said := string(all); !strings.HasPrefix(said, "HTTP/1.1 4") || strings.Count(said, "HTTP/1.1 ") != 1 || !strings.Contains(said, "Connection: close") {
			t.Errorf("%q is answered %.300s", request, said)
		}
		w.Must(c.Close())
	}
}
