package mint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// MintGas is the maximum gas of a single mint, alone and on USDC, once a launch has
// sold. Use it for estimates, not for limits.
const MintGas = 128_000

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

// gas knows the price of gas, our spending, and which senders can pay.
type gas struct {
	*Settings
	store   Outbox
	chain   GasReader
	turns   *turns
	log     *slog.Logger
	clock   func() time.Time
	senders []common.Address
	minters []common.Address // the minter, if it must have coin for what facilitators settle
	silence *silence
	view    *view
	rhythm  *rhythm

	suggested Fees // by nodes at the head priced
	priced    Block
	pricing   Block    // head for which they are being read
	minTip    *big.Int // minimum tip of a pool, learned at the head minTipAt
	minTipAt  uint64
	spent     Spending                    // within budgetPeriod
	pledged   *big.Int                    // the most that transactions in flight can cost
	lately    Spending                    // within an hour
	creators  map[common.Address]*big.Int // creator → cost of its launches within budgetPeriod, with that of transactions in flight
	creatorOf map[string]common.Address   // launch slug → its creator
	canPay    map[common.Address]bool     // sender or minter → has enough coin
	floor     string                      // that much, in coins
	checked   Block                       // head of the last check
	readAt    time.Time                   // when balances and fees were last read
}

// fees returns the fees to sign with, within MaxFee, as readFees read them last. Every
// signing uses it: the first one, replacements, and those that only use an account nonce.
func (g *gas) fees() (Fees, error) {
	if g.suggested.Base == nil {
		return Fees{}, errNoPrice
	}
	f, ok := g.learned(g.suggested).Within(g.MaxFee)
	if !ok {
		return Fees{}, fmt.Errorf("%w: the base fee is %s wei, and at most %s may be paid", ErrTooDear, f.Base, g.MaxFee)
	}
	return f, nil
}

// errNoPrice: no node has named a price of gas since the start.
var errNoPrice = errors.New("the price of gas is not known yet")

// tipLasts is for how many blocks a learned minimum tip is used.
const tipLasts = 500

// learnTip stores the minimum tip that a pool accepts.
func (g *gas) learnTip(tip *big.Int) {
	g.minTip, g.minTipAt = tip, g.view.head.Number
}

// learned raises a suggested tip to the learned minimum.
func (g *gas) learned(f Fees) Fees {
	tip := g.minTip
	if tip == nil || g.view.head.Number > g.minTipAt+tipLasts || f.Tip.Cmp(tip) >= 0 {
		return f
	}
	more := new(big.Int).Sub(tip, f.Tip)
	return Fees{f.Base, tip, more.Add(more, f.Cap)}
}

// readFees reads the fees once for each head. While one part reads them, others use the
// last ones.
func (g *gas) readFees(ctx context.Context) error {
	head := g.view.head
	if g.suggested.Base != nil && (g.priced == head || g.pricing == head) {
		return nil
	}
	g.pricing = head
	answered := g.silence.asking()
	f, err := g.chain.Fees(ctx)
	answered(err)
	if err != nil {
		g.pricing = Block{}
		return err
	}
	g.suggested, g.priced = f, head
	return nil
}

// tooDear reports whether nothing new may be signed now because of the price of gas.
// Transactions in flight are sent again all the same.
func (g *gas) tooDear() bool {
	_, err := g.fees()
	return errors.Is(err, ErrTooDear)
}

// priceFaults returns the faults caused by the price of gas. Above MaxFee no launch is
// sold; above the gas share of a launch's price, that launch is not.
func (g *gas) priceFaults(launches []Launch) []Fault {
	f := g.suggested
	if f.Base == nil {
		return nil
	}
	within, ok := g.learned(f).Within(g.MaxFee)
	if !ok {
		return []Fault{fault("gas_too_dear", "the base fee is %s gwei and at most %s may be paid: payments wait, and this server charges none, until it falls", gwei(f.Base), gwei(g.MaxFee))}
	}
	var faults []Fault
	costs := new(big.Int).Mul(within.Price(), big.NewInt(MintGas))
	for _, l := range launches {
		if limit := g.maxMintGas(l); limit != nil && costs.Cmp(limit) > 0 {
			faults = append(faults, launchFault("gas_too_dear", l, "the gas of a mint of %s costs %s gwei, more than %d %% of its price", l.Slug, gwei(costs), g.GasShare))
		}
	}
	return faults
}

// maxMintGas returns the wei that the gas of one mint of a launch may cost; nil if
// there is no limit or it is not known.
func (g *gas) maxMintGas(l Launch) *big.Int {
	if g.GasShare <= 0 || g.CoinPrice == nil || g.CoinPrice.Sign() <= 0 {
		return nil
	}
	wei := new(big.Int).Mul(l.Price, big.NewInt(int64(g.GasShare)))
	wei.Mul(wei, exp10(18+6))
	return wei.Div(wei, new(big.Int).Mul(g.CoinPrice, new(big.Int).Mul(big.NewInt(100), exp10(int(l.Asset.Decimals)))))
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

// MinGas is the maximum gas of a transaction, EIP-7825's cap.
const MinGas = 1 << 24

// budgetPeriod is the period of Settings.Budget.
const budgetPeriod = 24 * time.Hour

// check reads, once per block, whether our senders can pay for gas.
func (g *gas) check(ctx context.Context, _ []Launch) error {
	if g.checked.Hash == g.view.head.Hash {
		return nil
	}
	if g.due() {
		if err := g.readSenders(ctx); err != nil {
			g.readAt = time.Time{}
			return err
		}
	}
	g.checked = g.view.head
	return nil
}

// readSenders reads which senders have enough coin for a transaction of full size. A
// sender keeps its status if its balance cannot be read. It is an error if no balance
// can be read.
func (g *gas) readSenders(ctx context.Context) error {
	var price error
	accounts := slices.Concat(g.senders, g.minters)
	balances, errs := make([]*big.Int, len(accounts)), make([]error, len(accounts))
	parts := []func(){func() { price = g.readFees(ctx) }}
	for i, s := range accounts {
		parts = append(parts, func() {
			answered := g.silence.asking()
			balances[i], errs[i] = g.chain.Balance(ctx, s)
			answered(errs[i])
		})
	}
	g.turns.all(parts...)
	if price != nil {
		return price
	}
	fees, err := g.fees()
	if errors.Is(err, ErrTooDear) {
		return nil // nothing is signed now, whatever the balances are
	}
	if err != nil {
		return err
	}
	need := new(big.Int).Mul(fees.Cap, big.NewInt(MinGas))
	g.floor = coinsAtLeast(need)
	var troubles []error
	for i, s := range accounts {
		balance, err := balances[i], errs[i]
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		enough := balance.Cmp(need) >= 0
		if had, known := g.canPay[s]; !enough && (had || !known) {
			g.log.Warn("sender has too little coin for gas", "sender", s, "wei", balance, "needs", need)
		}
		g.canPay[s] = enough
	}
	if len(troubles) == len(accounts) {
		return errors.Join(troubles...)
	}
	return nil
}

// coinsAtLeast formats wei as coins, rounded up to 0.0001, so that the text stays the same while fees
// vary little.
func coinsAtLeast(wei *big.Int) string {
	unit := big.NewInt(1e14)
	up := new(big.Int).Add(wei, new(big.Int).Sub(unit, big.NewInt(1)))
	return new(big.Rat).SetFrac(up.Div(up, unit), big.NewInt(10_000)).FloatString(4)
}

// faults returns faults if no transaction of ours can be paid for.
func (g *gas) faults() []Fault {
	var faults []Fault
	if !slices.ContainsFunc(g.senders, func(s common.Address) bool { enough, known := g.canPay[s]; return enough || !known }) {
		faults = append(faults, ofSenders(fault("no_gas", "no sender has enough coin for gas: a sender sells while it has at least %s in the chain's coin; send it more than that", g.floor)))
	}
	if g.overspent() {
		faults = append(faults, fault("gas_budget", "gas cost %s wei in the last 24 hours, and the limit of %s leaves too little for a mint", g.spent.All, g.Budget))
	}
	return faults
}

// due reports whether balances and fees are to be read with this head.
func (g *gas) due() bool {
	now := g.clock()
	if g.rhythm.idle && !g.readAt.IsZero() && now.Sub(g.readAt) < gasAge && g.enough() {
		return false
	}
	g.readAt = now
	return true
}

// enough reports whether any sender was seen to have enough.
func (g *gas) enough() bool {
	for _, enough := range g.canPay {
		if enough {
			return true
		}
	}
	return false
}

func larger(a, b *big.Int) *big.Int {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}
