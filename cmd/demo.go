//go:build !nodemo

package cmd

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

// The parts of mint402 --help about the demo.
const (
	demoSummary = "a chain, a token and a server in one process; needs nothing"
	demoExample = "    $ mint402 demo\n"
)

const demoHelp = `
demo runs everything in this process: a chain, test USDC, a token on sale, the
server, and wallets with money. It prints what to try. Nothing in it is worth
anything, and all of it is gone when it ends.

usage: mint402 demo [flags]

    $ mint402 demo
    $ mint402 demo --listen 127.0.0.1:0 --rpc-listen 127.0.0.1:0 --json

flags
    --listen ADDRESS       the server (default 127.0.0.1:4021)
    --rpc-listen ADDRESS   the chain (default 127.0.0.1:8545, or a free port
                           if that is taken)
    --json                 print addresses, keys and URLs as JSON when ready

log` + logHelp

// The first accounts of the mnemonic "test test test test test test test test test
// test test junk", which every development chain knows.
var demoKeys = []string{
	"ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
	"59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
	"5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
	"7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
}

const (
	demoMoney = 1000 // USDC of each wallet
	demoMints = 1000
	demoRPC   = "127.0.0.1:8545"
)

type demoFlags struct {
	log            logFlags
	listen, rpc    string
	rpcGiven, json bool
}

func (p *Program) demo() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{Use: "demo", Long: demoHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			f.rpcGiven = c.Flags().Changed("rpc-listen")
			return p.runDemo(c.Context(), &f)
		}}
	f.log.add(c)
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:4021", "")
	c.Flags().StringVar(&f.rpc, "rpc-listen", demoRPC, "")
	c.Flags().BoolVar(&f.json, "json", false, "")
	return c
}

// demonstration is the output of demo --json.
type demonstration struct {
	URL      string         `json:"url"`
	MintURL  string         `json:"mintUrl"`
	RPC      string         `json:"rpc"`
	Database string         `json:"database"`
	ChainID  uint64         `json:"chainId"`
	Token    common.Address `json:"token"`
	Asset    common.Address `json:"asset"`
	Wallets  []demoWallet   `json:"wallets"` // the first is the token's owner
}

// demoWallet is an account with a publicly known private key.
type demoWallet struct {
	Address common.Address `json:"address"`
	Key     string         `json:"key"`
	key     *ecdsa.PrivateKey
}

func (p *Program) runDemo(ctx context.Context, f *demoFlags) (err error) {
	log, err := p.logger(&f.log)
	if err != nil {
		return err
	}
	log, complaints := remember(log)
	ln, err := listen(ctx, f.listen)
	if err != nil {
		return err
	}
	defer ln.Close()
	url, err := publicURL("", ln)
	if err != nil {
		return err
	}
	port, err := p.demoPort(f)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mint402-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	var wallets []demoWallet
	fund := map[common.Address]*big.Int{}
	for _, k := range demoKeys {
		key, err := chain.ParseKey(k)
		if err != nil {
			return err
		}
		wallets = append(wallets, demoWallet{addressOf(key), "0x" + k, key})
		fund[addressOf(key)] = coins(100)
	}
	// The server uses random keys of its own, so that users of the public wallets do
	// not take its account nonces.
	var own [3]*ecdsa.PrivateKey
	for i := range own {
		if own[i], err = crypto.GenerateKey(); err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
		fund[addressOf(own[i])] = coins(100)
	}
	net, err := devnet.Open(ctx, devnet.Config{Port: port, Fund: fund})
	if err != nil {
		return err
	}
	defer net.Close()
	n, err := demoNode(ctx, net)
	if err != nil {
		return err
	}
	defer n.Close()
	sender, minter, deployer := n.Keys.Add(own[0]), n.Keys.Add(own[1]), n.Keys.Add(own[2])
	token, block, err := n.demoToken(ctx, net, wallets, minter)
	if err != nil {
		return err
	}
	db := filepath.Join(dir, "demo.db")
	s, err := openStore(ctx, db, n)
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := register(ctx, s, n, listing{token: token, slug: "demo", deployedAt: block,
		description: "A token to try mint402 with. It is worth nothing, and gone when the demo ends."})
	if err != nil {
		return err
	}
	withdraw, err := p.announce(ctx, announced{URL: url, RPC: net.URL, DB: db})
	if err != nil {
		return err
	}
	defer withdraw()
	shown := demonstration{Database: db, URL: url, MintURL: url + "/mint", RPC: net.URL, ChainID: n.ChainID(), Token: token, Asset: n.network.Asset.Address, Wallets: wallets}
	site := &site{store: s, node: n, senders: []common.Address{sender}, minter: minter, settings: mint.Settings{Poll: 100 * time.Millisecond}, clock: p.Now,
		log: log, url: url, rpc: net.URL, demo: true, drain: 5 * time.Second,
		admin: []common.Address{wallets[0].Address}, deployer: deployer, ownerKey: wallets[0].Key, errors: complaints}
	site.fund = func(ctx context.Context, to common.Address) error { return n.demoFund(ctx, net, to) }
	site.ready = func() {
		if f.json {
			err = p.json(shown)
			return
		}
		p.showDemo(shown, fmt.Sprintf("%s (%s), %s for %s %s", l.Name, l.Symbol, grouped(whole(l.Allotment)), l.Asset.Format(l.Price), l.Asset.Symbol))
	}
	return errors.Join(site.run(ctx, ln), err)
}

// demoPort returns the port for the chain, or 0 for a free one.
func (p *Program) demoPort(f *demoFlags) (int, error) {
	host, port, err := net.SplitHostPort(f.rpc)
	if err != nil || host != "127.0.0.1" && host != "localhost" {
		return 0, usage("--rpc-listen %q: expected 127.0.0.1:PORT", f.rpc)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return 0, usage("--rpc-listen %q: expected 127.0.0.1:PORT", f.rpc)
	}
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	switch {
	case err == nil:
		return int(number), ln.Close()
	case errors.Is(err, syscall.EADDRINUSE) && !f.rpcGiven:
		p.say("%s is taken; the chain listens on another port", f.rpc)
		return 0, nil
	}
	return 0, hint(fmt.Errorf("listen: %w", err), "--rpc-listen 127.0.0.1:0 takes a free port")
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

// coins converts whole tokens, or whole coins of the chain, to base units.
func coins(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

func (p *Program) showDemo(d demonstration, sells string) {
	self, payer := p.self(), d.Wallets[1]
	fmt.Fprintf(p.Out, `
%s a chain, a token and a server, in this process.

  page    %s/
  owner   %s/admin
  mint    %s
  token   %s, %s
  chain   %s, chain id %d (Base Sepolia's, and USDC at its address there)
  books   %s: %s audit, orders, receipt ID

Mint with curl, in two commands:

  export MINT402_KEY=%s
  curl -si %s | %s sign > payment.txt
  curl -s -H @payment.txt %s

or in one:

  %s mint %s

or with the official client (npm install @x402/fetch @x402/evm viem):

  const client = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount("%s")));
  await wrapFetchWithPayment(fetch, client)("%s");

As the token's owner:

  MINT402_KEY=%s %s withdraw --token %s --rpc %s

%s

`, p.bold(p.Out, "mint402 demo:"), d.URL, d.URL, d.MintURL, d.Token.Hex(), sells, d.RPC, d.ChainID, d.Database, self,
		payer.Key, d.MintURL, self, d.MintURL, self, d.MintURL, payer.Key, d.MintURL,
		d.Wallets[0].Key, self, d.Token.Hex(), d.RPC,
		p.bold(p.Out, fmt.Sprintf("Wallets, each with %d test USDC. THESE KEYS ARE PUBLIC: never send them anything of value.", demoMoney)))
	for i, w := range d.Wallets {
		role := "payer"
		if i == 0 {
			role = "owner"
		}
		fmt.Fprintf(p.Out, "  %s  %s  %s\n", role, w.Address.Hex(), w.Key)
	}
	fmt.Fprintf(p.Out, "\nCtrl-C ends the demo; nothing of it stays.\n")
}

// self returns the command that runs this program again. It is its name if the shell
// would find it, "go run ." if it was started that way, and otherwise its path.
func (p *Program) self() string {
	path, err := os.Executable()
	if err != nil {
		return "mint402"
	}
	if strings.Contains(filepath.ToSlash(path), "/go-build") {
		return "go run ."
	}
	if found, err := exec.LookPath("mint402"); err == nil {
		if a, err := os.Stat(found); err == nil {
			if b, err := os.Stat(path); err == nil && os.SameFile(a, b) {
				return "mint402"
			}
		}
	}
	if dir, err := os.Getwd(); err == nil {
		if relative, err := filepath.Rel(dir, path); err == nil && !strings.HasPrefix(relative, "..") {
			return "./" + relative
		}
	}
	return path
}
