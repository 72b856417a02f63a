package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// People make the calls in this file, with the commands of the program. Each method that
// returns a Mined simulates its call first: a refusal then costs no gas, and is a *Revert
// with the reason. Otherwise it signs the call with the key of from, sends it, and waits
// for the receipt until ctx ends. token is the launch contract.

// Withdraw pays the launch's proceeds to its treasury. Anyone may call it.
func (c *Client) Withdraw(ctx context.Context, token, from common.Address) (Mined, error) {
	return c.transactor().call(ctx, "withdraw from", token, from, launchABI.PackWithdraw())
}

// Refund returns unaccounted money to its payer and spends its id: that id can then
// never be minted or refunded again. The owner may call it, or the last owner if ownership
// was renounced. The minter may too, for an authorization that cannot be minted now.
//
// r.Seen may be the newest block.
func (c *Client) Refund(ctx context.Context, token, from common.Address, r mint.Refund, proof mint.Proof) (Mined, error) {
	t := c.transactor()
	mined, err := t.there(ctx, token, func() (Mined, error) {
		input, gas, err := TryOnBranch(ctx, c, from, token, r.Seen, func(seen mint.Block) []byte {
			r.Seen = seen
			return PackRefund(r, proof)
		})
		if err != nil {
			return Mined{}, err
		}
		return t.send(ctx, from, token, input, gas)
	})
	if err != nil {
		return mined, fmt.Errorf("refund from %s: %w", token, err)
	}
	return mined, nil
}

// PackRefund encodes the refund of an authorization or of a plain transfer.
func PackRefund(r mint.Refund, proof mint.Proof) []byte {
	if r.Plain {
		return launchABI.PackRefundTransfer(r.Payer, r.Nonce, r.Amount, proof.Prefix, ids(proof.IDs), seen(r.Seen))
	}
	return launchABI.PackRefund(r.Payer, r.Nonce, r.Amount, proof.Prefix, ids(proof.IDs), seen(r.Seen))
}

// Pause stops only the atomic mint. Only the owner may call it.
func (c *Client) Pause(ctx context.Context, token, from common.Address) (Mined, error) {
	return c.transactor().call(ctx, "pause", token, from, launchABI.PackPause())
}

// Unpause undoes Pause. Only the owner may call it.
func (c *Client) Unpause(ctx context.Context, token, from common.Address) (Mined, error) {
	return c.transactor().call(ctx, "unpause", token, from, launchABI.PackUnpause())
}

// SetMinter gives the minter's role to another account, or to no account (zero). Only
// the owner may call it.
func (c *Client) SetMinter(ctx context.Context, token, from, minter common.Address) (Mined, error) {
	return c.transactor().call(ctx, "set minter of", token, from, launchABI.PackSetMinter(minter))
}

// SetTreasury sets the account that receives the proceeds from now on. Only the
// treasury itself may call it, while the asset blacklists it.
func (c *Client) SetTreasury(ctx context.Context, token, from, successor common.Address) (Mined, error) {
	return c.transactor().call(ctx, "set treasury of", token, from, launchABI.PackSetTreasury(successor))
}

// Rescue sends tokens of the contract other from the launch to an account. other may be
// neither the asset nor the launch itself. The owner may call it, or the last owner.
func (c *Client) Rescue(ctx context.Context, token, from, other, to common.Address, amount *big.Int) (Mined, error) {
	return c.transactor().call(ctx, "rescue from", token, from, launchABI.PackRescue(other, to, amount))
}

// Submit settles and mints one payment with the contract's mint function, which reverts if
// the payment cannot be minted. Anyone with the payer's signature may call it, without a
// server of ours.
func (c *Client) Submit(ctx context.Context, token, from common.Address, p x402.Payment, quantity int64) (Mined, error) {
	o := mint.Order{Payer: p.Authorization.From, Quantity: quantity, Authorization: p.Authorization, Signature: p.Signature}
	return c.transactor().call(ctx, "mint at", token, from, launchABI.PackMint(payment(o)))
}

// Cancel makes a payment nonce unusable at the asset. It needs the payer's signature
// over EIP-3009's CancelAuthorization. Anyone may submit it.
func (c *Client) Cancel(ctx context.Context, asset, from, payer common.Address, paymentNonce common.Hash, signature []byte) (Mined, error) {
	var input []byte
	var err error
	// The first form is EIP-3009's. Only a wallet with code needs the second.
	if len(signature) == 65 {
		input, err = cancelSpec.Pack("cancelAuthorization", payer, [32]byte(paymentNonce),
			signature[64], [32]byte(signature[:32]), [32]byte(signature[32:64]))
	} else {
		input, err = cancelWith.Pack("cancelAuthorization", payer, [32]byte(paymentNonce), signature)
	}
	if err != nil {
		return Mined{}, fmt.Errorf("encode cancelAuthorization: %w", err)
	}
	return c.transactor().call(ctx, "cancel authorization at", asset, from, input)
}

// Used reports whether a payment nonce is used or cancelled at the asset, in the state after a
// block (0: newest).
func (c *Client) Used(ctx context.Context, asset, payer common.Address, paymentNonce common.Hash, at uint64) (bool, error) {
	out, err := c.read.viewAt(ctx, callTo(asset, packAsset("authorizationState", payer, [32]byte(paymentNonce))), at)
	if err != nil {
		return false, fmt.Errorf("read authorization state: %w", err)
	}
	return answer[bool]("authorizationState", out)
}

// AssetBalance returns an account's balance of an asset, in base units.
func (c *Client) AssetBalance(ctx context.Context, asset, account common.Address) (*big.Int, error) {
	out, err := c.read.view(ctx, callTo(asset, packAsset("balanceOf", account)))
	if err != nil {
		return nil, fmt.Errorf("read balance of %s: %w", account, err)
	}
	return answer[*big.Int]("balanceOf", out)
}

// ChainOf returns the hash chain over the ids minted or refunded to an account, as the
// contract stores it: a number of 144 bits.
func (c *Client) ChainOf(ctx context.Context, token, account common.Address) (common.Hash, error) {
	out, err := c.read.viewThere(ctx, callTo(token, launchABI.PackChainOf(account)), 0)
	if err != nil {
		return common.Hash{}, fmt.Errorf("read id chain of %s: %w", account, err)
	}
	chain, err := launchABI.UnpackChainOf(out)
	if err != nil {
		return common.Hash{}, fmt.Errorf("read id chain of %s: %w", account, err)
	}
	return chain, nil
}

// Fold makes the launch read one part of a payer's history, before a mint or refund of the
// id. It is for histories that do not fit into one transaction. Anyone may call it.
func (c *Client) Fold(ctx context.Context, token, from common.Address, id mint.PaymentID, part mint.Proof) (Mined, error) {
	return c.transactor().call(ctx, "fold a history at", token, from, packFold(id, part))
}

func packFold(id mint.PaymentID, part mint.Proof) []byte {
	return launchABI.PackFold(id, part.Prefix, ids(part.IDs))
}
