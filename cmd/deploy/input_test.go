package deploy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

var (
	now    = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	payer  = common.HexToAddress("0x1111")
	minter = common.HexToAddress("0x2222")
)

func input() Input {
	return Input{Name: "Ping", Symbol: "PING", Price: "0.10", Allotment: "5000", Cap: "50000", Limit: "3", Opens: "24h", Closes: "2027-01-01T00:00:00Z"}
}

func asset(t *testing.T) x402.Asset {
	t.Helper()
	n, ok := x402.NetworkByName("base-sepolia")
	if !ok {
		t.Fatal("there is no base-sepolia")
	}
	return n.Asset
}

func TestAnInputIsCompletedAndGivesItsTerms(t *testing.T) {
	d := input()
	if guessed := d.Complete(payer, minter, true); len(guessed) != 2 || d.Slug != "ping" {
		t.Errorf("guessed %v, slug %q", guessed, d.Slug)
	}
	made, err := d.Validate(asset(t), now)
	if err != nil {
		t.Fatal(err)
	}
	l := Launch(made.Terms, x402.Networks()[0])
	if l.Owner != payer || l.Treasury != payer || l.Minter != minter || l.Cap != 10 || l.Limit != 3 || l.Price.Int64() != 100_000 {
		t.Errorf("%+v", l)
	}
	if !l.OpensAt.Equal(now.Add(24*time.Hour)) || l.ClosesAt.Year() != 2027 {
		t.Errorf("opens %s, closes %s", l.OpensAt, l.ClosesAt)
	}
}

func TestEveryInvalidTermIsReportedAtOnce(t *testing.T) {
	d := input()
	d.Name, d.Symbol, d.Price, d.Cap, d.AbsoluteTimes, d.Minter, d.Image = "", "P!", "0", "12000", true, "0x12", "http://example.org"
	if d.Complete(payer, minter, false) != nil {
		t.Error("a role was guessed on a mainnet")
	}
	_, err := d.Validate(asset(t), now)
	var invalid InvalidTerms
	if !errors.As(err, &invalid) {
		t.Fatalf("%v", err)
	}
	for _, term := range []string{"name", "symbol", "price", "opens", "owner", "treasury", "minter", "image"} {
		if !invalid.Of(term) {
			t.Errorf("%s is not among them: %v", term, err)
		}
	}
	if invalid.Of("closes", "allotment", "salt") {
		t.Errorf("a valid term is among them: %v", err)
	}
	d = input()
	d.Complete(payer, minter, true)
	d.Cap = "12000"
	_, err = d.Validate(asset(t), now)
	if !errors.As(err, &invalid) || len(invalid) != 1 || invalid[0].Suggestion != "10000 is a multiple" {
		t.Errorf("a cap that is no multiple: %+v", invalid)
	}
}

func TestASlugIsMadeOfASymbol(t *testing.T) {
	for symbol, want := range map[string]string{"PING": "ping", "$A.B": "a-b", "...": "token"} {
		if got := Slug(symbol); got != want || !mint.ValidSlug(got) {
			t.Errorf("%s: %q, want %q", symbol, got, want)
		}
	}
}

func TestADescriptionWithHiddenCharactersIsRefusedHereToo(t *testing.T) {
	for text, fine := range map[string]bool{"Two\nlines, 👩‍🚀": true, "\u0000abc": false, "abc\u202edcba": false} {
		var wrong InvalidTerms
		if (&Input{Description: text}).checkListing(&wrong); wrong.Of("description") == fine {
			t.Errorf("%q: %v", text, wrong)
		}
	}
}

func TestACountWithCommasAndANameForAnAddressAreExplained(t *testing.T) {
	in := Input{Name: "A", Symbol: "A", Price: "0.10", Allotment: "5,000", Cap: "5,000,000", Treasury: "vitalik.eth", Owner: "vitalik.eth"}
	_, err := in.Validate(x402.Asset{Decimals: 6}, time.Unix(1_700_000_000, 0))
	for _, says := range []string{"write 5000, without commas", "write 5000000, without commas", "are not resolved"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

func TestACommaIsReadAsItWasMeant(t *testing.T) {
	for given, hint := range map[string]string{
		"10,5": "write 10.5, with a point", "0,10": "write 0.10, with a point", "0,100": "write 0.100, with a point", "1,5": "write 1.5, with a point",
		"1,000": "write 1000, without commas", "1,000.50": "write 1000.50, without commas", "12,345,678": "write 12345678, without commas",
		"1,00,000": "is not an amount", ",5": "is not an amount", "1,000,5": "is not an amount",
	} {
		var f InvalidTerms
		(&Input{}).amount(&f, "price", given, x402.Asset{Decimals: 6}.Parse)
		if len(f) != 1 || !strings.Contains(f[0].Message, hint) {
			t.Errorf("%s: %v", given, f)
		}
	}
}

func TestANameThatCannotBeSeenIsRefused(t *testing.T) {
	for _, name := range []string{"\u3164", "\u2800", "\u1160", "\u115f", "\uffa0", "\u17b4", "\u0301\u0301\u0301", "\u2800\u2800x", "A\u034fB", "\u00ad", "\u200b",
		"Ping ", "Ping\u00a0", "\u3000Ping", "a\u00a0b", "a\u2000b", "a\u202fb", "a\u1680b", "Ping\ufe0f", "Ping\ufe00", "Ping\u180b", "Ping\U000e0100", "❤\ufe0f\ufe0f", " \ufe0f", "a" + strings.Repeat("\u0301", 5)} {
		in := input()
		in.Name = name
		_, err := in.Validate(asset(t), now)
		var wrong InvalidTerms
		if !errors.As(err, &wrong) || !wrong.Of("name") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"Ping", "é́", "核桃", "🥜", "$", "Пинг", "한글", "❤️ Ping", "1️⃣", "กิ่ง", "पिंग", "Việt", "a b"} {
		in := input()
		in.Name = name
		_, err := in.Validate(asset(t), now)
		var wrong InvalidTerms
		if errors.As(err, &wrong) && wrong.Of("name") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
