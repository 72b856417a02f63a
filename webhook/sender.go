package webhook

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mint402/mint402/mint"
)

// Store is the journal of changes, and how far each endpoint is. A database implements it.
type Store interface {
	// Changes returns at most limit changes after a sequence, oldest first. It fails with
	// *mint.JournalError if they are deleted, or of another database.
	Changes(ctx context.Context, after int64, limit int) ([]mint.Change, error)
	// JournalRange returns the oldest and the newest sequence, or 0 and 0.
	JournalRange(ctx context.Context) (oldest, newest int64, err error)
	// Webhooks returns the stored states by the endpoints' names.
	Webhooks(ctx context.Context) (map[string]State, error)
	// SaveWebhooks stores states. They are durable when it returns.
	SaveWebhooks(ctx context.Context, states map[string]State) error
}

// Sender delivers changes to the endpoints of a file. It reads the file again when it
// changes. Its fields are set before Run.
type Sender struct {
	Store Store
	File  string
	// Body returns the body of the request for a change.
	Body func(mint.Change) ([]byte, error)
	// Notice returns the message about a change for people, as things are now.
	Notice func(context.Context, mint.Change) Notice
	// IsOwn reports whether a launch is the operator's. Of a chat's messages, half are kept for
	// these. It may be nil: all are.
	IsOwn func(slug string) bool
	// Changed returns a channel that is closed when there may be new changes. New changes
	// are also found without it, after at most idlePoll. It may be nil.
	Changed func() <-chan struct{}
	Now     func() time.Time
	Log     *slog.Logger

	mu      sync.Mutex         // held for each change of workers, and each read by Status
	workers map[string]*worker // by name; only Run changes it
	ready   bool               // the endpoints of the file were started once
	counts  map[string]*Counts // by name; only Run uses it; they outlive a worker
}

// Counts are the attempts of an endpoint since the start.
type Counts struct{ Delivered, Failed uint64 }

// Status is an endpoint's state with its counts and its lag.
type Status struct {
	Name string
	State
	Counts Counts
	Lag    int64 // changes between the cursor and the newest, wanted or not
}

const (
	reloadEvery = 2 * time.Second        // to look whether the file changed
	idlePoll    = time.Second            // to look for new changes
	loadEvery   = 100 * time.Millisecond // the shortest time between two loads
	saveEvery   = time.Second            // the shortest time between two saves of progress
	maxSaveTime = 5 * time.Second        // for the last save at the end
)

// Run delivers until ctx ends. Then it aborts the attempts that run, which are repeated
// after the next start, and stores the states. It fails if the file cannot be read at the
// start, or if another process has taken over the database.
func (s *Sender) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait() // after the end of ctx: a worker that began before an error ends by that
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	seen, err := stamp(s.File)
	if err != nil {
		return err
	}
	endpoints, err := ReadFile(s.File)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.workers = map[string]*worker{}
	s.mu.Unlock()
	s.counts = map[string]*Counts{}
	if err := s.configure(ctx, endpoints, &running, end); err != nil {
		return err
	}
	s.mu.Lock()
	s.ready = true
	s.mu.Unlock()
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	for retry := false; ; {
		select {
		case <-ctx.Done():
			if err := context.Cause(ctx); errors.Is(err, mint.ErrReplaced) {
				return err
			}
			return nil
		case <-tick.C:
		}
		now, err := stamp(s.File)
		if err == nil && now == seen && !retry {
			continue
		}
		var next []Endpoint
		if err == nil {
			next, err = ReadFile(s.File)
		}
		if err == nil {
			err = s.configure(ctx, next, &running, end)
		}
		if retry = err != nil && ctx.Err() == nil; retry && now != seen {
			s.Log.Error("webhooks: the file cannot be used; the endpoints stay as they were", "file", s.File, "err", err)
		}
		seen = now
	}
}

// fileStamp changes when a file does.
type fileStamp struct {
	at   time.Time
	size int64
}

// stamp returns the zero stamp if there is no file.
func stamp(path string) (fileStamp, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return fileStamp{}, nil
	}
	if err != nil {
		return fileStamp{}, err
	}
	return fileStamp{info.ModTime(), info.Size()}, nil
}

// configure starts workers for new endpoints, ends those of removed ones, and passes the
// others their new version.
func (s *Sender) configure(ctx context.Context, endpoints []Endpoint, running *sync.WaitGroup, end context.CancelCauseFunc) error {
	states, err := s.Store.Webhooks(ctx)
	if err != nil {
		return err
	}
	oldest, newest, err := s.Store.JournalRange(ctx)
	if err != nil {
		return err
	}
	for name, w := range s.workers {
		if !slices.ContainsFunc(endpoints, func(e Endpoint) bool { return e.Name == name }) {
			w.cancel()
			<-w.ended // without mu: it stores its state first
			s.mu.Lock()
			delete(s.workers, name)
			s.mu.Unlock()
		}
	}
	for _, e := range endpoints {
		if w := s.workers[e.Name]; w != nil {
			w.configure(e, oldest, newest)
			continue
		}
		state, known := states[e.Name]
		if !known {
			state.Cursor = newest // from now on
			if err := s.Store.SaveWebhooks(ctx, map[string]State{e.Name: state}); err != nil {
				return err
			}
		}
		if s.counts[e.Name] == nil {
			s.counts[e.Name] = &Counts{}
		}
		life, cancel := context.WithCancel(ctx)
		w := newWorker(s, e, state, cancel, s.counts[e.Name])
		w.configure(e, oldest, newest)
		s.mu.Lock()
		s.workers[e.Name] = w
		s.mu.Unlock()
		running.Go(func() {
			if err := w.run(life); err != nil {
				end(err)
			}
		})
	}
	return nil
}

// Status returns the state of every endpoint, by name. newest is the newest sequence of
// the journal.
func (s *Sender) Status(newest int64) []Status {
	s.mu.Lock()
	workers := make([]*worker, 0, len(s.workers))
	for _, w := range s.workers {
		workers = append(workers, w)
	}
	s.mu.Unlock()
	var all []Status
	for _, w := range workers {
		all = append(all, w.status(newest))
	}
	slices.SortFunc(all, func(a, b Status) int { return strings.Compare(a.Name, b.Name) })
	return all
}
