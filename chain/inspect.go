package chain

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// maxInspected is how many payers one eth_call reads: about 20,000 gas each, of the 10
// million that the strictest nodes allow a call.
const maxInspected = 250

// Inspect implements [mint.Chain]. Of several nodes behind one URL, one may lag and not
// know yet that a payer was funded. So if a payer cannot pay for one allotment at the
// newest block, all are read once more, by a node that has the newest block shown before.
// If no node that answers has it, the error is ErrUnknownBlock.
func (c *Client) Inspect(ctx context.Context, launch mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	payers, err := c.read.inspect(ctx, launch.Token, keys, at, 0)
	poor := func(p mint.Payer) bool { return p.Balance.Cmp(launch.Total(1)) < 0 }
	if known := c.pool.furthestShown(); err == nil && at == 0 && known > 0 && slices.ContainsFunc(payers, poor) {
		payers, err = c.read.inspect(ctx, launch.Token, keys, at, known)
	}
	if err != nil {
		return nil, fmt.Errorf("inspect payers of %s: %w", launch.Token, err)
	}
	return payers, nil
}

// inspect reads payers from a node that has the block with the number known, 0: any. The
// block is requested in the same batch, so that the same machine answers.
func (r reader) inspect(ctx context.Context, token common.Address, keys []mint.PayerKey, at, known uint64) ([]mint.Payer, error) {
	elems, outputs := inspections(token, keys, tag(at))
	var block *header
	if known > 0 {
		elems = append(elems, blockElem(&block, hexutil.EncodeUint64(known)))
	}
	err := r.fromOne(ctx, elems, func(elems []rpc.BatchElem) error {
		if err := cmp.Or(firstError(elems), filled(elems)); err != nil || known == 0 {
			return err
		}
		return (*elems[len(elems)-1].Result.(**header)).numbered(known)
	})
	if err != nil {
		return nil, err
	}
	return inspected(outputs, len(keys))
}

// InspectAll implements [mint.Chain]. Each node returns the block in the same batch, so
// the state is that of the block with this hash.
func (c *Client) InspectAll(ctx context.Context, launch mint.Launch, keys []mint.PayerKey, at mint.Block) ([]mint.Payer, error) {
	read := func(ctx context.Context, n *node) ([]mint.Payer, error) {
		var block *header
		elems, outputs := inspections(launch.Token, keys, hexutil.EncodeUint64(at.Number))
		if err := n.all(ctx, append(elems, blockElem(&block, hexutil.EncodeUint64(at.Number)))); err != nil {
			return nil, err
		}
		if err := cmp.Or(block.numbered(at.Number), filled(elems)); err != nil {
			return nil, err
		}
		if err := same(block.block(), at); err != nil {
			return nil, err
		}
		return inspected(outputs, len(keys))
	}
	payers, others, err := askAll(ctx, &c.pool, read, "eth_call", "eth_getBlockByNumber")
	if err != nil {
		return nil, fmt.Errorf("inspect payers of %s at block %d: %w", launch.Token, at.Number, err)
	}
	for _, other := range others {
		for i, p := range other {
			if p.Used != payers[i].Used || p.Spent != payers[i].Spent {
				return nil, fmt.Errorf("inspect payer %s of %s at block %d: %w", keys[i].Payer, launch.Token, at.Number, mint.ErrDisputed)
			}
		}
	}
	return payers, nil
}

// inspections returns the calls that inspect payers in the state after a block, and
// where their outputs go.
func inspections(token common.Address, keys []mint.PayerKey, block string) ([]rpc.BatchElem, []hexutil.Bytes) {
	var elems []rpc.BatchElem
	outputs := make([]hexutil.Bytes, (len(keys)+maxInspected-1)/maxInspected)
	for i := range outputs {
		chunk := keys[i*maxInspected : min((i+1)*maxInspected, len(keys))]
		payers, nonces := make([]common.Address, len(chunk)), make([][32]byte, len(chunk))
		for j, k := range chunk {
			payers[j], nonces[j] = k.Payer, k.Nonce
		}
		elems = append(elems, callTo(token, launchABI.PackInspect(payers, nonces)).elem(&outputs[i], block))
	}
	return elems, outputs
}

// inspected reads the outputs of inspections of as many payers.
func inspected(outputs []hexutil.Bytes, count int) ([]mint.Payer, error) {
	found := make([]mint.Payer, 0, count)
	for _, out := range outputs {
		payers, err := launchABI.UnpackInspect(out)
		if err != nil {
			return nil, err
		}
		for _, p := range payers {
			found = append(found, mint.Payer{
				Balance: p.Balance, Used: p.Used, Blacklisted: p.Blacklisted, HasCode: p.CodeSize.Sign() > 0, Spent: p.Chain,
			})
		}
	}
	if len(found) != count {
		return nil, fmt.Errorf("asked for %d, got %d", count, len(found))
	}
	return found, nil
}

// Conditions implements [mint.Chain]. An asset without paused or isBlacklisted counts
// as not paused and not blacklisting. If a node fails to answer one of these calls,
// Conditions fails. The block comes in the same batch.
func (c *Client) Conditions(ctx context.Context, launch mint.Launch, at uint64) (mint.Conditions, error) {
	var state, paused, listed hexutil.Bytes
	var block *header
	asset := launch.Asset.Address
	elems := []rpc.BatchElem{
		callTo(launch.Token, launchABI.PackState()).elem(&state, tag(at)),
		callTo(asset, packAsset("paused")).elem(&paused, tag(at)),
		callTo(asset, packAsset("isBlacklisted", launch.Token)).elem(&listed, tag(at)),
		blockElem(&block, tag(at)),
	}
	fail := func(err error) (mint.Conditions, error) {
		return mint.Conditions{}, fmt.Errorf("read conditions of %s: %w", launch.Token, err)
	}
	err := c.read.fromOne(ctx, elems, func(elems []rpc.BatchElem) error {
		if elems[3].Error == nil && *elems[3].Result.(**header) == nil { // it refuses the calls with a message of its own
			return absent(at)
		}
		if err := refusal(elems); err != nil {
			return err // another node may not refuse
		}
		return filled(elems[:1]) // an asset may lack the two methods
	})
	if err != nil {
		return fail(err)
	}
	if elems[0].Error != nil {
		return fail(asRevert(elems[0].Error))
	}
	if elems[3].Error != nil {
		return fail(elems[3].Error)
	}
	if !block.known() || at != 0 && uint64(*block.Number) != at {
		return fail(fmt.Errorf("asked for block %d, got another", at))
	}
	s, err := launchABI.UnpackState(state)
	if err != nil {
		if older, unread := c.read.older(ctx, launch.Token); unread == nil && older {
			err = errOlder
		}
		return fail(err)
	}
	sold, err := count(s.Sold)
	if err != nil {
		return fail(err)
	}
	conditions := mint.Conditions{
		Paused: s.Paused, Owner: s.Owner, Minter: s.Minter, Held: s.Held, Withdrawn: s.Withdrawn, Sold: sold,
		At:       block.block(),
		Refunder: s.Refunder, Treasury: s.Treasury, TreasuryBlacklisted: s.TreasuryBlacklisted,
	}
	if conditions.AssetPaused, err = tolerant("paused", elems[1].Error, paused); err != nil {
		return fail(err)
	}
	if conditions.Blacklisted, err = tolerant("isBlacklisted", elems[2].Error, listed); err != nil {
		return fail(err)
	}
	return conditions, nil
}

// tolerant reads a bool that an asset may lack: it then reverts, or returns no data.
func tolerant(method string, failed error, output []byte) (bool, error) {
	if failed != nil {
		var revert *Revert
		if errors.As(asRevert(failed), &revert) {
			return false, nil
		}
		return false, fmt.Errorf("%s: %w", method, failed)
	}
	value, err := answer[bool](method, output)
	return err == nil && value, nil
}

// Folded implements [mint.Chain]. Each point builds on those before it, so the last
// recorded point gives the number.
func (c *Client) Folded(ctx context.Context, launch mint.Launch, id mint.PaymentID, points []common.Hash) (int, error) {
	if len(points) == 0 {
		return 0, nil
	}
	outputs, elems := make([]hexutil.Bytes, len(points)), make([]rpc.BatchElem, len(points))
	for i, p := range points {
		elems[i] = callTo(launch.Token, launchABI.PackFolded(id, p)).elem(&outputs[i], latestTag)
	}
	if err := c.read.allThere(ctx, elems); err != nil {
		return 0, fmt.Errorf("read the folded history for %s: %w", id, err)
	}
	for i := len(points) - 1; i >= 0; i-- {
		folded, err := launchABI.UnpackFolded(outputs[i])
		if err != nil {
			return 0, fmt.Errorf("read the folded history for %s: %w", id, err)
		}
		if folded {
			return i + 1, nil
		}
	}
	return 0, nil
}

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
