package chain

import (
	"context"
	"time"
)

// besidePatience is how long the nodes other than the first have to answer.
const besidePatience = time.Second

// askBeside calls f for all healthy nodes other than the first, concurrently, for at
// most besidePatience. Nodes that do not answer are left out.
func askBeside[T any](ctx context.Context, s *nodes, first *node, f func(context.Context, *node) (T, error)) (all []T) {
	var others []*node
	s.mu.Lock()
	for _, n := range s.all {
		if n != first && n.verified && n.err == nil {
			others = append(others, n)
		}
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, besidePatience)
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
