package deploy

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/names"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// CreatorRules are what the operator lets creators launch.
type CreatorRules struct {
	Limits store.CreatorLimits
	// Owner is the operator's account that owns what creators launch. An owner can return money
	// that has not been minted for, to anyone, and name another minter, so it is never a creator.
	Owner    common.Address
	MinPrice *big.Rat // of one allotment, in whole units of the asset; nil: any
	Listed   bool     // a new launch is listed at once
	// AllowedNames are names and symbols that creators may use although they look like others.
	AllowedNames []string
}

// least returns the lowest price in base units of an asset, rounded up.
func (r *CreatorRules) least(asset x402.Asset) *big.Int {
	if r.MinPrice == nil {
		return new(big.Int)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(asset.Decimals)), nil)
	scaled := new(big.Rat).Mul(r.MinPrice, new(big.Rat).SetInt(unit))
	up := new(big.Int).Sub(scaled.Denom(), big.NewInt(1))
	return up.Div(up.Add(up, scaled.Num()), scaled.Denom())
}

// Creators performs what creators ask for in the dashboard. No value in a request is believed:
// its terms and its wallet give the address of the contract, by CREATE2, so that only our code
// with these terms can be there, and the rest is read from the chain. It is safe for concurrent
// use.
type Creators struct {
	backend *Backend
	rules   CreatorRules
	table   store.CreatorTable
	// one is a lock for registrations of creators, apart from the operator's: it makes the
	// comparison of names hold until the launch is stored.
	one chan struct{}
}

var _ admin.CreatorBackend = (*Creators)(nil)

// NewCreators returns the backend for creators.
func NewCreators(b *Backend, rules CreatorRules) *Creators {
	return &Creators{b, rules, store.CreatorTable{Store: b.Store}, make(chan struct{}, 1)}
}

// Ban implements [admin.CreatorBackend].
func (k *Creators) Ban(ctx context.Context, wallet common.Address, banned bool) error {
	return k.table.Ban(ctx, wallet, banned)
}

// Banned implements [admin.CreatorBackend].
func (k *Creators) Banned(ctx context.Context) ([]common.Address, error) { return k.table.Banned(ctx) }

// byCreator is why the server's key deploys nothing for a creator.
const byCreator = "creators launch with their own wallet, and pay the gas of the deployment"

// Preview implements [admin.CreatorBackend].
func (k *Creators) Preview(ctx context.Context, f admin.LaunchRequest, creator common.Address) (admin.Preview, error) {
	f, _, err := k.check(ctx, f, creator)
	if err != nil {
		return admin.Preview{}, err
	}
	_, _, p, err := k.backend.preview(ctx, f, creator)
	p.Cannot = byCreator
	return p, err
}

// Register implements [admin.CreatorBackend].
func (k *Creators) Register(ctx context.Context, f admin.LaunchRequest, creator common.Address) (mint.Launch, error) {
	select {
	case k.one <- struct{}{}:
		defer func() { <-k.one }()
	case <-ctx.Done():
		return mint.Launch{}, &admin.RefusedError{Message: "another launch is being registered; try again in a moment"}
	}
	f, made, err := k.check(ctx, f, creator)
	if err != nil {
		return mint.Launch{}, err
	}
	token, err := made.Address()
	if err != nil {
		return mint.Launch{}, err
	}
	b := k.backend
	l, err := Listing{Token: token, Slug: f.Slug, Description: f.Description, Image: f.Image}.Read(ctx, b.Store, b.Client, b.takes)
	if err != nil {
		return l, refusal(err)
	}
	if err := k.proven(ctx, l, made, creator); err != nil {
		return l, err
	}
	l.Creator = creator
	if err := k.table.Save(ctx, l, k.rules.Limits, k.rules.Listed); err != nil {
		return l, asRefusal(err)
	}
	b.Log.Info("launch of a creator registered", "launch", l.Slug, "token", l.Token, "creator", creator, "listed", k.rules.Listed)
	return b.Store.Launch(ctx, l.Slug)
}

// proven returns an error unless the chain shows the launch that the creator's terms describe,
// with the roles that they name.
func (k *Creators) proven(ctx context.Context, l mint.Launch, made chain.Deployment, creator common.Address) error {
	t := made.Terms
	for _, role := range []struct {
		name       string
		now, wants common.Address
	}{{"owner", l.Owner, k.rules.Owner}, {"minter", l.Minter, k.backend.Minter}, {"treasury", l.Treasury, t.Treasury}} {
		if role.now != role.wants {
			return refusal(fmt.Errorf("the %s of %s is %s on chain now, and has to be %s", role.name, l.Token, role.now, role.wants))
		}
	}
	if err := k.backend.Client.Check(ctx, chain.Expect{ChainID: k.backend.Network.ChainID, Launches: []mint.Launch{l}}); err != nil {
		return refusal(err)
	}
	return nil
}

// check returns the request with the values that are filled in, and its deployment. The error is
// of an invalid or forbidden term, of a limit, or of a ban.
func (k *Creators) check(ctx context.Context, f admin.LaunchRequest, creator common.Address) (admin.LaunchRequest, chain.Deployment, error) {
	fail := func(err error) (admin.LaunchRequest, chain.Deployment, error) { return f, chain.Deployment{}, err }
	if f.Owner == "" {
		f.Owner = k.rules.Owner.Hex()
	}
	w, made, err := k.backend.input(f, creator)
	if err != nil {
		return fail(err)
	}
	made.Salt = crypto.Keccak256Hash(creator[:], made.Salt[:]) // so that only this wallet can register it
	f.Slug, f.Treasury, f.Minter, f.Salt = w.Slug, w.Treasury, w.Minter, made.Salt.Hex()
	var wrong InvalidTerms
	t := made.Terms
	if t.Owner != k.rules.Owner {
		wrong.add("owner", "is not %s, the operator of this server: an owner can send money of payers to anyone, so it is not the one who launches", k.rules.Owner.Hex())
	}
	if t.Minter != k.backend.Minter {
		wrong.add("minter", "is not this server's, %s", k.backend.Minter.Hex())
	}
	if asset, _ := k.backend.asset(f.Asset); t.Price.Cmp(k.rules.least(asset)) < 0 {
		wrong.add("price", "is less than %s %s, the lowest price here: the operator of this server pays the gas of each mint",
			asset.Format(k.rules.least(asset)), asset.Symbol)
	}
	token, err := made.Address()
	if err != nil {
		return fail(err)
	}
	launches, err := k.backend.Store.On(0).Launches(ctx) // of all chains: no two have one slug
	if err != nil {
		return fail(err)
	}
	if slices.ContainsFunc(launches, func(l mint.Launch) bool {
		return l.Slug == f.Slug && (l.Token != token || l.ChainID != k.backend.Network.ChainID)
	}) {
		wrong.add("slug", "%q is taken here", f.Slug)
	}
	k.imitates(&wrong, mint.Launch{Name: t.Name, Symbol: t.Symbol, Token: token, Creator: creator}, launches)
	if len(wrong) > 0 {
		return fail(asForm(wrong))
	}
	if err := k.table.Admits(ctx, token, creator, k.rules.Limits); err != nil {
		return fail(asRefusal(err))
	}
	return f, made, nil
}

// imitates adds an error for a name or symbol that looks like that of a token of the network or
// of another's launch here. The operator's own launches are not checked.
func (k *Creators) imitates(wrong *InvalidTerms, of mint.Launch, launches []mint.Launch) {
	mine := names.Token{Name: of.Name, Symbol: of.Symbol}
	for _, allowed := range k.rules.AllowedNames {
		if mine.Name == allowed {
			mine.Name = ""
		}
		if mine.Symbol == allowed {
			mine.Symbol = ""
		}
	}
	var assets []names.Token
	for _, a := range k.backend.Assets() {
		assets = append(assets, names.Token{Name: a.Name, Symbol: a.Symbol})
	}
	known := names.Known(k.backend.Network.Name, assets...)
	if found := names.Find(mine, known, nil); found != nil {
		wrong.add(found.Field, "looks like %s (%s), a token that people know: choose another", found.Of.Symbol, found.Of.Name)
		return
	}
	for _, l := range launches {
		if l.Token == of.Token || l.Creator == of.Creator {
			continue
		}
		found := names.Find(mine, nil, []names.Token{{Name: l.Name, Symbol: l.Symbol}})
		switch {
		case found == nil:
			continue
		case l.Hidden: // it may be seen by its link only
			wrong.add(found.Field, "looks like another launch on this server: choose another")
		default:
			wrong.add(found.Field, "looks like the launch %s (%s) on this server: choose another", l.Symbol, l.Name)
		}
		return
	}
}

// asRefusal converts an error of the database to one for the creator.
func asRefusal(err error) error {
	for _, known := range []error{store.ErrBanned, store.ErrWalletLimit, store.ErrDayLimit, store.ErrRegistered, store.ErrTerms} {
		if errors.Is(err, known) {
			return refusal(known)
		}
	}
	if errors.Is(err, store.ErrSlug) {
		return asForm(InvalidTerms{{Term: "slug", Message: "is taken here"}})
	}
	return err
}
