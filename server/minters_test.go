package server_test

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/server/servertest"
)

// browsing are the headers of a browser.
var browsing = servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0"}

func (w *world) minters(query string) people.Minters {
	w.Helper()
	return servertest.Decode[people.Minters](w.Get("/launches/ping/minters"+query, nil).Wants(200))
}

func (w *world) rows(path string) [][]string {
	w.Helper()
	a := w.Get(path, nil).Wants(200).Has("Content-Type", "text/csv; charset=utf-8")
	rows, err := csv.NewReader(strings.NewReader(string(a.Body))).ReadAll()
	w.Must(err)
	return rows
}

func TestMintersAreListedByTheirTokensThenByTheirFirstMint(t *testing.T) {
	w := open(t, servertest.Sale{})
	if list := w.minters(""); list.Total != 0 || len(list.Minters) != 0 || list.TopTen != "0" || list.Pages != 1 {
		t.Errorf("without a mint: %+v", list)
	}
	if page := string(w.Get("/l/ping/minters", browsing).Wants(200).Body); !strings.Contains(page, "None yet.") || !strings.Contains(page, "<title>Minters of Ping") {
		t.Errorf("without a mint the page is\n%s", page)
	}
	a, b, c := w.Payer(1000), w.Payer(1000), w.Payer(1000)
	first := w.Sign(a, "/mint", 2)
	w.Pay("/mint", first).Wants(200)
	w.Pay("/mint?quantity=3", w.Sign(b, "/mint?quantity=3", 2)).Wants(200)
	last := w.Sign(a, "/mint", 2)
	w.Pay("/mint", last).Wants(200)
	w.Pay("/mint?quantity=2", w.Sign(c, "/mint?quantity=2", 2)).Wants(200)
	list := w.minters("")
	if list.Total != 3 || list.Found != 3 || list.Mints != 4 || list.Quantity != 7 || list.Tokens != "35000" || list.TopTen != "100" || len(list.Minters) != 3 || len(list.Limits) == 0 {
		t.Fatalf("%+v", list)
	}
	if m := list.Minters[0]; m.Rank != 1 || m.Address.Address != servertest.Account(b) || m.Quantity != 3 || m.Mints != 1 || m.First.PaymentID != m.Last.PaymentID || m.Paid.Formatted != "0.30" {
		t.Errorf("the largest: %+v", m)
	}
	if m := list.Minters[1]; m.Rank != 2 || m.Address.Address != servertest.Account(a) || m.Mints != 2 || m.First.PaymentID != w.ID(first) || m.Last.PaymentID != w.ID(last) || m.First.At == nil {
		t.Errorf("of two equal ones, the one that minted first is first: %+v", m)
	}
	page := string(w.Get("/l/ping/minters", browsing).Wants(200).Body)
	for _, want := range []string{servertest.Account(a).Hex(), "/r/" + w.ID(last).String(), "/avatars/" + strings.ToLower(servertest.Account(c).Hex()) + ".svg", "One person can have", `property="og:title"`} {
		if !strings.Contains(strings.ReplaceAll(page, "one person", "One person"), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	rows := w.rows("/launches/ping/minters.csv")
	if len(rows) != 4 || strings.Join(rows[0], ",") != strings.Join(people.MinterHead, ",") {
		t.Fatalf("%q", rows)
	}
	if r := rows[2]; r[0] != "2" || r[1] != servertest.Account(a).Hex() || r[2] != "2" || r[4] != "10000" || r[6] != "0.20" || r[9] != w.URL+"/r/"+w.ID(first).String() || r[11] != w.URL+"/r/"+w.ID(last).String() {
		t.Errorf("%q", r)
	}
	if head := w.Do("HEAD", "/launches/ping/minters.csv", nil).Wants(200); len(head.Body) != 0 {
		t.Errorf("HEAD has a body")
	}
}

func TestAListOfMintersIsSearchedAndPaged(t *testing.T) {
	w := open(t, servertest.Sale{})
	a, b := w.Payer(1000), w.Payer(1000)
	w.Pay("/mint?quantity=2", w.Sign(a, "/mint?quantity=2", 2)).Wants(200)
	w.Pay("/mint", w.Sign(b, "/mint", 2)).Wants(200)
	one := servertest.Account(b).Hex()
	for _, q := range []string{one, strings.ToLower(one), one[:20]} {
		if list := w.minters("?q=" + q); list.Found != 1 || list.Total != 2 || list.Minters[0].Rank != 2 || list.Minters[0].Address.Hex() != one {
			t.Errorf("%s: %+v", q, list)
		}
	}
	if list := w.minters("?q=0x" + strings.Repeat("f", 40)); list.Found != 0 || len(list.Minters) != 0 {
		t.Errorf("%+v", list)
	}
	list := w.minters("?limit=1")
	if list.Pages != 2 || list.Next != "/launches/ping/minters?limit=1&page=2" && list.Next != "/launches/ping/minters?page=2&limit=1" {
		t.Errorf("%+v", list)
	}
	if list := w.minters("?limit=1&page=999999"); list.Page != 2 || list.Minters[0].Address.Hex() != one || list.Next != "" {
		t.Errorf("a page behind the last one is the last one: %+v", list)
	}
	for query, field := range map[string]string{"?page=-1": "page", "?page=0": "page", "?page=x": "page", "?page=1e3": "page", "?page=99999999999999999999": "page", "?page=1&page=2": "page",
		"?limit=201": "limit", "?q=ping": "q", "?q=0x" + strings.Repeat("1", 41): "q", "?q=%00": "q", "?q=%27%3b--": "q"} {
		if f := w.Get("/launches/ping/minters"+query, nil).Wants(400).Problem("bad_request"); f.Field != field {
			t.Errorf("%s: %+v", query, f)
		}
		if page := string(w.Get("/l/ping/minters"+query, browsing).Wants(400).Body); !strings.Contains(page, "This is not a page of the list") {
			t.Errorf("%s: the page is\n%s", query, page)
		}
	}
	for _, path := range []string{"/launches/none/minters", "/launches/none/minters.csv", "/launches/PING!/minters"} {
		w.Get(path, nil).Wants(404).Problem("not_found")
	}
	w.Get("/l/none/minters", browsing).Wants(404)
	if got := strconv.Itoa(len(w.rows("/launches/ping/minters.csv"))); got != "3" {
		t.Errorf("%s lines", got)
	}
}
