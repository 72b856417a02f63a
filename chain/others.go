package chain

import (
	"context"
	"time"
)

// othersTimeout is how long the nodes other than the first have to answer.
const othersTimeout = time.Second

// askOthers calls f for all healthy nodes other than the first, concurrently, for at
// most besidePatience. Nodes that do not answer are left out.
func askOthers[T any](ctx context.Context, s *pool, first *node, f func(context.Context, *node) (T, error)) (all []T) {
	var others []*node
	s.mu.Lock()
	for _, n := range s.all {
		if n != first && n.verified && n.err == nil {
			others = append(others, n)
		}
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, othersTimeout)
	defer cancel()
	answers := make(chan *T, len(others))
	for _, n := range others {
		go func() {
			answer, err := f(ctx, n)
			if err != nil {
				answers <- nil
				return
			}
			answers <- &answer
		}()
	}
	for range others {
		if a := <-answers; a != nil {
			all = append(all, *a)
		}
	}
	return all
}
