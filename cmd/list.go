package cmd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/cmd/catalog"
)

const listHelp = `
list checks whether catalogues of paid resources would list a URL, and brings it
to their attention. It changes nothing on the server, and never uses a payer's
payment.

usage: mint402 list URL [flags]

    $ mint402 list https://mint.example/mint
    $ mint402 list https://mint.example/mint --register https://catalogue.example/register
    $ export MINT402_KEY=…
    $ mint402 list https://mint.example/mint --facilitator https://facilitator.example --mint

Without flags it only checks. --register posts the URL to a catalogue that takes
registrations. Some catalogues list what a facilitator verifies: --facilitator
signs one payment with your own key and shows it to the facilitator. Anyone with
a signed payment can submit it until it expires, after a minute: the money would
then arrive at the launch without the server. --mint completes the purchase
instead; otherwise the payment lapses.

flags
    --register URL      post a registration to this URL; may be repeated
    --form NAME         its body: resource (with the method), url or origin
                        (default resource)
    --facilitator URL   show this facilitator's /verify a payment of yours
    --mint              then pay with it, and wait for the tokens
    --dry-run           check, and print what would be sent
    --yes               do not ask
    --json              print the result as JSON
    --patience TIME     how long to wait for the server, and then for the chain
                        (default 5m)
    --state-dir DIR     where payments are kept; a full path` + witnessHelp + payerLimitsHelp + keyHelp

type listFlags struct {
	mint              mintFlags // its quantity is always 1
	register          []string
	form, facilitator string
	completes, dryRun bool
}

func listVerb(p *Program) *cobra.Command {
	f := listFlags{mint: mintFlags{quantity: 1}}
	c := &cobra.Command{Use: "list", Long: listHelp, Args: arguments(1, 1, "the URL to list"),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c.Context(), p, args[0]) }}
	f.mint.limits.add(c)
	f.mint.keys.add(c, payerKey)
	c.Flags().StringSliceVar(&f.register, "register", nil, "")
	c.Flags().StringVar(&f.form, "form", catalog.Forms[0], "")
	c.Flags().StringVar(&f.facilitator, "facilitator", "", "")
	c.Flags().BoolVar(&f.completes, "mint", false, "")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "")
	c.Flags().BoolVar(&f.mint.yes, "yes", false, "")
	c.Flags().BoolVar(&f.mint.asJSON, "json", false, "")
	c.Flags().BoolVar(&f.mint.noCheck, "no-check", false, "")
	c.Flags().StringSliceVar(&f.mint.rpc, "rpc", nil, "")
	c.Flags().DurationVar(&f.mint.patience, "patience", 5*time.Minute, "")
	c.Flags().StringVar(&f.mint.stateDir, "state-dir", "", "")
	return c
}

// catalogued is the output of list --json. With --mint, that of mint --json follows.
type catalogued struct {
	*catalog.Report
	Listable      bool                    `json:"listable"` // every required check passed
	Registrations []*catalog.Registration `json:"registrations"`
	Verify        *catalog.Verdict        `json:"verify,omitempty"`
	WouldVerifyAt string                  `json:"wouldVerifyAt,omitempty"` // with --dry-run
	PaymentID     string                  `json:"paymentId,omitempty"`     // of the payment that the facilitator saw
	LapsesAt      *time.Time              `json:"lapsesAt,omitempty"`      // when it can no longer be submitted
}

// plan checks the command line and returns what would be sent.
func (f *listFlags) plan(raw string) (u *url.URL, out *catalogued, err error) {
	if u, err = mintURL(raw, 1); err != nil {
		return nil, nil, err
	}
	switch {
	case f.completes && f.facilitator == "":
		return nil, nil, usage("--mint needs --facilitator; mint402 mint pays without one")
	case f.mint.patience <= 0:
		return nil, nil, impatient(f.mint.patience)
	}
	out = &catalogued{Registrations: []*catalog.Registration{}}
	for _, target := range f.register {
		r, err := catalog.NewRegistration(target, f.form, u)
		if err != nil {
			return nil, nil, usage("--register: %w", err)
		}
		out.Registrations = append(out.Registrations, r)
	}
	if f.facilitator != "" {
		if out.WouldVerifyAt, err = catalog.VerifyURL(f.facilitator); err != nil {
			return nil, nil, usage("--facilitator: %w", err)
		}
	}
	return u, out, nil
}

func (f *listFlags) run(ctx context.Context, p *Program, raw string) error {
	u, out, err := f.plan(raw)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 30 * time.Second}
	out.Report = catalog.Inspect(ctx, client, u)
	out.Listable = out.Report.Listable()
	f.showChecks(p, out)
	if !out.Listable {
		return f.end(p, out, refused.say("catalogues would not list %s; nothing was sent", out.Resource))
	}
	if f.dryRun {
		f.showPlan(p, out)
		return f.end(p, out, nil)
	}
	out.WouldVerifyAt = ""
	if err := f.send(ctx, p, client, out); err != nil {
		return f.end(p, out, err)
	}
	if f.facilitator == "" {
		return f.end(p, out, nil)
	}
	return f.exhibit(ctx, p, client, u, out)
}

// end prints the result for machines and returns the error.
func (f *listFlags) end(p *Program, out *catalogued, err error) error {
	if f.mint.asJSON && !p.printed {
		if e := p.json(out); err == nil {
			err = e
		}
	}
	return err
}

func (f *listFlags) showChecks(p *Program, out *catalogued) {
	if f.mint.asJSON {
		return
	}
	for _, c := range out.Checks {
		mark := "ok      "
		switch {
		case !c.OK && c.Required:
			mark = "missing "
		case !c.OK:
			mark = "advice  "
		}
		line := mark + c.Name
		if c.Detail != "" {
			line += ": " + plain(c.Detail)
		}
		fmt.Fprintln(p.Out, line)
	}
}

func (f *listFlags) showPlan(p *Program, out *catalogued) {
	for _, r := range out.Registrations {
		p.say("would post %s to %s", r.Body, r.Target)
	}
	if out.WouldVerifyAt != "" {
		p.say("would sign one payment and post it to %s", out.WouldVerifyAt)
	}
}

// send posts the registrations, after it has asked.
func (f *listFlags) send(ctx context.Context, p *Program, client *http.Client, out *catalogued) error {
	for _, r := range out.Registrations {
		p.say("register %s at %s", r.Body, r.Target)
	}
	if len(out.Registrations) > 0 && !f.mint.yes {
		if err := p.ask(ctx, "register?"); err != nil {
			return err
		}
	}
	var failure error
	for _, r := range out.Registrations {
		switch err := r.Send(ctx, client); {
		case err != nil:
			failure = unreachable.say("register at %s: %w", r.Target, err)
		case !r.Accepted():
			failure = refused.say("%s answered %d: %s", r.Target, r.Status, plain(r.Answer))
		default:
			p.say("%s answered %d: %s", r.Target, r.Status, plain(r.Answer))
		}
	}
	return failure
}
