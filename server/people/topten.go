package people

import (
	"context"

	"github.com/mint402/mint402/mint"
)

// TopTen is the share of the supply that the ten largest holders of a token have.
type TopTen struct {
	State HoldersState
	Share string // in percent; empty: not known, or nobody holds the token
	Block uint64 // at its end
}

// TopTen reads the share from the index. It asks no node.
func (p *Lists) TopTen(ctx context.Context, l *mint.Launch) (TopTen, error) {
	index := p.index(l)
	if index == nil {
		return TopTen{State: HoldersOff}, nil
	}
	h, err := index.Holdings(ctx, l.Token)
	if err != nil {
		return TopTen{}, err
	}
	top := TopTen{Block: h.To.Number}
	if top.State, _ = p.holdersState(l, &h); top.State != HoldersUnknown && h.Supply.Sign() > 0 {
		top.Share = percentOf(h.TopTen, h.Supply)
	}
	return top, nil
}
