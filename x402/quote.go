package x402

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// A Quote is one way to pay that a server offers.
type Quote struct {
	Version     int // of the 402, and of the payment that will answer it
	Requirement Requirement
	Resource    Resource

	// The server's own bytes, for the echo; empty in version 1.
	accepted, resource, extensions json.RawMessage
}

// Payable returns an error if Sign cannot pay the quote. It requires scheme exact, an
// EVM chain, EIP-3009, a known flow and a time limit.
func (q Quote) Payable() error {
	r := q.Requirement
	if r.Scheme != SchemeExact {
		return fmt.Errorf("scheme %.40q is not exact", r.Scheme)
	}
	if id, ok := ParseCAIP2(r.Network); !ok || id == 0 {
		return fmt.Errorf("network %.40q is not an EVM chain we know", r.Network)
	}
	if m := r.Extra.AssetTransferMethod; m != "" && m != "eip3009" {
		return fmt.Errorf("asset transfer method %.40q is not eip3009", m)
	}
	if f := r.Extra.PaymentFlow; f != "" && f != FlowAuthorization && f != FlowUpfront {
		return fmt.Errorf("payment flow %.40q is unknown", f)
	}
	if p := r.Extra.PrimaryType; p != "" && p != PrimaryTransfer {
		return fmt.Errorf("primary type %.40q is not %s", p, PrimaryTransfer)
	}
	if r.Extra.Name == "" || r.Extra.Version == "" {
		return errors.New("the asset's EIP-712 name or version is missing")
	}
	if r.MaxTimeoutSeconds <= 0 {
		return fmt.Errorf("maxTimeoutSeconds is %d", r.MaxTimeoutSeconds)
	}
	return nil
}

// Window returns how long a payment of the quote is valid after it is signed.
func (q Quote) Window() time.Duration {
	return time.Duration(min(int64(q.Requirement.MaxTimeoutSeconds), int64(longest/time.Second))) * time.Second
}

// Asset returns the asset to be paid from the table of networks. ok is false if the
// table has another asset for the network, or another name or version for it. Then only
// the server's word describes the asset.
func (q Quote) Asset() (Asset, bool) {
	n, ok := NetworkByName(q.Requirement.Network)
	r := q.Requirement
	if !ok {
		return Asset{}, false
	}
	a, ok := n.Known(r.Asset)
	if !ok || a.Name != r.Extra.Name || a.Version != r.Extra.Version {
		return Asset{}, false
	}
	return a, true
}

// Price formats the amount for people: "0.10 USDC", or base units of an address if the
// asset is not known.
func (q Quote) Price() string { return q.Format(q.Requirement.Amount) }

// Format formats an amount of the quote's asset like Price.
func (q Quote) Format(amount *big.Int) string {
	if asset, ok := q.Asset(); ok {
		return asset.Format(amount) + " " + asset.Symbol
	}
	if amount == nil {
		amount = new(big.Int)
	}
	return fmt.Sprintf("%s base units of %s", amount, q.Requirement.Asset)
}
