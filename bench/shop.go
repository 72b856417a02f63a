//go:build linux

package main

import (
	"bytes"
	"context"
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

// senders is the number of keys from which mint402 sends.
const senders = 1

// queue allows a row more claims than the default of 5,000.
const queue = 100_000

const ours = "mint402"

// shop is mint402 with a new database and a launch of its own.
type shop struct {
	contender
	token common.Address
	since uint64 // the launch has no events before this block
}

// openShop deploys a new launch and serves it. A paid request waits for its mint for
// at most wait.
func openShop(ctx context.Context, n *node, dir, program string, number int, wait time.Duration) (*shop, error) {
	keys := make([]string, 1+senders)
	for i := range keys {
		key, err := n.account(ctx)
		if err != nil {
			return nil, err
		}
		keys[i] = hex.EncodeToString(crypto.FromECDSA(key))
	}
	s := &shop{}
	var err error
	if s.since, err = n.BlockNumber(ctx); err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	db := filepath.Join(dir, fmt.Sprintf("mint402-%d.db", number))
	deploy := exec.CommandContext(ctx, program, "launch", "--yes", "--rpc", n.url, "--db", db, "--out", dir,
		"--slug", "ping", "--name", "Ping", "--symbol", "PING", "--price", "0.10", "--allotment", "5000", "--cap", "5000000000",
		"--limit", "20", "--salt", fmt.Sprintf("bench %d", number))
	var stderr bytes.Buffer
	deploy.Dir, deploy.Stderr = dir, &stderr
	deploy.Env = []string{"HOME=" + dir, "MINT402_KEY=" + keys[0]}
	said, err := deploy.Output()
	if err != nil {
		return nil, fmt.Errorf("launch: %w\n%s", err, stderr.String())
	}
	s.token = common.HexToAddress(strings.TrimSpace(string(said)))
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p, err := start(ctx, dir, serverCore, []string{"GOMAXPROCS=1", "MINT402_SENDER_KEY=" + strings.Join(keys[1:], ",")},
		program, "serve", "--rpc", n.url, "--db", db, "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--wait", wait.String(), "--drain", "2m", "--queue", strconv.Itoa(queue))
	if err != nil {
		return nil, err
	}
	s.contender = contender{name: ours, process: p, port: port, malformed: 400, paid: 202}
	return s, p.ready(ctx, fmt.Sprintf("http://127.0.0.1:%d/readyz", port), 200)
}
