package proof

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
)

// anvilKey is the first public key of anvil's mnemonic. Its account is anvilAccount.
const (
	anvilKey     = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
	anvilAccount = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
)

// vector is a receipt that @x402/extensions 2.27.0 signed.
func vector() Receipt {
	return Receipt{Network: "eip155:84532", ResourceURL: "https://mint.example/mint", Payer: anvilAccount,
		IssuedAt: time.Unix(1795645050, 0).UTC(), Transaction: "0x" + strings.Repeat("ab", 32)}
}

const vectorSignature = "0x0adbfc2b458797e8080432d8d744b98c8c9825e3eba4c7351335322e91371ab204dfd4489325a5848938020e2e780fa90feee748ef92506d5fdd39c31e98140a1c"

func TestAReceiptIsSignedLikeTheReferencesVector(t *testing.T) {
	key, err := crypto.HexToECDSA(anvilKey)
	if err != nil {
		t.Fatal(err)
	}
	r := vector()
	s, err := signEIP712(Statement{Receipt: &r}, key)
	if err != nil {
		t.Fatal(err)
	}
	if s.Signature != vectorSignature {
		t.Errorf("the signature is %s", s.Signature)
	}
	wire, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	read, err := Parse(wire)
	if err != nil {
		t.Fatal(err)
	}
	back, err := read.Statement()
	if err != nil || *back.Receipt != r {
		t.Errorf("the receipt reads back as %+v, %v", back.Receipt, err)
	}
}

func TestCanonicalJSONIsThatOfRFC8785(t *testing.T) {
	for in, want := range map[string]string{
		`{"b": 1, "a" : "<&>"}`:                             `{"a":"<&>","b":1}`,
		`{"k":"\u20ac$\u000f\nA'\u0042\u0022\u005c\\\"\/"}`: `{"k":"` + "\u20ac" + `$\u000f\nA'B\"\\\\\"/"}`,
		"{\"x\":\"\u2028\\\\u2028\"}":                       "{\"x\":\"\u2028\\\\u2028\"}",
		`{"x":[true,null,{"z":0,"y":""}]}`:                  `{"x":[true,null,{"y":"","z":0}]}`,
	} {
		o, err := readObject("test", []byte(in), 1024)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := string(canonical(o)); got != want {
			t.Errorf("%s is %s; want %s", in, got, want)
		}
	}
}

// The keys are those of RFC 8037 (A.3), RFC 7638 and the did:key specification.
func TestKeysOfTheSpecificationsAreRead(t *testing.T) {
	ed, err := readObject("jwk", []byte(`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`), 1024)
	if err != nil {
		t.Fatal(err)
	}
	k, err := keyOf(ed)
	if err != nil || k.thumbprint() != "kPrK_qmxVWaYVA9w" {
		t.Errorf("the thumbprint is %v, %v", k, err)
	}
	for kid, curve := range map[string]string{
		"did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK":            curveEd25519,
		"did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme":                                                            curveSecp256k1,
		"did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169":                                                            curveP256,
		"did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJFZDI1NTE5IiwieCI6IjExcVlBWUt4Q3JmVlNfN1R5V1FIT2c3aGN2UGFwaU1scndJYWFQY0hVUm8ifQ#0": curveEd25519,
	} {
		id, err := parseKid(kid)
		if err != nil {
			t.Errorf("%s: %v", kid, err)
			continue
		}
		if k, err := id.inline(); err != nil || k.curve != curve {
			t.Errorf("%s is %v, %v; want a key of %s", kid, k, err, curve)
		}
	}
}
