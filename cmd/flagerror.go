package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/safe"
)

// wholeNumber is a whole number in decimal. strconv would take 010 for 8, and 1_000 for 1000.
var wholeNumber = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// decimal is the value of a flag that takes whole numbers in decimal only.
type decimal struct{ pflag.Value }

// Set implements [pflag.Value].
func (d decimal) Set(text string) error {
	if !wholeNumber.MatchString(text) {
		return errors.New("expected " + decimalForm)
	}
	return d.Value.Set(text)
}

const decimalForm = "a whole number such as 10"

// decimals lets each flag of a verb, and of those below it, that is a whole number take decimal
// only: a limit that is written 010 may not become 8.
func decimals(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if strings.Contains(f.Value.Type(), "int") {
			f.Value = decimal{f.Value}
		}
	})
	for _, below := range c.Commands() {
		decimals(below)
	}
}

// flagError explains a mistake in a verb's flags: the flag, its value, and the
// expected form.
func flagError(c *cobra.Command, err error) error {
	see := c.CommandPath() + " --help shows the flags"
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var value *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		if near := nearest("--"+unknown.GetSpecifiedName(), flagNames(c)); near != "" {
			see = "did you mean " + near + "? " + see
		}
	case errors.As(err, &bare):
		err = fmt.Errorf("--%s needs a value: %s", bare.GetSpecifiedName(), expectedOf(bare.GetFlag()))
	case errors.As(err, &value):
		err = wrongValue("--"+value.GetFlag().Name, value.GetFlag(), value.GetValue())
	}
	return &usageError{hint(err, "%s", see)}
}

// wrongValue explains a wrong value of a flag or of its environment variable. It does
// not print a node's URL, which may contain a provider's key.
func wrongValue(name string, f *pflag.Flag, value string) error {
	if f.Value.Type() == "stringSlice" || safe.IsKey(value) {
		return fmt.Errorf("%s: expected %s", name, expectedOf(f))
	}
	return fmt.Errorf("%s %q: expected %s", name, plain(value), expectedOf(f))
}

// expectedOf returns the form of a flag's values.
func expectedOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int", "int64", "uint64":
		return decimalForm
	case "duration":
		return "a time such as 30s, 5m or 2h"
	case "bool":
		return "true or false"
	case "stringSlice":
		return "a value, or several separated by commas"
	}
	return "a text"
}

func flagNames(c *cobra.Command) (names []string) {
	add := func(f *pflag.Flag) { names = append(names, "--"+f.Name) }
	c.Flags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	return names
}

// verbOf returns the verb on a command line, or the one that help is asked for.
func verbOf(args []string) string {
	if len(args) > 1 && args[0] == "help" {
		args = args[1:]
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return ""
	}
	return args[0]
}

// isVerb reports whether the verb exists. cobra adds some of its own.
func isVerb(root *cobra.Command, verb string) bool {
	switch verb {
	case "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
		return true
	}
	for _, c := range root.Commands() {
		if c.Name() == verb {
			return true
		}
	}
	return false
}

const endsSale = "a sale ends when it is sold out, or at the --closes of its launch, and cannot be ended before; " +
	"mint402 pause stops the contract, and mint402 delist stops this server selling it"

// otherVerbs has hints for verbs that people expect.
var otherVerbs = map[string]string{"close": endsSale, "end": endsSale, "stop": endsSale, "finish": endsSale,
	"resume": "mint402 unpause lets a paused launch mint again, and mint402 relist puts one back on sale",
	"deploy": "mint402 launch deploys a token and puts it on sale", "restore": "mint402 backup --help says how a backup is restored",
	"init": "mint402 launch --example > token.yaml prints a launch file"}

// unknownVerb returns an error for a verb that does not exist. It suggests one with a
// similar spelling.
func unknownVerb(root *cobra.Command, verb string) error {
	var names []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	err := fmt.Errorf("there is no verb %q", plain(verb))
	if advice := otherVerbs[strings.ToLower(verb)]; advice != "" {
		return &usageError{hint(err, "%s", advice)}
	}
	if near := nearest(verb, names); near != "" {
		return &usageError{hint(err, "did you mean mint402 %s?", near)}
	}
	return &usageError{hint(err, "mint402 --help lists the verbs")}
}

// nearest returns the name closest to a mistyped word: at most two letters are
// missing, added or changed, and fewer than half of them. A name that begins with the
// word matches too.
func nearest(word string, names []string) string {
	word = strings.ToLower(word)
	best, distance := "", 3
	for _, name := range names {
		if d := slips(word, name); d < distance && 2*d < len(name) {
			best, distance = name, d
		}
	}
	if best == "" && len(word) > 2 {
		for _, name := range names {
			if strings.HasPrefix(name, word) {
				return name
			}
		}
	}
	return best
}

// slips returns the Levenshtein distance of two words, with a swap of two neighbours
// counted as one.
func slips(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			differ := 1
			if a[i-1] == b[j-1] {
				differ = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+differ)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// asUsage converts the invalid terms to an error of the command line. It names each term by
// its place in the launch file, or by its flag.
func (f *launchFlags) asUsage(err error) error {
	var invalid deploy.InvalidTerms
	if !errors.As(err, &invalid) {
		return err
	}
	var wrong, hints []string
	for _, one := range invalid {
		key := one.Term
		if key == "contractURI" {
			key = "contract-uri"
		}
		name := cmp.Or(f.places[key], "--"+key)
		wrong = append(wrong, name+" "+one.Message)
		if one.Suggestion != "" {
			hints = append(hints, name+" "+one.Suggestion)
		} else if one.Message == deploy.Missing && len(hints) == 0 {
			hints = append(hints, "mint402 launch --example > token.yaml prints a file with every term, for mint402 launch -f token.yaml; in a terminal, mint402 launch asks for the terms")
		}
	}
	err = errors.New(strings.Join(wrong, "; "))
	if len(hints) > 0 {
		err = hint(err, "%s", strings.Join(hints, "; "))
	}
	return &usageError{err}
}

// sameChain returns an error if the launch file names another network than --chain or --chain-id.
func (f *launchFlags) sameChain(c *cobra.Command) error {
	place := f.places["network"]
	for _, name := range []string{"chain", "chain-id"} {
		flag := c.Flags().Lookup(name)
		if place == "" || !flag.Changed || f.node.chain == "" && f.node.chainID == 0 {
			continue
		}
		inFile, err := (&nodeFlags{network: f.node.network}).named()
		if err != nil {
			return usage("%s: %w", place, err)
		}
		chosen, err := (&nodeFlags{chain: f.node.chain, chainID: f.node.chainID}).named()
		if err != nil {
			return err
		}
		if chosen.ChainID != inFile.ChainID {
			return &usageError{hint(fmt.Errorf("%s is %q, but --%s or %s is %q", place, plain(f.node.network), name, twin(name), plain(flag.Value.String())), "give it once: a launch stays on its chain")}
		}
	}
	return nil
}
