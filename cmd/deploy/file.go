package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/mint402/mint402/cmd/yamlfile"
)

// Keys are the keys of a launch file, in the order in which it is written. Each has the
// name of the flag that sets the same value.
var Keys = []string{"name", "symbol", "price", "allotment", "cap", "limit", "opens", "closes", "treasury", "owner", "minter",
	"contract-uri", "salt", "slug", "description", "image", "network", "asset"}

// Field is a key of a launch file with its value, as it is written in the file: the text
// 0.10 is not changed to a number.
type Field struct {
	Key, Value string
	Line       int
}

// maxFile is how many bytes a launch file may have.
const maxFile = 64 << 10

// ReadFile reads a launch file: one YAML mapping, or a JSON object if its name ends with
// .json. A key without a value counts as missing. An unknown or repeated key, a list, an
// alias or a second document is a [*yamlfile.Error]: a term that is overlooked could never be
// corrected after the deployment.
func ReadFile(ctx context.Context, path string) ([]Field, error) {
	return yamlfile.Read(ctx, path, maxFile, parseFile)
}

// parseFile removes the fields without a value, and refuses unknown and repeated keys.
func parseFile(text yamlfile.Text) (fields []Field, err error) {
	root, err := text.Root()
	if err != nil {
		return nil, err
	}
	if root.Kind != yaml.MappingNode || !yamlfile.Ordinary(root) {
		return nil, &yamlfile.Error{Line: root.Line, Message: "expected lines such as \"name: Ping\", or a JSON object"}
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		fail := func(format string, args ...any) error {
			return &yamlfile.Error{Line: key.Line, Message: fmt.Sprintf(format, args...)}
		}
		switch before := lines[key.Value]; {
		case key.Kind != yaml.ScalarNode || !yamlfile.Ordinary(key):
			return nil, fail("expected the name of a key")
		case !slices.Contains(Keys, key.Value):
			return nil, &yamlfile.Error{Line: key.Line, Unknown: key.Value, Message: fmt.Sprintf("%.200q is not a key of a launch file", key.Value)}
		case before > 0:
			return nil, fail("%s is given twice, first on line %d", key.Value, before)
		case value.Kind != yaml.ScalarNode || !yamlfile.Ordinary(value) || text.IsJSON && value.Tag == "!!bool":
			return nil, fail("%s: expected one text or number", key.Value)
		}
		lines[key.Value] = key.Line
		if value.Value == "" && value.Tag != "!!null" {
			return nil, fail("%s: expected a value, and it is empty; without one, leave the key out", key.Value)
		}
		if value.Value != "" && (value.Tag != "!!null" || value.Value != "~") {
			fields = append(fields, Field{key.Value, value.Value, key.Line})
		}
	}
	return fields, nil
}

// FileText returns a launch file in YAML. ReadFile reads the same values from it.
func FileText(comment string, values map[string]string) []byte {
	var b bytes.Buffer
	for _, line := range strings.Split(comment, "\n") {
		fmt.Fprintln(&b, "#", line)
	}
	for _, key := range Keys {
		if values[key] == "" {
			continue
		}
		fmt.Fprintf(&b, "%s: ", key)
		e := json.NewEncoder(&b) // a JSON string is a double-quoted string of YAML
		e.SetEscapeHTML(false)
		_ = e.Encode(values[key]) // a text and a buffer give no error
	}
	return b.Bytes()
}

// Example is a launch file that explains each key.
const Example = `# A launch of mint402. Check it, then deploy it:
#
#   mint402 launch -f token.yaml --dry-run
#   mint402 launch -f token.yaml
#
# The terms can never be changed after the deployment. Keys are not in this file:
# export MINT402_KEY, and MINT402_MINTER_KEY for the minter.

network: base-sepolia        # mint402 networks lists the others
name: Ping                   # 1 to 64 characters
symbol: PING                 # 1 to 11 of letters, digits and $._-
price: 0.10                  # of one mint, in USDC
allotment: 5000              # the tokens that a mint buys
cap: 5000000                 # the maximum supply, a multiple of the allotment

# Optional:
#limit: 10                   # allotments that a payment may buy (default: the cap)
#opens: 2027-01-01T00:00:00Z   # or from now: 24h (default: now)
#closes: 2027-02-01T00:00:00Z  # (default: never)
#treasury: "0x…"             # receives the proceeds (required on a mainnet)
#owner: "0x…"                # may pause, refund, change the minter (the same)
#minter: "0x…"               # mints for payments settled elsewhere, or none
#contract-uri: https://mint.example/metadata.json
#salt: second                # makes another launch with the same terms

# How the server shows it. These can be changed later:
#slug: ping                  # its name in paths (default: from the symbol)
#description: Pays for the next block.
#image: https://mint.example/ping.png
`
