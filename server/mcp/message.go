package mcp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxBody is how many bytes a message may have: a payment of the maximum size in base64,
// escaped in JSON, and everything else of a call.
const MaxBody = 64 << 10

// maxDepth is how deep a message may be nested. A payment has 5 levels within a message,
// the echo of an extension's JSON Schema about 10.
const maxDepth = 32

// Codes of JSON-RPC 2.0 errors, section 5.1 of the specification.
const (
	codeParse          = -32700
	codeInvalidRequest = -32600
	codeMethodNotFound = -32601
	codeInvalidParams  = -32602
	codeInternal       = -32603
)

// message is the part of a JSON-RPC message that decides whether the SDK gets to see it.
type message struct {
	ID     json.RawMessage `json:"id"` // nil for a notification
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// isCall reports whether the sender expects an answer.
func (m *message) isCall() bool { return m.Method != "" && len(m.ID) > 0 }

// isAnswer reports whether the message answers a request of ours. We never send a request.
func (m *message) isAnswer() bool { return m.Method == "" && (m.Result != nil || m.Error != nil) }

// rpcError is the error of a JSON-RPC answer.
type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// rpcAnswer is a JSON-RPC answer with an error.
type rpcAnswer struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"` // null if it cannot be read
	Error   rpcError        `json:"error"`
}

// readMessage reads one JSON-RPC message. It refuses a message that two readers could
// read in two ways: with a key twice in one object, or with text that is not UTF-8. It
// also refuses a batch, so that one payment header cannot stand for two calls.
func readMessage(body []byte) (message, *rpcError) {
	var m message
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return m, &rpcError{codeParse, "the body is empty: expected one JSON-RPC message"}
	case trimmed[0] == '[':
		return m, &rpcError{codeInvalidRequest, "batches are not accepted: send one JSON-RPC message in each request; nothing was done"}
	case trimmed[0] != '{':
		return m, &rpcError{codeInvalidRequest, "expected a JSON object"}
	}
	if err := scan(body); err != nil {
		return m, &rpcError{codeParse, err.Error()}
	}
	var fields map[string]json.RawMessage // by exact key: encoding/json ignores the case of a struct's keys
	if err := json.Unmarshal(body, &fields); err != nil {
		return m, &rpcError{codeParse, "the body is not a JSON object"}
	}
	var version string
	_ = json.Unmarshal(fields["jsonrpc"], &version) // another type is another version
	if version != "2.0" {
		return m, &rpcError{codeInvalidRequest, `jsonrpc: expected "2.0"`}
	}
	if raw, there := fields["method"]; there {
		if json.Unmarshal(raw, &m.Method) != nil || m.Method == "" {
			return m, &rpcError{codeInvalidRequest, "method: expected the name of a method"}
		}
	}
	if raw, there := fields["id"]; there {
		if !validID(raw) {
			return m, &rpcError{codeInvalidRequest, "id: expected a string of at most 256 bytes, or a whole number"}
		}
		m.ID = raw
	}
	m.Result, m.Error = fields["result"], fields["error"]
	return m, nil
}

// maxID is how many bytes the id of a message may have. We send it back.
const maxID = 256

// validID reports whether raw is an id that MCP allows: a string or an integer, not null.
func validID(raw json.RawMessage) bool {
	if len(raw) > maxID+2 {
		return false
	}
	return raw[0] == '"' || strings.Trim(strings.TrimPrefix(string(raw), "-"), "0123456789") == "" && len(raw) <= 16
}

// scan checks that data is one JSON value of valid UTF-8, without the same key twice in an
// object, and nested at most maxDepth deep.
func scan(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("the message is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := scanValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON value: send one message in each request")
	}
	return nil
}

func scanValue(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return errNotJSON
	}
	open, nested := t.(json.Delim)
	if !nested {
		return nil
	}
	if depth == maxDepth {
		return fmt.Errorf("expected JSON nested at most %d deep", maxDepth)
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			t, err := d.Token()
			key, isKey := t.(string)
			if err != nil || !isKey {
				return errNotJSON
			}
			if seen[key] {
				return fmt.Errorf("the key %s stands twice in one object: expected each key once", quoted(key))
			}
			seen[key] = true
		}
		if err := scanValue(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errNotJSON
	}
	return nil
}

var errNotJSON = errors.New("the message is not JSON")
