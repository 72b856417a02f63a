package chain

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/beacon/engine"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/miner"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
)

// What a devnet has at genesis: Base Sepolia's chain id and USDC address, so that
// official clients, which know no other, pay it unmodified.
var (
	DevnetUSDC       = common.HexToAddress("0x036CbD53842c5426634e7929541eC2318f3dCF7e")
	DevnetMulticall3 = common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11")
)

const (
	// DevnetChainID is Base Sepolia's.
	DevnetChainID = 84532
	// devnetGas is a block's gas limit.
	devnetGas = 60_000_000
	// devnetHeartbeat and devnetFinality are the defaults of DevnetConfig.
	devnetHeartbeat = 2 * time.Second
	devnetFinality  = 2
)

// DevnetConfig is what can be chosen of a devnet. The zero value is a demo's: a
// free port, a block when there is something to mine and every two seconds.
type DevnetConfig struct {
	// Port of 127.0.0.1 that JSON-RPC is served on, over HTTP and WebSocket; a
	// free one if zero.
	Port int
	// Fund gives accounts coin for gas at genesis, in wei.
	Fund map[common.Address]*big.Int
	// Alloc adds to the genesis state, code included.
	Alloc types.GenesisAlloc
	// Heartbeat is the longest time without a block, two seconds if zero.
	Heartbeat time.Duration
	// Finality is how many blocks behind the newest the final one is, 2 if zero.
	Finality uint64
	// Manual makes blocks in Mine and nowhere else.
	Manual bool
	// Clock is time.Now if nil. A block bears its second, and where blocks make
	// themselves, one is made only in a second that it has reached: authorizations
	// must not expire early.
	Clock func() time.Time
}

// Devnet is a chain in this process and in its memory: go-ethereum's own state
// machine, transaction pool and RPC, and blocks made here. Two are never the same
// chain: their genesis blocks differ by random extra data.
type Devnet struct {
	// URL serves JSON-RPC (eth, net, web3), with CORS for any origin.
	URL string
	// Genesis is the hash of block 0.
	Genesis common.Hash

	config DevnetConfig
	stack  *node.Node
	eth    *eth.Ethereum
	faucet *ecdsa.PrivateKey

	mu     sync.Mutex // one block at a time
	giving sync.Mutex // one account nonce of the faucet at a time
	once   sync.Once
	stop   chan struct{}
	done   chan struct{}
}

// OpenDevnet starts a devnet. Close it.
func OpenDevnet(ctx context.Context, config DevnetConfig) (*Devnet, error) {
	if config.Heartbeat <= 0 {
		config.Heartbeat = devnetHeartbeat
	}
	if config.Finality == 0 {
		config.Finality = devnetFinality
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	faucet, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("open devnet: %w", err)
	}
	d := &Devnet{config: config, faucet: faucet, stop: make(chan struct{}), done: make(chan struct{})}
	if err := d.start(); err != nil {
		if d.stack != nil {
			err = errors.Join(err, d.stack.Close())
		}
		return nil, fmt.Errorf("open devnet: %w", err)
	}
	if config.Manual {
		close(d.done)
	} else {
		go d.run()
	}
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("open devnet: %w", err), d.Close())
	}
	return d, nil
}

// start assembles the node as go-ethereum's ethclient/simulated does. That
// package itself panics on a taken port, cannot tell which port it was given,
// and finalizes nothing before block 32.
func (d *Devnet) start() error {
	genesis, err := d.genesis()
	if err != nil {
		return err
	}
	modules := []string{"eth", "net", "web3"}
	conf := node.Config{
		Name:                 "mint402",
		P2P:                  p2p.Config{NoDiscovery: true, NoDial: true},
		HTTPHost:             "127.0.0.1",
		HTTPPort:             d.config.Port,
		HTTPCors:             []string{"*"},
		HTTPVirtualHosts:     []string{"localhost"},
		HTTPModules:          modules,
		HTTPTimeouts:         rpc.DefaultHTTPTimeouts,
		WSHost:               "127.0.0.1",
		WSPort:               d.config.Port,
		WSOrigins:            []string{"*"},
		WSModules:            modules,
		BatchRequestLimit:    node.DefaultConfig.BatchRequestLimit,
		BatchResponseMaxSize: node.DefaultConfig.BatchResponseMaxSize,
	}
	if d.stack, err = node.New(&conf); err != nil {
		return err
	}
	settings := ethconfig.Defaults
	settings.Genesis = genesis
	settings.SyncMode = ethconfig.FullSync
	settings.Miner.GasCeil = genesis.GasLimit
	settings.TxPool.NoLocals = true
	settings.TxPool.AccountSlots, settings.TxPool.AccountQueue = 1024, 1024
	settings.LogNoHistory = true
	// Every state stays readable, and nothing is cached that memory holds anyway.
	settings.StateScheme, settings.NoPruning = rawdb.HashScheme, true
	settings.DatabaseCache, settings.TrieCleanCache, settings.TrieDirtyCache, settings.SnapshotCache = 16, 16, 16, 0
	if d.eth, err = eth.New(d.stack, &settings); err != nil {
		return err
	}
	d.stack.RegisterAPIs([]rpc.API{{
		Namespace: "eth",
		Service:   filters.NewFilterAPI(filters.NewFilterSystem(d.eth.APIBackend, filters.Config{})),
	}})
	if err := d.stack.Start(); err != nil {
		return err
	}
	d.eth.SetSynced()
	d.URL = d.stack.HTTPEndpoint()
	head := d.eth.BlockChain().CurrentBlock()
	d.Genesis = head.Hash()
	d.eth.BlockChain().SetFinalized(head)
	d.eth.BlockChain().SetSafe(head)
	return nil
}

func (d *Devnet) genesis() (*core.Genesis, error) {
	config := *params.AllDevChainProtocolChanges
	config.ChainID = big.NewInt(DevnetChainID)
	config.BogotaTime = nil // as Base: Osaka and no later
	extra := make([]byte, 32)
	if _, err := rand.Read(extra); err != nil {
		return nil, err
	}
	alloc := core.SystemContractAllocs()
	for account, wei := range d.config.Fund {
		alloc[account] = types.Account{Balance: new(big.Int).Set(wei)}
	}
	for account, state := range d.config.Alloc {
		alloc[account] = state
	}
	alloc[DevnetUSDC] = types.Account{Nonce: 1, Balance: new(big.Int), Code: bindings.TestUSDCRuntime}
	alloc[DevnetMulticall3] = types.Account{Nonce: 1, Balance: new(big.Int), Code: bindings.Multicall3Runtime}
	alloc[create2Deployer] = types.Account{Nonce: 1, Balance: new(big.Int), Code: create2Runtime}
	alloc[crypto.PubkeyToAddress(d.faucet.PublicKey)] = types.Account{Balance: ether(1_000_000)}
	return &core.Genesis{
		Config: &config, GasLimit: devnetGas, Alloc: alloc, ExtraData: extra, BaseFee: big.NewInt(params.GWei / 100),
		// One second back, so that the first block need not wait.
		Timestamp: uint64(d.config.Clock().Unix()) - 1, Difficulty: new(big.Int),
	}, nil
}

func ether(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether)) }

// Dial returns a Client of the devnet that does not go through a socket.
func (d *Devnet) Dial(ctx context.Context) (*Client, error) { return New(ctx, d.stack.Attach()) }

// run mines until Close: what is pending, as soon as the clock has moved past the
// newest block's second, and otherwise a heartbeat.
func (d *Devnet) run() {
	defer close(d.done)
	arrived := make(chan core.NewTxsEvent, 64)
	subscription := d.eth.TxPool().SubscribeTransactions(arrived, true)
	defer subscription.Unsubscribe()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-arrived:
		case <-timer.C:
		}
		timer.Reset(d.mineIfDue())
	}
}

// mineIfDue mines if it is time to and says when to look again.
func (d *Devnet) mineIfDue() time.Duration {
	const soon = 5 * time.Millisecond // beyond the second's turn
	now := d.config.Clock()
	last := time.Unix(int64(d.eth.BlockChain().CurrentBlock().Time), 0)
	next := last.Add(time.Second)
	beat := last.Add(d.config.Heartbeat)
	if now.Before(next) {
		return next.Sub(now) + soon
	}
	if now.Before(beat) && !d.pending() {
		return beat.Sub(now) + soon
	}
	if _, err := d.Mine(); err != nil {
		return time.Second
	}
	if d.pending() {
		return soon
	}
	return d.config.Heartbeat
}

// pending says whether the pool has a transaction that a block could take.
func (d *Devnet) pending() bool {
	_, n := d.eth.TxPool().Pending(txpool.PendingFilter{})
	return n > 0
}

// Mine makes a block of what is pending, at the clock's second or the first one
// after its parent's.
func (d *Devnet) Mine() (mint.Block, error) { return d.MineAt(d.config.Clock()) }

// MineAt makes a block with that time, or the first second after its parent's.
func (d *Devnet) MineAt(at time.Time) (mint.Block, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mineOn(d.eth.BlockChain().CurrentBlock(), at)
}

// mineOn builds on a parent, executes the block again as any node would, and
// makes it the head.
func (d *Devnet) mineOn(parent *types.Header, at time.Time) (mint.Block, error) {
	select {
	case <-d.stop:
		return mint.Block{}, errors.New("mine: the devnet is closed")
	default:
	}
	bc := d.eth.BlockChain()
	seconds := uint64(max(at.Unix(), int64(parent.Time)+1))
	if err := d.eth.TxPool().Sync(); err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	var random common.Hash
	if _, err := rand.Read(random[:]); err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	payload, err := d.eth.Miner().BuildPayload(context.Background(), &miner.BuildPayloadArgs{
		Parent: parent.Hash(), Timestamp: seconds, Random: random,
		Withdrawals: types.Withdrawals{}, BeaconRoot: new(common.Hash), Version: engine.PayloadV3,
	}, false)
	if err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	if payload.ResolveFull() == nil {
		return mint.Block{}, errors.New("mine: no block was built")
	}
	block, _, _, _ := payload.FullBlockAndReceipts()
	if _, err := bc.InsertBlockWithoutSetHead(context.Background(), block, false); err != nil {
		return mint.Block{}, fmt.Errorf("mine block %d: %w", block.NumberU64(), err)
	}
	if _, err := bc.SetCanonical(block); err != nil {
		return mint.Block{}, fmt.Errorf("mine block %d: %w", block.NumberU64(), err)
	}
	d.finalize(block.NumberU64())
	if err := d.eth.TxPool().Sync(); err != nil {
		return mint.Block{}, fmt.Errorf("mine: %w", err)
	}
	return mint.Block{Number: block.NumberU64(), Hash: block.Hash(), Time: time.Unix(int64(block.Time()), 0)}, nil
}

// finalize moves the final block up, never down.
func (d *Devnet) finalize(head uint64) {
	bc := d.eth.BlockChain()
	final := head - min(head, d.config.Finality)
	if final > bc.CurrentFinalBlock().Number.Uint64() {
		h := bc.GetHeaderByNumber(final)
		bc.SetFinalized(h)
		bc.SetSafe(h)
	}
}

// Reorg drops the newest blocks, down to and without number, and makes as many
// others and one more in their place, empty or with what the pool still has.
// Final blocks stay.
func (d *Devnet) Reorg(number uint64, keep bool) (mint.Block, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	bc := d.eth.BlockChain()
	head := bc.CurrentBlock()
	if number == 0 || number > head.Number.Uint64() || number <= bc.CurrentFinalBlock().Number.Uint64() {
		return mint.Block{}, fmt.Errorf("reorg to block %d: the head is %d and block %d is final",
			number, head.Number, bc.CurrentFinalBlock().Number)
	}
	parent := bc.GetBlockByNumber(number - 1)
	if _, err := bc.SetCanonical(parent); err != nil {
		return mint.Block{}, fmt.Errorf("reorg to block %d: %w", number, err)
	}
	if err := d.eth.TxPool().Sync(); err != nil {
		return mint.Block{}, fmt.Errorf("reorg to block %d: %w", number, err)
	}
	if !keep {
		d.eth.TxPool().Clear()
	}
	var block mint.Block
	on := parent.Header()
	for n := number; n <= head.Number.Uint64()+1; n++ {
		var err error
		if block, err = d.mineOn(on, d.config.Clock()); err != nil {
			return mint.Block{}, err
		}
		on = bc.CurrentBlock()
	}
	return block, nil
}

// Close stops mining, serving and everything else. It may be called again.
func (d *Devnet) Close() error {
	var err error
	d.once.Do(func() {
		close(d.stop)
		<-d.done
		d.mu.Lock()
		defer d.mu.Unlock()
		err = d.stack.Close()
	})
	return err
}
