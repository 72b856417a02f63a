package deploy

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/names"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/weburl"
	"github.com/mint402/mint402/x402"
)

// Input is the description of a launch as a person entered it, in flags or in the
// dashboard's form. Price is a decimal number of whole units of the asset; Allotment and
// Cap are whole tokens. Limit is a number of allotments. Addresses are hex. Times are RFC
// 3339 or a duration from now. An empty text is a missing value.
type Input struct {
	Name, Symbol, Price, Allotment, Cap, Limit string
	Opens, Closes                              string
	Treasury, Owner, Minter, ContractURI, Salt string // Minter may be "none"; Salt is 32 bytes as hex, or any text
	Slug, Description, Image                   string
	// AbsoluteTimes refuses durations for Opens and Closes. With a duration such as 24h, the
	// same input describes another launch, with another address, a second later.
	AbsoluteTimes bool
}

var symbolPattern = regexp.MustCompile(`^[A-Za-z0-9$._-]{1,11}$`)

// Complete fills in missing values. The slug comes from the symbol, and the minter is the
// server's, if it has one. On a test network, the account from becomes owner and treasury;
// guessed lists which of these two it became.
func (d *Input) Complete(from, minter common.Address, testnet bool) (guessed []string) {
	if d.Slug == "" {
		d.Slug = Slug(d.Symbol)
	}
	if d.Minter == "" && minter != (common.Address{}) {
		d.Minter = minter.Hex()
	}
	for _, role := range []struct {
		name string
		to   *string
	}{{"owner", &d.Owner}, {"treasury", &d.Treasury}} {
		if *role.to == "" && testnet {
			*role.to = from.Hex()
			guessed = append(guessed, role.name)
		}
	}
	return guessed
}

// Validate returns the deployment that the input describes. If terms are invalid, the error
// is of type InvalidTerms and lists all of them.
func (d *Input) Validate(asset x402.Asset, now time.Time) (chain.Deployment, error) {
	var f InvalidTerms
	t := bindings.Terms{Name: d.Name, Symbol: d.Symbol, ContractURI: d.ContractURI, Asset: asset.Address}
	d.checkNames(&f)
	t.Price = d.amount(&f, "price", d.Price, asset.Parse)
	t.Allotment = d.amount(&f, "allotment", d.Allotment, amount.Units.Parse)
	t.Cap = d.amount(&f, "cap", d.Cap, amount.Units.Parse)
	t.Limit = d.supply(&f, t)
	t.OpensAt = d.moment(&f, "opens", d.Opens, now)
	t.ClosesAt = d.moment(&f, "closes", d.Closes, now)
	if t.ClosesAt != 0 && (t.ClosesAt <= t.OpensAt || t.ClosesAt <= uint64(now.Unix())) {
		f.add("closes", "%s is not after the opening time and now", d.Closes)
	}
	for _, a := range []struct {
		term, value string
		to          *common.Address
	}{{"owner", d.Owner, &t.Owner}, {"treasury", d.Treasury, &t.Treasury}, {"minter", d.Minter, &t.Minter}} {
		if a.value == "" {
			if a.term != "minter" {
				f.add(a.term, noDefault)
			}
			continue
		}
		if a.value == "none" && a.term == "minter" {
			continue
		}
		address, err := chain.ParseAddress(a.value)
		switch *a.to = address; {
		case err != nil && strings.Contains(a.value, "."):
			f.add(a.term, "%v; names such as %.40q are not resolved", err, a.value)
		case err != nil:
			f.add(a.term, "%v", err)
		case address == common.Address{} && a.term != "minter":
			f.add(a.term, "is the zero address, which has no key")
		}
	}
	made := chain.Deployment{Terms: t}
	// A salt that is not 32 bytes as hex is hashed to 32 bytes.
	if d.Salt != "" && made.Salt.UnmarshalText([]byte(d.Salt)) != nil {
		made.Salt = crypto.Keccak256Hash([]byte(d.Salt))
	}
	if len(f) > 0 {
		return made, f
	}
	return made, nil
}

// checkNames checks the texts of the launch, in the contract and in the listing.
func (d *Input) checkNames(f *InvalidTerms) {
	first, _ := utf8.DecodeRuneInString(d.Name)
	last, _ := utf8.DecodeLastRuneInString(d.Name)
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		f.add("name", Missing)
	case !printable(d.Name) || n > 64:
		f.add("name", "is not 1 to 64 printable characters")
	case unicode.IsSpace(first) || unicode.IsSpace(last):
		f.add("name", "begins or ends with a space")
	case keyPattern.MatchString(d.Name):
		f.add("name", "has the form of a private key")
	case hidesMore(d.Name):
		f.add("name", "has a space other than the usual one, marks that are not shown, or more than four marks on a letter")
	case names.Skeleton(d.Name) == "":
		f.add("name", "has no letter or digit or sign that can be seen")
	}
	switch {
	case d.Symbol == "":
		f.add("symbol", Missing)
	case !symbolPattern.MatchString(d.Symbol):
		f.add("symbol", "%.200q is not 1 to 11 of letters, digits and $._-", d.Symbol)
	}
	d.checkListing(f)
	if d.ContractURI != "" && !metadataURI(d.ContractURI) {
		f.add("contractURI", "is not up to 2,048 printable characters of a URL that begins with https://, ipfs://, ar:// or data:application/json, without a user")
	}
}

// metadataURI reports whether a text can be where a contract's metadata are (ERC-7572).
func metadataURI(s string) bool {
	if strings.HasPrefix(s, "data:application/json,") || strings.HasPrefix(s, "data:application/json;") {
		return len(s) <= weburl.MaxLength && printable(s)
	}
	u, err := weburl.Parse(s, "https", "ipfs", "ar")
	return err == nil && u.User == nil
}

// blanks are letters, marks and signs that fonts draw as empty space.
const blanks = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"

// printable reports whether s has only characters that can be shown, or spaces.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || strings.ContainsRune(blanks, r) })
}

// keyPattern matches a private key: 32 bytes as hex.
var keyPattern = regexp.MustCompile(`^(0[xX])?[0-9a-fA-F]{64}$`)

// hidesMore reports whether a printable name has characters that cannot be seen in it: other spaces,
// selectors of a form, except after a sign such as a heart, or a heap of marks.
func hidesMore(name string) bool {
	marks, before := 0, rune(0)
	for _, r := range name {
		if marks++; !unicode.IsMark(r) {
			marks = 0
		}
		switch {
		case r != ' ' && unicode.IsSpace(r), marks > 4:
			return true
		case unicode.Is(unicode.Variation_Selector, r) && (r != '\ufe0e' && r != '\ufe0f' || unicode.IsLetter(before) || unicode.IsMark(before) || before == ' '):
			return true
		}
		before = r
	}
	return false
}

// checkListing checks the values that are stored only in our database, not in the
// contract.
func (d *Input) checkListing(f *InvalidTerms) {
	if d.Slug != "" && !mint.ValidSlug(d.Slug) {
		f.add("slug", "%.200q is not up to 32 of a-z, 0-9 and -", d.Slug)
	}
	switch {
	case !utf8.ValidString(d.Description):
		f.add("description", "is not text in UTF-8")
	case utf8.RuneCountInString(d.Description) > profile.MaxDescription:
		f.add("description", "is more than 1,000 characters")
	case strings.ContainsFunc(d.Description, profile.Hides):
		f.add("description", "has characters that are not shown, or that turn text around")
	}
	if d.Image == "" {
		return
	}
	if _, err := weburl.Parse(d.Image, "https"); err != nil {
		f.add("image", "cannot be used: %v", err)
	}
}

// Numbers as people write them: with commas between thousands, and with one before decimals.
var (
	grouped      = regexp.MustCompile(`^[1-9][0-9]{0,2}(,[0-9]{3}){1,20}(\.[0-9]{1,18})?$`)
	decimalComma = regexp.MustCompile(`^[0-9]{1,40},[0-9]{1,18}$`)
)

// amount parses an amount that must be more than zero. It returns zero for one that cannot
// be parsed.
func (d *Input) amount(f *InvalidTerms, term, value string, parse func(string) (*big.Int, error)) *big.Int {
	if value == "" {
		f.add(term, Missing)
		return new(big.Int)
	}
	n, err := parse(value)
	switch {
	case err != nil && grouped.MatchString(value):
		f.add(term, "is %q: write %s, without commas", value, strings.ReplaceAll(value, ",", ""))
		return new(big.Int)
	case err != nil && decimalComma.MatchString(value):
		f.add(term, "is %q: write %s, with a point", value, strings.Replace(value, ",", ".", 1))
		return new(big.Int)
	case err != nil:
		f.add(term, "is not an amount: %v", err)
		return new(big.Int)
	case n.Sign() <= 0:
		f.add(term, "must be more than zero")
	}
	return n
}

// supply checks that price, allotment, cap and limit fit together, and returns the
// limit.
func (d *Input) supply(f *InvalidTerms, t bindings.Terms) *big.Int {
	limit := int64(0)
	if d.Limit != "" {
		var err error
		if limit, err = strconv.ParseInt(d.Limit, 10, 64); err != nil || limit < 0 || strconv.FormatInt(limit, 10) != d.Limit {
			f.add("limit", "%.200q is not a whole number, 1 or more (0: the cap)", d.Limit)
			limit = 0
		}
	}
	if f.Of("price", "allotment", "cap") {
		return big.NewInt(limit)
	}
	count, rest := new(big.Int).QuoRem(t.Cap, t.Allotment, new(big.Int))
	switch {
	case rest.Sign() != 0:
		f.add("cap", "%s is not a multiple of the allotment %s", d.Cap, d.Allotment)
		if count.Sign() > 0 {
			(*f)[len(*f)-1].Suggestion = amount.Tokens(new(big.Int).Mul(t.Allotment, count)) + " is a multiple"
		}
		return big.NewInt(limit)
	case !count.IsInt64() || t.Cap.BitLen() > 112:
		f.add("cap", "%s is more than the contract can count", d.Cap)
		return big.NewInt(limit)
	case limit > count.Int64():
		f.add("limit", "%d is more than the cap of %s allotments", limit, count)
	}
	maxQuantity := count // of one payment, in allotments
	if limit > 0 {
		maxQuantity = big.NewInt(limit)
	}
	if !new(big.Int).Mul(maxQuantity, t.Price).IsInt64() {
		f.add("limit", "is too large: the price of such a payment exceeds what the contract can count")
		(*f)[len(*f)-1].Suggestion = "N limits the allotments of a payment"
	}
	return big.NewInt(limit)
}

// moment parses an RFC 3339 time, or a duration from now, and returns Unix seconds. It
// returns 0 for an empty or an invalid text.
func (d *Input) moment(f *InvalidTerms, term, s string, now time.Time) uint64 {
	if s == "" {
		return 0
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		if d.AbsoluteTimes {
			f.add(term, "%.200q cannot be read: expected 2027-01-01T00:00:00Z", s)
			return 0
		}
		after, err := time.ParseDuration(s)
		if err != nil || after <= 0 {
			f.add(term, "%.200q cannot be read: expected 2027-01-01T00:00:00Z, or a duration such as 24h", s)
			return 0
		}
		at = now.Add(after)
	}
	if at.Nanosecond() != 0 && err == nil {
		f.add(term, "%.200q has a fraction of a second, which a contract cannot keep", s)
		return 0
	}
	if at.Unix() <= 0 {
		f.add(term, "%s is before 1970", s)
		return 0
	}
	return uint64(at.Unix())
}
