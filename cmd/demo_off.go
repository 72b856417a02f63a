//go:build nodemo

package cmd

import (
	"errors"

	"github.com/spf13/cobra"
)

// The parts of mint402 --help about the missing demo.
const (
	demoSummary = "not in this build; demo --help says how to get it"
	demoExample = ""
)

const demoHelp = `
demo is not in this build, which has no chain of its own and of go-ethereum only
what talks to nodes. All other verbs are here. From a clone,

    $ make demo

builds the program with the demo, and runs it.

usage: mint402 demo
`

// demo returns a verb that reports, for all arguments, that this build has no demo.
func demoVerb(p *Program) *cobra.Command {
	return &cobra.Command{Use: "demo", Long: demoHelp, FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
		RunE: func(*cobra.Command, []string) error {
			return &usageError{hint(errors.New("this build has no demo (-tags nodemo)"), "make demo, from a clone, builds one that has it and runs it")}
		}}
}
