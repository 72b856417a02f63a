package admin_test

import (
	"reflect"
	"testing"

	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

func TestTheOperatorArrangesTheHomePageWhileTheServerRuns(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{AnotherListing: true})
	cookie := w.signIn(k)
	change := func(body string, want admin.Home) {
		t.Helper()
		got := servertest.Decode[admin.Home](w.Post("POST", "/admin/home", body, cookie).Wants(200))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
		if o := servertest.Decode[admin.Overview](w.Get("/admin/overview", cookie).Wants(200)); !reflect.DeepEqual(o.Home, want) {
			t.Errorf("the overview has %+v, want %+v", o.Home, want)
		}
	}
	none := []string{}
	change(`{}`, admin.Home{Order: none, Hidden: none, Delisted: none})
	change(`{"default":"pong","front":"ping","order":["pong","ping"],"hide":["ping"]}`, admin.Home{Default: "pong", Front: "ping", Order: []string{"pong", "ping"}, Hidden: []string{"ping"}, Delisted: none})
	if l := servertest.Decode[api.Launches](w.Get("/launches", nil).Wants(200)); l.Default != "pong" || l.Total != 1 {
		t.Errorf("%+v", l)
	}
	change(`{"show":["ping"],"delist":["pong"]}`, admin.Home{Default: "pong", Front: "ping", Order: []string{"pong", "ping"}, Hidden: none, Delisted: []string{"pong"}})
	w.Get("/launches/pong/mint", nil).Wants(410).Problem("delisted")
	if l := servertest.Decode[api.Launches](w.Get("/launches", nil).Wants(200)); l.Default != "ping" {
		t.Errorf("/mint sells what is off sale: %+v", l)
	}
	refused := func(body string, status int) {
		t.Helper()
		w.Post("POST", "/admin/home", body, cookie).Wants(status)
		change(`{}`, admin.Home{Default: "pong", Front: "ping", Order: []string{"pong", "ping"}, Hidden: none, Delisted: []string{"pong"}})
	}
	refused(`{"default":"none"}`, 404)
	refused(`{"hide":["none"]}`, 404)
	refused(`{"default":"pong"}`, 400)
	refused(`{"order":["ping","ping"]}`, 400)
	refused(`{"hide":["ping"],"show":["ping"]}`, 400)
	refused(`{"hidden":["ping"]}`, 400)
	change(`{"default":"","front":"","order":[],"relist":["pong"]}`, admin.Home{Order: none, Hidden: none, Delisted: none})
	if a := w.Post("POST", "/admin/home", `{"default":"pong"}`, servertest.Header{"Cookie": cookie["Cookie"], "Origin": "https://evil.example"}); a.Status != 403 {
		t.Errorf("another origin's page: %d", a.Status)
	}
}
