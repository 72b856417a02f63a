package pay

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// modules returns the first directory with an npm package: PAY_NODE_MODULES (a
// directory with a node_modules), e2e or bench/peers. It skips the test if there is none.
func modules(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Node")
	}
	for _, dir := range []string{os.Getenv("PAY_NODE_MODULES"), "../e2e", "../bench/peers"} {
		if at, err := filepath.Abs(dir); err == nil && dir != "" {
			if _, err := os.Stat(filepath.Join(at, "node_modules", name)); err == nil {
				return at
			}
		}
	}
	t.Skipf("the npm package %s is not installed", name)
	return ""
}

// script starts a server in Node, and returns the line that begins with a word.
func script(t *testing.T, begins string, env []string, args ...string) (line string, out *strings.Builder) {
	t.Helper()
	c := exec.Command("node", args...)
	c.Env = append(os.Environ(), env...)
	c.Stderr = os.Stderr
	pipe, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Skip("no Node: ", err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	lines := bufio.NewReader(pipe)
	line, err = lines.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, begins) {
		t.Fatalf("%q, %v", line, err)
	}
	out = &strings.Builder{}
	go func() { _, _ = io.Copy(out, lines) }()
	return strings.TrimSpace(strings.TrimPrefix(line, begins)), out
}

// dropping is a transport that hides a header of the answers.
type dropping string

func (d dropping) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		res.Header.Del(string(d))
	}
	return res, err
}

// buys buys one thing from a server of somebody else, and returns the record.
func buys(t *testing.T, address, host, want string, transport http.RoundTripper) Record {
	t.Helper()
	signer := KeySigner(payerKey)
	ledger, err := OpenLedger(t.TempDir(), signer.Address())
	if err != nil {
		t.Fatal(err)
	}
	p := &Payer{Signer: signer, Ledger: ledger, Limits: Limits{PerPayment: 100_000, PerDay: 100_000, Total: 100_000, Hosts: []string{host}}, Transport: transport, Patience: 20 * time.Second}
	res, err := (&http.Client{Transport: p}).Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || !strings.Contains(string(body), want) {
		t.Fatalf("%d %s, %v", res.StatusCode, body, err)
	}
	all := records(t, p)
	if len(all) != 1 || all[0].State != StateAnswered {
		t.Fatalf("%+v", all)
	}
	return all[0]
}

func TestThePayerBuysFromAnMppxServerByEitherProtocol(t *testing.T) {
	for hidden, protocol := range map[string]string{x402.HeaderPaymentRequired: ProtocolMPP, "WWW-Authenticate": ProtocolX402} {
		port, _ := script(t, "port ", []string{"MODULES=" + modules(t, "mppx")}, "testdata/mppx-server.mjs")
		host := "127.0.0.1:" + port
		if r := buys(t, "http://"+host+"/song", host, "a song", dropping(hidden)); r.Protocol != protocol || r.Transaction != "0x"+strings.Repeat("07", 32) {
			t.Errorf("%+v", r)
		}
	}
}

func TestThePayerBuysFromTheOfficialExpressServer(t *testing.T) {
	dir := modules(t, "@x402/express")
	// A facilitator that settles nothing. It checks what the server forwards.
	facilitator := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/supported":
			_, _ = io.WriteString(w, `{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532"}],"extensions":[],"signers":{}}`)
		case "/verify", "/settle":
			var in struct {
				PaymentPayload json.RawMessage `json:"paymentPayload"`
			}
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Error(err)
			}
			payment, err := x402.DecodePayment(encode(string(in.PaymentPayload)))
			if err != nil {
				t.Error(err)
			}
			if _, err := ourRequirement(t).CheckSignature(payment); err != nil {
				t.Error(err)
			}
			from := payment.Authorization.From.Hex()
			_ = json.NewEncoder(w).Encode(map[string]any{"isValid": true, "success": true, "payer": from, "transaction": common.Hash{9}.Hex(), "network": "eip155:84532"})
		default:
			http.NotFound(w, r)
		}
	}))
	defer facilitator.Close()
	source, err := os.ReadFile("../bench/peers/x402-express-v2.mjs")
	if err != nil {
		t.Fatal(err)
	}
	// Node finds packages next to the script; the server prints no port, so it gets one.
	file := filepath.Join(dir, "node_modules", ".pay-express.mjs")
	text := strings.Replace(string(source), `app.listen(Number(process.env.PORT), "127.0.0.1");`, `const s = app.listen(0, "127.0.0.1", () => console.log("port " + s.address().port));`, 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(file)
	port, _ := script(t, "port ", []string{"FACILITATOR=" + facilitator.URL, "PAY_TO=" + payTo.Hex()}, file)
	host := "127.0.0.1:" + port
	if r := buys(t, "http://"+host+"/mint", host, "PING", http.DefaultTransport); r.Protocol != ProtocolX402 || r.Transaction != (common.Hash{9}).Hex() {
		t.Errorf("%+v", r)
	}
}
