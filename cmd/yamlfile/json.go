package yamlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"

	"go.yaml.in/yaml/v4"
)

// maxDepth is how deep lists and objects of JSON may be nested.
const maxDepth = 32

// jsonText reads JSON with the lines of its values.
type jsonText struct {
	*json.Decoder
	text []byte
	line int   // at offset
	read int64 // offset up to which lines are counted
}

// fromJSON returns the value of JSON as the same value in YAML. Unlike [json.Unmarshal], it keeps
// every key of an object, so that a repeated one can be refused, and refuses half of a surrogate
// pair, which would become another character.
func (t Text) fromJSON() (*yaml.Node, error) {
	j := &jsonText{Decoder: json.NewDecoder(bytes.NewReader(t.Bytes)), text: t.Bytes, line: 1}
	j.UseNumber()
	root, err := j.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := j.Token(); !errors.Is(err, io.EOF) {
		return nil, j.fail("expected no text after the first value of JSON")
	}
	return root, nil
}

func (j *jsonText) fail(format string, args ...any) error {
	return &Error{Line: j.at(), Message: fmt.Sprintf(format, args...)}
}

// at returns the line of the last token's end.
func (j *jsonText) at() int {
	offset := j.InputOffset()
	j.line += bytes.Count(j.text[j.read:offset], []byte("\n"))
	j.read = offset
	return j.line
}

// token returns the next token. An error of JSON is an *Error.
func (j *jsonText) token() (json.Token, error) {
	from := j.InputOffset()
	token, err := j.Token()
	if err != nil {
		return nil, j.fail("it cannot be read as JSON")
	}
	if _, isText := token.(string); isText && halfSurrogate(j.text[from:j.InputOffset()]) {
		return nil, j.fail("it has half of a surrogate pair, \\ud800 to \\udfff without the other half")
	}
	return token, nil
}

func (j *jsonText) value(depth int) (*yaml.Node, error) {
	token, err := j.token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: j.at()}
	switch v := token.(type) {
	case nil:
		n.Tag = "!!null"
	case string:
		n.Tag, n.Value = "!!str", v
	case json.Number:
		n.Tag, n.Value = "!!float", v.String()
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(v)
	case json.Delim:
		if depth == maxDepth {
			return nil, j.fail("it has more than %d lists and objects in one another", maxDepth)
		}
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		if v == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		}
		for j.More() {
			one, err := j.value(depth + 1) // a key is a value, too: a text, as JSON demands
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, one)
		}
		_, err = j.token()
	}
	return n, err
}

// halfSurrogate reports whether a string of JSON has an escaped half of a surrogate pair.
func halfSurrogate(text []byte) bool {
	var high rune // an escape just before
	for i := 0; i < len(text); i++ {
		var r rune
		if text[i] == '\\' {
			if i++; i+4 < len(text) && text[i] == 'u' {
				code, _ := strconv.ParseUint(string(text[i+1:i+5]), 16, 16) // JSON has four digits here
				r, i = rune(code), i+4
			}
		}
		switch low := r >= 0xDC00 && r <= 0xDFFF; {
		case low && high == 0, !low && high != 0:
			return true
		case utf16.IsSurrogate(r) && !low:
			high = r
		default:
			high = 0
		}
	}
	return high != 0
}
