package cmd

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// Version is the release, set by the linker. It is empty in a build from source.
var Version string

const versionHelp = `
version prints the version of this program: the release, or the commit of a build
from source. mint402 --version prints the same. --json adds the Go version and the
platform.

usage: mint402 version [--json]
`

type versionJSON struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified"` // built from files that are not committed
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionVerb(p *Program) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "version", Long: versionHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error { return showVersion(p, asJSON) }}
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

// showVersion prints the version, in one line or as JSON.
func showVersion(p *Program, asJSON bool) error {
	v := build()
	if asJSON {
		return p.json(v)
	}
	_, err := fmt.Fprintf(p.Out, "mint402 %s\n", v.line())
	return err
}

// line returns the version as text. A build from source adds its commit, unless the version
// contains it.
func (v versionJSON) line() string {
	commit := v.Commit[:min(len(v.Commit), 12)]
	if Version != "" || commit == "" || strings.Contains(v.Version, commit) {
		return v.Version
	}
	if v.Modified {
		commit += ", modified"
	}
	return v.Version + " " + commit
}

// build returns the version that the linker set, or that Go recorded in the program.
func build() versionJSON {
	v := versionJSON{Version: Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				v.Commit = s.Value
			case "vcs.modified":
				v.Modified = s.Value == "true"
			}
		}
		if v.Version == "" {
			v.Version = info.Main.Version
		}
	}
	if v.Version == "" {
		v.Version = "(devel)"
	}
	return v
}
