package people

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
)

// MinterList is all minters of a launch, as of one moment.
type MinterList struct {
	Rows         []crowd.Minter // sorted
	Mints, Sold  int64
	TopTen       int64 // allotments of the ten largest
	Fresh        *Fresh
	Groups       *Groups
	Head         mint.Block
	at           time.Time
	cost         time.Duration
	launchesSold int64 // the launch's counter before they were read
}

// minterLists caches the last list of each launch. A row takes 56 bytes.
type minterLists struct {
	lock  sync.Mutex // of bySlug's entries being added
	lists *lru.Cache[string, *minterSlot]
}

type minterSlot struct {
	lock sync.Mutex
	last atomic.Pointer[MinterList]
}

// recompute bounds the cost of reading a list: after a read that took d, the list is served for
// at least recompute × d.
const recompute = 20

// timesTimeout is how long a page waits for the times of its blocks.
const timesTimeout = time.Second

// maxMinterLists is how many launches' minters are kept in memory.
const maxMinterLists = 16

func newMinterLists() *minterLists {
	cache, _ := lru.New[string, *minterSlot](maxMinterLists) // fails only for a size below 1
	return &minterLists{lists: cache}
}

func (m *minterLists) slot(slug string) *minterSlot {
	m.lock.Lock()
	defer m.lock.Unlock()
	slot, ok := m.lists.Get(slug)
	if !ok {
		slot = &minterSlot{}
		m.lists.Add(slug, slot)
	}
	return slot
}

// MinterList returns all minters of a launch at the newest head. As with a tally, it returns
// the last list instead if reading takes long, or while another request does it.
func (p *Lists) MinterList(ctx context.Context, l *mint.Launch) (*MinterList, error) {
	slot := p.lists.slot(l.Slug)
	head := p.Presenter.Of(l).Engine.Health().Head
	fresh := func(last *MinterList) bool {
		return last != nil && (last.launchesSold == l.Sold && last.Head.Hash == head.Hash || p.Presenter.Now().Sub(last.at).Abs() < recompute*last.cost)
	}
	last := slot.last.Load()
	if fresh(last) {
		return last, nil
	}
	if last == nil {
		slot.lock.Lock()
	} else if !slot.lock.TryLock() {
		return last, nil
	}
	defer slot.lock.Unlock()
	if last = slot.last.Load(); fresh(last) {
		return last, nil
	}
	began := p.Presenter.Now()
	list := &MinterList{Head: head, launchesSold: l.Sold}
	// Other requests wait for the list, so a client that leaves must not stop it.
	err := p.Minted.EachMinter(context.WithoutCancel(ctx), l.Slug, func(m crowd.Minter) error {
		list.Rows = append(list.Rows, m)
		list.Mints, list.Sold = list.Mints+m.Mints, list.Sold+m.Quantity
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list.Rows, crowd.Minter.Compare)
	for _, m := range list.Rows[:min(10, len(list.Rows))] {
		list.TopTen += m.Quantity
	}
	if index := p.index(l); index != nil {
		counts, err := index.CountLooks(context.WithoutCancel(ctx), addresses(list.Rows))
		if err != nil {
			return nil, err
		}
		if p.Funders {
			g, err := index.Groups(context.WithoutCancel(ctx), addresses(list.Rows))
			if err != nil {
				return nil, err
			}
			shown := Groups(g)
			list.Groups = &shown
		}
		list.Fresh = &Fresh{counts[crowd.Fresh], counts[crowd.Used], len(list.Rows) - counts[crowd.Fresh] - counts[crowd.Used]}
	}
	list.at = p.Presenter.Now()
	list.cost = max(0, list.at.Sub(began))
	slot.last.Store(list)
	return list, nil
}
