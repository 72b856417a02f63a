package servertest

import (
	"context"
	"sync/atomic"

	"github.com/mint402/mint402/mint"
)

// HeldStore is a store that makes some requests wait until a test releases them: those
// that list orders in every state.
type HeldStore struct {
	mint.Store
	held     atomic.Bool   // whether the next such request waits
	waiting  atomic.Int64  // how many have waited, in total
	released chan struct{} // closed to release them
}

// Orders waits if the store is held and the query is for orders in every state.
func (s *HeldStore) Orders(ctx context.Context, q mint.Query) ([]mint.Order, error) {
	if s.held.Load() && len(q.States) == 0 {
		s.waiting.Add(1)
		<-s.released
	}
	return s.Store.Orders(ctx, q)
}

// Waits makes n requests with ask, and returns when all of them wait in the store. Later
// requests do not wait. end releases the n requests and checks that each gets 200.
func (s *HeldStore) Waits(w *World, n int, ask func() Answer) (end func()) {
	w.Helper()
	s.released = make(chan struct{})
	s.held.Store(true)
	before := s.waiting.Load()
	var answers []func() Answer
	for range n {
		answers = append(answers, w.Meanwhile(ask))
	}
	w.Eventually("the requests wait", func() bool { return s.waiting.Load() == before+int64(n) })
	s.held.Store(false)
	return func() {
		close(s.released)
		for _, answer := range answers {
			answer().Wants(200)
		}
	}
}
