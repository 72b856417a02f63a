package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// How providers mislead about what is on the chain: they leave out, they lag, they
// have pruned, they answer for another chain.

// behaviour makes one fault, with what it varies in drawn from the dice.
type behaviour struct {
	name string
	make func(d *dice, s *shop) *fault
}

var misreadings = []behaviour{
	{"logs of one block left out", func(d *dice, s *shop) *fault {
		first := s.head() + uint64(1+d.n(3))
		return omission(pick(d, usdcAddress, usdcAddress, s.token), first, first)
	}},
	{"logs of a range left out", func(d *dice, s *shop) *fault {
		first := s.head() - uint64(d.n(3))
		return omission(pick(d, usdcAddress, s.token), first, first+uint64(2+d.n(6)))
	}},
	{"all logs left out", func(d *dice, s *shop) *fault {
		return &fault{call: func(x *exchange, m *message) *message {
			if m.Method == "eth_getLogs" {
				return m.says("[]")
			}
			return nil
		}}
	}},
	{"index of logs behind", func(d *dice, s *shop) *fault {
		behind := uint64(1 + d.n(3))
		return &fault{answer: func(x *exchange, asked, m *message) {
			if asked.Method == "eth_getLogs" {
				keepLogs(m, func(l logLine) bool { return hexNumber(l.BlockNumber)+behind <= x.head() })
			}
		}}
	}},
	{"old logs pruned in silence", func(d *dice, s *shop) *fault {
		kept := uint64(1 + d.n(4))
		return &fault{answer: func(x *exchange, asked, m *message) {
			if asked.Method == "eth_getLogs" {
				keepLogs(m, func(l logLine) bool { return hexNumber(l.BlockNumber)+kept > x.head() })
			}
		}}
	}},
	{"old logs and state refused", func(d *dice, s *shop) *fault {
		kept := uint64(2 + d.n(4))
		return &fault{call: func(x *exchange, m *message) *message {
			at, old := blockOf(x, m)
			switch {
			case !old || at+kept > x.head():
				return nil
			case m.Method == "eth_getLogs":
				return m.refuses(4444, "pruned history unavailable")
			case m.Method == "eth_call" || m.Method == "eth_getBalance" || m.Method == "eth_getTransactionCount":
				return m.refuses(-32000, "missing trie node 0e9c (path ) state 0x0e9c is not available")
			}
			return nil
		}}
	}},
	{"receipts missing", func(d *dice, s *shop) *fault {
		return &fault{call: func(x *exchange, m *message) *message {
			if m.Method == "eth_getTransactionReceipt" || m.Method == "eth_getBlockReceipts" {
				return m.says("null")
			}
			return nil
		}}
	}},
	{"replicas several blocks behind", func(d *dice, s *shop) *fault {
		lags := [][]uint64{{0, 2, 5}, {0, 1}, {0, 0, 0, 8}, {3, 4}}[d.n(4)]
		return lagging(d, func() uint64 { return lags[d.n(len(lags))] })
	}},
	{"a node that stands still", func(d *dice, s *shop) *fault {
		at := s.head()
		return lagging(d, func() uint64 { return s.head() - at })
	}},
	{"another chain's answers", func(d *dice, s *shop) *fault {
		share := 1 + d.n(3) // all of them, or one request in two or three
		return &fault{request: func(x *exchange) bool {
			if d.in(share) {
				x.node = x.elsewhere
			}
			return false
		}}
	}},
	{"no final block", func(d *dice, s *shop) *fault {
		return &fault{call: func(x *exchange, m *message) *message {
			if m.Method == "eth_getBlockByNumber" && (string(m.Params[0]) == `"finalized"` || string(m.Params[0]) == `"safe"`) {
				return m.refuses(-32602, "invalid argument 0: hex string without 0x prefix")
			}
			return nil
		}}
	}},
}

// head is the chain's newest block, asked of anvil itself.
func (s *shop) head() uint64 {
	p := &provider{anvil: s.chain.url}
	return p.head()
}

type logLine struct {
	Address     common.Address
	BlockNumber json.RawMessage
}

// keepLogs leaves only some logs in an answer.
func keepLogs(m *message, keep func(logLine) bool) {
	var all, kept []json.RawMessage
	if json.Unmarshal(m.Result, &all) != nil {
		return
	}
	kept = []json.RawMessage{}
	for _, raw := range all {
		var l logLine
		if json.Unmarshal(raw, &l) != nil || keep(l) {
			kept = append(kept, raw)
		}
	}
	m.Result, _ = json.Marshal(kept)
}

// omission leaves out what a contract logged in some blocks.
func omission(of common.Address, first, last uint64) *fault {
	return &fault{answer: func(x *exchange, asked, m *message) {
		if asked.Method == "eth_getLogs" {
			keepLogs(m, func(l logLine) bool {
				n := hexNumber(l.BlockNumber)
				return l.Address != of || n < first || n > last
			})
		}
	}}
}

// blockParameter is where a method names the block that it asks about.
var blockParameter = map[string]int{"eth_getBlockByNumber": 0, "eth_getBlockReceipts": 0, "eth_call": 1, "eth_getCode": 1,
	"eth_getBalance": 1, "eth_getTransactionCount": 1, "eth_feeHistory": 1, "eth_estimateGas": 1, "eth_getStorageAt": 2}

// logRange is the filter of eth_getLogs, as far as it says which blocks.
type logRange struct{ FromBlock, ToBlock, BlockHash json.RawMessage }

// blockOf is the number of the block that a call asks about, if it names one.
func blockOf(x *exchange, m *message) (number uint64, named bool) {
	at, ok := blockParameter[m.Method]
	var raw json.RawMessage
	switch {
	case m.Method == "eth_getLogs" && len(m.Params) > 0:
		var r logRange
		if json.Unmarshal(m.Params[0], &r) != nil {
			return 0, false
		}
		if raw = r.FromBlock; r.BlockHash != nil {
			return x.numberOf(r.BlockHash)
		}
	case !ok || len(m.Params) <= at:
		return 0, false
	default:
		raw = m.Params[at]
	}
	var object struct{ BlockNumber, BlockHash json.RawMessage }
	switch {
	case len(raw) > 60: // a hash
		return x.numberOf(raw)
	case bytes.HasPrefix(raw, []byte(`"0x`)):
		return hexNumber(raw), true
	case json.Unmarshal(raw, &object) == nil && object.BlockHash != nil:
		return x.numberOf(object.BlockHash)
	case object.BlockNumber != nil:
		return hexNumber(object.BlockNumber), true
	}
	return 0, false
}

// numberOf is the number of the block with a hash.
func (p *provider) numberOf(hash json.RawMessage) (uint64, bool) {
	var b struct{ Number json.RawMessage }
	if json.Unmarshal(p.one("eth_getBlockByHash", string(hash), "false"), &b) != nil || b.Number == nil {
		return 0, false
	}
	return hexNumber(b.Number), true
}

// lagging answers each request as a replica would that is so many blocks behind.
// Such a replica has no newer block, state or receipt, cuts logs silently, and now
// and then takes a transaction for an old one.
func lagging(d *dice, lag func() uint64) *fault {
	f := &fault{request: func(x *exchange) bool { return false }}
	behind := func(x *exchange) (by, newest uint64) {
		by = lag()
		return by, x.head() - by
	}
	f.call = func(x *exchange, m *message) *message {
		by, newest := behind(x)
		if by == 0 {
			return nil
		}
		n, named := blockOf(x, m)
		switch {
		case m.Method == "eth_blockNumber":
			return m.says(string(quantity(newest)))
		case m.Method == "eth_getLogs":
			return cutLogs(m, newest, n, named)
		case strings.HasPrefix(m.Method, "eth_sendRawTransaction"):
			if d.in(3) {
				return m.refuses(-32000, "nonce too low: next nonce 9, tx nonce 8")
			}
		case named && n > newest && (m.Method == "eth_getBlockByNumber" || m.Method == "eth_getBlockReceipts"):
			return m.says("null")
		case named && n > newest:
			return m.refuses(-32000, "header not found")
		case named:
		default:
			if at, ok := blockParameter[m.Method]; ok && len(m.Params) > at {
				switch string(m.Params[at]) {
				case `"latest"`, `"pending"`:
					m.Params[at] = quantity(newest)
				case `"finalized"`, `"safe"`:
					m.Params[at] = quantity(max(newest, 2) - 2)
				}
			}
		}
		return nil
	}
	f.answer = func(x *exchange, asked, m *message) {
		var found struct{ Number, BlockNumber json.RawMessage }
		switch asked.Method {
		case "eth_getBlockByHash", "eth_getTransactionReceipt":
			_, newest := behind(x)
			if json.Unmarshal(m.Result, &found) == nil && max(hexNumber(found.Number), hexNumber(found.BlockNumber)) > newest {
				m.Result = json.RawMessage("null")
			}
		}
	}
	return f
}

// cutLogs has a replica whose newest block is older answer for a range.
func cutLogs(m *message, newest, first uint64, named bool) *message {
	if named && first > newest {
		return m.says("[]")
	}
	var filter map[string]json.RawMessage
	if json.Unmarshal(m.Params[0], &filter) == nil && filter["toBlock"] != nil && hexNumber(filter["toBlock"]) > newest {
		filter["toBlock"] = json.RawMessage(fmt.Sprintf(`"0x%x"`, newest))
		m.Params[0], _ = json.Marshal(filter)
	}
	return nil
}
