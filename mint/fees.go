package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
)

// MintGas is the maximum gas of a single mint, alone and on USDC, once a launch has
// sold. Use it for estimates, not for limits.
const MintGas = 128_000

// Fees is the current price of gas, in wei, as nodes suggest it.
type Fees struct {
	Base *big.Int // the minimum that the next block takes
	Tip  *big.Int
	Cap  *big.Int // the fee cap to offer: leaves room for Base to double
}

// Price returns the price of a gas in the next block.
func (f Fees) Price() *big.Int { return new(big.Int).Add(f.Base, f.Tip) }

// Within reduces fees to a limit, which may be nil. It returns false if the base fee
// alone reaches the limit: a transaction within the limit would not be mined now.
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

// ErrTaken: a stored transaction already has that account nonce of its sender.
var ErrTaken = errors.New("the account nonce is taken")

// ErrTooDear: gas costs more now than the operator allows. Nothing was signed.
var ErrTooDear = errors.New("gas costs more than is allowed")

// fees returns the fees to sign with at the newest head, within MaxFee. It reads them
// once per head. Every signing uses it: the first one, replacements, and those that
// only use an account nonce.
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

// tipLasts is for how many blocks a learned minimum tip is used.
const tipLasts = 500

// learnTip stores the minimum tip that a pool accepts.
func (e *Engine) learnTip(tip *big.Int) {
	e.memory.minTip, e.memory.minTipAt = tip, e.memory.head.Number
}

// learned raises a suggested tip to the learned minimum.
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

// overspent reports whether the gas of the last 24 hours used up the budget.
func (e *Engine) overspent() bool {
	return e.Budget != nil && e.memory.spent != nil && e.memory.spent.Cmp(e.Budget) >= 0
}

// affordable reports whether anything new may be signed now. Transactions in flight are
// sent again even if not, and no order is claimed that could not be paid for.
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

// priceFaults returns the faults caused by the price of gas. Above MaxFee no launch is
// sold; above the gas share of a launch's price, that launch is not.
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

// maxMintGas returns the wei that the gas of one mint of a launch may cost; nil if
// there is no limit or it is not known.
func (e *Engine) maxMintGas(l Launch) *big.Int {
	if e.GasShare <= 0 || e.CoinPrice == nil || e.CoinPrice.Sign() <= 0 {
		return nil
	}
	wei := new(big.Int).Mul(l.Price, big.NewInt(int64(e.GasShare)))
	wei.Mul(wei, exp10(18+6))
	return wei.Div(wei, new(big.Int).Mul(e.CoinPrice, new(big.Int).Mul(big.NewInt(100), exp10(int(l.Asset.Decimals)))))
}

func exp10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// gwei formats wei as gwei for people.
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
