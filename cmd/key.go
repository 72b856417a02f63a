package cmd

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/signer"
)

const keyHelp = `
keys
    MINT402_KEY              private key, 64 hex digits
    --key-file FILE          a file with only the key
    --keystore FILE          a geth keystore file, with
    --passphrase-file FILE   the file with its passphrase
    Only the owner may be able to read these files (chmod 600).
`

// signerHelp is the help of verbs whose transactions a signer can sign.
const signerHelp = `
signers
    In place of each private key that sends transactions there may be the URL of a
    program that has the key:
    clef+http://HOST:PORT#0xACCOUNT         Clef; also clef+https, and
    clef+ipc:///path/clef.ipc#0xACCOUNT     over its socket. Allow
                                            account_signTransaction in its rules
    web3signer+http://HOST:PORT#0xACCOUNT   Web3Signer in mode eth1; also https. With
                                            ?api=rpc by eth_signTransaction, as others
                                            have it as well
    awskms:///KEY?region=REGION             AWS KMS: id, ARN or alias/NAME of an
                                            ECC_SECG_P256K1 key for SIGN_VERIFY
    gcpkms:///projects/…/cryptoKeyVersions/1
                                            Google Cloud KMS: a version of a key with
                                            EC_SIGN_SECP256K1_SHA256
    AWS and Google take their credentials from where their own clients do. A KMS is
    asked for the account at the start, unless the URL ends with #0xACCOUNT.
    Options: ?timeout=10s (1s to 1m), for https ca=FILE, cert=FILE and cert-key=FILE,
    for a KMS endpoint=URL. mint402 signer tries one.
`

// The environment variables that keys are read from.
const (
	payerKey    = "MINT402_KEY" // payers, deployers, owners
	senderKey   = "MINT402_SENDER_KEY"
	minterKey   = "MINT402_MINTER_KEY"
	deployerKey = deploy.KeyVariable  // for the dashboard's launches
	proofKey    = "MINT402_PROOF_KEY" // for offers and receipts
	relayKey    = "MINT402_RELAY_KEY" // for payments of others
)

// keyFlags say where a key is read from. They never hold the key.
type keyFlags struct {
	variable                   string // environment variable, if no file is given
	keystore, passphrase, file string
}

func (k *keyFlags) add(c *cobra.Command, variable string) {
	k.variable = variable
	c.Flags().StringVar(&k.keystore, "keystore", "", "")
	c.Flags().StringVar(&k.passphrase, "passphrase-file", "", "")
	c.Flags().StringVar(&k.file, "key-file", "", "")
}

// account is a key that sends transactions: in this process, or in a signer.
type account struct {
	key    *ecdsa.PrivateKey // nil: the signer has it
	signer *signer.Signer
}

func (a *account) address() common.Address {
	if a.key == nil {
		return a.signer.Address()
	}
	return addressOf(a.key)
}

// addTo lets a client sign with the key, and returns its account.
func (a *account) addTo(keys *chain.Keys) common.Address {
	if a.key == nil {
		return keys.AddSigner(a.signer)
	}
	return keys.Add(a.key)
}

// accountsOf returns keys as accounts.
func accountsOf(keys ...*ecdsa.PrivateKey) (accounts []*account) {
	for _, key := range keys {
		accounts = append(accounts, &account{key: key})
	}
	return accounts
}

// one returns the only element of a list of keys.
func one[T any](k *keyFlags, keys []T, err error) (only T, _ error) {
	if err == nil && len(keys) != 1 {
		err = fmt.Errorf("one key is needed, but %s has %d", k.variable, len(keys))
	}
	if err != nil {
		return only, err
	}
	return keys[0], nil
}

// key reads exactly one private key.
func (k *keyFlags) key(p *Program) (*ecdsa.PrivateKey, error) {
	keys, err := k.keys(p)
	return one(k, keys, err)
}

// account reads exactly one key of an account that sends transactions.
func (k *keyFlags) account(ctx context.Context, p *Program) (*account, error) {
	accounts, err := k.accounts(ctx, p)
	return one(k, accounts, err)
}

// keys reads all given private keys. Payments, offers and receipts are signed with these: a
// signer only signs transactions.
func (k *keyFlags) keys(p *Program) (keys []*ecdsa.PrivateKey, err error) {
	accounts, err := k.read(p)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if a.key == nil {
			return nil, hint(fmt.Errorf("%s names the signer %s, which only signs transactions; here a private key is needed", k.variable, a.signer), "64 hex digits, or --keystore")
		}
		keys = append(keys, a.key)
	}
	return keys, nil
}

// accounts reads all given keys of accounts that send transactions. It asks a KMS for the
// account of its key, unless the URL names the account.
func (k *keyFlags) accounts(ctx context.Context, p *Program) ([]*account, error) {
	accounts, err := k.read(p)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if a.key != nil {
			continue
		}
		if err := a.signer.Open(ctx); err != nil {
			return nil, hint(fmt.Errorf("read %s: ask for the account of the key: %w", k.variable, err), "add #0xACCOUNT to the URL, and the server starts without an answer")
		}
	}
	return accounts, nil
}

// read reads all given keys. A file takes precedence over the environment variable.
// The variable may hold several, separated by commas.
func (k *keyFlags) read(p *Program) ([]*account, error) {
	switch {
	case k.keystore != "" && k.file != "":
		return nil, usage("give either --keystore or --key-file")
	case k.passphrase != "" && k.keystore == "":
		return nil, usage("--passphrase-file %s needs --keystore FILE, the keystore that it opens", k.passphrase)
	case k.keystore != "":
		key, err := readKeystore(k.keystore, k.passphrase)
		if err != nil {
			return nil, usage("read keystore %s: %w", k.keystore, err)
		}
		return accountsOf(key), nil
	case k.file != "":
		data, err := readPrivate(k.file)
		if err != nil {
			return nil, usage("read key file: %w", err)
		}
		return parseKeys(k.file, data)
	}
	value := p.environment(k.variable)
	if value == "" {
		return nil, &usageError{hint(errors.New("no key was given"), "set %s, or give --key-file or --keystore", k.variable)}
	}
	return parseKeys(k.variable, value)
}

// parseKeys never quotes its input in an error.
func parseKeys(source, list string) (accounts []*account, err error) {
	for _, s := range strings.Split(list, ",") {
		a := &account{}
		if signer.Is(s) {
			a.signer, err = signer.Parse(s)
		} else {
			a.key, err = chain.ParseKey(s)
		}
		if err != nil {
			return nil, usage("read %s: %w", source, err)
		}
		accounts = append(accounts, a)
	}
	return accounts, nil
}

func addressOf(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

// deployerKey reads the deployer's key, or returns nil if there is none. It must not
// be one of the engine's keys: only the engine may use their account nonces.
func (p *Program) deployerKey(ctx context.Context, file string, taken []*account) (*account, error) {
	return p.apartKey(ctx, deployerKey, file, taken, "give the dashboard a separate key, or none")
}

// apartKey reads a key that must not be one of those that are taken, or returns nil if there is none.
func (p *Program) apartKey(ctx context.Context, variable, file string, taken []*account, hinted string) (*account, error) {
	if file == "" && p.environment(variable) == "" {
		return nil, nil
	}
	key, err := (&keyFlags{variable: variable, file: file}).account(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, other := range taken {
		if other != nil && other.address() == key.address() {
			return nil, hint(fmt.Errorf("%s is the key of %s, which sends mints: two transactions would take one account nonce", variable, key.address()), "%s", hinted)
		}
	}
	return key, nil
}

// minterKey reads the minter's key, or returns nil if there is none.
func (p *Program) minterKey(ctx context.Context, file string) (*account, error) {
	if file == "" && p.environment(minterKey) == "" {
		return nil, nil
	}
	return (&keyFlags{variable: minterKey, file: file}).account(ctx, p)
}

// trialNonce is the account nonce of a trial: no block can have a transaction with it.
const trialNonce = math.MaxUint64 - 1

const signerCommandHelp = `
signer asks a signer for a key and lets it sign a trial transaction, which no chain
accepts and which is not sent. It prints the account, which needs coins for gas.

usage: mint402 signer [flags]

    $ MINT402_KEY='awskms:///alias/mint402?region=eu-central-1' mint402 signer
    $ mint402 signer --key-file sender.url --network base

flags
    --network NAME         chain of the trial (default base-sepolia)
    --json                 print one object
    --key-file FILE        a file with the URL; or MINT402_KEY
` + signerHelp

func signerVerb(p *Program) *cobra.Command {
	var keys keyFlags
	var n nodeFlags
	var asJSON bool
	c := &cobra.Command{Use: "signer", Long: signerCommandHelp, Args: arguments(0, 0, "no arguments; MINT402_KEY or --key-file names the signer"),
		RunE: func(c *cobra.Command, _ []string) error { return p.trySigner(c.Context(), &keys, &n, asJSON) }}
	keys.variable = payerKey
	c.Flags().StringVar(&keys.file, "key-file", "", "")
	c.Flags().StringVar(&n.network, "network", "base-sepolia", "")
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

// trySigner checks a signer as the server would use it.
func (p *Program) trySigner(ctx context.Context, keys *keyFlags, n *nodeFlags, asJSON bool) error {
	network, err := n.named()
	if err != nil {
		return err
	}
	a, err := keys.account(ctx, p)
	if err != nil {
		return err
	}
	if a.key != nil {
		return usage("%s is a private key, not the URL of a signer", keys.variable)
	}
	if err := a.signer.Check(ctx); err != nil {
		return err
	}
	account := a.address()
	trial := types.NewTx(&types.DynamicFeeTx{ChainID: new(big.Int).SetUint64(network.ChainID), Nonce: trialNonce, To: &account, Gas: 21_000, GasFeeCap: big.NewInt(1), GasTipCap: big.NewInt(1)})
	if _, err := a.signer.Sign(ctx, trial.ChainId(), trial); err != nil {
		return err
	}
	if asJSON {
		return p.json(map[string]string{"account": account.Hex(), "signer": a.signer.String()})
	}
	_, err = fmt.Fprintf(p.Out, "%s signs for %s\n", a.signer, account.Hex())
	return err
}
