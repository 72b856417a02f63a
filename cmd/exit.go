package cmd

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/safe"
)

// An outcome is the reason why a verb failed. Its exit status, and its code under
// --json, are stable: scripts branch on them.
type outcome struct {
	status int
	code   string
	help   string // text in mint402 help exit-codes
}

// The outcomes. Each text includes what happened to the caller's money.
var (
	failed      = outcome{1, "failed", "another error; see the message"}
	misused     = outcome{2, "usage", "the command line or a setting is wrong; nothing was done"}
	undecided   = outcome{3, "undecided", "a payment may have been charged; it is kept: run the same command again"}
	refused     = outcome{4, "refused", "the server, the contract, the nodes or a limit of the command refused"}
	declined    = outcome{4, "declined", "not confirmed; nothing was signed or sent"}
	over        = outcome{5, "sold_out", "sold out, closed or not open; nothing was charged"}
	unreachable = outcome{6, "unreachable", "no server or node was reached, or the sale is paused; nothing was done"}
	interrupted = outcome{130, "interrupted", "Ctrl-C; a signed payment is kept, the message names a sent transaction"}
)

// outcomes lists all outcomes in the order of the help and the README.
var outcomes = []outcome{failed, misused, undecided, refused, declined, over, unreachable, interrupted}

// An outcomeError is an error with its outcome.
type outcomeError struct {
	outcome
	err error
}

func (e *outcomeError) Error() string { return e.err.Error() }
func (e *outcomeError) Unwrap() error { return e.err }

// because adds an outcome to an error; nil stays nil.
func (o outcome) because(err error) error {
	if err == nil {
		return nil
	}
	return &outcomeError{o, err}
}

// say creates an error with this outcome.
func (o outcome) say(format string, args ...any) error { return o.because(fmt.Errorf(format, args...)) }

// outcomeOf returns the outcome of an error. An interrupt takes precedence, then the
// outermost attached outcome. Otherwise the cause decides.
func outcomeOf(err error) outcome {
	var named *outcomeError
	var wrong *usageError
	var revert *chain.Revert
	switch {
	case errors.Is(err, context.Canceled):
		return interrupted
	case errors.As(err, &named):
		return named.outcome
	case errors.As(err, &wrong):
		return misused
	case errors.Is(err, errDeclined):
		return declined
	case errors.Is(err, chain.ErrUnmined):
		return undecided
	case errors.As(err, &revert), poolRefusal(err) != nil:
		return refused
	case unreached(err):
		return unreachable
	}
	return failed
}

// failure is printed on standard output under --json when a verb fails.
type failure struct {
	Error failureJSON `json:"error"`
}

type failureJSON struct {
	Code    string `json:"code"` // see outcome
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// fail reports an error and returns the exit status. An interrupt takes one line.
func (p *Program) fail(c *cobra.Command, args []string, err error) int {
	o := outcomeOf(err)
	show := func(text string) string {
		if o.code == misused.code { // such an error names no transaction and no payment
			text = safe.WithoutKeys(text, text)
		}
		return safe.Text(safe.WithoutKeys(text, flagsOf(c)))
	}
	message, hints := show(inWords(err)), hintsOf(err)
	for i := range hints {
		hints[i] = show(hints[i])
	}
	if o.code == interrupted.code {
		message, hints = "interrupted", nil
		if note := (*outcomeError)(nil); errors.As(err, &note) && note.status == undecided.status {
			message += "; " + inWords(note.err)
		} else if tx := sentBy(err); tx != "" {
			message += "; transaction " + tx + " was sent and may still be mined"
			if c != nil && c.Name() == "rescue" {
				message += ": check it before you run the command again"
			} else {
				message += ": run the same command again to continue with it"
			}
		}
		fmt.Fprintln(p.Err, "mint402: "+message)
	} else {
		fmt.Fprintln(p.Err, "mint402: error: "+message)
	}
	for _, h := range hints {
		fmt.Fprintln(p.Err, "mint402: hint: "+h)
	}
	if !p.printed && wantsJSON(c, args) {
		_ = p.json(failure{failureJSON{o.code, message, strings.Join(hints, "; ")}}) // standard output may be closed
	}
	return o.status
}

// flagsOf returns the values that the flags of a verb were given, but for salts, which are public.
func flagsOf(c *cobra.Command) string {
	var given strings.Builder
	if c != nil {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Changed && f.Name != "salt" {
				fmt.Fprintln(&given, f.Value)
			}
		})
	}
	return given.String()
}

// sentTransaction finds the hash in the text of [chain.ErrUnmined].
var sentTransaction = regexp.MustCompile(`transaction (0x[0-9a-f]{64})`)

// sentBy returns the hash of the transaction that was still waited for when the error
// ended the wait. It returns "" if no transaction was sent.
func sentBy(err error) string {
	if !errors.Is(err, chain.ErrUnmined) {
		return ""
	}
	if found := sentTransaction.FindStringSubmatch(err.Error()); found != nil {
		return found[1]
	}
	return ""
}

// wantsJSON reports whether the command line asks for JSON, even if the flags could
// not be parsed completely.
func wantsJSON(c *cobra.Command, args []string) bool {
	if c == nil || c.Flags().Lookup("json") == nil {
		return false
	}
	if on, err := c.Flags().GetBool("json"); err == nil && on {
		return true
	}
	for _, a := range args {
		if a == "--json" || a == "--json=true" {
			return true
		}
	}
	return false
}

// hintsOf returns all hints of an error, the outermost first.
func hintsOf(err error) (all []string) {
	var h *hintError
	for e := err; errors.As(e, &h); e = h.err {
		all = append(all, h.hint)
	}
	return all
}

const exitTopic = "exit-codes"

// exitCodes is mint402 help exit-codes.
func exitCodesVerb(p *Program) *cobra.Command {
	return &cobra.Command{Use: exitTopic, Long: exitHelp(), Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
}

func exitHelp() string {
	var b strings.Builder
	b.WriteString(`
The exit status shows how a command ended. With --json a failure is also an
object on standard output: {"error": {"code", "message", "hint"}}.

usage: mint402 help exit-codes

    $ mint402 mint https://mint.example/mint --yes --json; echo $?

status  code
     0                done, or there was nothing to do
`)
	for _, o := range outcomes {
		fmt.Fprintf(&b, "%6d  %-14s  %s\n", o.status, o.code, o.help)
	}
	b.WriteString(`
mint402 exit-codes prints the same. mint402 audit exits with 1 if it finds a
difference. A command that has nothing to do, such as pause of a paused launch,
exits with 0.
`)
	return b.String()
}
