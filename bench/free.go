//go:build linux

package main

import (
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mint402/mint402/bench/costless"
)

// freeRow is the row of a costless node at a distance.
func freeRow(delay time.Duration) string {
	if delay == 0 {
		return "node that costs nothing"
	}
	return fmt.Sprintf("node that costs nothing, and takes %s", delay)
}

// launchPrice is the price of a payment, in the asset's smallest unit.
var launchPrice = big.NewInt(100_000)

// free measures the highest rate that mint402 serves whole with a node that keeps books
// instead of running an EVM, for each distance.
func (b *bench) free(int) error {
	for _, delay := range b.delays {
		if err := b.highest(freeRow(delay), blockTime, delay, b.openFree); err != nil {
			return fmt.Errorf("%s: %w", freeRow(delay), err)
		}
	}
	return nil
}

// openFree deploys a launch on anvil, and serves it from a costless node.
func (b *bench) openFree(anvil *node, how serving, delay time.Duration) (*stand, error) {
	st := &stand{}
	how.via = func(s *shop) (string, error) {
		c, err := costless.Start(b.ctx, anvil.Client.Client(),
			costless.Launch{ChainID: anvil.network.ChainID, Token: s.token, Asset: anvil.network.Asset.Address, Price: launchPrice}, blockTime)
		if err != nil {
			return "", err
		}
		st.closers = append(st.closers, c.Stop)
		client, err := ethclient.DialContext(b.ctx, c.URL)
		if err != nil {
			return "", fmt.Errorf("dial node: %w", err)
		}
		st.node = &node{process: anvil.process, Client: client, url: c.URL, network: anvil.network, rich: true}
		st.node.follow(b.ctx)
		st.closers = append(st.closers, st.node.unwatch)
		if delay == 0 {
			return c.URL, nil
		}
		return st.distance(b.ctx, c.URL, delay)
	}
	return openAt(b, st, anvil, how)
}
