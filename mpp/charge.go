package mpp

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// TypeAuthorization is the credential type of this package: an EIP-3009 authorization.
const TypeAuthorization = "authorization"

// Permit2 is the address of the Permit2 contract, the same on all chains. The draft
// requires it in a request, even if the server takes only authorizations.
var Permit2 = common.HexToAddress("0x000000000022D473030F116dDEE9F6B43aC78BA3")

// A Charge is the request of an EVM charge (draft-evm-charge-00).
type Charge struct {
	Amount          *big.Int // base units of the currency
	Currency        common.Address
	Recipient       common.Address
	ChainID         uint64 // at most 2^53-1, since JSON numbers are exact up to there
	Decimals        int
	CredentialTypes []string // how it may be paid; empty means "transaction"
	Description     string   // optional, ASCII
	ExternalID      string   // optional, ASCII

	splits bool // it wants the money divided, which an authorization cannot do
}

// The keys are in the order that RFC 8785 demands.
type chargeJSON struct {
	Amount        string        `json:"amount"`
	Currency      string        `json:"currency"`
	Description   string        `json:"description,omitempty"`
	ExternalID    string        `json:"externalId,omitempty"`
	MethodDetails methodDetails `json:"methodDetails"`
	Recipient     string        `json:"recipient"`
}

type methodDetails struct {
	ChainID         uint64   `json:"chainId"`
	CredentialTypes []string `json:"credentialTypes,omitempty"`
	Decimals        int      `json:"decimals"`
	Permit2Address  string   `json:"permit2Address"`
}

// maxExact is the largest integer that a JSON number holds exactly in all readers.
const maxExact = 1<<53 - 1

// NewCharge returns the charge that asks for the same transfer as an x402 requirement,
// paid by an authorization. decimals are those of the asset.
func NewCharge(r x402.Requirement, decimals uint8) Charge {
	id, _ := x402.ParseCAIP2(r.Network)
	return Charge{Amount: r.Amount, Currency: r.Asset, Recipient: r.PayTo, ChainID: id, Decimals: int(decimals),
		CredentialTypes: []string{TypeAuthorization}}
}

// JSON returns the charge as canonical JSON.
func (c Charge) JSON() ([]byte, error) {
	switch {
	case c.Amount == nil || c.Amount.Sign() < 0 || c.Amount.BitLen() > 256:
		return nil, fmt.Errorf("encode charge: amount %v is not a uint256", c.Amount)
	case c.ChainID == 0 || c.ChainID > maxExact:
		return nil, fmt.Errorf("encode charge: chain id %d is not between 1 and 2^53-1", c.ChainID)
	case !printable(c.Description) || !printable(c.ExternalID):
		return nil, errors.New("encode charge: a string is not printable ASCII")
	}
	return canonical(chargeJSON{Amount: c.Amount.String(), Currency: c.Currency.Hex(), Description: c.Description, ExternalID: c.ExternalID,
		MethodDetails: methodDetails{c.ChainID, c.CredentialTypes, c.Decimals, Permit2.Hex()}, Recipient: c.Recipient.Hex()})
}

// Encode returns the charge as the parameter request of a challenge: base64url of
// canonical JSON.
func (c Charge) Encode() (string, error) {
	text, err := c.JSON()
	return base64.RawURLEncoding.EncodeToString(text), err
}

// Charge decodes the request of an EVM charge. It ignores unknown keys. The errors are
// *x402.MalformedError.
func (c Challenge) Charge() (Charge, error) {
	if len(c.Request) > maxRequest {
		return Charge{}, malformed("request", "at most "+strconv.Itoa(maxRequest)+" bytes")
	}
	text, ok := x402.DecodeBase64(c.Request)
	if !ok {
		return Charge{}, malformed("request", "base64url of a JSON object")
	}
	return decodeCharge(text)
}

// DecodeCharge decodes a request that is a JSON object, as challenges over MCP carry it.
// The errors are *x402.MalformedError.
func DecodeCharge(request []byte) (Charge, error) {
	if len(request) > maxRequest {
		return Charge{}, malformed("request", "at most "+strconv.Itoa(maxRequest)+" bytes")
	}
	return decodeCharge(request)
}

func decodeCharge(text []byte) (c Charge, err error) {
	m, err := readObject(text, "request", "amount", "currency", "recipient", "methodDetails", "description", "externalId")
	if err != nil {
		return Charge{}, err
	}
	details, err := readMembers(m["methodDetails"], "request.methodDetails", "chainId", "credentialTypes", "decimals", "permit2Address", "splits")
	if err != nil {
		return Charge{}, err
	}
	if c.Amount, err = m.uint256("amount"); err != nil {
		return Charge{}, err
	}
	if c.Currency, err = m.address("currency"); err != nil {
		return Charge{}, err
	}
	if c.Recipient, err = m.address("recipient"); err != nil {
		return Charge{}, err
	}
	if c.Description, err = m.text("description"); err != nil {
		return Charge{}, err
	}
	if c.ExternalID, err = m.text("externalId"); err != nil {
		return Charge{}, err
	}
	id, err := strconv.ParseUint(string(details["chainId"]), 10, 64)
	if err != nil || id == 0 || id > maxExact {
		return Charge{}, malformed("request.methodDetails.chainId", "a number from 1 to 2^53-1")
	}
	c.ChainID = id
	if raw, ok := details["decimals"]; ok {
		if c.Decimals, err = strconv.Atoi(string(raw)); err != nil || c.Decimals < 0 || c.Decimals > math.MaxUint8 {
			return Charge{}, malformed("request.methodDetails.decimals", "a number from 0 to 255")
		}
	}
	if raw, ok := details["credentialTypes"]; ok {
		if json.Unmarshal(raw, &c.CredentialTypes) != nil {
			return Charge{}, malformed("request.methodDetails.credentialTypes", "an array of strings")
		}
	}
	raw, ok := details["splits"]
	c.splits = ok && string(raw) != "null" && string(raw) != "[]"
	return c, nil
}

func (m members) uint256(key string) (*big.Int, error) {
	s, err := m.text(key)
	n, ok := x402.ParseUint256(s)
	if err != nil || !ok {
		return nil, malformed(key, "a uint256 as a decimal string, without sign or leading zero")
	}
	return n, nil
}

func (m members) address(key string) (common.Address, error) {
	s, err := m.text(key)
	a, ok := x402.ParseAddress(s)
	if err != nil || !ok {
		return common.Address{}, malformed(key, "0x and 40 hex digits")
	}
	return a, nil
}

// payable returns an error if an authorization cannot pay the charge.
func (c Charge) payable() error {
	switch {
	case !slices.Contains(c.CredentialTypes, TypeAuthorization):
		return errors.New("the server takes no authorization")
	case c.splits:
		return errors.New("the server wants the money divided, which an authorization cannot do")
	case c.Amount.Sign() == 0:
		return errors.New("the amount is 0")
	}
	return nil
}
