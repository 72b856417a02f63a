package source

import (
	"encoding/json"
	"strings"
)

// shownSource is a source as services like Etherscan show it. Any field may be empty.
type shownSource struct{ SourceCode, SimilarMatch, ContractName, CompilerVersion string }

// shows reports whether a service shows this code as the source of a contract. Anyone may submit a
// source that compiles to the contract's code, with other names and comments. Fields that a
// service leaves empty are not compared.
func (c Code) shows(s shownSource) bool {
	file, name, _ := strings.Cut(c.Name, ":")
	if shown := s.ContractName[strings.LastIndexByte(s.ContractName, ':')+1:]; shown != "" && shown != name {
		return false
	}
	if shown := strings.TrimPrefix(s.CompilerVersion, "v"); shown != "" && shown != c.Compiler && !strings.HasPrefix(c.Compiler, shown+"+") {
		return false
	}
	ours, text := texts(c.Input), strings.TrimSpace(s.SourceCode)
	if inner, ok := strings.CutPrefix(text, "{{"); ok { // Etherscan puts another pair of braces around JSON
		text = "{" + strings.TrimSuffix(inner, "}")
	}
	if !json.Valid([]byte(text)) {
		return trimmed(text) == ours[file] // Blockscout shows the contract's own file, and others elsewhere
	}
	shown := texts([]byte(text))
	for path, own := range ours {
		if shown[path] != own {
			return false
		}
	}
	return len(shown) == len(ours)
}

// texts returns the sources of a compiler's input by path, without differences in the ends of
// lines and of the file.
func texts(input []byte) map[string]string {
	var all struct {
		Sources map[string]struct{ Content string } `json:"sources"`
	}
	if json.Unmarshal(input, &all) != nil {
		return nil
	}
	plain := map[string]string{}
	for path, s := range all.Sources {
		plain[path] = trimmed(s.Content)
	}
	return plain
}

func trimmed(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }
