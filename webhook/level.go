package webhook

import (
	"context"
	"slices"
	"sync"
	"time"
)

// levelRetry is the shortest pause after a message about a condition that a chat did not
// take.
const levelRetry = 5 * time.Minute

// level is what a chat knows of the condition [LowGas].
type level struct {
	told bool // the chat has the message that gas is low
	next time.Time
}

// Level reports whether gas is low to the chats that want it. It is called often: a chat
// gets a message when the condition begins, and one when it ends, and at most one an hour.
// A condition needs no journal: a message that is not taken is sent by a later call, and
// after a restart one that still holds is sent again. It returns false before [Sender.Run]
// has started the endpoints of its file: no chat could be told.
func (s *Sender) Level(ctx context.Context, low bool, n Notice) bool {
	s.mu.Lock()
	ready := s.ready
	workers := make([]*worker, 0, len(s.workers))
	for _, w := range s.workers {
		workers = append(workers, w)
	}
	s.mu.Unlock()
	var running sync.WaitGroup
	for _, w := range workers {
		running.Go(func() { w.tellLevel(ctx, low, n) })
	}
	running.Wait()
	return ready
}

// tellLevel sends the notice unless the chat knows it.
func (w *worker) tellLevel(ctx context.Context, low bool, n Notice) {
	now := w.sender.Now()
	w.mu.Lock()
	e, p, l := w.queue.endpoint, w.poster, w.level
	disabled := !w.queue.state.Disabled.IsZero()
	w.mu.Unlock()
	wants := e.Format.chat() && (len(e.Events) == 0 || slices.Contains(e.Events, LowGas))
	if !wants || disabled || low == l.told || ahead(l.next, now) {
		return
	}
	f := p.tell(ctx, e, now, n)
	switch {
	case f == nil:
		l = level{low, now.Add(maxQuiet)}
	case ctx.Err() != nil:
		return
	default:
		l.next = now.Add(max(levelRetry, f.after))
		w.sender.Log.Warn("webhook not delivered", "webhook", e.Name, "event", LowGas, "err", f.reason)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.level = l
}
