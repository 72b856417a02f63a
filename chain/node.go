package chain

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/weburl"
)

// node is one JSON-RPC endpoint. Requests that must fit together go to one node; see
// pool.
type node struct {
	host     string        // shown to people, since the URL may hold keys
	provider string        // the host in the URL, which several nodes may have
	url      string        // "" if the connection was given
	size     func() int    // maximum requests per batch
	patience time.Duration // timeout of one request; see [node.limited]
	of       *pool         // the pool it belongs to

	conn    atomic.Pointer[rpc.Client] // nil until the first dial succeeds
	bulk    gauge                      // learned limit of requests per batch
	span    gauge                      // learned limit of blocks per eth_getLogs
	sending chan struct{}              // holds a token for each send in progress
	timings timings

	health // guarded by pool.mu
}

// CheckURL returns an error unless a URL can be a node's. The error does not contain it.
func CheckURL(address string) error {
	_, err := parseURL(address)
	return err
}

func parseURL(address string) (*url.URL, error) {
	u, err := weburl.Parse(address, "https", "http", "wss", "ws")
	if err != nil {
		return nil, fmt.Errorf("the URL of a node: %w", err)
	}
	return u, nil
}

// newNode parses a URL. Its errors do not contain the URL.
func newNode(address string) (*node, error) {
	u, err := parseURL(address)
	if err != nil {
		return nil, err
	}
	return &node{host: u.Host, provider: u.Host, url: address, sending: make(chan struct{}, maxSends)}, nil
}

// dial connects, if there is no connection yet. A WebSocket needs a round trip for
// that; later it reconnects automatically.
func (n *node) dial(ctx context.Context) error {
	if n.conn.Load() != nil {
		return nil
	}
	conn, err := rpc.DialOptions(ctx, n.url, rpc.WithHTTPClient(&http.Client{
		Timeout: callTimeout, Transport: notingTransport{transport}, CheckRedirect: sameHost,
	}))
	if err != nil {
		return fmt.Errorf("dial node: %w", unnamed(err))
	}
	if !n.conn.CompareAndSwap(nil, conn) {
		conn.Close()
	}
	return nil
}

// sameHost follows a redirect to another path or to TLS, but not to a host that was not
// configured.
func sameHost(to *http.Request, via []*http.Request) error {
	if len(via) > 3 || to.URL.Hostname() != via[0].URL.Hostname() {
		return http.ErrUseLastResponse
	}
	return nil
}

// ask makes one request. A transaction is sent immediately, and only once. Other
// requests wait while the node pauses, and are retried once if no other node can answer
// instead.
func (n *node) ask(ctx context.Context, result any, method string, args ...any) error {
	if method == "eth_sendRawTransaction" {
		return n.request(ctx, result, method, args...)
	}
	return n.withRetry(ctx, func() error { return n.request(ctx, result, method, args...) })
}

// request makes one round trip.
func (n *node) request(ctx context.Context, result any, method string, args ...any) error {
	blank(result)
	elems := []rpc.BatchElem{{Method: method, Result: result}}
	return n.timed(ctx, elems, func(ctx context.Context, elems []rpc.BatchElem) error {
		var said note
		err := n.conn.Load().CallContext(noting(ctx, &said), elems[0].Result, method, args...)
		return n.noteBusy(readError(err, method, &said, n.of.clock()))
	})
}

type detachedKey struct{}

// detached returns a context whose requests go on when it ends, until the node answers
// or its patience ends: only so a node that hangs is told from one that is slow.
func detached(ctx context.Context) context.Context {
	return context.WithValue(ctx, detachedKey{}, true)
}

// timed makes one round trip for the requests, and records what it shows about the node.
// With a context that is detached, the round trip goes on after the context ended. Then a
// failure sets the node aside, and the results stay as they are.
func (n *node) timed(ctx context.Context, elems []rpc.BatchElem, call func(context.Context, []rpc.BatchElem) error) error {
	if ctx.Value(detachedKey{}) == nil {
		return n.measured(ctx, elems, call)
	}
	if err := ctx.Err(); err != nil {
		return err // another node answered
	}
	own, done := fresh(elems), make(chan error, 1)
	go func() { done <- n.measured(context.WithoutCancel(ctx), own, call) }()
	select {
	case err := <-done:
		deliver(elems, own)
		return err
	case <-ctx.Done():
		go func() {
			if err := <-done; kindOf(err) == broken {
				n.of.markFailed(n, err)
			}
		}()
		return ctx.Err()
	}
}

func (n *node) measured(ctx context.Context, elems []rpc.BatchElem, call func(context.Context, []rpc.BatchElem) error) error {
	ctx, tooLate, ends := n.limited(ctx)
	defer ends()
	began := time.Now()
	err := call(ctx, elems)
	if err != nil && tooLate() {
		err = readError(context.DeadlineExceeded, elems[0].Method, nil, n.of.clock())
	}
	if failed(err) {
		return err
	}
	if !slices.ContainsFunc(methods(elems), costly) {
		n.timings.add(time.Since(began))
	}
	n.of.mu.Lock()
	defer n.of.mu.Unlock()
	n.hung = false
	return err
}

// costly reports whether a request of the method takes a node long by nature.
func costly(method string) bool {
	return method == "eth_getLogs" || method == "eth_getBlockReceipts"
}

// blank clears the answer of an earlier node: JSON decoding overwrites only the fields
// that are present.
func blank(result any) {
	if v := reflect.ValueOf(result); v.Kind() == reflect.Pointer && !v.IsNil() {
		v.Elem().SetZero()
	}
}

// probe asks a node for its chain and its newest block. With several nodes, it also
// tests the methods that we need. A node gets no other request before its first probe.
func (n *node) probe(ctx context.Context) (found probeResult, err error) {
	if err := n.dial(ctx); err != nil {
		return found, err
	}
	var id hexutil.Uint64
	var first, newest, finalized, held *header
	elems := []rpc.BatchElem{{Method: "eth_chainId", Result: &id}, blockElem(&first, "0x0"), blockElem(&newest, latestTag)}
	final := n.of.lastFinal.Load()
	if len(n.of.all) > 1 {
		elems = append(elems, blockElem(&finalized, finalizedTag))
		if final != nil {
			elems = append(elems, blockElem(&held, hexutil.EncodeUint64(final.Number)))
		}
	}
	if err := n.batch(ctx, elems); err != nil {
		return found, err
	}
	if elems[0].Error != nil {
		return found, fmt.Errorf("read chain id: %w", elems[0].Error)
	}
	found.chainID = uint64(id)
	found.genesis, found.unproven = n.genesis(ctx, found.chainID, first, elems[1].Error)
	if elems[2].Error == nil && newest.known() {
		found.newest = newest.block()
	}
	if finalized.known() && elems[3].Error == nil {
		found.final = finalized.block()
	}
	if held.known() && elems[4].Error == nil {
		found.hasFinal = held.Hash == final.Hash
		found.lacksFinal = !found.hasFinal
	}
	if len(n.of.all) > 1 {
		return found, n.examine(ctx, found.newest.Number)
	}
	return found, nil
}

// examine makes typical requests for logs, state and a receipt, and records which of
// them the node refuses. It fails if the node lacks the block maxLag below its newest.
func (n *node) examine(ctx context.Context, newest uint64) error {
	var (
		logs    []any
		state   hexutil.Bytes
		receipt any
		near    *header
	)
	at := hexutil.Uint64(newest)
	elems := []rpc.BatchElem{
		{Method: "eth_getLogs", Args: []any{filter{From: at, To: at, Address: []common.Address{{}}, Topics: [][]common.Hash{{mintedTopic}}}}, Result: &logs},
		{Method: "eth_call", Args: []any{callTo(common.Address{}, nil), latestTag}, Result: &state},
		{Method: "eth_getTransactionReceipt", Args: []any{common.Hash{1}}, Result: &receipt},
		blockElem(&near, hexutil.EncodeUint64(newest-min(newest, maxLag))),
	}
	if err := n.batch(ctx, elems); err != nil {
		return err
	}
	for _, e := range elems[:3] {
		switch kindOf(e.Error) {
		case lacks, denied:
			n.of.refuses(n, e.Method)
		case fine:
			n.of.serves(n, e.Method)
		}
	}
	if elems[3].Error == nil && !near.known() {
		return nodeError(fmt.Sprintf("it reports block %d as its newest but lacks the blocks before it", newest))
	}
	return nil
}

// identity tells chains apart. Either part is zero if unknown; genesis is the hash of block 0.
type identity struct {
	chainID uint64
	genesis common.Hash
}

func (i *identity) known() bool { return i.genesis != (common.Hash{}) }

// probeResult is the result of a probe of a node. genesis, newest and final are zero if
// the node did not return them.
type probeResult struct {
	identity
	newest, final mint.Block
	unproven      error // why genesis is zero
	// hasFinal: it has the newest final block that we know of; lacksFinal: it has
	// another block with that number.
	hasFinal, lacksFinal bool
}

// isWebSocket reports whether a node's URL supports announcements.
func (n *node) isWebSocket() bool { return strings.HasPrefix(n.url, "ws") }

// verified returns the nodes seen to be on our chain, healthy or not.
func (p *pool) verified() []*node {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.all), func(n *node) bool { return !n.verified })
}
