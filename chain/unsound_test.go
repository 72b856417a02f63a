package chain_test

import (
	"encoding/json"
	"errors"
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
		"no list of logs":           {"events", edit("eth_getLogs", func([]any) any { return nil })},
		"logs twice":                {"events", edit("eth_getLogs", func(l []any) any { return slices.Concat(l, l) })},
		"logs of another block":     {"events", every(func(l map[string]any) { l["blockHash"] = other })},
		"logs beyond the range":     {"events", every(func(l map[string]any) { l["blockNumber"] = "0x99" })},
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
	// The order of the logs is the chain's, whatever that of the answer is.
	c, _, p := w.proxies(1)
	p[0].spoil(edit("eth_getLogs", func(l []any) any { slices.Reverse(l); return l }))
	if err := reads["events"](w.ctx, c); err != nil {
		t.Error(err)
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
