package deploy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// KeyVariable is the environment variable with the key that the dashboard deploys with.
const KeyVariable = "MINT402_DEPLOYER_KEY"

// Config is what a Backend works with. All fields are needed, except Minter and Deployer.
type Config struct {
	Store    *store.Store
	Client   *chain.Client // with the deployer's key
	Network  x402.Network
	Assets   func() []x402.Asset // what launches may be paid in; the first is the default
	Minter   common.Address      // account of the server's minter key, or zero
	Deployer common.Address      // likewise
	Clock    func() time.Time
	Log      *slog.Logger
}

// Backend performs the dashboard's actions that need the chain, the database, or the
// deployer's key. It is safe for concurrent use.
type Backend struct {
	Config

	// one is a lock: only one launch is deployed or registered at a time. Otherwise
	// two transactions of the deployer could take the same account nonce, and two
	// launches the same slug.
	one  chan struct{}
	sent map[common.Address]common.Hash // token → its deployment, sent but not seen mined; protected by one
}

var _ admin.Backend = (*Backend)(nil)

// NewBackend returns the dashboard's backend.
func NewBackend(c Config) *Backend {
	return &Backend{Config: c, one: make(chan struct{}, 1), sent: map[common.Address]common.Hash{}}
}

// asset returns the asset with an address. An empty text is the default.
func (d *Backend) asset(address string) (x402.Asset, error) {
	assets := d.Assets()
	if address == "" && len(assets) > 0 {
		return assets[0], nil
	}
	if len(assets) == 0 {
		return x402.Asset{}, errors.New("is not known yet: no node of the chain has answered")
	}
	var all []string
	for _, a := range assets {
		if a.Address == common.HexToAddress(address) && common.IsHexAddress(address) {
			return a, nil
		}
		all = append(all, fmt.Sprintf("%s (%s)", a.Address, a.Symbol))
	}
	return x402.Asset{}, fmt.Errorf("is not an asset of this server: expected %s", strings.Join(all, " or "))
}

// takes reports whether launches may be paid in an asset.
func (d *Backend) takes(asset common.Address) bool {
	return slices.ContainsFunc(d.Assets(), func(a x402.Asset) bool { return a.Address == asset })
}

// Signed implements [admin.Backend].
func (d *Backend) Signed(ctx context.Context, account common.Address, digest common.Hash, signature []byte) (bool, error) {
	return d.Client.SignedBy(ctx, account, digest, signature)
}

// GasAccounts implements [admin.Backend].
func (d *Backend) GasAccounts(ctx context.Context, accounts ...common.Address) ([]admin.GasAccount, error) {
	fees, err := d.Client.Fees(ctx)
	if err != nil {
		return nil, err
	}
	whole := new(big.Int).Mul(fees.Cap, big.NewInt(mint.MinGas))
	alone := new(big.Int).Mul(fees.Cap, big.NewInt(chain.MintGas))
	var all []admin.GasAccount
	for _, a := range accounts {
		wei, err := d.Client.Balance(ctx, a)
		if err != nil {
			return nil, err
		}
		needs := whole
		if a == d.Deployer {
			needs = new(big.Int).Mul(fees.Cap, big.NewInt(deployGas))
		}
		p := admin.GasAccount{Address: a, Wei: wei, Enough: wei.Cmp(needs) >= 0, Missing: new(big.Int)}
		if !p.Enough {
			p.Missing.Sub(needs, wei)
		}
		// A sender that has less than it needs is idle, so the rest buys no mint.
		if n := new(big.Int).Sub(wei, needs); p.Enough && alone.Sign() > 0 && n.Div(n, alone).IsInt64() {
			p.Mints = n.Int64()
		}
		all = append(all, p)
	}
	return all, nil
}

// deployGas is more gas than the deployment of any launch needs.
const deployGas = 8_000_000

// Arrange implements [admin.Backend].
func (d *Backend) Arrange(ctx context.Context, edit func(*mint.Arrangement) error) error {
	return d.Store.Arrange(ctx, edit)
}

// Prepare implements [admin.Backend].
func (d *Backend) Prepare(ctx context.Context, token, from common.Address, c admin.OwnerTx) (p admin.EncodedTx, err error) {
	pack, err := packed(c)
	if err != nil {
		return p, err
	}
	p.Input, p.Gas, err = chain.TryOnBranch(ctx, d.Client, from, token, c.Seen, pack)
	var revert *chain.Revert
	if errors.As(err, &revert) {
		p.Refused, p.Reason, err = revert.Name, revert.Reason, nil
	}
	if fees, unknown := d.Client.Fees(ctx); unknown == nil && p.Gas > 0 { // without its cost, the call can be signed as well
		p.Wei = new(big.Int).Mul(fees.Cap, new(big.Int).SetUint64(p.Gas))
	}
	return p, err
}

// packed returns the encoder of a call, for the block that it names.
func packed(c admin.OwnerTx) (func(seen mint.Block) []byte, error) {
	launch := bindings.NewLaunch()
	plain := func(input []byte) (func(mint.Block) []byte, error) {
		return func(mint.Block) []byte { return input }, nil
	}
	switch c.Verb {
	case "withdraw":
		return plain(launch.PackWithdraw())
	case "pause":
		return plain(launch.PackPause())
	case "unpause":
		return plain(launch.PackUnpause())
	case "setMinter":
		return plain(launch.PackSetMinter(c.Minter))
	case "refund":
		return func(seen mint.Block) []byte {
			return chain.PackRefund(mint.Refund{Payer: c.Payer, Nonce: c.Nonce, Amount: c.Amount, Plain: c.Plain, Seen: seen}, mint.Proof{IDs: c.History})
		}, nil
	case "mintSettled":
		return func(seen mint.Block) []byte {
			return chain.PackSettled(mint.SettledCall{Kind: mint.SettledMint, Proof: mint.Proof{IDs: c.History}, Seen: seen,
				Order: mint.Order{Payer: c.Payer, Quantity: c.Quantity, Authorization: x402.Authorization{Nonce: c.Nonce}}})
		}, nil
	}
	return nil, fmt.Errorf("no call %q", c.Verb)
}

// TxStatus implements [admin.Backend].
func (d *Backend) TxStatus(ctx context.Context, hash common.Hash) (admin.TxStatus, error) {
	f, err := d.Client.TxStatus(ctx, hash)
	return admin.TxStatus(f), err
}
