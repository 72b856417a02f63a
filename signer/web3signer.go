package signer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
)

// web3signer is a signer with the REST API of Web3Signer's mode eth1. That names keys by
// their public key.
type web3signer struct {
	web
	key common.Address

	mu         sync.Mutex
	identifier string // public key; empty until it was found
}

// newWeb3Signer returns a backend for the option api: rest, the default, or rpc for the JSON-RPC
// of Web3Signer, which other signers have as well.
func newWeb3Signer(at location) (backend, error) {
	if err := at.web(); err != nil {
		return nil, err
	}
	calls, err := at.rpc()
	if err != nil {
		return nil, err
	}
	switch at.options["api"] {
	case "rpc":
		return clef{calls, "eth_accounts", "eth_signTransaction", "", at.account}, nil
	case "", "rest":
		return &web3signer{web: calls.web, key: at.account}, nil
	}
	return nil, errors.New("api: expected rest or rpc")
}

func (w *web3signer) account(ctx context.Context) (common.Address, error) {
	if _, err := w.exchange(ctx, http.MethodGet, "/upcheck", nil); err != nil {
		return common.Address{}, fmt.Errorf("upcheck: %w", err)
	}
	w.forget()
	_, err := w.find(ctx)
	return w.key, err
}

// find returns the identifier of the key, from the list of public keys.
func (w *web3signer) find(ctx context.Context) (string, error) {
	w.mu.Lock()
	found := w.identifier
	w.mu.Unlock()
	if found != "" {
		return found, nil
	}
	data, err := w.exchange(ctx, http.MethodGet, "/api/v1/eth1/publicKeys", nil)
	if err != nil {
		return "", fmt.Errorf("publicKeys: %w", err)
	}
	var keys []string
	if err := json.Unmarshal(data, &keys); err != nil {
		return "", errors.New("publicKeys: the answer is not a list of public keys")
	}
	for _, key := range keys {
		if publicKey, err := hexutil.Decode(key); err == nil && addressOf(publicKey) == w.key {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.identifier = key
			return key, nil
		}
	}
	return "", fmt.Errorf("it does not have the key of %s; it has %d others", w.key, len(keys))
}

// addressOf returns the account of a public key of 64 bytes, or of 65 with a first byte of 4.
func addressOf(publicKey []byte) common.Address {
	if len(publicKey) == 64 {
		publicKey = append([]byte{4}, publicKey...)
	}
	key, err := crypto.UnmarshalPubkey(publicKey)
	if err != nil {
		return common.Address{}
	}
	return crypto.PubkeyToAddress(*key)
}

func (w *web3signer) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.identifier = ""
}

// sign sends the bytes of the transaction, not their hash: the service hashes them itself.
func (w *web3signer) sign(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	unsigned, err := signedBytes(chainID, tx)
	if err != nil {
		return nil, err
	}
	identifier, err := w.find(ctx)
	if err != nil {
		return nil, err
	}
	data, err := w.exchange(ctx, http.MethodPost, "/api/v1/eth1/sign/"+identifier, map[string]hexutil.Bytes{"data": unsigned})
	if failed := (*statusError)(nil); errors.As(err, &failed) && failed.code == http.StatusNotFound {
		w.forget()
	}
	if err != nil {
		return nil, err
	}
	signature, err := hexutil.Decode(string(bytes.Trim(data, "\" \t\r\n")))
	if err != nil {
		return nil, fmt.Errorf("the answer is not a signature in hex: %.100q", data)
	}
	return signature, nil
}

// signedBytes returns the bytes of an EIP-1559 transaction. A signature signs their Keccak hash.
func signedBytes(chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	if tx.Type() != types.DynamicFeeTxType {
		return nil, fmt.Errorf("transactions of type %d are not signed", tx.Type())
	}
	fields, err := rlp.EncodeToBytes([]any{chainID, tx.Nonce(), tx.GasTipCap(), tx.GasFeeCap(), tx.Gas(), tx.To(), tx.Value(), tx.Data(), tx.AccessList()})
	if err != nil {
		return nil, err
	}
	unsigned := append([]byte{types.DynamicFeeTxType}, fields...)
	if crypto.Keccak256Hash(unsigned) != types.LatestSignerForChainID(chainID).Hash(tx) {
		return nil, errors.New("the transaction is encoded in another way than its hash says")
	}
	return unsigned, nil
}
