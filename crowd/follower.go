package crowd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
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
	// Untouched reports, for each account, whether it has sent no transaction and has no code.
	Untouched(ctx context.Context, accounts []common.Address) ([]bool, error)
}

// Index keeps balances and looks. What it has can always be read again from the chain.
type Index interface {
	// Holdings returns what is known about a token.
	Holdings(ctx context.Context, token common.Address) (Holdings, error)
	// Apply adds transfers in the blocks above the index's own block of the token up to to. It
	// fails with ErrNegative, and changes nothing, if a balance would be negative.
	Apply(ctx context.Context, token common.Address, to mint.Block, transfers []Transfer, supply *big.Int) error
	// Reset forgets a token.
	Reset(ctx context.Context, token common.Address) error
	// NotLooked returns those of the accounts that no look was kept of.
	NotLooked(ctx context.Context, accounts []common.Address) ([]common.Address, error)
	// KeepLooks keeps what looks showed.
	KeepLooks(ctx context.Context, looks map[common.Address]Freshness) error
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

	chain   Chain
	trouble atomic.Pointer[string] // why the last step failed, or nil
	last    time.Time              // when new transfers were read last
	fails   int                    // in a row
	rereads map[common.Address]*reread
	looked  map[string]looked
}

// looked is up to which first mint's block all payers of a launch were looked at, and what the
// launch had sold by then.
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
	return looks || transfers, err
}

// place is how far the index of a launch is.
type place struct {
	launch mint.Launch
	at     mint.Block
	to     uint64 // how far it may be read
}

// follow reads one portion of transfers: of the launches that are furthest behind, up to where
// the next one is, so that all are read together in the end.
func (f *Follower) follow(ctx context.Context, launches []mint.Launch, final mint.Block) (more bool, err error) {
	places, err := f.places(ctx, launches, final)
	if err != nil || len(places) == 0 {
		return false, err
	}
	first := places[0]
	end := slices.IndexFunc(places, func(p place) bool { return p.at != first.at })
	to := min(first.to, first.at.Number+portion)
	if end >= 0 {
		to = min(to, max(places[end].at.Number, first.at.Number+1))
		places = places[:end]
	}
	places = places[:min(len(places), maxTokens)]
	for _, p := range places {
		to = min(to, p.to)
	}
	if now := f.Now(); to-first.at.Number < portion && !f.last.IsZero() && now.Sub(f.last) < cmp.Or(f.Every, transfersEvery) && end < 0 {
		return false, nil
	}
	until := mint.Block{Number: to}
	if to == final.Number {
		until = final
	}
	tokens := make([]common.Address, len(places))
	for i, p := range places {
		tokens[i] = p.launch.Token
	}
	found, err := f.chain.Transfers(ctx, tokens, first.at, until)
	if err != nil {
		return false, errors.Join(err, f.dropped(ctx, places))
	}
	var failed error
	for _, p := range places { // one launch never stops the others
		failed = errors.Join(failed, f.apply(ctx, p.launch, until, found))
	}
	if failed != nil {
		return false, failed
	}
	if to == final.Number || end < 0 && to == first.to {
		f.last = f.Now()
		return false, nil
	}
	return true, nil
}

// places returns the launches that are behind, those furthest behind first.
func (f *Follower) places(ctx context.Context, launches []mint.Launch, final mint.Block) (places []place, err error) {
	for _, l := range launches {
		h, err := f.Index.Holdings(ctx, l.Token)
		if err != nil {
			return nil, err
		}
		switch r := f.rereads[l.Token]; {
		case r == nil:
		case f.Now().Before(r.at):
			if r.stuck {
				continue
			}
		default:
			r.pause = min(2*r.pause, maxReread)
			r.at, r.stuck = f.Now().Add(r.pause), false
			if err := f.Index.Reset(ctx, l.Token); err != nil {
				return nil, err
			}
			h = Holdings{}
		}
		if !h.Read() {
			h.To = mint.Block{Number: max(l.DeployedAt, 1) - 1}
		}
		// The ledger has to be as far, so that the sum can be compared.
		_, readTo, err := f.Ledger.SoldUpTo(ctx, l.Slug, 0)
		if err != nil {
			return nil, err
		}
		if to := min(final.Number, readTo); to > h.To.Number {
			places = append(places, place{l, h.To, to})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.at.Number, b.at.Number), a.at.Hash.Cmp(b.at.Hash))
	})
	return places, nil
}

// apply adds one launch's transfers, and notes when to read again if they do not add up.
func (f *Follower) apply(ctx context.Context, l mint.Launch, to mint.Block, all []Transfer) error {
	var own []Transfer
	for _, t := range all {
		if t.Token == l.Token {
			own = append(own, t)
		}
	}
	sold, _, err := f.Ledger.SoldUpTo(ctx, l.Slug, to.Number)
	if err != nil {
		return err
	}
	err = f.Index.Apply(ctx, l.Token, to, own, l.Tokens(sold))
	if err != nil && !errors.Is(err, ErrNegative) {
		return err
	}
	sound := err == nil
	if sound {
		h, err := f.Index.Holdings(ctx, l.Token)
		if err != nil {
			return err
		}
		sound = h.Complete()
	}
	if sound {
		delete(f.rereads, l.Token)
		return nil
	}
	r := f.rereads[l.Token]
	if r == nil {
		r = &reread{at: f.Now().Add(minReread), pause: minReread}
		f.rereads[l.Token] = r
		f.Log.Warn("the holders' balances do not add up to the supply: a node left out transfers; they are read again in an hour", "launch", l.Slug, "block", to.Number)
	}
	r.stuck = err != nil
	if err != nil {
		return fmt.Errorf("launch %s, up to block %d: %w", l.Slug, to.Number, err)
	}
	return nil
}

// dropped forgets launches whose block is not on the chain any more.
func (f *Follower) dropped(ctx context.Context, places []place) error {
	at := places[0].at
	if at.Hash == (common.Hash{}) {
		return nil
	}
	b, err := f.chain.Block(ctx, at.Number)
	if err != nil || b.Hash == at.Hash {
		return err
	}
	for _, p := range places {
		if err := f.Index.Reset(ctx, p.launch.Token); err != nil {
			return err
		}
	}
	return fmt.Errorf("block %d is not on the chain any more; the holders are read again", at.Number)
}

// look looks at some payers whose account was not looked at yet, the newest first: the sooner
// after a mint, the more a look shows.
func (f *Follower) look(ctx context.Context, launches []mint.Launch, head mint.Block) (more bool, err error) {
	for _, l := range launches {
		known := f.looked[l.Slug]
		if known.sold == l.Sold {
			continue
		}
		var minters []Minter
		newest := known.block
		err := f.Ledger.EachMinter(ctx, l.Slug, func(m Minter) error {
			if m.First > known.block {
				minters = append(minters, m)
			}
			newest = max(newest, m.First)
			return nil
		})
		if err != nil {
			return false, err
		}
		slices.SortFunc(minters, func(a, b Minter) int { return cmp.Compare(b.First, a.First) })
		for part := range slices.Chunk(minters, 500) {
			some, err := f.lookAt(ctx, part, head)
			if err != nil || some {
				return true, err
			}
		}
		f.looked[l.Slug] = looked{newest, l.Sold}
	}
	return false, nil
}

// lookAt looks at the first of some payers without a look. It reports whether there was one.
func (f *Follower) lookAt(ctx context.Context, minters []Minter, head mint.Block) (bool, error) {
	first, accounts := map[common.Address]uint64{}, make([]common.Address, len(minters))
	for i, m := range minters {
		first[m.Payer], accounts[i] = m.First, m.Payer
	}
	left, err := f.Index.NotLooked(ctx, accounts)
	if err != nil || len(left) == 0 {
		return false, err
	}
	left = left[:min(len(left), maxLooks)]
	untouched, err := f.chain.Untouched(ctx, left)
	if err != nil {
		return false, err
	}
	looks := make(map[common.Address]Freshness, len(left))
	for i, a := range left {
		switch {
		case untouched[i]:
			looks[a] = Fresh
		case head.Number > first[a]+lateLook:
			looks[a] = Late
		default:
			looks[a] = Used
		}
	}
	return true, f.Index.KeepLooks(ctx, looks)
}
