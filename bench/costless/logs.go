package costless

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

var (
	mintedTopic   = crypto.Keccak256Hash([]byte("Minted(bytes32,address,uint256)"))
	usedTopic     = crypto.Keccak256Hash([]byte("AuthorizationUsed(address,bytes32)"))
	transferTopic = crypto.Keccak256Hash([]byte("Transfer(address,address,uint256)"))
)

// logsOfMint is the number of logs of a mint: the asset's two, and the token's two.
const logsOfMint = 4

// log is a log of a mint.
type log struct {
	address common.Address
	topics  []common.Hash
	data    *big.Int // may be nil
}

// ofMint returns the kth log of a mint.
func (b *books) ofMint(m *mintedOne, k int) log {
	payer := common.BytesToHash(m.payer[:])
	switch k {
	case 0:
		return log{b.asset, []common.Hash{usedTopic, payer, m.nonce}, nil}
	case 1:
		return log{b.asset, []common.Hash{transferTopic, payer, common.BytesToHash(b.token[:])}, new(big.Int).Mul(b.price, big.NewInt(m.quantity))}
	case 2:
		return log{b.token, []common.Hash{transferTopic, {}, payer}, big.NewInt(m.quantity)} // without the decimals
	default:
		return log{b.token, []common.Hash{mintedTopic, m.id, payer}, big.NewInt(m.quantity)}
	}
}

// append appends a log as JSON.
func (l log) append(out []byte, m *mintedOne, k int) []byte {
	out = fmt.Appendf(out, `{"address":"0x%x","topics":[`, l.address[:])
	for i, t := range l.topics {
		if i > 0 {
			out = append(out, ',')
		}
		out = quoted(out, t.Hex())
	}
	data := "0x"
	if l.data != nil {
		data = common.BigToHash(l.data).Hex()
	}
	return fmt.Appendf(out, `],"data":"%s","blockNumber":"0x%x","transactionHash":"%s","transactionIndex":"0x%x","blockHash":"%s","logIndex":"0x%x","removed":false}`,
		data, m.of.in.number, m.of.hash.Hex(), m.of.index, m.of.in.hash.Hex(), m.log+k)
}

// wanted is the filter of eth_getLogs.
type wanted struct {
	From, To  hexutil.Uint64
	BlockHash *common.Hash
	Address   []common.Address
	Topics    [][]common.Hash
}

// UnmarshalJSON accepts one value instead of a list.
func (w *wanted) UnmarshalJSON(data []byte) error {
	var raw struct {
		FromBlock, ToBlock string
		BlockHash          *common.Hash
		Address            json.RawMessage
		Topics             []json.RawMessage
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	w.BlockHash = raw.BlockHash
	w.To = 1<<63 - 1
	if raw.FromBlock != "" && raw.FromBlock != "earliest" {
		if err := w.From.UnmarshalText([]byte(raw.FromBlock)); err != nil {
			return err
		}
	}
	if raw.ToBlock != "" && raw.ToBlock != "latest" {
		if err := w.To.UnmarshalText([]byte(raw.ToBlock)); err != nil {
			return err
		}
	}
	var err error
	if w.Address, err = oneOrMore[common.Address](raw.Address); err != nil {
		return err
	}
	for _, t := range raw.Topics {
		list, err := oneOrMore[common.Hash](t)
		if err != nil {
			return err
		}
		w.Topics = append(w.Topics, list)
	}
	return nil
}

// oneOrMore reads a value, a list, or null.
func oneOrMore[T any](data json.RawMessage) (list []T, err error) {
	if len(data) == 0 || string(data) == "null" {
		return nil, nil
	}
	if data[0] == '[' {
		return list, json.Unmarshal(data, &list)
	}
	list = make([]T, 1)
	return list, json.Unmarshal(data, &list[0])
}

func (w *wanted) matches(l log) bool {
	if len(w.Address) > 0 && !slices.Contains(w.Address, l.address) || len(w.Topics) > len(l.topics) {
		return false
	}
	for i, any := range w.Topics {
		if len(any) > 0 && !slices.Contains(any, l.topics[i]) {
			return false
		}
	}
	return true
}

func (c *Node) logs(out []byte, param json.RawMessage) ([]byte, error) {
	var w wanted
	if err := json.Unmarshal(param, &w); err != nil {
		return out, err
	}
	if w.BlockHash != nil {
		return out, errors.New("a filter by block hash is not supported")
	}
	out = append(out, '[')
	first := true
	for number := uint64(w.From); number <= min(uint64(w.To), c.head().number); number++ {
		for _, s := range c.blocks[number].sent {
			for i := range s.mints {
				for k := range logsOfMint {
					l := c.ofMint(&s.mints[i], k)
					if s.failed || !w.matches(l) {
						continue
					}
					if !first {
						out = append(out, ',')
					}
					first = false
					out = l.append(out, &s.mints[i], k)
				}
			}
		}
	}
	return append(out, ']'), nil
}

// receipt appends the receipt of a batch, or null if it is in no block.
func (c *Node) receipt(out []byte, s *sent) []byte {
	if s == nil || s.in == nil {
		return append(out, "null"...)
	}
	out = fmt.Appendf(out, `{"type":"0x2","status":"0x%x","transactionHash":"%s","transactionIndex":"0x%x","blockHash":"%s","blockNumber":"0x%x","from":"0x%x","to":"0x%x",`+
		`"contractAddress":null,"gasUsed":"0x%x","cumulativeGasUsed":"0x%x","effectiveGasPrice":"0x77359400","logsBloom":"0x%0512x","logs":[`,
		1-truth(s.failed), s.hash.Hex(), s.index, s.in.hash.Hex(), s.in.number, s.from[:], c.token[:], s.gas(), s.upTo, 0)
	for i := range s.mints {
		for k := range logsOfMint {
			if s.failed {
				continue
			}
			if i+k > 0 {
				out = append(out, ',')
			}
			out = c.ofMint(&s.mints[i], k).append(out, &s.mints[i], k)
		}
	}
	return append(out, "]}"...)
}

func (c *Node) receipts(out []byte, e *entry) []byte {
	if e == nil {
		return append(out, "null"...)
	}
	out = append(out, '[')
	for i, s := range e.sent {
		if i > 0 {
			out = append(out, ',')
		}
		out = c.receipt(out, s)
	}
	return append(out, ']')
}
