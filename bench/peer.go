//go:build linux

package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// payee receives the peers' payments. It belongs to no one.
var payee = common.HexToAddress("0x00000000000000000000000000000000000Feed1")

// startScript starts one of the programs in peers/, by its file name.
func startScript(ctx context.Context, dir, core, peers, script string, env ...string) (*process, int, error) {
	port, err := freePort()
	if err != nil {
		return nil, 0, err
	}
	path, err := filepath.Abs(filepath.Join(peers, script))
	if err != nil {
		return nil, 0, err
	}
	env = append(env, fmt.Sprintf("PORT=%d", port), "NODE_ENV=production")
	p, err := start(ctx, dir, core, env, "node", path)
	if err != nil {
		return nil, 0, err
	}
	p.name = script
	return p, port, nil
}

// startPeer starts a peer's shop with a facilitator.
func startPeer(ctx context.Context, dir, peers, script, facilitator string) (*process, int, error) {
	p, port, err := startScript(ctx, dir, serverCore, peers, script, "FACILITATOR="+facilitator, "PAY_TO="+payee.Hex())
	if err != nil {
		return nil, 0, err
	}
	return p, port, p.ready(ctx, fmt.Sprintf("http://127.0.0.1:%d/mint", port), 402)
}

// startSettler starts the packages' own facilitator with a new key on the node.
func startSettler(ctx context.Context, n *node, dir, peers string) (*process, string, error) {
	key, err := n.account(ctx)
	if err != nil {
		return nil, "", err
	}
	p, port, err := startScript(ctx, dir, loadCore, peers, "facilitator.mjs", "RPC="+n.url, "KEY=0x"+hex.EncodeToString(crypto.FromECDSA(key)))
	if err != nil {
		return nil, "", err
	}
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	return p, url, p.ready(ctx, url+"/supported", 200)
}
