package deploy

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/mint402/mint402/x402"
)

// interviewed answers an interview with lines, and returns the prompts and what was said.
func interviewed(t *testing.T, d *Input, network string, answers ...string) (shown string, err error) {
	t.Helper()
	n, ok := x402.NetworkByName(network)
	if !ok {
		t.Fatal("there is no " + network)
	}
	var all strings.Builder
	err = d.Interview(payer.Hex(), n, now, func(prompt string) (string, error) {
		fmt.Fprintln(&all, prompt)
		if len(answers) == 0 {
			return "", io.EOF
		}
		answer := answers[0]
		answers = answers[1:]
		return answer, nil
	}, func(format string, args ...any) { fmt.Fprintf(&all, format+"\n", args...) })
	return all.String(), err
}

func TestAnInterviewChecksEachAnswerAndOffersDefaults(t *testing.T) {
	var d Input
	shown, err := interviewed(t, &d, "base-sepolia", "", "Ping", "P I", "PING", "1,5", "", "", "5001", "10000", "", "", "", "me.eth", "", "", "")
	if err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	for _, says := range []string{"it needs a value", "is not 1 to 11 of letters", "with a point", "is not a multiple of the allotment 5000; 5000 is a multiple", "are not resolved", "[0.10]", "[now]", "[" + payer.Hex() + "]"} {
		if !strings.Contains(shown, says) {
			t.Errorf("%q is not in:\n%s", says, shown)
		}
	}
	if d.Price != "0.10" || d.Cap != "10000" || d.Treasury != payer.Hex() || d.Owner != payer.Hex() || d.Limit+d.Opens+d.Closes+d.Description != "" {
		t.Errorf("%+v", d)
	}
	if _, err := d.Validate(asset(t), now); err != nil {
		t.Error(err)
	}
}

func TestAnInterviewAsksOnlyForWhatIsMissingAndOffersNoRoleOnAMainnet(t *testing.T) {
	d := input()
	d.Cap = ""
	if shown, err := interviewed(t, &d, "base", "50000"); err != nil || strings.Contains(shown, "treasury") || d.Cap != "50000" {
		t.Errorf("%v, %+v\n%s", err, d, shown)
	}
	if shown, err := interviewed(t, &d, "base"); err != nil || shown != "" {
		t.Errorf("nothing is missing: %v\n%s", err, shown)
	}
	var empty Input
	shown, err := interviewed(t, &empty, "base", "Ping", "PING", "1", "1", "1", "", "", "", "")
	if !errors.Is(err, io.EOF) || !strings.Contains(shown, "treasury, which gets the proceeds and cannot change: ") || strings.Contains(shown, payer.Hex()) {
		t.Errorf("%v\n%s", err, shown)
	}
}
