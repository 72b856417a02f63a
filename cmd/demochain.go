//go:build !nodemo

package cmd

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

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
	buyer                    *ecdsa.PrivateKey // the deployer's key
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
	d.node.Keys.Add(d.wallets[0].key)
	d.buyer = own[2]
	d.sender, d.minter, d.deployer = d.node.Keys.Add(own[0]), d.node.Keys.Add(own[1]), d.node.Keys.Add(own[2])
	return d, nil
}

func (d *demoChain) close() {
	d.node.Close()
	d.net.Close()
}

// demoSupply is how many allotments the demo's sold-out launch has.
const demoSupply = 3

// sell deploys three launches, one for each state that a visitor can meet, and registers them
// in a new database, which the caller closes. It returns the launch that is on sale.
func (d *demoChain) sell(ctx context.Context, db string) (_ *store.Store, onSale mint.Launch, err error) {
	tomorrow := uint64(time.Now().Add(24 * time.Hour).Unix())
	launches := []struct {
		slug, description string
		from              common.Address
		terms             bindings.Terms
		listing           deploy.Listing
	}{
		{slug: "demo", from: d.wallets[0].Address, description: "A token to try mint402 with. It is worth nothing, and gone when the demo ends.",
			terms: bindings.Terms{Name: "Demo Ping", Symbol: "DPING", Cap: coins(5000 * demoMints)}},
		{slug: "tomorrow", from: d.minter, description: "Its sale opens a day after the demo's start.",
			terms: bindings.Terms{Name: "Demo Tomorrow", Symbol: "DNEXT", Cap: coins(5000 * demoMints), OpensAt: tomorrow}},
		{slug: "gone", from: d.deployer, description: "It was sold out at once.",
			terms: bindings.Terms{Name: "Demo Gone", Symbol: "DGONE", Cap: coins(5000 * demoSupply)}},
	}
	// Each from another account, so that all are in one block.
	var group errgroup.Group
	group.Go(func() error { return d.pay(ctx) })
	for i := range launches {
		l := &launches[i]
		group.Go(func() error {
			deployed, err := d.deploy(ctx, l.from, l.terms)
			l.listing = deploy.Listing{Token: deployed.Token, Slug: l.slug, DeployedAt: deployed.Mined.Block, Description: l.description}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, onSale, err
	}
	s, err := openStore(ctx, db, d.node)
	if err != nil {
		return nil, onSale, err
	}
	var last mint.Launch
	for _, l := range launches {
		if last, err = register(ctx, s, d.node, l.listing); err != nil {
			s.Close()
			return nil, onSale, err
		}
		if onSale.Slug == "" {
			onSale = last
		}
	}
	if err := d.buyOut(ctx, last); err != nil {
		s.Close()
		return nil, onSale, err
	}
	return s, onSale, nil
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
	return &node{Client: client, network: network, urls: []string{net.URL}}, nil
}

// pay gives the wallets, and the account that buys out a launch, their money.
func (d *demoChain) pay(ctx context.Context) error {
	money := new(big.Int).Mul(big.NewInt(demoMoney), big.NewInt(1_000_000))
	for _, w := range d.wallets {
		if _, err := d.net.GiveUSDC(w.Address, money); err != nil {
			return err
		}
	}
	last, err := d.net.GiveUSDC(addressOf(d.buyer), money)
	if err != nil {
		return err
	}
	_, err = d.node.Wait(ctx, last)
	return err
}

// deploy deploys a launch with what all launches of the demo have in common.
func (d *demoChain) deploy(ctx context.Context, from common.Address, terms bindings.Terms) (chain.Deployed, error) {
	owner := d.wallets[0].Address
	terms.Asset, terms.Price, terms.Allotment, terms.Limit = d.node.network.Asset.Address, big.NewInt(100_000), coins(5000), new(big.Int)
	terms.Treasury, terms.Owner, terms.Minter = owner, owner, d.minter
	return d.node.Deploy(ctx, from, chain.Deployment{Terms: terms})
}

// buyOut buys all of a launch.
func (d *demoChain) buyOut(ctx context.Context, l mint.Launch) error {
	quote, from := x402.Quote{Version: 2, Requirement: l.Requirement(demoSupply)}, addressOf(d.buyer)
	authorization, err := quote.Authorize(from, time.Now())
	if err != nil {
		return err
	}
	signature, err := authorization.Sign(quote.Requirement.Domain(), d.buyer)
	if err != nil {
		return err
	}
	_, err = d.node.Submit(ctx, l.Token, from, x402.Payment{Authorization: authorization, Signature: signature}, demoSupply)
	return err
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

// announce writes the file and holds its lock while the demo runs. Without a home
// directory it writes no file, because the demo works without it.
func (p *Program) announce(ctx context.Context, d announced) (withdraw func(), err error) {
	dir, err := p.demoDir()
	if err != nil {
		return func() {}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("announce the demo: %w", err)
	}
	u, err := url.Parse(d.URL)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, u.Port()+".json")
	lock := flock.New(path + ".lock")
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // a verb that tests the lock holds it briefly
	defer cancel()
	if ok, err := lock.TryLockContext(ctx, 20*time.Millisecond); !ok {
		return nil, fmt.Errorf("announce the demo: lock %s: %w", path, err)
	}
	data, err := json.Marshal(d)
	if err == nil {
		err = writeDurably(path, data, 0o600)
	}
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("announce the demo: %w", err)
	}
	return func() {
		_ = os.Remove(path)
		lock.Close()
	}, nil
}
