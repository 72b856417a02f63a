package profile

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestAPictureByURLIsCopiedOnceAndPagesLoadItFromHere(t *testing.T) {
	const from, broken = "https://example.org/a.png", "https://example.org/b.png"
	m := &memory{versions: []Version{{Number: 1, Author: Operator, Profile: Profile{Image: Picture{Source: from}}}}}
	asked := map[string]int{}
	var log bytes.Buffer
	reloads := 0
	mirror := &Mirror{tried: map[string]bool{}, seen: map[string]int{}, Changed: func(context.Context) error { reloads++; return nil }, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Editor: Editor{m, func(_ context.Context, url string) ([]byte, error) {
			if asked[url]++; url == broken {
				return nil, errors.New("was not read: the answer was 404 Not Found")
			}
			return picture(t), nil
		}},
		Profiles: func(context.Context) (map[string]Version, error) {
			return map[string]Version{"ping": m.versions[len(m.versions)-1]}, nil
		}}
	for range 3 {
		mirror.once(t.Context())
	}
	if v := m.versions[len(m.versions)-1]; asked[from] != 1 || v.Number != 2 || v.Author != Server || v.Profile.Image.Source != from || len(v.Profile.Image.Files) != 4 {
		t.Errorf("read %d times: %+v", asked[from], v)
	}
	if reloads != 2 {
		t.Errorf("launches were read again %d times: after the first look and after the copy, not after the third", reloads)
	}
	// The operator gives another URL, which cannot be read.
	m.versions = append(m.versions, Version{Number: 3, Author: Operator, Profile: Profile{Image: Picture{Source: broken}}})
	for range 3 {
		mirror.once(t.Context())
	}
	if asked[broken] != 1 || len(m.versions) != 3 || strings.Count(log.String(), "404") != 1 {
		t.Errorf("read %d times, %d versions, %s", asked[broken], len(m.versions), log.String())
	}
}

func TestACopyDoesNotReplaceAPictureThatWasEditedMeanwhile(t *testing.T) {
	const from = "https://example.org/a.png"
	m := &memory{versions: []Version{{Number: 1, Profile: Profile{Image: Picture{Source: from}}}}}
	mirror := &Mirror{Log: slog.New(slog.DiscardHandler), Editor: Editor{m, func(context.Context, string) ([]byte, error) {
		m.versions = append(m.versions, Version{Number: 2, Profile: Profile{}}) // the picture is removed
		return picture(t), nil
	}}}
	if err := mirror.copy(t.Context(), "ping", from); err != nil || len(m.versions) != 2 {
		t.Errorf("%v, %+v", err, m.versions)
	}
}

func TestLaunchesThatCouldNotBeReadAgainAreReadAgainAtTheNextLook(t *testing.T) {
	edited := map[string]Version{"ping": {Number: 2}}
	reloads, failure := 0, errors.New("the database cannot be written")
	mirror := &Mirror{tried: map[string]bool{}, seen: map[string]int{}, Log: slog.New(slog.DiscardHandler),
		Profiles: func(context.Context) (map[string]Version, error) { return edited, nil },
		Changed: func(context.Context) error {
			if reloads++; reloads == 1 {
				return failure
			}
			return nil
		}}
	for range 3 {
		mirror.once(t.Context())
	}
	if reloads != 2 {
		t.Errorf("they were read again %d times: the first failed, and the edit stays unknown until the second", reloads)
	}
}
