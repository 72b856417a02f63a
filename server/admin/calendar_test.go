package admin

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// clockwork is a chain whose blocks have times by a function. It counts reads.
type clockwork struct {
	at    func(n uint64) time.Time
	reads int
}

func (c *clockwork) Block(_ context.Context, n uint64) (mint.Block, error) {
	c.reads++
	return mint.Block{Number: n, Time: c.at(n)}, nil
}

func TestTheFirstBlockOfADayIsFoundInFewReads(t *testing.T) {
	began := time.Date(2026, 3, 1, 7, 0, 1, 0, time.UTC)
	regular := func(n uint64) time.Time { return began.Add(time.Duration(n) * 2 * time.Second) }
	gap := func(n uint64) time.Time { // the chain stood still for 5 days
		if n > 100_000 {
			return regular(n).Add(120 * time.Hour)
		}
		return regular(n)
	}
	bursts := func(n uint64) time.Time { return began.Add(time.Duration(n/1000) * time.Hour) } // 1,000 blocks with one time
	for name, chain := range map[string]struct {
		at   func(uint64) time.Time
		most int
	}{"a block every 2 s": {regular, 6}, "a gap": {gap, 40}, "bursts": {bursts, 40}} {
		blocks, c := &clockwork{at: chain.at}, calendar{}
		lo, hi := mint.Block{Number: 10, Time: chain.at(10)}, mint.Block{Number: 1_000_000, Time: chain.at(1_000_000)}
		for day := range 20 {
			want := time.Date(2026, 3, 2+day, 0, 0, 0, 0, time.UTC)
			if !want.Before(hi.Time) {
				break
			}
			blocks.reads = 0
			n, err := c.first(context.Background(), blocks, want, lo, hi, 900_000)
			if err != nil || chain.at(n).Before(want) || !chain.at(n-1).Before(want) {
				t.Errorf("%s, %s: block %d, %v", name, want, n, err)
			}
			if blocks.reads > chain.most {
				t.Errorf("%s, %s: %d reads", name, want, blocks.reads)
			}
			blocks.reads = 0
			if _, err := c.first(context.Background(), blocks, want, lo, hi, 900_000); err != nil || n <= 900_000 && blocks.reads > 0 {
				t.Errorf("%s, %s: %d more reads, %v", name, want, blocks.reads, err)
			}
		}
	}
}

type silent struct{}

func (silent) Block(context.Context, uint64) (mint.Block, error) {
	return mint.Block{}, errors.New("no answer")
}

func TestADayIsNotGuessedIfTheNodeIsSilent(t *testing.T) {
	began := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	c := calendar{}
	if _, err := c.first(context.Background(), silent{}, began.Add(time.Hour), mint.Block{Number: 1, Time: began}, mint.Block{Number: 9, Time: began.Add(2 * time.Hour)}, 9); err == nil || len(c.known) > 0 {
		t.Errorf("%v, %v", err, c.known)
	}
}

func TestPeriodsAreTheLastOnesWithoutGaps(t *testing.T) {
	now := time.Date(2026, 3, 11, 15, 0, 0, 0, time.UTC) // a Wednesday
	day, week := periods[0], periods[1]
	if all := day.starts(now.AddDate(0, 0, -2), now); len(all) != 3 || !all[0].Equal(time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%v", all)
	}
	if all := day.starts(now.AddDate(-5, 0, 0), now); len(all) != day.most || !all[len(all)-1].Equal(time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%d: %v", len(all), all)
	}
	if all := week.starts(now, now); len(all) != 1 || !all[0].Equal(time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%v", all)
	}
	if sunday := week.start(time.Date(2026, 3, 8, 23, 59, 0, 0, time.UTC)); !sunday.Equal(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%v", sunday)
	}
}
