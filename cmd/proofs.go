package cmd

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
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
                           long as its receipts should verify. If all senders' keys
                           are in signers, a key is made in the file DB.proof: keep
                           it with the database. Proof keys have no rights over money
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
// then those derived from the senders'. If there are none, since all senders' keys are in
// signers, it takes that of the file made, which it makes if there is none. A given key must
// not be one that moves money: a proof key may be kept less carefully.
func (p *Program) proofKeys(f *proofFlags, made string, senders []*account, others ...*account) (keys []*ecdsa.PrivateKey, err error) {
	if f.style == proofOff {
		return nil, nil
	}
	if f.file != "" || p.environment(proofKey) != "" {
		if keys, err = (&keyFlags{variable: proofKey, file: f.file}).keys(p); err != nil {
			return nil, err
		}
	}
	for _, other := range append(senders[:len(senders):len(senders)], others...) {
		for _, key := range keys {
			if other != nil && other.address() == addressOf(key) {
				return nil, hint(fmt.Errorf("%s is the key of %s, which sends transactions: a proof key must have no rights over money", proofKey, addressOf(key)), "give a separate key, or none: then it is derived")
			}
		}
	}
	for _, sender := range senders {
		if sender.key == nil {
			continue
		}
		derived, err := proof.DeriveKey(sender.key)
		if err != nil {
			return nil, err
		}
		keys = append(keys, derived)
	}
	if len(keys) > 0 {
		return keys, nil
	}
	return madeProofKey(made)
}

// madeProofKey returns the key of a file, which it makes if there is none.
func madeProofKey(path string) ([]*ecdsa.PrivateKey, error) {
	secrets, err := secretsOf(path, "signs offers and receipts; see mint402 serve --help")
	if err != nil {
		return nil, fmt.Errorf("read the key of offers and receipts: %w", err)
	}
	key, err := crypto.ToECDSA(secrets[0])
	if err != nil {
		return nil, fmt.Errorf("%s has no key of 64 hex digits in its first line", path)
	}
	return []*ecdsa.PrivateKey{key}, nil
}

// ledgers reads transactions of each network from its nodes.
type ledgers []*market

// Transaction returns a transaction's payments and mints.
func (l ledgers) Transaction(ctx context.Context, network string, hash common.Hash) (*proof.Transaction, error) {
	for _, m := range l {
		if m.network.CAIP2() == network {
			return (&nodeLedger{m.node, m.store.Launches}).Transaction(ctx, network, hash)
		}
	}
	return nil, proof.ErrOtherChain
}

// nodeLedger reads transactions of one network from its nodes.
type nodeLedger struct {
	*node
	// launches returns the launches that are known; nil without a database. A mint of another
	// contract counts only if the payer paid that contract in the same transaction.
	launches func(context.Context) ([]mint.Launch, error)
}

// Transaction returns a transaction's payments and mints. Only the node's assets, and those of
// known launches, count as money.
func (l *nodeLedger) Transaction(ctx context.Context, network string, hash common.Hash) (*proof.Transaction, error) {
	if network != l.network.CAIP2() {
		return nil, proof.ErrOtherChain
	}
	e, err := chain.ReadExecuted(ctx, l.Client, hash)
	if err != nil || e == nil {
		return nil, err
	}
	known, money := map[common.Address]bool{}, map[common.Address]bool{}
	for _, a := range l.assets() {
		money[a.Address] = true
	}
	if l.launches != nil {
		launches, err := l.launches(ctx)
		if err != nil {
			return nil, err
		}
		for i := range launches {
			known[launches[i].Token], money[launches[i].Asset.Address] = true, true
		}
	}
	tx := &proof.Transaction{Block: e.At.Block, Reverted: e.Reverted, Final: e.Final}
	paid := map[[2]common.Address]bool{} // payer and recipient
	for _, t := range e.Transfers {
		tx.Transfers = append(tx.Transfers, proof.Transfer{Known: money[t.Token], Asset: t.Token, From: t.From, To: t.To, Amount: t.Amount})
		paid[[2]common.Address{t.From, t.To}] = paid[[2]common.Address{t.From, t.To}] || money[t.Token] && t.Amount.Sign() > 0
	}
	for _, m := range e.Mints {
		tx.Mints = append(tx.Mints, proof.Mint{Known: known[m.Token] || paid[[2]common.Address{m.Payer, m.Token}], Token: m.Token, ID: common.Hash(m.ID), Payer: m.Payer, Quantity: m.Quantity})
	}
	return tx, nil
}

// Bounds of a file of challenge secrets.
const (
	minSecret  = 32 // bytes of a secret
	maxSecret  = 64 // bytes of a secret
	maxSecrets = 8
)

// challengeKeys returns the secrets of a file, newest first. If there is no file, it makes
// one with a new secret.
func challengeKeys(path string) ([][]byte, error) {
	keys, err := secretsOf(path, "binds the challenges of MPP; see mint402 serve --help")
	if err != nil {
		return nil, fmt.Errorf("read the secrets of challenges: %w", err)
	}
	return keys, nil
}

// secretsOf returns the secrets of a file. If there is no file, it makes one.
func secretsOf(path, purpose string) ([][]byte, error) {
	text, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeSecretFile(path, purpose); err != nil {
			return nil, fmt.Errorf("make it: %w", err)
		}
		text, err = readPrivate(path)
	}
	if err != nil {
		return nil, err
	}
	var keys [][]byte
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, err := hex.DecodeString(line)
		if err != nil || len(key) < minSecret || len(key) > maxSecret { // no quote: the line is a secret
			return nil, fmt.Errorf("%s:%d is not a secret of %d to %d hex digits", path, n+1, 2*minSecret, 2*maxSecret)
		}
		if keys = append(keys, key); len(keys) > maxSecrets {
			return nil, fmt.Errorf("%s has more than %d secrets", path, maxSecrets)
		}
	}
	if len(keys) == 0 {
		return nil, hint(fmt.Errorf("%s has no secret", path), "delete it to have one made")
	}
	return keys, nil
}

// makeSecretFile writes a new secret of 32 bytes to a file that does not exist. If another
// process makes the file at the same time, that one is kept.
func makeSecretFile(path, purpose string) error {
	key := make([]byte, minSecret)
	_, _ = rand.Read(key) // crypto/rand does not fail
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = fmt.Fprintf(temporary, "# %s\n%x\n", purpose, key)
	if err == nil {
		err = temporary.Sync()
	}
	if err := errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	// A link is complete or absent, and never replaces a file.
	if err := os.Link(temporary.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func readKeystore(path, passphraseFile string) (*ecdsa.PrivateKey, error) {
	if passphraseFile == "" {
		return nil, &usageError{hint(errors.New("the keystore needs a passphrase"), "--passphrase-file FILE, or MINT402_PASSPHRASE_FILE")}
	}
	sealed, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	passphrase, err := readPrivate(passphraseFile)
	if err != nil {
		return nil, err
	}
	opened, err := keystore.DecryptKey([]byte(sealed), strings.TrimRight(passphrase, "\r\n"))
	if err != nil {
		return nil, err
	}
	return opened.PrivateKey, nil
}

// readPrivate reads a small file that only its owner may be able to read.
func readPrivate(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := private(f); err != nil {
		return "", err
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<16))
	return string(data), err
}

// private returns an error for a file that others may read. It accepts a pipe or a
// device: their modes do not show who can read them.
func private(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return hint(fmt.Errorf("%s contains a secret, but other users may read it (mode %04o)", f.Name(), info.Mode().Perm()), "chmod 600 %s", f.Name())
	}
	return nil
}
