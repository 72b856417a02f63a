package chain_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
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
