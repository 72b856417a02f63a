package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mint402/mint402/media"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/store"
)

func TestADatabaseOfTheFirstSchemaKeepsItsTextsAsAFirstVersion(t *testing.T) {
	s := openAt(t, old(t, "schema1.sql"))
	l := take[mint.Launch](t)(s.Launch(ctx, "ping"))
	v := take[profile.Version](t)(s.Profiles.Profile(ctx, "ping"))
	if l.Description == "" && l.Image == "" {
		if v.Number != 0 {
			t.Errorf("%+v", v)
		}
		return
	}
	if v.Number != 1 || v.Author != profile.Operator || v.At.IsZero() || v.Profile.Description != l.Description || v.Profile.Image.Source != l.Image {
		t.Errorf("%q, %q became %+v", l.Description, l.Image, v)
	}
}

func TestEveryEditOfAPageIsAVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	l := launch("ping", 10)
	l.Description, l.Image = "Hello", "https://example.org/a.png"
	must(t, s.SaveLaunch(ctx, l))
	must(t, s.SaveLaunch(ctx, l)) // again: no new version
	files := []media.File{{Variant: "256", Type: "image/png", Hash: media.HashOf([]byte("picture")), Body: []byte("picture")}}
	change := func(p *profile.Profile) {
		p.Description, p.X = "Bye", "https://x.com/ping"
		p.Image = profile.Picture{Files: []profile.File{{Variant: "256", Type: "image/png", Hash: files[0].Hash}}}
	}
	v := take[profile.Version](t)(s.Profiles.Save(ctx, "ping", "0xabc", 1, change, files))
	if v.Number != 2 || !slices.Equal(v.Changed, []string{"description", "image", "x"}) {
		t.Errorf("%+v", v)
	}
	if again := take[profile.Version](t)(s.Profiles.Save(ctx, "ping", "0xdef", 0, change, files)); again.Number != 2 || again.Author != "0xabc" {
		t.Errorf("an edit that changes nothing: %+v", again)
	}
	if _, err := s.Profiles.Save(ctx, "ping", "0xabc", 1, func(p *profile.Profile) { p.X = "" }, nil); !errors.Is(err, profile.ErrStale) {
		t.Error(err)
	}
	if _, err := s.Profiles.Save(ctx, "ping", "0xabc", profile.Unedited, func(p *profile.Profile) { p.X = "" }, nil); !errors.Is(err, profile.ErrStale) {
		t.Errorf("an edit from before the first one: %v", err)
	}
	if _, err := s.Profiles.Save(ctx, "pong", "0xabc", 0, change, files); !errors.Is(err, mint.ErrNotFound) {
		t.Error(err)
	}
	// What requests read agrees with the newest version.
	now := take[mint.Launch](t)(s.Launch(ctx, "ping"))
	if now.Description != "Bye" || now.Image != "" {
		t.Errorf("the launch has %q and %q", now.Description, now.Image)
	}
	now.Description = "Hello again" // as serve --description does
	must(t, s.SaveLaunch(ctx, now))
	history := take[[]profile.Version](t)(s.Profiles.History(ctx, "ping"))
	var all []string
	for _, v := range history {
		all = append(all, v.Author, v.Profile.Description)
	}
	if want := []string{profile.Operator, "Hello again", "0xabc", "Bye", profile.Operator, "Hello"}; !slices.Equal(all, want) {
		t.Errorf("%q, want %q", all, want)
	}
	if len(history[0].Profile.Image.Files) != 1 {
		t.Error("a new description took the picture away")
	}
	// A copy has the pictures.
	backup := filepath.Join(t.TempDir(), "copy.db")
	must(t, s.Backup(ctx, backup))
	r := take[*store.Store](t)(store.OpenReader(backup))
	defer r.Close()
	kind, body, err := r.Profiles.Media(ctx, files[0].Hash)
	if err != nil || kind != "image/png" || !bytes.Equal(body, []byte("picture")) {
		t.Errorf("%s %q, %v", kind, body, err)
	}
	if _, err := r.Profiles.Save(ctx, "ping", "", 0, change, nil); !errors.Is(err, store.ErrReadOnly) {
		t.Error(err)
	}
	if _, _, err := r.Profiles.Media(ctx, "../../etc/passwd"); !errors.Is(err, mint.ErrNotFound) {
		t.Error(err)
	}
}

func TestAnotherProcessEditsAPageWhileAServerSells(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 10)))
	other := take[*store.Store](t)(store.OpenEditor(path))
	defer other.Close()
	v := take[profile.Version](t)(other.Profiles.Save(ctx, "ping", "0xabc", 0, func(p *profile.Profile) { p.Description = "New" }, nil))
	if now := take[profile.Version](t)(s.Profiles.Profile(ctx, "ping")); v.Number != 2 || now.Profile.Description != "New" {
		t.Errorf("%+v, %+v", v, now)
	}
	must(t, s.Profiles.Reload(ctx))
	if l := take[mint.Launch](t)(s.Launch(ctx, "ping")); l.Description != "New" {
		t.Errorf("after a reload, the launch has %q", l.Description)
	}
	// It writes nothing else, and the server goes on.
	if err := other.SaveLaunch(ctx, launch("pong", 10)); !errors.Is(err, store.ErrReadOnly) {
		t.Error(err)
	}
	if _, err := other.Profiles.Save(ctx, "pong", "0xabc", 0, func(*profile.Profile) {}, nil); !errors.Is(err, mint.ErrNotFound) {
		t.Error(err)
	}
	must(t, s.SaveLaunch(ctx, launch("pong", 10)))
}

func TestALaunchKeepsABoundedHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 10)))
	save := func(n int, size int) error {
		body := bytes.Repeat([]byte{byte(n), byte(n >> 8)}, size/2)
		file := media.File{Variant: "256", Type: "image/png", Hash: media.HashOf(body), Body: body}
		_, err := s.Profiles.Save(ctx, "ping", "0xabc", 0, func(p *profile.Profile) {
			p.Image.Files = []profile.File{{Variant: "256", Type: "image/png", Hash: file.Hash}}
		}, []media.File{file})
		return err
	}
	const large = profile.MaxMedia / 8
	for n := range 8 {
		must(t, save(n, large))
	}
	if err := save(8, large); !errors.Is(err, profile.ErrFull) || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("a ninth large picture: %v", err)
	}
	if v := take[profile.Version](t)(s.Profiles.Profile(ctx, "ping")); v.Number != 9 { // the first has the texts of the registration
		t.Errorf("after the refusal: version %d", v.Number)
	}
	must(t, save(0, large)) // one that is kept already
	text := func(x string) error {
		_, err := s.Profiles.Save(ctx, "ping", "0xabc", 0, func(p *profile.Profile) { p.X = x }, nil)
		return err
	}
	db := take[*sql.DB](t)(sql.Open(store.Driver, path))
	defer db.Close()
	take[sql.Result](t)(db.Exec(`WITH RECURSIVE n(v) AS (SELECT max(version) + 1 FROM profiles UNION ALL SELECT v + 1 FROM n WHERE v < ? - 1)
		INSERT INTO profiles SELECT 'ping', v, 0, '0xabc', '[]', '{}' FROM n`, profile.MaxVersions))
	must(t, text("last"))
	if err := text("more"); !errors.Is(err, profile.ErrFull) || !strings.Contains(err.Error(), "1000 edits") {
		t.Errorf("one edit more: %v", err)
	}
	must(t, text("last")) // it changes nothing
}
