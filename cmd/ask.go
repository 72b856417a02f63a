package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

var (
	errDeclined   = errors.New("not confirmed; nothing was done")
	errNoTerminal = errors.New("a terminal is needed to confirm; nothing was done")
)

// ask asks a yes-or-no question. It returns errDeclined for any answer except yes.
func (p *Program) ask(ctx context.Context, question string) error {
	answer, err := p.question(ctx, question+" [y/N] ")
	if errors.Is(err, errNoTerminal) {
		return hint(err, "in a script, --yes confirms")
	}
	if err != nil {
		return err
	}
	switch strings.ToLower(answer) {
	case "y", "yes":
		return nil
	}
	return errDeclined
}

// askTerminal asks on the terminal itself when standard input is something else.
func (p *Program) askTerminal(ctx context.Context, question string) error {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return hint(declined.because(errNoTerminal), "in a script, --yes confirms")
	}
	defer tty.Close()
	other := *p
	other.In, other.answer = tty, nil
	return other.ask(ctx, question)
}

// askWord asks the user to type a word. It returns errDeclined for any other.
func (p *Program) askWord(ctx context.Context, question, word string) error {
	answer, err := p.question(ctx, question+": ")
	if err != nil {
		return err
	}
	if answer != word {
		return errDeclined
	}
	return nil
}

func (p *Program) question(ctx context.Context, prompt string) (string, error) {
	if p.answer == nil {
		p.answer = bufio.NewReader(p.In)
	}
	fmt.Fprint(p.Err, prompt)
	type read struct {
		line string
		err  error
	}
	answer := make(chan read, 1)
	go func() { // a read cannot be interrupted, but we can stop waiting for it
		line, err := p.answer.ReadString('\n')
		answer <- read{strings.TrimSpace(line), err}
	}()
	var got read
	select {
	case <-ctx.Done():
		fmt.Fprintln(p.Err)
		return "", ctx.Err()
	case got = <-answer:
	}
	if got.line == "" && got.err != nil {
		fmt.Fprintln(p.Err)
		if errors.Is(got.err, io.EOF) {
			return "", declined.because(errNoTerminal)
		}
		return "", fmt.Errorf("read answer: %w", got.err)
	}
	return got.line, nil
}
