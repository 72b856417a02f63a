package cmd

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"
)

// announced is the file that a running demo leaves in its user's state directory, so
// that the other verbs find its node and its database. They do not ask the demo's
// server, because a dishonest server could return a dishonest node.
type announced struct {
	URL string `json:"url"`
	RPC string `json:"rpc"`
	DB  string `json:"db"`
}

func (p *Program) demoDir() (string, error) {
	state, err := p.stateDir()
	return filepath.Join(state, "demos"), err
}

// demos returns the running demos. If a demo was killed, its lock is free, and its
// file is removed.
func (p *Program) demos() (running []announced) {
	dir, err := p.demoDir()
	if err != nil {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json")) // the pattern is valid
	for _, path := range files {
		lock := flock.New(path + ".lock")
		if free, err := lock.TryLock(); err != nil || free {
			_ = os.Remove(path)
			lock.Close()
			continue
		}
		data, err := os.ReadFile(path)
		var d announced
		if err == nil && json.Unmarshal(data, &d) == nil && d.URL != "" {
			running = append(running, d)
		}
	}
	return running
}

// demoAt returns the demo of this machine that serves a URL, or nil.
func (p *Program) demoAt(u *url.URL) *announced {
	if u == nil || !loopback(u.Hostname()) {
		return nil
	}
	for _, d := range p.demos() {
		if own, err := url.Parse(d.URL); err == nil && own.Scheme == u.Scheme && own.Port() == u.Port() && loopback(own.Hostname()) {
			return &d
		}
	}
	return nil
}

// ofDemo reports whether a server's URL or, without one, a database is that of a running demo.
func ofDemo(p *Program, db, server string) bool {
	if server != "" {
		u, err := url.Parse(server)
		return err == nil && p.demoAt(u) != nil
	}
	return slices.ContainsFunc(p.demos(), func(d announced) bool { return d.DB == db })
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// readsDemo are the verbs that read the demo's database if there is no other.
var readsDemo = map[string]bool{"audit": true, "orders": true, "receipt": true, "backup": true, "withdraw": true, "pause": true, "unpause": true, "set-minter": true, "refund": true, "set-treasury": true, "rescue": true, "fold": true, "verify": true,
	"edit": true, "home": true, "delist": true, "relist": true}

// useDemo makes a verb that needs a database read the demo's. It does so if exactly
// one demo runs, there is no mint402.db here, and the flags set no database, node,
// token, URL or network.
func (p *Program) useDemo(c *cobra.Command) error {
	db := c.Flags().Lookup("db")
	if !readsDemo[c.Name()] || db == nil || db.Changed {
		return nil
	}
	for _, other := range []string{"rpc", "token", "url", "network"} {
		if f := c.Flags().Lookup(other); f != nil && f.Changed {
			return nil
		}
	}
	if _, err := os.Stat(db.Value.String()); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	running := p.demos()
	if len(running) != 1 {
		return nil
	}
	d := running[0]
	p.say("there is no %s here; reading the database of the running demo, %s", db.Value, d.DB)
	if err := c.Flags().Set("db", d.DB); err != nil {
		return err
	}
	if c.Flags().Lookup("rpc") == nil {
		return nil
	}
	return c.Flags().Set("rpc", d.RPC)
}
