// Package yamlfile reads a file that a person wrote: one document of YAML or JSON, of a limited
// size. What its fields mean is the caller's.
package yamlfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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

// Text is the text of a file. IsJSON reports whether the file's name ends with .json.
type Text struct {
	Bytes  []byte
	IsJSON bool
}

// Read reads a file with at most max bytes, and parses it. An *Error of either gets the file's
// name.
func Read[T any](path string, max int, parse func(Text) (T, error)) (T, error) {
	got, err := read(path, max, parse)
	if wrong := (*Error)(nil); errors.As(err, &wrong) {
		wrong.File = path
	}
	return got, err
}

func read[T any](path string, max int, parse func(Text) (T, error)) (got T, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // without waiting for a named pipe's writer
	if err != nil {
		return got, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(max)+1))
	switch {
	case err != nil:
		return got, err
	case len(text) > max:
		return got, &Error{Message: fmt.Sprintf("it has more than %d bytes", max)}
	case !utf8.Valid(text):
		return got, &Error{Message: "it is not text in UTF-8"}
	}
	return parse(Text{text, strings.EqualFold(filepath.Ext(path), ".json")})
}

// Root returns the root of a text's only document. JSON is read as YAML, so a number stays as it is
// written.
func (t Text) Root() (*yaml.Node, error) {
	if t.IsJSON && !json.Valid(t.Bytes) {
		return nil, &Error{Message: "it cannot be read as JSON"}
	}
	var document yaml.Node
	if err := yaml.Load(t.Bytes, &document); err != nil {
		if at := (*yaml.LoadError)(nil); errors.As(err, &at) && at.Mark.Line > 0 {
			return nil, &Error{Line: at.Mark.Line, Message: "it cannot be read as YAML: " + at.Message}
		}
		return nil, &Error{Message: "it cannot be read as one document of YAML: " + err.Error()}
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
