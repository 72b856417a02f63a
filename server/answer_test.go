package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

// An answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

type header map[string]string

func (w *world) do(method, path string, h header) answer {
	w.Helper()
	req, err := http.NewRequestWithContext(w.ctx, method, w.url+path, nil)
	w.must(err)
	for k, v := range h {
		req.Header.Set(k, v)
	}
	res, err := client.Do(req)
	w.must(err)
	return w.answered(res)
}

// meanwhile asks on a goroutine of its own and returns what waits for the answer. A
// request that fails ends only its goroutine: then there is no answer, which ends the
// test where it is waited for.
func (w *world) meanwhile(ask func() answer) (wait func() answer) {
	answers := make(chan answer, 1)
	go func() {
		defer close(answers)
		answers <- ask()
	}()
	return func() answer {
		w.Helper()
		a, ok := <-answers
		if !ok {
			w.FailNow()
		}
		return a
	}
}

func (w *world) answered(res *http.Response) answer {
	w.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	w.must(err)
	return answer{w.TB, res.StatusCode, res.Header, body}
}

func (w *world) get(path string, h header) answer {
	w.Helper()
	return w.do(http.MethodGet, path, h)
}

var client = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 256},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (a answer) wants(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d\n%s\n%s", a.status, status, a.header, a.body)
	}
	return a
}

func (a answer) has(name, value string) answer {
	a.t.Helper()
	if got := a.header.Get(name); got != value {
		a.t.Errorf("%s: %q, want %q", name, got, value)
	}
	return a
}

func (a answer) lacks(names ...string) answer {
	a.t.Helper()
	for _, name := range names {
		if got := a.header.Values(name); len(got) > 0 {
			a.t.Errorf("%s: %q, want none", name, got)
		}
	}
	return a
}

func decode[T any](a answer) T {
	a.t.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

// problem is the code of an error's body.
func (a answer) problem(code string) server.Fault {
	a.t.Helper()
	f := decode[server.Problem](a).Error
	if f.Code != code || f.Message == "" {
		a.t.Errorf("problem %+v, want %q", f, code)
	}
	return f
}

// settle reads both receipt headers and checks that they agree.
func (a answer) settle() x402.SettleResponse {
	a.t.Helper()
	var v2 x402.SettleResponse
	var v1 x402.SettleResponseV1
	header64(a, "PAYMENT-RESPONSE", &v2)
	header64(a, "X-PAYMENT-RESPONSE", &v1)
	if v1 != v2.V1() {
		a.t.Errorf("receipts differ: %+v, %+v", v1, v2)
	}
	if v2.Network != "eip155:84532" || v1.Network != "base-sepolia" {
		a.t.Errorf("networks %q, %q", v2.Network, v1.Network)
	}
	return v2
}

func header64(a answer, name string, v any) {
	a.t.Helper()
	data, err := base64.StdEncoding.DecodeString(a.header.Get(name))
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		a.t.Fatalf("%s: %q: %v", name, a.header.Get(name), err)
	}
}

// required is the 402's challenge, after checking that both versions ask alike.
func (a answer) required() x402.PaymentRequired {
	a.t.Helper()
	a.wants(402)
	var v2 x402.PaymentRequired
	header64(a, "PAYMENT-REQUIRED", &v2)
	var v1 x402.PaymentRequiredV1
	if err := json.Unmarshal(a.body, &v1); err != nil {
		a.t.Fatal(err)
	}
	want := v2.V1()
	if v1.X402Version != 1 || v1.Error == "" || len(v1.Accepts) != 1 || v1.Accepts[0] != want.Accepts[0] {
		a.t.Errorf("body %+v, want %+v", v1, want)
	}
	return v2
}
