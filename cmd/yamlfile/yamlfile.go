// Package yamlfile reads a file that a person wrote: one document of YAML or JSON, of a limited
// size. What its fields mean is the caller's.
package yamlfile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Error is a mistake in a file.
type Error struct {
	File    string
	Line    int    // 0: it concerns the file as a whole
	Place   string // such as "chains[1].rpc"; empty: the file
	Message string
	Unknown string // a key that no such file has; empty if the mistake is another
}

// Error implements error.
func (e *Error) Error() string {
	text := e.File
	if e.Line > 0 {
		text = fmt.Sprintf("%s:%d", text, e.Line)
	}
	if e.Place != "" {
		text += ": " + e.Place
	}
	return text + ": " + e.Message
}

// Text is the text of a file, without a byte order mark at its beginning. IsJSON reports whether
// the file's name ends with .json, or the text is an object of JSON.
type Text struct {
	Bytes  []byte
	IsJSON bool
}

// Read reads a file with at most max bytes, and parses it. An *Error of either gets the file's
// name. Read waits for the writer of a named pipe, at most until ctx ends.
func Read[T any](ctx context.Context, path string, max int, parse func(Text) (T, error)) (got T, err error) {
	text, err := read(ctx, path, max)
	if err == nil {
		isJSON := strings.EqualFold(filepath.Ext(path), ".json") || text[0] == '{' && json.Valid(text) // a pipe has no name
		got, err = parse(Text{text, isJSON})
	}
	if wrong := (*Error)(nil); errors.As(err, &wrong) {
		wrong.File = path
	}
	return got, err
}

// read returns the text of a file that is text.
func read(ctx context.Context, path string, max int) ([]byte, error) {
	type content struct {
		text []byte
		err  error
	}
	done := make(chan content, 1)
	go func() { // it ends with the program if the file never answers, as a pipe without a writer
		text, err := contents(path, int64(max)+1)
		done <- content{text, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case c := <-done:
		switch {
		case c.err != nil:
			return nil, c.err
		case len(c.text) > max:
			return nil, &Error{Message: fmt.Sprintf("it has more than %d bytes", max)}
		}
		return plain(c.text)
	}
}

func contents(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// plain removes a byte order mark at the beginning of a text. It refuses characters that are not
// shown, or that a reader of YAML could take for others: a second mark, an end of a line that is
// no line feed, and other control characters.
func plain(text []byte) ([]byte, error) {
	if !utf8.Valid(text) {
		return nil, &Error{Message: "it is not text in UTF-8"}
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, &Error{Message: "it is empty"}
	}
	line := 1
	for i, r := range string(text) {
		switch {
		case r == '\n':
			line++
		case r == '\t', r == '\r' && i+1 < len(text) && text[i+1] == '\n':
		case unicode.IsControl(r), r == '\uFEFF', r == '\u2028', r == '\u2029':
			return nil, &Error{Line: line, Message: fmt.Sprintf("it has the character %U, which no such file has", r)}
		}
	}
	return text, nil
}

// Root returns the root of a text's only document. A number of JSON stays as it is written, as
// that of YAML does.
func (t Text) Root() (*yaml.Node, error) {
	if t.IsJSON {
		return t.fromJSON()
	}
	var document yaml.Node
	if err := yaml.Load(t.Bytes, &document); err != nil {
		if at := (*yaml.LoadError)(nil); errors.As(err, &at) && at.Mark.Line > 0 {
			return nil, &Error{Line: at.Mark.Line, Message: "it cannot be read as YAML: " + at.Message}
		}
		return nil, &Error{Message: "it cannot be read as one document of YAML"}
	}
	if document.Kind == yaml.DocumentNode && len(document.Content) == 1 {
		return document.Content[0], nil
	}
	return &document, nil
}

// Ordinary reports whether a node is no alias and has neither an anchor nor a tag.
func Ordinary(n *yaml.Node) bool {
	return n.Kind != yaml.AliasNode && n.Anchor == "" && n.Style&yaml.TaggedStyle == 0
}
