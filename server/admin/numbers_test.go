package admin_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/servertest"
)

// item is one of the checklist, by its code.
func (w *fixture) item(cookie servertest.Header, code string) admin.Item {
	w.Helper()
	list := servertest.Decode[admin.Checklist](w.Get("/admin/checklist", cookie).Wants(200))
	left := 0
	var found admin.Item
	for _, i := range list.Items {
		if i.State == admin.ToDo || i.State == admin.NotKnown {
			left++
		}
		if i.Title == "" || i.Detail == "" {
			w.Errorf("%+v", i)
		}
		if i.Code == code {
			found = i
		}
	}
	if left != list.Left || found.Code == "" {
		w.Errorf("%+v", list)
	}
	return found
}

func TestTheChecklistReadsEachItemAnew(t *testing.T) {
	var backup admin.Backup
	w, k := dashboard(t, servertest.Sale{Dashboard: func(d *admin.Dashboard) {
		d.Backups = func() (admin.Backup, error) { return backup, nil }
	}})
	cookie := w.signIn(k)
	if i := w.item(cookie, "launch"); i.State != admin.Done || !strings.HasPrefix(i.Detail, "1 ") {
		t.Errorf("%+v", i)
	}
	if i := w.item(cookie, "https"); i.State != admin.ToDo || !strings.Contains(i.Command, "--public-url") {
		t.Errorf("%+v", i)
	}
	if i := w.item(cookie, "nodes"); i.State != admin.ToDo {
		t.Errorf("%+v", i)
	}
	if i := w.item(cookie, "gas"); i.State != admin.Done || !strings.Contains(i.Detail, "7 single mints") {
		t.Errorf("%+v", i)
	}
	if i := w.item(cookie, "verification"); i.State != admin.ToDo || i.Command != "mint402 verify --launch ping" {
		t.Errorf("%+v", i)
	}
	if i := w.item(cookie, "backup"); i.State != admin.ToDo || !strings.Contains(i.Command, "mint402 backup") {
		t.Errorf("%+v", i)
	}
	backup = admin.Backup{At: w.Engine.Clock().Add(-time.Hour), File: "/backup/a.db", Bytes: 4096, There: true}
	if i := w.item(cookie, "backup"); i.State != admin.Done || !strings.Contains(i.Detail, "/backup/a.db") || strings.Contains(i.Detail, "not there") {
		t.Errorf("%+v", i)
	}
	backup.There = false
	if i := w.item(cookie, "backup"); i.State != admin.Done || !strings.Contains(i.Detail, "not there") {
		t.Errorf("%+v", i)
	}
	if backup.At = w.Engine.Clock().AddDate(0, 0, -8); w.item(cookie, "backup").State != admin.ToDo {
		t.Error("a backup of eight days ago is old")
	}
}

func TestANoteIsAboutALaunchOrAnOrderAndBounded(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)
	s := w.Sign(w.Payer(100), "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	order := "order:" + w.ID(s).String()
	type note struct{ Of, Text, Author, At string }
	save := func(of, text string) servertest.Answer {
		body, err := json.Marshal(map[string]string{"of": of, "text": text})
		w.Must(err)
		return w.Post("POST", "/admin/notes", string(body), cookie)
	}
	for _, of := range []string{"launch:ping", order} {
		if n := servertest.Decode[note](w.Get("/admin/notes?of="+of, cookie).Wants(200)); n.Text != "" || n.At != "" {
			t.Errorf("before: %+v", n)
		}
		text := "called <script>alert(1)</script>\nand 'quotes'; --"
		if n := servertest.Decode[note](save(of, "  "+text+"\r\n").Wants(200)); n.Text != text || n.Author != servertest.Account(k).Hex() || n.At == "" {
			t.Errorf("%+v", n)
		}
		if n := servertest.Decode[note](w.Get("/admin/notes?of="+of, cookie).Wants(200)); n.Text != text {
			t.Errorf("%+v", n)
		}
	}
	save("launch:ping", strings.Repeat("é", 2000)).Wants(200)
	for _, bad := range []string{strings.Repeat("é", 2001), "a\x00b", "\x1b[31m", "\u202e\ufffd"} {
		if f := save("launch:ping", bad).Wants(400).Problem("bad_request"); f.Field != "text" {
			t.Errorf("%q: %+v", bad, f)
		}
	}
	save("launch:ping", " ").Wants(200)
	if n := servertest.Decode[note](w.Get("/admin/notes?of=launch:ping", cookie).Wants(200)); n.Text != "" {
		t.Errorf("after its end: %+v", n)
	}
	for of, status := range map[string]int{"launch:none": 404, "launch:..%2f": 404, "order:0x" + strings.Repeat("0", 64): 404, "order:1": 400, "": 400, "ping": 400} {
		w.Get("/admin/notes?of="+of, cookie).Wants(status)
	}
	w.Get("/admin/notes?of=launch:ping", nil).Wants(401)
	w.Post("POST", "/admin/notes", `{"of":"launch:ping","text":"x"}`, nil).Wants(401)
}

func TestRevenueIsAddedUpByDaysAndWeeksOfBlocks(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{AnotherListing: true})
	cookie := w.signIn(k)
	revenue := func(query string) admin.Revenue {
		t.Helper()
		return servertest.Decode[admin.Revenue](w.Get("/admin/revenue"+query, cookie).Wants(200))
	}
	if r := revenue(""); r.Total.Mints != 0 || r.Total.Paid.Formatted != "0.00" || len(r.Rows) == 0 {
		t.Errorf("before a mint: %+v", r)
	}
	w.Pay("/launches/ping/mint?quantity=2", w.Sign(w.Payer(100), "/launches/ping/mint?quantity=2", 2)).Wants(200)
	w.Pay("/launches/ping/mint", w.Sign(w.Payer(100), "/launches/ping/mint", 2)).Wants(200)
	r := revenue("?by=day")
	if r.Total.Mints != 2 || r.Total.Quantity != 3 || r.Total.Paid.Formatted != "0.30" || r.Money != "USDC" || r.Earlier.Mints != 0 {
		t.Fatalf("%+v", r)
	}
	var mints, parts int64
	for i, row := range r.Rows {
		mints += row.Mints
		for _, part := range row.Launches {
			if parts += part.Mints; part.Launch != "ping" {
				t.Errorf("%+v", part)
			}
		}
		if i > 0 && row.Start.Sub(r.Rows[i-1].Start) != 24*time.Hour || row.Start.Truncate(24*time.Hour) != row.Start {
			t.Errorf("the row %d begins at %s", i, row.Start)
		}
	}
	if mints != 2 || parts != 2 {
		t.Errorf("%+v", r.Rows)
	}
	if week := revenue("?by=week&launch=ping"); week.Total.Mints != 2 || week.Rows[0].Start.Weekday() != time.Monday {
		t.Errorf("%+v", week)
	}
	file := w.Get("/admin/revenue.csv?by=day", cookie).Wants(200).Has("Content-Type", "text/csv; charset=utf-8")
	rows, err := csv.NewReader(strings.NewReader(string(file.Body))).ReadAll()
	w.Must(err)
	if len(rows) < 2 || rows[0][0] != "day_from" || rows[1][1] != "ping" || rows[1][6] != "USDC" {
		t.Errorf("%q", rows)
	}
	for query, status := range map[string]int{"?by=year": 400, "?by=Day": 400, "?launch=none": 404, "?launch=%00": 404} {
		w.Get("/admin/revenue"+query, cookie).Wants(status)
		w.Get("/admin/revenue.csv"+query, cookie).Wants(status)
	}
}
