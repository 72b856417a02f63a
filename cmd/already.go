package cmd

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// needless is printed as JSON when the launch already has the requested state.
type needless struct {
	Token   common.Address `json:"token"`
	Already bool           `json:"already"` // true: no transaction was sent
	Detail  string         `json:"detail"`
}

// already reports that there was nothing to do. That is a success: a job that runs
// every hour must be able to tell it from a failure.
func (p *Program) already(f *ownerFlags, c *contract, format string, args ...any) error {
	detail := fmt.Sprintf(format, args...)
	if f.asJSON {
		return p.json(needless{c.launch.Token, true, detail})
	}
	_, err := fmt.Fprintf(p.Out, "%s; nothing was sent\n", detail)
	return err
}
