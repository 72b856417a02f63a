package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

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
		if !strings.HasPrefix(name, "MINT402_") || slices.Contains(known, name) {
			continue
		}
		err := fmt.Errorf("%s: no flag belongs to %s", path, name)
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

// readDotenv reads NAME=value lines. "export " before a name, blank lines and lines
// that begin with # are allowed. A value may be quoted. Inside double quotes there
// are no special characters and no expansion.
func readDotenv(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	vars := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || strings.ContainsAny(name, " \t\"'") {
			return nil, fmt.Errorf("%s:%d is not NAME=value", path, n) // no quote: the line may hold a key
		}
		if quote := value; len(quote) >= 2 && (quote[0] == '"' || quote[0] == '\'') && quote[len(quote)-1] == quote[0] {
			value = quote[1 : len(quote)-1]
		} else if before, _, commented := strings.Cut(value, " #"); commented {
			value = strings.TrimSpace(before)
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
