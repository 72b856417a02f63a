package webhook

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/mint402/mint402/mint"
)

// worker delivers to one endpoint. Its goroutine owns the queue; mu is held for each use,
// so that the status can be read.
type worker struct {
	sender *Sender
	cancel context.CancelFunc
	ended  chan struct{} // closed when run has returned
	nudge  chan struct{} // the endpoint was configured

	mu      sync.Mutex
	queue   *queue
	counts  *Counts
	poster  *poster
	secrets []Secret
	level   level
}

// result is the end of an attempt.
type result struct {
	item    *item
	failure *failure
}

func newWorker(s *Sender, e Endpoint, state State, cancel context.CancelFunc, counts *Counts) *worker {
	q := newQueue(e, state)
	q.calm.isOwn = s.IsOwn
	return &worker{sender: s, cancel: cancel, ended: make(chan struct{}), nudge: make(chan struct{}, 1), counts: counts,
		queue: q, poster: newPoster(newGuard(e.AllowPrivate)), secrets: e.keys()}
}

// configure takes over a version of the endpoint from the file.
func (w *worker) configure(e Endpoint, oldest, newest int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.AllowPrivate != w.queue.endpoint.AllowPrivate {
		w.poster.client.CloseIdleConnections()
		w.poster = newPoster(newGuard(e.AllowPrivate))
	}
	w.secrets = e.keys()
	w.queue.configure(e, oldest, newest)
	select {
	case w.nudge <- struct{}{}:
	default:
	}
}

func (w *worker) status(newest int64) Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return Status{w.queue.endpoint.Name, w.queue.state, *w.counts, max(0, newest-w.queue.state.Cursor)}
}

// run delivers until ctx ends. It returns an error only if the process was replaced.
func (w *worker) run(ctx context.Context) error {
	defer close(w.ended)
	defer w.closeIdle()
	results := make(chan result, maxParallel)
	saved := w.state()
	var savedAt, loadedAt time.Time
	var attempts sync.WaitGroup
	defer func() { w.saveAtEnd(ctx, &attempts, results, saved) }()
	for {
		var changed <-chan struct{}
		if w.sender.Changed != nil {
			changed = w.sender.Changed() // before the load, so that no change is missed
		}
		pause := idlePoll
		if since := time.Since(loadedAt); since >= loadEvery {
			loadedAt = time.Now()
			if err := w.load(ctx); errors.Is(err, mint.ErrReplaced) {
				return err
			}
		} else {
			pause, changed = loadEvery-since, nil
		}
		due, wake := w.start()
		for _, i := range due {
			attempts.Go(func() { results <- result{i, w.attempt(ctx, i)} })
		}
		if state := w.state(); !reflect.DeepEqual(state, saved) {
			if since := time.Since(savedAt); since >= saveEvery || state.Disabled != saved.Disabled {
				if err := w.save(ctx, state); errors.Is(err, mint.ErrReplaced) {
					return err
				} else if err == nil {
					saved = state
				}
				savedAt = time.Now()
			} else {
				pause = min(pause, saveEvery-since)
			}
		}
		if !wake.IsZero() {
			pause = min(pause, max(wake.Sub(w.sender.Now()), time.Millisecond))
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-changed:
		case <-w.nudge:
		case <-timer.C:
		case r := <-results:
			w.done(ctx, r)
		}
		timer.Stop()
	}
}

func (w *worker) closeIdle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.poster.client.CloseIdleConnections()
}

// saveAtEnd waits for the attempts, and stores the state unless it is the saved one.
func (w *worker) saveAtEnd(ctx context.Context, attempts *sync.WaitGroup, results chan result, saved State) {
	w.cancel()
	go func() { attempts.Wait(); close(results) }()
	for r := range results {
		w.done(ctx, r)
	}
	if state := w.state(); !reflect.DeepEqual(state, saved) {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxSaveTime)
		defer cancel()
		_ = w.save(last, state) // it logs; what is not stored is sent again
	}
}

// load reads new changes from the journal.
func (w *worker) load(ctx context.Context) error {
	w.mu.Lock()
	after, room, disabled := w.queue.loaded, w.queue.room(), !w.queue.state.Disabled.IsZero()
	w.mu.Unlock()
	if room <= 0 || disabled {
		return nil
	}
	changes, err := w.sender.Store.Changes(ctx, after, room)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.queue.loaded != after {
		return nil // configured during the read
	}
	var lost *mint.JournalError
	switch {
	case errors.As(err, &lost):
		w.queue.lost(lost, w.sender.Now())
		w.sender.Log.Error("webhook disabled: its next events are not available", "webhook", w.queue.endpoint.Name, "err", err)
	case err != nil:
		if ctx.Err() == nil {
			w.sender.Log.Warn("read events for a webhook", "webhook", w.queue.endpoint.Name, "err", err)
		}
	default:
		w.queue.load(changes)
	}
	return err
}

func (w *worker) start() ([]*item, time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queue.start(w.sender.Now())
}

// attempt sends a change once. A panic of Body would end the process, so it is a failure.
func (w *worker) attempt(ctx context.Context, i *item) (f *failure) {
	defer func() {
		if v := recover(); v != nil {
			f = &failure{reason: fmt.Sprintf("internal error: %v", v)}
		}
	}()
	w.mu.Lock()
	p, e, secrets := w.poster, w.queue.endpoint, w.secrets
	w.mu.Unlock()
	if e.Format.chat() {
		return p.tell(ctx, e, w.sender.Now(), w.sender.Notice(ctx, i.Change))
	}
	body, err := w.sender.Body(i.Change)
	if err == nil && len(body) > maxEventBody {
		err = fmt.Errorf("the body has %d bytes", len(body))
	}
	if err != nil {
		return &failure{reason: err.Error()}
	}
	return p.post(ctx, e.URL, secrets, i.ID(), w.sender.Now(), body)
}

// done records a result. An attempt that failed because the sender ends counts for nothing.
func (w *worker) done(ctx context.Context, r result) {
	if r.failure != nil && ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.queue.state.Disabled
	w.queue.done(r.item, r.failure, w.sender.Now())
	name := w.queue.endpoint.Name
	if r.failure == nil {
		w.counts.Delivered++
		return
	}
	w.counts.Failed++
	w.sender.Log.Warn("webhook not delivered", "webhook", name, "event", r.item.ID(), "failures", r.item.failures, "err", r.failure.reason)
	if w.queue.state.Disabled != before {
		w.sender.Log.Error("webhook disabled", "webhook", name, "err", r.failure.reason, "enable", "mint402 webhook enable "+name)
	}
}

// state returns a copy of the state.
func (w *worker) state() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queue.state // settle replaces Delivered, and never changes it in place once it is set
}

func (w *worker) save(ctx context.Context, state State) error {
	w.mu.Lock()
	name := w.queue.endpoint.Name
	w.mu.Unlock()
	err := w.sender.Store.SaveWebhooks(ctx, map[string]State{name: state})
	if err != nil && ctx.Err() == nil {
		w.sender.Log.Warn("store the state of a webhook", "webhook", name, "err", err)
	}
	return err
}
