// Package devnet runs a whole chain in memory, within this process, for the demo and for
// tests. go-ethereum makes and executes its blocks. That is most of this program's size,
// so a build with the tag nodemo does not include this package.
package devnet

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
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

// USDC and Multicall3 are contracts that a devnet has at genesis. The address of USDC and
// the chain id are those of Base Sepolia. Official x402 clients know no others, so they can
// pay on a devnet.
var (
	USDC       = common.HexToAddress("0x036CbD53842c5426634e7929541eC2318f3dCF7e")
	Multicall3 = common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11")
)

const (
	// ChainID is the chain id of Base Sepolia; see USDC.
	ChainID          = 84532
	maxBlockGas      = 60_000_000
	defaultHeartbeat = 2 * time.Second
	defaultFinality  = 2 // blocks
)

// Config has the settings of a devnet. The zero value is right for a demo: a free port, a
// block as soon as a transaction is pending, and at least one block every 2 s.
type Config struct {
	// ChainID is the chain id; that of Base Sepolia if zero.
	ChainID uint64
	// Port is the port of 127.0.0.1 for JSON-RPC over HTTP and WebSocket; a free one if
	// zero.
	Port int
	// Fund lists accounts with the wei that they have at genesis, to pay for gas.
	Fund map[common.Address]*big.Int
	// Alloc adds to the genesis state, code included.
	Alloc types.GenesisAlloc
	// Heartbeat is the maximum time between two blocks; 2 s if zero.
	Heartbeat time.Duration
	// Finality is how many blocks the newest final block is below the newest; 2 if zero.
	Finality uint64
	// Manual stops automatic mining: only Mine, MineAt and Reorg make blocks.
	Manual bool
	// Clock returns the time of the chain; time.Now if nil. A block's timestamp is the
	// clock's time in whole seconds. With automatic mining, the timestamp is never in the
	// clock's future, because authorizations must not expire early.
	Clock func() time.Time
	// Log receives the errors of automatic mining; slog.Default() if nil.
	Log *slog.Logger
}

// Devnet is a chain with go-ethereum's state machine, transaction pool and RPC. This package
// decides when it makes blocks. Each devnet is another chain, because its genesis block has
// random extra data.
type Devnet struct {
	// URL serves JSON-RPC (eth, net, web3), with CORS for any origin.
	URL string
	// Genesis is the hash of block 0.
	Genesis common.Hash

	config Config
	stack  *gethnode.Node
	eth    *eth.Ethereum
	faucet *ecdsa.PrivateKey
	fault  string // the last error of automatic mining that was logged; of the goroutine that mines

	mu     sync.Mutex    // one block at a time
	giving sync.Mutex    // held while an account nonce of the faucet is used
	once   sync.Once     // of Close
	stop   chan struct{} // closed by Close
	done   chan struct{} // closed when automatic mining has ended
}

// Open starts a devnet, which the caller must close. It fails if the port is taken.
func Open(ctx context.Context, config Config) (*Devnet, error) {
	if config.Heartbeat <= 0 {
		config.Heartbeat = defaultHeartbeat
	}
	if config.ChainID == 0 {
		config.ChainID = ChainID
	}
	if config.Finality == 0 {
		config.Finality = defaultFinality
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
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

// start builds the node as go-ethereum's package ethclient/simulated does. That package
// cannot be used itself: it panics if the port is taken, does not return which port it got,
// and has no final block before block 32.
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

// genesis returns block 0 with its state: the contracts, the funded accounts and the
// faucet.
func (d *Devnet) genesis() (*core.Genesis, error) {
	config := *params.AllDevChainProtocolChanges
	config.ChainID = new(big.Int).SetUint64(d.config.ChainID)
	config.BogotaTime = nil // Base has the forks up to Osaka
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

// ether returns n coins in wei.
func ether(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether)) }

// Dial returns a client that calls the devnet in memory, without a socket.
func (d *Devnet) Dial(ctx context.Context) (*chain.Client, error) {
	return chain.New(ctx, d.stack.Attach())
}

// Close stops mining and serving. Further calls do nothing.
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
