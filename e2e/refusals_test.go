package e2e

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
)

// How providers refuse, limit, overcharge and keep silent.

var refusals = []behaviour{
	{"a bound on the blocks of logs", func(d *dice, s *shop) *fault {
		limit := uint64(pick(d, 1, 2, 3, 10, 500, 10_000))
		text := pick(d, fmt.Sprintf("eth_getLogs is limited to a %d range", limit), "query exceeds max block range", "block range is too wide",
			fmt.Sprintf("Log response size exceeded. You can make eth_getLogs requests with up to a %d block range.", limit))
		code, status := pick(d, -32005, -32600, -32602, -32614), pick(d, 200, 400)
		return boundOnLogs(limit, status, code, text)
	}},
	{"a bound on batches", func(d *dice, s *shop) *fault {
		limit := pick(d, 1, 2, 3, 5, 10)
		kind := d.n(4)
		return &fault{request: func(x *exchange) bool {
			switch {
			case len(x.calls) <= limit:
				return false
			case kind == 0:
				return x.http(500, fmt.Sprintf(`{"id":null,"jsonrpc":"2.0","error":{"message":"Batch of more than %d requests are not allowed on free tier, to use this feature register paid account","code":31}}`, limit), "Content-Type", "application/json")
			case kind == 1:
				return x.http(200, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}`, "Content-Type", "application/json")
			case kind == 2:
				return x.http(413, "Payload Too Large")
			}
			return x.refuseAll(200, -32005, fmt.Sprintf("batch limit exceeded: maximum %d", limit))
		}}
	}},
	{"a bound on the size of answers", func(d *dice, s *shop) *fault {
		limit := pick(d, 4_000, 10_000, 40_000)
		return &fault{body: func(x *exchange, b []byte) []byte {
			if len(b) <= limit || len(x.calls) == 1 {
				return b
			}
			return []byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32008,"message":"response size should not greater than 10000000 bytes"}}`)
		}}
	}},
	{"429 with Retry-After", func(d *dice, s *shop) *fault { return tooMany(d, "Retry-After", "1") }},
	{"429", func(d *dice, s *shop) *fault { return tooMany(d) }},
	{"rate limited with HTTP 200", func(d *dice, s *shop) *fault {
		one := 1 + d.n(4)
		code, text := pick(d, -32005, -32007, -32029, 429), pick(d, "limit exceeded", "daily request count exceeded, request rate limited", "project ID request rate exceeded", "your app has exceeded its compute units per second capacity")
		return &fault{call: func(x *exchange, m *message) *message {
			if d.in(one) {
				return m.refuses(code, text)
			}
			return nil
		}}
	}},
	{"one method not supported", func(d *dice, s *shop) *fault {
		method := pick(d, "eth_maxPriorityFeePerGas", "eth_feeHistory", "eth_getBlockReceipts", "eth_getLogs", "eth_call", "eth_getBalance", "eth_getTransactionReceipt", "eth_sendRawTransaction")
		return &fault{call: func(x *exchange, m *message) *message {
			if m.Method == method {
				return m.refuses(-32601, "the method "+method+" does not exist/is not available")
			}
			return nil
		}}
	}},
	{"403", func(d *dice, s *shop) *fault {
		return &fault{request: func(x *exchange) bool {
			return x.http(403, "<html>Access denied | error 1020</html>", "Content-Type", "text/html")
		}}
	}},
	{"502 and 503", func(d *dice, s *shop) *fault {
		status, one := pick(d, 502, 503), 1+d.n(3)
		return &fault{request: func(x *exchange) bool {
			return d.in(one) && x.http(status, "<html><body>Service Temporarily Unavailable</body></html>", "Content-Type", "text/html")
		}}
	}},
	{"HTTP 200 with a page", func(d *dice, s *shop) *fault {
		one := 1 + d.n(3)
		return &fault{request: func(x *exchange) bool {
			return d.in(one) && x.http(200, "<!doctype html><title>Sign in</title>", "Content-Type", "text/html")
		}}
	}},
	{"garbage", func(d *dice, s *shop) *fault {
		one, kind := 1+d.n(3), d.n(5)
		return &fault{body: func(x *exchange, b []byte) []byte {
			if !d.in(one) {
				return b
			}
			return [][]byte{b[:len(b)/2], []byte("{}"), []byte("null"), []byte(`{"jsonrpc":"2.0","id":1}`), []byte("\x00\xff\x1b[2J")}[kind]
		}}
	}},
	{"answers in disorder", func(d *dice, s *shop) *fault {
		kind := d.n(3)
		return &fault{body: func(x *exchange, b []byte) []byte {
			var all []json.RawMessage
			if json.Unmarshal(b, &all) != nil || len(all) < 2 {
				return b
			}
			switch kind {
			case 0:
				all[0], all[len(all)-1] = all[len(all)-1], all[0]
			case 1:
				all = all[:len(all)-1]
			default:
				all = append(all, all[0])
			}
			b, _ = json.Marshal(all)
			return b
		}}
	}},
	{"results left out", func(d *dice, s *shop) *fault {
		one, with := 2+d.n(4), pick(d, "null", `"0x"`, `{}`)
		return &fault{answer: func(x *exchange, asked, m *message) {
			if d.in(one) {
				m.Error, m.Result = nil, json.RawMessage(with)
			}
		}}
	}},
	{"silence", func(d *dice, s *shop) *fault {
		one := 1 + d.n(3)
		return &fault{request: func(x *exchange) bool {
			if d.in(one) {
				x.hold()
			}
			return false
		}}
	}},
	{"answers that drip", func(d *dice, s *shop) *fault {
		return &fault{request: func(x *exchange) bool {
			answers, err := x.answers()
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			x.say(answers[:1:1]) // a slow half answer: the first call's
			_ = http.NewResponseController(x.w).Flush()
			x.hold()
			panic(http.ErrAbortHandler)
		}}
	}},
	{"connections that are cut", func(d *dice, s *shop) *fault {
		one := 1 + d.n(3)
		return &fault{request: func(x *exchange) bool {
			if d.in(one) {
				panic(http.ErrAbortHandler)
			}
			return false
		}}
	}},
	{"slow answers", func(d *dice, s *shop) *fault {
		most := time.Duration(200+d.n(1300)) * time.Millisecond
		return &fault{request: func(x *exchange) bool {
			select {
			case <-time.After(most):
			case <-x.r.Context().Done():
			}
			return false
		}}
	}},
	{"a tip of 50,000 gwei", func(d *dice, s *shop) *fault {
		return saying("eth_maxPriorityFeePerGas", `"0x2d79883d2000"`)
	}},
	{"a base fee of 10,000 gwei", func(d *dice, s *shop) *fault {
		return &fault{answer: func(x *exchange, asked, m *message) {
			if asked.Method != "eth_getBlockByNumber" && asked.Method != "eth_getBlockByHash" {
				return
			}
			var b map[string]json.RawMessage
			if json.Unmarshal(m.Result, &b) == nil && b["baseFeePerGas"] != nil {
				b["baseFeePerGas"] = quantity(10_000_000_000_000)
				m.Result, _ = json.Marshal(b)
			}
		}}
	}},
	{"a history of fees that lies", func(d *dice, s *shop) *fault {
		wei := pick(d, "0x0", "0x2d79883d2000", "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")
		return &fault{answer: func(x *exchange, asked, m *message) {
			if asked.Method != "eth_feeHistory" && asked.Method != "eth_gasPrice" && asked.Method != "eth_maxPriorityFeePerGas" {
				return
			}
			var h map[string]any
			if json.Unmarshal(m.Result, &h) != nil {
				m.Result = json.RawMessage(`"` + wei + `"`)
				return
			}
			for _, of := range []string{"reward", "baseFeePerGas"} {
				m.Result, _ = json.Marshal(lied(h, of, wei))
			}
		}}
	}},
	{"sends that are taken and not answered", func(d *dice, s *shop) *fault {
		one := 1 + d.n(2)
		return &fault{request: func(x *exchange) bool {
			if !x.has("eth_sendRawTransaction", "eth_sendRawTransactionSync") || !d.in(one) {
				return false
			}
			_, _ = x.answers()
			x.hold()
			panic(http.ErrAbortHandler)
		}}
	}},
	{"sends that are lost", func(d *dice, s *shop) *fault {
		one, known := 1+d.n(3), d.in(3)
		return sending(func(x *exchange, m *message) *message {
			switch {
			case !d.in(one):
				return nil
			case known:
				return m.refuses(-32000, "already known")
			}
			return m.says(`"` + m.transaction().Hash().Hex() + `"`)
		})
	}},
	{"a least tip", func(d *dice, s *shop) *fault {
		least := big.NewInt(int64(pick(d, 2, 5, 25, 40, 400)) * 1e9)
		suggests := d.in(2)
		f := sending(func(x *exchange, m *message) *message {
			if has := m.transaction().GasTipCap(); has.Cmp(least) < 0 {
				return m.refuses(-32000, fmt.Sprintf("transaction underpriced: gas tip cap %s, minimum needed %s", has, least))
			}
			return nil
		})
		send := f.call
		f.call = func(x *exchange, m *message) *message {
			if m.Method == "eth_maxPriorityFeePerGas" {
				if !suggests {
					return m.refuses(-32601, "the method eth_maxPriorityFeePerGas does not exist/is not available")
				}
				return m.says(`"` + hexutil.EncodeBig(least) + `"`)
			}
			return send(x, m)
		}
		return f
	}},
	{"a bound on the bytes of a transaction", func(d *dice, s *shop) *fault {
		limit := uint64(pick(d, 700, 1_000, 1_500, 3_000))
		return sending(func(x *exchange, m *message) *message {
			if size := m.transaction().Size(); size > limit {
				return m.refuses(-32000, fmt.Sprintf("oversized data: transaction size %d, limit %d", size, limit))
			}
			return nil
		})
	}},
	{"a bound on the gas of a transaction", func(d *dice, s *shop) *fault {
		limit := uint64(pick(d, 300_000, 500_000, 1_000_000))
		return sending(func(x *exchange, m *message) *message {
			if m.transaction().Gas() > limit {
				return m.refuses(-32000, "exceeds block gas limit")
			}
			return nil
		})
	}},
	{"sends refused for no good reason", func(d *dice, s *shop) *fault {
		text := pick(d, "nonce too low", "replacement transaction underpriced", "insufficient funds for gas * price + value", "txpool is full", "internal error")
		one := 1 + d.n(3)
		return sending(func(x *exchange, m *message) *message {
			if d.in(one) {
				return m.refuses(-32000, text)
			}
			return nil
		})
	}},
}

// refuseAll answers each call of a request with the same error.
func (x *exchange) refuseAll(status, code int, text string) bool {
	x.w.WriteHeader(status)
	answers := make([]message, len(x.calls))
	for i := range answers {
		answers[i] = *x.calls[i].refuses(code, text)
	}
	x.say(answers)
	return true
}

// boundOnLogs refuses logs of more blocks than so many.
func boundOnLogs(limit uint64, status, code int, text string) *fault {
	return &fault{request: func(x *exchange) bool {
		for _, m := range x.calls {
			var r logRange
			if m.Method != "eth_getLogs" || json.Unmarshal(m.Params[0], &r) != nil || r.ToBlock == nil {
				continue
			}
			if hexNumber(r.ToBlock) >= hexNumber(r.FromBlock)+limit {
				return x.refuseAll(status, code, text)
			}
		}
		return false
	}}
}

// hold waits until the caller has given up, or the faults have ended.
func (x *exchange) hold() {
	for _, f := range x.faults {
		select {
		case <-f.over:
			return
		case <-x.r.Context().Done():
			return
		}
	}
}

// tooMany refuses all requests for a moment, now and then.
func tooMany(d *dice, header ...string) *fault {
	one, run := 2+d.n(8), 1+d.n(6)
	var left atomic.Int64
	return &fault{request: func(x *exchange) bool {
		if left.Add(-1) < 0 {
			if !d.in(one) {
				return false
			}
			left.Store(int64(run))
		}
		return x.tooMany(header...)
	}}
}

func (x *exchange) tooMany(header ...string) bool {
	return x.http(429, `{"jsonrpc":"2.0","error":{"code":-32005,"message":"project ID request rate exceeded"},"id":null}`, append(header, "Content-Type", "application/json")...)
}

// saying answers a method with the same result always.
func saying(method, result string) *fault {
	return &fault{call: func(x *exchange, m *message) *message {
		if m.Method == method {
			return m.says(result)
		}
		return nil
	}}
}

// sending answers the broadcast of transactions, or passes it on.
func sending(answer func(x *exchange, m *message) *message) *fault {
	return &fault{call: func(x *exchange, m *message) *message {
		if m.transaction() == nil {
			return nil
		}
		return answer(x, m)
	}}
}

// lied puts one amount wherever a history of fees has one.
func lied(h map[string]any, of, wei string) map[string]any {
	switch rows := h[of].(type) {
	case []any:
		for i := range rows {
			if row, nested := rows[i].([]any); nested {
				for j := range row {
					row[j] = wei
				}
				continue
			}
			rows[i] = wei
		}
	}
	return h
}
