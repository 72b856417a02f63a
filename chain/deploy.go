package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"reflect"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
)

// The deterministic deployment proxy
// (github.com/Arachnid/deterministic-deployment-proxy), at the same address on every
// chain that matters. It takes a salt followed by init code, and deploys with CREATE2.
var (
	Create2Deployer = common.HexToAddress("0x4e59b44847b379578588920cA78FbF26c0B4956C")
	Create2Runtime  = hexutil.MustDecode("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3")
)

// MintGas is [mint.MintGas].
const MintGas = mint.MintGas

// Deployment is a launch whose address is determined by its terms and a salt. The same
// terms with another salt make another launch.
type Deployment struct {
	Terms bindings.Terms
	Salt  common.Hash
}

// initCode returns the contract's creation code followed by the terms.
func (d Deployment) initCode() ([]byte, error) {
	arguments, err := d.Arguments()
	if err != nil {
		return nil, err
	}
	return append(common.FromHex(bindings.LaunchMetaData.Bin), arguments...), nil
}

// Arguments returns the constructor's arguments, ABI-encoded. Explorers need them, in
// addition to bindings.LaunchVerifyInput, to verify the source.
func (d Deployment) Arguments() ([]byte, error) {
	t := d.Terms
	for _, n := range []**big.Int{&t.Price, &t.Allotment, &t.Cap, &t.Limit} {
		*n = orZero(*n)
	}
	arguments, err := launchSpec.Pack("", t)
	if err != nil {
		return nil, fmt.Errorf("encode terms: %w", err)
	}
	return arguments, nil
}

// Arguments returns the arguments that the constructor of a deployed launch got, ABI-encoded,
// from the terms that its contract keeps. It fails if there is no launch at the address.
func Arguments(ctx context.Context, c *Client, token common.Address) ([]byte, error) {
	terms, err := c.read.terms(ctx, token)
	if err != nil {
		return nil, err
	}
	return Deployment{Terms: terms}.Arguments()
}

// Address returns the address of the launch. It does not depend on the deployer.
func (d Deployment) Address() (common.Address, error) {
	code, err := d.initCode()
	if err != nil {
		return common.Address{}, err
	}
	return crypto.CreateAddress2(Create2Deployer, d.Salt, crypto.Keccak256(code)), nil
}

// Call returns the transaction that deploys the launch. Any account can send it.
func (d Deployment) Call() (to common.Address, input []byte, err error) {
	code, err := d.initCode()
	if err != nil {
		return common.Address{}, nil, err
	}
	return Create2Deployer, append(d.Salt[:], code...), nil
}

// Estimate is the expected cost of a deployment.
type Estimate struct {
	Gas      uint64   // with a quarter to spare
	FeeCap   *big.Int // wei per gas, twice the base fee plus the tip
	Wei      *big.Int // Gas × FeeCap; a rollup adds its fee for data
	MintWei  *big.Int // one mint alone, MintGas × FeeCap
	Deployed bool     // the launch exists already: Gas and Wei are zero
}

// EstimateDeploy returns the cost of Deploy. If the contract refuses the terms, the
// error is a *Revert.
func (c *Client) EstimateDeploy(ctx context.Context, from common.Address, d Deployment) (Estimate, error) {
	code, err := d.initCode()
	if err != nil {
		return Estimate{}, err
	}
	fees, err := c.Fees(ctx)
	if err != nil {
		return Estimate{}, err
	}
	fees, _ = fees.Within(c.MaxFee) // above MaxFee, Deploy signs no transaction, whatever the estimate
	e := Estimate{FeeCap: fees.Cap, Wei: new(big.Int), MintWei: cost(MintGas, fees.Cap)}
	token, err := d.Address()
	if err != nil {
		return e, err
	}
	if e.Deployed, err = c.read.deployed(ctx, token, d.Terms); err != nil || e.Deployed {
		return e, err
	}
	if err := c.read.requireDeployer(ctx); err != nil {
		return e, err
	}
	// The proxy discards the constructor's reason, so the constructor is called first.
	if _, err := c.read.view(ctx, call{From: &from, Input: code}); err != nil {
		return e, fmt.Errorf("construct the launch: %w", err)
	}
	if e.Gas, err = c.read.estimate(ctx, call{From: &from, To: &Create2Deployer, Input: append(d.Salt[:], code...)}); err != nil {
		return e, fmt.Errorf("estimate deployment: %w", err)
	}
	e.Wei = cost(e.Gas, fees.Cap)
	return e, nil
}

// Deployed is the result of Deploy.
type Deployed struct {
	Token common.Address
	// Already is true if the launch existed before. Mined is then zero.
	Already bool
	Mined   Mined
}

// Deploy deploys the launch, waits for it until ctx ends, and checks that the deployed
// contract has the terms. A launch that exists already counts as deployed: its address
// commits to its code and terms. After an interrupted Deploy, call it again.
func (c *Client) Deploy(ctx context.Context, from common.Address, d Deployment) (Deployed, error) {
	token, err := d.Address()
	if err != nil {
		return Deployed{}, err
	}
	found := Deployed{Token: token}
	e, err := c.EstimateDeploy(ctx, from, d)
	if err != nil {
		return found, err
	}
	if e.Deployed {
		found.Already = true
		return found, nil
	}
	code, err := d.initCode()
	if err != nil {
		return found, err
	}
	if found.Mined, err = c.transactor().transact(ctx, from, Create2Deployer, append(d.Salt[:], code...)); err != nil {
		return found, fmt.Errorf("deploy launch at %s: %w", token, err)
	}
	there, err := c.read.deployed(ctx, token, d.Terms)
	if err == nil && !there {
		err = errors.New("the transaction was mined, but there is no code at the address")
	}
	if err != nil {
		return found, fmt.Errorf("deploy launch at %s: %w", token, err)
	}
	return found, nil
}

func (r reader) requireDeployer(ctx context.Context) error {
	code, err := r.code(ctx, Create2Deployer, latestTag)
	if err != nil {
		return err
	}
	if !bytes.Equal(code, Create2Runtime) {
		return fmt.Errorf("this chain lacks the CREATE2 deployer %s", Create2Deployer)
	}
	return nil
}

// deployed reports whether the launch exists. Code at its address with other terms
// cannot come from this deployment, so then the node must be lying.
func (r reader) deployed(ctx context.Context, token common.Address, terms bindings.Terms) (bool, error) {
	there, err := r.hasCode(ctx, token)
	if err != nil || !there {
		return false, err
	}
	found, err := r.terms(ctx, token)
	if err != nil {
		return false, err
	}
	if !sameTerms(found, terms) {
		return false, fmt.Errorf("the launch at %s has other terms than its address commits to", token)
	}
	return true, nil
}

func sameTerms(a, b bindings.Terms) bool {
	for _, pair := range [][2]*big.Int{{a.Price, b.Price}, {a.Allotment, b.Allotment}, {a.Cap, b.Cap}, {a.Limit, b.Limit}} {
		if orZero(pair[0]).Cmp(orZero(pair[1])) != 0 {
			return false
		}
	}
	for _, t := range []*bindings.Terms{&a, &b} {
		t.Price, t.Allotment, t.Cap, t.Limit = nil, nil, nil, nil
	}
	return reflect.DeepEqual(a, b)
}
