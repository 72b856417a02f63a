package cmd

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

// drafted converts a form to a draft and its deployment.
func (d *desk) drafted(f admin.LaunchRequest, from common.Address) (draft, chain.Deployment, error) {
	w := draft{name: f.Name, symbol: f.Symbol, price: f.Price, allotment: f.Allotment, cap: f.Cap, limit: string(f.Limit),
		opens: f.Opens, closes: f.Closes, treasury: f.Treasury, owner: f.Owner, minter: f.Minter, contractURI: f.ContractURI, salt: f.Salt,
		slug: f.Slug, description: f.Description, image: f.Image, dated: true}
	w.complete(from, d.minter, d.node.network.Testnet)
	made, err := w.deployment(d.node.network.Asset, d.clock())
	var wrong flaws
	errors.As(err, &wrong)
	if d.minter != (common.Address{}) && made.Terms.Minter != d.minter && !wrong.of("minter") {
		wrong.add("minter", "is not %s, whose key this server has; it would not start again", d.minter.Hex())
	}
	if len(wrong) > 0 {
		return w, made, asForm(wrong)
	}
	return w, made, nil
}

// asForm converts the flaws of a draft to an error for the dashboard's form.
func asForm(f flaws) error {
	e := &admin.LaunchRequestError{}
	for _, one := range f {
		words := one.words
		if one.hint != "" {
			words += "; " + one.hint
		}
		e.Fields = append(e.Fields, admin.FieldError{Field: one.term, Message: words})
	}
	return e
}

// Preview implements [admin.Backend].
func (d *desk) Preview(ctx context.Context, f admin.LaunchRequest, from common.Address) (admin.Preview, error) {
	_, _, p, err := d.preview(ctx, f, from)
	return p, err
}

func (d *desk) preview(ctx context.Context, f admin.LaunchRequest, from common.Address) (w draft, made chain.Deployment, p admin.Preview, err error) {
	if w, made, err = d.drafted(f, from); err != nil {
		return w, made, p, err
	}
	if p.Token, err = made.Address(); err != nil {
		return w, made, p, err
	}
	if err = d.free(ctx, w.slug, p.Token); err != nil {
		return w, made, p, err
	}
	payer := from
	if d.deployer != (common.Address{}) {
		payer = d.deployer
	}
	e, err := d.node.EstimateDeploy(ctx, payer, made)
	if err != nil {
		return w, made, p, asTerm(err)
	}
	p.Slug, p.Deployed, p.Gas, p.Wei, p.MintWei = w.slug, e.Deployed, e.Gas, e.Wei, e.MintWei
	l := termsOf(made.Terms, d.node.network)
	l.Slug, l.Token = w.slug, p.Token
	p.MintShare = mintShare(l, e)
	clients, err := clientsheet(l)
	if err != nil {
		return w, made, p, err
	}
	p.Terms = append(termsheet(l), clients...)
	if p.To, p.Input, err = made.Call(); err != nil {
		return w, made, p, err
	}
	if d.deployer == (common.Address{}) {
		p.Cannot = "this server has no key to deploy with (" + deployerKey + ")"
		return w, made, p, nil
	}
	balance, err := d.node.Balance(ctx, d.deployer)
	if err != nil {
		return w, made, p, err
	}
	if poor := tooPoor(d.deployer, balance, e); poor != nil {
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
func (d *desk) free(ctx context.Context, slug string, token common.Address) error {
	launches, err := d.store.Launches(ctx)
	if err != nil {
		return err
	}
	for _, l := range launches {
		if l.Slug == slug && l.Token != token {
			return asForm(flaws{{term: "slug", words: fmt.Sprintf("%q is that of %s (%s)", slug, plain(l.Name), l.Token.Hex())}})
		}
		if l.Token == token && l.Slug != slug {
			return asForm(flaws{{term: "slug", words: fmt.Sprintf("is %q already for these terms; another salt makes another launch", l.Slug)}})
		}
	}
	return nil
}

// Deploy implements [admin.Backend].
func (d *desk) Deploy(ctx context.Context, f admin.LaunchRequest, from common.Address) (admin.Deployed, error) {
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
	l, err := d.putOnSale(ctx, listing{token: p.Token, slug: w.slug, description: w.description, image: w.image, deployedAt: done.Block})
	return admin.Deployed{Launch: l, Transaction: done.Hash, Block: done.Block}, err
}

// deploy deploys the token. If an earlier transaction for it is not mined yet, it
// waits for that one and does not send another.
func (d *desk) deploy(ctx context.Context, token common.Address, made chain.Deployment) (chain.Mined, error) {
	if before, waiting := d.sent[token]; waiting {
		mined, err := d.node.Wait(ctx, before)
		if errors.Is(err, chain.ErrUnmined) {
			return mined, &admin.UndecidedError{Transaction: before}
		}
		delete(d.sent, token)
		if err == nil {
			return mined, nil
		}
	}
	done, err := d.node.Deploy(ctx, d.deployer, made)
	if errors.Is(err, chain.ErrUnmined) {
		d.sent[token] = done.Mined.Hash
		return done.Mined, &admin.UndecidedError{Transaction: done.Mined.Hash}
	}
	if err != nil {
		return done.Mined, asTerm(err)
	}
	d.log.Info("deployed", "token", token, "tx", done.Mined.Hash)
	return done.Mined, nil
}

// turn waits until no other launch is being deployed or registered.
func (d *desk) turn(ctx context.Context) error {
	select {
	case d.one <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &admin.RefusedError{Message: "another launch is being deployed or registered: try again in a moment"}
	}
}

// Register implements [admin.Backend].
func (d *desk) Register(ctx context.Context, token common.Address, given admin.Listing) (mint.Launch, error) {
	w := draft{slug: given.Slug, description: given.Description, image: given.Image}
	var wrong flaws
	if w.checkListing(&wrong); len(wrong) > 0 {
		return mint.Launch{}, asForm(wrong)
	}
	if err := d.turn(ctx); err != nil {
		return mint.Launch{}, err
	}
	defer func() { <-d.one }()
	return d.putOnSale(ctx, listing{token: token, slug: given.Slug, description: given.Description, image: given.Image})
}

// putOnSale registers a launch after the checks that serve makes at its start. So a
// launch that can be sold now can be sold after a restart too. The engine reads the
// launch's past events before it sells any of it.
func (d *desk) putOnSale(ctx context.Context, want listing) (mint.Launch, error) {
	l, err := want.read(ctx, d.store, d.node)
	if err != nil {
		return l, refusal(err)
	}
	if err := d.free(ctx, l.Slug, l.Token); err != nil {
		return l, err
	}
	if err := d.node.Check(ctx, chain.Expect{ChainID: d.node.network.ChainID, Launches: []mint.Launch{l}}); err != nil {
		return l, refusal(err)
	}
	if d.minter != (common.Address{}) && l.Minter != d.minter {
		return l, &admin.RefusedError{Message: fmt.Sprintf("the minter of %s is %s, and this server has the key of %s: make that its minter first", l.Symbol, orNobody(l.Minter), d.minter)}
	}
	if err := d.store.SaveLaunch(ctx, l); err != nil {
		if errors.Is(err, store.ErrTerms) {
			err = asForm(flaws{{term: "slug", words: fmt.Sprintf("%q is another launch's", l.Slug)}})
		}
		return l, err
	}
	return d.store.Launch(ctx, l.Slug)
}

// refusal converts an error to the message that the signed-in user sees.
func refusal(err error) error { return &admin.RefusedError{Message: err.Error()} }
