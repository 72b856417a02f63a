package proof

import (
	"crypto/ecdsa"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// The domain of both kinds has no verifying contract, and chain id 1 whatever the network
// of the payment: the network is a field of the payload (section 3.2).
var (
	domainType  = crypto.Keccak256Hash([]byte("EIP712Domain(string name,string version,uint256 chainId)"))
	offerType   = crypto.Keccak256Hash([]byte("Offer(uint256 version,string resourceUrl,string scheme,string network,string asset,string payTo,string amount,uint256 validUntil)"))
	receiptType = crypto.Keccak256Hash([]byte("Receipt(uint256 version,string network,string resourceUrl,string payer,uint256 issuedAt,string transaction)"))

	offerDomain   = separator("x402 offer")
	receiptDomain = separator("x402 receipt")
)

func separator(name string) common.Hash {
	return crypto.Keccak256Hash(domainType[:], text(name), text("1"), number(1))
}

func text(s string) []byte { return crypto.Keccak256([]byte(s)) }

func number(n int64) []byte {
	var word [32]byte
	binary.BigEndian.PutUint64(word[24:], uint64(n))
	return word[:]
}

// seconds returns a time in Unix seconds, and 0 for no time.
func seconds(t time.Time) []byte {
	if t.IsZero() {
		return number(0)
	}
	return number(t.Unix())
}

// Digest returns the hash that is signed in the format eip712.
func (o *Offer) Digest() common.Hash {
	hash := crypto.Keccak256Hash(offerType[:], number(schemaVersion), text(o.ResourceURL), text(o.Scheme), text(o.Network),
		text(o.Asset), text(o.PayTo), text(o.Amount), seconds(o.ValidUntil))
	return crypto.Keccak256Hash([]byte{0x19, 0x01}, offerDomain[:], hash[:])
}

// Digest returns the hash that is signed in the format eip712.
func (r *Receipt) Digest() common.Hash {
	hash := crypto.Keccak256Hash(receiptType[:], number(schemaVersion), text(r.Network), text(r.ResourceURL), text(r.Payer),
		seconds(r.IssuedAt), text(r.Transaction))
	return crypto.Keccak256Hash([]byte{0x19, 0x01}, receiptDomain[:], hash[:])
}

func (s Statement) digest() common.Hash {
	if s.Offer != nil {
		return s.Offer.Digest()
	}
	return s.Receipt.Digest()
}

// signEIP712 signs a statement with an account's key.
func signEIP712(s Statement, key *ecdsa.PrivateKey) (Signed, error) {
	digest := s.digest()
	sig, err := crypto.Sign(digest[:], key)
	if err != nil {
		return Signed{}, fmt.Errorf("sign %s: %w", s.Kind(), err)
	}
	sig[64] += 27
	return Signed{Format: FormatEIP712, Payload: canonical(s.payload(true)), Signature: "0x" + hex.EncodeToString(sig)}, nil
}

// recoverEIP712 returns the account that signed a statement. It accepts 65 bytes in hex
// with v 0, 1, 27 or 28. It refuses a high s and other lengths: each signature has one
// form.
func recoverEIP712(s Statement, signature string) (common.Address, error) {
	if len(signature) != 2+2*crypto.SignatureLength || signature[:2] != "0x" {
		return common.Address{}, wrong("signature", "0x and 130 hex digits")
	}
	sig, err := hex.DecodeString(signature[2:])
	if err != nil {
		return common.Address{}, wrong("signature", "0x and 130 hex digits")
	}
	return x402.RecoverEOA(s.digest(), sig)
}
