package chain

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/mint402/mint402/chain/usual"
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
	object           []byte   // an object that came instead of a list
	results          [][]byte // of a list, if they were cut out of it; see [usual.Results]
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
	if limit == maxAnswer {
		n.read(answer)
	}
	return answer, nil
}

// read brings an answer into the form that the client reads fastest, and keeps an object that came
// instead of a list. A read error occurs again when the body is read.
func (n *note) read(answer *http.Response) {
	var data bytes.Buffer
	data.Grow(int(min(max(answer.ContentLength, 0), 1<<20)) + bytes.MinRead)
	_, err := data.ReadFrom(answer.Body)
	body := io.MultiReader(bytes.NewReader(data.Bytes()), answer.Body)
	switch first := bytes.TrimLeft(data.Bytes(), " \t\r\n"); {
	case n.batch && len(first) > 0 && first[0] == '{':
		n.object = first[:min(len(first), maxErrorBody)]
	case err != nil:
	case n.batch:
		if short, results, ok := usual.Results(data.Bytes()); ok {
			body, n.results = bytes.NewReader(short), results
		}
	default:
		if short, ok := usual.Answer(data.Bytes()); ok {
			body = bytes.NewReader(short)
		}
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{body, answer.Body}
}
