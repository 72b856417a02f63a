package deploy

import (
	"errors"
	"fmt"
	"time"

	"github.com/mint402/mint402/x402"
)

// question is one term that an interview asks for.
type question struct {
	term, text string
	value      *string
	standard   string // the value of an empty answer
	shown      string // in place of the standard value, if not empty
	optional   bool   // an empty answer leaves the term out
}

// Unnamed reports whether all, and whether some, of the terms without a default are missing.
func (d *Input) Unnamed() (all, some bool) {
	all = true
	for _, value := range []string{d.Name, d.Symbol, d.Price, d.Allotment, d.Cap} {
		all, some = all && value == "", some || value == ""
	}
	return all, some
}

// Interview asks for terms on a terminal, one by one: those that have no default and are missing,
// and the others, too, if all of those are missing. It checks each answer as the contract and the
// server will, and asks again after a wrong one. ask returns an answer; its error ends the
// interview. The account from is offered as treasury and owner, on a test network only.
func (d *Input) Interview(from string, n x402.Network, now time.Time, ask func(prompt string) (string, error), say func(format string, args ...any)) error {
	all, some := d.Unnamed()
	if !some {
		return nil
	}
	if !n.Testnet {
		from = ""
	}
	questions := []question{
		{term: "name", text: "name of the token", value: &d.Name},
		{term: "symbol", text: "symbol", value: &d.Symbol},
		{term: "price", text: "price of a mint in " + n.Asset.Symbol, value: &d.Price, standard: "0.10"},
		{term: "allotment", text: "tokens that a mint buys", value: &d.Allotment, standard: "5000"},
		{term: "cap", text: "maximum supply, in tokens", value: &d.Cap},
	}
	if all {
		questions = append(questions,
			question{term: "limit", text: "mints that one payment may buy", value: &d.Limit, shown: "all", optional: true},
			question{term: "opens", text: "opens at, or from now: 24h", value: &d.Opens, shown: "now", optional: true},
			question{term: "closes", text: "closes at, or from now", value: &d.Closes, shown: "when sold out", optional: true},
			question{term: "treasury", text: "treasury, which gets the proceeds and cannot change", value: &d.Treasury, standard: from},
			question{term: "owner", text: "owner, who may pause and refund", value: &d.Owner, standard: from},
			question{term: "description", text: "a sentence about it", value: &d.Description, shown: "none", optional: true})
	}
	say("The terms can never be changed. Enter takes the value in brackets; Ctrl-C ends without a launch.")
	for _, q := range questions {
		if *q.value != "" {
			continue
		}
		if err := d.answer(q, n.Asset, now, ask, say); err != nil {
			return err
		}
	}
	return nil
}

// answer asks one question until its answer can be used.
func (d *Input) answer(q question, asset x402.Asset, now time.Time, ask func(string) (string, error), say func(string, ...any)) error {
	prompt := q.text
	if q.shown != "" {
		prompt += " [" + q.shown + "]"
	} else if q.standard != "" {
		prompt += " [" + q.standard + "]"
	}
	for {
		given, err := ask(prompt + ": ")
		if err != nil {
			return err
		}
		if *q.value = given; given == "" {
			*q.value = q.standard
		}
		message := d.fault(q, asset, now)
		if message == "" {
			return nil
		}
		say("  %s", message)
	}
}

// fault returns why the answer to a question cannot be used, or "". Terms that were not asked for
// yet are missing, which is no fault of this one.
func (d *Input) fault(q question, asset x402.Asset, now time.Time) string {
	if *q.value == "" && !q.optional {
		return "it needs a value"
	}
	var invalid InvalidTerms
	_, err := d.Validate(asset, now)
	if !errors.As(err, &invalid) {
		return ""
	}
	for _, one := range invalid {
		if one.Term != q.term {
			continue
		}
		if one.Suggestion != "" {
			return fmt.Sprintf("%s; %s", one.Message, one.Suggestion)
		}
		return one.Message
	}
	return ""
}
