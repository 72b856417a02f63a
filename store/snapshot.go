package store

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/mint402/mint402/mint"
)

// snapshot is the writing process's cache of its database, as of the last commit. A
// snapshot is never changed. It is replaced once the transaction that changes it is
// durable.
type snapshot struct {
	launches []mint.Launch
	bySlug   map[string]int
	orders   map[string]map[mint.State]int // number of orders by launch and state
	parts    sync.Map                      // chain id → its launches; filled when they are asked for
}

// of returns the launches of a chain, or all for 0.
func (m *snapshot) of(chain uint64) []mint.Launch {
	other := func(l mint.Launch) bool { return l.ChainID != chain }
	if chain == 0 || !slices.ContainsFunc(m.launches, other) {
		return slices.Clip(m.launches)
	}
	part, ok := m.parts.Load(chain)
	if !ok {
		part, _ = m.parts.LoadOrStore(chain, slices.Clip(slices.DeleteFunc(slices.Clone(m.launches), other)))
	}
	return part.([]mint.Launch)
}

// chain returns the chain of a launch. It copies no launch: each read of an order asks.
func (m *snapshot) chain(slug string) (chain uint64, ok bool) {
	i, ok := m.bySlug[slug]
	if ok {
		chain = m.launches[i].ChainID
	}
	return chain, ok
}

// launch returns the launch with a slug, if it is on a chain; 0: on any.
func (m *snapshot) launch(chain uint64, slug string) (mint.Launch, error) {
	i, ok := m.bySlug[slug]
	if !ok || chain != 0 && m.launches[i].ChainID != chain {
		return mint.Launch{}, fmt.Errorf("launch %s: %w", slug, mint.ErrNotFound)
	}
	return m.launches[i], nil
}

// count returns how many orders of a launch, or of all of a chain with an empty slug, are in the
// given states. Without states it counts all.
func (m *snapshot) count(chain uint64, slug string, states []mint.State) (n int) {
	if len(states) == 0 {
		states = mint.States
	}
	for launch, orders := range m.orders {
		if (slug == "" || slug == launch) && (chain == 0 || m.launches[m.bySlug[launch]].ChainID == chain) {
			for i, state := range states {
				if !slices.Contains(states[:i], state) {
					n += orders[state]
				}
			}
		}
	}
	return n
}

// after returns the snapshot as it is once a transaction is committed.
func (m *snapshot) after(w *tx) *snapshot {
	next := &snapshot{launches: slices.Clone(m.launches), bySlug: m.bySlug, orders: maps.Clone(m.orders)}
	for slug, c := range w.counters {
		l := &next.launches[m.bySlug[slug]]
		l.Sold, l.Reserved = c.sold, c.reserved
	}
	for slug, standing := range w.reported {
		l := &next.launches[m.bySlug[slug]]
		l.Reported, l.ReportedAt = standing, reportedAt(w.now.UnixNano())
	}
	for slug, b := range w.reads {
		next.launches[m.bySlug[slug]].Read = b
	}
	for slug, to := range w.twice {
		next.launches[m.bySlug[slug]].Twice = to
	}
	for slug, c := range w.moves {
		orders := maps.Clone(next.orders[slug])
		if orders == nil {
			orders = map[mint.State]int{}
		}
		for state, n := range c.orders {
			orders[state] += n
		}
		next.orders[slug] = orders
	}
	return next
}

// readSnapshot reads the snapshot from the database. The caller makes sure that no
// write runs.
func (s *Store) readSnapshot() (*snapshot, error) {
	m := &snapshot{bySlug: map[string]int{}, orders: map[string]map[mint.State]int{}}
	var err error
	if m.launches, err = s.readLaunches(context.Background(), 0); err != nil {
		return nil, err
	}
	for i, l := range m.launches {
		m.bySlug[l.Slug] = i
	}
	var counts []struct {
		Launch string
		State  mint.State
		N      int
	}
	if err := s.read.Table("orders").Select("launch, state, count(*) AS n").Group("launch, state").Find(&counts).Error; err != nil {
		return nil, fmt.Errorf("count orders: %w", err)
	}
	for _, c := range counts {
		if m.orders[c.Launch] == nil {
			m.orders[c.Launch] = map[mint.State]int{}
		}
		m.orders[c.Launch][c.State] = c.N
	}
	var skipped int64
	if err := scanOne(s.read.Raw(readLastSkip), &skipped); err != nil {
		return nil, fmt.Errorf("read skipped payments: %w", err)
	}
	s.lastSkip.Store(max(s.lastSkip.Load(), skipped))
	return m, nil
}

// updateSnapshot replaces the snapshot after a commit, or reads it again if there is
// none. Until then all reads go to the database.
func (s *Store) updateSnapshot(w *tx) {
	m := s.snapshot.Load()
	if m != nil && !w.launchSaved {
		if len(w.moves) > 0 || len(w.reads) > 0 || len(w.twice) > 0 || len(w.reported) > 0 {
			s.snapshot.Store(m.after(w))
		}
		return
	}
	s.snapshot.Store(nil)
	if m, err := s.readSnapshot(); err == nil {
		s.snapshot.Store(m)
	}
}

// idsOf reads all stored ids into a new filter, sized for twice as many. SQLite joins
// thousands of ids into one value, which is several times as fast as a row for each
// id.
func (s *Store) idsOf(m *snapshot) (*filter, error) {
	n := m.count(0, "", nil)
	f := newFilter(2 * n)
	// To limit memory, each query reads the ids in a range of first bytes.
	for first, part := 0, max(1, 256/(1+n/4096)); first < 256; first += part {
		from, to := []byte{byte(first)}, []byte{byte(first + part)}
		if first+part > 255 {
			to = bytes.Repeat([]byte{255}, len(mint.PaymentID{})+1)
		}
		var ids []byte
		err := scanOne(s.read.Raw("SELECT group_concat(id, '') FROM orders WHERE id >= ? AND id < ?", from, to), &ids)
		if err == nil && len(ids)%len(mint.PaymentID{}) != 0 {
			err = fmt.Errorf("%d bytes", len(ids))
		}
		if err != nil {
			return nil, fmt.Errorf("read ids: %w", err)
		}
		for id := range slices.Chunk(ids, len(mint.PaymentID{})) {
			f.add(mint.PaymentID(id))
		}
	}
	return f, nil
}

// unknown is mint.ErrNotFound for an id. Strangers may ask for any number of ids, so
// the message is only built when it is read.
type unknown struct{ id mint.PaymentID }

func (e unknown) Error() string { return "order " + e.id.String() + ": " + mint.ErrNotFound.Error() }

func (e unknown) Unwrap() error { return mint.ErrNotFound }
