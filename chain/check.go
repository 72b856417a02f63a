package chain

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
)

// Expect is the configuration that Check compares with the chain.
type Expect struct {
	ChainID uint64
	// Genesis is the hash of block 0 as stored at the first start; zero at the first
	// start.
	Genesis  common.Hash
	Launches []mint.Launch
	Senders  []common.Address
	// Minter is zero where no minter key is configured.
	Minter common.Address
}

// Check returns an error for the first fault that would make a server run wrongly: a
// chain other than configured, a genesis other than last time (a devnet that lost its
// state, a fork), no code at token or asset, an asset with another signing domain, a
// sender without a key or gas, a minter key without the role.
func (c *Client) Check(ctx context.Context, want Expect) error {
	if c.ChainID() != want.ChainID {
		return fmt.Errorf("the node serves chain %d, configured is %d", c.ChainID(), want.ChainID)
	}
	if want.Genesis != (common.Hash{}) {
		genesis, err := c.Genesis(ctx)
		if err != nil {
			return err
		}
		if genesis != want.Genesis {
			return fmt.Errorf("the genesis block of the node's chain is %s, that of the database's chain is %s", genesis, want.Genesis)
		}
	}
	for _, l := range want.Launches {
		if err := want.checkLaunch(ctx, c, l); err != nil {
			return fmt.Errorf("check launch %s: %w", l.Slug, err)
		}
	}
	for _, s := range want.Senders {
		if err := checkSender(ctx, c, s); err != nil {
			return err
		}
	}
	if want.Minter != (common.Address{}) {
		return checkSender(ctx, c, want.Minter)
	}
	return nil
}

// checkLaunch returns an error if a launch cannot be served as configured.
func (want Expect) checkLaunch(ctx context.Context, c *Client, l mint.Launch) error {
	if l.ChainID != c.ChainID() {
		return fmt.Errorf("it is on chain %d, the node serves %d", l.ChainID, c.ChainID())
	}
	switch reason, err := c.Differs(ctx, l); {
	case err != nil:
		return err
	case reason != "":
		return errors.New(reason)
	}
	if want.Minter == (common.Address{}) {
		return nil
	}
	conditions, err := c.Conditions(ctx, l, 0)
	if err != nil {
		return err
	}
	if conditions.Minter != want.Minter {
		return fmt.Errorf("the minter is %s, the configured key belongs to %s", conditions.Minter, want.Minter)
	}
	return nil
}

// Differs implements [mint.Chain]. With several nodes, the reason ends with the host of
// the node that answered: it may be a fork of the chain, or one that lags.
func (c *Client) Differs(ctx context.Context, l mint.Launch) (reason string, err error) {
	var host string
	reason, err = c.read.differs(namingHost(ctx, &host), l)
	if err == nil && reason != "" && len(c.pool.all) > 1 {
		reason += ", says the node " + host
	}
	return reason, err
}

// differs returns how a launch differs from its contract and asset, or "". All of it comes
// from one node.
func (r reader) differs(ctx context.Context, l mint.Launch) (reason string, err error) {
	var terms hexutil.Bytes
	var codes [2]hexutil.Bytes
	names, elems := assetElems(l.Asset.Address)
	elems = append(elems, callTo(l.Token, launchABI.PackTerms()).elem(&terms, latestTag))
	views := len(elems)
	elems = append(elems, codeElem(&codes[0], l.Asset.Address, latestTag), codeElem(&codes[1], l.Token, latestTag))
	err = r.fromOne(ctx, elems, func(found []rpc.BatchElem) error {
		codes := found[views:]
		if err := firstError(codes); err != nil || filled(codes) != nil {
			return err // without code there is nothing to call
		}
		return cmp.Or(firstError(found[:views]), refusal(found), filled(found))
	})
	if err != nil {
		return "", fmt.Errorf("compare launch %s: %w", l.Token, asRevert(err))
	}
	for i, contract := range []common.Address{l.Asset.Address, l.Token} {
		if len(codes[i]) == 0 {
			return fmt.Sprintf("no code at %s", contract), nil
		}
	}
	asset, err := r.assetOf(l.Asset.Address, names)
	if err != nil {
		return "", err
	}
	if ours, theirs := l.Asset.Domain(l.ChainID), asset.Domain(r.pool.chainID()); ours != theirs {
		return fmt.Sprintf("asset %s is %q version %q, configured is %q version %q",
			asset.Address, theirs.Name, theirs.Version, ours.Name, ours.Version), nil
	}
	t, err := termsOf(l.Token, terms, nil)
	if err != nil {
		return "", err
	}
	if isOlder(codes[1]) {
		return errOlder.Error(), nil
	}
	if err := sameLaunch(l, t); err != nil {
		return err.Error(), nil
	}
	return "", nil
}

// errOlder: the launch was deployed by an earlier version of this program. Payers could mint
// at its contract, but this version calls methods that it does not have.
var errOlder = errors.New("its contract is an earlier version of mint402's: serve it, and return its money, with the version of mint402 that deployed it")

// older reports whether a launch has an earlier version of the contract.
func (r reader) older(ctx context.Context, token common.Address) (bool, error) {
	code, err := r.code(ctx, token, latestTag)
	return err == nil && isOlder(code), err
}

// isOlder reports whether code does not have our mintBatch or mintSettled: the selector of each
// method stands in the code of a contract. A call would not tell, since some nodes return no
// reason of a revert, and a launch that is paused or not open reverts it, too.
func isOlder(code []byte) bool {
	return !bytes.Contains(code, launchSpec.Methods["mintBatch"].ID) || !bytes.Contains(code, launchSpec.Methods["mintSettled"].ID)
}

// sameLaunch returns how a launch as we have it differs from its terms on chain.
func sameLaunch(l mint.Launch, t bindings.Terms) error {
	found, err := launchOf(t)
	if err != nil {
		return err
	}
	switch {
	case t.Asset != l.Asset.Address:
		return fmt.Errorf("its asset is %s, not %s", t.Asset, l.Asset.Address)
	case l.Price.Cmp(found.Price) != 0 || l.Allotment.Cmp(found.Allotment) != 0 || l.Cap != found.Cap || l.Limit != found.Limit:
		return errors.New("its price, allotment, cap or limit differs from the contract's")
	case !l.OpensAt.Equal(found.OpensAt) || !l.ClosesAt.Equal(found.ClosesAt):
		return errors.New("its times differ from the contract's")
	case l.Treasury != found.Treasury:
		return fmt.Errorf("its treasury is %s, not %s", found.Treasury, l.Treasury)
	}
	return nil
}

func checkSender(ctx context.Context, c *Client, account common.Address) error {
	if !c.Keys.Has(account) {
		return fmt.Errorf("no key for %s", account)
	}
	wei, err := c.Balance(ctx, account)
	if err != nil {
		return err
	}
	if wei.Sign() == 0 {
		return fmt.Errorf("%s has nothing to pay gas with", account)
	}
	return nil
}
