package servertest

import (
	"context"
	"sync/atomic"

	"github.com/mint402/mint402/mint"
)

// HeldStore is a store whose lists of all orders wait while it is held.
type HeldStore struct {
	mint.Store
	held    atomic.Bool
	waiting atomic.Int64
	let     chan struct{}
}

// Orders waits while the store is held.
func (s *HeldStore) Orders(ctx context.Context, q mint.Query) ([]mint.Order, error) {
	if s.held.Load() && len(q.States) == 0 {
		s.waiting.Add(1)
		<-s.let
	}
	return s.Store.Orders(ctx, q)
}

// Waits makes n requests with ask, which wait in the store. It returns a function that
// releases them and checks their answers.
func (s *HeldStore) Waits(w *World, n int, ask func() Answer) (end func()) {
	w.Helper()
	s.let = make(chan struct{})
	s.held.Store(true)
	before := s.waiting.Load()
	var answers []func() Answer
	for range n {
		answers = append(answers, w.Meanwhile(ask))
	}
	w.Eventually("the requests wait", func() bool { return s.waiting.Load() == before+int64(n) })
	s.held.Store(false)
	return func() {
		close(s.let)
		for _, answer := range answers {
			answer().Wants(200)
		}
	}
}
