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

// The deterministic deployment proxy (github.com/Arachnid/deterministic-deployment-proxy),
// at the same address on every chain that matters. It takes a salt followed by
// init code and creates with CREATE2.
var (
	Create2Deployer = common.HexToAddress("0x4e59b44847b379578588920cA78FbF26c0B4956C")
	Create2Runtime  = hexutil.MustDecode("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3")
)

// MintGas is [mint.MintGas].
const MintGas = mint.MintGas

// Deployment is a launch at an address that its terms and a salt determine. The
// same terms with another salt are another launch.
type Deployment struct {
	Terms bindings.Terms
	Salt  common.Hash
}

// initCode is the contract's creation code with the terms behind it.
func (d Deployment) initCode() ([]byte, error) {
	arguments, err := d.Arguments()
	if err != nil {
		return nil, err
	}
	return append(common.FromHex(bindings.LaunchMetaData.Bin), arguments...), nil
}

// Arguments are the constructor's, ABI-encoded: what explorers ask for beside
// bindings.LaunchVerifyInput to verify the source.
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

// Address is where the launch is, or will be, whoever deploys it.
func (d Deployment) Address() (common.Address, error) {
	code, err := d.initCode()
	if err != nil {
		return common.Address{}, err
	}
	return crypto.CreateAddress2(Create2Deployer, d.Salt, crypto.Keccak256(code)), nil
}

// Call is the transaction that deploys the launch, whoever sends it.
func (d Deployment) Call() (to common.Address, input []byte, err error) {
	code, err := d.initCode()
	if err != nil {
		return common.Address{}, nil, err
	}
	return Create2Deployer, append(d.Salt[:], code...), nil
}

// Estimate is what a deployment takes.
type Estimate struct {
	Gas      uint64   // with a quarter to spare
	FeeCap   *big.Int // wei a gas, twice the base fee and the tip
	Wei      *big.Int // Gas × FeeCap; a rollup adds its fee for data
	MintWei  *big.Int // one mint alone, MintGas × FeeCap
	Deployed bool     // it is there already: Gas and Wei are zero
}

// EstimateDeploy says what Deploy would cost, or why the contract refuses the
// terms, as a *Revert.
func (c *Client) EstimateDeploy(ctx context.Context, from common.Address, d Deployment) (Estimate, error) {
	code, err := d.initCode()
	if err != nil {
		return Estimate{}, err
	}
	fees, err := c.Fees(ctx)
	if err != nil {
		return Estimate{}, err
	}
	fees, _ = fees.Within(c.MaxFee) // beyond it nothing is signed, whatever is shown
	e := Estimate{FeeCap: fees.Cap, Wei: new(big.Int), MintWei: cost(MintGas, fees.Cap)}
	token, err := d.Address()
	if err != nil {
		return e, err
	}
	if e.Deployed, err = c.deployed(ctx, token, d.Terms); err != nil || e.Deployed {
		return e, err
	}
	if err := c.requireDeployer(ctx); err != nil {
		return e, err
	}
	// The proxy swallows the constructor's reason, so the constructor is asked first.
	if _, err := c.view(ctx, call{From: &from, Input: code}); err != nil {
		return e, fmt.Errorf("construct the launch: %w", err)
	}
	if e.Gas, err = c.estimate(ctx, call{From: &from, To: &Create2Deployer, Input: append(d.Salt[:], code...)}); err != nil {
		return e, fmt.Errorf("estimate deployment: %w", err)
	}
	e.Wei = cost(e.Gas, fees.Cap)
	return e, nil
}

// Deployed is where a launch is.
type Deployed struct {
	Token common.Address
	// Already says that it was there before. Mined is then zero.
	Already bool
	Mined   Mined
}

// Deploy puts the launch on the chain, waits for it until ctx ends, and checks
// that what is there says the terms. A launch found there already is deployed:
// its address commits to its code and terms, so that an interrupted Deploy is
// finished by calling it again.
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
	if found.Mined, err = c.transact(ctx, from, Create2Deployer, append(d.Salt[:], code...)); err != nil {
		return found, fmt.Errorf("deploy launch at %s: %w", token, err)
	}
	there, err := c.deployed(ctx, token, d.Terms)
	if err == nil && !there {
		err = errors.New("the transaction was mined and there is no code")
	}
	if err != nil {
		return found, fmt.Errorf("deploy launch at %s: %w", token, err)
	}
	return found, nil
}

func (c *Client) requireDeployer(ctx context.Context) error {
	code, err := c.code(ctx, Create2Deployer, latestTag)
	if err != nil {
		return err
	}
	if !bytes.Equal(code, Create2Runtime) {
		return fmt.Errorf("this chain lacks the CREATE2 deployer %s", Create2Deployer)
	}
	return nil
}

// deployed says whether the launch is there. Code at the address that says other
// terms cannot come from this deployment, so the node must be lying.
func (c *Client) deployed(ctx context.Context, token common.Address, terms bindings.Terms) (bool, error) {
	there, err := c.HasCode(ctx, token)
	if err != nil || !there {
		return false, err
	}
	found, err := c.terms(ctx, token)
	if err != nil {
		return false, err
	}
	if !sameTerms(found, terms) {
		return false, fmt.Errorf("the launch at %s says other terms than its address commits to", token)
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
