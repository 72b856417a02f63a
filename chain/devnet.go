//go:build !nodemo

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

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	gethnode "github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/bindings"
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
// chain: their genesis blocks differ by random extra data. The build tag nodemo
// leaves it out, and go-ethereum's node with it.
type Devnet struct {
	// URL serves JSON-RPC (eth, net, web3), with CORS for any origin.
	URL string
	// Genesis is the hash of block 0.
	Genesis common.Hash

	config DevnetConfig
	stack  *gethnode.Node
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
	conf := gethnode.Config{
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
		BatchRequestLimit:    gethnode.DefaultConfig.BatchRequestLimit,
		BatchResponseMaxSize: gethnode.DefaultConfig.BatchResponseMaxSize,
	}
	if d.stack, err = gethnode.New(&conf); err != nil {
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
