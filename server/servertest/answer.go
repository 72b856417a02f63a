package servertest

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// Answer is an HTTP response, read whole.
type Answer struct {
	T      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// Header has the header lines of a request, by name.
type Header map[string]string

// Do sends a request without a body and returns the answer.
func (w *World) Do(method, path string, h Header) Answer {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Ctx, method, w.URL+path, nil)
	w.Must(err)
	for k, v := range h {
		req.Header.Set(k, v)
	}
	res, err := Client.Do(req)
	w.Must(err)
	return w.Answered(res)
}

// Meanwhile sends a request on its own goroutine, and returns a function that waits
// for the answer. A request that fails ends only its goroutine; wait then ends the test.
func (w *World) Meanwhile(ask func() Answer) (wait func() Answer) {
	answers := make(chan Answer, 1)
	go func() {
		defer close(answers)
		answers <- ask()
	}()
	return func() Answer {
		w.Helper()
		a, ok := <-answers
		if !ok {
			w.FailNow()
		}
		return a
	}
}

// Answered reads an answer whole.
func (w *World) Answered(res *http.Response) Answer {
	w.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	w.Must(err)
	return Answer{w.TB, res.StatusCode, res.Header, body}
}

// Get sends a GET request.
func (w *World) Get(path string, h Header) Answer {
	w.Helper()
	return w.Do(http.MethodGet, path, h)
}

// Client keeps its connections and follows no redirect.
var Client = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 256},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Wants fails the test unless the answer has the status.
func (a Answer) Wants(status int) Answer {
	a.T.Helper()
	if a.Status != status {
		a.T.Fatalf("status %d, want %d\n%s\n%s", a.Status, status, a.Header, a.Body)
	}
	return a
}

// Has fails the test unless the answer has the header line.
func (a Answer) Has(name, value string) Answer {
	a.T.Helper()
	if got := a.Header.Get(name); got != value {
		a.T.Errorf("%s: %q, want %q", name, got, value)
	}
	return a
}

// Lacks fails the test if the answer has one of the header lines.
func (a Answer) Lacks(names ...string) Answer {
	a.T.Helper()
	for _, name := range names {
		if got := a.Header.Values(name); len(got) > 0 {
			a.T.Errorf("%s: %q, want none", name, got)
		}
	}
	return a
}

// Decode reads the answer's body as JSON.
func Decode[T any](a Answer) T {
	a.T.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		a.T.Fatalf("%v in %s", err, a.Body)
	}
	return v
}

// Problem is the code of an error's body.
func (a Answer) Problem(code string) api.Fault {
	a.T.Helper()
	f := Decode[api.Problem](a).Error
	if f.Code != code || f.Message == "" {
		a.T.Errorf("problem %+v, want %q", f, code)
	}
	return f
}

// Settle reads both receipt headers and checks that they agree.
func (a Answer) Settle() x402.SettleResponse {
	a.T.Helper()
	var v2 x402.SettleResponse
	var v1 x402.SettleResponseV1
	Header64(a, "PAYMENT-RESPONSE", &v2)
	Header64(a, "X-PAYMENT-RESPONSE", &v1)
	if !reflect.DeepEqual(v1, v2.V1()) {
		a.T.Errorf("receipts differ: %+v, %+v", v1, v2)
	}
	if names := map[string]string{"eip155:84532": "base-sepolia", x402.CAIP2(OtherChainID): "avalanche-fuji"}; names[v2.Network] == "" || v1.Network != names[v2.Network] {
		a.T.Errorf("networks %q, %q", v2.Network, v1.Network)
	}
	return v2
}

// Header64 reads the base64 JSON of a header line.
func Header64(a Answer, name string, v any) {
	a.T.Helper()
	data, err := base64.StdEncoding.DecodeString(a.Header.Get(name))
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		a.T.Fatalf("%s: %q: %v", name, a.Header.Get(name), err)
	}
}

// Required is the 402's challenge, after checking that both versions ask alike.
func (a Answer) Required() x402.PaymentRequired {
	a.T.Helper()
	a.Wants(402)
	var v2 x402.PaymentRequired
	Header64(a, "PAYMENT-REQUIRED", &v2)
	var v1 x402.PaymentRequiredV1
	if err := json.Unmarshal(a.Body, &v1); err != nil {
		a.T.Fatal(err)
	}
	want := v2.V1()
	if v1.X402Version != 1 || v1.Error == "" || len(v1.Accepts) != 1 || !sameEntry(v1.Accepts[0], want.Accepts[0]) {
		a.T.Errorf("body %+v, want %+v", v1, want)
	}
	return v2
}

// Refused checks that the 402 names no price, and gives the reason in the receipt and, as
// the payment's version spells it, in the body.
func (a Answer) Refused(reason x402.Reason) Answer {
	a.T.Helper()
	a.Wants(402).Lacks("PAYMENT-REQUIRED", "WWW-Authenticate")
	var body map[string]any
	if err := json.Unmarshal(a.Body, &body); err != nil {
		a.T.Fatal(err)
	}
	got := a.Settle()
	if got.Success || got.ErrorReason != reason || got.Transaction != "" || got.Payer == "" {
		a.T.Errorf("receipt %+v, want %s", got, reason)
	}
	if body["error"] != string(reason) && body["error"] != reason.V1() || body["detail"] == "" || body["accepts"] != nil || body["x402Version"] != nil {
		a.T.Errorf("body %s, want %s", a.Body, reason)
	}
	return a
}

// Unsettled checks that an answer has none of the headers that clients read as a receipt.
func (a Answer) Unsettled() Answer {
	a.T.Helper()
	return a.Lacks("PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "Payment-Receipt", "PAYMENT-REQUIRED")
}

// sameEntry compares all that version 2 has too.
func sameEntry(a, b x402.RequirementV1) bool {
	a.OutputSchema, b.OutputSchema = nil, nil
	return a == b
}

// Post sends a body as the dashboard's page does, unless the header says otherwise.
func (w *World) Post(method, path, body string, h Header) Answer {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Ctx, method, w.URL+path, strings.NewReader(body))
	w.Must(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", w.URL)
	for k, v := range h {
		if req.Header.Set(k, v); v == "" {
			req.Header.Del(k)
		}
	}
	res, err := Client.Do(req)
	w.Must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.Must(err)
	return Answer{w.TB, res.StatusCode, res.Header, text}
}

// Raw sends bytes as they are and reads one answer.
func (w *World) Raw(request string) Answer {
	w.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	w.Must(err)
	defer conn.Close()
	w.Must(conn.SetDeadline(time.Now().Add(Bounded)))
	go conn.Write([]byte(request)) // a server that has read enough closes
	method, _, _ := strings.Cut(request, " ")
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	w.Must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	w.Must(err)
	return Answer{w.TB, res.StatusCode, res.Header, body}
}

// Visiting asks from one of this machine's addresses.
func (w *World) Visiting(from, method, path, body string, h Header) Answer {
	w.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	visitor := http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(w.Ctx, method, w.URL+path, strings.NewReader(body))
	w.Must(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range h {
		req.Header.Set(name, value)
	}
	res, err := visitor.Do(req)
	w.Must(err)
	return w.Answered(res)
}

// MineOne makes a block, even an empty one.
func (w *World) MineOne() {
	w.Helper()
	_, err := w.Net.Mine()
	w.Must(err)
}

// Gives has somebody transfer money to the launch, without an authorization.
func (w *World) Gives(k *ecdsa.PrivateKey, amount int64) {
	w.Helper()
	_, err := w.Net.GiveUSDC(Account(k), big.NewInt(amount))
	w.Must(err)
	_, err = w.Net.Mine()
	w.Must(err)
	w.Send(devnet.USDC, bindings.NewTestUSDC().PackTransfer(w.Launch.Token, big.NewInt(amount)))
}
