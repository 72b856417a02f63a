package x402

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

const (
	margin  = 20 * time.Second
	maximum = 2 * time.Hour
)

var clock = unix(1_800_000_000)

func unix(seconds int64) time.Time { return time.Unix(seconds, 0) }

var payTo = common.HexToAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")

func ourRequirement(t testing.TB) Requirement {
	t.Helper()
	return mustNetwork(t, "base-sepolia").Requirement(payTo, big.NewInt(100000), 120*time.Second)
}

// ourPayment is what a client makes of ourRequirement, in either version.
func ourPayment(t testing.TB, version int) Payment {
	t.Helper()
	signed, err := Quote{Version: version, Requirement: ourRequirement(t)}.Sign(payerKey, clock)
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodePayment(signed.Value)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAnHonestPaymentOfEitherVersionPasses(t *testing.T) {
	for version := 1; version <= 2; version++ {
		p := ourPayment(t, version)
		if p.Version != version {
			t.Fatalf("version %d", p.Version)
		}
		if err := ourRequirement(t).Check(p, clock, margin, maximum); err != nil {
			t.Error(err)
		}
		if sig, err := ourRequirement(t).CheckSignature(p); err != nil || len(sig) != 65 {
			t.Error(err)
		}
	}
}

func TestWhatDoesNotPayTheRequirementIsRefusedWithItsReason(t *testing.T) {
	at := clock.Unix()
	other := common.HexToAddress("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")
	for _, c := range []struct {
		name   string
		change func(*Payment)
		want   Reason
		v1     string
	}{
		{"scheme", func(p *Payment) { p.Scheme = "upto" }, ReasonScheme, "unsupported_scheme"},
		{"network", func(p *Payment) { p.Network = "eip155:8453" }, ReasonNetwork, "invalid_network"},
		{"network of no EVM chain", func(p *Payment) { p.Network = "solana:84532" }, ReasonNetwork, "invalid_network"},
		{"recipient", func(p *Payment) { p.Authorization.To = other }, ReasonRecipient, "invalid_exact_evm_payload_recipient_mismatch"},
		{"value 0", func(p *Payment) { p.Authorization.Value = new(big.Int) }, ReasonValue, "invalid_exact_evm_payload_authorization_value"},
		{"value 1", func(p *Payment) { p.Authorization.Value = big.NewInt(1) }, ReasonValue, ""},
		{"value one less", func(p *Payment) { p.Authorization.Value = big.NewInt(99999) }, ReasonValue, ""},
		{"value one more", func(p *Payment) { p.Authorization.Value = big.NewInt(100001) }, ReasonValue, ""},
		{"value most", func(p *Payment) {
			p.Authorization.Value = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
		}, ReasonValue, ""},
		{"value the amount modulo 2^64", func(p *Payment) {
			p.Authorization.Value = new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 64), big.NewInt(100000))
		}, ReasonValue, ""},
		{"not valid yet", func(p *Payment) { p.Authorization.ValidAfter = big.NewInt(at + 1) }, ReasonValidAfter, "invalid_exact_evm_payload_authorization_valid_after"},
		{"expired", func(p *Payment) { p.Authorization.ValidBefore = big.NewInt(at - 1) }, ReasonValidBefore, "invalid_exact_evm_payload_authorization_valid_before"},
		{"expires within the margin", func(p *Payment) { p.Authorization.ValidBefore = big.NewInt(at + 19) }, ReasonValidBefore, ""},
		{"valid too long", func(p *Payment) { p.Authorization.ValidBefore = big.NewInt(at + 7201) }, ReasonValidBefore, ""},
		{"valid for ever", func(p *Payment) { p.Authorization.ValidBefore = new(big.Int).Lsh(big.NewInt(1), 255) }, ReasonValidBefore, ""},
		{"valid before 2^64 and a bit", func(p *Payment) {
			p.Authorization.ValidBefore = new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 64), big.NewInt(at+60))
		}, ReasonValidBefore, ""},
		{"payer zero", func(p *Payment) { p.Authorization.From = common.Address{} }, ReasonPayload, "invalid_payload"},
		{"payer the recipient", func(p *Payment) { p.Authorization.From = payTo }, ReasonPayload, ""},
	} {
		p := ourPayment(t, 2)
		c.change(&p)
		err := ourRequirement(t).Check(p, clock, margin, maximum)
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Reason != c.want || refused.Detail == "" {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
			continue
		}
		if c.v1 != "" && refused.Reason.V1() != c.v1 {
			t.Errorf("%s: version 1 says %s, want %s", c.name, refused.Reason.V1(), c.v1)
		}
	}
}

func TestWhatOfficialClientsDoDifferentlyIsNotRefused(t *testing.T) {
	at := clock.Unix()
	for name, change := range map[string]func(*Payment){
		"validAfter 0":                      func(p *Payment) { p.Authorization.ValidAfter = new(big.Int) },
		"validAfter now":                    func(p *Payment) { p.Authorization.ValidAfter = big.NewInt(at) },
		"valid for an hour":                 func(p *Payment) { p.Authorization.ValidBefore = big.NewInt(at + 3600) },
		"valid for the maximum":             func(p *Payment) { p.Authorization.ValidBefore = big.NewInt(at + 7200) },
		"valid for the margin":              func(p *Payment) { p.Authorization.ValidBefore = big.NewInt(at + 20) },
		"another timeout":                   func(p *Payment) { p.Accepted.MaxTimeoutSeconds = 7 },
		"an added transfer method":          func(p *Payment) { p.Accepted.Extra.AssetTransferMethod = "eip3009" },
		"no extra":                          func(p *Payment) { p.Accepted.Extra = Extra{} },
		"only the domain":                   func(p *Payment) { p.Accepted.Extra = Extra{Name: "USDC", Version: "2"} },
		"version 1, which carries no entry": func(p *Payment) { p.Version, p.Accepted = 1, nil },
	} {
		p := ourPayment(t, 2)
		change(&p)
		if err := ourRequirement(t).Check(p, clock, margin, maximum); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASignatureForOurTermsIsNeverRefusedForThePayersCopyOfThem(t *testing.T) {
	other := common.HexToAddress("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")
	for name, test := range map[string]struct {
		change func(*Requirement)
		reason Reason // if the signature is wrong, too
	}{
		"asset":           {func(a *Requirement) { a.Asset = other }, ReasonRequirement},
		"recipient":       {func(a *Requirement) { a.PayTo = other }, ReasonSignature},
		"amount":          {func(a *Requirement) { a.Amount = big.NewInt(1) }, ReasonSignature},
		"name":            {func(a *Requirement) { a.Extra.Name = "USD Coin" }, ReasonTokenName},
		"version":         {func(a *Requirement) { a.Extra.Version = "1" }, ReasonTokenVersion},
		"no extra":        {func(a *Requirement) { a.Extra = Extra{} }, ReasonSignature},
		"no flow":         {func(a *Requirement) { a.Extra.PaymentFlow = "" }, ReasonSignature},
		"another flow":    {func(a *Requirement) { a.Extra.PaymentFlow = "authorization" }, ReasonSignature},
		"another method":  {func(a *Requirement) { a.Extra.AssetTransferMethod = "permit2" }, ReasonSignature},
		"another timeout": {func(a *Requirement) { a.MaxTimeoutSeconds = -1 }, ReasonSignature},
	} {
		p := ourPayment(t, 2)
		test.change(p.Accepted)
		r := ourRequirement(t)
		if err := r.Check(p, clock, margin, maximum); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := r.CheckSignature(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		p.Signature[5]++
		var refused *RefusedError
		if _, err := r.CheckSignature(p); !errors.As(err, &refused) || refused.Reason != test.reason && refused.Reason != ReasonSignature {
			t.Errorf("%s, and a wrong signature: %v, want %s", name, err, test.reason)
		}
		d := r.Domain()
		d.Name = "Another"
		digest := p.Authorization.Digest(d)
		p.Signature, _ = crypto.Sign(digest[:], payerKey)
		if _, err := r.CheckSignature(p); !errors.As(err, &refused) || refused.Reason != test.reason {
			t.Errorf("%s, and another domain: %v, want %s", name, err, test.reason)
		}
	}
}

func TestAddressesMatchWhateverTheirCase(t *testing.T) {
	signed, err := Sign(ourRequirement(t), payerKey, clock)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := decodeBase64(signed.Value)
	text := string(data)
	for _, address := range []common.Address{payTo, ourRequirement(t).Asset, signed.Authorization.From} {
		text = strings.ReplaceAll(text, address.Hex(), strings.ToLower(address.Hex()))
	}
	p := mustDecode(t, text)
	if err := ourRequirement(t).Check(p, clock, margin, maximum); err != nil {
		t.Error(err)
	}
	if _, err := ourRequirement(t).CheckSignature(p); err != nil {
		t.Error(err)
	}
}

func TestTheFirstFaultInTheFixedOrderIsTheOneNamed(t *testing.T) {
	p := ourPayment(t, 2)
	faults := []struct {
		make func()
		want Reason
	}{ // from the last check to the first
		{func() { p.Authorization.From = common.Address{} }, ReasonPayload},
		{func() { p.Authorization.ValidBefore = big.NewInt(1) }, ReasonValidBefore},
		{func() { p.Authorization.ValidAfter = big.NewInt(clock.Unix() + 9) }, ReasonValidAfter},
		{func() { p.Authorization.Value = big.NewInt(1) }, ReasonValue},
		{func() { p.Authorization.To = common.Address{} }, ReasonRecipient},
		{func() { p.Network = "eip155:1" }, ReasonNetwork},
		{func() { p.Scheme = "upto" }, ReasonScheme},
	}
	for _, f := range faults {
		f.make()
		err := ourRequirement(t).Check(p, clock, margin, maximum)
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Reason != f.want {
			t.Fatalf("got %v, want %s", err, f.want)
		}
	}
}

func TestASignatureForAnythingElseIsRefused(t *testing.T) {
	r := ourRequirement(t)
	stranger := mustKey("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
	resign := func(p *Payment, d Domain) {
		digest := p.Authorization.Digest(d)
		sig, err := crypto.Sign(digest[:], payerKey)
		if err != nil {
			t.Fatal(err)
		}
		p.Signature = sig
	}
	for name, change := range map[string]func(*Payment){
		"another payer":      func(p *Payment) { p.Authorization.From = crypto.PubkeyToAddress(stranger.PublicKey) },
		"tampered value":     func(p *Payment) { p.Authorization.Value = big.NewInt(1) },
		"tampered recipient": func(p *Payment) { p.Authorization.To = common.Address{1} },
		"tampered nonce":     func(p *Payment) { p.Authorization.Nonce[0]++ },
		"mainnet's domain":   func(p *Payment) { n := mustNetwork(t, "base"); resign(p, n.Asset.Domain(n.ChainID)) },
		"mainnet's name":     func(p *Payment) { d := r.Domain(); d.Name = "USD Coin"; resign(p, d) },
		"another chain":      func(p *Payment) { d := r.Domain(); d.ChainID = 1; resign(p, d) },
		"another asset":      func(p *Payment) { d := r.Domain(); d.VerifyingContract = common.Address{1}; resign(p, d) },
		"64 bytes":           func(p *Payment) { p.Signature = p.Signature[:64] },
		"trailing byte":      func(p *Payment) { p.Signature = append(p.Signature, 0) },
		"v 29":               func(p *Payment) { p.Signature[64] = 29 },
	} {
		p := ourPayment(t, 2)
		change(&p)
		_, err := r.CheckSignature(p)
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Reason != ReasonSignature || refused.Reason.V1() != "invalid_exact_evm_payload_signature" {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrapped := func(sig []byte) (*RefusedError, bool) {
		p := ourPayment(t, 2)
		p.Signature = sig
		_, err := r.CheckSignature(p)
		var refused *RefusedError
		return refused, errors.As(err, &refused)
	}
	if err, ok := wrapped(make([]byte, 600)); !ok || err.Reason != ReasonSignature || !strings.Contains(err.Detail, "wraps its signature (ERC-6492)") {
		t.Errorf("a wallet's signature without a wrapper: %v", err)
	}
	factory := common.HexToAddress("0xfac")
	if err, ok := wrapped(Wrap(Wrapped{factory, []byte{1}, []byte{2}})); !ok || err.Reason != ReasonFactory ||
		err.Reason.V1() != "invalid_exact_evm_payload_undeployed_smart_wallet" || !strings.Contains(err.Detail, factory.Hex()) {
		t.Errorf("wrapper: %v", err)
	}
	if err, ok := wrapped(erc6492Suffix); !ok || err.Reason != ReasonSignature || !strings.Contains(err.Detail, "ERC-6492") {
		t.Errorf("malformed wrapper: %v", err)
	}
}

func TestASignatureWithVZeroOrOneIsTakenInItsNormalForm(t *testing.T) {
	p := ourPayment(t, 2)
	want := string(p.Signature)
	p.Signature[64] -= 27
	sig, err := ourRequirement(t).CheckSignature(p)
	if err != nil || string(sig) != want {
		t.Errorf("got %x, %v, want %x", sig, err, want)
	}
}
