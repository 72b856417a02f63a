// Package chainfile reads the file that says on which chains one server sells, and with which
// nodes, keys and limits. It knows the form of the file, and not what its values mean: each
// field has the name of the flag that takes the same values.
package chainfile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/mint402/mint402/cmd/yamlfile"
)

// MaxChains is how many chains a file may have.
const MaxChains = 16

// Value is a field of a chain with its values, as they are written: 0.10 stays 0.10.
type Value struct {
	Field, Flag string
	Line        int
	Texts       []string // one, unless the field takes a list
}

// Chain has the fields of one chain, each at most once and with a value.
type Chain []Value

// Text returns the value of a field, or "".
func (c Chain) Text(field string) string {
	for _, v := range c {
		if v.Field == field {
			return strings.Join(v.Texts, ",")
		}
	}
	return ""
}

// A field of the file has the values of a flag.
type field struct {
	flag string
	list bool
}

var fields = map[string]field{
	"network": {flag: "network"}, "chain": {flag: "chain"},
	"rpc": {"rpc", true}, "assets": {"asset", true}, "tokens": {"token", true},
	"senderKeyFile": {flag: "key-file"}, "minterKeyFile": {flag: "minter-key-file"}, "deployerKeyFile": {flag: "deployer-key-file"}, "relayKeyFile": {flag: "relay-key-file"},
	"maxFee": {flag: "max-fee"}, "gasBudget": {flag: "gas-budget"}, "coinPrice": {flag: "coin-price"}, "gasShare": {flag: "gas-share"},
	"inFlight": {flag: "in-flight"}, "poll": {flag: "poll"},
	"facilitators": {"facilitator", true}, "settle": {"settle", true},
}

// Names returns the names of all fields, sorted.
func Names() []string { return slices.Sorted(maps.Keys(fields)) }

// maxFile is how many bytes a file may have.
const maxFile = 256 << 10

// Read reads a file: a YAML mapping, or a JSON object if its name ends with .json, with a list
// "chains" of 1 to MaxChains chains. An unknown or repeated key, an alias, a tag or a second
// document is a [*yamlfile.Error]: a limit that is overlooked would not be kept.
func Read(ctx context.Context, path string) ([]Chain, error) {
	return yamlfile.Read(ctx, path, maxFile, parse)
}

func parse(text yamlfile.Text) ([]Chain, error) {
	root, err := text.Root()
	if err != nil {
		return nil, err
	}
	top, err := pairs(root, "")
	if err != nil {
		return nil, err
	}
	var list *yaml.Node
	for _, p := range top {
		if _, ofChain := fields[p.key]; ofChain {
			return nil, &yamlfile.Error{Line: p.line, Place: p.key, Message: "is a field of a chain; expected chains, with a list of them"}
		}
		if p.key != "chains" {
			return nil, &yamlfile.Error{Line: p.line, Place: plain(p.key), Message: "is not a field of this file; expected chains", Unknown: p.key}
		}
		list = p.value
	}
	if list == nil || list.Kind != yaml.SequenceNode || !yamlfile.Ordinary(list) || len(list.Content) < 1 || len(list.Content) > MaxChains {
		return nil, &yamlfile.Error{Line: root.Line, Place: "chains", Message: fmt.Sprintf("expected a list of 1 to %d chains", MaxChains)}
	}
	var chains []Chain
	for i, node := range list.Content {
		c, err := readChain(node, fmt.Sprintf("chains[%d]", i))
		if err != nil {
			return nil, err
		}
		chains = append(chains, c)
	}
	return chains, nil
}

func readChain(node *yaml.Node, place string) (c Chain, err error) {
	all, err := pairs(node, place)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		f, known := fields[p.key]
		at := place + "." + plain(p.key)
		if !known {
			return nil, &yamlfile.Error{Line: p.line, Place: at, Message: "is not a field of a chain", Unknown: p.key}
		}
		v := Value{Field: p.key, Flag: f.flag, Line: p.line}
		if v.Texts, err = texts(p.value, f.list); err != nil {
			return nil, &yamlfile.Error{Line: p.line, Place: at, Message: err.Error()}
		}
		if len(v.Texts) > 0 {
			c = append(c, v)
		}
	}
	if (c.Text("network") == "") == (c.Text("chain") == "") {
		return nil, &yamlfile.Error{Line: node.Line, Place: place + ".network", Message: "expected a name, a CAIP-2 id or a chain id; or, for a chain that is not listed, the field chain with its id"}
	}
	return c, nil
}

// maxList is how many values a list may have.
const maxList = 1000

// texts returns the values of a field. Without a value the list is empty.
func texts(node *yaml.Node, list bool) (all []string, err error) {
	expected := errors.New("expected one text or number")
	nodes := []*yaml.Node{node}
	if list {
		expected = errors.New("expected a list of texts")
		if node.Kind == yaml.SequenceNode && yamlfile.Ordinary(node) {
			nodes = node.Content
		}
	}
	if len(nodes) > maxList {
		return nil, fmt.Errorf("expected at most %d values", maxList)
	}
	for _, n := range nodes {
		if n.Kind != yaml.ScalarNode || !yamlfile.Ordinary(n) || n.Tag == "!!bool" {
			return nil, expected
		}
		if n.Tag == "!!null" {
			continue
		}
		if n.Value == "" {
			return nil, errors.New("expected a text, and it is empty")
		}
		all = append(all, n.Value)
	}
	return all, nil
}

type pair struct {
	key   string
	line  int
	value *yaml.Node
}

// pairs returns the keys of a mapping with their values, and refuses repeated keys.
func pairs(node *yaml.Node, place string) (all []pair, err error) {
	if node.Kind != yaml.MappingNode || !yamlfile.Ordinary(node) {
		if place == "" {
			return nil, &yamlfile.Error{Line: node.Line, Place: "chains", Message: "is missing; expected a list of chains"}
		}
		return nil, &yamlfile.Error{Line: node.Line, Place: place, Message: "expected fields such as \"network: base\""}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind != yaml.ScalarNode || !yamlfile.Ordinary(key) {
			return nil, &yamlfile.Error{Line: key.Line, Place: place, Message: "expected the name of a field"}
		}
		if seen[key.Value] {
			return nil, &yamlfile.Error{Line: key.Line, Place: strings.TrimPrefix(place+"."+plain(key.Value), "."), Message: "is given twice"}
		}
		seen[key.Value] = true
		all = append(all, pair{key.Value, key.Line, node.Content[i+1]})
	}
	return all, nil
}

// plain returns a name as it can be printed, and not more than 40 bytes of it.
func plain(name string) string {
	if len(name) > 40 {
		name = strings.ToValidUTF8(name[:40], "") + "…"
	}
	quoted := fmt.Sprintf("%q", name)
	return quoted[1 : len(quoted)-1]
}
