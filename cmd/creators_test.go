package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// openServer is a server that takes launches of any wallet, with its operator: wallet 0.
func openServer(t *testing.T, args ...string) (d demonstration, url string, operator *owner) {
	t.Helper()
	d = theDemo(t)
	minter, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	d.transact(t, 0, addressOf(minter), coins(1), nil)
	s := d.seller(t).with("MINT402_MINTER_KEY=" + common.Bytes2Hex(crypto.FromECDSA(minter)))
	_, url = s.serving(append([]string{"--admin", d.Wallets[0].Address.Hex(), "--open-launches"}, args...)...)
	return d, url, d.owner(t, url, 0)
}

// form is that of a creator's launch, with changes.
func form(t *testing.T, name, symbol string, changes object) object {
	f := object{"name": name, "symbol": symbol, "price": "0.25", "allotment": "100", "cap": "1000", "limit": 5, "slug": strings.ToLower(symbol), "salt": t.Name()}
	maps.Copy(f, changes)
	return f
}

// deploys deploys a form's launch from a wallet.
func (o *owner) deploys(wallet int, f object) {
	o.t.Helper()
	if fate := o.sign(wallet, o.ask("POST", "/admin/launches/preview", f, 200)["transaction"]); fate["status"] != "mined" {
		o.t.Fatalf("%v", fate)
	}
}

// wrong is the form's field that is refused, and why.
func (o *owner) wrong(path string, f object, field string) string {
	o.t.Helper()
	answer := o.ask("POST", path, f, 400)
	if at(answer, "error.field") != field {
		o.t.Errorf("%v: %v; want %s", f, answer, field)
	}
	return fmt.Sprint(at(answer, "error.message"))
}

func TestTwoCreatorsLaunchOnOneServerAndTheOperatorListsOne(t *testing.T) {
	long(t)
	d, url, operator := openServer(t)
	one, two := d.owner(t, url, 2), d.owner(t, url, 3)
	f := form(t, "Aubergine", "AUBER", nil)
	one.ask("POST", "/admin/launches/register", f, 409) // there is nothing yet
	one.deploys(2, f)
	two.ask("POST", "/admin/launches/register", f, 409) // of its own there is none
	theirs := maps.Clone(f)
	theirs["treasury"] = d.Wallets[2].Address.Hex()
	two.ask("POST", "/admin/launches/register", theirs, 409) // nor with the same terms: the address is the wallet's
	made := one.ask("POST", "/admin/launches/register", f, 200)
	if at(made, "launch.creator") != d.Wallets[2].Address.Hex() || at(made, "launch.owner") != d.Wallets[0].Address.Hex() {
		t.Fatalf("%v", made)
	}
	if again := one.ask("POST", "/admin/launches/register", f, 200); at(again, "launch.token") != at(made, "launch.token") {
		t.Fatalf("%v", again)
	}
	g := form(t, "Broccoli", "BROCC", nil)
	two.deploys(3, g)
	two.ask("POST", "/admin/launches/register", g, 200)
	for o, sees := range map[*owner]string{one: "auber", two: "brocc", operator: "auber brocc"} {
		all, _ := o.overview("")
		var slugs []string
		for _, l := range all["launches"].([]any) {
			slugs = append(slugs, at(l, "launch.slug").(string))
		}
		if strings.Join(slugs, " ") != sees {
			t.Errorf("%v, want %s", slugs, sees)
		}
	}
	eventually(t, "both are sold", func() bool {
		_, a := operator.overview("auber")
		_, b := operator.overview("brocc")
		return at(a, "launch.status") == "open" && at(b, "launch.status") == "open"
	})
	listed := func(slug string, want bool) {
		t.Helper()
		for _, path := range []string{"/launches", "/sitemap.xml", "/llms.txt", "/tokenlist.json"} {
			has := func() bool {
				text := curl(t, url+path, "")
				return strings.Contains(text, "/l/"+slug) || strings.Contains(text, "/launches/"+slug) || strings.Contains(text, strings.ToUpper(slug))
			}
			if want {
				eventually(t, path+" has "+slug, has) // documents are made again at times
			} else if has() {
				t.Errorf("%s has %s", path, slug)
			}
		}
	}
	listed("auber", false)
	page := fetchPage(t, url+"/l/auber")
	if !strings.Contains(page, `content="noindex"`) || !strings.Contains(page, d.Wallets[2].Address.Hex()) || !strings.Contains(page, "not by the operator") {
		t.Errorf("the page: %s", page)
	}
	operator.ask("POST", "/admin/home", object{"show": []string{"auber"}}, 200)
	listed("auber", true)
	listed("brocc", false)
	if answer := curl(t, url+"/mint", ""); !strings.HasPrefix(answer, "HTTP/1.1 404") {
		t.Errorf("/mint sells a creator's launch: %s", answer)
	}
	d.payerShell(t, 1).ok("", "mint", url+"/launches/brocc/mint", "--yes")
	operator.ask("POST", "/admin/home", object{"default": "auber"}, 200)
	d.payerShell(t, 1).ok("", "mint", url+"/mint", "--yes")
	call := operator.ask("POST", "/admin/calls", object{"launch": "auber", "verb": "pause"}, 200)
	if call["signer"] != d.Wallets[0].Address.Hex() || call["refused"] != nil {
		t.Errorf("%v", call)
	}
	for _, verb := range []string{"pause", "unpause", "setMinter", "refund", "mintSettled"} {
		one.ask("POST", "/admin/calls", object{"launch": "auber", "verb": verb}, 403)
	}
	one.ask("POST", "/admin/calls", object{"launch": "auber", "verb": "withdraw"}, 200)
	one.ask("POST", "/admin/calls", object{"launch": "brocc", "verb": "withdraw"}, 404)
	one.ask("POST", "/admin/launches/brocc/off-sale", object{}, 404)
	for range 2 {
		two.ask("POST", "/admin/launches/brocc/off-sale", object{}, 200)
	}
	if answer := curl(t, url+"/launches/brocc/mint", ""); !strings.HasPrefix(answer, "HTTP/1.1 410") {
		t.Errorf("%s", answer)
	}
}

// fetchPage is a page as a browser gets it.
func fetchPage(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("User-Agent", "Mozilla/5.0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatACreatorMayNotLaunchIsRefusedWithTheField(t *testing.T) {
	long(t)
	d, url, operator := openServer(t, "--creator-launches", "1", "--allow-name", "DAI")
	one, two := d.owner(t, url, 2), d.owner(t, url, 3)
	const preview, register = "/admin/launches/preview", "/admin/launches/register"
	for _, path := range []string{preview, register} {
		for _, c := range []struct {
			name, symbol string
			changes      object
			field, says  string
		}{
			{"USD Сoin", "AAA", nil, "name", "looks like USDC"},
			{"Aaa", "U$DC", object{"slug": "aaa"}, "symbol", "looks like USDC"},
			{"Aaa", "ETH", object{"slug": "aaa"}, "symbol", "looks like ETH"},
			{"Aaa", "AAA", object{"price": "0.09"}, "price", "0.10"},
			{"Aaa", "AAA", object{"owner": d.Wallets[2].Address.Hex()}, "owner", "money of payers"},
			{"Aaa", "AAA", object{"minter": d.Wallets[2].Address.Hex()}, "minter", "server"},
			{"Aaa", "AAA", object{"minter": "none"}, "minter", "server"},
			{strings.Repeat("A", 9000), "AAA", nil, "name", "64"},
			{"Aaa", strings.Repeat("A", 9000), object{"slug": "aaa"}, "symbol", "11"},
			{"\u202eAaa", "AAA", nil, "name", "printable"},
			{"Aaa", "AAA", object{"slug": "../admin"}, "slug", "a-z"},
			{"Aaa", "AAA", object{"treasury": "0x12"}, "treasury", "hex"},
		} {
			if says := one.wrong(path, form(t, c.name, c.symbol, c.changes), c.field); !strings.Contains(says, c.says) {
				t.Errorf("%s: %.300s, want %q", path, says, c.says)
			}
		}
	}
	f := form(t, "Carrot", "DAI", object{"slug": "carrot"})
	one.deploys(2, f)
	one.ask("POST", register, f, 200)
	if says := two.wrong(preview, form(t, "Саrrоt", "BBB", nil), "name"); !strings.Contains(says, "looks like another launch") || strings.Contains(says, "DAI") {
		t.Errorf("a launch that is not listed: %s", says)
	}
	operator.ask("POST", "/admin/home", object{"show": []string{"carrot"}}, 200)
	if says := two.wrong(preview, form(t, "Саrrоt", "BBB", nil), "name"); !strings.Contains(says, "looks like the launch DAI (Carrot)") {
		t.Errorf("a launch that is listed: %s", says)
	}
	if says := two.wrong(preview, form(t, "Bbb", "BBB", object{"slug": "carrot"}), "slug"); strings.Contains(says, "Carrot") {
		t.Errorf("%s", says)
	}
	one.ask("POST", preview, form(t, "More", "MORE", nil), 409) // one launch is all that a wallet may make
	operator.ask("POST", "/admin/creators", object{"wallet": d.Wallets[3].Address.Hex(), "banned": true}, 200)
	two.ask("POST", preview, form(t, "Bbb", "BBB", nil), 403)
	operator.ask("POST", "/admin/creators", object{"wallet": d.Wallets[3].Address.Hex(), "banned": false}, 200)
	g := form(t, "Dill", "DILL", nil)
	two.deploys(3, g)
	token := common.HexToAddress(two.ask("POST", preview, g, 200)["token"].(string))
	d.transact(t, 0, token, coins(0), bindings.NewLaunch().PackSetMinter(d.Wallets[3].Address))
	if answer := two.ask("POST", register, g, 409); !strings.Contains(fmt.Sprint(answer), "the minter of") {
		t.Errorf("%v", answer)
	}
	two.ask("POST", "/admin/launches", g, 403)
	two.ask("POST", "/admin/home", object{"show": []string{"carrot"}}, 403)
}

func TestOpenLaunchesNeedTheMintersKeyAndSensibleLimits(t *testing.T) {
	s := newShell(t).with("MINT402_SENDER_KEY=" + strings.Repeat("11", 32))
	for says, args := range map[string][]string{
		"needs an account of yours":     {"--open-launches"},
		"needs the minter's key":        {"--open-launches", "--creator-owner", "0x00000000000000000000000000000000000000aa"},
		"--creator-owner":               {"--creator-owner", "0x00000000000000000000000000000000000000aa"},
		"together with --open-launches": {"--list-launches"},
		"--creator-launches 0":          {"--open-launches", "--creator-launches", "0"},
		"--creator-min-price":           {"--open-launches", "--creator-min-price", "x"},
		"at most --gas-budget":          {"--open-launches", "--creator-gas", "2", "--gas-budget", "1"},
		"--creator 0x":                  {"--open-launches", "--creator", "0x0000000000000000000000000000000000000000"},
	} {
		s.refused(2, says, "", append([]string{"serve"}, args...)...)
	}
}

func TestHomeListsLaunchesOfCreatorsAndBansThem(t *testing.T) {
	s := newShell(t)
	db, err := store.Open(s.env["MINT402_DB"])
	if err != nil {
		t.Fatal(err)
	}
	creator := common.Address{7}
	l := mint.Launch{Slug: "made", ChainID: 84532, Token: common.Address{1}, Asset: x402.Asset{Address: common.Address{2}}, Name: "Made", Symbol: "MADE", Creator: creator,
		Price: big.NewInt(1), Allotment: big.NewInt(1), Cap: 1, Limit: 1}
	if err := errors.Join(store.CreatorTable{Store: db}.Save(t.Context(), l, store.CreatorLimits{}, false), db.Close()); err != nil {
		t.Fatal(err)
	}
	now := func(args ...string) arranged {
		t.Helper()
		return decode[arranged](t, s.ok("", append([]string{"home", "--json"}, args...)...).out)
	}
	if r := now(); !slices.Equal(r.Hidden, []string{"made"}) || r.Creators["made"] != creator || r.Banned == nil {
		t.Errorf("%+v", r)
	}
	if r := now("--list", "made", "--ban", creator.Hex()); len(r.Hidden) != 0 || !slices.Equal(r.Banned, []common.Address{creator}) {
		t.Errorf("%+v", r)
	}
	if r := s.ok("", "home"); !strings.Contains(r.out, creator.Hex()+" made made") || !strings.Contains(r.out, "banned    "+creator.Hex()) {
		t.Error(r.out)
	}
	if r := now("--unban", creator.Hex()); len(r.Banned) != 0 {
		t.Errorf("%+v", r)
	}
	s.refused(2, "--ban", "", "home", "--ban", "0x12")
	s.refused(2, "one of [made]", "", "home", "--list", "other")
}

func TestALaunchIsPaidInAnAssetThatTheServerTakes(t *testing.T) {
	long(t)
	other := anotherAsset(t)
	d, url, operator := openServer(t, "--asset", other.Hex(), "--asset", other.Hex())
	creator := d.owner(t, url, 2)
	for _, o := range []*owner{operator, creator} {
		all, _ := o.overview("")
		if at(all, "assets.0.address") != other.Hex() || at(all, "assets.1.address") != d.Asset.Hex() || at(all, "assets.2") != nil {
			t.Errorf("launches may be paid in %v", all["assets"])
		}
	}
	const preview, register = "/admin/launches/preview", "/admin/launches/register"
	for _, asset := range []string{"USDC", "0x", d.Token.Hex(), d.Wallets[2].Address.Hex(), strings.Repeat("9", 5000)} {
		f := form(t, "Chicory", "CHIC", object{"asset": asset})
		for _, o := range []*owner{operator, creator} {
			if why := o.wrong(preview, f, "asset"); !strings.Contains(why, other.Hex()) || !strings.Contains(why, d.Asset.Hex()) {
				t.Errorf("%.50s: %.300s", asset, why)
			}
		}
		creator.wrong(register, f, "asset")
	}
	for symbol, asset := range map[string]common.Address{"CHICA": {}, "CHICB": other, "CHICC": d.Asset} {
		f := form(t, "Chicory "+symbol[4:], symbol, nil)
		want := asset
		if f["asset"] = asset.Hex(); want == (common.Address{}) {
			want, f["asset"] = other, ""
		}
		creator.deploys(2, f)
		if made := creator.ask("POST", register, f, 200); at(made, "launch.asset.address") != want.Hex() {
			t.Errorf("%s is paid in %v, want %s", symbol, at(made, "launch.asset"), want)
		}
	}
	eventually(t, "a launch in the network's own asset is open", func() bool {
		_, l := operator.overview("chicc")
		return at(l, "launch.status") == "open"
	})
	d.payerShell(t, 1).ok("", "mint", url+"/launches/chicc/mint", "--yes")
	d.payerShell(t, 1).refused(4, "", "", "mint", url+"/launches/chicb/mint", "--yes") // it has none of that asset
}

// anotherAsset deploys a second asset on the demo's chain.
func anotherAsset(t *testing.T) common.Address {
	t.Helper()
	d := theDemo(t)
	tx := &types.DynamicFeeTx{Data: common.FromHex(bindings.TestUSDCMetaData.Bin), Gas: 5_000_000}
	hash := d.submit(t, 3, tx)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := d.dial(t).Wait(ctx, hash); err != nil {
		t.Fatal(err)
	}
	return crypto.CreateAddress(d.Wallets[3].Address, tx.Nonce)
}
