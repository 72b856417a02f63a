package x402

import (
	"crypto/ecdsa"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
)

// The first well-known development key of anvil and hardhat.
var payerKey = mustKey("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")

func mustKey(hex string) *ecdsa.PrivateKey {
	key, err := crypto.HexToECDSA(hex)
	if err != nil {
		panic(err)
	}
	return key
}

func mustNetwork(t testing.TB, name string) Network {
	t.Helper()
	n, ok := NetworkByName(name)
	if !ok {
		t.Fatalf("no network %s", name)
	}
	return n
}

func TestTheTypeHashIsThePublishedOne(t *testing.T) {
	// FiatTokenV2, TRANSFER_WITH_AUTHORIZATION_TYPEHASH.
	want := common.HexToHash("0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267")
	if authorizationTypeHash != want {
		t.Fatalf("got %s, want %s", authorizationTypeHash, want)
	}
	// EIP-712's domain with all four fields, as OpenZeppelin and Circle publish it.
	if want := common.HexToHash("0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f"); domainTypeHash != want {
		t.Fatalf("got %s, want %s", domainTypeHash, want)
	}
}

func TestUSDCsSeparatorsAreThoseOnChain(t *testing.T) {
	for name, want := range map[string]string{
		"base":         "0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f",
		"base-sepolia": "0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818",
		"ethereum":     "0x06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335",
	} {
		n := mustNetwork(t, name)
		if got := n.Asset.Domain(n.ChainID).Separator(); got.Hex() != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// typedData is the same message in go-ethereum's generic EIP-712 implementation.
func typedData(a Authorization, d Domain) apitypes.TypedData {
	return apitypes.TypedData{
		PrimaryType: "TransferWithAuthorization",
		Types: apitypes.Types{
			"EIP712Domain": {
				{Name: "name", Type: "string"}, {Name: "version", Type: "string"},
				{Name: "chainId", Type: "uint256"}, {Name: "verifyingContract", Type: "address"},
			},
			"TransferWithAuthorization": {
				{Name: "from", Type: "address"}, {Name: "to", Type: "address"}, {Name: "value", Type: "uint256"},
				{Name: "validAfter", Type: "uint256"}, {Name: "validBefore", Type: "uint256"}, {Name: "nonce", Type: "bytes32"},
			},
		},
		Domain: apitypes.TypedDataDomain{
			Name: d.Name, Version: d.Version, VerifyingContract: d.VerifyingContract.Hex(),
			ChainId: (*math.HexOrDecimal256)(new(big.Int).SetUint64(d.ChainID)),
		},
		Message: apitypes.TypedDataMessage{
			"from": a.From.Hex(), "to": a.To.Hex(), "value": a.Value.String(),
			"validAfter": a.ValidAfter.String(), "validBefore": a.ValidBefore.String(), "nonce": a.Nonce.Hex(),
		},
	}
}

func TestTheDigestAgreesWithGoEthereumsTypedData(t *testing.T) {
	source := rand.New(rand.NewPCG(402, 3009))
	fill := func(b []byte) {
		for i := range b {
			b[i] = byte(source.Uint32())
		}
	}
	number := func() *big.Int {
		b := make([]byte, source.IntN(33))
		fill(b)
		return new(big.Int).SetBytes(b)
	}
	for i := range 300 {
		var a Authorization
		fill(a.From[:])
		fill(a.To[:])
		fill(a.Nonce[:])
		a.Value, a.ValidAfter, a.ValidBefore = number(), number(), number()
		d := Domain{Name: "USD₮" + strconv.Itoa(i), Version: strconv.Itoa(i % 3), ChainID: source.Uint64() >> source.IntN(64)}
		fill(d.VerifyingContract[:])

		want, _, err := apitypes.TypedDataAndHash(typedData(a, d))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Digest(d); got != common.BytesToHash(want) {
			t.Fatalf("digest of %+v under %+v: got %s, want %#x", a, d, got, want)
		}
	}
}

func TestASignedAuthorizationRecoversToItsPayer(t *testing.T) {
	n := mustNetwork(t, "base")
	d := n.Asset.Domain(n.ChainID)
	a := Authorization{From: crypto.PubkeyToAddress(payerKey.PublicKey), To: common.Address{1},
		Value: big.NewInt(1), ValidAfter: big.NewInt(0), ValidBefore: big.NewInt(2), Nonce: common.Hash{3}}
	sig, err := a.Sign(d, payerKey)
	if err != nil {
		t.Fatal(err)
	}
	if v := sig[64]; v != 27 && v != 28 {
		t.Errorf("v is %d", v)
	}
	if signer, err := RecoverEOA(a.Digest(d), sig); err != nil || signer != a.From {
		t.Errorf("recovered %s, %v", signer, err)
	}
	a.From = common.Address{9}
	if _, err := a.Sign(d, payerKey); err == nil {
		t.Error("signed for another payer than the key's")
	}
}

func TestASignatureCoversEveryFieldAndTheWholeDomain(t *testing.T) {
	n := mustNetwork(t, "base")
	d := n.Asset.Domain(n.ChainID)
	a := Authorization{Value: big.NewInt(1), ValidAfter: big.NewInt(1), ValidBefore: big.NewInt(1)}
	seen := map[common.Hash]string{a.Digest(d): "original"}
	try := func(name string, a Authorization, d Domain) {
		digest := a.Digest(d)
		if other, ok := seen[digest]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[digest] = name
	}
	b := a
	b.From[19] = 1
	try("from", b, d)
	b = a
	b.To[19] = 1
	try("to", b, d)
	b = a
	b.Value = big.NewInt(2)
	try("value", b, d)
	b = a
	b.ValidAfter = big.NewInt(2)
	try("validAfter", b, d)
	b = a
	b.ValidBefore = big.NewInt(2)
	try("validBefore", b, d)
	b = a
	b.Nonce[31] = 1
	try("nonce", b, d)
	e := d
	e.Name = "USDC"
	try("name", a, e)
	e = d
	e.Version = "1"
	try("version", a, e)
	e = d
	e.ChainID++
	try("chain id", a, e)
	e = d
	e.VerifyingContract[0]++
	try("contract", a, e)
}

func BenchmarkDigestAndRecover(b *testing.B) {
	n := mustNetwork(b, "base")
	d := n.Asset.Domain(n.ChainID)
	a := Authorization{From: crypto.PubkeyToAddress(payerKey.PublicKey), Value: big.NewInt(1), ValidAfter: big.NewInt(0), ValidBefore: big.NewInt(2)}
	sig, err := a.Sign(d, payerKey)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if signer, err := RecoverEOA(a.Digest(d), sig); err != nil || signer != a.From {
			b.Fatal(hexutil.Encode(sig), signer, err)
		}
	}
}

func TestACancellationIsSignedAsGoEthereumsTypedDataHasIt(t *testing.T) {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("cancel")))
	if err != nil {
		t.Fatal(err)
	}
	d := Domain{Name: "USDC", Version: "2", ChainID: 84532, VerifyingContract: common.HexToAddress("0x036CbD53842c5426634e7929541eC2318f3dCF7e")}
	nonce, payer := common.HexToHash("0x402"), crypto.PubkeyToAddress(key.PublicKey)
	typed := typedData(Authorization{Value: new(big.Int), ValidAfter: new(big.Int), ValidBefore: new(big.Int)}, d)
	typed.PrimaryType = "CancelAuthorization"
	typed.Types["CancelAuthorization"] = []apitypes.Type{{Name: "authorizer", Type: "address"}, {Name: "nonce", Type: "bytes32"}}
	typed.Message = apitypes.TypedDataMessage{"authorizer": payer.Hex(), "nonce": nonce.Hex()}
	digest, _, err := apitypes.TypedDataAndHash(typed)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := SignCancellation(d, nonce, key)
	if err != nil {
		t.Fatal(err)
	}
	if signer, err := RecoverEOA(common.BytesToHash(digest), sig); err != nil || signer != payer {
		t.Fatalf("signed by %s: %v, want %s", signer, err, payer)
	}
}
