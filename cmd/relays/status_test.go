package relays

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTheFacilitatorsOfAllChainsOfAServerAreRead(t *testing.T) {
	for body, want := range map[string][]string{
		`{"facilitators":[{"name":"a","usable":true}],"chains":[{"name":"base"}]}`:                                                               {"a"},
		`{"chains":[{"name":"base","facilitators":[{"name":"a"},{"name":"b","usable":true}]},{"name":"polygon","facilitators":[{"name":"a"}]}]}`: {"a on base", "b on base", "a on polygon"},
		`{"chains":[{"name":"base"}]}`: nil,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		all, err := Of(t.Context(), server.URL+"/")
		server.Close()
		if err != nil || len(all) != len(want) {
			t.Fatalf("%s: %v, %v", body, all, err)
		}
		for i, s := range all {
			if s.Name != want[i] {
				t.Errorf("%s: %s, want %s", body, s.Name, want[i])
			}
		}
	}
}
