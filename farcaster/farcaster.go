// Package farcaster checks the manifest with which a Farcaster account vouches for a server, so
// that Farcaster clients list its pages as a mini app. The account's owner signs it elsewhere;
// this package has no keys. The rules are those of miniapps.farcaster.xyz/docs/specification.
package farcaster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"unicode/utf16"
)

// A FieldError is a field that breaks a rule of the specification.
type FieldError struct{ Field, Expected string }

// Error returns the name and the rule.
func (e *FieldError) Error() string { return e.Field + ": expected " + e.Expected }

// Manifest is a checked manifest. The server adds the fields that it lacks; see JSON.
type Manifest struct {
	origin string
	fields map[string]any // as they were given
	app    map[string]any // may be empty
}

const (
	// MaxSize is how many bytes a manifest may have.
	MaxSize = 64 << 10
	// MaxName is how many UTF-16 units the name of an app, or the title of a button, may have.
	MaxName = 32
	// Background is the colour behind our splash picture.
	Background = "#f5f4ee"
)

// Read checks a manifest for the server with an origin: {"accountAssociation": {…}}, with
// "miniapp" for fields that the server should not choose itself.
func Read(data []byte, origin string) (*Manifest, error) {
	u, err := url.Parse(origin)
	if err != nil || checkURL(origin) != "" {
		return nil, fmt.Errorf("mini apps need a public URL that begins with https:// and a domain; it is %s", origin)
	}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("the manifest has more than %d bytes", MaxSize)
	}
	m := &Manifest{origin: origin}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&m.fields); err != nil || m.fields == nil || d.More() {
		return nil, &FieldError{"manifest", `one JSON object, such as {"accountAssociation": {…}}`}
	}
	if err := checkAssociation(m.fields["accountAssociation"], u.Hostname()); err != nil {
		return nil, err
	}
	m.app, err = m.given()
	if err != nil {
		return nil, err
	}
	return m, checkApp(m.app, u.Hostname())
}

// given returns the description of the app, which "frame" had before it was "miniapp".
func (m *Manifest) given() (map[string]any, error) {
	var app map[string]any
	for _, name := range []string{"miniapp", "frame"} {
		value, there := m.fields[name]
		if !there {
			continue
		}
		fields, ok := value.(map[string]any)
		if !ok {
			return nil, &FieldError{name, "an object"}
		}
		if app != nil && !reflect.DeepEqual(app, fields) {
			return nil, &FieldError{"frame", "the same fields as miniapp, or none"}
		}
		app = fields
	}
	return app, nil
}

// JSON returns the manifest as it is served. The server chooses the fields that the file leaves out: name is
// that of the site, and home is the page that the app opens with. Clients show it in a frame.
func (m *Manifest) JSON(name, home string) ([]byte, error) {
	app := map[string]any{"version": "1", "name": Cut(name), "homeUrl": home, "iconUrl": m.origin + "/icon-1024.png",
		"splashImageUrl": m.origin + "/splash.png", "splashBackgroundColor": Background}
	maps.Copy(app, m.app)
	all := maps.Clone(m.fields)
	all["miniapp"] = app
	if _, there := all["frame"]; there {
		all["frame"] = app
	}
	data, err := json.Marshal(all)
	return append(data, '\n'), err
}

// Cut returns the first characters of a text, as many as a name may have.
func Cut(text string) string {
	units := 0
	for i, r := range text {
		if units += utf16.RuneLen(r); units > MaxName {
			return text[:i]
		}
	}
	return text
}
