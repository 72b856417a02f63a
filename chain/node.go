package chain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// node is one JSON-RPC endpoint. What is read in several requests and has to
// fit together is asked of one node; see nodes for which.
type node struct {
	host     string        // names it to people: its URL holds keys
	url      string        // "" if the connection was given
	size     func() int    // requests a batch
	patience time.Duration // for one request

	conn    atomic.Pointer[rpc.Client] // nil until it could be dialed
	blocks  atomic.Uint64              // a range of eth_getLogs that it takes
	sending chan struct{}              // holds a token for each send under way

	standing // guarded by nodes.mu
}

// newNode parses a URL. Its errors do not repeat it.
func newNode(address string) (*node, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the URL of a node cannot be parsed")
	}
	switch u.Scheme {
	case "http", "https", "ws", "wss":
	default:
		return nil, fmt.Errorf("the URL of a node begins with %q, not with http, https, ws or wss", u.Scheme)
	}
	if u.Host == "" || !utf8.ValidString(u.Host) {
		return nil, errors.New("the URL of a node names no host")
	}
	n := &node{host: u.Host, url: address, sending: make(chan struct{}, mostSends)}
	n.blocks.Store(defaultRange)
	return n, nil
}

// dial connects, unless it is connected: to a WebSocket that takes a round trip,
// and afterwards the connection renews itself.
func (n *node) dial(ctx context.Context) error {
	if n.conn.Load() != nil {
		return nil
	}
	conn, err := rpc.DialOptions(ctx, n.url, rpc.WithHTTPClient(&http.Client{Timeout: callTimeout}))
	if err != nil {
		return fmt.Errorf("dial node: %w", unnamed(err))
	}
	if !n.conn.CompareAndSwap(nil, conn) {
		conn.Close()
	}
	return nil
}

// ask is one request.
func (n *node) ask(ctx context.Context, result any, method string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, n.patience)
	defer cancel()
	blank(result)
	return unnamed(n.conn.Load().CallContext(ctx, result, method, args...))
}

// batch sends the requests in as few round trips as the node takes. The error is
// the node's failure; what it answered to a request is in the element.
func (n *node) batch(ctx context.Context, elems []rpc.BatchElem) error {
	return n.batches(ctx, elems, n.size())
}

func (n *node) batches(ctx context.Context, elems []rpc.BatchElem, size int) error {
	for len(elems) > 0 {
		k := min(size, len(elems))
		if err := n.oneBatch(ctx, elems[:k]); err != nil {
			return err
		}
		elems = elems[k:]
	}
	return nil
}

// oneBatch sends the requests in one round trip. An element that was left
// unanswered, or answered with what cannot be decoded, is a failure of the whole.
func (n *node) oneBatch(ctx context.Context, elems []rpc.BatchElem) error {
	ctx, cancel := context.WithTimeout(ctx, n.patience)
	defer cancel()
	for i := range elems {
		elems[i].Error = nil
		blank(elems[i].Result)
	}
	if err := n.conn.Load().BatchCallContext(ctx, elems); err != nil {
		return unnamed(err)
	}
	for _, e := range elems {
		if failed(e.Error) {
			return fmt.Errorf("%s: %w", e.Method, e.Error)
		}
	}
	return nil
}

// all is a batch of which every request must succeed.
func (n *node) all(ctx context.Context, elems []rpc.BatchElem) error {
	if err := n.batch(ctx, elems); err != nil {
		return err
	}
	return firstError(elems)
}

func firstError(elems []rpc.BatchElem) error {
	for _, e := range elems {
		if e.Error != nil {
			return fmt.Errorf("%s: %w", e.Method, e.Error)
		}
	}
	return nil
}

// blank clears what another node may have answered before: JSON fills in the
// fields that it has and leaves the others.
func blank(result any) {
	if v := reflect.ValueOf(result); v.Kind() == reflect.Pointer && !v.IsNil() {
		v.Elem().SetZero()
	}
}

// look asks a node which chain it is on and how far. Nothing else is asked of one
// that has not been looked at.
func (n *node) look(ctx context.Context) (found sight, err error) {
	if err := n.dial(ctx); err != nil {
		return found, err
	}
	var id hexutil.Uint64
	var first, newest *header
	elems := []rpc.BatchElem{{Method: "eth_chainId", Result: &id}, blockElem(&first, "0x0"), blockElem(&newest, latestTag)}
	if err := n.oneBatch(ctx, elems); err != nil {
		return found, err
	}
	if elems[0].Error != nil {
		return found, fmt.Errorf("read chain id: %w", elems[0].Error)
	}
	found.chainID = uint64(id)
	if elems[1].Error == nil && first.known() {
		found.genesis = first.Hash
	}
	if elems[2].Error == nil && newest.known() {
		found.head = uint64(*newest.Number)
	}
	return found, nil
}

// sight is what a look at a node saw; genesis is zero if it did not say.
type sight struct {
	chainID uint64
	genesis common.Hash
	head    uint64
}

// failed says whether an error is the node's failure, so that another may do
// better, and not its answer: what one node refuses, each would.
func failed(err error) bool {
	var (
		status   rpc.HTTPError
		answered rpc.Error
		reverted *Revert
	)
	switch {
	case err == nil, errors.Is(err, mint.ErrUnknownBlock), errors.Is(err, errMoved), errors.As(err, &reverted):
		return false
	case errors.As(err, &status):
		return status.StatusCode != http.StatusBadRequest && status.StatusCode != http.StatusRequestEntityTooLarge
	case errors.As(err, &answered):
		return limited(answered)
	}
	return true
}

// limited says whether a node refuses because it was asked too often.
func limited(answered rpc.Error) bool {
	text := strings.ToLower(answered.Error())
	return answered.ErrorCode() == http.StatusTooManyRequests || strings.Contains(text, "rate limit") || strings.Contains(text, "too many requests")
}

// errMoved: the chain moved on, to another branch, while something was read.
var errMoved = errors.New("the chain moved while it was read")

// complaint is what we have against a node, in words of our own.
type complaint string

func (c complaint) Error() string { return string(c) }

// complain tells strangers why a node is set aside. Nothing of what it said
// itself, a status line or a message, is repeated: that may hold a provider's key.
func complain(err error) error {
	var (
		ours      complaint
		status    rpc.HTTPError
		answered  rpc.Error
		transport net.Error
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &status):
		return complaint(fmt.Sprintf("answers with HTTP status %d", status.StatusCode))
	case errors.As(err, &answered) && limited(answered):
		return complaint("refuses to be asked so often")
	case errors.As(err, &transport) && transport.Timeout():
		return complaint("does not answer in time")
	case errors.As(err, &transport):
		return complaint("cannot be reached")
	}
	return complaint("does not answer as a node does")
}

// unnamed takes out of an error what may hold a provider's key: the URL, and the
// page that came instead of an answer.
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
