package deploy

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/store"
)

// input converts a form to an input and its deployment.
func (d *Backend) input(f admin.LaunchRequest, from common.Address) (Input, chain.Deployment, error) {
	w := Input{Name: f.Name, Symbol: f.Symbol, Price: f.Price, Allotment: f.Allotment, Cap: f.Cap, Limit: string(f.Limit),
		Opens: f.Opens, Closes: f.Closes, Treasury: f.Treasury, Owner: f.Owner, Minter: f.Minter, ContractURI: f.ContractURI, Salt: f.Salt,
		Slug: f.Slug, Description: f.Description, Image: f.Image, AbsoluteTimes: true}
	w.Complete(from, d.Minter, d.Network.Testnet)
	asset, unknown := d.asset(f.Asset)
	if unknown != nil {
		return w, chain.Deployment{}, asForm(InvalidTerms{{Term: "asset", Message: unknown.Error()}})
	}
	made, err := w.Validate(asset, d.Clock())
	var wrong InvalidTerms
	errors.As(err, &wrong)
	if d.Minter != (common.Address{}) && made.Terms.Minter != d.Minter && !wrong.Of("minter") {
		wrong.add("minter", "is not %s, whose key this server has: the server would refuse to start with this launch", d.Minter.Hex())
	}
	if len(wrong) > 0 {
		return w, made, asForm(wrong)
	}
	return w, made, nil
}

// asForm converts invalid terms to an error for the dashboard's form.
func asForm(f InvalidTerms) error {
	e := &admin.LaunchRequestError{}
	for _, one := range f {
		message := one.Message
		if one.Suggestion != "" {
			message += "; " + one.Suggestion
		}
		e.Fields = append(e.Fields, admin.FieldError{Field: one.Term, Message: message})
	}
	return e
}

// Preview implements [admin.Backend].
func (d *Backend) Preview(ctx context.Context, f admin.LaunchRequest, from common.Address) (admin.Preview, error) {
	_, _, p, err := d.preview(ctx, f, from)
	return p, err
}

func (d *Backend) preview(ctx context.Context, f admin.LaunchRequest, from common.Address) (w Input, made chain.Deployment, p admin.Preview, err error) {
	if w, made, err = d.input(f, from); err != nil {
		return w, made, p, err
	}
	if p.Token, err = made.Address(); err != nil {
		return w, made, p, err
	}
	if err = d.free(ctx, w.Slug, p.Token); err != nil {
		return w, made, p, err
	}
	payer := from
	if d.Deployer != (common.Address{}) {
		payer = d.Deployer
	}
	e, err := d.Client.EstimateDeploy(ctx, payer, made)
	if err != nil {
		return w, made, p, asTerm(err)
	}
	p.Slug, p.Deployed, p.Gas, p.Wei, p.MintWei = w.Slug, e.Deployed, e.Gas, e.Wei, e.MintWei
	network := d.Network
	if network.Asset, err = d.asset(f.Asset); err != nil {
		return w, made, p, err
	}
	l := Launch(made.Terms, network)
	l.Slug, l.Token = w.Slug, p.Token
	p.MintShare = MintShare(l, e)
	clients, err := ClientSheet(l)
	if err != nil {
		return w, made, p, err
	}
	p.Terms = append(TermSheet(l), clients...)
	if p.To, p.Input, err = made.Call(); err != nil {
		return w, made, p, err
	}
	if d.Deployer == (common.Address{}) {
		p.Cannot = "this server has no key to deploy with (" + KeyVariable + ")"
		return w, made, p, nil
	}
	balance, err := d.Client.Balance(ctx, d.Deployer)
	if err != nil {
		return w, made, p, err
	}
	if poor := Afford(d.Deployer, balance, e, d.Network); poor != nil {
		p.Cannot = poor.Error()
	}
	return w, made, p, nil
}

// asTerm converts the contract's refusal of a term to an error of the form.
func asTerm(err error) error {
	var revert *chain.Revert
	if !errors.As(err, &revert) {
		return err
	}
	if term, named := revert.Term(); named {
		if term == "closesAt" {
			term = "closes"
		}
		return &admin.LaunchRequestError{Fields: []admin.FieldError{{Field: term, Message: "is refused by the contract"}}}
	}
	return &admin.RefusedError{Message: "the contract refuses these terms: " + revert.Reason}
}

// free returns an error if another launch has the slug.
func (d *Backend) free(ctx context.Context, slug string, token common.Address) error {
	launches, err := d.Store.On(0).Launches(ctx) // of all chains: no two have one slug
	if err != nil {
		return err
	}
	for _, l := range launches {
		same := l.Token == token && l.ChainID == d.Network.ChainID
		if l.Slug == slug && !same {
			return asForm(InvalidTerms{{Term: "slug", Message: fmt.Sprintf("%q is the slug of another launch, %.64q (%s)", slug, l.Name, l.Token.Hex())}})
		}
		if same && l.Slug != slug {
			return asForm(InvalidTerms{{Term: "slug", Message: fmt.Sprintf("is already %q for these terms; give a salt to make another launch", l.Slug)}})
		}
	}
	return nil
}

// Deploy implements [admin.Backend].
func (d *Backend) Deploy(ctx context.Context, f admin.LaunchRequest, from common.Address) (admin.Deployed, error) {
	if err := d.turn(ctx); err != nil {
		return admin.Deployed{}, err
	}
	defer func() { <-d.one }()
	w, made, p, err := d.preview(ctx, f, from)
	if err != nil {
		return admin.Deployed{}, err
	}
	if p.Cannot != "" && !p.Deployed {
		return admin.Deployed{}, &admin.RefusedError{Message: p.Cannot}
	}
	done, err := d.deploy(ctx, p.Token, made)
	if err != nil {
		return admin.Deployed{}, err
	}
	l, err := d.putOnSale(ctx, Listing{Token: p.Token, Slug: w.Slug, Description: w.Description, Image: w.Image, DeployedAt: done.Block})
	return admin.Deployed{Launch: l, Transaction: done.Hash, Block: done.Block}, err
}

// deploy deploys the token. If an earlier transaction for it is not mined yet, it
// waits for that one and does not send another.
func (d *Backend) deploy(ctx context.Context, token common.Address, made chain.Deployment) (chain.Mined, error) {
	if before, waiting := d.sent[token]; waiting {
		mined, err := d.Client.Wait(ctx, before)
		if errors.Is(err, chain.ErrUnmined) {
			return mined, &admin.UndecidedError{Transaction: before}
		}
		delete(d.sent, token)
		if err == nil {
			return mined, nil
		}
	}
	done, err := d.Client.Deploy(ctx, d.Deployer, made)
	if errors.Is(err, chain.ErrUnmined) {
		d.sent[token] = done.Mined.Hash
		return done.Mined, &admin.UndecidedError{Transaction: done.Mined.Hash}
	}
	if err != nil {
		return done.Mined, asTerm(err)
	}
	d.Log.Info("launch deployed", "token", token, "tx", done.Mined.Hash)
	return done.Mined, nil
}

// turn waits until no other launch is being deployed or registered.
func (d *Backend) turn(ctx context.Context) error {
	select {
	case d.one <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &admin.RefusedError{Message: "another launch is being deployed or registered; nothing was sent, try again in a moment"}
	}
}

// Register implements [admin.Backend].
func (d *Backend) Register(ctx context.Context, token common.Address, given admin.Listing) (mint.Launch, error) {
	w := Input{Slug: given.Slug, Description: given.Description, Image: given.Image}
	var wrong InvalidTerms
	if w.checkListing(&wrong); len(wrong) > 0 {
		return mint.Launch{}, asForm(wrong)
	}
	if err := d.turn(ctx); err != nil {
		return mint.Launch{}, err
	}
	defer func() { <-d.one }()
	return d.putOnSale(ctx, Listing{Token: token, Slug: given.Slug, Description: given.Description, Image: given.Image})
}

// putOnSale registers a launch after the checks that serve makes at its start. So a
// launch that can be sold now can be sold after a restart too. The engine reads the
// launch's past events before it sells any of it.
func (d *Backend) putOnSale(ctx context.Context, want Listing) (mint.Launch, error) {
	l, err := want.Read(ctx, d.Store, d.Client, d.takes)
	if err != nil {
		return l, refusal(err)
	}
	if err := d.free(ctx, l.Slug, l.Token); err != nil {
		return l, err
	}
	if err := d.Client.Check(ctx, chain.Expect{ChainID: d.Network.ChainID, Launches: []mint.Launch{l}}); err != nil {
		return l, refusal(err)
	}
	if d.Minter != (common.Address{}) && l.Minter != d.Minter {
		return l, refusal(fmt.Errorf("%w: make that account its minter first", &MinterError{Name: l.Symbol, Token: l.Token, Minter: l.Minter, Key: d.Minter}))
	}
	if err := d.Store.SaveLaunch(ctx, l); err != nil {
		if errors.Is(err, store.ErrSlug) {
			err = asForm(InvalidTerms{{Term: "slug", Message: fmt.Sprintf("%q is the slug of another launch", l.Slug)}})
		}
		if errors.Is(err, store.ErrTerms) {
			err = refusal(err)
		}
		return l, err
	}
	return d.Store.Launch(ctx, l.Slug)
}

// refusal converts an error to the message that the signed-in user sees.
func refusal(err error) error { return &admin.RefusedError{Message: err.Error()} }
