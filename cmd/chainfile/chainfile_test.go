package chainfile

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mint402/mint402/cmd/yamlfile"
)

func read(t *testing.T, name, text string) ([]Chain, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(t.Context(), path)
}

func TestAFileOfChainsIsTheSameInYAMLAndInJSON(t *testing.T) {
	inYAML, err := read(t, "chains.yaml", `
chains:
  - network: base-sepolia
    rpc: [https://one.example, https://two.example]
    maxFee: 0.10
    tokens:
    poll: ~
  - {chain: "id=31337,testnet", rpc: "http://127.0.0.1:8545", gasShare: 20}
`)
	if err != nil {
		t.Fatal(err)
	}
	inJSON, err := read(t, "chains.json", "{\"chains\":\t[\n\t{\"network\":\"base-sepolia\",\"rpc\":[\"https://one.example\",\"https://two.example\"],\"maxFee\":0.10,\"tokens\":null},\n"+
		"\t{\"chain\":\"id=31337,testnet\",\"rpc\":\"http:\\/\\/127.0.0.1:8545\",\"gasShare\":20}]}")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"network=base-sepolia", "rpc=https://one.example,https://two.example", "max-fee=0.10"}, {"chain=id=31337,testnet", "rpc=http://127.0.0.1:8545", "gas-share=20"}}
	for what, chains := range map[string][]Chain{"YAML": inYAML, "JSON": inJSON} {
		var got [][]string
		for _, c := range chains {
			var all []string
			for _, v := range c {
				all = append(all, v.Flag+"="+c.Text(v.Field))
			}
			got = append(got, all)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q", what, got)
		}
	}
}

func TestAMistakeInAFileOfChainsNamesTheFieldAndItsLine(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for text, says := range map[string]string{
		"":                                       "it is empty",
		"[]":                                     "chains: is missing",
		"chains":                                 "chains: is missing",
		"chains: []":                             "chains: expected a list of 1 to 16 chains",
		"chains: base":                           "chains: expected a list of 1 to 16 chains",
		"chains: {}":                             "chains: expected a list of 1 to 16 chains",
		"chains: [base]":                         ":1: chains[0]: expected fields such as",
		"chains: [{}]":                           "chains[0].network: expected a name",
		"chains:\n  - network: base\nx: 1":       ":3: x: is not a field of this file",
		"chains:\n  - network: base\n    rcp: x": ":3: chains[0].rcp: is not a field of a chain",
		"chains:\n  - network: base\n    \"a\\x1b[2J\": x":                     `chains[0].a\x1b[2J: is not`,
		"chains:\n  - network: base\n    " + long + ": x":                      "chains[0].xxx",
		"chains:\n  - network: base\n    network: base":                        "network", // refused, by the reader of YAML or by us
		"chains:\n  - network: base\n  - rpc: [x]":                             ":3: chains[1].network: expected a name",
		"chains:\n  - network: base\n    chain: id=7":                          "chains[0].network: expected",
		"chains:\n  - network: [base]":                                         "chains[0].network: expected one text",
		"chains:\n  - network: base\n    rpc: {a: b}":                          "chains[0].rpc: expected a list of texts",
		"chains:\n  - network: base\n    rpc: [[a]]":                           "chains[0].rpc: expected a list of texts",
		"chains:\n  - network: base\n    rpc: [\"\"]":                          "chains[0].rpc: expected a text",
		"chains:\n  - network: base\n    maxFee: [1]":                          "chains[0].maxFee: expected one text",
		"chains:\n  - network: base\n    maxFee: !!int 1":                      "chains[0].maxFee: expected one text",
		"chains:\n  - network: &a base\n":                                      "chains[0].network: expected one text",
		"chains:\n  - &a {network: base}\n  - *a":                              "chains[0]: expected fields",
		"chains: [{network: base}]\n---\nchains: [{network: base}]":            "one document",
		"chains: [{network: base}":                                             "YAML",
		"chains:\n  - network: base\n    rpc: true":                            ":3: chains[0].rpc: expected a list of texts",
		"chains: [{network: base}]\nchains: [{network: base}]":                 "chains",
		"chains: [" + strings.Repeat("{network: base},", 17) + "]":             "1 to 16 chains",
		"chains: [{network: base, rpc: [" + strings.Repeat("a,", 2000) + "]}]": "at most 1000",
		"\xff":                         "UTF-8",
		strings.Repeat("#", maxFile+1): "more than",
	} {
		_, err := read(t, "chains.yaml", text)
		if wrong := (*yamlfile.Error)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), says) || len(err.Error()) > 600 {
			t.Errorf("%.60q: %.700v; want %q", text, err, says)
		}
	}
	for text, says := range map[string]string{
		"chains: [{network: base}]":               ":1: it cannot be read as JSON",
		"{\"chains\":[{\"network\":\"base\"}]} x": "no text after",
		"": "it is empty",
		"{\"chains\":[{\n\"network\":\"base\",\"rpc\":true}]}":  ":2: chains[0].rpc: expected a list of texts",
		"{\"chains\":[{\"network\":\"a\\ud800\"}]}":             ":1: it has half of a surrogate pair",
		"{\"chains\":[{\"network\":\"base\"}],\n\"chains\":[]}": ":2: chains: is given twice",
	} {
		if _, err := read(t, "chains.json", text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v; want %q", text, err, says)
		}
	}
	if _, err := Read(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func FuzzAFileOfChains(f *testing.F) {
	f.Add([]byte("chains:\n  - network: base\n    rpc: [http://127.0.0.1:1]\n"), false)
	f.Add([]byte(`{"chains":[{"network":"base"}]}`), true)
	f.Fuzz(func(t *testing.T, text []byte, isJSON bool) {
		chains, err := parse(yamlfile.Text{Bytes: text, IsJSON: isJSON})
		if err == nil && (len(chains) == 0 || len(chains) > MaxChains) {
			t.Errorf("%q: %d chains", text, len(chains))
		}
	})
}
