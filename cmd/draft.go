package cmd

import (
	"math/big"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// draft is a launch as the user described it, in flags or in the dashboard's form.
type draft struct {
	name, symbol, price, allotment, cap, limit string
	opens, closes                              string
	treasury, owner, minter, contractURI, salt string
	slug, description, image                   string
	// dated allows only absolute times for opens and closes. A relative time such as
	// 24h would describe another launch a second later.
	dated bool
}

var symbolPattern = regexp.MustCompile(`^[A-Za-z0-9$._-]{1,11}$`)

// complete fills in missing values: the slug, the server's minter, and, on a test
// network, from as owner and treasury. It returns the roles for which it used from.
func (d *draft) complete(from, minter common.Address, testnet bool) (guessed []string) {
	if d.slug == "" {
		d.slug = slugOf(d.symbol)
	}
	if d.minter == "" && minter != (common.Address{}) {
		d.minter = minter.Hex()
	}
	for _, role := range []struct {
		name string
		to   *string
	}{{"owner", &d.owner}, {"treasury", &d.treasury}} {
		if *role.to == "" && testnet {
			*role.to = from.Hex()
			guessed = append(guessed, role.name)
		}
	}
	return guessed
}

// deployment returns the deployment that the draft describes. Its error is of type
// flaws and contains all of them.
func (d *draft) deployment(asset x402.Asset, now time.Time) (chain.Deployment, error) {
	var f flaws
	t := bindings.Terms{Name: d.name, Symbol: d.symbol, ContractURI: d.contractURI, Asset: asset.Address}
	d.checkNames(&f)
	t.Price = d.amount(&f, "price", d.price, asset.Parse)
	t.Allotment = d.amount(&f, "allotment", d.allotment, units.Parse)
	t.Cap = d.amount(&f, "cap", d.cap, units.Parse)
	t.Limit = d.supply(&f, t)
	t.OpensAt = d.moment(&f, "opens", d.opens, now)
	t.ClosesAt = d.moment(&f, "closes", d.closes, now)
	if t.ClosesAt != 0 && (t.ClosesAt <= t.OpensAt || t.ClosesAt <= uint64(now.Unix())) {
		f.add("closes", "%s is not after opening and now", d.closes)
	}
	for _, a := range []struct {
		term, value string
		to          *common.Address
	}{{"owner", d.owner, &t.Owner}, {"treasury", d.treasury, &t.Treasury}, {"minter", d.minter, &t.Minter}} {
		if a.value == "" {
			if a.term != "minter" {
				f.add(a.term, nobodysGuess)
			}
			continue
		}
		if a.value == "none" && a.term == "minter" {
			continue
		}
		address, wrong := readAddress(a.value)
		if *a.to = address; wrong != "" {
			f.add(a.term, "%s", wrong)
		}
	}
	made := chain.Deployment{Terms: t}
	if d.salt != "" && made.Salt.UnmarshalText([]byte(d.salt)) != nil {
		made.Salt = crypto.Keccak256Hash([]byte(d.salt))
	}
	if len(f) > 0 {
		return made, f
	}
	return made, nil
}

// checkNames checks the texts that are shown to people.
func (d *draft) checkNames(f *flaws) {
	first, _ := utf8.DecodeRuneInString(d.name)
	switch n := utf8.RuneCountInString(d.name); {
	case n == 0:
		f.add("name", missing)
	case !printable(d.name) || n > 64:
		f.add("name", "is not 1 to 64 printable characters")
	case unicode.IsSpace(first):
		f.add("name", "begins with a space")
	}
	switch {
	case d.symbol == "":
		f.add("symbol", missing)
	case !symbolPattern.MatchString(d.symbol):
		f.add("symbol", "%q is not 1 to 11 of letters, digits and $._-", plain(d.symbol))
	}
	d.checkListing(f)
	if len(d.contractURI) > 2048 || !printable(d.contractURI) {
		f.add("contractURI", "is not up to 2,048 printable characters")
	}
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) })
}

// checkListing checks the values that are stored in our database and not in the
// contract.
func (d *draft) checkListing(f *flaws) {
	if d.slug != "" && !mint.ValidSlug(d.slug) {
		f.add("slug", "%q is not up to 32 of a-z, 0-9 and -", plain(d.slug))
	}
	if !utf8.ValidString(d.description) || utf8.RuneCountInString(d.description) > 1000 {
		f.add("description", "is more than 1,000 characters")
	}
	if d.image == "" {
		return
	}
	if u, err := url.Parse(d.image); err != nil || u.Scheme != "https" || u.Host == "" || len(d.image) > 2048 {
		f.add("image", "is no URL that begins with https://")
	}
}

// amount parses an amount that must be more than zero.
func (d *draft) amount(f *flaws, term, value string, parse func(string) (*big.Int, error)) *big.Int {
	if value == "" {
		f.add(term, missing)
		return new(big.Int)
	}
	n, err := parse(value)
	switch {
	case err != nil:
		f.add(term, "is no amount: %v", err)
		return new(big.Int)
	case n.Sign() <= 0:
		f.add(term, "is not more than zero")
	}
	return n
}

// supply checks that price, allotment, cap and limit fit together, and returns the
// limit.
func (d *draft) supply(f *flaws, t bindings.Terms) *big.Int {
	limit := int64(0)
	if d.limit != "" {
		var err error
		if limit, err = strconv.ParseInt(d.limit, 10, 64); err != nil || limit < 0 {
			f.add("limit", "%q is not a whole number, 1 or more", plain(d.limit))
			limit = 0
		}
	}
	if f.of("price", "allotment", "cap") {
		return big.NewInt(limit)
	}
	count, rest := new(big.Int).QuoRem(t.Cap, t.Allotment, new(big.Int))
	switch {
	case rest.Sign() != 0:
		f.add("cap", "%s is no multiple of the allotment %s", d.cap, d.allotment)
		if count.Sign() > 0 {
			(*f)[len(*f)-1].hint = whole(new(big.Int).Mul(t.Allotment, count)) + " would be"
		}
		return big.NewInt(limit)
	case !count.IsInt64() || t.Cap.BitLen() > 112:
		f.add("cap", "%s is more than the contract can count", d.cap)
		return big.NewInt(limit)
	case limit > count.Int64():
		f.add("limit", "%d is more than the cap of %s allotments", limit, count)
	}
	most := count
	if limit > 0 {
		most = big.NewInt(limit)
	}
	if !new(big.Int).Mul(most, t.Price).IsInt64() {
		f.add("limit", "is too large: a payment for it is more than can be counted")
		(*f)[len(*f)-1].hint = "N bounds a payment"
	}
	return big.NewInt(limit)
}

// moment parses an RFC 3339 time or a duration from now, and returns Unix seconds.
func (d *draft) moment(f *flaws, term, s string, now time.Time) uint64 {
	if s == "" {
		return 0
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		if d.dated {
			f.add(term, "%q cannot be read: expected 2027-01-01T00:00:00Z", plain(s))
			return 0
		}
		after, err := time.ParseDuration(s)
		if err != nil || after <= 0 {
			f.add(term, "%q cannot be read: expected 2027-01-01T00:00:00Z, or a duration such as 24h", plain(s))
			return 0
		}
		at = now.Add(after)
	}
	if at.Unix() <= 0 {
		f.add(term, "%s is long past", s)
		return 0
	}
	return uint64(at.Unix())
}
