package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// validSignature is the selector of isValidSignature(bytes32,bytes), and also the
// account's answer if the signature is its own (ERC-1271).
var validSignature = [4]byte{0x16, 0x26, 0xba, 0x7e}

// walletGas1271 limits the gas of an account's code for the check.
const walletGas1271 = 2_000_000

// SignedBy asks an account with code whether a signature of a digest is its own, by
// ERC-1271. It returns false if there is no code, or if the code returns anything but
// the selector.
func (c *Client) SignedBy(ctx context.Context, account common.Address, digest common.Hash, signature []byte) (bool, error) {
	there, err := c.HasCode(ctx, account)
	if err != nil || !there {
		return false, err
	}
	// digest, the offset of the bytes, their length, the bytes
	input := slices.Concat(validSignature[:], digest[:])
	input = append(input, common.BigToHash(big.NewInt(64)).Bytes()...)
	input = append(input, common.BigToHash(big.NewInt(int64(len(signature)))).Bytes()...)
	input = append(input, signature...)
	input = append(input, make([]byte, (32-len(signature)%32)%32)...)
	out, err := c.read.view(ctx, call{To: &account, Gas: hexutil.Uint64(walletGas1271), Input: input})
	var revert *Revert
	var answered rpc.Error
	if errors.As(err, &revert) || errors.As(err, &answered) && !failed(err) { // such as that its gas ran out
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("check a signature of %s: %w", account, err)
	}
	want := make([]byte, 32)
	copy(want, validSignature[:])
	return bytes.Equal(out, want), nil
}
