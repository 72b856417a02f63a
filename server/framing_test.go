package server_test

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
	"time"

	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/server"
)

// twofold are requests whose end, or target, two readers could see in two places.
var twofold = map[string]string{
	"a length and chunked":            "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"chunked and a length":            "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
	"chunked, identity":               "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
	"identity":                        "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n",
	"gzip, chunked":                   "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
	"xchunked":                        "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
	"quoted chunked":                  "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
	"an empty coding":                 "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n",
	"chunked twice":                   "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"chunked in HTTP/1.0":             "POST /mint HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"a vertical tab before chunked":   "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n",
	"a space before the colon":        "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
	"two lengths":                     "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
	"the same length twice":           "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
	"a list of lengths":               "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\nab",
	"a signed length":                 "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\nab",
	"a negative length":               "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\nab",
	"a hexadecimal length":            "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 0x2\r\n\r\nab",
	"a length with a leading zero":    "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 02\r\n\r\nab",
	"a length of two words":           "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 2 2\r\n\r\nab",
	"an empty length":                 "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
	"a length of 19 digits":           "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000000000\r\n\r\nab",
	"LF only":                         "GET /mint HTTP/1.1\nHost: x\n\n",
	"one LF":                          "GET /mint HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
	"an LF at the end":                "GET /mint HTTP/1.1\r\nHost: x\r\n\n",
	"a CR in a value":                 "GET /mint HTTP/1.1\r\nHost: x\r\nA: a\rContent-Length: 10\r\n\r\n",
	"a CR before CR LF":               "GET /mint HTTP/1.1\r\nHost: x\r\nA: a\r\r\n\r\n",
	"a CR in the request line":        "GET /mint HTTP/1.1\rHost: x\r\n\r\n",
	"a folded line":                   "GET /mint HTTP/1.1\r\nHost: x\r\nA: a\r\n b\r\n\r\n",
	"a folded length":                 "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n 2\r\n\r\nab",
	"a space before the first header": "GET /mint HTTP/1.1\r\n Host: x\r\n\r\n",
	"NUL in a value":                  "GET /mint HTTP/1.1\r\nHost: x\r\nA: a\x00b\r\n\r\n",
	"NUL in a name":                   "GET /mint HTTP/1.1\r\nHost: x\r\nA\x00: b\r\n\r\n",
	"a name with a space":             "GET /mint HTTP/1.1\r\nHost: x\r\nContent Length: 2\r\n\r\n",
	"no name":                         "GET /mint HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n",
	"no colon":                        "GET /mint HTTP/1.1\r\nHost: x\r\nContent-Length\r\n\r\n",
	"no Host":                         "GET /mint HTTP/1.1\r\n\r\n",
	"two Hosts":                       "GET /mint HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	"the same Host twice":             "GET /mint HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
	"two Hosts in one line":           "GET /mint HTTP/1.1\r\nHost: a, b\r\n\r\n",
	"a Host with a tab":               "GET /mint HTTP/1.1\r\nHost:\ta\r\n\r\n",
	"a length with a tab":             "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length:\t2\r\n\r\nab",
	"a Host with a user":              "GET /mint HTTP/1.1\r\nHost: a@b\r\n\r\n",
	"HTTP/0.9":                        "GET /mint\r\n\r\n",
	"HTTP/2.0":                        "GET /mint HTTP/2.0\r\nHost: x\r\n\r\n",
	"HTTP/1.10":                       "GET /mint HTTP/1.10\r\nHost: x\r\n\r\n",
	"http/1.1":                        "GET /mint http/1.1\r\nHost: x\r\n\r\n",
	"two spaces":                      "GET  /mint HTTP/1.1\r\nHost: x\r\n\r\n",
	"a space in the target":           "GET /mint /x HTTP/1.1\r\nHost: x\r\n\r\n",
	"a tab in the request line":       "GET\t/mint HTTP/1.1\r\nHost: x\r\n\r\n",
	"a space after the version":       "GET /mint HTTP/1.1 \r\nHost: x\r\n\r\n",
	"a space before the method":       " GET /mint HTTP/1.1\r\nHost: x\r\n\r\n",
	"a method that is no token":       "G\"T /mint HTTP/1.1\r\nHost: x\r\n\r\n",
	"a target without a slash":        "GET mint HTTP/1.1\r\nHost: x\r\n\r\n",
	"a fragment":                      "GET /mint#a HTTP/1.1\r\nHost: x\r\n\r\n",
	"bytes beyond ASCII in a target":  "GET /m\xc3\xafnt HTTP/1.1\r\nHost: x\r\n\r\n",
	"two empty lines first":           "\r\n\r\nGET /mint HTTP/1.1\r\nHost: x\r\n\r\n",
	"a chunk's extension":             "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n0\r\n\r\n",
	"a chunk's size with a sign":      "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n",
	"a chunk's size with 0x":          "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
	"a chunk's size and a space":      "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n",
	"a chunk's size that is too long": "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n000000001\r\na\r\n0\r\n\r\n",
	"a chunk longer than it says":     "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
	"a chunk's line with LF only":     "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
	"an empty chunk's size":           "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\r\na\r\n0\r\n\r\n",
	"a trailer":                       "POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n",
}

func TestARequestThatCanBeReadInTwoWaysIsRefusedAndItsConnectionClosed(t *testing.T) {
	w := open(t, sale{})
	for name, request := range twofold {
		c := w.dialFrom("127.0.0.1")
		_, err := io.WriteString(c, request+"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		w.must(err)
		all, err := io.ReadAll(c)
		if said := string(all); err != nil || !strings.HasPrefix(said, "HTTP/1.1 400 ") || strings.Count(said, "HTTP/1.1 ") != 1 ||
			!strings.Contains(said, "Connection: close") || !strings.Contains(said, `"code":"bad_request"`) {
			t.Errorf("%s: answered %.200q, %v", name, said, err)
		}
	}
	if w.orders() != 0 {
		t.Errorf("%d orders", w.orders())
	}
}

// unusual are requests that are read by everybody in one way.
var unusual = map[string]string{
	"an empty line first": "\r\nGET /mint HTTP/1.1\r\nHost: x\r\n\r\n",
	"HTTP/1.0":            "GET /mint HTTP/1.0\r\n\r\n",
	"a URL as target":     "GET http://x/mint HTTP/1.1\r\nHost: x\r\n\r\n",
	"an empty Host":       "GET /mint HTTP/1.1\r\nHost:\r\n\r\n",
	"tabs and no space":   "GET /mint HTTP/1.1\r\nhost:x\r\nA:\tb\t\r\n\r\n",
	"bytes beyond ASCII":  "GET /mint HTTP/1.1\r\nHost: x\r\nA: \xc3\xa4\xff\r\n\r\n",
	"an empty body":       "POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
	"Chunked":             "POST /mint HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n00A\r\n0123456789\r\n0\r\n\r\n",
	"chunked and a GET":   "GET /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}

func TestARequestThatIsUnusualAndClearIsAnswered(t *testing.T) {
	w := open(t, sale{})
	for name, request := range unusual {
		if a := w.raw(request); a.status != 402 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestAHeadThatIsTooLongIsA431(t *testing.T) {
	w := open(t, sale{})
	for _, request := range []string{
		"GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /mint HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 64<<10) + "\r\n\r\n",
		"GET /mint HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 16<<10) + "\r\n",
	} {
		w.raw(request).wants(431).problem("headers_too_large")
	}
}

// TestAHeadThatComesByteByByteIsReadAsOneThatComesWhole cuts requests everywhere.
func TestAHeadThatComesByteByByteIsReadAsOneThatComesWhole(t *testing.T) {
	for name, request := range twofold {
		if _, err := server.Framed([]byte(request)); err == nil {
			t.Errorf("%s: accepted", name)
		}
		for i := range request {
			if n, err := server.Framed([]byte(request[:i])); err == nil && n > 0 && !strings.Contains(name, "chunk") {
				t.Errorf("%s: its first %d bytes are a request", name, n)
			}
		}
	}
}

// FuzzFraming compares where we see the ends of a head and of a request with where
// fasthttp, which reads it after us, and net/http do.
func FuzzFraming(f *testing.F) {
	for _, request := range twofold {
		f.Add([]byte(request))
	}
	f.Add([]byte("GET /mint?quantity=2 HTTP/1.1\r\nHost: x\r\nPAYMENT-SIGNATURE: abc\r\n\r\nGET / HTTP/1.1\r\n"))
	f.Add([]byte("POST /mint HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n"))
	f.Add([]byte("POST /mint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n"))
	f.Fuzz(agree)
}

// agree fails if we see the end of a request where another reader does not.
func agree(t *testing.T, p []byte) {
	n, err := server.Framed(p)
	if err != nil || n == 0 {
		return
	}
	source := bytes.NewReader(p)
	in := bufio.NewReaderSize(source, 1<<20)
	var h fasthttp.RequestHeader
	if h.Read(in) == nil {
		if end := len(p) - source.Len() - in.Buffered(); end != server.FramedHead(p) {
			t.Fatalf("%q: its head ends at %d for us and at %d for fasthttp", p, server.FramedHead(p), end)
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
	for _, request := range slices.Sorted(maps.Values(twofold)) {
		requests = append(requests, request+follows)
	}
	for _, request := range unusual {
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
		if n, err := server.Framed(p); err == nil && n > 0 {
			whole++
		}
	}
	if whole < 1000 {
		t.Errorf("only %d of the requests were whole", whole)
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
