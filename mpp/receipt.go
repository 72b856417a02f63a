package mpp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// StatusSuccess is the only status of a receipt: errors have a Problem instead.
const StatusSuccess = "success"

// A Receipt confirms a payment whose transaction is in a block. It is sent with status
// 200 only.
type Receipt struct {
	Method      string `json:"method"`
	ChallengeID string `json:"challengeId,omitempty"`
	Reference   string `json:"reference"` // hash of the transaction
	Status      string `json:"status"`    // "success"
	Timestamp   string `json:"timestamp"` // RFC 3339
	ChainID     uint64 `json:"chainId,omitempty"`
}

// NewReceipt returns the receipt of a payment.
func NewReceipt(challengeID string, tx common.Hash, chainID uint64, at time.Time) Receipt {
	return Receipt{MethodEVM, challengeID, tx.Hex(), StatusSuccess, at.UTC().Truncate(time.Second).Format(time.RFC3339), chainID}
}

// Encode returns the receipt as the value of Payment-Receipt.
func (r Receipt) Encode() (string, error) {
	text, err := canonical(r)
	if err != nil {
		return "", fmt.Errorf("encode payment receipt: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

// maxReceipt bounds an encoded receipt, in bytes.
const maxReceipt = 16 << 10

// DecodeReceipt decodes the value of Payment-Receipt. It returns an error for a receipt
// of another method or status, or without a transaction's hash. A receipt is a server's
// word: only the chain proves a payment.
func DecodeReceipt(value string) (Receipt, error) {
	if value == "" || len(value) > maxReceipt {
		return Receipt{}, fmt.Errorf("read payment receipt: not 1 to %d bytes", maxReceipt)
	}
	data, ok := x402.DecodeBase64(value)
	if !ok {
		return Receipt{}, errors.New("read payment receipt: not base64url")
	}
	m, err := readObject(data, "receipt", "method", "challengeId", "reference", "status", "timestamp", "chainId")
	if err != nil {
		return Receipt{}, fmt.Errorf("read payment receipt: %w", err)
	}
	var r Receipt
	for key, into := range map[string]*string{"method": &r.Method, "challengeId": &r.ChallengeID, "reference": &r.Reference,
		"status": &r.Status, "timestamp": &r.Timestamp} {
		if *into, err = m.text(key); err != nil {
			return Receipt{}, fmt.Errorf("read payment receipt: %w", err)
		}
	}
	if raw, ok := m["chainId"]; ok {
		if r.ChainID, err = strconv.ParseUint(string(raw), 10, 64); err != nil {
			return Receipt{}, errors.New("read payment receipt: chainId is not a number")
		}
	}
	if _, err := time.Parse(time.RFC3339, r.Timestamp); err != nil || r.Status != StatusSuccess || r.Method != MethodEVM {
		return Receipt{}, errors.New("read payment receipt: not a success of an EVM payment at a time")
	}
	if _, ok := x402.ParseHash(r.Reference); !ok {
		return Receipt{}, errors.New("read payment receipt: the reference is not a transaction's hash")
	}
	return r, nil
}
