package x402

import (
	"crypto/ecdsa"
	"encoding/binary"
	"fmt"
	"math/big"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// An Authorization is the EIP-3009 message TransferWithAuthorization. Anyone with the
// message and a signature of From may move Value of the asset to To, once, strictly
// after ValidAfter and strictly before ValidBefore.
type Authorization struct {
	From, To    common.Address
	Value       *big.Int    // base units of the asset
	ValidAfter  *big.Int    // Unix seconds
	ValidBefore *big.Int    // Unix seconds
	Nonce       common.Hash // the payment nonce: random; an asset accepts it once from each From
}

// A Domain binds a signature to one token on one chain. It has the four fields of EIP-712
// that EIP-3009 tokens use; there is no salt. The name of USDC is "USD Coin" on
// Base and "USDC" on Base Sepolia. Before you trust a name, compare Separator with the
// token's own DOMAIN_SEPARATOR().
type Domain struct {
	Name, Version     string
	ChainID           uint64
	VerifyingContract common.Address
}

var (
	domainTypeHash = crypto.Keccak256Hash([]byte(
		"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"))
	authorizationTypeHash = crypto.Keccak256Hash([]byte(
		"TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"))
	cancellationTypeHash = crypto.Keccak256Hash([]byte("CancelAuthorization(address authorizer,bytes32 nonce)"))
)

// Separator returns the EIP-712 domain separator.
func (d Domain) Separator() common.Hash {
	kept := lastSeparator.Load()
	if kept == nil || kept.domain != d {
		kept = &separator{d, d.separator()}
		lastSeparator.Store(kept)
	}
	return kept.hash
}

// separator is a domain with its separator. The last one is kept: nearly all payments of a
// server have one domain.
type separator struct {
	domain Domain
	hash   common.Hash
}

var lastSeparator atomic.Pointer[separator]

func (d Domain) separator() common.Hash {
	var words [5 * 32]byte
	copy(words[0:], domainTypeHash[:])
	copy(words[32:], crypto.Keccak256([]byte(d.Name)))
	copy(words[64:], crypto.Keccak256([]byte(d.Version)))
	binary.BigEndian.PutUint64(words[120:], d.ChainID)
	copy(words[140:], d.VerifyingContract[:])
	return crypto.Keccak256Hash(words[:])
}

// Digest returns the hash that the payer signs: keccak256(0x1901 ‖ separator ‖ struct
// hash). Value, ValidAfter and ValidBefore must fit into a uint256, as DecodePayment
// guarantees; anything else counts as zero.
func (a Authorization) Digest(d Domain) common.Hash {
	var words [7 * 32]byte
	copy(words[0:], authorizationTypeHash[:])
	copy(words[44:], a.From[:])
	copy(words[76:], a.To[:])
	for i, n := range []*big.Int{a.Value, a.ValidAfter, a.ValidBefore} {
		if n != nil && n.BitLen() <= 256 {
			n.FillBytes(words[96+32*i : 128+32*i])
		}
	}
	copy(words[192:], a.Nonce[:])

	return d.digest(crypto.Keccak256Hash(words[:]))
}

// Sign signs the authorization with the key of From. The signature is r ‖ s ‖ v, 65
// bytes, with v 27 or 28 and a low s: the form that tokens accept. It returns an error if
// the key belongs to another account.
func (a Authorization) Sign(d Domain, key *ecdsa.PrivateKey) ([]byte, error) {
	if signer := crypto.PubkeyToAddress(key.PublicKey); signer != a.From {
		return nil, fmt.Errorf("sign authorization: the key is of %s, the payer is %s", signer, a.From)
	}
	return sign(a.Digest(d), key)
}

// SignCancellation signs EIP-3009's CancelAuthorization for a payment nonce of the
// key's own account. With the signature, anyone can cancel the authorization on chain.
// The signature has the same form as that of Authorization.Sign.
func SignCancellation(d Domain, nonce common.Hash, key *ecdsa.PrivateKey) ([]byte, error) {
	var words [3 * 32]byte
	authorizer := crypto.PubkeyToAddress(key.PublicKey)
	copy(words[0:], cancellationTypeHash[:])
	copy(words[44:], authorizer[:])
	copy(words[64:], nonce[:])
	return sign(d.digest(crypto.Keccak256Hash(words[:])), key)
}

// sign returns r ‖ s ‖ v with v 27 or 28; go-ethereum returns v 0 or 1.
func sign(digest common.Hash, key *ecdsa.PrivateKey) ([]byte, error) {
	sig, err := crypto.Sign(digest[:], key)
	if err != nil {
		return nil, fmt.Errorf("sign digest: %w", err)
	}
	sig[64] += 27
	return sig, nil
}

// digest returns EIP-712's keccak256(0x1901 ‖ separator ‖ struct hash).
func (d Domain) digest(structHash common.Hash) common.Hash {
	separator := d.Separator()
	return crypto.Keccak256Hash([]byte{0x19, 0x01}, separator[:], structHash[:])
}
