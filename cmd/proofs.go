package cmd

import (
	"context"
	"crypto/ecdsa"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
)

const proofHelp = `
signed offers and receipts
    --proof STYLE          how they are signed: jws (EdDSA), es256k, eip712, or off
                           (default jws)
    --proof-key-file FILE  a file with the keys that sign them. The first one signs;
                           all are published, so that older receipts verify. Without
                           one, and without MINT402_PROOF_KEY, the keys are derived
                           from the sender's: keep a replaced sender's key, last, as
                           long as its receipts should verify. Proof keys have no
                           rights over money
    --verify-foreign       POST /receipts/verify also requests the keys of other
                           servers, over https and from public addresses only
`

// proofOff is the style without signatures.
const proofOff = "off"

type proofFlags struct {
	style, file string
	foreign     bool
}

func (f *proofFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.style, "proof", string(proof.StyleJWS), "")
	c.Flags().StringVar(&f.file, "proof-key-file", "", "")
	c.Flags().BoolVar(&f.foreign, "verify-foreign", false, "")
}

func (f *proofFlags) check() error {
	switch proof.Style(f.style) {
	case proof.StyleJWS, proof.StyleES256K, proof.StyleEIP712, proofOff:
		return nil
	}
	return usage("--proof %q: expected "+proof.Styles+", or off", f.style)
}

// issuer returns what signs for the server at a public URL, or nil with proofOff.
func (f *proofFlags) issuer(public string, keys []*ecdsa.PrivateKey) (*proof.Issuer, error) {
	if f.style == proofOff {
		return nil, nil
	}
	return proof.NewIssuer(proof.Style(f.style), public, keys...)
}

// proofKeys returns the keys that sign offers and receipts: those that were given, and
// then those derived from the senders'. A given key must not be one that moves money: a
// proof key may be kept less carefully.
func (p *Program) proofKeys(f *proofFlags, senders []*ecdsa.PrivateKey, others ...*ecdsa.PrivateKey) (keys []*ecdsa.PrivateKey, err error) {
	if f.style == proofOff {
		return nil, nil
	}
	if f.file != "" || p.environment(proofKey) != "" {
		if keys, err = p.keys(&keyFlags{variable: proofKey, file: f.file}); err != nil {
			return nil, err
		}
	}
	for _, other := range append(senders[:len(senders):len(senders)], others...) {
		for _, key := range keys {
			if other != nil && other.Equal(key) {
				return nil, hint(fmt.Errorf("%s is the key of %s, which sends transactions: a proof key must have no rights over money", proofKey, addressOf(key)), "give a separate key, or none: then it is derived")
			}
		}
	}
	for _, sender := range senders {
		derived, err := proof.DeriveKey(sender)
		if err != nil {
			return nil, err
		}
		keys = append(keys, derived)
	}
	return keys, nil
}

// nodeLedger reads transactions of one network from its nodes.
type nodeLedger struct {
	*node
	// launches returns the launches that are known; nil without a database. A mint of another
	// contract counts only if the payer paid that contract in the same transaction.
	launches func(context.Context) ([]mint.Launch, error)
}

// Transaction returns a transaction's payments and mints. Only the network's asset counts
// as money.
func (l *nodeLedger) Transaction(ctx context.Context, network string, hash common.Hash) (*proof.Transaction, error) {
	if network != l.network.CAIP2() {
		return nil, proof.ErrOtherChain
	}
	e, err := chain.ReadExecuted(ctx, l.Client, hash)
	if err != nil || e == nil {
		return nil, err
	}
	known := map[common.Address]bool{}
	if l.launches != nil {
		launches, err := l.launches(ctx)
		if err != nil {
			return nil, err
		}
		for i := range launches {
			known[launches[i].Token] = true
		}
	}
	tx := &proof.Transaction{Block: e.At.Block, Reverted: e.Reverted, Final: e.Final}
	paid := map[[2]common.Address]bool{} // payer and recipient
	for _, t := range e.Transfers {
		money := t.Token == l.network.Asset.Address
		tx.Transfers = append(tx.Transfers, proof.Transfer{Known: money, Asset: t.Token, From: t.From, To: t.To, Amount: t.Amount})
		paid[[2]common.Address{t.From, t.To}] = paid[[2]common.Address{t.From, t.To}] || money && t.Amount.Sign() > 0
	}
	for _, m := range e.Mints {
		tx.Mints = append(tx.Mints, proof.Mint{Known: known[m.Token] || paid[[2]common.Address{m.Payer, m.Token}], Token: m.Token, ID: common.Hash(m.ID), Payer: m.Payer, Quantity: m.Quantity})
	}
	return tx, nil
}
