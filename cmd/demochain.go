//go:build !nodemo

package cmd

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"log/slog"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// The first accounts of the mnemonic "test test test test test test test test test
// test test junk", which every development chain knows.
var demoKeys = []string{
	"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
	"59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
	"5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
	"7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
}

// A demoChain is the demo's chain, with the accounts on it.
type demoChain struct {
	net     *devnet.Devnet
	node    *node
	wallets []demoWallet // with publicly known keys
	// The server uses random keys of its own, so that users of the public wallets do not
	// take its account nonces.
	sender, minter, deployer common.Address
}

// newDemoChain starts the chain. The port is 0 for a free one.
func newDemoChain(ctx context.Context, port int, log *slog.Logger) (_ *demoChain, err error) {
	d := &demoChain{}
	fund := map[common.Address]*big.Int{}
	for _, k := range demoKeys {
		key, err := chain.ParseKey(k)
		if err != nil {
			return nil, err
		}
		d.wallets = append(d.wallets, demoWallet{addressOf(key), "0x" + k, key})
		fund[addressOf(key)] = coins(100)
	}
	var own [3]*ecdsa.PrivateKey
	for i := range own {
		if own[i], err = crypto.GenerateKey(); err != nil {
			return nil, fmt.Errorf("make a key: %w", err)
		}
		fund[addressOf(own[i])] = coins(100)
	}
	if d.net, err = devnet.Open(ctx, devnet.Config{Port: port, Fund: fund, Log: log}); err != nil {
		return nil, err
	}
	if d.node, err = demoNode(ctx, d.net); err != nil {
		d.net.Close()
		return nil, err
	}
	d.sender, d.minter, d.deployer = d.node.Keys.Add(own[0]), d.node.Keys.Add(own[1]), d.node.Keys.Add(own[2])
	return d, nil
}

func (d *demoChain) close() {
	d.node.Close()
	d.net.Close()
}

// sell deploys the token and registers it in a new database, which the caller closes.
func (d *demoChain) sell(ctx context.Context, db string) (*store.Store, mint.Launch, error) {
	token, block, err := d.node.demoToken(ctx, d.net, d.wallets, d.minter)
	if err != nil {
		return nil, mint.Launch{}, err
	}
	s, err := openStore(ctx, db, d.node)
	if err != nil {
		return nil, mint.Launch{}, err
	}
	l, err := register(ctx, s, d.node, deploy.Listing{Token: token, Slug: "demo", DeployedAt: block,
		Description: "A token to try mint402 with. It is worth nothing, and gone when the demo ends."})
	if err != nil {
		s.Close()
		return nil, mint.Launch{}, err
	}
	return s, l, nil
}

func demoNode(ctx context.Context, net *devnet.Devnet) (*node, error) {
	client, err := net.Dial(ctx)
	if err != nil {
		return nil, err
	}
	client.Poll = 50 * time.Millisecond
	network, ok := x402.NetworkByChainID(client.ChainID())
	if !ok || network.Asset.Address != devnet.USDC {
		client.Close()
		return nil, fmt.Errorf("chain %d has no network", client.ChainID())
	}
	network.Title, network.Explorer, network.RPC = "the demo's chain", "", net.URL
	return &node{client, network, []string{net.URL}}, nil
}

// demoToken deploys the token and gives the wallets their money.
func (n *node) demoToken(ctx context.Context, net *devnet.Devnet, wallets []demoWallet, minter common.Address) (token common.Address, block uint64, err error) {
	var given common.Hash
	money := new(big.Int).Mul(big.NewInt(demoMoney), big.NewInt(1_000_000))
	for _, w := range wallets {
		if given, err = net.GiveUSDC(w.Address, money); err != nil {
			return token, 0, err
		}
	}
	owner := wallets[0]
	n.Keys.Add(owner.key)
	allotment := coins(5000)
	deployed, err := n.Deploy(ctx, owner.Address, chain.Deployment{Terms: bindings.Terms{
		Name: "Demo Ping", Symbol: "DPING", Asset: n.network.Asset.Address,
		Price: big.NewInt(100_000), Allotment: allotment, Cap: new(big.Int).Mul(allotment, big.NewInt(demoMints)), Limit: new(big.Int),
		Treasury: owner.Address, Owner: owner.Address, Minter: minter,
	}})
	if err != nil {
		return token, 0, err
	}
	_, err = n.Wait(ctx, given)
	return deployed.Token, deployed.Mined.Block, err
}

// demoFund sends gas and USDC to an address that was created in the page, and returns
// when both are mined.
func (n *node) demoFund(ctx context.Context, net *devnet.Devnet, to common.Address) error {
	usdc, err := n.network.Asset.Parse(server.FundUSDC)
	if err != nil {
		return err
	}
	gas, err := net.GiveGas(to, new(big.Int).Div(coins(1), big.NewInt(10)))
	if err != nil {
		return err
	}
	money, err := net.GiveUSDC(to, usdc)
	if err != nil {
		return err
	}
	if _, err := n.Wait(ctx, gas); err != nil {
		return err
	}
	_, err = n.Wait(ctx, money)
	return err
}

// coins converts whole tokens, or whole coins of the chain, to base amount.Units.
func coins(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }
