package cmd

import (
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func TestTheDemoGivesANewWalletWhatItNeeds(t *testing.T) {
	d := theDemo(t)
	to := common.HexToAddress("0x00000000000000000000000000000000f00dbabe")
	res, err := http.Post(d.URL+"/demo/fund", "application/json", strings.NewReader(`{"address":"`+to.Hex()+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK || string(said) != `{"address":"`+to.Hex()+`","usdc":"100.00"}` {
		t.Fatalf("%d %s", res.StatusCode, said)
	}
	if has := d.balance(t, d.Asset, to); has.Cmp(big.NewInt(100_000_000)) != 0 {
		t.Errorf("the answer came, and %s of the asset", has)
	}
	gas, err := d.dial(t).Balance(t.Context(), to)
	if err != nil || gas.Cmp(big.NewInt(1e17)) != 0 {
		t.Errorf("the answer came, and %s wei for gas, %v", gas, err)
	}
}
