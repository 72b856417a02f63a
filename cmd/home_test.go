package cmd

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/server/api"
)

func TestDelistTakesALaunchOffTheShopUntilRelist(t *testing.T) {
	long(t)
	d := theDemo(t)
	variable, minter := minterOf(t)
	s := d.seller(t).with(variable)
	s.refused(2, "--db FILE", "", "delist", "good")
	for _, slug := range []string{"good", "wrong"} {
		s.ok("", terms(t, "--salt", t.Name()+slug, "--slug", slug, "--minter", minter.Hex())...)
	}
	s.refused(2, "one of [good wrong]", "", "delist", "another")
	if r := decode[listed](t, s.ok("", "delist", "wrong", "--json").out); !r.Delisted || r.Already {
		t.Errorf("%+v", r)
	}
	if r := s.ok("", "delist", "wrong"); !strings.Contains(r.out, "already off sale") {
		t.Error(r.out)
	}
	st, url := s.serving()
	if l, status := getJSON[api.Launches](t, url+"/launches"); status != http.StatusOK || len(l.Launches) != 1 || l.Launches[0].Slug != "good" {
		t.Errorf("%d: %+v", status, l)
	}
	if r := s.ok("", "delist", "good"); !strings.Contains(r.err, "asking it") || !strings.Contains(r.out, "off sale") {
		t.Errorf("%s%s", r.out, r.err)
	}
	if l, _ := getJSON[api.Launches](t, url+"/launches"); l.Total != 0 {
		t.Errorf("%+v", l)
	}
	if r := decode[listed](t, s.ok("", "delist", "good", "--json").out); !r.Already {
		t.Errorf("%+v", r)
	}
	st.stop()
	st.ended()
	if r := s.ok("", "relist", "wrong"); !strings.Contains(r.out, "on sale again") {
		t.Error(r.out)
	}
	if r := decode[listed](t, s.ok("", "relist", "wrong", "--json").out); r.Delisted || !r.Already {
		t.Errorf("%+v", r)
	}
}

func TestHomeShowsAndChangesWhatPeopleFind(t *testing.T) {
	long(t)
	d := theDemo(t)
	variable, minter := minterOf(t)
	s := d.seller(t).with(variable)
	s.refused(2, "--db FILE", "", "home", "--default", "a")
	for _, slug := range []string{"a", "b", "c"} {
		s.ok("", terms(t, "--salt", t.Name()+slug, "--slug", slug, "--minter", minter.Hex())...)
	}
	now := func(args ...string) arranged {
		t.Helper()
		return decode[arranged](t, s.ok("", append([]string{"home", "--json"}, args...)...).out)
	}
	if r := now(); !slices.Equal(r.Launches, []string{"a", "b", "c"}) || r.Default != "" || r.Hidden == nil {
		t.Errorf("%+v", r)
	}
	if r := now("--order", "c, b", "--hide", "a", "--default", "b", "--front", "c"); !slices.Equal(r.Launches, []string{"c", "b", "a"}) ||
		r.Default != "b" || r.Front != "c" || !slices.Equal(r.Hidden, []string{"a"}) {
		t.Errorf("%+v", r)
	}
	if r := s.ok("", "home"); !strings.Contains(r.out, "b, as chosen") || !strings.Contains(r.out, "hidden    a") {
		t.Error(r.out)
	}
	s.refused(2, "one of [c b a]", "", "home", "--default", "x")
	s.refused(2, "one of [c b a]", "", "home", "--show", "x")
	s.refused(2, "twice", "", "home", "--order", "a,a")
	s.refused(2, "one of [c b a]", "", "relist", "x")
	s.ok("", "delist", "a")
	s.refused(2, "on sale", "", "home", "--default", "a")
	st, url := s.serving()
	if l, _ := getJSON[api.Launches](t, url+"/launches"); l.Default != "b" || l.Total != 2 || l.Launches[0].Slug != "b" {
		t.Errorf("%+v", l)
	}
	if r := now("--default", "c", "--hide", "b"); r.Default != "c" { // the server makes it
		t.Errorf("%+v", r)
	}
	if l, _ := getJSON[api.Launches](t, url+"/launches"); l.Default != "c" || l.Total != 1 {
		t.Errorf("%+v", l)
	}
	s.refused(2, "one of [c b a]", "", "home", "--hide", "x")
	s.refused(2, "on sale", "", "home", "--default", "a")
	wallet := common.Address{1}
	if r := now("--ban", wallet.Hex()); !slices.Equal(r.Banned, []common.Address{wallet}) {
		t.Errorf("%+v", r)
	}
	if r := now("--unban", wallet.Hex(), "--show", "b"); len(r.Banned) > 0 {
		t.Errorf("%+v", r)
	}
	st.stop()
	st.ended()
	if r := now("--order", "none", "--show", "a", "--default", "auto", "--front", "auto"); !slices.Equal(r.Launches, []string{"a", "b", "c"}) ||
		r.Default+r.Front != "" || len(r.Hidden) > 0 || !slices.Equal(r.Delisted, []string{"a"}) {
		t.Errorf("%+v", r)
	}
}
