// Package profile is the page that a token's maker makes theirs: a picture, a banner, a
// colour, links and a description. The contract has no part of it, and it never decides
// about money.
//
// Every edit is a [Version], and all versions are kept, so that buyers see which fields changed,
// when, and by whom. [Editor] checks an edit, makes its pictures safe, and stores it. An accepted
// edit is safe to show: links lead to the sites that they are named after, Markdown is
// rendered from an allow-list ([Markdown]), and a colour is made readable ([Theme]).
package profile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mint402/mint402/media"
)

// Profile describes a launch in its maker's words. Empty fields are not shown.
type Profile struct {
	Description string  `json:"description,omitempty"` // one or two sentences, plain text
	About       string  `json:"about,omitempty"`       // Markdown
	Image       Picture `json:"image,omitzero"`
	Banner      Picture `json:"banner,omitzero"`
	Accent      string  `json:"accent,omitempty"` // #rrggbb
	Website     string  `json:"website,omitempty"`
	X           string  `json:"x,omitempty"`
	Telegram    string  `json:"telegram,omitempty"`
	Discord     string  `json:"discord,omitempty"`
	Farcaster   string  `json:"farcaster,omitempty"`
	TradesAt    string  `json:"tradesAt,omitempty"` // where the token trades after the sale
}

// Picture is a picture that was made safe. Without files, it has a source that was not read
// yet.
type Picture struct {
	Source   string `json:"source,omitempty"`   // URL that it was read from; empty if uploaded
	Animated bool   `json:"animated,omitempty"` // the original moves; this is its first frame
	Colour   string `json:"colour,omitempty"`   // the main one, "#rrggbb"
	Files    []File `json:"files,omitempty"`
}

// File is one size of a picture. Its content is stored under its hash.
type File struct {
	Variant string `json:"variant"`
	Type    string `json:"type"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Hash    string `json:"hash"`
}

// Path returns where the file is served.
func (f File) Path() string {
	return "/media/" + f.Hash + map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}[f.Type]
}

// File returns one size of a picture, or false if it was not read yet.
func (p Picture) File(variant string) (File, bool) {
	i := slices.IndexFunc(p.Files, func(f File) bool { return f.Variant == variant })
	if i < 0 {
		return File{}, false
	}
	return p.Files[i], true
}

func (p Picture) equal(o Picture) bool {
	return p.Source == o.Source && p.Animated == o.Animated && slices.Equal(p.Files, o.Files)
}

// Operator is the author of edits by the command line on the server's machine.
const Operator = "operator (CLI)"

// Server is the author of an edit that only stores a copy of a picture that a URL named.
const Server = "this server"

// Version is a profile after an edit. The first has the number 1; a launch without one has
// the zero Version.
type Version struct {
	Number  int       `json:"version"`
	At      time.Time `json:"at"`
	Author  string    `json:"author"`  // the address of a wallet, Operator or Server
	Changed []string  `json:"changed"` // names of the fields that differ from the version before
	Profile Profile   `json:"profile"`
}

// Diff returns the names of the fields that differ between two profiles, in their order.
func Diff(before, after Profile) (names []string) {
	for _, f := range fields {
		if !f.same(&before, &after) {
			names = append(names, f.name)
		}
	}
	return names
}

// ErrStale means that the profile was edited since the editor read it.
var ErrStale = errors.New("the profile was edited in the meantime; read it again and repeat the edit")

// Limits of the history of one launch, which is never shortened.
const (
	MaxVersions = 1000
	MaxMedia    = 64 << 20 // bytes of pictures, of all versions
)

// ErrFull means that a launch's history takes all the space that it may.
var ErrFull = errors.New("nothing was changed: no more is kept of a launch")

// Unedited is the version that an author saw of a profile that was never edited.
const Unedited = -1

// Store keeps profiles.
type Store interface {
	// Save applies change to a launch's newest profile and stores the result as a new
	// version, together with files of its pictures. If the profile stays as it is, it does not
	// write, and returns the newest version. It fails with ErrStale if expect is not 0 and not
	// the newest version's number, or Unedited and there is one, with mint.ErrNotFound if there is no such launch, and
	// with ErrFull beyond MaxVersions or MaxMedia.
	Save(ctx context.Context, launch, author string, expect int, change func(*Profile), files []media.File) (Version, error)
}

// Editor edits profiles.
type Editor struct {
	Store Store
	// Fetch returns the body of a picture's URL; see media.Fetcher.
	Fetch func(ctx context.Context, url string) ([]byte, error)
}

// Edit is a change of a profile, as its author gave it.
type Edit struct {
	// Texts are new values by field. An empty one clears the field. Those of image and banner
	// are URLs, which are read once.
	Texts map[string]string
	// Uploads are pictures by field: image and banner.
	Uploads map[string][]byte
	// Expect is the number of the version that the author saw; Unedited before the first, 0 for
	// any.
	Expect int
	Author string
}

// InvalidError lists the fields that cannot be used as they were given.
type InvalidError struct{ Fields []FieldError }

// FieldError is the error of one field. Its message follows the field's name in a sentence.
type FieldError struct{ Field, Message string }

// Error lists the fields.
func (e *InvalidError) Error() string {
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Field+" "+f.Message)
	}
	return strings.Join(all, "; ")
}

// Apply checks an edit and stores it. If a field is invalid, the profile stays as it is, and the
// error is an *InvalidError with all invalid fields.
func (e Editor) Apply(ctx context.Context, launch string, edit Edit) (Version, error) {
	changes := map[string]func(*Profile){}
	var files []media.File
	var bad InvalidError
	refuse := func(field string, err error) { bad.Fields = append(bad.Fields, FieldError{field, err.Error()}) }
	for _, f := range fields {
		text, given := edit.Texts[f.name]
		upload, uploaded := edit.Uploads[f.name]
		switch {
		case given && uploaded:
			refuse(f.name, errors.New("is given as a file and as a URL"))
		case uploaded && f.picture == nil:
			refuse(f.name, errors.New("takes no file"))
		case uploaded || given && f.picture != nil && text != "":
			p, made, err := e.picture(ctx, f, text, upload)
			if err != nil {
				refuse(f.name, err)
				break
			}
			files = append(files, made...)
			changes[f.name] = func(to *Profile) { *f.picture(to) = p }
		case given && f.picture != nil:
			changes[f.name] = func(to *Profile) { *f.picture(to) = Picture{} }
		case given:
			value, err := f.clean(text)
			if err != nil {
				refuse(f.name, err)
				break
			}
			changes[f.name] = func(to *Profile) { *f.text(to) = value }
		}
	}
	for _, name := range unknown(edit) {
		refuse(name, fmt.Errorf("is no field; the fields are %s", strings.Join(Fields(), ", ")))
	}
	if len(bad.Fields) > 0 {
		return Version{}, &bad
	}
	return e.Store.Save(ctx, launch, edit.Author, edit.Expect, func(p *Profile) {
		for _, change := range changes {
			change(p)
		}
	}, files)
}

// picture makes a picture safe. It comes from an upload, or from a URL if there is none.
func (e Editor) picture(ctx context.Context, f field, from string, upload []byte) (p Picture, files []media.File, err error) {
	if upload == nil {
		if from, err = link(from); err != nil {
			return p, nil, err
		}
		if upload, err = e.Fetch(ctx, from); err != nil {
			return p, nil, err
		}
		p.Source = from
	}
	set, err := media.Picture(upload, f.shape)
	if err != nil {
		return p, nil, err
	}
	p.Animated, p.Colour = set.Animated, set.Colour
	for _, one := range set.Files {
		p.Files = append(p.Files, File{one.Variant, one.Type, one.Width, one.Height, one.Hash})
	}
	return p, set.Files, nil
}

// unknown returns the names in an edit that are no fields, sorted.
func unknown(edit Edit) (names []string) {
	for name := range edit.Texts {
		if !slices.Contains(Fields(), name) {
			names = append(names, name)
		}
	}
	for name := range edit.Uploads {
		if !slices.Contains(Fields(), name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
