// Package usual reads the answers of nodes in the usual form, without reflection and in one pass.
//
// A busy block has megabytes of them, and a JSON-RPC client goes four times through each result of
// a batch: to find the end of the answer, to find its own, to check it and to decode it.
//
// Its functions return false for any other form, whether it is valid JSON or not. Such an answer has to be
// read by [encoding/json], which reads the same in all others.
package usual

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// Results cuts the results out of a list of JSON-RPC answers: in short, each is replaced by
// its position among the results. A list with an error is another form.
func Results(list []byte) (short []byte, results [][]byte, ok bool) {
	r := reader{list}
	if bytes.IndexByte(list, '\\') >= 0 || !r.next('[') {
		return nil, nil, false
	}
	short = append(short, '[')
	for more := true; more; more = r.next(',') {
		if len(short) > 1 {
			short = append(short, ',')
		}
		short, ok = r.answer(short, func(result []byte) []byte {
			results = append(results, result)
			return strconv.AppendInt(nil, int64(len(results)-1), 10)
		})
		if !ok {
			return nil, nil, false
		}
	}
	return append(short, ']'), results, r.next(']') && r.ended()
}

// Answer returns one JSON-RPC answer, that has no error, without "error": null.
func Answer(one []byte) (short []byte, ok bool) {
	r := reader{one}
	short, ok = r.answer(nil, func(result []byte) []byte { return result })
	return short, ok && r.ended() && bytes.IndexByte(one, '\\') < 0
}

// answer appends an answer without an error to short, with another result. Some servers send
// "error": null with the result, as JSON-RPC 1.0 demands and 2.0 forbids; it is left out.
func (r *reader) answer(short []byte, result func([]byte) []byte) ([]byte, bool) {
	short = append(short, '{')
	ok := r.object(func(name string, value []byte) bool {
		switch name {
		case "jsonrpc", "id":
		case "result":
			value = result(value)
		case "error":
			return string(value) == "null"
		default:
			return false
		}
		if short[len(short)-1] != '{' {
			short = append(short, ',')
		}
		short = append(append(append(short, '"'), name...), `":`...)
		short = append(short, value...)
		return true
	})
	return append(short, '}'), ok
}

// Without returns an object without the members of these names, and their values. The last of several
// members with a name counts.
func Without(object []byte, names ...string) (rest []byte, values [][]byte, ok bool) {
	values = make([][]byte, len(names))
	rest = make([]byte, 1, 2048)
	r := reader{object}
	ok = r.object(func(name string, value []byte) bool {
		at := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
		if at >= 0 {
			known := names[at] == name && values[at] == nil // encoding/json takes names in any case
			values[at] = value
			return known
		}
		rest = append(append(append(rest, '"'), name...), `":`...)
		rest = append(append(rest, value...), ',')
		return true
	})
	rest[0], rest[len(rest)-1] = '{', '}'
	return rest, values, ok && len(rest) > 1 && r.ended() && bytes.IndexByte(object, '\\') < 0
}
