package chain_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
)

// serve answers JSON-RPC, single or batch, with the "result":… or "error":… that
// answers has for a method and its parameters.
func serve(t *testing.T, w http.ResponseWriter, r *http.Request, answers func(method, params string) string) {
	type request struct {
		ID     json.RawMessage
		Method string
		Params json.RawMessage
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	var batch []request
	single := json.Unmarshal(body, &batch) != nil
	if single {
		batch = make([]request, 1)
		if err := json.Unmarshal(body, &batch[0]); err != nil {
			t.Error(err)
		}
	}
	out := make([]string, len(batch))
	for i, q := range batch {
		out[i] = `{"jsonrpc":"2.0","id":` + string(q.ID) + `,` + answers(q.Method, string(q.Params)) + `}`
	}
	w.Header().Set("Content-Type", "application/json")
	text := strings.Join(out, ",")
	if !single {
		text = "[" + text + "]"
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Error(err)
	}
}

func TestConnectionsToANodeAreKept(t *testing.T) {
	const together, rounds = 40, 5
	var mu sync.Mutex
	connections := map[string]bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		connections[r.RemoteAddr] = true
		mu.Unlock()
		time.Sleep(20 * time.Millisecond) // so that all are in progress
		serve(t, w, r, func(method, _ string) string {
			if method == "eth_getBlockByNumber" {
				return header("0x1")
			}
			return `"result":"0x1"`
		})
	}))
	t.Cleanup(s.Close)
	c, err := chain.Dial(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for range rounds {
		var all sync.WaitGroup
		for range together {
			all.Go(func() {
				if _, err := c.Balance(t.Context(), common.Address{}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	if n := len(connections); n > together+rounds {
		t.Errorf("%d connections for %d requests at a time", n, together)
	}
}
