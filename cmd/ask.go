package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
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

// withoutMinter explains the consequences of a launch without a minter.
const withoutMinter = "there is no minter. Anyone can give a signed payment to the asset directly, which moves the money to the launch without a mint; " +
	"only the owner's key can then return it (mint402 refund), and a server sells nothing more until it is returned. " +
	"Give --minter ADDRESS or MINT402_MINTER_KEY, or set one later with the owner's key: mint402 set-minter ADDRESS"

// agree asks the user before gas is spent.
func (b *launching) agree(ctx context.Context) error {
	p, f, n := b.p, b.f, b.n
	deploy := "deploy it"
	if b.launch.Minter == (common.Address{}) {
		deploy += " without a minter,"
	}
	switch {
	case n.network.Testnet && f.yes:
		return nil
	case n.network.Testnet:
		return p.ask(ctx, fmt.Sprintf("%s for at most %s from %s?", deploy, b.cost(), b.from.Hex()))
	case f.yes && f.mainnetOK:
		return nil
	}
	err := p.askWord(ctx, fmt.Sprintf("the terms cannot be changed and the money is real; type %q to %s for at most %s", n.network.Name, deploy, b.cost()), n.network.Name)
	if err != nil {
		return hint(err, "--yes --mainnet-ok deploys without a question")
	}
	return nil
}

// cost returns the most that the deployment's gas costs, with the chain's coin.
func (b *launching) cost() string {
	return amount.CoinsAtMost(b.estimate.Wei) + " " + b.n.network.Coin()
}

// asks reports whether launch asks for terms: on a terminal, if some are missing.
func (f *launchFlags) asks(p *Program) bool {
	_, some := f.input.Unnamed()
	return some && !f.yes && !f.asJSON && terminal(p.In)
}

// interview asks for the terms that are missing. It connects to the node first, and prints the flags
// for the same terms, so that no answer is lost to an error.
func (b *launching) interview(ctx context.Context) error {
	if err := b.reach(ctx); err != nil {
		return err
	}
	p, in := b.p, &b.f.input
	if err := in.Interview(b.from.Hex(), b.n.network, p.Now(), func(prompt string) (string, error) { return p.question(ctx, prompt) }, p.say); err != nil {
		return err
	}
	again := ""
	for _, one := range [][2]string{{"name", in.Name}, {"symbol", in.Symbol}, {"price", in.Price}, {"allotment", in.Allotment}, {"cap", in.Cap}, {"limit", in.Limit},
		{"opens", in.Opens}, {"closes", in.Closes}, {"treasury", in.Treasury}, {"owner", in.Owner}, {"description", in.Description}} {
		if one[1] != "" {
			again += " --" + one[0] + " " + quoted(one[1])
		}
	}
	p.say("the same terms again: mint402 launch%s\n", again)
	return nil
}

// reach connects to the node, once.
func (b *launching) reach(ctx context.Context) (err error) {
	if b.n == nil {
		b.n, err = b.f.node.dial(ctx)
	}
	return err
}

func (b *launching) close() {
	if b.n != nil {
		b.n.Close()
	}
}
