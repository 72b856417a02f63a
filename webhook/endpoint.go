package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/weburl"
)

// Endpoint is a receiver, as the operator's file has it.
type Endpoint struct {
	Name string `json:"name"` // a-z, 0-9 and -, at most 32; how far it is is stored under this name
	URL  string `json:"url"`
	// Format is how it wants events; empty means Signed.
	Format Format `json:"format,omitempty"`
	Chat   string `json:"chat,omitempty"` // Telegram's chat_id
	// Secrets sign every request; the newest first. There are two during a rotation. Only
	// the format Signed has them: the URL of a chat is its secret.
	Secrets []string `json:"secrets,omitempty"`
	// Events are the types that it wants; none means all.
	Events []mint.ChangeType `json:"events,omitempty"`
	Launch string            `json:"launch,omitempty"` // only changes of this launch; empty: of all
	// AllowPrivate allows http and addresses that are not public, such as 127.0.0.1.
	AllowPrivate bool `json:"allowPrivate,omitempty"`
	// EnabledAt is when the operator last enabled it: it is tried at once, even if it was
	// disabled before that time.
	EnabledAt time.Time `json:"enabledAt,omitzero"`
	// SkipTo makes it continue after this sequence, if it is not further already.
	SkipTo int64 `json:"skipTo,omitempty"`
}

// maxEndpoints is how many endpoints a file may have: each has its own connections.
const maxEndpoints = 16

// maxFile is how many bytes the file may have.
const maxFile = 256 << 10

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// Check returns an error that names the first field with an invalid value.
func (e Endpoint) Check() error {
	if !namePattern.MatchString(e.Name) {
		return fmt.Errorf("name %q: expected 1 to 32 of a-z, 0-9 and -", e.Name)
	}
	fail := func(field, expected string) error {
		return fmt.Errorf("endpoint %s: %s: expected %s", e.Name, field, expected)
	}
	u, err := weburl.Parse(e.URL, "https", "http")
	switch {
	case err != nil:
		return fmt.Errorf("endpoint %s: url: %w", e.Name, err)
	case u.Fragment != "" || u.User != nil:
		return fail("url", "https://host/path, without user, password or fragment")
	case u.Scheme != "https" && (u.Scheme != "http" || !e.AllowPrivate):
		return fail("url", "https (http only with allowPrivate)")
	case !slices.Contains(Formats, e.Format):
		return fail("format", fmt.Sprintf("one of %v", Formats[1:]))
	case e.Format.chat() && len(e.Secrets) > 0:
		return fail("secrets", "none: requests to a chat are not signed")
	case !e.Format.chat() && (len(e.Secrets) < 1 || len(e.Secrets) > 2):
		return fail("secrets", "one secret, or two during a rotation")
	case e.Format == Telegram && (!strings.HasSuffix(u.Path, "/sendMessage") || !chatPattern.MatchString(e.Chat)):
		return fail("url and chat", "https://api.telegram.org/botTOKEN/sendMessage, and the chat's id or @name")
	case e.Format != Telegram && e.Chat != "":
		return fail("chat", "none: only telegram has one")
	case e.Launch != "" && !mint.ValidSlug(e.Launch):
		return fail("launch", "the slug of a launch")
	case e.SkipTo < 0:
		return fail("skipTo", "a sequence")
	}
	for _, s := range e.Secrets {
		if _, err := ParseSecret(s); err != nil {
			return fmt.Errorf("endpoint %s: secrets: %w", e.Name, err)
		}
	}
	for _, t := range e.Events {
		known := mint.ChangeTypes
		if e.Format.chat() {
			known = Notices
		}
		if !slices.Contains(known, t) {
			return fail("events", fmt.Sprintf("types of %v; %q is not a type", known, t))
		}
	}
	return nil
}

// wants reports whether a change goes to the endpoint.
func (e Endpoint) wants(c mint.Change) bool {
	types := e.Events
	if e.Format.chat() && len(types) == 0 {
		types = Notices
	}
	return (e.Launch == "" || e.Launch == c.Launch) && (len(types) == 0 || slices.Contains(types, c.Type))
}

// Shown returns the URL as it may be shown: without the part that is a chat's secret.
func (e Endpoint) Shown() string {
	u, err := url.Parse(e.URL)
	if !e.Format.chat() || err != nil {
		return e.URL
	}
	return u.Scheme + "://" + u.Host + "/…"
}

// keys returns the secrets. The endpoint must have passed Check.
func (e Endpoint) keys() (all []Secret) {
	for _, text := range e.Secrets {
		s, _ := ParseSecret(text) // Check has parsed it
		all = append(all, s)
	}
	return all
}

// ReadFile reads a file of endpoints: a JSON array. Only the owner may be able to read it,
// since it has the secrets. If the file does not exist, there are no endpoints.
func ReadFile(path string) ([]Endpoint, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s has secrets, and others can read it: run chmod 600 %s", path, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	all, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

func parse(text []byte) (all []Endpoint, err error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("it has more than %d bytes", maxFile)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("expected an array of endpoints: %w", err)
	}
	if d.More() {
		return nil, errors.New("expected one array of endpoints and no text after it")
	}
	return all, check(all)
}

func check(all []Endpoint) error {
	if len(all) > maxEndpoints {
		return fmt.Errorf("%d endpoints: expected at most %d", len(all), maxEndpoints)
	}
	names := map[string]bool{}
	for _, e := range all {
		if err := e.Check(); err != nil {
			return err
		}
		if names[e.Name] {
			return fmt.Errorf("two endpoints have the name %s", e.Name)
		}
		names[e.Name] = true
	}
	return nil
}

// WriteFile replaces a file of endpoints. The file is complete at any moment, also after a
// crash: it is written under another name first.
func WriteFile(path string, all []Endpoint) error {
	if err := check(all); err != nil {
		return err
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
