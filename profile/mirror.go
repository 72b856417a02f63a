package profile

import (
	"context"
	"log/slog"
	"maps"
	"time"
)

// authorKey is the key of a context's author.
type authorKey struct{}

// WithAuthor returns a context for work that a wallet asked for.
func WithAuthor(ctx context.Context, author string) context.Context {
	return context.WithValue(ctx, authorKey{}, author)
}

// Author returns the author that ctx works for: Operator if it has none.
func Author(ctx context.Context) string {
	if author, ok := ctx.Value(authorKey{}).(string); ok {
		return author
	}
	return Operator
}

// Mirror copies pictures that a launch was registered with as URLs, so that pages do not
// load them from other sites. Its fields are set before Run.
type Mirror struct {
	Editor Editor
	// Profiles returns the newest version of each launch's profile.
	Profiles func(ctx context.Context) (map[string]Version, error)
	// Changed is called when a launch has a newer version than at the look before: another
	// process may have written it.
	Changed func(ctx context.Context) error
	Log     *slog.Logger

	tried map[string]bool // launch and URL; a URL that cannot be used is read once
	seen  map[string]int  // launch → number of the version at the look before
}

// mirrorPause is the time between two looks for pictures to copy.
const mirrorPause = 10 * time.Second

// Run copies pictures until ctx ends.
func (m *Mirror) Run(ctx context.Context) {
	m.tried, m.seen = map[string]bool{}, map[string]int{}
	for ctx.Err() == nil {
		m.once(ctx)
		select {
		case <-time.After(mirrorPause):
		case <-ctx.Done():
		}
	}
}

func (m *Mirror) once(ctx context.Context) {
	all, err := m.Profiles(ctx)
	if err != nil {
		m.Log.Error("read profiles", "err", err)
		return
	}
	changed := map[string]int{}
	for launch, v := range all {
		if v.Number != m.seen[launch] {
			changed[launch] = v.Number
		}
		from := v.Profile.Image.Source
		if from == "" || len(v.Profile.Image.Files) > 0 || m.tried[launch+" "+from] {
			continue
		}
		m.tried[launch+" "+from] = true
		if err := m.copy(ctx, launch, from); err != nil {
			m.Log.Warn("the picture's URL cannot be used, so the launch has none: give another, or upload it", "launch", launch, "url", from, "err", err)
		}
	}
	if len(changed) == 0 {
		return
	}
	if err := m.Changed(ctx); err != nil {
		m.Log.Error("read launches again after an edit", "err", err)
		return // the next look does
	}
	maps.Copy(m.seen, changed)
}

// copy reads a picture and adds its files to the profile, unless it has another by now.
func (m *Mirror) copy(ctx context.Context, launch, from string) error {
	image := fields[2]
	p, files, err := m.Editor.picture(ctx, image, from, nil)
	if err != nil {
		return err
	}
	p.Source = from
	_, err = m.Editor.Store.Save(ctx, launch, Server, 0, func(to *Profile) {
		if to.Image.Source == from && len(to.Image.Files) == 0 {
			to.Image = p
		}
	}, files)
	return err
}
