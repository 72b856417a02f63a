package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
)

// MintGas is what a single mint costs at most, alone and on USDC, once a launch
// has sold: for estimates, not for limits.
const MintGas = 128_000

// Fees is what a gas costs now, in wei, as nodes suggest it.
type Fees struct {
	Base *big.Int // the next block takes at least this
	Tip  *big.Int
	Cap  *big.Int // the fee cap to offer: Base may double
}

// Price is what a gas of the next block costs.
func (f Fees) Price() *big.Int { return new(big.Int).Add(f.Base, f.Tip) }

// Within cuts fees to a bound, which may be nil. It is false if the base fee alone
// leaves nothing of it: a transaction within the bound would not be mined now.
func (f Fees) Within(bound *big.Int) (Fees, bool) {
	if bound == nil {
		return f, true
	}
	room := new(big.Int).Sub(bound, f.Base)
	if room.Sign() <= 0 {
		return f, false
	}
	return Fees{f.Base, smaller(f.Tip, room), smaller(f.Cap, bound)}, true
}

// ErrTaken: a transaction that is stored has that account nonce of its sender.
var ErrTaken = errors.New("the account nonce is taken")

// ErrTooDear: gas costs more now than the operator allows. Nothing was signed.
var ErrTooDear = errors.New("gas costs more than is allowed")

// fees are those to sign with at the newest head, within MaxFee; they are read
// once a head. Every signing asks here: the first one, replacements, and those
// that only use an account nonce.
func (e *Engine) fees(ctx context.Context) (Fees, error) {
	if err := e.readFees(ctx); err != nil {
		return Fees{}, err
	}
	f, ok := e.learned(e.memory.fees).Within(e.MaxFee)
	if !ok {
		return Fees{}, fmt.Errorf("%w: the base fee is %s wei, and at most %s may be paid", ErrTooDear, f.Base, e.MaxFee)
	}
	return f, nil
}

// tipLasts is for how many blocks a tip counts that a pool named as its least.
const tipLasts = 500

// learnTip remembers the least tip that a pool takes.
func (e *Engine) learnTip(tip *big.Int) {
	e.memory.minTip, e.memory.minTipAt = tip, e.memory.head.Number
}

// learned raises a suggestion to the least tip that is known.
func (e *Engine) learned(f Fees) Fees {
	tip := e.memory.minTip
	if tip == nil || e.memory.head.Number > e.memory.minTipAt+tipLasts || f.Tip.Cmp(tip) >= 0 {
		return f
	}
	more := new(big.Int).Sub(tip, f.Tip)
	return Fees{f.Base, tip, more.Add(more, f.Cap)}
}

func (e *Engine) readFees(ctx context.Context) error {
	if e.memory.fees.Base != nil && e.memory.priced == e.memory.head {
		return nil
	}
	answered := e.asking()
	f, err := e.Chain.Fees(ctx)
	answered(err)
	if err != nil {
		return err
	}
	e.memory.fees, e.memory.priced = f, e.memory.head
	return nil
}

// overspent says that the gas of a day cost what it may.
func (e *Engine) overspent() bool {
	return e.Budget != nil && e.memory.spent != nil && e.memory.spent.Cmp(e.Budget) >= 0
}

// affordable says whether anything new may be signed now. What is in flight is
// sent again all the same, and nothing is claimed that could not be paid for.
func (e *Engine) affordable(ctx context.Context) (bool, error) {
	if e.overspent() {
		return false, nil
	}
	_, err := e.fees(ctx)
	if errors.Is(err, ErrTooDear) {
		return false, nil
	}
	return err == nil, err
}

// priceFaults are those of what gas costs: beyond MaxFee nothing is sold, beyond
// its share of a launch's price that launch is not.
func (e *Engine) priceFaults(launches []Launch) []Fault {
	f := e.memory.fees
	if f.Base == nil {
		return nil
	}
	within, ok := e.learned(f).Within(e.MaxFee)
	if !ok {
		return []Fault{fault("gas_too_dear", "the base fee is %s gwei and at most %s may be paid: payments wait, uncharged, until it falls", gwei(f.Base), gwei(e.MaxFee))}
	}
	var faults []Fault
	costs := new(big.Int).Mul(within.Price(), big.NewInt(MintGas))
	for _, l := range launches {
		if most := e.maxMintGas(l); most != nil && costs.Cmp(most) > 0 {
			faults = append(faults, launchFault("gas_too_dear", l, "the gas of a mint of %s costs %s gwei, more than %d %% of its price", l.Slug, gwei(costs), e.GasShare))
		}
	}
	return faults
}

// maxMintGas is the wei that the gas of one mint of a launch may cost; nil if that
// is not bounded, or not known.
func (e *Engine) maxMintGas(l Launch) *big.Int {
	if e.GasShare <= 0 || e.CoinPrice == nil || e.CoinPrice.Sign() <= 0 {
		return nil
	}
	wei := new(big.Int).Mul(l.Price, big.NewInt(int64(e.GasShare)))
	wei.Mul(wei, exp10(18+6))
	return wei.Div(wei, new(big.Int).Mul(e.CoinPrice, new(big.Int).Mul(big.NewInt(100), exp10(int(l.Asset.Decimals)))))
}

func exp10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// gwei writes wei for people.
func gwei(wei *big.Int) string {
	whole, rest := new(big.Int).QuoRem(wei, big.NewInt(1e9), new(big.Int))
	if rest.Sign() == 0 {
		return whole.String()
	}
	f, _ := new(big.Rat).SetFrac(wei, big.NewInt(1e9)).Float64()
	return fmt.Sprintf("%.4g", f)
}

func smaller(a, b *big.Int) *big.Int {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}
