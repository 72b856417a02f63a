package chain

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
)

const (
	// maxAnswer is the maximum number of bytes in one answer: nodes limit theirs to 25
	// MB.
	maxAnswer = 64 << 20
	// maxErrorBody is the maximum number of bytes read of an answer with an error
	// status.
	maxErrorBody = 64 << 10
)

// maxIdleConnections is how many connections to one host stay open between requests. Over
// HTTP/1.1 each request in progress has one, and opening one costs up to three round trips.
const maxIdleConnections = 64

var transport = func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, maxIdleConnections
	return t
}()

// note holds the parts of an HTTP answer that the JSON-RPC client does not read. It is
// passed in the context of the request.
type note struct {
	batch            bool // a list was sent
	retryAfter, date string
	object           []byte // an object that came instead of a list
}

type noteKey struct{}

// noting returns a context with a note that the answer of the request fills in.
func noting(ctx context.Context, n *note) context.Context {
	return context.WithValue(ctx, noteKey{}, n)
}

// notingTransport is an HTTP transport that fills in notes and limits the size of answers.
type notingTransport struct{ next http.RoundTripper }

func (l notingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	limit := int64(maxAnswer)
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		limit = maxErrorBody
	}
	answer.Body = http.MaxBytesReader(nil, answer.Body, limit)
	n, ok := r.Context().Value(noteKey{}).(*note)
	if !ok {
		return answer, nil
	}
	n.retryAfter, n.date = answer.Header.Get("Retry-After"), answer.Header.Get("Date")
	if n.batch && limit == maxAnswer {
		n.read(answer)
	}
	return answer, nil
}

// read keeps an object that came instead of a list. A read error occurs again when the
// body is read.
func (n *note) read(answer *http.Response) {
	body := bufio.NewReader(answer.Body)
	rest := struct {
		io.Reader
		io.Closer
	}{body, answer.Body}
	for {
		first, err := body.Peek(1)
		if err != nil || !bytes.Contains([]byte(" \t\r\n"), first) {
			if err == nil && first[0] == '{' {
				n.object, _ = io.ReadAll(io.LimitReader(body, maxErrorBody))
				rest.Reader = io.MultiReader(bytes.NewReader(n.object), body)
			}
			answer.Body = rest
			return
		}
		_, _ = body.Discard(1)
	}
}
