//go:build linux

package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const (
	blockGas = 400_000_000 // as on Base
	// balanceSlot is the storage slot of TestUSDC's balanceOf.
	balanceSlot = 2
)

// node is anvil with test USDC at Base Sepolia's address. It records when each block
// appeared.
type node struct {
	*process
	*ethclient.Client
	url     string
	network x402.Network
	unwatch context.CancelFunc
	rich    bool // every account has money

	mu    sync.Mutex
	heads []seen
}

type seen struct {
	number uint64
	at     time.Time
}

// startNode starts a node with a time between blocks; 0: it mines each transaction at
// once.
func startNode(ctx context.Context, dir, modules string, every time.Duration) (*node, error) {
	found, _ := filepath.Glob(filepath.Join(modules, "@foundry-rs/anvil-*/bin/anvil"))
	if len(found) == 0 {
		return nil, fmt.Errorf("find anvil in %s: there is none for this machine", modules)
	}
	network, ok := x402.NetworkByName("base-sepolia")
	if !ok {
		return nil, errors.New("base-sepolia is not in the table of networks")
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	n := &node{url: fmt.Sprintf("http://127.0.0.1:%d", port), network: network}
	args := []string{"--host", "127.0.0.1", "--port", strconv.Itoa(port), "--silent",
		"--chain-id", strconv.FormatUint(network.ChainID, 10), "--slots-in-an-epoch", "1", "--gas-limit", strconv.Itoa(blockGas)}
	if every > 0 {
		args = append(args, "--block-time", strconv.FormatFloat(every.Seconds(), 'f', -1, 64))
	}
	n.process, err = start(ctx, dir, loadCore, nil, found[0], args...)
	if err != nil {
		return nil, err
	}
	if err := n.ready(ctx, n.url, 200, 400, 405); err != nil {
		return nil, err
	}
	if n.Client, err = ethclient.DialContext(ctx, n.url); err != nil {
		return nil, fmt.Errorf("dial anvil: %w", err)
	}
	if err := n.Client.Client().CallContext(ctx, nil, "anvil_setCode", network.Asset.Address, hexutil.Bytes(bindings.TestUSDCRuntime)); err != nil {
		return nil, fmt.Errorf("plant USDC: %w", err)
	}
	n.follow(ctx)
	return n, nil
}

// follow starts to record when blocks appear.
func (n *node) follow(ctx context.Context) {
	ctx, n.unwatch = context.WithCancel(ctx)
	go n.watch(ctx)
}

// stop ends the node.
func (n *node) stop() {
	n.unwatch()
	n.process.stop(0)
}

// watch records when blocks appear.
func (n *node) watch(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var last uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		number, err := n.BlockNumber(ctx)
		if err != nil || number <= last {
			continue
		}
		last = number
		n.mu.Lock()
		n.heads = append(n.heads, seen{number, time.Now()})
		n.mu.Unlock()
	}
}

// headAt returns the number of the newest block at a time.
func (n *node) headAt(at time.Time) (number uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := len(n.heads) - 1; i >= 0; i-- {
		if !n.heads[i].at.After(at) {
			return n.heads[i].number
		}
	}
	return 0
}

// appeared returns the time when a block appeared, or the first one after it.
func (n *node) appeared(number uint64) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.heads {
		if h.number >= number {
			return h.at
		}
	}
	return time.Time{}
}

// nextHead waits for the next block.
func (n *node) nextHead(ctx context.Context) error {
	for now := n.headAt(time.Now()); n.headAt(time.Now()) == now; {
		if !wait(ctx, 5*time.Millisecond) {
			return ctx.Err()
		}
	}
	return nil
}

// fund gives each payer the price of a payment.
func (n *node) fund(ctx context.Context, payments []payment) error {
	for len(payments) > 0 && !n.rich {
		chunk := payments[:min(len(payments), 1000)]
		payments = payments[len(chunk):]
		batch := make([]rpc.BatchElem, len(chunk))
		for i, p := range chunk {
			at := crypto.Keccak256Hash(common.LeftPadBytes(p.payer[:], 32), common.BigToHash(big.NewInt(balanceSlot)).Bytes())
			batch[i] = rpc.BatchElem{Method: "anvil_setStorageAt", Result: new(bool),
				Args: []any{n.network.Asset.Address, at, common.BigToHash(p.header.Authorization.Value)}}
		}
		if err := n.Client.Client().BatchCallContext(ctx, batch); err != nil {
			return fmt.Errorf("fund payers: %w", err)
		}
		for _, b := range batch {
			if b.Error != nil {
				return fmt.Errorf("fund payers: %w", b.Error)
			}
		}
	}
	return nil
}

// done is the result of payments on the chain.
type done struct {
	in           map[common.Hash]uint64 // payment id → block
	transactions int
	gas          uint64
}

var (
	mintedTopic = crypto.Keccak256Hash([]byte("Minted(bytes32,address,uint256)"))
	usedTopic   = crypto.Keccak256Hash([]byte("AuthorizationUsed(address,bytes32)"))
)

// became reads the results of payments since a block. With a token these are the
// launch's mints, and without one the settlements.
func (n *node) became(ctx context.Context, token common.Address, payments []payment, since uint64) (*done, error) {
	from, topic := token, mintedTopic
	if token == (common.Address{}) {
		from, topic = n.network.Asset.Address, usedTopic
	}
	logs, err := n.FilterLogs(ctx, ethereum.FilterQuery{Addresses: []common.Address{from}, Topics: [][]common.Hash{{topic}},
		FromBlock: new(big.Int).SetUint64(since)})
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", from, err)
	}
	wanted := make(map[common.Hash]bool, len(payments))
	for _, p := range payments {
		wanted[p.id.Hash()] = true
	}
	d := &done{in: map[common.Hash]uint64{}}
	transactions := map[common.Hash]bool{}
	for _, l := range logs {
		id := l.Topics[1]
		if topic == usedTopic {
			id = mint.NewPaymentID(n.network.ChainID, from, common.BytesToAddress(l.Topics[1][:]), l.Topics[2]).Hash()
		}
		if !wanted[id] {
			continue
		}
		if _, twice := d.in[id]; twice {
			return nil, fmt.Errorf("payment %s is there twice", id)
		}
		d.in[id] = l.BlockNumber
		transactions[l.TxHash] = true
	}
	for hash := range transactions {
		receipt, err := n.TransactionReceipt(ctx, hash)
		if err != nil {
			return nil, fmt.Errorf("read receipt %s: %w", hash, err)
		}
		d.transactions++
		d.gas += receipt.GasUsed
	}
	return d, nil
}

// account returns a new account with coin for gas.
func (n *node) account(ctx context.Context) (*ecdsa.PrivateKey, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make account: %w", err)
	}
	coin := (*hexutil.Big)(new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18)))
	if err := n.Client.Client().CallContext(ctx, nil, "anvil_setBalance", crypto.PubkeyToAddress(key.PublicKey), coin); err != nil {
		return nil, fmt.Errorf("give account coin for gas: %w", err)
	}
	return key, nil
}
