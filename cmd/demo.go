//go:build !nodemo

package cmd

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
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

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/factories"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
)

// The parts of mint402 --help about the demo.
const (
	demoSummary = "a chain, a token and a server in one process; needs nothing"
	demoExample = "    $ mint402 demo\n"
)

const demoHelp = `
demo runs everything in one process: a chain, test USDC, three launches (one on
sale, one that opens in a day, one sold out), the server, and wallets with test
money. It prints commands to try. Nothing in it has any value, and everything is
deleted when it ends.

usage: mint402 demo [flags]

    $ mint402 demo
    $ mint402 demo --listen 127.0.0.1:0 --rpc-listen 127.0.0.1:0 --json

flags
    --listen ADDRESS       the server (default 127.0.0.1:4021)
    --rpc-listen ADDRESS   the chain (default 127.0.0.1:8545, or a free port
                           if that is taken)
    --json                 print addresses, keys and URLs as JSON when ready

log` + logHelp

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

func demoVerb(p *Program) *cobra.Command {
	var f demoFlags
	c := &cobra.Command{Use: "demo", Long: demoHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			f.rpcGiven = c.Flags().Changed("rpc-listen")
			return f.run(c.Context(), p)
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

func (f *demoFlags) run(ctx context.Context, p *Program) (err error) {
	log, err := p.logger(&f.log)
	if err != nil {
		return err
	}
	log, records := keepRecords(log)
	ln, err := listen(ctx, f.listen)
	if err != nil {
		return err
	}
	defer ln.Close()
	url, err := publicURL("", ln)
	if err != nil {
		return err
	}
	port, err := f.port(p)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mint402-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	d, err := newDemoChain(ctx, port, log)
	if err != nil {
		return err
	}
	defer d.close()
	db := filepath.Join(dir, "demo.db")
	s, l, err := d.sell(ctx, db)
	if err != nil {
		return err
	}
	defer s.Close()
	withdraw, err := p.announce(ctx, announced{URL: url, RPC: d.net.URL, DB: db})
	if err != nil {
		return err
	}
	defer withdraw()
	n := d.node
	shown := demonstration{Database: db, URL: url, MintURL: url + "/mint", RPC: d.net.URL, ChainID: n.ChainID(), Token: l.Token, Asset: n.network.Asset.Address, Wallets: d.wallets}
	m := &market{network: n.network, log: log, store: s, node: n, senders: []common.Address{d.sender}, minter: d.minter, deployer: d.deployer, rpc: d.net.URL, alone: true,
		settings: mint.Settings{Poll: 100 * time.Millisecond, Factories: factories.Known()}}
	i := &instance{store: s, db: db, markets: []*market{m}, clock: p.Now, log: log, url: url, demo: true, drain: 5 * time.Second,
		admin: []common.Address{d.wallets[0].Address}, ownerKey: d.wallets[0].Key, errors: records}
	if i.proofs, err = demoProofs(url); err != nil {
		return err
	}
	i.fund = func(ctx context.Context, to common.Address) error { return n.demoFund(ctx, d.net, to) }
	i.ready = func() {
		if f.json {
			err = p.json(shown)
			return
		}
		shown.show(p, fmt.Sprintf("%s (%s), %s for %s %s", l.Name, l.Symbol, amount.Grouped(amount.Tokens(l.Allotment)), l.Asset.Format(l.Price), l.Asset.Symbol))
	}
	return errors.Join(i.run(ctx, ln), err)
}

// port returns the port for the chain, or 0 for a free one.
func (f *demoFlags) port(p *Program) (int, error) {
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
		p.say("%s is in use; the chain listens on another port", f.rpc)
		return 0, nil
	}
	return 0, hint(fmt.Errorf("listen: %w", err), "--rpc-listen 127.0.0.1:0 takes a free port")
}

// show prints what to try.
func (d demonstration) show(p *Program, sells string) {
	self, payer := self(), d.Wallets[1]
	fmt.Fprintf(p.Out, `
%s a chain, a token and a server, in this process.

  page    %s/
  owner   %s/admin
  mint    %s
  token   %s, %s
  also    %s/l/tomorrow opens in a day, %s/l/gone is sold out
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

A launch of your own, on this chain and sold by this server:

  MINT402_KEY=%s %s launch --name "My Token" --symbol MINE --price 0.10 --allotment 100 --cap 100000 --rpc %s --db %s

%s

`, p.bold(p.Out, "mint402 demo:"), d.URL, d.URL, d.MintURL, d.Token.Hex(), sells, d.URL, d.URL, d.RPC, d.ChainID, d.Database, self,
		payer.Key, d.MintURL, self, d.MintURL, self, d.MintURL, payer.Key, d.MintURL,
		d.Wallets[0].Key, self, d.Token.Hex(), d.RPC, d.Wallets[0].Key, self, d.RPC, d.Database,
		p.bold(p.Out, fmt.Sprintf("Wallets, each with %d test USDC. THESE KEYS ARE PUBLIC: never send them anything of value.", demoMoney)))
	for i, w := range d.Wallets {
		role := "payer"
		if i == 0 {
			role = "owner"
		}
		fmt.Fprintf(p.Out, "  %s  %s  %s\n", role, w.Address.Hex(), w.Key)
	}
	fmt.Fprintf(p.Out, "\nCtrl-C ends the demo and deletes everything in it.\n")
}

// self returns the command that runs this program again. It is its name if the shell
// would find it, "go run ." if it was started that way, and otherwise its path.
func self() string {
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

// demoProofs returns the issuer of a demo, with a key that lasts as long as the demo.
func demoProofs(public string) (*proof.Issuer, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return proof.NewIssuer(proof.StyleJWS, public, key)
}
