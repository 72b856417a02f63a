package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
)

// refusing is a node that takes no transaction, and says so.
func (d demonstration) refusing(t *testing.T, words string) string {
	t.Helper()
	to, err := url.Parse(d.RPC)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ask, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		var request struct{ ID json.RawMessage }
		if bytes.Contains(ask, []byte("eth_sendRawTransaction")) && json.Unmarshal(ask, &request) == nil {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32000,"message":%q}}`, request.ID, words)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(ask))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(node.Close)
	return node.URL
}

func TestAnOwnersCallThatThePoolRefusesEndsWithThePoolsWordsAndWhatToDo(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	token := decode[launched](t, s.ok("", terms(t)...).out).Token.Hex()
	for words, advice := range map[string]string{
		"transaction underpriced: gas tip cap 1000000, minimum needed 25000000000": "nothing was sent; the nodes require a tip of 25.00 gwei",
		"replacement transaction underpriced":                                      "another transaction of this account is waiting",
		"insufficient funds for gas * price + value":                               "send coins for gas to the account",
		"the pool is closed today":                                                 "give another node with --rpc URL",
	} {
		r := s.refused(4, advice, "", "pause", "--token", token, "--yes", "--rpc", d.refusing(t, words))
		if !strings.Contains(r.err, words) || strings.Contains(r.err, "not mined yet") {
			t.Errorf("%s: printed\n%s", words, r.err)
		}
	}
	deaf := d.refusing(t, "transaction underpriced: gas tip cap 1000000, minimum needed 25000000000")
	for _, call := range [][]string{{"set-minter", d.Wallets[3].Address.Hex()}, {"refund", "--to", d.Wallets[1].Address.Hex(), "--amount", "0.10", "--reference", "0x" + strings.Repeat("0", 63) + "1", "--other-amount"}} {
		if r := s.run("", append(call, "--token", token, "--yes", "--rpc", deaf)...); r.code != 4 {
			t.Errorf("%s exited with %d:\n%s", call[0], r.code, r.err)
		}
	}
}
