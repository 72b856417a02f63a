package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/webhook"
	"github.com/mint402/mint402/x402"
)

const gasHelp = `
    --max-fee GWEI      maximum price of a unit of gas (default 500; higher on
                        chains with a cheap coin); above it nothing is signed`

// gasFlags limit the cost of a transaction that a person sends.
type gasFlags struct{ maxFee string }

func (g *gasFlags) add(c *cobra.Command) { c.Flags().StringVar(&g.maxFee, "max-fee", "", "") }

// bound prevents the node from signing a fee above --max-fee.
func (g *gasFlags) bound(n *node) (err error) {
	n.MaxFee, err = maxFee(g.maxFee, n.network)
	return err
}

var gwei = x402.Asset{Symbol: "gwei", Decimals: 9}

func maxFee(given string, n x402.Network) (*big.Int, error) {
	if given == "" {
		return new(big.Int).Mul(big.NewInt(gasOf(n).maxFee), big.NewInt(1e9)), nil
	}
	wei, err := gwei.Parse(given)
	if err != nil {
		return nil, usage("--max-fee: %w", err)
	}
	if wei.Sign() == 0 {
		return nil, usage("--max-fee: expected more than 0 gwei")
	}
	return wei, nil
}

// gas holds the defaults of a network: the highest gas price, and the assumed price
// of its coin. The assumed price is a round number, higher than the coin's price at
// most times. If it is too high, a sale stops early. A coin that is not listed has no
// assumed price, and the coin of a test network is free.
type gas struct {
	maxFee int64   // gwei
	coin   float64 // dollars; 0: not known
}

var gases = map[string]gas{
	"base": {500, 5000}, "ethereum": {500, 5000}, "arbitrum": {500, 5000}, "abstract": {500, 5000}, "hpp": {500, 5000},
	"polygon": {20_000, 1}, "avalanche": {2_000, 50}, "sei": {5_000, 0.5}, "iotex": {20_000, 0.1}, "celo": {20_000, 1},
	"monad": {5_000, 0.1}, "stable": {2_000, 1}, "xdc": {20_000, 0.1}, "flare": {20_000, 0.05}, "story": {2_000, 10},
}

func gasOf(n x402.Network) gas {
	if g, ok := gases[n.Name]; ok {
		return g
	}
	return gas{maxFee: 500}
}

// Default limits for the gas of one day.
const (
	budgetDollars = 1000 // if the coin has a price
	budgetCoins   = 10   // if it has no price
)

// gasBudget returns the default of --gas-budget, in wei.
func gasBudget(n x402.Network) *big.Int {
	coins := float64(budgetCoins)
	if g := gasOf(n); g.coin > 0 {
		coins = budgetDollars / g.coin
	}
	wei, _ := new(big.Float).Mul(big.NewFloat(coins), big.NewFloat(1e18)).Int(nil)
	return wei
}

// dollars counts in millionths of a dollar.
var dollars = x402.Asset{Symbol: "USD", Decimals: 6}

// coinPrice returns the assumed price of the coin in millionths of a dollar, or nil
// if it is not known.
func coinPrice(given string, n x402.Network) (*big.Int, error) {
	if given == "" {
		if g := gasOf(n); g.coin > 0 {
			return big.NewInt(int64(g.coin * 1e6)), nil
		}
		return nil, nil
	}
	price, err := dollars.Parse(given)
	if err != nil {
		return nil, usage("--coin-price: %w", err)
	}
	if price.Sign() == 0 {
		return nil, usage("--coin-price %s: expected more than 0 dollars; --gas-share 0 sets no limit", given)
	}
	return price, nil
}

// gasShare checks a whole percentage.
func gasShare(percent int) (int, error) {
	if percent < 0 || percent > 10_000 {
		return 0, usage("--gas-share %d: expected a percentage from 1 to 10000, or 0 for no limit", percent)
	}
	return percent, nil
}

// gasLine describes the share of a mint's price that gas may cost, for the log at a
// start.
func (l *limitFlags) gasLine(n x402.Network) string {
	price, err := coinPrice(l.coinPrice, n)
	if err != nil || price == nil || l.gasShare == 0 {
		return "any share of a mint's price"
	}
	return fmt.Sprintf("%d %% of a mint's price, at %s dollars a coin", l.gasShare, dollars.Format(price))
}

func budgetLine(wei *big.Int) string {
	if wei == nil {
		return "no limit"
	}
	return amount.Coins(wei) + " coins"
}

// why adds a hint to an error when the chain refused something.
func why(err error) error {
	var revert *chain.Revert
	switch {
	case errors.As(err, &revert) && revert.Name == "Unauthorized":
		return hint(err, "nothing was changed; use the owner's key")
	case errors.Is(err, mint.ErrTooDear):
		return hint(err, "nothing was sent; wait until gas is cheaper, or allow more with --max-fee")
	case errors.Is(err, chain.ErrUnmined):
		return hint(err, "it may still be mined: check the transaction before you try again")
	}
	if r := poolRefusal(err); r != nil {
		return &hintError{err, poolAdvice(r)}
	}
	return err
}

// poolRefusal returns the answer of nodes that refused a transaction. It returns nil
// if a node may have the transaction, or for any other error.
func poolRefusal(err error) *mint.Refusal {
	var r *mint.Refusal
	if errors.Is(err, chain.ErrUnmined) || !errors.As(err, &r) || r.Class == mint.Unheard {
		return nil
	}
	return r
}

// poolAdvice returns a hint for such an answer.
func poolAdvice(r *mint.Refusal) string {
	const nothing = "nothing was sent; "
	switch r.Class {
	case mint.Underpriced:
		if r.MinTip != nil {
			return nothing + "the nodes require a tip of " + gwei.Format(r.MinTip) + " gwei: give a node that suggests it with --rpc URL"
		}
		return nothing + "run the same command again when gas is cheaper, or allow more with --max-fee"
	case mint.Outbid, mint.NonceUsed, mint.NonceGap:
		return nothing + "another transaction of this account is waiting or was just mined: run the same command again when it is mined"
	case mint.NoFunds:
		return nothing + "send coins for gas to the account"
	case mint.NodeFeeCap:
		return nothing + "lower --max-fee, or give another node with --rpc URL"
	}
	return nothing + "run the same command again later, or give another node with --rpc URL"
}

// lowGas and enoughGas are numbers of single mints, before a sender sends nothing more because
// its coin does not pay for the largest transaction. Below the first, it runs out of gas soon.
// The gap keeps a fee that moves from sending a message each way.
const lowGas, enoughGas = 200, 500

// watchGas reports to chats when senders' keys run out of gas, until ctx ends. While the nodes of
// a chain do not answer, its senders count as they were.
func (s *instance) watchGas(ctx context.Context, every time.Duration) {
	short := make([][]string, len(s.markets))
	low := make([]map[common.Address]bool, len(s.markets))
	for {
		known, pause := false, every
		for i, m := range s.markets {
			accounts, err := m.deployments.GasAccounts(ctx, m.senders...)
			if err != nil {
				continue
			}
			if known = true; low[i] == nil {
				low[i] = map[common.Address]bool{}
			}
			short[i] = nil
			for _, a := range accounts {
				if low[i][a.Address] = a.Mints < lowGas || low[i][a.Address] && a.Mints < enoughGas; low[i][a.Address] {
					short[i] = append(short[i], m.lowOn(a, len(s.markets) > 1))
				}
			}
		}
		if known {
			all := slices.Concat(short...)
			n := webhook.Notice{Title: "the senders have enough gas again", URL: s.url + "/readyz"}
			if len(all) > 0 {
				n = webhook.Notice{Title: "a sender's key is low on gas", Text: "Send it coins: " + strings.Join(all, "; "), URL: n.URL, Urgent: true}
			}
			if !s.sender.Level(ctx, len(all) > 0, n) {
				pause = min(webhooksRetry, every)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// lowOn describes a sender that is low on gas.
func (m *market) lowOn(a admin.GasAccount, several bool) string {
	text := fmt.Sprintf("%s has %s %s", a.Address.Hex(), amount.Coins(a.Wei), m.network.Coin())
	if several {
		text += " on " + m.network.Title
	}
	return fmt.Sprintf("%s, for about %d single mints", text, a.Mints)
}

// webhooksRetry is the pause after an error that keeps all webhooks from being sent.
const webhooksRetry = 5 * time.Second

// newSender returns the sender of webhooks, or nil without a file of endpoints.
func (s *instance) newSender(p *api.Presenter) *webhook.Sender {
	if s.webhooks == "" {
		return nil
	}
	return &webhook.Sender{Store: s.store, File: s.webhooks, Changed: p.Changed, Now: p.Now, Log: s.log, IsOwn: s.isOwn(),
		Body: func(c mint.Change) ([]byte, error) { return json.Marshal(api.NewEvent(c, s.url)) },
		Notice: func(ctx context.Context, c mint.Change) webhook.Notice {
			return webhook.Notice(api.NewNotice(ctx, p, c))
		}}
}

// isOwn returns a function that reports whether a launch is the operator's. A launch's creator
// never changes, so each is read once.
func (s *instance) isOwn() func(slug string) bool {
	var known sync.Map
	return func(slug string) bool {
		own, ok := known.Load(slug)
		if !ok {
			l, err := s.store.Launch(context.Background(), slug)
			if err != nil {
				return true
			}
			own = l.Creator == (common.Address{})
			known.Store(slug, own)
		}
		return own.(bool)
	}
}

// gasEvery is how often the senders' gas is read for notices.
const gasEvery = time.Minute

// sendWebhooks runs the sender until ctx ends. The returned channel is closed when it has
// ended: until then it uses the database.
func (s *instance) sendWebhooks(ctx context.Context) (ended <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s.sender == nil {
			return
		}
		for ctx.Err() == nil {
			err := s.sender.Run(ctx)
			if err == nil || errors.Is(err, mint.ErrReplaced) {
				return
			}
			s.log.Error("webhooks are not sent; trying again", "err", err)
			select {
			case <-time.After(webhooksRetry):
			case <-ctx.Done():
			}
		}
	}()
	return done
}
