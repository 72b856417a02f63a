package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/failpoint"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
)

// makeChange changes the operator's choices: in the database, or by a request to the server that
// uses it. It returns the choices of before. It does not create a missing database, and fails if
// the change names a launch that does not exist.
func makeChange(ctx context.Context, p *Program, db string, change deploy.Change) (before mint.Arrangement, err error) {
	s, err := openUnused(db)
	served := errors.Is(err, store.ErrLocked)
	if served {
		s, err = openReader(db)
	}
	if err != nil {
		return before, err
	}
	defer s.Close()
	launches, err := s.Launches(ctx)
	if err != nil {
		return before, err
	}
	slugs := slugsOf(launches)
	before = mint.ArrangementOf(launches)
	after := before
	err = change.Home.Apply(&after) // also before a server is asked
	for _, slug := range change.Home.Slugs() {
		if !slices.Contains(slugs, slug) {
			err = fmt.Errorf("launch %q: %w", slug, mint.ErrNotFound)
		}
	}
	switch {
	case err != nil:
	case served:
		err = askServer(ctx, p, db, change)
	default:
		err = change.Make(ctx, s)
	}
	var wrong *api.ParamError
	if errors.As(err, &wrong) || errors.As(err, new(*deploy.RequestRefused)) {
		return before, &usageError{err}
	}
	if !errors.Is(err, mint.ErrNotFound) {
		return before, err
	}
	return before, &usageError{hint(fmt.Errorf("in %s: %w", db, err), "give one of %v", slugs)}
}

// askServer gives a change to the server that uses the database, and waits for its answer.
func askServer(ctx context.Context, p *Program, db string, change deploy.Change) error {
	requests, err := deploy.NewRequests(db)
	if err != nil {
		return err
	}
	p.say("a server uses %s: asking it to make the change", db)
	err = requests.AskChange(ctx, change, requestPatience)
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return hint(unreachable.say("the process that uses %s has not answered within %s; the change was taken back", db, requestPatience),
			"mint402 home shows the choices; a server that is older than this program does not read requests: use its dashboard, or stop it first")
	}
	return err
}

func noLaunch(db string) error {
	return &usageError{hint(fmt.Errorf("no launch is registered in %s", db), "--db FILE names the database")}
}

// openUnused opens a database that no server uses, to change it. It does not create a missing
// one, and fails with store.ErrLocked if a server uses it.
func openUnused(db string) (*store.Store, error) {
	if found, err := store.Peek(db); err != nil {
		return nil, err
	} else if len(found.Tokens) == 0 {
		return nil, noLaunch(db)
	}
	return store.OpenDriver(db, failpoint.Driver)
}

// unknownLaunch lists the launches of a database if err means that it has none with a slug.
func unknownLaunch(ctx context.Context, s *store.Store, db, slug string, err error) error {
	if !errors.Is(err, mint.ErrNotFound) {
		return err
	}
	launches, err := s.Launches(ctx)
	if err != nil {
		return err
	}
	return &usageError{hint(fmt.Errorf("there is no launch %[2]q in %[1]s", db, slug), "give one of %v", slugsOf(launches))}
}
