package cmd

import (
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
	"github.com/mint402/mint402/cmd/deploy"
)

const keyHelp = `
keys
    MINT402_KEY              private key, 64 hex digits
    --key-file FILE          a file with only the key
    --keystore FILE          a geth keystore file, with
    --passphrase-file FILE   the file with its passphrase
    Only the owner may be able to read these files (chmod 600).
`

// The environment variables that keys are read from.
const (
	payerKey    = "MINT402_KEY" // payers, deployers, owners
	senderKey   = "MINT402_SENDER_KEY"
	minterKey   = "MINT402_MINTER_KEY"
	deployerKey = deploy.KeyVariable  // for the dashboard's launches
	proofKey    = "MINT402_PROOF_KEY" // for offers and receipts
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

// key reads exactly one key.
func (p *Program) key(k *keyFlags) (*ecdsa.PrivateKey, error) {
	keys, err := p.keys(k)
	if err != nil {
		return nil, err
	}
	if len(keys) != 1 {
		return nil, fmt.Errorf("one key is needed, but %s has %d", k.variable, len(keys))
	}
	return keys[0], nil
}

// keys reads all given keys. A file takes precedence over the environment variable.
// The variable may hold several, separated by commas.
func (p *Program) keys(k *keyFlags) ([]*ecdsa.PrivateKey, error) {
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
		return []*ecdsa.PrivateKey{key}, nil
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
func parseKeys(source, list string) ([]*ecdsa.PrivateKey, error) {
	var keys []*ecdsa.PrivateKey
	for _, s := range strings.Split(list, ",") {
		key, err := chain.ParseKey(s)
		if err != nil {
			return nil, usage("read %s: %w", source, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
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

func addressOf(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

// deployerKey reads the deployer's key, or returns nil if there is none. It must not
// be one of the engine's keys: only the engine may use their account nonces.
func (p *Program) deployerKey(file string, taken []*ecdsa.PrivateKey) (*ecdsa.PrivateKey, error) {
	if file == "" && p.environment(deployerKey) == "" {
		return nil, nil
	}
	key, err := p.key(&keyFlags{variable: deployerKey, file: file})
	if err != nil {
		return nil, err
	}
	for _, other := range taken {
		if other != nil && other.Equal(key) {
			return nil, hint(fmt.Errorf("%s is the key of %s, which sends mints: two transactions would take one account nonce", deployerKey, addressOf(key)),
				"give the dashboard a separate key, or none")
		}
	}
	return key, nil
}

// minterKey reads the minter's key, or returns nil if there is none.
func (p *Program) minterKey(file string) (*ecdsa.PrivateKey, error) {
	if file == "" && p.environment(minterKey) == "" {
		return nil, nil
	}
	return p.key(&keyFlags{variable: minterKey, file: file})
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
	text, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeChallengeFile(path); err != nil {
			return nil, fmt.Errorf("make a secret for challenges: %w", err)
		}
		text, err = readPrivate(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secrets of challenges: %w", err)
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

// makeChallengeFile writes a new secret to a file that does not exist. If another process
// makes the file at the same time, that one is kept.
func makeChallengeFile(path string) error {
	key := make([]byte, minSecret)
	_, _ = rand.Read(key) // crypto/rand does not fail
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = fmt.Fprintf(temporary, "# binds the challenges of MPP; see mint402 serve --help\n%x\n", key)
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
