package cmd

import (
	"net/http"
	"strings"
	"testing"

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
	s.refused(1, "run this command again", "", "delist", "good")
	st.stop()
	st.ended()
	if r := s.ok("", "relist", "wrong"); !strings.Contains(r.out, "on sale again") {
		t.Error(r.out)
	}
	if r := decode[listed](t, s.ok("", "relist", "wrong", "--json").out); r.Delisted || !r.Already {
		t.Errorf("%+v", r)
	}
}
