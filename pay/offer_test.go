package pay

import (
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

func TestTheClientPaysNothingItShouldNot(t *testing.T) {
	r := func(change func(*x402.Requirement)) x402.Requirement {
		r := ourRequirement(t)
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		client func(*Client)
		ask    x402.Requirement
	}{
		"more than a dollar by default": {nil, r(func(r *x402.Requirement) { r.Amount = big.NewInt(1_000_001) })},
		"more than the maximum":         {func(c *Client) { c.Max = big.NewInt(99_999) }, r(func(*x402.Requirement) {})},
		"an unknown asset":              {nil, r(func(r *x402.Requirement) { r.Asset = common.Address{1} })},
		"an unknown asset below max":    {func(c *Client) { c.Max = big.NewInt(1 << 40) }, r(func(r *x402.Requirement) { r.Asset = common.Address{1} })},
		"USDC's alias below max":        {func(c *Client) { c.Max = big.NewInt(1 << 40) }, r(func(r *x402.Requirement) { r.Extra.Name = "USD Coin" })},
		"an unknown asset without max":  {func(c *Client) { c.AnyAsset = true }, r(func(r *x402.Requirement) { r.Asset = common.Address{1} })},
		"USDC under another name":       {nil, r(func(r *x402.Requirement) { r.Extra.Name = "USD Coin" })},
		"another network":               {func(c *Client) { c.Networks = []string{"eip155:8453"} }, r(func(*x402.Requirement) {})},
		"a chain that is not EVM":       {nil, r(func(r *x402.Requirement) { r.Network = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp" })},
		"another scheme":                {nil, r(func(r *x402.Requirement) { r.Scheme = "upto" })},
		"an unknown flow":               {nil, r(func(r *x402.Requirement) { r.Extra.PaymentFlow = "weird" })},
		"escrow":                        {nil, r(func(r *x402.Requirement) { r.Extra.PaymentFlow = "escrow" })},
		"permit2":                       {nil, r(func(r *x402.Requirement) { r.Extra.AssetTransferMethod = "permit2" })},
		"no domain":                     {nil, r(func(r *x402.Requirement) { r.Extra.Name = "" })},
		"no time":                       {nil, r(func(r *x402.Requirement) { r.MaxTimeoutSeconds = 0 })},
	} {
		s := openShop(t)
		s.ask = func(w http.ResponseWriter) { askFor(w, c.ask) }
		client := payer(nil)
		if c.client != nil {
			c.client(client)
		}
		if result, err := client.Pay(s.request(t)); err == nil || len(s.payments) != 0 || result.Payment != nil {
			t.Errorf("%s: %v, %d payments", name, err, len(s.payments))
		}
	}
}

func TestTheClientPaysWhatItIsAllowedTo(t *testing.T) {
	token := ourRequirement(t)
	token.Asset, token.Network, token.Amount = common.Address{1}, "eip155:31337", big.NewInt(5)
	s := openShop(t)
	s.ask = func(w http.ResponseWriter) { askFor(w, token) }
	c := payer(nil)
	c.AnyAsset, c.Max, c.Networks = true, big.NewInt(5), []string{"eip155:31337"}
	if _, err := c.Pay(s.request(t)); err != nil {
		t.Fatal(err)
	}
	p := s.onePayment(t)
	if _, err := token.CheckSignature(p); err != nil {
		t.Error(err)
	}
	dollar := ourRequirement(t)
	dollar.Amount = big.NewInt(1_000_000)
	s = openShop(t)
	s.ask = func(w http.ResponseWriter) { askFor(w, dollar) }
	if _, err := payer(nil).Pay(s.request(t)); err != nil {
		t.Error(err)
	}
}

func TestTheFirstPayableEntryIsPaidAndSettlingAfterwardsIsPreferred(t *testing.T) {
	upfront, dear, later := ourRequirement(t), ourRequirement(t), ourRequirement(t)
	dear.Amount = big.NewInt(2_000_000)
	later.Extra.PaymentFlow = ""
	s := openShop(t)
	s.ask = func(w http.ResponseWriter) { askFor(w, dear, upfront, later) }
	result, err := payer(nil).Pay(s.request(t))
	if err != nil || result.Offer.Requirement.Extra.PaymentFlow != "" {
		t.Errorf("paid %+v, %v", result.Offer, err)
	}
	s.ask = func(w http.ResponseWriter) { askFor(w, dear, upfront) }
	result, err = payer(nil).Pay(s.request(t))
	if err != nil || result.Offer.Requirement.Amount.Int64() != 100000 {
		t.Errorf("paid %+v, %v", result.Offer, err)
	}
}

func TestTheCheapestOfWhatMayBePaidIsPaid(t *testing.T) {
	client := Client{Signer: KeySigner(payerKey)}
	at := func(amount, flow string) string {
		return strings.NewReplacer("100000", amount, x402.FlowUpfront, flow).Replace(acceptedText)
	}
	for _, c := range []struct {
		list []string
		want int64
		flow string
	}{
		{[]string{at("900000", x402.FlowUpfront), at("100000", x402.FlowUpfront)}, 100_000, x402.FlowUpfront},
		{[]string{at("900000", x402.FlowAuthorization), at("100000", x402.FlowUpfront), at("500000", x402.FlowAuthorization)}, 100_000, x402.FlowUpfront},
		{[]string{at("100000", x402.FlowUpfront), at("100000", x402.FlowAuthorization)}, 100_000, x402.FlowAuthorization},
		{[]string{at("5", "escrow"), strings.Replace(at("6", x402.FlowUpfront), "0x036C", "0x136C", 1), at("7", x402.FlowUpfront)}, 7, x402.FlowUpfront},
	} {
		challenge, err := x402.ParsePaymentRequired(headerOf(`{"x402Version":2,"accepts":[`+strings.Join(c.list, ",")+`]}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		allowed, err := client.choose(offersOf(challenge), nil)
		if err != nil || len(allowed) == 0 {
			t.Fatalf("%v: %v", c.list, err)
		}
		if q := allowed[0]; q.Requirement.Amount.Int64() != c.want || q.Requirement.Extra.PaymentFlow != c.flow {
			t.Errorf("%v: chose %+v", c.list, q.Requirement)
		}
	}
}

func TestAReasonIsFoundInTheBodyIfThe402HasNone(t *testing.T) {
	for said, want := range map[string]string{`"error":"expired",`: "expired", `"error":"",`: "too late", ``: "too late"} {
		r := Result{Status: 402, Header: headerOf(`{"x402Version":2,` + said + `"resource":{"url":"https://x"},"accepts":[` + acceptedText + `]}`), Body: []byte(`{"detail":"too late"}`)}
		if got := r.reason(); got != want {
			t.Errorf("%s: the reason is %q, want %q", said, got, want)
		}
	}
}
