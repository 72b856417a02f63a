package cmd

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

var symbolPattern = regexp.MustCompile(`^[A-Za-z0-9$._-]{1,11}$`)

// launchDefaults checks what was given and fills in what may be missing.
func (p *Program) launchDefaults(f *launchFlags, from common.Address, testnet bool) error {
	for _, s := range []struct{ flag, value string }{
		{"name", f.name}, {"symbol", f.symbol}, {"price", f.price}, {"allotment", f.allotment}, {"cap", f.cap}} {
		if s.value == "" {
			return &usageError{hint(fmt.Errorf("--%s is missing", s.flag), "mint402 launch --help shows an example")}
		}
	}
	if n := utf8.RuneCountInString(f.name); !utf8.ValidString(f.name) || n > 64 || plain(f.name) != f.name {
		return usage("--name: expected 1 to 64 printable characters")
	}
	if first, _ := utf8.DecodeRuneInString(f.name); unicode.IsSpace(first) {
		return usage("--name begins with a space")
	}
	if !symbolPattern.MatchString(f.symbol) {
		return usage("--symbol %q: expected 1 to 11 of letters, digits and $._-", plain(f.symbol))
	}
	if f.limit < 0 {
		return usage("--limit %d: expected 1 or more", f.limit)
	}
	if f.slug == "" {
		f.slug = slugOf(f.symbol)
	}
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`).MatchString(f.slug) {
		return usage("--slug %q: expected up to 32 of a-z, 0-9 and -", plain(f.slug))
	}
	if f.minter == "" {
		minter, err := p.minterKey("")
		if err != nil {
			return err
		}
		if minter != nil {
			f.minter = addressOf(minter).Hex()
		}
	}
	for _, role := range []struct {
		flag string
		to   *string
	}{{"owner", &f.owner}, {"treasury", &f.treasury}} {
		if *role.to != "" {
			continue
		}
		if !testnet {
			return &usageError{hint(fmt.Errorf("--%s is missing", role.flag), "on a mainnet it is best a multisig, and never guessed")}
		}
		*role.to = from.Hex()
		p.say("warning: the %s is the deployer %s; in earnest give --%s", role.flag, from.Hex(), role.flag)
	}
	return nil
}

// deployment is what the flags ask for, on that node's chain.
func (f *launchFlags) deployment(n *node, now time.Time) (chain.Deployment, error) {
	var d chain.Deployment
	t := &d.Terms
	t.Name, t.Symbol, t.ContractURI, t.Asset = f.name, f.symbol, f.contractURI, n.network.Asset.Address
	t.Limit = big.NewInt(f.limit)
	var err error
	if t.Price, err = n.network.Asset.Parse(f.price); err != nil {
		return d, usage("--price: %w", err)
	}
	if t.Allotment, err = units.Parse(f.allotment); err != nil {
		return d, usage("--allotment: %w", err)
	}
	if t.Cap, err = units.Parse(f.cap); err != nil {
		return d, usage("--cap: %w", err)
	}
	if t.Price.Sign() == 0 || t.Allotment.Sign() == 0 || t.Cap.Sign() == 0 {
		return d, usage("--price, --allotment and --cap are more than zero")
	}
	count, rest := new(big.Int).QuoRem(t.Cap, t.Allotment, new(big.Int))
	if rest.Sign() != 0 {
		return d, &usageError{hint(fmt.Errorf("the cap %s is no multiple of the allotment %s", f.cap, f.allotment),
			"--cap %s would be", whole(new(big.Int).Mul(t.Allotment, count)))}
	}
	if !count.IsInt64() || t.Cap.BitLen() > 112 {
		return d, usage("--cap %s is more than the contract can count", f.cap)
	}
	if f.limit > count.Int64() {
		return d, usage("--limit %d is more than the cap of %s allotments", f.limit, count)
	}
	most := count
	if f.limit > 0 {
		most = big.NewInt(f.limit)
	}
	if !new(big.Int).Mul(most, t.Price).IsInt64() {
		return d, &usageError{hint(errors.New("a payment for the whole cap is more than can be counted"), "--limit N bounds a payment")}
	}
	if t.OpensAt, err = moment("--opens", f.opens, now); err != nil {
		return d, err
	}
	if t.ClosesAt, err = moment("--closes", f.closes, now); err != nil {
		return d, err
	}
	if t.ClosesAt != 0 && (t.ClosesAt <= t.OpensAt || t.ClosesAt <= uint64(now.Unix())) {
		return d, usage("--closes %s is not after --opens and now", f.closes)
	}
	for _, a := range []struct {
		flag, value string
		to          *common.Address
	}{{"--treasury", f.treasury, &t.Treasury}, {"--owner", f.owner, &t.Owner}, {"--minter", f.minter, &t.Minter}} {
		if a.value == "" || a.value == "none" && a.flag == "--minter" {
			continue
		}
		if *a.to, err = parseAddress(a.flag, a.value); err != nil {
			return d, err
		}
	}
	if f.salt != "" && d.Salt.UnmarshalText([]byte(f.salt)) != nil {
		d.Salt = crypto.Keccak256Hash([]byte(f.salt))
	}
	return d, nil
}

// moment reads an RFC 3339 time or a duration from now, as Unix seconds.
func moment(flag, s string, now time.Time) (uint64, error) {
	if s == "" {
		return 0, nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		after, err := time.ParseDuration(s)
		if err != nil || after <= 0 {
			return 0, usage("%s %q: expected 2027-01-01T00:00:00Z, or a duration such as 24h", flag, s)
		}
		at = now.Add(after)
	}
	if at.Unix() <= 0 {
		return 0, usage("%s %s is long past", flag, s)
	}
	return uint64(at.Unix()), nil
}

// termsOf is the launch as it will be sold.
func termsOf(t bindings.Terms, n *node) mint.Launch {
	l := mint.Launch{ChainID: n.network.ChainID, Asset: n.network.Asset, Name: t.Name, Symbol: t.Symbol, ContractURI: t.ContractURI,
		Price: t.Price, Allotment: t.Allotment, Treasury: t.Treasury, Owner: t.Owner, Minter: t.Minter}
	l.Cap = new(big.Int).Div(t.Cap, t.Allotment).Int64()
	l.Limit = l.Cap
	if t.Limit.Sign() > 0 {
		l.Limit = t.Limit.Int64()
	}
	for _, at := range []struct {
		to      *time.Time
		seconds uint64
	}{{&l.OpensAt, t.OpensAt}, {&l.ClosesAt, t.ClosesAt}} {
		if at.seconds != 0 {
			*at.to = time.Unix(int64(at.seconds), 0).UTC()
		}
	}
	return l
}
