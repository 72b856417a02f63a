// Package relays reads which remote facilitators a command line names, and shows their status.
package relays

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Flags are the flags of a command line that choose facilitators, for all launches or for some.
// Their errors name the flag and the mistake.
type Flags struct {
	Named, Settle []string // --facilitator, --settle
	KeyFile       string   // --cdp-key-file

	Lookup func(string) string // reads a variable of the environment
}

// Modes returns how launches' payments are settled.
func (f *Flags) Modes() (facilitator.Modes, error) {
	m := facilitator.Modes{Default: facilitator.Atomic, ByLaunch: map[string]facilitator.Mode{}}
	uses := false
	for _, text := range f.Settle {
		slug, mode, one := strings.Cut(text, "=")
		if !one {
			slug, mode = "", text
		}
		switch facilitator.Mode(mode) {
		case facilitator.Atomic:
		case facilitator.ByThem, facilitator.Fallback:
			uses = true
		default:
			return m, fmt.Errorf("--settle %q: expected atomic, facilitator or fallback, or SLUG=MODE", text)
		}
		switch {
		case !one:
			m.Default = facilitator.Mode(mode)
		case !mint.ValidSlug(slug):
			return m, fmt.Errorf("--settle %q: %q is no slug of a launch", text, slug)
		default:
			m.ByLaunch[slug] = facilitator.Mode(mode)
		}
	}
	switch {
	case uses && len(f.Named) == 0:
		return m, fmt.Errorf("--settle %s needs a --facilitator, such as --facilitator x402.org", strings.Join(f.Settle, ","))
	case !uses && len(f.Named) > 0:
		return m, fmt.Errorf("--facilitator is not used without --settle facilitator or --settle fallback")
	}
	return m, nil
}

// List returns the facilitators for a network, which are not asked yet. It is nil without any.
func (f *Flags) List(n x402.Network, now func() time.Time) (*facilitator.List, error) {
	if len(f.Named) == 0 {
		return nil, nil
	}
	var configs []facilitator.Config
	for _, text := range f.Named {
		c := facilitator.Config{Name: strings.TrimSpace(text)}
		if name, url, named := strings.Cut(c.Name, "=http"); named {
			if c.Name, c.URL = strings.TrimSpace(name), "http"+url; c.Name == "" {
				return nil, fmt.Errorf("--facilitator %.200q: expected a name before =", text)
			}
		} else if url, known := facilitator.Known[c.Name]; known {
			c.URL = url
		} else if c.Name, c.URL = "", c.Name; !strings.Contains(c.URL, "/") {
			return nil, fmt.Errorf("--facilitator %.200q: it is neither the name of a known facilitator (cdp, x402.org, payai) nor a URL", c.URL)
		}
		if c.Name == "cdp" {
			var err error
			if c.Key, err = f.cdpKey(); err != nil {
				return nil, err
			}
		}
		configs = append(configs, c)
	}
	list, err := facilitator.NewList(n, configs, now)
	if err != nil {
		return nil, fmt.Errorf("--facilitator: %w", err)
	}
	return list, nil
}

// maxKeyFile is the maximum size of a key file, in bytes.
const maxKeyFile = 64 << 10

// cdpKey reads the API key for Coinbase's facilitator.
func (f *Flags) cdpKey() (*facilitator.Key, error) {
	if f.KeyFile == "" {
		id, secret := f.Lookup("CDP_API_KEY_ID"), f.Lookup("CDP_API_KEY_SECRET")
		if id == "" || secret == "" {
			return nil, fmt.Errorf("--facilitator cdp needs an API key of Coinbase: --cdp-key-file FILE, or CDP_API_KEY_ID and CDP_API_KEY_SECRET")
		}
		key, err := facilitator.NewKey(id, secret)
		if err != nil {
			return nil, fmt.Errorf("CDP_API_KEY_SECRET: %w", err)
		}
		return key, nil
	}
	info, err := os.Stat(f.KeyFile)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("--cdp-key-file %s: others may read it; run chmod 600 %s", f.KeyFile, f.KeyFile)
	}
	if err != nil {
		return nil, fmt.Errorf("--cdp-key-file: %w", err)
	}
	file, err := os.Open(f.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("--cdp-key-file: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("--cdp-key-file: %w", err)
	}
	key, err := facilitator.ReadKey(data)
	if err != nil {
		return nil, fmt.Errorf("--cdp-key-file %s: %w", f.KeyFile, err)
	}
	return key, nil
}
