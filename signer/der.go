package signer

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// A KMS has public keys and signatures in DER. crypto/x509 does not know the curve secp256k1.

var (
	oidECDSA     = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidSecp256k1 = asn1.ObjectIdentifier{1, 3, 132, 0, 10}
)

// accountOfDER returns the account of a SubjectPublicKeyInfo with a key of secp256k1.
func accountOfDER(der []byte) (common.Address, error) {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		PublicKey asn1.BitString
	}
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 {
		return common.Address{}, errors.New("the public key cannot be read")
	}
	var curve asn1.ObjectIdentifier
	rest, err := asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &curve)
	if err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(oidECDSA) || !curve.Equal(oidSecp256k1) {
		return common.Address{}, errors.New("the key is not one of secp256k1")
	}
	key, err := crypto.UnmarshalPubkey(info.PublicKey.RightAlign())
	if err != nil {
		return common.Address{}, errors.New("the public key is not a point of secp256k1")
	}
	return crypto.PubkeyToAddress(*key), nil
}

// signatureOfDER returns r and s of an ECDSA-Sig-Value, 32 bytes each.
func signatureOfDER(der []byte) ([]byte, error) {
	var value struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &value); err != nil || len(rest) > 0 {
		return nil, errors.New("the signature cannot be read")
	}
	for _, n := range []*big.Int{value.R, value.S} {
		if n.Sign() <= 0 || n.BitLen() > 256 {
			return nil, errors.New("the signature is out of range")
		}
	}
	signature := make([]byte, 64)
	value.R.FillBytes(signature[:32])
	value.S.FillBytes(signature[32:])
	return signature, nil
}
