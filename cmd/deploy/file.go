package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
func ReadFile(path string) ([]Field, error) {
	return yamlfile.Read(path, maxFile, func(text yamlfile.Text) ([]Field, error) {
		read := readYAML
		if text.IsJSON {
			read = readJSON
		}
		fields, err := read(text)
		if err != nil {
			return nil, err
		}
		return known(fields)
	})
}

// known removes the fields without a value, and refuses unknown and repeated keys.
func known(fields []Field) ([]Field, error) {
	lines := map[string]int{}
	for _, f := range fields {
		if !slices.Contains(Keys, f.Key) {
			return nil, &yamlfile.Error{Line: f.Line, Unknown: f.Key, Message: fmt.Sprintf("%.200q is not a key of a launch file", f.Key)}
		}
		if before := lines[f.Key]; before > 0 {
			return nil, &yamlfile.Error{Line: f.Line, Message: fmt.Sprintf("%s is given twice, first on line %d", f.Key, before)}
		}
		lines[f.Key] = f.Line
	}
	return slices.DeleteFunc(fields, func(f Field) bool { return f.Value == "" }), nil
}

func readYAML(text yamlfile.Text) (fields []Field, err error) {
	root, err := text.Root()
	if err != nil {
		return nil, err
	}
	if root.Kind != yaml.MappingNode {
		return nil, &yamlfile.Error{Line: root.Line, Message: "expected lines such as \"name: Ping\""}
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if key.Kind != yaml.ScalarNode || value.Kind != yaml.ScalarNode || !yamlfile.Ordinary(key) || !yamlfile.Ordinary(value) {
			return nil, &yamlfile.Error{Line: key.Line, Message: fmt.Sprintf("%.200s: expected one text or number, not a list, a mapping, an alias or a tag", key.Value)}
		}
		f := Field{key.Value, value.Value, key.Line}
		if value.Tag == "!!null" && value.Value == "~" {
			f.Value = ""
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func readJSON(text yamlfile.Text) (fields []Field, err error) {
	d := json.NewDecoder(bytes.NewReader(text.Bytes))
	d.UseNumber() // 0.10 stays 0.10
	line := func() int { return 1 + bytes.Count(text.Bytes[:d.InputOffset()], []byte("\n")) }
	fail := func(format string, args ...any) error {
		return &yamlfile.Error{Line: line(), Message: fmt.Sprintf(format, args...)}
	}
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, fail("expected a JSON object")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, fail("it cannot be read as JSON: %v", err)
		}
		at := line()
		value, err := d.Token()
		if err != nil {
			return nil, fail("it cannot be read as JSON: %v", err)
		}
		f := Field{Key: key.(string), Line: at}
		switch v := value.(type) {
		case string:
			f.Value = v
		case json.Number:
			f.Value = v.String()
		case nil:
		default:
			return nil, fail("%.200s: expected one text or number", f.Key)
		}
		fields = append(fields, f)
	}
	if _, err := d.Token(); err != nil {
		return nil, fail("it cannot be read as JSON: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fail("expected no text after the object")
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
