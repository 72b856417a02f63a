package signer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// clef is a signer with Clef's external API: account_list and account_signTransaction. Web3Signer
// and others have the same call under the name of a node's: eth_accounts and
// eth_signTransaction.
type clef struct {
	rpc
	list, transact, version string // methods; no version: none
	key                     common.Address
}

func newClef(at location) (backend, error) {
	calls, err := at.rpc()
	return clef{calls, "account_list", "account_signTransaction", "account_version", at.account}, err
}

func (c clef) account(ctx context.Context) (common.Address, error) {
	var accounts []common.Address
	err := c.call(ctx, &accounts, c.list)
	if err == nil && !slices.Contains(accounts, c.key) {
		err = fmt.Errorf("it does not offer the account %s; it offers %d others", c.key, len(accounts))
	}
	return c.key, c.named(ctx, err)
}

// maxVersionTime is how long a failed call waits for the name of the program that answered it.
const maxVersionTime = 2 * time.Second

// named adds the program that answered to the error of a call, if there is one.
func (c clef) named(ctx context.Context, err error) error {
	if err == nil || c.version == "" {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, maxVersionTime)
	defer cancel()
	var version string
	unknown := (*refusalError)(nil)
	switch failed := c.call(ctx, &version, c.version); {
	case failed == nil:
		return fmt.Errorf("%w; Clef's API %.20q answered", err, version)
	case errors.As(failed, &unknown) && unknown.code == noMethod:
		return fmt.Errorf("%w; the program that answered has no %s, so it is not Clef: for another signer, begin the URL with web3signer+ and add ?api=rpc", err, c.version)
	}
	return err
}

// arguments are the fields of a transaction in the call.
type arguments struct {
	From    string         `json:"from"` // with a checksum: Clef refuses an address without
	To      string         `json:"to,omitempty"`
	Gas     hexutil.Uint64 `json:"gas"`
	FeeCap  *hexutil.Big   `json:"maxFeePerGas"`
	TipCap  *hexutil.Big   `json:"maxPriorityFeePerGas"`
	Value   *hexutil.Big   `json:"value"`
	Nonce   hexutil.Uint64 `json:"nonce"`
	Data    hexutil.Bytes  `json:"data"`
	ChainID *hexutil.Big   `json:"chainId"`
}

func (c clef) sign(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	signature, err := c.signature(ctx, chainID, tx)
	return signature, c.named(ctx, err)
}

func (c clef) signature(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	var result json.RawMessage
	to := ""
	if tx.To() != nil {
		to = tx.To().Hex()
	}
	err := c.call(ctx, &result, c.transact, arguments{
		From: c.key.Hex(), To: to, Gas: hexutil.Uint64(tx.Gas()), FeeCap: (*hexutil.Big)(tx.GasFeeCap()), TipCap: (*hexutil.Big)(tx.GasTipCap()),
		Value: (*hexutil.Big)(tx.Value()), Nonce: hexutil.Uint64(tx.Nonce()), Data: tx.Data(), ChainID: (*hexutil.Big)(chainID),
	})
	if err != nil {
		return nil, err
	}
	raw, err := rawTransaction(result)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.transact, err)
	}
	var signed types.Transaction
	if err := signed.UnmarshalBinary(raw); err != nil {
		return nil, fmt.Errorf("%s: the answer is not a signed transaction: %w", c.transact, err)
	}
	if err := sameFields(tx, &signed, chainID); err != nil {
		return nil, err
	}
	v, r, s := signed.RawSignatureValues()
	if v.BitLen() > 8 || r.BitLen() > 256 || s.BitLen() > 256 {
		return nil, errors.New("the signature is out of range")
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature, nil
}

// rawTransaction returns the bytes of the result: a hex string, or an object with it in "raw".
func rawTransaction(result json.RawMessage) (hexutil.Bytes, error) {
	var raw hexutil.Bytes
	if err := json.Unmarshal(result, &raw); err == nil {
		return raw, nil
	}
	var object struct {
		Raw hexutil.Bytes `json:"raw"`
	}
	if err := json.Unmarshal(result, &object); err != nil || len(object.Raw) == 0 {
		return nil, errors.New("the answer has no signed transaction")
	}
	return object.Raw, nil
}

// sameFields compares a signed transaction with the one that was to be signed. It returns an
// error that names the first field that differs.
func sameFields(want, got *types.Transaction, chainID *big.Int) error {
	if want.Type() != got.Type() {
		return fmt.Errorf("it signed another type of transaction: %d, not %d", got.Type(), want.Type())
	}
	for _, field := range []struct {
		name      string
		got, want any
	}{
		{"chainId", got.ChainId(), chainID},
		{"nonce", got.Nonce(), want.Nonce()},
		{"to", text(got.To()), text(want.To())},
		{"value", got.Value(), want.Value()},
		{"gas", got.Gas(), want.Gas()},
		{"maxFeePerGas", got.GasFeeCap(), want.GasFeeCap()},
		{"maxPriorityFeePerGas", got.GasTipCap(), want.GasTipCap()},
		{"data", hexutil.Bytes(got.Data()), hexutil.Bytes(want.Data())},
		{"accessList", len(got.AccessList()), len(want.AccessList())},
	} {
		if a, b := fmt.Sprint(field.got), fmt.Sprint(field.want); a != b {
			return fmt.Errorf("it signed another %s: %.80s, not %.80s", field.name, a, b)
		}
	}
	return nil
}

func text(account *common.Address) string {
	if account == nil {
		return "none"
	}
	return account.Hex()
}
