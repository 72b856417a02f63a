package facilitator

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// success is the answer of a facilitator that settled a payment.
func success(network, tx, payer string) string {
	return `{"success":true,"transaction":"` + tx + `","network":"` + network + `","payer":"` + payer + `"}`
}

func TestEachAnswerToSettleHasOneMeaning(t *testing.T) {
	for what, test := range map[string]struct {
		status int
		body   string
		want   Kind
	}{
		"success":                          {200, success("eip155:84532", aTx.Hex(), payer.Hex()), Settled},
		"success in version 1's words":     {200, success("base-sepolia", aTx.Hex(), strings.ToLower(payer.Hex())), Settled},
		"success without a payer":          {200, `{"success":true,"transaction":"` + aTx.Hex() + `","network":"eip155:84532"}`, Settled},
		"success without a transaction":    {200, success("eip155:84532", "", payer.Hex()), Unknown},
		"success with half a hash":         {200, success("eip155:84532", aTx.Hex()[:34], payer.Hex()), Unknown},
		"success with a zero hash":         {200, success("eip155:84532", common.Hash{}.Hex(), payer.Hex()), Unknown},
		"success with words for a hash":    {200, success("eip155:84532", "pending", payer.Hex()), Unknown},
		"success on another network":       {200, success("eip155:1", aTx.Hex(), payer.Hex()), Unknown},
		"success without a network":        {200, `{"success":true,"transaction":"` + aTx.Hex() + `"}`, Unknown},
		"success for another payer":        {200, success("eip155:84532", aTx.Hex(), other.Hex()), Unknown},
		"success twice":                    {200, `{"success":false,"success":true,"transaction":"` + aTx.Hex() + `","network":"eip155:84532"}`, Unknown},
		"success as text":                  {200, `{"success":"true","transaction":"` + aTx.Hex() + `","network":"eip155:84532"}`, Unknown},
		"success with a status of failure": {500, success("eip155:84532", aTx.Hex(), payer.Hex()), Unknown},
		"garbage":                          {200, `<html>`, Unknown},
		"a list":                           {200, `[]`, Unknown},
		"nothing":                          {200, ``, Unknown},
		"an empty object":                  {200, `{}`, Unknown},
		"null":                             {200, `null`, Unknown},
		"pending":                          {200, `{"success":false,"errorReason":"settlement_pending","transaction":"` + aTx.Hex() + `","network":"eip155:84532"}`, Unknown},
		"pending, without a hash":          {200, `{"success":false,"errorReason":"settlement_pending","transaction":"","network":"eip155:84532"}`, Unknown},
		"pending, as a refusal":            {400, `{"success":false,"errorReason":"settlement_pending","transaction":""}`, Unknown},
		"failed on chain":                  {200, `{"success":false,"errorReason":"invalid_exact_evm_transaction_failed","transaction":"` + aTx.Hex() + `"}`, Unknown},
		"failed, nobody knows how":         {200, `{"success":false,"errorReason":"unexpected_settle_error","transaction":""}`, Unknown},
		"failed without a reason":          {200, `{"success":false,"transaction":""}`, Unknown},
		"the nonce is used":                {200, `{"success":false,"errorReason":"invalid_exact_evm_nonce_already_used","transaction":""}`, Unknown},
		"too little money":                 {200, `{"success":false,"errorReason":"insufficient_funds","transaction":"","network":"eip155:84532"}`, Unsent},
		"a simulation failed":              {200, `{"success":false,"errorReason":"invalid_exact_evm_transaction_simulation_failed","transaction":""}`, Unsent},
		"a refusal with a hash":            {400, `{"success":false,"errorReason":"insufficient_funds","transaction":"` + aTx.Hex() + `"}`, Unknown},
		"refused with a reason":            {400, `{"success":false,"errorReason":"invalid_payload","transaction":"","network":""}`, Unsent},
		"too many requests":                {429, `{"errorType":"rate_limit_exceeded","errorMessage":"slow down"}`, Unsent},
		"unauthorized":                     {401, `{"errorType":"unauthorized","errorMessage":"no"}`, Unsent},
		"refused without a reason":         {400, `{}`, Unknown},
		"refused with a page":              {403, `<html>no</html>`, Unknown},
		"a conflict":                       {409, `{"error":"another request runs"}`, Unknown},
		"a timeout behind a proxy":         {408, `{"error":"slow"}`, Unknown},
		"an error of the server":           {500, `{"success":false,"errorReason":"insufficient_funds","transaction":""}`, Unknown},
		"a bad gateway":                    {502, `bad gateway`, Unknown},
		"a redirect":                       {307, ``, Unknown},
		"barred payer":                     {200, `{"success":false,"errorReason":"invalid_exact_evm_payload_from_address_kyt","transaction":""}`, Barred},
		"barred recipient":                 {400, `{"success":false,"errorReason":"invalid_exact_evm_to_address_kyt","transaction":""}`, Barred},
		"a whole book":                     {200, `{"success":true,"x":"` + strings.Repeat("x", maxAnswer) + `"}`, Unknown},
	} {
		t.Run(what, func(t *testing.T) {
			c := stub(t, func(w http.ResponseWriter, r *http.Request) {
				if test.status == 307 {
					w.Header().Set("Location", "/elsewhere")
				}
				says(test.status, test.body)(w, r)
			})
			got := c.Settle(ctx, payment(), 2)
			if got.Kind != test.want {
				t.Errorf("%s, want %s", text(t, got), test.want)
			}
			if got.Kind == Settled && got.Tx != aTx {
				t.Errorf("transaction %s", got.Tx)
			}
			if len(got.Why) > maxWhy || got.Kind != Settled && got.Why == "" {
				t.Errorf("why: %q", got.Why)
			}
		})
	}
}

func TestVerifyNeverLeavesOpenWhetherAPaymentWasSent(t *testing.T) {
	for what, test := range map[string]struct {
		status int
		body   string
		want   Kind
		fault  bool
	}{
		"valid":                 {200, `{"isValid":true,"payer":"` + payer.Hex() + `"}`, Valid, false},
		"valid for another":     {200, `{"isValid":true,"payer":"` + other.Hex() + `"}`, Unsent, true},
		"valid with an error":   {500, `{"isValid":true}`, Unsent, true},
		"valid with a redirect": {302, `{"isValid":true}`, Unsent, true},
		"refused":               {200, `{"isValid":false,"invalidReason":"insufficient_funds","invalidMessage":"top up"}`, Unsent, false},
		"refused by status":     {400, `{"isValid":false,"invalidReason":"insufficient_funds"}`, Unsent, false},
		"its own fault":         {500, `{"isValid":false,"invalidReason":"unexpected_error"}`, Unsent, true},
		"garbage":               {200, `yes`, Unsent, true},
		"barred":                {200, `{"isValid":false,"invalidReason":"invalid_exact_evm_payload_from_address_kyt"}`, Barred, false},
	} {
		t.Run(what, func(t *testing.T) {
			got := stub(t, says(test.status, test.body)).Verify(ctx, payment(), 2)
			if got.Kind != test.want || got.Fault != test.fault {
				t.Errorf("%s, want %s, fault %v", text(t, got), test.want, test.fault)
			}
		})
	}
}

func TestARequestThatWasNotWrittenWasNotSent(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewClient("http://"+ln.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if got := c.Settle(ctx, payment(), 2); got.Kind != Unsent || !got.Fault {
		t.Errorf("connection refused: %s", text(t, got))
	}
}

func TestARequestThatWasWrittenMayHaveBeenSent(t *testing.T) {
	hangUp := stub(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.Close()
		}
	})
	if got := hangUp.Settle(ctx, payment(), 2); got.Kind != Unknown {
		t.Errorf("the connection broke: %s", text(t, got))
	}
	done := make(chan struct{})
	slow := stub(t, func(http.ResponseWriter, *http.Request) { <-done })
	t.Cleanup(func() { close(done) })
	slow.SettleTime = time.Millisecond * 50
	if got := slow.Settle(ctx, payment(), 2); got.Kind != Unknown {
		t.Errorf("no answer in time: %s", text(t, got))
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	paths := make(chan string, 10)
	c := stub(t, func(w http.ResponseWriter, r *http.Request) {
		paths <- r.URL.Path
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	c.Settle(ctx, payment(), 2)
	if _, err := c.Supported(ctx); err == nil {
		t.Error("a redirect is an answer of /supported")
	}
	if a, b := <-paths, <-paths; a != "/settle" || b != "/supported" || len(paths) > 0 {
		t.Errorf("requests of %s, %s and %d more", a, b, len(paths))
	}
}

func TestARequestHasThePaymentInTheVersionThatTheFacilitatorSpeaks(t *testing.T) {
	bodies := make(chan []byte, 2)
	c := stub(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- body
		says(200, success("eip155:84532", aTx.Hex(), ""))(w, r)
	})
	p := payment()
	for _, version := range []int{1, 2} {
		c.Settle(ctx, p, version)
		var got struct {
			X402Version         int
			PaymentPayload      json.RawMessage
			PaymentRequirements json.RawMessage
		}
		if err := json.Unmarshal(<-bodies, &got); err != nil || got.X402Version != version {
			t.Fatalf("version %d: %+v, %v", version, got, err)
		}
		read, err := x402.ParsePayment(got.PaymentPayload)
		if err != nil || read.Version != version || read.Network != "eip155:84532" || !read.Authorization.Equal(p.Authorization) {
			t.Errorf("version %d: the payload is %+v, %v", version, read, err)
		}
		var terms map[string]any
		if err := json.Unmarshal(got.PaymentRequirements, &terms); err != nil {
			t.Fatal(err)
		}
		amount, network := "amount", "eip155:84532"
		if version == 1 {
			amount, network = "maxAmountRequired", "base-sepolia"
		}
		if terms[amount] != "1000000" || terms["network"] != network || terms["payTo"] != token.Hex() || len(terms["extra"].(map[string]any)) != 2 {
			t.Errorf("version %d: the terms are %v", version, terms)
		}
	}
}

func TestSupportedDecidesWhichVersionIsSpoken(t *testing.T) {
	for what, test := range map[string]struct {
		body string
		want int
	}{
		"both":              {`{"kinds":[{"x402Version":1,"scheme":"exact","network":"base-sepolia"},{"x402Version":2,"scheme":"exact","network":"eip155:84532"}]}`, 2},
		"1 only":            {`{"kinds":[{"x402Version":1,"scheme":"exact","network":"base-sepolia"}]}`, 1},
		"another network":   {`{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:8453"}]}`, 0},
		"another scheme":    {`{"kinds":[{"x402Version":2,"scheme":"upto","network":"eip155:84532"}]}`, 0},
		"names mixed up":    {`{"kinds":[{"x402Version":1,"scheme":"exact","network":"eip155:84532"},{"x402Version":2,"scheme":"exact","network":"base-sepolia"}]}`, 0},
		"a wildcard":        {`{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:*"}]}`, 0},
		"nothing":           {`{"kinds":[]}`, 0},
		"more than is kept": {`{"kinds":[` + strings.Repeat(`{"x402Version":2,"scheme":"exact","network":"solana:a"},`, maxKinds) + `{"x402Version":2,"scheme":"exact","network":"eip155:84532"}]}`, 0},
	} {
		kinds, err := stub(t, says(200, test.body)).Supported(ctx)
		if err != nil || version(kinds, sepolia) != test.want {
			t.Errorf("%s: version %d, %v; want %d", what, version(kinds, sepolia), err, test.want)
		}
	}
	for _, body := range []string{`{}`, `{"kinds":null}`, `{"kinds":{}}`, `yes`, `{"kinds":[],"kinds":[]}`} {
		if _, err := stub(t, says(200, body)).Supported(ctx); err == nil {
			t.Errorf("%s is a list of kinds", body)
		}
	}
}

func TestAFacilitatorThatCannotServeTheNetworkIsRefusedWithTheReason(t *testing.T) {
	able, unable := stub(t, says(200, `{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532"}]}`)),
		stub(t, says(200, `{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:8453"}]}`))
	l, err := NewList(sepolia, []Config{{Name: "able", URL: able.URL.String()}, {Name: "unable", URL: unable.URL.String()}, {Name: "away", URL: "http://127.0.0.1:1"}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	err = l.Check(ctx)
	if err == nil || !strings.Contains(err.Error(), "unable") || !strings.Contains(err.Error(), "v2 exact on eip155:8453") || strings.Contains(err.Error(), "away") {
		t.Errorf("the error is %v", err)
	}
	for i, usable := range []bool{true, false, false} {
		if s := l.Status()[i]; s.Usable != usable || !usable && s.LastError == "" {
			t.Errorf("%+v", s)
		}
	}
	if why := l.Unable(); why != "" {
		t.Errorf("unable: %s", why)
	}
}

func TestAURLOfAFacilitatorIsSecure(t *testing.T) {
	for _, base := range []string{"", "x402.org", "http://x402.org", "ftp://x402.org", "https://", "https://user:pass@x402.org", "https://x402.org?key=1", "https://x402.org#a"} {
		if _, err := NewClient(base, nil); err == nil || strings.Contains(err.Error(), "pass") {
			t.Errorf("%q: %v", base, err)
		}
	}
	for _, base := range []string{"https://x402.org/facilitator/", "http://127.0.0.1:4021/facilitator", "http://localhost:1"} {
		if c, err := NewClient(base, nil); err != nil || strings.HasSuffix(c.URL.String(), "/") {
			t.Errorf("%q: %v", base, err)
		}
	}
}
