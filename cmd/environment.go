package cmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// environment returns a variable from the process's environment, or else from .env.
func (p *Program) environment(name string) string {
	if v, ok := p.Lookup(name); ok {
		return v
	}
	return p.dotenv[name]
}

// twin returns the variable that sets a flag: MINT402_RPC_LISTEN for --rpc-listen.
func twin(flag string) string {
	return "MINT402_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// bind reads .env and sets every flag that is not on the command line from its
// variable.
func (p *Program) bind(c *cobra.Command) error {
	if err := givenEmpty(c); err != nil {
		return err
	}
	file := c.Flags().Lookup("env-file")
	path, named := file.Value.String(), file.Changed
	if v, ok := p.Lookup(twin(file.Name)); ok && v != "" && !named {
		path, named = v, true
	}
	vars, err := readDotenv(path)
	if err != nil && (named || !errors.Is(err, fs.ErrNotExist)) {
		return usage("read environment file: %w", err)
	}
	if err := p.knownNames(c, path, vars); err != nil {
		return err
	}
	p.dotenv = vars
	var wrong error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		v := p.environment(twin(f.Name))
		if f.Changed || v == "" || f == file || f.Name == "help" || wrong != nil {
			return
		}
		if err := c.Flags().Set(f.Name, v); err != nil {
			wrong = &usageError{wrongValue(twin(f.Name), f, v)}
		}
	})
	return wrong
}

// clears are the verbs with flags that an empty value clears.
var clears = []string{"edit", "home"}

// givenEmpty returns an error for a flag that is given without a value. A script whose variable is
// not set, as in --treasury "$SAFE", would otherwise get the default of a term that stays.
func givenEmpty(c *cobra.Command) (err error) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		list, several := f.Value.(pflag.SliceValue)
		empty := f.Value.String() == "" || several && len(list.GetSlice()) == 0
		if f.Changed && empty && !slices.Contains(clears, c.Name()) && err == nil {
			err = usage("--%s: expected %s, and it is empty", f.Name, expectedOf(f))
		}
	})
	return err
}

// knownNames returns an error for a name in .env that begins with MINT402_ and that
// no verb reads. Otherwise a typing error would silently leave a setting unset.
func (p *Program) knownNames(c *cobra.Command, path string, vars map[string]string) error {
	known := []string{payerKey, senderKey, minterKey, deployerKey, proofKey, relayKey, etherscanKey}
	add := func(f *pflag.Flag) { known = append(known, twin(f.Name)) }
	c.Root().PersistentFlags().VisitAll(add)
	for _, verb := range c.Root().Commands() {
		verb.Flags().VisitAll(add)
		for _, below := range verb.Commands() {
			below.Flags().VisitAll(add)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if !ours(name) || slices.Contains(known, name) {
			continue
		}
		err := fmt.Errorf("%s: no flag belongs to %s", path, plain(name))
		lower := make([]string, len(known))
		for i := range known {
			lower[i] = strings.ToLower(known[i])
		}
		if near := nearest(name, lower); near != "" {
			return &usageError{hint(err, "did you mean %s?", strings.ToUpper(near))}
		}
		return &usageError{err}
	}
	return nil
}

// ours reports whether a variable is meant for this program, even if it is spelled otherwise.
func ours(name string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name)), "MINT402")
}

var (
	variable    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	quotedValue = regexp.MustCompile(`^(?:"([^"]*)"|'([^']*)')\s*(?:#.*)?$`)
	second      = regexp.MustCompile(`(?i)[\s;]MINT402_[A-Z0-9_]*=`) // in a value
)

// hidden reports whether a character could make a line look like another.
func hidden(r rune) bool { return r != '\t' && !unicode.IsGraphic(r) }

// readDotenv reads NAME=value lines. "export " before a name, blank lines and lines
// that begin with # are allowed. A value may be quoted. Inside double quotes there
// are no special characters and no expansion. A name of ours stands there once.
func readDotenv(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	vars := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok || !variable.MatchString(name): // no quote: the line may hold a key
			return nil, fmt.Errorf("%s:%d is not NAME=value", path, n)
		case strings.ContainsFunc(line, hidden):
			return nil, fmt.Errorf("%s:%d has a character that is not shown, or an end of a line that is no line feed", path, n)
		}
		if quoted := quotedValue.FindStringSubmatch(value); quoted != nil {
			value = quoted[1] + quoted[2]
		} else if before, _, commented := strings.Cut(value, " #"); commented {
			value = strings.TrimSpace(before)
		}
		if second.MatchString(value) {
			return nil, fmt.Errorf("%s:%d has two variables on a line", path, n)
		}
		if _, before := vars[name]; before && ours(name) {
			return nil, fmt.Errorf("%s:%d: %s is given twice", path, n, plain(name))
		}
		vars[name] = value
		if strings.HasSuffix(name, "_KEY") && value != "" {
			if err := private(f); err != nil {
				return nil, err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return vars, nil
}

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
