package crowd

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/big"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Chain reads from nodes. It should have connections of its own, so that a node that is slow
// with logs, or refuses them, is not set aside for payments.
type Chain interface {
	// Transfers returns the tokens' transfers in the blocks above after up to to, in chain
	// order. All of it is from one branch, which has both blocks if their hashes are given.
	Transfers(ctx context.Context, tokens []common.Address, after, to mint.Block) ([]Transfer, error)
	// Block returns the canonical block at a height.
	Block(ctx context.Context, number uint64) (mint.Block, error)
	// Received returns an asset's transfers to some accounts, as Transfers does.
	Received(ctx context.Context, asset common.Address, accounts []common.Address, after, to mint.Block) ([]Transfer, error)
	// Untouched reports, for each account, whether it has sent no transaction and has no code.
	Untouched(ctx context.Context, accounts []common.Address) ([]bool, error)
}

// Index keeps balances and looks. All of it can be read again from the chain.
type Index interface {
	// Holdings returns the figures of a token.
	Holdings(ctx context.Context, token common.Address) (Holdings, error)
	// Apply adds transfers in the blocks above the index's own block of the token up to to. It
	// fails with ErrNegative, without a change, if a balance would be negative.
	Apply(ctx context.Context, token common.Address, to mint.Block, transfers []Transfer, supply *big.Int) error
	// Reset forgets a token.
	Reset(ctx context.Context, token common.Address) error
	// NotLooked returns those of the accounts that no look was kept of.
	NotLooked(ctx context.Context, accounts []common.Address) ([]common.Address, error)
	// KeepLooks keeps the results of looks.
	KeepLooks(ctx context.Context, looks map[common.Address]Freshness) error
	// NotFunded returns those of the accounts that no funder was kept of, in their order.
	NotFunded(ctx context.Context, accounts []common.Address) ([]common.Address, error)
	// KeepFunders keeps accounts with their funders. An account without one has the zero address.
	KeepFunders(ctx context.Context, funders map[common.Address]common.Address) error
}

// Ledger reads the launches' own events.
type Ledger interface {
	EachMinter(ctx context.Context, launch string, do func(Minter) error) error
	// SoldUpTo returns how many allotments of a launch were minted up to a block, and up to
	// which block the launch was read.
	SoldUpTo(ctx context.Context, launch string, block uint64) (sold int64, readTo uint64, err error)
}

// ErrNegative means that transfers are missing: an address sent more than it had.
var ErrNegative = errors.New("an address sent more tokens than it had received, so transfers are missing")

// Bounds of a Follower's work, so that it never matters to payments.
const (
	// portion is how many blocks are read at once. A node with smaller limits gets them in
	// several requests.
	portion = 10_000
	// maxTokens is how many tokens one request for logs names.
	maxTokens = 50
	// maxLooks is how many accounts are looked at at once, with two requests each.
	maxLooks = 50
	// transfersEvery is how often new transfers are read: 288 times a day, with 4 requests each,
	// however many launches there are.
	transfersEvery = 5 * time.Minute
	// idle is the pause if there is no work, or Every if that is less. busy is the pause if
	// there is work.
	idle, busy = 20 * time.Second, time.Second
	// lateLook is after how many blocks a look no longer shows how an account was when it
	// minted. It is half an hour on Base.
	lateLook = 900
	// minReread is how long an index that does not add up is kept before it is read again from
	// the beginning. The pause doubles each time, up to a day.
	minReread, maxReread = time.Hour, 24 * time.Hour
)

// Follower keeps an index up to date. Its fields are set before Run.
type Follower struct {
	// Dial connects to the chain. It is called until it succeeds once.
	Dial     func(ctx context.Context) (Chain, error)
	Index    Index
	Ledger   Ledger
	Launches func(ctx context.Context) ([]mint.Launch, error)
	// Heads returns the newest and the final block that the server knows.
	Heads func() (head, final mint.Block)
	Now   func() time.Time
	// Every is how often new transfers are read; see transfersEvery.
	Every time.Duration
	Log   *slog.Logger
	// Funders says whether to look up where payers' money came from. That takes about 90
	// requests for each 50 new payers, and more if they minted far apart.
	Funders bool

	chain   Chain
	trouble atomic.Pointer[string] // why the last step failed, or nil
	last    time.Time              // when new transfers were read last
	fails   int                    // in a row
	rereads map[common.Address]*reread
	looked  map[string]looked
	funded  map[string]uint64 // launch → all of its payers up to this first mint's block were looked up
}

// looked is how far the looks of a launch are: all payers with a first mint up to a block were
// looked at. sold is the launch's counter at that time.
type looked struct {
	block uint64
	sold  int64
}

// reread is when an index that does not add up is read again.
type reread struct {
	at    time.Time
	pause time.Duration
	stuck bool // until then it is not read on, because an address sent more than it had
}

// Trouble returns why transfers cannot be read now, or "".
func (f *Follower) Trouble() string {
	if t := f.trouble.Load(); t != nil {
		return *t
	}
	return ""
}

// Run follows the chain until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := f.Step(ctx)
		pause := min(idle, cmp.Or(f.Every, idle))
		switch {
		case err != nil && ctx.Err() == nil:
			f.fails++
			text := err.Error()
			f.trouble.Store(&text)
			f.Log.Debug("follow holders", "err", err)
			pause = min(idle<<min(f.fails, 5), 10*time.Minute)
		case err == nil:
			f.fails = 0
			f.trouble.Store(nil)
			if more {
				pause = busy
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// Step does one portion of the work. It reports whether there is more.
func (f *Follower) Step(ctx context.Context) (more bool, err error) {
	head, final := f.Heads()
	if final.Number == 0 {
		return false, nil
	}
	if f.chain == nil {
		if f.chain, err = f.Dial(ctx); err != nil {
			return false, err
		}
		f.funded = map[string]uint64{}
		f.rereads, f.looked = map[common.Address]*reread{}, map[string]looked{}
	}
	launches, err := f.Launches(ctx)
	if err != nil {
		return false, err
	}
	looks, err := f.look(ctx, launches, head)
	if err != nil {
		return false, err
	}
	transfers, err := f.follow(ctx, launches, final)
	if err != nil {
		return false, err
	}
	funders, err := f.fund(ctx, launches, final)
	return looks || transfers || funders, err
}
