//go:build nodemo

package cmd

import (
	"errors"

	"github.com/spf13/cobra"
)

// The parts of mint402 --help about the missing demo.
const (
	demoSummary = "not in this build; demo --help shows how to get it"
	demoExample = ""
)

const demoHelp = `
demo is not in this build, which contains no chain of its own. All other verbs
are. From a clone of the repository,

    $ make demo

builds the program with the demo, and runs it.

usage: mint402 demo
`

// demo returns a verb that reports, for all arguments, that this build has no demo.
func demoVerb(p *Program) *cobra.Command {
	return &cobra.Command{Use: "demo", Long: demoHelp, FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
		RunE: func(*cobra.Command, []string) error {
			return &usageError{hint(errors.New("this build has no demo (-tags nodemo)"), "from a clone of the repository, make demo builds the program with the demo and runs it")}
		}}
}
