package e2e

import (
	"context"
	"math/big"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// chainID is Base Sepolia's: official clients refuse chains they do not know.
const chainID = 84532

// anvil is a chain with blocks at intervals, whose mining a test can stop.
type anvil struct {
	*ethclient.Client
	t        *testing.T
	url      string
	process  *process
	interval int // seconds
	accounts []common.Address
	// shared says that several tests use the chain at the same time. None of them
	// makes a block then, and each has accounts of its own (usdc.of).
	shared bool
	// sending lets one goroutine at a time choose account nonces and send, so that
	// two sends from one account never get the same ones.
	sending *sync.Mutex
}

// The keys of anvil's first accounts, which everybody knows.
const (
	deployerKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
	senderKey   = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
	minterKey   = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"
)

// Who is who among anvil's accounts.
const (
	deployer = iota
	sender
	minter
	circle   // every role of USDC
	admin    // of USDC's proxy
	stranger // submits what it was not asked to
	donor
	treasury
)

// startAnvil starts a chain with a block every interval seconds. Two blocks make
// one final.
func startAnvil(t *testing.T, interval int) *anvil {
	t.Helper()
	return startAnvilOf(t, interval, 1)
}

// startAnvilOf starts one where a block is final when so many slots, twice, came
// after it.
func startAnvilOf(t *testing.T, interval, slots int) *anvil {
	t.Helper()
	return startAnvilWith(t, interval, slots)
}

// startAnvilWith starts one with further flags. The states of past blocks that it
// writes to disk go with the test: by default they stay in the home directory, some
// 100 kB a block.
func startAnvilWith(t *testing.T, interval, slots int, flags ...string) *anvil {
	t.Helper()
	found, _ := filepath.Glob("node_modules/@foundry-rs/anvil-*/bin/anvil")
	if len(found) == 0 {
		t.Fatal("there is no anvil in e2e/node_modules for this machine")
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(flags, "--chain-id") {
		flags = append(flags, "--chain-id", strconv.Itoa(chainID))
	}
	p := start(t, nil, path, append([]string{"--host", "127.0.0.1", "--port", "0",
		"--block-time", strconv.Itoa(interval), "--slots-in-an-epoch", strconv.Itoa(slots), "--gas-limit", "100000000",
		"--cache-path", t.TempDir()}, flags...)...)
	a := &anvil{t: t, process: p, interval: interval, sending: &sync.Mutex{}}
	until(t, "anvil listens", func() bool {
		if p.ended() {
			t.Fatal("anvil ended at once")
		}
		for _, line := range p.said() {
			if _, at, ok := strings.Cut(line, "Listening on "); ok {
				a.url = "http://" + strings.TrimSpace(at)
				return true
			}
		}
		return false
	})
	client, err := rpc.Dial(a.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	a.Client = ethclient.NewClient(client)
	a.call(&a.accounts, "eth_accounts")
	return a
}

// call makes one JSON-RPC call.
func (a *anvil) call(result any, method string, args ...any) {
	a.t.Helper()
	if err := a.Client.Client().CallContext(context.Background(), result, method, args...); err != nil {
		a.t.Fatalf("%s: %v", method, err)
	}
}

// stop mines no more blocks, so that what was sent stays in flight.
func (a *anvil) stop() {
	a.t.Helper()
	a.call(nil, "evm_setIntervalMining", 0)
}

// resume mines as before stop.
func (a *anvil) resume() {
	a.t.Helper()
	a.call(nil, "evm_setIntervalMining", a.interval)
}

// mine makes one block now.
func (a *anvil) mine() {
	a.t.Helper()
	a.call(nil, "evm_mine")
}

// forget empties the node's pool: what was sent and not mined is lost.
func (a *anvil) forget() {
	a.t.Helper()
	a.call(nil, "anvil_dropAllTransactions")
}

// advance waits for so many blocks.
func (a *anvil) advance(n uint64) {
	a.t.Helper()
	from, err := a.BlockNumber(context.Background())
	if err != nil {
		a.t.Fatal(err)
	}
	until(a.t, "blocks are made", func() bool {
		now, err := a.BlockNumber(context.Background())
		return err == nil && now >= from+n
	})
}

// mineMany makes blocks at once, all of the same second, so that the chain's
// clock does not run ahead of ours.
func (a *anvil) mineMany(n int) {
	a.t.Helper()
	if n == 0 {
		return
	}
	a.call(nil, "anvil_setBlockTimestampInterval", 0)
	a.call(nil, "anvil_mine", hexutil.Uint64(n), hexutil.Uint64(0))
	a.call(nil, "anvil_removeBlockTimestampInterval")
}

// reorg replaces the newest blocks by empty ones, or by ones of which the last
// includes these transactions.
func (a *anvil) reorg(depth int, include ...*types.Transaction) {
	a.t.Helper()
	pairs := []any{}
	for _, tx := range include {
		raw, err := tx.MarshalBinary()
		if err != nil {
			a.t.Fatal(err)
		}
		pairs = append(pairs, []any{hexutil.Bytes(raw), depth - 1})
	}
	before, err := a.HeaderByNumber(context.Background(), nil)
	if err != nil {
		a.t.Fatal(err)
	}
	a.call(nil, "anvil_reorg", depth, pairs)
	after, err := a.HeaderByNumber(context.Background(), before.Number)
	if err != nil || after.Hash() == before.Hash() {
		a.t.Fatalf("the reorg left block %d where it was: %v", before.Number, err)
	}
}

// tip makes a transaction go first in its block.
const tip = 50_000_000_000

// send puts transactions of one of the test's accounts into the pool.
func (a *anvil) send(from common.Address, to *common.Address, calls ...[]byte) []common.Hash {
	a.t.Helper()
	a.sending.Lock()
	defer a.sending.Unlock()
	// anvil takes the calls of a batch in any order, hence the account nonces.
	var next hexutil.Uint64
	a.call(&next, "eth_getTransactionCount", from, "pending")
	hashes := make([]common.Hash, len(calls))
	batch := make([]rpc.BatchElem, len(calls))
	for i, input := range calls {
		gas := hexutil.Uint64(400_000)
		if to == nil {
			gas = 8_000_000
		}
		batch[i] = rpc.BatchElem{Method: "eth_sendTransaction", Result: &hashes[i], Args: []any{map[string]any{
			"from": from, "to": to, "data": hexutil.Bytes(input), "gas": gas, "nonce": next + hexutil.Uint64(i),
			"maxPriorityFeePerGas": (*hexutil.Big)(big.NewInt(tip)), "maxFeePerGas": (*hexutil.Big)(big.NewInt(2 * tip)),
		}}}
	}
	if err := a.Client.Client().BatchCall(batch); err != nil {
		a.t.Fatalf("send: %v", err)
	}
	for _, b := range batch {
		if b.Error != nil {
			a.t.Fatalf("send from %s: %v", from, b.Error)
		}
	}
	return hashes
}

// done sends and mines, and is sure that all of it succeeded.
func (a *anvil) done(from common.Address, to *common.Address, calls ...[]byte) []*types.Receipt {
	a.t.Helper()
	hashes := a.send(from, to, calls...)
	if !a.shared {
		a.mine()
	}
	receipts := make([]*types.Receipt, len(hashes))
	for i, hash := range hashes {
		until(a.t, "transaction "+hash.Hex()+" is mined", func() bool {
			r, err := a.TransactionReceipt(context.Background(), hash)
			receipts[i] = r
			return err == nil
		})
		if receipts[i].Status != types.ReceiptStatusSuccessful {
			a.t.Fatalf("transaction %s of %s reverted", hash, from)
		}
	}
	return receipts
}
