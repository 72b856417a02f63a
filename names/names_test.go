package names_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mint402/mint402/names"
)

// base is what may not be imitated on Base.
var base = names.Known("base", names.Token{Name: "USD Coin", Symbol: "USDC"})

func TestWhatLooksLikeAWellKnownTokenIsFound(t *testing.T) {
	for _, text := range []string{
		"USDC", "usdc", "UsDc", " U S D C ", "U.S.D.C", "U-S-D-C", "USDС", "ՍЅDC", "υsdc", "ＵＳＤＣ", "𝐔𝐒𝐃𝐂", "ⓊⓈⒹⒸ", "🇺🇸🇩🇨", "🅄🅂🄳🄲", "🆄🆂🅳🅲",
		"U\u200bS\u200dD\ufeffC", "U\u0301S\u0336D\u20e3C", "ÚŚDÇ", "U\u202eSDC", "U$DC", "U5DC", "USDC.e", "axlUSDC", "USDCoin", "USD C0in", "USD Coin", "USD Сoin",
		"Official USDC", "USDC 🔵", "USD  Coin (native)", "USDC v2", "USDT", "ΤΕΤΗΕR", "Tether USD", "EURC", "ΕURС", "ETH", "ЕТН", "E T H", "Wrapped ETH", "The real ETH", "Ether",
		"Εther", "WETH", "VVETH", "W3TH", "cbBTC", "CBBTС", "DAI", "DA1", "DAl", "D\u0410I", "ᎠᎪI", "Dai Stablecoin", "USDbC",
		"USDϹ", "ᑌᏚᎠᏟ", "USSDC", "USD₮", "Ξther", "US0C", "ETH2", "USDC7", "Tether Gold", "USDe", "FRAX", "Uniswap", "rETH", "SOL", "XRP", "BNB", "DOGE", "PEPE", "Shiba Inu", "mint402", "Coinbase", "Circle", "Base",
		"⋃SDC", "USꓒC", "E⟙H",
	} {
		if found := names.Find(names.Token{Name: text, Symbol: "XQZ"}, base, nil); found == nil || found.Field != "name" {
			t.Errorf("the name %q (%q): %+v", text, names.Skeleton(text), found)
		}
		if found := names.Find(names.Token{Name: "Xqz", Symbol: text}, base, nil); found == nil || found.Field != "symbol" {
			t.Errorf("the symbol %q (%q): %+v", text, names.Skeleton(text), found)
		}
	}
}

func TestOrdinaryNamesAreNoImitations(t *testing.T) {
	for _, text := range []string{"Ping", "PONG", "Ethan", "Together", "Daisy", "Days", "Bosworth", "Ethereal", "Base Camp", "Bridge", "Coin", "The Coin", "Real", "Sweet", "Netherlands",
		"猫", "🎈", "Кот", "Ünïcörn", "Round 1", "E", "USA", "Euros for all", "Bitcoins of mine", "Sei gegrüßt", "Aerosmith", "Tethered", "My Story", "Link in Bio", "Flare Gun", "Soleil", "Unicorn", "Circles", "Pepe's Pizza", "Fraxinus", "Basel", "Solo", "Ethos",
		"Daily", "Dais", "Summer 2027", "Bubble", "Woodstock", "Shibuya", "Dogear", "Virtual Tour", "Museum", "Ten Thousand Days"} {
		if found := names.Find(names.Token{Name: text, Symbol: "XQZ"}, base, nil); found != nil {
			t.Errorf("%q (%q) is an imitation of %+v", text, names.Skeleton(text), found.Of)
		}
	}
}

func TestALaunchThatLooksLikeAnotherIsFound(t *testing.T) {
	others := []names.Token{{Name: "Paper Moon", Symbol: "MOON"}, {Name: "🎈", Symbol: "LlI10O"}}
	for _, of := range []names.Token{{Name: "Paper Moon", Symbol: "A"}, {Name: "рареr‑mооn!", Symbol: "A"}, {Name: "PaperMoon", Symbol: "A"}, {Name: "Paper Rnoon", Symbol: "A"}, {Name: "A", Symbol: "M00N"},
		{Name: "A", Symbol: "ΜΟΟΝ"}, {Name: "Moon", Symbol: "A"}, {Name: "A", Symbol: "paper.moon"}, {Name: "🎈", Symbol: "A"}, {Name: "🎈\u200d ", Symbol: "A"}, {Name: "A", Symbol: "1111OO"}} {
		if names.Find(of, base, others) == nil {
			t.Errorf("%+v (%q) is taken", of, names.Skeleton(of.Name))
		}
	}
	for _, of := range []names.Token{{Name: "Paper Moons", Symbol: "MOONS"}, {Name: "🎉", Symbol: "A"}, {Name: "", Symbol: ""}} {
		if found := names.Find(of, base, others); found != nil {
			t.Errorf("%+v is an imitation of %+v", of, found.Of)
		}
	}
}

func FuzzSkeleton(f *testing.F) {
	for _, s := range []string{"USDC", "\xff\xfe", strings.Repeat("\u0301", 1000), "🇺🇸", "ß", "\u2800", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := names.Skeleton(s)
		if !utf8.ValidString(once) && utf8.ValidString(s) {
			t.Fatalf("%q becomes %q", s, once)
		}
		if len(once) > 20*len(s)+20 {
			t.Fatalf("%q becomes %d bytes", s, len(once))
		}
		names.Find(names.Token{Name: s, Symbol: s}, names.Known("base", names.Token{Name: "USD Coin", Symbol: "USDC"}), []names.Token{{Name: s}})
	})
}
