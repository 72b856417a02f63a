package chain

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/ethereum/go-ethereum/rpc"
)

// maxReceiptBatch is how many receipts are requested at once. The receipt of a full batch
// has 400 kB, and nodes limit an answer to 25 MB.
const maxReceiptBatch = 40

// batch sends the requests in as few round trips as the node accepts. The error is a
// failure of the node; the error of a single request is in its element.
func (n *node) batch(ctx context.Context, elems []rpc.BatchElem) error {
	return n.batches(ctx, elems, n.size())
}

// batches is batch with at most `most` requests at a time.
//
// Nodes refuse a batch that is too large for them in many ways: an HTTP status with or
// without a body, an error object in place of a list, a list of errors, a list with
// holes, a closed connection. In all these cases the requests are retried in smaller
// batches, down to single ones. If a single request fails as its batch did, the failure
// belongs to the request, and the batch limit stays as it is.
func (n *node) batches(ctx context.Context, elems []rpc.BatchElem, limit int) error {
	size := int(n.bulk.next(uint64(n.size())))
	failed, tries := 0, 0 // the smallest batch that failed without a reason
	for rest := elems; len(rest) > 0; {
		k := min(size, limit, len(rest))
		err := n.round(ctx, rest[:k])
		if err == nil {
			n.bulk.took(uint64(k))
			rest = rest[k:]
			if failed > 0 {
				size = min(2*size, failed-1)
			}
			continue
		}
		if tries++; k == 1 || tries > 32 || ctx.Err() != nil {
			return err
		}
		switch t := toTrouble(err); {
		case t.kind == bulky:
			n.bulk.refuse(uint64(k), named(t.words, uint64(k), batchLimits))
			size = int(n.bulk.next(uint64(n.size())))
		case t.partly, isTimeout(t):
			n.bulk.doubts(uint64(k)) // the next one may be smaller
			return err
		case !n.mayBeSize(t):
			return err
		case t.status >= http.StatusBadGateway:
			failed, size = k, 1 // more likely the node is at fault
		default:
			failed, size = k, max(k/4, 1)
		}
	}
	if failed > 0 {
		n.bulk.doubts(uint64(failed))
	}
	return nil
}

// mayBeSize reports whether a batch may have failed because of its size.
func (n *node) mayBeSize(t *trouble) bool {
	switch t.kind {
	case many:
		return !says(t.words, "log", "block range", "results")
	case denied, lacks:
		return true
	case broken:
		return !isTimeout(t) && !unreachable(t) && t.status != http.StatusUnauthorized && t.status != http.StatusPaymentRequired
	}
	return false
}

// round sends the requests in one round trip. It fails as a whole if one element has no
// answer or one that cannot be decoded, if the node was too busy for one, or if it says
// that the batch is too large.
func (n *node) round(ctx context.Context, elems []rpc.BatchElem) error {
	if len(elems) == 1 {
		e := &elems[0]
		err := n.ask(ctx, e.Result, e.Method, e.Args...)
		if e.Error = nil; !whole(err) {
			return fmt.Errorf("%s: %w", e.Method, err)
		}
		e.Error = err
		return nil
	}
	return n.withRetry(ctx, func() error { return n.list(ctx, elems) })
}

// list sends several requests as one JSON-RPC batch.
func (n *node) list(ctx context.Context, elems []rpc.BatchElem) error {
	for i := range elems {
		elems[i].Error = nil
		blank(elems[i].Result)
	}
	return n.timed(ctx, elems, n.listOnce)
}

func (n *node) listOnce(ctx context.Context, elems []rpc.BatchElem) error {
	said := note{batch: true}
	asked := cut(elems, &said)
	if err := n.conn.Load().BatchCallContext(noting(ctx, &said), asked); err != nil {
		return n.noteBusy(readError(err, "", &said, n.of.clock()))
	}
	var worst error
	answers := 0
	for i := range elems {
		e := &elems[i]
		if e.Error = readError(asked[i].Error, e.Method, nil, n.of.clock()); whole(e.Error) {
			answers++
			continue
		}
		if t := toTrouble(e.Error); t.kind == busy && t.pause == 0 {
			t.pause = retryAfter(said.retryAfter, said.date, n.of.clock())
		}
		if worst == nil || kindOf(worst) == broken {
			worst = fmt.Errorf("%s: %w", e.Method, e.Error)
		}
	}
	if t := toTrouble(worst); t.kind == busy {
		t.partly = answers > 0
	}
	return n.noteBusy(worst)
}

// whole reports whether a request's error leaves the rest of its batch valid.
func whole(err error) bool {
	switch k := kindOf(err); k {
	case busy, broken, bulky:
		return false
	case many:
		return says(toTrouble(err).words, "log", "block range", "results")
	default:
		return true
	}
}

// all is a batch that fails if one of its requests fails.
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

// result decodes a result of a batch into the value for it. It implements [json.Unmarshaler].
type result struct {
	into any
	of   *note
}

// UnmarshalJSON decodes a result. If it was cut out of the answer, data is its position.
func (r *result) UnmarshalJSON(data []byte) error {
	if r.of.results == nil {
		return json.Unmarshal(data, r.into)
	}
	at, err := strconv.Atoi(string(data))
	if err != nil {
		return err
	}
	return decode(r.of.results[at], r.into)
}

// cut returns the requests with what decodes their results.
func cut(elems []rpc.BatchElem, n *note) []rpc.BatchElem {
	made := make([]rpc.BatchElem, len(elems))
	for i, e := range elems {
		made[i] = rpc.BatchElem{Method: e.Method, Args: e.Args, Result: &result{e.Result, n}}
	}
	return made
}

// direct is a value that can be decoded in fewer passes if it is in the form that nodes use. It returns
// false if it is not.
type direct interface{ direct(data []byte) bool }

// decode is [json.Unmarshal], in fewer passes if it can.
func decode(data []byte, into any) error {
	if d, ok := into.(direct); ok && d.direct(data) {
		return nil
	}
	if to := reflect.ValueOf(into).Elem(); to.Kind() == reflect.Pointer {
		made := reflect.New(to.Type().Elem())
		if d, ok := made.Interface().(direct); ok && d.direct(data) {
			to.Set(made)
			return nil
		}
	}
	return json.Unmarshal(data, into)
}
