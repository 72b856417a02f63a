package mpp_test

import (
	"crypto/ecdsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
)

// The vector was made with mppx 0.11.0: Challenge.from with secretKey, and
// evm.Types.challengeHash.
const (
	vectorKey     = "mint402-test-secret-0123456789abcdef"
	vectorID      = "htT6Wd1dXLdx1kxdKD0GRMZZ-UgaK8OctvF6TGovQpY"
	vectorNonce   = "0xdf698c52ee25d7e85a65baa1ecea58681607b8ae7d30c6fcc77a9cfb46a63e8b"
	vectorExpires = "2026-12-01T00:05:00Z"
	vectorRequest = `{"amount":"1000000","currency":"0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913","methodDetails":{"chainId":8453,"credentialTypes":["authorization"],"decimals":6,"permit2Address":"0x000000000022D473030F116dDEE9F6B43aC78BA3"},"recipient":"0x1111111111111111111111111111111111111111"}`
	vectorOpaque  = `{"launch":"ping","quantity":"1","salt":"AAAAAAAAAAAAAAAA"}`
)

var (
	base     = must2(x402.NetworkByName("base"))
	launch   = common.HexToAddress("0x1111111111111111111111111111111111111111")
	vectorAt = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
)

func must2[T any](v T, ok bool) T {
	if !ok {
		panic("not ok")
	}
	return v
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func secret(keys ...string) *mpp.Secret {
	var all [][]byte
	for _, k := range keys {
		all = append(all, []byte(k))
	}
	return must(mpp.NewSecret(all...))
}

func charge() mpp.Charge {
	return mpp.NewCharge(base.Requirement(launch, big.NewInt(1_000_000), 5*time.Minute), 6)
}

// challenge returns the challenge of the vector.
func challenge() mpp.Challenge {
	c := mpp.Challenge{Realm: "mint.example", Method: mpp.MethodEVM, Intent: mpp.IntentCharge, Request: must(charge().Encode()), Expires: vectorExpires,
		Opaque: must(mpp.EncodeData(map[string]string{"launch": "ping", "quantity": "1", "salt": "AAAAAAAAAAAAAAAA"}))}
	secret(vectorKey).Bind(&c)
	return c
}

func payerKey() *ecdsa.PrivateKey {
	return must(crypto.HexToECDSA("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))
}

// sign returns a payment of the vector's challenge, as a header and decoded.
func sign(t testing.TB) (x402.Signed, mpp.Credential) {
	t.Helper()
	o, err := challenge().Offer(vectorAt)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := o.Sign(payerKey(), base.Asset.Domain(base.ChainID), vectorAt)
	if err != nil {
		t.Fatal(err)
	}
	text, ok, err := mpp.FindCredential(signed.Value)
	if err != nil || !ok {
		t.Fatalf("find credential: %t, %v", ok, err)
	}
	c, err := mpp.DecodeCredential(text)
	if err != nil {
		t.Fatal(err)
	}
	return signed, c
}

func TestAChallengeIsThatOfMppxByteForByte(t *testing.T) {
	c := challenge()
	if text, _ := base64.RawURLEncoding.DecodeString(c.Request); string(text) != vectorRequest {
		t.Errorf("the request is %s", text)
	}
	if text, _ := base64.RawURLEncoding.DecodeString(c.Opaque); string(text) != vectorOpaque {
		t.Errorf("the opaque data are %s", text)
	}
	if c.ID != vectorID {
		t.Errorf("the id is %s", c.ID)
	}
	if n := c.Nonce().Hex(); n != vectorNonce {
		t.Errorf("the nonce is %s", n)
	}
	want := fmt.Sprintf(`Payment id="%s", realm="mint.example", method="evm", intent="charge", request="%s", expires="%s", opaque="%s"`,
		vectorID, c.Request, vectorExpires, c.Opaque)
	if c.String() != want {
		t.Errorf("the header is %s", c)
	}
}

// TestMppxReadsAndSignsLikeThis uses a credential that mppx 0.11.0 signed with the first
// key of anvil for the vector's challenge. testdata/mppx.mjs makes it again.
func TestMppxReadsAndSignsLikeThis(t *testing.T) {
	theirs := strings.TrimSpace(string(must(os.ReadFile("testdata/mppx.txt"))))
	text, ok, err := mpp.FindCredential(theirs)
	if err != nil || !ok {
		t.Fatalf("find credential: %t, %v", ok, err)
	}
	c, err := mpp.DecodeCredential(text)
	if err != nil {
		t.Fatal(err)
	}
	if c.Challenge != challenge() {
		t.Errorf("the challenge came back as %+v", c.Challenge)
	}
	if err := c.Verify(base.ChainID); err != nil {
		t.Error(err)
	}
	r := base.Requirement(launch, big.NewInt(1_000_000), 5*time.Minute)
	p := c.Payment(base.ChainID)
	if err := r.Check(p, vectorAt, time.Second, time.Hour); err != nil {
		t.Error(err)
	}
	if _, err := r.CheckSignature(p); err != nil {
		t.Error(err)
	}
	_, ours := sign(t)
	if got, want := must(ours.Authorization.MarshalJSON()), must(c.Authorization.MarshalJSON()); string(got) != string(want) {
		t.Errorf("ours authorizes %s, theirs %s", got, want)
	}
	if string(ours.Signature) != string(c.Signature) {
		t.Errorf("the signatures are %x and %x", ours.Signature, c.Signature)
	}
}

func TestASecretMakesItsOwnChallengesOnly(t *testing.T) {
	s, c := secret(vectorKey), challenge()
	if !s.Made(c) {
		t.Fatal("it refuses its own")
	}
	c.Description = "display only"
	if !s.Made(c) {
		t.Error("the description is bound")
	}
	for name, change := range map[string]func(*mpp.Challenge){
		"id":      func(c *mpp.Challenge) { c.ID = strings.Repeat("A", mpp.IDLength) },
		"no id":   func(c *mpp.Challenge) { c.ID = "" },
		"realm":   func(c *mpp.Challenge) { c.Realm = "other.example" },
		"method":  func(c *mpp.Challenge) { c.Method = "tempo" },
		"intent":  func(c *mpp.Challenge) { c.Intent = "session" },
		"request": func(c *mpp.Challenge) { c.Request = c.Request[:len(c.Request)-1] + "A" },
		"expires": func(c *mpp.Challenge) { c.Expires = "2027-12-01T00:05:00Z" },
		"digest":  func(c *mpp.Challenge) { c.Digest = "sha-256=:AA=:" },
		"opaque":  func(c *mpp.Challenge) { c.Opaque = "" },
		"moved":   func(c *mpp.Challenge) { c.Realm, c.Method = c.Realm+"|"+c.Method, c.Intent; c.Intent = c.Request },
		"shifted": func(c *mpp.Challenge) {
			// The same text is authenticated: seven parts, one of them in the wrong place.
			c.Realm, c.Method, c.Intent, c.Request = c.Realm+"|"+c.Method, c.Intent, c.Request, c.Expires
			c.Expires, c.Digest, c.Opaque = "", c.Opaque, ""
		},
	} {
		other := challenge()
		change(&other)
		if s.Made(other) {
			t.Errorf("%s: it takes a challenge that it did not make", name)
		}
	}
}

func TestAReplacedSecretIsStillRecognized(t *testing.T) {
	old, current := strings.Repeat("o", 32), strings.Repeat("n", 32)
	c := challenge()
	secret(old).Bind(&c)
	if !secret(current, old).Made(c) {
		t.Error("a challenge of the old key is refused")
	}
	if secret(current).Made(c) {
		t.Error("a challenge of a key that is gone is taken")
	}
	before := c.ID
	secret(current, old).Bind(&c)
	if c.ID == before {
		t.Error("the old key still makes challenges")
	}
	for _, keys := range [][][]byte{nil, {[]byte("short")}, {[]byte(old), []byte("short")}} {
		if _, err := mpp.NewSecret(keys...); err == nil {
			t.Errorf("the keys %q are taken", keys)
		}
	}
}

func TestOneSecretServesManyAtOnce(t *testing.T) {
	s := secret(vectorKey)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 200 {
				c := challenge()
				c.ID = ""
				if s.Bind(&c); c.ID != vectorID || !s.Made(c) {
					t.Error("the id depends on other calls")
					return
				}
			}
		})
	}
	wg.Wait()
}
