package cmd

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/cmd/deploy"
)

func TestALaunchHasTheMinterOfTheServerThatWillSellItBeforeAnyGasIsSpent(t *testing.T) {
	long(t)
	d := theDemo(t)
	requests, err := deploy.NewRequests(d.Database)
	if err != nil {
		t.Fatal(err)
	}
	var minter common.Address
	eventually(t, "the demo has announced its minter", func() bool {
		note, err := requests.Server()
		minter = note.Minter
		return err == nil && minter != (common.Address{})
	})
	s := d.payerShell(t, 2)
	args := []string{"launch", "--name", "Tiny", "--symbol", "TINY", "--price", "0.10", "--allotment", "10", "--cap", "20", "--db", d.Database, "--out", t.TempDir(), "--salt", t.Name()}
	dry := s.ok("", append(args, "--dry-run")...)
	if !strings.Contains(dry.err, "the minter is "+minter.Hex()) || !strings.Contains(dry.err, "check server    ok") {
		t.Errorf("%s", dry.err)
	}
	none := append(args, "--minter", "none")
	s.refused(1, "check server    FAILED", "", append(none, "--dry-run")...)
	if r := s.refused(1, "nothing was sent", "", append(none, "--yes")...); !strings.Contains(r.err, "--minter "+minter.Hex()) {
		t.Errorf("%s", r.err)
	}
	if r := s.ok("", append(args, "--yes")...); !strings.Contains(r.err, "the server has registered it") || !strings.Contains(r.err, "mint402 edit tiny --db ") {
		t.Errorf("%s", r.err)
	}
}
