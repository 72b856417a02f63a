package x402

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

var resource = Resource{URL: "https://mint.example/mint?a=1&b=2", Description: "Mint 5,000 <PING>", MimeType: "application/json"}

func mustMarshal(t *testing.T, v any) string {
	t.Helper()
	data, err := Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPaymentRequiredIsWrittenAsVersion2SpecifiesIt(t *testing.T) {
	got := mustMarshal(t, NewPaymentRequired("Payment required", resource, ourRequirement(t)))
	want := `{"x402Version":2,"error":"Payment required",` +
		`"resource":{"url":"https://mint.example/mint?a=1&b=2","description":"Mint 5,000 <PING>","mimeType":"application/json"},` +
		`"accepts":[{"scheme":"exact","network":"eip155:84532","amount":"100000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e",` +
		`"payTo":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed","maxTimeoutSeconds":120,"extra":{"name":"USDC","version":"2","paymentFlow":"upfront","primaryType":"TransferWithAuthorization"}}]}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheVersion1BodyHoldsEveryKeyItsClientsDemand(t *testing.T) {
	got := mustMarshal(t, NewPaymentRequired("", resource, ourRequirement(t)).V1())
	want := `{"x402Version":1,"error":"X-PAYMENT header is required","accepts":[{"scheme":"exact","network":"base-sepolia","maxAmountRequired":"100000",` +
		`"resource":"https://mint.example/mint?a=1&b=2","description":"Mint 5,000 <PING>","mimeType":"application/json",` +
		`"payTo":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed","maxTimeoutSeconds":120,"asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e",` +
		`"extra":{"name":"USDC","version":"2"}}]}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	bare := mustMarshal(t, NewPaymentRequired("", Resource{URL: "https://mint.example/mint"}, ourRequirement(t)).V1())
	for _, key := range []string{`"description":""`, `"mimeType":""`} {
		if !strings.Contains(bare, key) {
			t.Errorf("no %s in %s", key, bare)
		}
	}
}

// One entry that version 1 cannot express makes its clients refuse the whole 402.
func TestTheVersion1BodyLeavesOutWhatVersion1CannotExpress(t *testing.T) {
	good := ourRequirement(t)
	change := func(f func(*Requirement)) Requirement {
		r := good
		f(&r)
		return r
	}
	bad := []Requirement{
		mustNetwork(t, "ethereum").Requirement(payTo, big.NewInt(1), time.Minute),
		mustNetwork(t, "arbitrum").Requirement(payTo, big.NewInt(1), time.Minute),
		change(func(r *Requirement) { r.Network = "eip155:31337" }),
		change(func(r *Requirement) { r.Network = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp" }),
		change(func(r *Requirement) { r.Scheme = "upto" }),
		change(func(r *Requirement) { r.Extra.Name = "" }),
		change(func(r *Requirement) { r.MaxTimeoutSeconds = 0 }),
		change(func(r *Requirement) { r.Amount = nil }),
		change(func(r *Requirement) { r.Amount, _ = new(big.Int).SetString("1000000000000000000", 10) }), // 19 digits
	}
	body := NewPaymentRequired("", resource, append(bad, good)...).V1()
	if len(body.Accepts) != 1 || body.Accepts[0].Network != "base-sepolia" {
		t.Errorf("listed %+v", body.Accepts)
	}
	for _, u := range []string{"", "/mint", "mint.example/mint", "https:///mint"} {
		if body := NewPaymentRequired("", Resource{URL: u}, good).V1(); len(body.Accepts) != 0 {
			t.Errorf("resource %q: listed %+v", u, body.Accepts)
		}
	}
	if got := mustMarshal(t, NewPaymentRequired("sold out", resource).V1()); got != `{"x402Version":1,"error":"sold out","accepts":[]}` {
		t.Errorf("nothing to offer: %s", got)
	}
}

func TestNothingOnTheWireIsNull(t *testing.T) {
	signed, err := Sign(ourRequirement(t), payerKey, clock)
	if err != nil {
		t.Fatal(err)
	}
	payment, _ := decodeBase64(signed.Value)
	for _, text := range []string{
		mustMarshal(t, NewPaymentRequired("", Resource{URL: "x"})),
		mustMarshal(t, NewPaymentRequired("", Resource{}).V1()),
		mustMarshal(t, SettleResponse{}),
		mustMarshal(t, SettleResponse{}.V1()),
		mustMarshal(t, Extra{}),
		string(payment),
	} {
		if strings.Contains(text, "null") {
			t.Error(text)
		}
	}
}

func TestAnAmountThatIsNotAUint256IsNeverWritten(t *testing.T) {
	for _, amount := range []*big.Int{nil, big.NewInt(-1), new(big.Int).Lsh(big.NewInt(1), 256)} {
		r := ourRequirement(t)
		r.Amount = amount
		if data, err := json.Marshal(r); err == nil {
			t.Errorf("wrote %s", data)
		}
		a := Authorization{Value: amount, ValidAfter: new(big.Int), ValidBefore: new(big.Int)}
		if data, err := json.Marshal(a); err == nil {
			t.Errorf("wrote %s", data)
		}
	}
}

func TestReceiptsSpeakTheirVersion(t *testing.T) {
	hash := common.Hash{7}.Hex()
	s := SettleResponse{Success: true, Transaction: hash, Network: "eip155:84532", Payer: payTo.Hex(), Amount: "100000"}
	if got, want := mustMarshal(t, s), `{"success":true,"transaction":"`+hash+`","network":"eip155:84532","payer":"`+payTo.Hex()+`","amount":"100000"}`; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := mustMarshal(t, s.V1()), `{"success":true,"transaction":"`+hash+`","network":"base-sepolia","payer":"`+payTo.Hex()+`"}`; got != want {
		t.Errorf("got %s", got)
	}
	failed := SettleResponse{ErrorReason: ReasonBalance, ErrorMessage: "il a manqué 5 ₮", Network: "eip155:8453"}
	if got, want := mustMarshal(t, failed.V1()), `{"success":false,"errorReason":"insufficient_funds","transaction":"","network":"base"}`; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := mustMarshal(t, SettleResponse{}), `{"success":false,"transaction":"","network":""}`; got != want {
		t.Errorf("got %s", got)
	}
}

// Official clients know base64 of the standard alphabet with padding alone.
func TestHeadersAreStandardBase64WithPadding(t *testing.T) {
	value, err := EncodeHeader(NewPaymentRequired("\u00ff\u00fe?>", resource, ourRequirement(t)))
	if err != nil {
		t.Fatal(err)
	}
	data, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil || !strings.Contains(string(data), `a=1&b=2`) || strings.HasSuffix(string(data), "\n") {
		t.Errorf("%s, %v", data, err)
	}
	if _, err := EncodeHeader(Requirement{}); err == nil {
		t.Error("wrote a requirement without an amount")
	}
}

func TestTheRequirementSurvivesTheWire(t *testing.T) {
	r := ourRequirement(t)
	var back Requirement
	if err := json.Unmarshal([]byte(mustMarshal(t, r)), &back); err != nil {
		t.Fatal(err)
	}
	if mustMarshal(t, back) != mustMarshal(t, r) {
		t.Errorf("read %+v", back)
	}
}

func TestEveryReasonHasAWordInVersion1(t *testing.T) {
	// The words of x402 1.2.0 on npm that an EVM payment can meet.
	known := map[string]bool{}
	for _, word := range strings.Fields(`insufficient_funds invalid_exact_evm_payload_authorization_valid_after
		invalid_exact_evm_payload_authorization_valid_before invalid_exact_evm_payload_authorization_value
		invalid_exact_evm_payload_signature invalid_exact_evm_payload_undeployed_smart_wallet
		invalid_exact_evm_payload_recipient_mismatch invalid_network invalid_payload invalid_payment_requirements
		invalid_scheme invalid_payment payment_expired unsupported_scheme invalid_x402_version invalid_transaction_state
		unexpected_verify_error unexpected_settle_error settlement_pending`) {
		known[word] = true
	}
	for _, r := range []Reason{ReasonScheme, ReasonNetwork, ReasonRequirement, ReasonMissingDomain, ReasonTokenName, ReasonTokenVersion,
		ReasonRecipient, ReasonValue, ReasonValidAfter, ReasonValidBefore, ReasonPayload, ReasonSignature, ReasonFactory, ReasonBalance,
		ReasonNonceUsed, ReasonNotEIP3009, ReasonNoAsset, ReasonSimulation, ReasonTransaction, ReasonPending, ReasonVerifyInternal, ReasonSettleInternal} {
		if !known[r.V1()] {
			t.Errorf("%s: version 1 does not know %s", r, r.V1())
		}
	}
}

func TestVersion1NamesAndCAIP2NamesDoNotMix(t *testing.T) {
	for name, want := range map[string]string{
		"base": "eip155:8453", "base-sepolia": "eip155:84532", "solana": "v1:solana",
		"eip155:8453": "v1:eip155:8453", "8453": "v1:8453", "": "v1:",
	} {
		p := mustDecode(t, strings.Replace(paymentTextV1, `"base-sepolia"`, `"`+name+`"`, 1))
		if p.Network != want {
			t.Errorf("%q is %s, want %s", name, p.Network, want)
		}
	}
}
