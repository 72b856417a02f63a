package cmd

import (
	"errors"
	"fmt"
	"strings"
)

// flaw is one problem with one term. Its words follow the term's name.
type flaw struct {
	term  string // named as in the form: contractURI
	words string
	hint  string // a suggested value; may be empty
}

// flaws is an error with all problems of a draft, in the order of the terms.
type flaws []flaw

func (f flaws) Error() string {
	var all []string
	for _, one := range f {
		all = append(all, one.term+" "+one.words)
	}
	return strings.Join(all, "; ")
}

func (f *flaws) add(term, words string, args ...any) {
	*f = append(*f, flaw{term: term, words: fmt.Sprintf(words, args...)})
}

// of reports whether one of the terms has a problem.
func (f flaws) of(terms ...string) bool {
	for _, one := range f {
		for _, t := range terms {
			if one.term == t {
				return true
			}
		}
	}
	return false
}

// asUsage converts the first flaw to an error of the command line.
func asUsage(err error) error {
	var f flaws
	if !errors.As(err, &f) {
		return err
	}
	name := "--" + f[0].term
	if f[0].term == "contractURI" {
		name = "--contract-uri"
	}
	wrong := fmt.Errorf("%s %s", name, f[0].words)
	switch {
	case f[0].hint != "":
		return &usageError{hint(wrong, "%s %s", name, f[0].hint)}
	case f[0].words == missing:
		return &usageError{hint(wrong, "mint402 launch --help shows an example")}
	}
	return &usageError{wrong}
}

const (
	missing      = "is missing"
	nobodysGuess = "is missing; on a mainnet it is best a multisig, and never guessed"
)
