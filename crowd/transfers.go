package crowd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

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

// dropped forgets launches if the block that they were read to left the chain.
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
