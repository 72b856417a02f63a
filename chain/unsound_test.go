package chain_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// edit changes the JSON of the answers to a method.
func edit[T any](method string, f func(T) any) fault {
	return change(func(q request, r *response) {
		var v T
		if q.Method == method && json.Unmarshal(r.Result, &v) == nil {
			r.Result, _ = json.Marshal(f(v))
		}
	})
}

// every edits each log of a list that has any.
func every(f func(log map[string]any)) fault {
	return edit("eth_getLogs", func(logs []map[string]any) any {
		for _, l := range logs {
			f(l)
		}
		return logs
	})
}

func with(field string, value any) func(map[string]any) any {
	return func(o map[string]any) any {
		if o != nil {
			o[field] = value
		}
		return o
	}
}

func TestWhatANodeLeavesOutRepeatsOrMixesIsNotBelieved(t *testing.T) {
	w, o := worldWithAMint(t)
	reads := w.reads(o)
	other := common.Hash{9}.Hex()
	for name, test := range map[string]struct {
		read  string
		fault fault
	}{
		"no list of logs": {"events", edit("eth_getLogs", func([]any) any { return nil })},
		"two logs at one place": {"events", edit("eth_getLogs", func(l []map[string]any) any {
			for _, log := range l {
				other := maps.Clone(log)
				other["data"] = "0x" + strings.Repeat("0", 63) + "2"
				l = append(l, other)
			}
			return l
		})},
		"logs of another block":     {"events", every(func(l map[string]any) { l["blockHash"] = other })},
		"logs that were removed":    {"events", every(func(l map[string]any) { l["removed"] = true })},
		"logs of another contract":  {"events", every(func(l map[string]any) { l["address"] = common.Address{9}.Hex() })},
		"a mint without a figure":   {"events", every(func(l map[string]any) { l["data"] = "0x" })},
		"logs that no receipt has":  {"events", every(func(l map[string]any) { l["logIndex"] = "0x98" })},
		"another amount moved":      {"events", edit("eth_getTransactionReceipt", spoilLogs("data", "0x"+strings.Repeat("0", 63)+"1"))},
		"another block":             {"block", edit("eth_getBlockByNumber", with("number", "0x1"))},
		"a block without a hash":    {"block", edit("eth_getBlockByNumber", with("hash", nil))},
		"a head without a hash":     {"head", edit("eth_getBlockByNumber", with("hash", nil))},
		"no newest block":           {"head", edit("eth_getBlockByNumber", func(any) any { return nil })},
		"a receipt without status":  {"receipts", edit("eth_getTransactionReceipt", with("status", nil))},
		"a receipt without logs":    {"receipts", edit("eth_getTransactionReceipt", with("logs", nil))},
		"a receipt without a block": {"receipts", edit("eth_getTransactionReceipt", with("blockHash", nil))},
		"another's receipt":         {"receipts", edit("eth_getTransactionReceipt", with("transactionHash", other))},
		"another's logs":            {"receipts", edit("eth_getTransactionReceipt", spoilLogs("transactionHash", other))},
		"logs of another branch":    {"receipts", edit("eth_getTransactionReceipt", spoilLogs("blockHash", other))},
		"an account nonce of null":  {"account nonce", edit("eth_getTransactionCount", func(any) any { return nil })},
		"a balance of null":         {"balance", edit("eth_getBalance", func(any) any { return nil })},
		"no state":                  {"conditions", edit("eth_call", func(any) any { return "0x" })},
		"half a state":              {"conditions", edit("eth_call", func(s string) any { return s[:len(s)/2] })},
		"no payers":                 {"inspect", edit("eth_call", func(any) any { return "0x" })},
		"no verdict":                {"simulate", edit("eth_call", func(any) any { return "0x" })},
	} {
		c, _, p := w.proxies(1)
		if err := reads[test.read](w.ctx, c); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p[0].spoil(test.fault)
		if err := reads[test.read](w.ctx, c); err == nil || errors.Is(err, errUntrue) {
			t.Errorf("%s: %v", name, err)
		}
		c.Close()
	}
}

func TestLogsInAnyOrderTwiceOrBeyondTheRangeAreReadAsTheChainHasThem(t *testing.T) {
	w, o := worldWithAMint(t)
	for name, answer := range map[string]func([]map[string]any) any{
		"backwards": func(l []map[string]any) any { slices.Reverse(l); return l },
		"twice":     func(l []map[string]any) any { return slices.Concat(l, l) },
		"beyond the range": func(l []map[string]any) any {
			for _, log := range l {
				for _, number := range []string{"0x0", "0x99"} {
					other := maps.Clone(log)
					other["blockNumber"] = number
					l = append(l, other)
				}
			}
			return l
		},
	} {
		c, _, p := w.proxies(1)
		p[0].spoil(edit("eth_getLogs", answer))
		if err := w.reads(o)["events"](w.ctx, c); err != nil {
			t.Errorf("logs %s: %v", name, err)
		}
		c.Close()
	}
}

func TestABlockTimeThatIsNoNumberOfSecondsIsRefusedWithAReason(t *testing.T) {
	w, o := worldWithAMint(t)
	reads := w.reads(o)
	for _, read := range []string{"head", "block", "events", "conditions"} {
		for _, at := range []string{"0x18bcfe56800", "0xffffffffffffffff"} { // milliseconds; negative
			c, _, p := w.proxies(1)
			p[0].spoil(edit("eth_getBlockByNumber", with("timestamp", at)))
			if err := reads[read](w.ctx, c); err == nil || read != "conditions" && !strings.Contains(err.Error(), "another unit than seconds") {
				t.Errorf("%s: %v", read, err)
			}
			c.Close()
		}
	}
}

func TestACallCarriesItsInputUnderBothNames(t *testing.T) {
	w, o := worldWithAMint(t)
	for name, read := range w.reads(o) {
		c, _, p := w.proxies(1)
		p[0].spoil(change(func(q request, r *response) {
			var params []json.RawMessage
			var call map[string]any
			if q.Method == "eth_call" && json.Unmarshal(q.Params, &params) == nil && json.Unmarshal(params[0], &call) == nil && (call["data"] == nil || call["data"] != call["input"]) {
				t.Errorf("%s: %s", name, q.Params)
			}
		}))
		if err := read(w.ctx, c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		c.Close()
	}
}

// spoilLogs changes a field in each log of a receipt.
func spoilLogs(field string, value any) func(map[string]any) any {
	return func(r map[string]any) any {
		for _, l := range r["logs"].([]any) {
			l.(map[string]any)[field] = value
		}
		return r
	}
}
