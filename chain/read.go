package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// ReadLaunch reads a launch's terms from the chain and finds the block of its
// deployment. See ReadLaunchFrom for its checks. The caller sets Slug, Description and
// Image. Owner and Minter are the first ones; see Conditions for the present ones.
func (c *Client) ReadLaunch(ctx context.Context, token common.Address) (mint.Launch, error) {
	l, err := c.ReadLaunchFrom(ctx, token, 0)
	if err != nil {
		return mint.Launch{}, err
	}
	if l.DeployedAt, err = c.DeployedAt(ctx, token); err != nil {
		return mint.Launch{}, err
	}
	return l, nil
}

// ReadLaunchFrom is ReadLaunch with a known block: that of the deployment, or one
// before it. It refuses a launch with terms that do not fit together. It also refuses
// an asset with a DOMAIN_SEPARATOR that does not match its name, version and chain:
// signatures over that domain would be invalid.
func (c *Client) ReadLaunchFrom(ctx context.Context, token common.Address, deployedAt uint64) (mint.Launch, error) {
	fail := func(err error) (mint.Launch, error) {
		return mint.Launch{}, fmt.Errorf("read launch %s: %w", token, err)
	}
	there, err := c.HasCode(ctx, token)
	if err != nil {
		return fail(err)
	}
	if !there {
		return fail(errEmpty)
	}
	t, err := c.read.terms(ctx, token)
	if err != nil {
		return fail(err)
	}
	l, err := launchOf(t)
	if err != nil {
		return fail(err)
	}
	l.ChainID, l.Token, l.DeployedAt = c.ChainID(), token, deployedAt
	if l.Asset, err = c.ReadAsset(ctx, t.Asset); err != nil {
		return fail(err)
	}
	return l, nil
}

func (r reader) terms(ctx context.Context, token common.Address) (bindings.Terms, error) {
	out, err := r.view(ctx, callTo(token, launchABI.PackTerms()))
	return termsOf(token, out, err)
}

func termsOf(token common.Address, out []byte, err error) (bindings.Terms, error) {
	if err != nil {
		return bindings.Terms{}, fmt.Errorf("read terms of %s: %w", token, err)
	}
	t, err := launchABI.UnpackTerms(out)
	if err != nil {
		return bindings.Terms{}, fmt.Errorf("read terms of %s: not a launch: %w", token, err)
	}
	return t, nil
}

// launchOf converts terms: the cap to allotments, and no limit to the cap.
func launchOf(t bindings.Terms) (mint.Launch, error) {
	l := mint.Launch{
		Name: t.Name, Symbol: t.Symbol, ContractURI: t.ContractURI,
		Price: t.Price, Allotment: t.Allotment,
		OpensAt: instant(t.OpensAt), ClosesAt: instant(t.ClosesAt),
		Treasury: t.Treasury, Owner: t.Owner, Minter: t.Minter,
	}
	if t.Price.Sign() <= 0 || t.Allotment.Sign() <= 0 || t.Cap.Sign() <= 0 {
		return l, errors.New("price, allotment or cap is zero")
	}
	allotments, rest := new(big.Int).QuoRem(t.Cap, t.Allotment, new(big.Int))
	if rest.Sign() != 0 {
		return l, errors.New("the cap is not a multiple of the allotment")
	}
	var err error
	if l.Cap, err = count(allotments); err != nil {
		return l, err
	}
	l.Limit = l.Cap
	if t.Limit.Sign() > 0 && t.Limit.Cmp(allotments) < 0 {
		l.Limit = t.Limit.Int64()
	}
	return l, nil
}

// instant converts Unix seconds; zero becomes the zero time. Times after the year 10000
// are cut to it.
func instant(seconds uint64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(min(seconds, year10000)), 0).UTC()
}

// ReadAsset reads an asset's names and decimals, and checks that they make the
// DOMAIN_SEPARATOR with which the asset verifies signatures.
func (c *Client) ReadAsset(ctx context.Context, asset common.Address) (x402.Asset, error) {
	names, elems := assetElems(asset)
	if err := c.read.all(ctx, elems); err != nil {
		return x402.Asset{}, fmt.Errorf("read asset %s: %w", asset, err)
	}
	return c.read.assetOf(asset, names)
}

var assetMethods = []string{"name", "version", "symbol", "decimals", "DOMAIN_SEPARATOR"}

// assetElems returns the calls of assetMethods, and where their outputs go.
func assetElems(asset common.Address) ([]hexutil.Bytes, []rpc.BatchElem) {
	outputs, elems := make([]hexutil.Bytes, len(assetMethods)), make([]rpc.BatchElem, len(assetMethods))
	for i, m := range assetMethods {
		elems[i] = callTo(asset, packAsset(m)).elem(&outputs[i], latestTag)
	}
	return outputs, elems
}

// assetOf decodes the outputs of assetMethods.
func (r reader) assetOf(asset common.Address, outputs []hexutil.Bytes) (x402.Asset, error) {
	fail := func(err error) (x402.Asset, error) {
		return x402.Asset{}, fmt.Errorf("read asset %s: %w", asset, err)
	}
	methods := assetMethods
	a := x402.Asset{Address: asset}
	var (
		separator [32]byte
		failed    [5]error
	)
	a.Name, failed[0] = answer[string](methods[0], outputs[0])
	a.Version, failed[1] = answer[string](methods[1], outputs[1])
	a.Symbol, failed[2] = answer[string](methods[2], outputs[2])
	a.Decimals, failed[3] = answer[uint8](methods[3], outputs[3])
	separator, failed[4] = answer[[32]byte](methods[4], outputs[4])
	if err := errors.Join(failed[:]...); err != nil {
		return fail(err)
	}
	if ours := a.Domain(r.pool.chainID()).Separator(); ours != word(separator) {
		return fail(fmt.Errorf("its DOMAIN_SEPARATOR is %s, that of %q version %q on chain %d is %s",
			word(separator), a.Name, a.Version, r.pool.chainID(), ours))
	}
	return a, nil
}

// DeployedAt returns the first block with code at an address. It searches the chain's
// past states from the newest back, so that a recent deployment is found at a node that
// keeps few of them. If the node has dropped a state it fails; then give the block to
// ReadLaunchFrom.
func (c *Client) DeployedAt(ctx context.Context, token common.Address) (uint64, error) {
	latest, _, err := c.Head(ctx)
	if err != nil {
		return 0, err
	}
	low, high := uint64(0), latest.Number
	for step := uint64(1); low < high; step *= 2 {
		middle := low + (high-low)/2
		if low == 0 && step <= high-middle {
			middle = high - step
		}
		code, err := c.read.code(ctx, token, hexutil.EncodeUint64(middle))
		if err != nil {
			if !Passing(err) {
				err = fmt.Errorf("%w: %w", errNoState, err)
			}
			return 0, fmt.Errorf("find the block that deployed %s: read block %d: %w", token, middle, err)
		}
		if len(code) > 0 {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if there, err := c.HasCode(ctx, token); err != nil || !there {
		return 0, errors.Join(fmt.Errorf("find the block that deployed %s: %w", token, errEmpty), err)
	}
	return low, nil
}
