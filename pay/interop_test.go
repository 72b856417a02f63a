package pay

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// startShop starts a server of somebody else in Node, with a facilitator that settles nothing,
// and returns its host. It is a script of e2e, which has the packages.
func startShop(t *testing.T, script string) (host string) {
	t.Helper()
	facilitator := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { facilitates(t, w, r) }))
	t.Cleanup(facilitator.Close)
	c := exec.Command("node", script)
	c.Dir, c.Stderr = "../e2e", os.Stderr
	c.Env = append(os.Environ(), "FACILITATOR="+facilitator.URL, "PAY_TO="+payTo.Hex())
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	port, ok := strings.CutPrefix(strings.TrimSpace(line), "port ")
	if err != nil || !ok {
		t.Fatalf("%s printed %q, %v (make test-e2e installs its packages)", script, line, err)
	}
	return "127.0.0.1:" + port
}

// settled is the transaction that the facilitator names.
var settled = common.Hash{9}

// facilitates answers as a facilitator. It checks the payments that the server forwards.
func facilitates(t *testing.T, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/supported" {
		_, _ = io.WriteString(w, `{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532"}],"extensions":[],"signers":{}}`)
		return
	}
	var in struct {
		PaymentPayload json.RawMessage `json:"paymentPayload"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		t.Error(err)
	}
	payment, err := x402.DecodePayment(encode(string(in.PaymentPayload)))
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := ourRequirement(t).CheckSignature(payment); err != nil {
		t.Error(err)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"isValid": true, "success": true, "payer": payment.Authorization.From.Hex(), "transaction": settled.Hex(), "network": "eip155:84532"})
}

func TestThePayerBuysFromServersOfOthers(t *testing.T) {
	if os.Getenv("MINT402_E2E") != "1" {
		t.Skip("make test-e2e runs this; it needs Node and npm")
	}
	for _, buy := range []struct{ script, path, protocol, want string }{
		{"shops/express.mjs", "/songs/1", ProtocolX402, "song 1"},
		{"mppx/shop.mjs", "/song", ProtocolX402, "a song"},
		{"mppx/shop.mjs", "/mpp", ProtocolMPP, "a song"},
	} {
		t.Run(buy.script+" by "+buy.protocol, func(t *testing.T) {
			host := startShop(t, buy.script)
			signer := KeySigner(payerKey)
			ledger, err := OpenLedger(t.TempDir(), signer.Address())
			if err != nil {
				t.Fatal(err)
			}
			p := &Payer{Signer: signer, Ledger: ledger, Limits: Limits{PerPayment: 100_000, PerDay: 100_000, Total: 100_000, Hosts: []string{host}},
				Patience: 20 * time.Second}
			res, err := (&http.Client{Transport: p}).Get("http://" + host + buy.path)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != 200 || !strings.Contains(string(body), buy.want) {
				t.Fatalf("%d %s, %v", res.StatusCode, body, err)
			}
			all := records(t, p)
			if len(all) != 1 || all[0].State != StateAnswered || all[0].Protocol != buy.protocol || all[0].Transaction != settled.Hex() {
				t.Errorf("%+v", all)
			}
		})
	}
}
