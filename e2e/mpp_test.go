package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// mppxBin is the command of mppx 0.11.0.
var mppxBin = filepath.Join("mppx", "node_modules", ".bin", "mppx")

// TestMppxPaysADemo has the client of MPP pay as its SDK and as its command, with its
// defaults, and validates the server with its own validator.
func TestMppxPaysADemo(t *testing.T) {
	begin(t)
	if _, err := os.Stat(mppxBin); err != nil {
		t.Fatalf("mppx is missing (make test-e2e, or npm ci in e2e/mppx, brings it): %v", err)
	}
	shown, l := startDemoWithLedger(t)
	var payers []payer
	for _, w := range shown.Wallets {
		key, err := crypto.ToECDSA(w.Key)
		if err != nil {
			t.Fatal(err)
		}
		payers = append(payers, payer{key, crypto.PubkeyToAddress(key.PublicKey)})
	}
	t.Run("SDK", func(t *testing.T) {
		mintsOnce(t, l, payers[0], func(key string) {
			var said struct {
				Status  int
				Receipt struct {
					Method, Reference, Status string
					Nonces                    []common.Hash
				}
				Body receipt
			}
			out := run(t, []string{"URL=" + shown.MintURL, "KEY=" + key}, "node", "mppx/pay.mjs")
			if err := json.Unmarshal([]byte(out), &said); err != nil {
				t.Fatalf("mppx printed %q: %v", out, err)
			}
			r := said.Receipt
			if said.Status != 200 || r.Method != "evm" || r.Status != "success" || r.Reference != said.Body.Transaction || len(r.Nonces) != 1 {
				t.Errorf("mppx was told %s", out)
			}
		})
	})
	t.Run("SDK without money", func(t *testing.T) {
		key, err := crypto.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		out := run(t, []string{"URL=" + shown.MintURL, "KEY=" + hexutil.Encode(crypto.FromECDSA(key))}, "node", "mppx/pay.mjs")
		var said struct {
			Status  int
			Receipt struct{ Nonces []common.Hash }
			Body    struct{ Type string }
		}
		if err := json.Unmarshal([]byte(out), &said); err != nil {
			t.Fatalf("mppx printed %q: %v", out, err)
		}
		if said.Status != 402 || !strings.HasSuffix(said.Body.Type, "/verification-failed") || len(said.Receipt.Nonces) != 1 {
			t.Errorf("mppx signed for %d nonces: %s", len(said.Receipt.Nonces), out)
		}
	})
	t.Run("command", func(t *testing.T) {
		mintsOnce(t, l, payers[1], func(key string) {
			out := run(t, []string{"MPPX_PRIVATE_KEY=" + key, "MPPX_RPC_URL=" + shown.RPC, "NO_UPDATE_NOTIFIER=1", "HOME=" + t.TempDir()}, mppxBin, shown.MintURL, "--protocol", "mpp", "--silent")
			if !strings.Contains(out, `"paymentId"`) {
				t.Errorf("mppx printed %s", out)
			}
		})
	})
	t.Run("validate", func(t *testing.T) {
		for _, endpoint := range []string{"GET:/mint", "POST:/mint"} {
			validates(t, strings.TrimSuffix(shown.MintURL, "/mint"), endpoint)
		}
	})
	l.books(t, 0)
}

// mintsOnce has a payer pay, and checks on the chain that it bought one allotment at its
// price.
func mintsOnce(t *testing.T, l *ledger, p payer, pay func(key string)) {
	t.Helper()
	had, held := l.usdc(t, p.address), l.allotments(t, p.address)
	pay(hexutil.Encode(crypto.FromECDSA(p.key)))
	if paid, got := had-l.usdc(t, p.address), l.allotments(t, p.address)-held; paid != price || got != 1 {
		t.Errorf("the payer paid %d and got %d allotments; the price is %d", paid, got, price)
	}
}

// validates runs mppx's validator for an endpoint. It has no key, so its payment phase is
// skipped.
func validates(t *testing.T, url, endpoint string) {
	t.Helper()
	out := run(t, []string{"NO_UPDATE_NOTIFIER=1", "HOME=" + t.TempDir()}, "node", "mppx/validate.mjs", url, endpoint)
	var said struct {
		Failed, Warned []string
		Passed         int
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("the validator printed %q: %v", out, err)
	}
	if len(said.Failed) > 0 || len(said.Warned) > 0 || said.Passed < 12 {
		t.Errorf("%s: %s", endpoint, out)
	}
}
