package usual

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Logs reads a list of logs.
func Logs(data []byte) (logs []types.Log, ok bool) {
	r := reader{data}
	if !r.next('[') {
		return nil, false
	}
	logs = make([]types.Log, 0, bytes.Count(data, []byte(`"topics"`)))
	for more := !r.next(']'); more; more = r.next(',') {
		logs = append(logs, types.Log{})
		if !r.log(&logs[len(logs)-1]) {
			return nil, false
		}
	}
	return logs, (len(logs) == 0 || r.next(']')) && r.ended()
}

// logFields are the members of a log that are read, with the bit that marks each as seen.
var logFields = map[string]int{"address": 1, "topics": 2, "data": 4, "transactionHash": 8, "blockNumber": 0, "blockHash": 0,
	"transactionIndex": 0, "logIndex": 0, "removed": 0, "blockTimestamp": 0}

func (r *reader) log(l *types.Log) bool {
	if !r.next('{') {
		return false
	}
	seen := 0
	for more := true; more; more = r.next(',') {
		name, ok := r.text()
		if !ok || !r.next(':') {
			return false
		}
		bit, known := logFields[string(name)]
		if !known {
			if !printable(name) {
				return false
			}
			// encoding/json takes names in any case.
			for field := range logFields {
				if strings.EqualFold(field, string(name)) {
					return false
				}
			}
		}
		if !r.member(l, string(name)) {
			return false
		}
		seen |= bit
	}
	return seen == 15 && r.next('}')
}

// member reads the value of a member.
func (r *reader) member(l *types.Log, name string) bool {
	switch name {
	case "topics":
		return r.topics(l)
	case "removed":
		word := r.word()
		l.Removed = word == "true"
		return word == "true" || word == "false"
	}
	s, ok := r.text()
	if !ok {
		_, known := logFields[name]
		return !known && json.Valid([]byte(r.word()))
	}
	switch name {
	case "address":
		return fixed(l.Address[:], s)
	case "data":
		l.Data = make([]byte, max(len(s), 2)/2-1)
		return fixed(l.Data, s)
	case "transactionHash":
		return fixed(l.TxHash[:], s)
	case "blockHash":
		return fixed(l.BlockHash[:], s)
	case "blockNumber":
		return quantity(&l.BlockNumber, s)
	case "blockTimestamp":
		return quantity(&l.BlockTimestamp, s)
	case "transactionIndex":
		return index(&l.TxIndex, s)
	case "logIndex":
		return index(&l.Index, s)
	}
	return printable(s)
}

func (r *reader) topics(l *types.Log) bool {
	if !r.next('[') {
		return false
	}
	l.Topics = make([]common.Hash, 0, 4)
	for more := !r.next(']'); more; more = r.next(',') {
		s, ok := r.text()
		l.Topics = append(l.Topics, common.Hash{})
		if !ok || !fixed(l.Topics[len(l.Topics)-1][:], s) {
			return false
		}
	}
	return len(l.Topics) == 0 || r.next(']')
}

// fixed decodes hex digits behind 0x that fill into.
func fixed(into, s []byte) bool {
	if len(s) != 2+2*len(into) || s[0] != '0' || s[1] != 'x' {
		return false
	}
	_, err := hex.Decode(into, s[2:])
	return err == nil
}

// quantity decodes a number as JSON-RPC writes it: behind 0x, without leading zeros.
func quantity(into *uint64, s []byte) bool {
	if len(s) < 3 || len(s) > 18 || s[0] != '0' || s[1] != 'x' || s[2] == '0' && len(s) > 3 {
		return false
	}
	n := uint64(0)
	for _, c := range s[2:] {
		d := strings.IndexByte("0123456789abcdef", c)
		if d < 0 {
			return false
		}
		n = n<<4 | uint64(d)
	}
	*into = n
	return true
}

func index(into *uint, s []byte) bool {
	var n uint64
	ok := quantity(&n, s)
	*into = uint(n)
	return ok
}
