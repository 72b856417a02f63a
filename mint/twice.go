package mint

import (
	"context"
)

// Counters miss events that cancel out: a payment and a refund of the same amount, both
// missing from a node's logs. So no decision is based on counters alone. Each block is
// read a second time once it is final, from the next node; a lagging index of logs has
// long caught up by then. And an unknown payment with a used nonce is refused only
// because of the log of that use.

// twiceEvery is the number of final blocks that are read a second time together.
const twiceEvery = 64

// readTwice reads final blocks a second time and stores the events that the first
// reading missed. An error is the store's.
func (a *audit) readTwice(ctx context.Context, launches []Launch) error {
	final := a.view.final
	if a.view.behind || final.Hash == (Block{}).Hash {
		return nil
	}
	for _, l := range launches {
		s := a.standing(l.Slug)
		if s.twice == 0 {
			s.twice = final.Number // since the start
		}
		if final.Number < s.twice+twiceEvery || !l.upTo(a.view.head) {
			continue
		}
		from := max(s.twice, max(l.DeployedAt, 1)-1, final.Number-min(final.Number, maxBlocks))
		found, err := a.chain.Reread(ctx, []Launch{l}, Block{Number: from}, final, 0)
		if err != nil {
			a.log.Debug("read final blocks a second time", "launch", l.Slug, "from", from+1, "to", final.Number, "err", err)
			continue
		}
		added, err := a.compare(ctx, l, &repair{at: Block{Number: from}}, found, final)
		if err != nil {
			return err
		}
		if added {
			s.unchecked()
		}
		s.twice = final.Number
	}
	return nil
}
