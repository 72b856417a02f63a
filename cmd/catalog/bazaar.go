package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Echo is the extension bazaar as it is on the wire, of a server or in a payment.
type Echo struct {
	Info   json.RawMessage `json:"info"`
	Schema json.RawMessage `json:"schema"`
}

// Check does what facilitators do before they list a resource: the info has to be valid
// under the schema that comes with it, and its method has to be the one of the request.
func (b *Echo) Check(method string) error {
	if b == nil {
		return errors.New("the 402 has no extension bazaar")
	}
	info, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Info))
	if err != nil {
		return fmt.Errorf("read info: %w", err)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Schema))
	if err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{}) // a schema must not refer to another document
	if err := compiler.AddResource("mem:schema", schema); err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	compiled, err := compiler.Compile("mem:schema")
	if err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	if err := compiled.Validate(info); err != nil {
		return fmt.Errorf("the info is not valid under its schema: %s", lastLine(err))
	}
	var has struct {
		Input struct {
			Type   string `json:"type"`
			Method string `json:"method"`
		} `json:"input"`
		Output json.RawMessage `json:"output"`
	}
	if err := json.Unmarshal(b.Info, &has); err != nil {
		return fmt.Errorf("read info: %w", err)
	}
	if has.Input.Type != "http" || has.Input.Method != method {
		return fmt.Errorf("the info describes %.20q by %.20q, and the request was a %s", has.Input.Type, has.Input.Method, method)
	}
	return nil
}

// noLoader refuses to load schemas from files or URLs.
type noLoader struct{}

func (noLoader) Load(u string) (any, error) {
	return nil, fmt.Errorf("the schema refers to %.100q", u)
}

func lastLine(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	return lines[len(lines)-1]
}
