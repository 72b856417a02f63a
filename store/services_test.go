package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/store"
)

func TestTheVerificationOfASourceSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	l := launch("ping", 10)
	want := source.State{Address: l.Token, Service: "https://sourcify.example", Title: "Sourcify", Status: source.Submitted, Ticket: "t-1", Asked: noon, Failures: 2, Error: "busy", Next: noon.Add(time.Minute)}
	table := store.SourceTable{Store: s}
	must(t, table.SaveSource(ctx, want))
	other := want
	other.Service = "https://scan.example/api"
	must(t, table.SaveSource(ctx, other))
	want.Status, want.Match, want.URL, want.Ticket, want.Error, want.VerifiedAt = source.Verified, source.Same, "https://repo.example/1", "", "", noon.Add(time.Hour)
	must(t, table.SaveSource(ctx, want)) // in place of the first
	must(t, s.Close())
	got := take[[]source.State](t)(store.SourceTable{Store: openAt(t, path)}.Sources(ctx))
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	if got[0].Service != want.Service {
		got[0], got[1] = got[1], got[0]
	}
	if got[0] != want || got[1] != other {
		t.Errorf("%+v\nwant %+v\nand %+v", got, want, other)
	}
	reader := take[*store.Store](t)(store.OpenReader(path))
	defer reader.Close()
	if got := take[[]source.State](t)(store.SourceTable{Store: reader}.Sources(ctx)); len(got) != 2 {
		t.Errorf("a reader gets %+v", got)
	}
}
