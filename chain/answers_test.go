package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/chain/usual"
)

// canned is an HTTP transport that answers every request with a text.
type canned []byte

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	return &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c)), ContentLength: int64(len(c)), Request: r}, nil
}

// cannedNode returns a node that answers every request with a text, and that client alone. The
// first batch of each has the ids from 1 on.
func cannedNode(t testing.TB, text []byte) (*node, *rpc.Client) {
	dial := func(over http.RoundTripper) *rpc.Client {
		c, err := rpc.DialOptions(context.Background(), "http://127.0.0.1:1", rpc.WithHTTPClient(&http.Client{Transport: over}))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	n := &node{of: &pool{clock: time.Now}}
	n.conn.Store(dial(notingTransport{canned(text)}))
	return n, dial(canned(text))
}

// cannedResults are places for the results of a batch of four.
type cannedResults struct {
	Receipt *receipt
	Logs    logList
	Plain   *receipt
	Any     json.RawMessage
}

func (r *cannedResults) elems() []rpc.BatchElem {
	return []rpc.BatchElem{{Method: "eth_getTransactionReceipt", Result: &r.Receipt}, {Method: "eth_getLogs", Result: &r.Logs},
		{Method: "eth_getTransactionReceipt", Result: &r.Plain}, {Method: "eth_call", Result: &r.Any}}
}

// usualReceiptText is a receipt as go-ethereum's nodes write it.
var usualReceiptText = `{"blockHash":"0xac32c7b1a83a8b64465823294911c9c750d8a41c3db23cefc6ad2066e6ab1836","blockNumber":"0xd","contractAddress":null,` +
	`"cumulativeGasUsed":"0x1f2a3","effectiveGasPrice":"0x3b9aca07","from":"0x9dae2d3581fb3e679232464b5d4a26bf96be8d44","gasUsed":"0x1f2a3",` +
	`"logs":[` + usualLog + `],"logsBloom":"0x` + strings.Repeat("00", 256) + `","status":"0x1","to":"0x9dae2d3581fb3e679232464b5d4a26bf96be8d44",` +
	`"transactionHash":"0xac32c7b1a83a8b64465823294911c9c750d8a41c3db23cefc6ad2066e6ab1836","transactionIndex":"0x0","type":"0x2"}`

func answerText(id int, result string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%s}`, id, result)
}

func usualAnswer() string {
	return "[" + strings.Join([]string{answerText(1, usualReceiptText), answerText(2, "["+usualLog+"]"), answerText(3, usualReceiptText), answerText(4, `"0x"`)}, ",") + "]"
}

// FuzzAnswersAreReadAsGoEthereumReadsThem: a batch has the same results and fails in the same
// cases, whether its results are cut out of the answer or the client reads it whole.
func FuzzAnswersAreReadAsGoEthereumReadsThem(f *testing.F) {
	usual := usualAnswer()
	f.Add([]byte(usual))
	for _, c := range [][2]string{
		{`"id":2,`, `"id":"2",`}, {`"id":2,`, `"id":null,`}, {`"id":2,`, ``}, {`"id":2,`, `"id":2.0,`}, {`"id":2,`, `"id":1,`}, {`"id":2,`, `"id":9,`}, {`"id":2,`, `"ID":2,`},
		{`"id":2,`, `"id":2,"id":3,`}, {`"result":"0x"`, `"result":null`}, {`"result":"0x"`, `"error":{"code":-32000,"message":"no"}`}, {`"result":"0x"`, `"result":"0x","error":null`},
		{`"result":"0x"`, `"result":0`}, {`"result":"0x"`, `"result":{"result":[1,{}]}`}, {`"result":"0x"`, `"result":"0x","result":"0x1"`}, {`"result":"0x"`, `"Result":"0x"`},
		{`"result":"0x"`, `"result":tru`}, {`"result":"0x"`, `"result":1e`}, {`"result":"0x"`, `"result":[1,]`}, {`"result":"0x"`, `"result":{]`}, {`"result":"0x"`, `"result":"\u0030x"`}, {`"result":"0x"`, `"result":{"a":"\"}","b":1}`}, {`"result":"0x"`, `"result":"\","jsonrpc":"\""`},
		{`"result":"0x"`, "\"result\":\"\x00\""}, {`"result":"0x"`, `"result":`}, {`"result":"0x"`, `"result":-`}, {`"result":"0x"`, `"result":"0x"}]{`}, {`"result":"0x"}]`, `"result":"0x"`},
		{`"result":"0x"}]`, `"result":"0x"},]`}, {`"result":"0x"}]`, `"result":"0x"}] `}, {`"result":"0x"}]`, `"result":"0x"}]x`}, {`"result":"0x"}]`, `"result":"0x"},null,{}]`},
		{`"logs":[`, `"logs":null,"other":[`}, {`"logs":[`, `"logs":[],"logs":[`}, {`"logs":[`, `"logs":[{}],"logs":[`}, {`"logs":[`, `"LOGS":[],"logs":[`}, {`"logs":[`, `"Logs":[`}, {`"logs":[`, `"logs":[],"Logs":[`},
		{`"logsBloom":"0x`, "\"logsBloom\":\"\n0x"}, {`"logsBloom":"0x`, `"logsBloom":[],"x":"0x`}, {`"status":"0x1"`, `"status":"0x1","status":"0x0"`}, {`"status":"0x1"`, `"status":1`},
		{`"status":"0x1"`, `"status":null`}, {`"status":"0x1"`, "\"status\":\"0x1\",\"a\tb\":1"}, {`"status":"0x1"`, `"STATUS":"0x0"`}, {`"removed":false`, `"removed":false,"x":tru`},
		{`"removed":false`, "\"removed\":false,\"x\":\"\n\""}, {`"removed":false`, "\"removed\":false,\"x\ny\":1"}, {`"removed":false`, `"removed":false,"x":01`}, {usualReceiptText, "null"},
		{usualReceiptText, "{}"}, {usualReceiptText, `{"logs":[]}`}, {usualReceiptText, "[]"}, {usual, ""}, {usual, answerText(1, `"0x"`)}, {usual, answerText(1, "{}") + "]"}, {usual, answerText(1, "{]")}, {usual, answerText(1, "null")}, {usual, "[]"}, {usual, "{}"}, {usual, "null"}, {usual, "[[]]"}, {usual, " [ { } ] "},
		{usual, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}`}, {usual, strings.Repeat("[", 20000)}, {usual, "[{\"result\":" + strings.Repeat("[", 20000)},
	} {
		f.Add([]byte(strings.Replace(usual, c[0], c[1], 1)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Contains(text, []byte("error")) && bytes.Contains(text, []byte("null")) {
			return // see the next test
		}
		n, alone := cannedNode(t, text)
		var one, other json.RawMessage
		oneErr, otherErr := n.conn.Load().CallContext(noting(context.Background(), &note{}), &one, "eth_call"), alone.CallContext(context.Background(), &other, "eth_call")
		if (oneErr == nil) != (otherErr == nil) || !bytes.Equal(one, other) {
			t.Fatalf("%q: %s %v, and by go-ethereum %s %v", text, one, oneErr, other, otherErr)
		}
		n, alone = cannedNode(t, text)
		var got, want cannedResults
		asked, expected := got.elems(), want.elems()
		gotErr, wantErr := n.listOnce(context.Background(), asked), alone.BatchCallContext(context.Background(), expected)
		var fault error
		if fault = readError(wantErr, "", nil, time.Now()); fault == nil {
			for i := range expected {
				if err := readError(expected[i].Error, expected[i].Method, nil, time.Now()); !whole(err) {
					fault = err
				}
			}
		}
		if (gotErr == nil) != (fault == nil) {
			t.Fatalf("%q: %v, and by go-ethereum %v", text, gotErr, fault)
		}
		if fault != nil {
			return // the batch is asked again
		}
		for i := range asked {
			if (asked[i].Error == nil) != (expected[i].Error == nil) {
				t.Fatalf("%q: %d: %v, and by go-ethereum %v", text, i, asked[i].Error, expected[i].Error)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\n%+v, and by go-ethereum\n%+v", text, got, want)
		}
	})
}

// JSON-RPC 1.0 demands it, and go-ethereum's client reads it as an error.
func TestAnErrorThatIsNullBesideAResultIsNone(t *testing.T) {
	text := strings.Replace(answerText(1, `"0x2a"`), `"id":1,`, `"error": null, "id":1,`, 1)
	n, _ := cannedNode(t, []byte(text))
	var got string
	if err := n.conn.Load().CallContext(noting(t.Context(), &note{}), &got, "eth_call"); err != nil || got != "0x2a" {
		t.Errorf("alone: %q, %v", got, err)
	}
	n, _ = cannedNode(t, []byte("["+strings.ReplaceAll(usualAnswer()[1:], `"jsonrpc":"2.0",`, `"error":null,`)))
	var all cannedResults
	elems := all.elems()
	if err := n.listOnce(t.Context(), elems); err != nil || firstError(elems) != nil || len(all.Logs) != 1 || string(all.Any) != `"0x"` {
		t.Errorf("in a list: %v, %v", err, firstError(elems))
	}
	n, _ = cannedNode(t, []byte(`[{"id":1,"error":null}]`))
	if err := n.listOnce(t.Context(), (&cannedResults{}).elems()); err == nil {
		t.Error("an answer without a result and without an error is none")
	}
}

func TestUsualAnswersAreReadDirectly(t *testing.T) {
	for _, text := range []string{usualAnswer(), strings.ReplaceAll(usualAnswer(), ",", " ,\r\n\t")} {
		short, results, ok := usual.Results([]byte(text))
		if !ok || len(results) != 4 || len(short) > 300 {
			t.Fatalf("%d results are cut out of it (%v), %d bytes are left", len(results), ok, len(short))
		}
		if r := new(receipt); !r.direct(results[0]) || len(r.Logs) != 1 || r.Hash == (common.Hash{}) {
			t.Errorf("its receipt is %+v", r)
		}
	}
}

func BenchmarkReceipts(b *testing.B) {
	logs := strings.Repeat(usualLog+",", 299) + usualLog
	one := strings.Replace(usualReceiptText, usualLog, logs, 1)
	for _, how := range []string{"cut", "whole"} {
		b.Run(how, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n, alone := cannedNode(b, []byte("["+answerText(1, one)+","+answerText(2, one)+"]"))
				found, elems := receiptElems([]common.Hash{{1}, {2}})
				var err error
				if how == "cut" {
					err = n.listOnce(b.Context(), elems)
				} else {
					err = alone.BatchCallContext(b.Context(), elems)
				}
				if err != nil || elems[0].Error != nil || len(found[1].Logs) != 300 {
					b.Fatal(err, elems[0].Error)
				}
			}
		})
	}
}
