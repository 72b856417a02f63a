package deploy

import (
	"fmt"
	"strings"
)

// InvalidTerm is one term of a launch that cannot be used as it was given.
type InvalidTerm struct {
	Term       string // named as in the dashboard's form: contractURI
	Message    string // follows the term's name in a sentence: "is missing"
	Suggestion string // a value that would do, or a bound; may be empty
}

// InvalidTerms is an error with all invalid terms of an input, in the order of the
// terms.
type InvalidTerms []InvalidTerm

// Error implements error.
func (f InvalidTerms) Error() string {
	var all []string
	for _, one := range f {
		all = append(all, one.Term+" "+one.Message)
	}
	return strings.Join(all, "; ")
}

func (f *InvalidTerms) add(term, message string, args ...any) {
	*f = append(*f, InvalidTerm{Term: term, Message: fmt.Sprintf(message, args...)})
}

// Of reports whether one of the terms is invalid.
func (f InvalidTerms) Of(terms ...string) bool {
	for _, one := range f {
		for _, t := range terms {
			if one.Term == t {
				return true
			}
		}
	}
	return false
}

// Missing is the message of a term without a value.
const Missing = "is missing"

// noDefault is the message of a role that has no default on a mainnet.
const noDefault = "is missing; on a mainnet it has no default, give one: best a multisig"
