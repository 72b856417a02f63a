package mint_test

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// simSigners are the signers of accounts with a key outside the process. They fail, answer
// late, and give another signature each time. The process may die before and after.
type simSigners struct {
	rng      *rand.Rand
	accounts []common.Address
	fails    int // requests in a thousand
	salt     uint64
}

// newSimSigners draws from numbers of its own. Two histories in three have none; then it is
// nil.
func newSimSigners(seed uint64) *simSigners {
	rng := rand.New(rand.NewPCG(seed, 32))
	if rng.IntN(3) > 0 {
		return nil
	}
	s := &simSigners{rng: rng, fails: []int{0, 50, 400}[rng.IntN(3)]}
	for _, a := range []common.Address{simSender, simSecond, simMinter} {
		if rng.IntN(3) > 0 {
			s.accounts = append(s.accounts, a)
		}
	}
	return s
}

var errSigner = errors.New("the signer does not answer")

// signing makes a signature for an account.
func (n *simNet) signing(account common.Address, sign func() (mint.Attempt, error)) (mint.Attempt, error) {
	s := n.signers
	if s == nil || !slices.Contains(s.accounts, account) {
		return sign()
	}
	if n.boundary() {
		return mint.Attempt{}, errDead
	}
	if n.chance(10 * n.weather.meanwhile) {
		n.meanwhile("")
	}
	if s.rng.IntN(1000) < s.fails {
		return mint.Attempt{}, errSigner
	}
	s.salt++
	n.signSalt = 1<<32 + s.salt
	attempt, err := sign()
	n.signSalt = 0
	if n.boundary() {
		return mint.Attempt{}, errDead
	}
	return attempt, err
}

func (n *simNet) SignBatch(ctx context.Context, l mint.Launch, orders []mint.Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	return n.signing(sender, func() (mint.Attempt, error) {
		return n.simChain.SignBatch(ctx, l, orders, sender, accountNonce, feeCap, tipCap)
	})
}

func (n *simNet) SignSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	return n.signing(minter, func() (mint.Attempt, error) {
		return n.simChain.SignSettled(ctx, l, call, minter, accountNonce, feeCap, tipCap)
	})
}

func (n *simNet) Resign(ctx context.Context, a mint.Attempt, sender common.Address, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	return n.signing(sender, func() (mint.Attempt, error) { return n.simChain.Resign(ctx, a, sender, feeCap, tipCap) })
}
