// Package devnet runs a whole chain in this process and in its memory, for the demo
// and for tests. Its blocks are made and executed by go-ethereum, which is most of
// this program's size: a build with the tag nodemo does without this package.
package devnet

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
	"github.com/mint402/mint402/chain"
)

// Contracts that a devnet has at genesis. The chain id and the address of USDC are
// Base Sepolia's, so that official clients, which know no others, can pay on it.
var (
	USDC       = common.HexToAddress("0x036CbD53842c5426634e7929541eC2318f3dCF7e")
	Multicall3 = common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11")
)

const (
	// ChainID is Base Sepolia's.
	ChainID          = 84532
	maxBlockGas      = 60_000_000
	defaultHeartbeat = 2 * time.Second
	defaultFinality  = 2 // blocks
)

// Config has the settings of a devnet. The zero value is right for a demo: a free
// port, and a block when there is a transaction and at least every two seconds.
type Config struct {
	// Port of 127.0.0.1 for JSON-RPC over HTTP and WebSocket; a free one if zero.
	Port int
	// Fund is how much coin for gas accounts have at genesis, in wei.
	Fund map[common.Address]*big.Int
	// Alloc adds to the genesis state, code included.
	Alloc types.GenesisAlloc
	// Heartbeat is the maximum time between two blocks; 2 s if zero.
	Heartbeat time.Duration
	// Finality is how many blocks the final one is behind the newest; 2 if zero.
	Finality uint64
	// Manual makes blocks only in Mine, MineAt and Reorg.
	Manual bool
	// Clock is time.Now if nil. A block's timestamp is its second. Without Manual, no
	// block is made before the clock has reached that second: authorizations must not
	// expire early.
	Clock func() time.Time
}

// Devnet is a chain: go-ethereum's state machine, transaction pool and RPC, with
// blocks made here. No two are the same chain: their genesis blocks differ by random
// extra data.
type Devnet struct {
	// URL serves JSON-RPC (eth, net, web3), with CORS for any origin.
	URL string
	// Genesis is the hash of block 0.
	Genesis common.Hash

	config Config
	stack  *gethnode.Node
	eth    *eth.Ethereum
	faucet *ecdsa.PrivateKey

	mu     sync.Mutex // one block at a time
	giving sync.Mutex // held while an account nonce of the faucet is used
	once   sync.Once
	stop   chan struct{}
	done   chan struct{}
}

// Open starts a devnet, which the caller closes. It fails if the port is taken.
func Open(ctx context.Context, config Config) (*Devnet, error) {
	if config.Heartbeat <= 0 {
		config.Heartbeat = defaultHeartbeat
	}
	if config.Finality == 0 {
		config.Finality = defaultFinality
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

// start builds the node as go-ethereum's ethclient/simulated does. That package
// itself panics if the port is taken, does not return which port it got, and has no
// final block before block 32.
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
	// Every state stays readable. Caches are small, since all data is in memory.
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
	config.ChainID = big.NewInt(ChainID)
	config.BogotaTime = nil // like Base: up to Osaka
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
	alloc[USDC] = types.Account{Nonce: 1, Balance: new(big.Int), Code: bindings.TestUSDCRuntime}
	alloc[Multicall3] = types.Account{Nonce: 1, Balance: new(big.Int), Code: bindings.Multicall3Runtime}
	alloc[chain.Create2Deployer] = types.Account{Nonce: 1, Balance: new(big.Int), Code: chain.Create2Runtime}
	alloc[crypto.PubkeyToAddress(d.faucet.PublicKey)] = types.Account{Balance: ether(1_000_000)}
	return &core.Genesis{
		Config: &config, GasLimit: maxBlockGas, Alloc: alloc, ExtraData: extra, BaseFee: big.NewInt(params.GWei / 100),
		// One second ago, so that the first block can be made at once.
		Timestamp: uint64(d.config.Clock().Unix()) - 1, Difficulty: new(big.Int),
	}, nil
}

func ether(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether)) }

// Dial returns a client that calls the devnet without a socket.
func (d *Devnet) Dial(ctx context.Context) (*chain.Client, error) {
	return chain.New(ctx, d.stack.Attach())
}

// Close stops mining and serving. It may be called again.
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
