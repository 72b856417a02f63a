package costless

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
)

// launchABI encodes for the contract of a launch.
var launchABI = bindings.NewLaunch()

// finalAfter is the number of blocks after which a block is final.
const finalAfter = 2

// answer appends the result of a request.
func (c *Node) answer(out []byte, q question) ([]byte, error) {
	param := func(i int) json.RawMessage {
		if i < len(q.Params) {
			return q.Params[i]
		}
		return nil
	}
	c.mu.Lock()
	locked := true
	unlock := func() {
		if locked {
			c.mu.Unlock()
		}
		locked = false
	}
	defer unlock()
	switch q.Method {
	case "eth_chainId":
		return quoted(out, hexutil.EncodeUint64(c.chainID)), nil
	case "eth_blockNumber":
		return quoted(out, hexutil.EncodeUint64(c.head().number)), nil
	case "eth_getBlockByNumber":
		return c.block(out, c.tagged(param(0))), nil
	case "eth_getLogs":
		return c.logs(out, param(0))
	case "eth_getTransactionReceipt":
		var hash common.Hash
		if err := json.Unmarshal(param(0), &hash); err != nil {
			return out, err
		}
		return c.receipt(out, c.sent[hash]), nil
	case "eth_getBlockReceipts":
		return c.receipts(out, c.tagged(param(0))), nil
	case "eth_getTransactionCount":
		return c.count(out, param(0), param(1))
	case "eth_getBalance":
		return quoted(out, "0x3635c9adc5dea00000"), nil // 1,000
	case "eth_gasPrice":
		return quoted(out, "0x77359400"), nil
	case "eth_maxPriorityFeePerGas":
		return quoted(out, "0x3b9aca00"), nil
	case "eth_feeHistory":
		return append(out, `{"oldestBlock":"0x1","baseFeePerGas":["0x3b9aca00","0x3b9aca00"],"gasUsedRatio":[0.5],"reward":[["0x3b9aca00"]]}`...), nil
	case "eth_call":
		return c.call(out, q.Params, unlock)
	case "eth_sendRawTransaction":
		unlock()
		var raw hexutil.Bytes
		if err := json.Unmarshal(param(0), &raw); err != nil {
			return out, err
		}
		hash, err := c.send(raw)
		return quoted(out, hash.Hex()), err
	case "eth_getTransactionByHash":
		return out, fmt.Errorf("%s is not supported", q.Method)
	}
	unlock()
	return c.ask(out, q.Method, q.Params)
}

func quoted(out []byte, text string) []byte {
	return append(append(append(out, '"'), text...), '"')
}

// tagged returns the block with a number or a tag; nil if it is missing.
func (c *Node) tagged(param json.RawMessage) *entry {
	var tag string
	if err := json.Unmarshal(param, &tag); err != nil {
		return nil
	}
	switch tag {
	case "latest", "pending", "":
		return c.head()
	case "finalized", "safe":
		return c.at(max(c.head().number, finalAfter) - finalAfter)
	case "earliest":
		return c.at(0)
	}
	number, err := strconv.ParseUint(tag, 0, 64)
	if err != nil {
		return nil
	}
	return c.at(number)
}

func (c *Node) block(out []byte, e *entry) []byte {
	switch {
	case e == nil:
		return append(out, "null"...)
	case e.raw != nil:
		return append(out, e.raw...)
	}
	gas := uint64(0)
	hashes := make([]common.Hash, len(e.sent))
	for i, s := range e.sent {
		hashes[i], gas = s.hash, s.upTo
	}
	list, _ := json.Marshal(hashes) // hashes have no error
	return fmt.Appendf(out, `{"number":"0x%x","hash":"%s","parentHash":"%s","timestamp":"0x%x","baseFeePerGas":"0x3b9aca00","gasLimit":"0x%x","gasUsed":"0x%x","transactions":%s}`,
		e.number, e.hash, e.parent, e.time, blockGas, gas, list)
}

func (c *Node) count(out []byte, account, tag json.RawMessage) ([]byte, error) {
	var a common.Address
	if err := json.Unmarshal(account, &a); err != nil {
		return out, err
	}
	e := c.tagged(tag)
	if e == nil {
		return out, errors.New("header not found")
	}
	n := c.nonceAt(a, e.number)
	for string(tag) == `"pending"` && c.waits[a][n] != nil {
		n++
	}
	return quoted(out, hexutil.EncodeUint64(n)), nil
}

// selector returns the first four bytes of an encoded call as text.
func selector(input []byte) string { return string(input[:4]) }

var (
	callState   = selector(launchABI.PackState())
	callInspect = selector(launchABI.PackInspect(nil, nil))
	callBalance = selector(launchABI.PackBalanceOf(common.Address{}))
	callUsed    = selector(launchABI.PackAuthorizationState(common.Address{}, [32]byte{}))
)

// call answers a call to the launch or its asset. What does not depend on the books is
// asked on the node of the deployment; unlock is called before.
func (c *Node) call(out []byte, params []json.RawMessage, unlock func()) ([]byte, error) {
	var m struct {
		To          common.Address
		Input, Data hexutil.Bytes
	}
	if len(params) < 2 {
		return out, errors.New("eth_call has a call and a block")
	}
	if err := json.Unmarshal(params[0], &m); err != nil {
		return out, err
	}
	input := m.Input
	if input == nil {
		input = m.Data
	}
	e := c.tagged(params[1])
	if e == nil || len(input) < 4 {
		return out, errors.New("header not found")
	}
	switch selector(input) {
	case callInspect:
		return c.inspect(out, input[4:], e.number)
	case string(mintBatch):
		return c.simulate(out, input)
	case callState:
		unlock()
		return c.state(out, params[0], e.sold)
	case callBalance:
		if m.To == c.asset && len(input) == 36 && common.BytesToAddress(input[4:]) == c.token {
			return quoted(out, common.BigToHash(c.held(e.sold)).Hex()), nil
		}
	case callUsed:
		if m.To == c.asset && len(input) == 68 {
			u := use{common.BytesToAddress(input[4:36]), common.BytesToHash(input[36:])}
			return quoted(out, common.BytesToHash([]byte{truth(c.usedAt(u, e.number) != nil)}).Hex()), nil
		}
	}
	unlock()
	return c.ask(out, "eth_call", []json.RawMessage{params[0], json.RawMessage(`"latest"`)})
}

func truth(is bool) byte {
	if is {
		return 1
	}
	return 0
}

// held returns the money of the launch after a number of allotments was sold.
func (b *books) held(sold int64) *big.Int { return new(big.Int).Mul(b.price, big.NewInt(sold)) }

// state answers the contract's state.
func (c *Node) state(out []byte, call json.RawMessage, sold int64) ([]byte, error) {
	raw, err := c.ask(nil, "eth_call", []json.RawMessage{call, json.RawMessage(`"latest"`)})
	if err != nil {
		return out, err
	}
	var words hexutil.Bytes
	if err := json.Unmarshal(raw, &words); err != nil {
		return out, err
	}
	if len(words) < 4*32 {
		return out, errors.New("the state has no words")
	}
	words = slices.Clone(words)
	copy(words, common.BigToHash(big.NewInt(sold)).Bytes())
	copy(words[2*32:], common.BigToHash(c.held(sold)).Bytes())
	return quoted(out, words.String()), nil
}

// rich is the balance of every payer.
var rich = common.BigToHash(big.NewInt(1e12))

// inspect answers for payers and payment nonces: balance, used, blacklisted, size of the
// code, and the chain over the spent ids.
func (c *Node) inspect(out, input []byte, number uint64) ([]byte, error) {
	payers, ok := tail(input, 0)
	nonces, fine := tail(input, 1)
	n, counted := small(payers, 0)
	if !ok || !fine || !counted || len(payers) < 32*(n+1) || len(nonces) < 32*(n+1) {
		return out, errors.New("inspect has two lists")
	}
	words := make([]byte, 32*(2+5*n))
	words[31] = 32
	copy(words[32:], payers[:32])
	for i := range n {
		m := c.usedAt(use{common.BytesToAddress(payers[32*(i+1) : 32*(i+2)]), common.BytesToHash(nonces[32*(i+1) : 32*(i+2)])}, number)
		at := words[32*(2+5*i):]
		copy(at, rich[:])
		if m == nil {
			continue
		}
		at[63] = 1
		link := crypto.Keccak256(make([]byte, 32), m.id[:]) // each payer of the benchmark mints once
		copy(at[4*32+14:5*32], link[:18])
	}
	out = append(out, `"0x`...)
	out = hex.AppendEncode(out, words)
	return append(out, '"'), nil
}

// simulate answers a batch: no error for a payment that is not used.
func (c *Node) simulate(out, input []byte) ([]byte, error) {
	mints, err := c.payments(input)
	if err != nil {
		return out, err
	}
	words := make([]byte, 32*(2+len(mints)))
	words[31] = 32
	copy(words[32:], common.BigToHash(big.NewInt(int64(len(mints)))).Bytes())
	for i, m := range mints {
		if c.used[use{m.payer, m.nonce}] != nil {
			copy(words[32*(2+i):], []byte{0xff, 0xff, 0xff, 0xff})
		}
	}
	out = append(out, `"0x`...)
	out = hex.AppendEncode(out, words)
	return append(out, '"'), nil
}
