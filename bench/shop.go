//go:build linux

package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// queue allows a row more claims than the default of 5,000.
const queue = 100_000

const ours = "mint402"

// shop is mint402 with a new database and a launch of its own.
type shop struct {
	contender
	token common.Address
	since uint64 // the launch has no events before this block
}

// serving is how a shop is served.
type serving struct {
	senders int           // keys from which it sends
	wait    time.Duration // how long a paid request waits for its mint, at most
	// via returns the URL of the node for the server, once the launch is deployed. It
	// may be nil.
	via func(*shop) (string, error)
}

// openShop deploys a new launch on a node and serves it.
func (b *bench) openShop(n *node, how serving) (*shop, error) {
	keys := make([]string, 1+how.senders)
	for i := range keys {
		key, err := n.account(b.ctx)
		if err != nil {
			return nil, err
		}
		keys[i] = hex.EncodeToString(crypto.FromECDSA(key))
	}
	s := &shop{}
	var err error
	if s.since, err = n.BlockNumber(b.ctx); err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	b.shops++
	db := filepath.Join(b.dir, fmt.Sprintf("mint402-%d.db", b.shops))
	deploy := exec.CommandContext(b.ctx, b.program, "launch", "--yes", "--rpc", n.url, "--db", db, "--out", b.dir,
		"--slug", "ping", "--name", "Ping", "--symbol", "PING", "--price", "0.10", "--allotment", "5000", "--cap", "5000000000",
		"--limit", "20", "--salt", fmt.Sprintf("bench %d", b.shops))
	var stderr bytes.Buffer
	deploy.Dir, deploy.Stderr = b.dir, &stderr
	deploy.Env = []string{"HOME=" + b.dir, "MINT402_KEY=" + keys[0]}
	said, err := deploy.Output()
	if err != nil {
		return nil, fmt.Errorf("launch: %w\n%s", err, stderr.String())
	}
	s.token = common.HexToAddress(strings.TrimSpace(string(said)))
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	url := n.url
	if how.via != nil {
		if url, err = how.via(s); err != nil {
			return nil, err
		}
	}
	p, err := start(b.ctx, b.dir, serverCore, []string{"GOMAXPROCS=1", "MINT402_SENDER_KEY=" + strings.Join(keys[1:], ",")},
		b.program, "serve", "--rpc", url, "--db", db, "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--wait", how.wait.String(),
		"--drain", "2m", "--queue", strconv.Itoa(queue))
	if err != nil {
		return nil, err
	}
	s.contender = contender{name: ours, process: p, port: port, malformed: 400, paid: 202}
	return s, p.ready(b.ctx, fmt.Sprintf("http://127.0.0.1:%d/readyz", port), 200)
}
