package chain

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// kind classifies the errors of a node by the reaction that they need.
type kind int

const (
	fine   kind = iota
	said        // the chain's own answer, such as a revert: any node would give it
	behind      // the node does not have that block yet, or is on another branch
	busy        // the node got too many requests, and needs a pause
	wide        // the node's limit of blocks per range was exceeded
	many        // the result is too large for one answer
	bulky       // too many requests in one batch
	lacks       // it does not serve the method, or not to us, or dropped that state
	denied      // it answered with another error
	broken      // no readable answer: another node may work
)

// trouble is an error of a node, with the text of the node's message in words. words is
// only parsed and never shown: it may contain a provider's key.
type trouble struct {
	kind   kind
	method string
	status int           // HTTP status, if not 200
	words  string        // in lower case
	pause  time.Duration // the pause that the node asks for; 0: none
	partly bool          // of a batch: the node was too busy for a part of it only
	err    error
}

func (t *trouble) Error() string { return t.err.Error() }
func (t *trouble) Unwrap() error { return t.err }

// kindOf returns the kind of an error.
func kindOf(err error) kind {
	var (
		t        *trouble
		reverted *Revert
		answered rpc.Error
	)
	switch {
	case err == nil:
		return fine
	case errors.As(err, &reverted):
		return said
	case errors.Is(err, mint.ErrUnknownBlock), errors.Is(err, errMoved):
		return behind
	case errors.As(err, &t):
		return t.kind
	case errors.As(err, &answered):
		return meaning(answered, "")
	}
	return broken
}

// failed reports whether an error is a failure of the node, so that another may work,
// and not an answer.
func failed(err error) bool {
	k := kindOf(err)
	return k == busy || k == broken
}

// readError converts the error of a request, or of a batch, to a trouble.
func readError(err error, method string, n *note, now time.Time) error {
	var t *trouble
	if err == nil || errors.As(err, &t) {
		return err
	}
	t = &trouble{kind: broken, method: method, err: unnamed(err)}
	var (
		status  rpc.HTTPError
		object  rpc.Error
		tooMuch *http.MaxBytesError
		body    []byte
	)
	switch {
	case errors.As(err, &status):
		t.status, body = status.StatusCode, status.Body
	case errors.As(err, &tooMuch):
		t.kind = many
	case n != nil:
		body = n.object
	}
	if found := objectOf(body); found != nil {
		object = found
		if reverted(found) {
			t.err = found // only the node's message has the reason
		}
	} else if errors.As(err, &object); object == nil {
		t.words = strings.ToLower(string(body[:min(len(body), maxWords)]))
	}
	if object != nil {
		t.words = wordsOf(object)
		t.kind = meaning(object, method)
	}
	t.kind = withStatus(t)
	if n != nil && (t.kind == busy || t.status == http.StatusServiceUnavailable) {
		if t.pause = retryAfter(n.retryAfter, n.date, now); t.pause > 0 {
			t.kind = busy
		}
	}
	if t.kind == busy && t.pause == 0 {
		t.pause = pauseOf(t.words)
	}
	return t
}

// reverted reports whether a node's error is that of a reverted execution.
func reverted(object rpc.Error) bool {
	var revert *Revert
	return errors.As(asRevert(object), &revert)
}

// withStatus returns the kind of an answer in view of its HTTP status.
func withStatus(t *trouble) kind {
	switch t.status {
	case 0:
		return t.kind
	case http.StatusTooManyRequests:
		return busy
	}
	switch t.kind {
	case broken:
		if ofLogs := says(t.words, "getlogs", "block range"); ofLogs && says(t.words, wideWords...) {
			return wide
		}
		switch {
		case ofBatch(t.words):
			return bulky
		case t.status == http.StatusBadRequest || t.status == http.StatusRequestEntityTooLarge:
			return denied
		}
		return broken
	case denied:
		if t.status != http.StatusBadRequest && t.status != http.StatusRequestEntityTooLarge && t.status != http.StatusUnprocessableEntity {
			return broken
		}
	}
	return t.kind
}

// wordsOf returns a node's message and its error data, in lower case.
func wordsOf(answered rpc.Error) string {
	text := answered.Error()
	var withData rpc.DataError
	if errors.As(answered, &withData) && withData.ErrorData() != nil {
		if m, ok := withData.ErrorData().(map[string]any); ok {
			for k, v := range m {
				text += fmt.Sprintf(" %q:%v", k, v)
			}
		} else {
			text += fmt.Sprintf(" %v", withData.ErrorData())
		}
	}
	return strings.ToLower(text[:min(len(text), maxWords)])
}

// meaning classifies an error object. If method is empty, only the message can show
// whether logs were requested.
func meaning(object rpc.Error, method string) kind {
	if reverted(object) {
		return said
	}
	text, code := wordsOf(object), object.ErrorCode()
	ofLogs := method == "eth_getLogs" || says(text, "getlogs", "block range")
	switch {
	case ofBatch(text):
		return bulky
	case code == http.StatusTooManyRequests, code == -32029:
		return busy
	case ofLogs && !says(text, "rate limit", "too many requests", "request count") && says(text, manyWords...):
		return many
	case ofLogs && says(text, wideWords...) && !says(text, "too many requests", "per second"):
		return wide
	case says(text, busyWords...):
		return busy
	case says(text, behindWords...):
		return behind
	case code == -32601, code == -32004, code == -32001 && says(text, "unauthorized"), says(text, lacksWords...):
		return lacks
	case says(text, "response too large", "response is too", "message too large"):
		return many
	}
	return denied
}

// errMoved: the chain switched to another branch during a read.
var errMoved = errors.New("the chain changed branches during the read")

// malformed explains why an answer does not fit the request. The next one may.
type malformed string

func (m malformed) Error() string { return string(m) }

// nodeError is a fault of a node, described in our own words.
type nodeError string

func (c nodeError) Error() string { return string(c) }

// errTwoChains: a node answered for our chain and for another.
const errTwoChains = nodeError("its answers come from two chains in turn, so they are not used: ask the node's provider, or use another node")

// safeReason returns the reason why a node is set aside, in words that anyone may read.
// It repeats no text of the node, neither status line nor message: that may contain a
// provider's key.
func safeReason(err error) error {
	var (
		ours      nodeError
		status    rpc.HTTPError
		transport net.Error
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &status) && status.StatusCode != http.StatusTooManyRequests:
		return nodeError(fmt.Sprintf("answers with HTTP status %d", status.StatusCode))
	case kindOf(err) == busy:
		return nodeError("limits our request rate")
	case errors.As(err, &transport) && transport.Timeout():
		return nodeError("does not answer in time")
	case errors.As(err, &transport):
		return nodeError("cannot be reached")
	}
	return nodeError("does not answer like a node")
}

// unnamed removes from an error the parts that may contain a provider's key: the URL,
// and the page that came instead of an answer.
func unnamed(err error) error {
	var named *url.Error
	if errors.As(err, &named) {
		return named.Err
	}
	var status rpc.HTTPError
	if errors.As(err, &status) {
		return rpc.HTTPError{StatusCode: status.StatusCode, Status: status.Status}
	}
	return err
}
