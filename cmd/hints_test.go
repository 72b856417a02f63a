package cmd

import (
	"bytes"
	"encoding/csv"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/store"
)

func TestSubmitLooksForTheNodeBeforeItSignsAndFindsTheDemos(t *testing.T) {
	d := theDemo(t)
	s := d.payerShell(t, 2)
	r := s.with("MINT402_RPC=http://127.0.0.1:1").refused(6, "nothing was signed", "", "submit", d.MintURL, "--yes")
	if kept := s.undecided(); len(kept) != 0 {
		t.Fatalf("kept %d payments\n%s", len(kept), r.err)
	}
	withdraw, err := s.program(nil, io.Discard, io.Discard).announce(t.Context(), announced{URL: d.URL, RPC: d.RPC, DB: d.Database})
	if err != nil {
		t.Fatal(err)
	}
	defer withdraw()
	delete(s.env, "MINT402_RPC")
	done := decode[minted](t, s.ok("", "submit", d.MintURL, "--yes", "--json").out)
	eventually(t, "the server knows the mint", func() bool {
		return s.run("", "receipt", done.PaymentID.String(), "--url", d.URL).code == 0
	})
	for _, from := range [][]string{{"--url", d.URL}, {"--db", d.Database}} {
		if shown := s.ok("", append([]string{"receipt", done.PaymentID.String()}, from...)...).out; strings.Contains(shown, "explorer") {
			t.Errorf("no explorer sees the demo's chain: %s", shown)
		}
	}
}

func TestOrdersArePrintedAsCSVAndJSONHasNoEmptyURL(t *testing.T) {
	d := theDemo(t)
	s := newShell(t, "MINT402_DB="+d.Database)
	rows, err := csv.NewReader(strings.NewReader(s.ok("", "orders", "--csv", "--launch", "gone").out)).ReadAll()
	if err != nil || len(rows) != 2 || rows[0][0] != "payment_id" || rows[1][1] != "gone" || rows[0][len(rows[0])-1] != "network" || rows[1][len(rows[1])-1] != "eip155:84532" {
		t.Errorf("%v: %q", err, rows)
	}
	if out := s.ok("", "orders", "--json", "--launch", "gone").out; !strings.Contains(out, `"paymentId"`) || strings.Contains(out, `"url"`) {
		t.Error(out)
	}
}

func TestALaunchIsPausedBySlug(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	token := decode[launched](t, s.ok("", terms(t, "--salt", t.Name(), "--slug", "named")...).out).Token
	if !strings.Contains(s.ok("", "pause", "named", "--yes", "--json").out, strings.ToLower(token.Hex())) {
		t.Error("another launch was paused")
	}
	if r := s.ok("", "unpause", "named", "--yes"); !strings.Contains(r.out, "unpaused") {
		t.Error(r.out)
	}
	s.ok("", "withdraw", "named", "--yes")
	s.refused(2, "one of [named]", "", "pause", "other", "--yes")
}

func TestAPictureThatIsSmallOrNotSquareIsTakenWithAWarning(t *testing.T) {
	s := newShell(t)
	listedLaunch(t, s)
	for size, says := range map[image.Point]string{{20, 20}: "20 × 20 pixels, and pages show it enlarged", {900, 300}: "pages show a square", {512, 512}: ""} {
		var file bytes.Buffer
		if err := png.Encode(&file, image.NewGray(image.Rectangle{Max: size})); err != nil {
			t.Fatal(err)
		}
		r := s.ok(file.String(), "edit", "ping", "--image", "-")
		if says != "" && !strings.Contains(r.err, says) || says == "" && strings.Contains(r.err, "warning") {
			t.Errorf("%v: %s", size, r.err)
		}
	}
}

func TestADatabaseOfAnotherNetworkIsRefusedBeforeTheQuestionAboutAMainnet(t *testing.T) {
	s := newShell(t, "MINT402_SENDER_KEY="+demoKeys[1])
	db, err := store.Open(s.env["MINT402_DB"])
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Bind(84532, common.Hash{1}); err != nil {
		t.Fatal(err)
	}
	db.Close()
	r := s.refused(1, "it is of chain 84532", "base\n", "serve", "--network", "base", "--listen", "127.0.0.1:0")
	if strings.Contains(r.err, "mainnet") {
		t.Error(r.err)
	}
}

func TestARefusalOfSeveralOffersIsPrintedOnceWithTheNetworksName(t *testing.T) {
	d := theDemo(t)
	s := d.payerShell(t, 2)
	for says, args := range map[string][]string{"is above the maximum": {"--max", "0.01"}, "Base Sepolia (eip155:84532) is not among those allowed": {"--network", "base"}} {
		if r := s.refused(4, says, "", append([]string{"mint", d.MintURL, "--yes"}, args...)...); strings.Count(r.err, says) != 1 {
			t.Error(r.err)
		}
	}
}

func TestALimitOfZeroIsExplained(t *testing.T) {
	d := theDemo(t)
	s := d.seller(t)
	r := s.ok("", append(terms(t, "--salt", t.Name(), "--limit", "0"), "--dry-run")...)
	if !strings.Contains(r.err, "one payment may buy all that is left") || !strings.Contains(r.err, " ETH") || !strings.Contains(r.out, decode[launched](t, r.out).Token.Hex()) {
		t.Errorf("%s%s", r.out, r.err)
	}
}
