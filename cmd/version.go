package cmd

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Version is the release, set by the linker. If it is empty, the commit is used.
var Version string

const versionHelp = `
version prints the release, the commit it was built from and the Go version.

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

// showVersion is mint402 version, and mint402 --version.
func showVersion(p *Program, asJSON bool) error {
	v := build()
	if asJSON {
		return p.json(v)
	}
	commit := v.Commit
	if v.Modified {
		commit += ", modified"
	}
	if commit != "" {
		commit = " (" + commit + ")"
	}
	_, err := fmt.Fprintf(p.Out, "mint402 %s%s\n%s %s\n", v.Version, commit, v.Go, v.Platform)
	return err
}

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
