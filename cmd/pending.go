package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofrs/flock"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// pendingPayment is a signed payment without a final outcome. It is sent again, and no
// other is signed in its place.
type pendingPayment struct {
	URL     string         `json:"url"`
	ID      mint.PaymentID `json:"paymentId"`
	Network string         `json:"network"` // CAIP-2
	Asset   common.Address `json:"asset"`
	Name    string         `json:"assetName"` // EIP-712 domain of the asset
	Version string         `json:"assetVersion"`
	Price   string         `json:"price"` // for people
	Payment x402.Signed    `json:"payment"`
	At      time.Time      `json:"signedAt"`
	Block   uint64         `json:"block,omitempty"` // a head at which it was not used; 0 if no node was asked

	// Seen is how the chain settled it, in a block that a reorg could still take
	// away: "minted", "cancelled" or "refunded". Told means that the user knows.
	Seen        string       `json:"seen,omitempty"`
	Transaction *common.Hash `json:"transaction,omitempty"`
	Told        bool         `json:"told,omitempty"`

	path string
}

// settled reports whether the chain shows how the payment ended, so that it can only
// execute after a reorg.
func (k *pendingPayment) settled() bool { return k.Seen != "" }

// requirement returns the requirement that the payment answers.
func (k *pendingPayment) requirement() x402.Requirement {
	r := x402.Requirement{Scheme: x402.SchemeExact, Network: k.Network, Amount: k.Payment.Authorization.Value, Asset: k.Asset,
		PayTo: k.Payment.Authorization.To, MaxTimeoutSeconds: 1, Extra: x402.Extra{Name: k.Name, Version: k.Version}}
	n, _ := x402.NetworkByName(k.Network)
	if a, ok := n.Known(k.Asset); ok && k.Name == "" {
		r.Extra = x402.Extra{Name: a.Name, Version: a.Version}
	}
	return r
}

// paymentFiles stores the payments of one payer that have no final outcome, one file
// each. A payer has one such store on a machine, for all URLs, servers, key files and
// working directories.
type paymentFiles struct {
	dir   string
	payer common.Address
	lock  *flock.Flock // held while a payment is signed
}

// openPayments opens the payer's payments in dir, or in the state directory if dir is
// empty.
func (p *Program) openPayments(dir string, payer common.Address) (*paymentFiles, error) {
	if dir == "" {
		state, err := p.stateDir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(state, "payments")
	}
	if !filepath.IsAbs(dir) {
		return nil, usage("--state-dir %q: expected a full path, so that the payments are found from every directory", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make state directory: %w", err)
	}
	return &paymentFiles{dir: dir, payer: payer, lock: flock.New(filepath.Join(dir, payer.Hex()+".lock"))}, nil
}

// stateDir returns the directory for this program's files, by the XDG rules. It
// ignores .env, which differs from directory to directory.
func (p *Program) stateDir() (string, error) {
	if dir, _ := p.Lookup("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "mint402"), nil
	}
	home, _ := p.Lookup("HOME")
	if !filepath.IsAbs(home) {
		var err error
		if home, err = os.UserHomeDir(); err != nil || !filepath.IsAbs(home) {
			return "", hint(errors.New("there is no home directory in which to keep the payment"), "give another directory with --state-dir DIR")
		}
	}
	return filepath.Join(home, ".local", "state", "mint402"), nil
}

// hold locks the payments. Of two concurrent runs, one signs only after it has seen the
// payment that the other signed.
func (u *paymentFiles) hold(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if ok, err := u.lock.TryLockContext(ctx, 50*time.Millisecond); !ok {
		return fmt.Errorf("lock %s: %w", u.lock.Path(), err)
	}
	return nil
}

func (u *paymentFiles) release() { _ = u.lock.Unlock() } // the lock ends with the process at the latest

// load returns the kept payments, the oldest first. It fails if a file cannot be
// read, because it may hold a payment that was sent.
func (u *paymentFiles) load() (all []*pendingPayment, err error) {
	files, err := filepath.Glob(filepath.Join(u.dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("read kept payments: %w", err)
	}
	for _, path := range files {
		k, err := readPending(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another run has just removed it
		}
		if err != nil {
			return nil, undecided.because(hint(err, "no other payment was signed, because the file may hold one that was sent; move it away once that payment has expired"))
		}
		if k.Payment.Authorization.From == u.payer {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b *pendingPayment) int { return a.At.Compare(b.At) })
	return all, nil
}

func readPending(path string) (*pendingPayment, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read kept payment: %w", err)
	}
	k := pendingPayment{path: path}
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, fmt.Errorf("kept payment %s cannot be read", path)
	}
	signed, err := x402.DecodePayment(k.Payment.Value)
	a := k.Payment.Authorization
	if err != nil || a.ValidBefore == nil || signed.Authorization.Nonce != a.Nonce || signed.Authorization.From != a.From || signed.Authorization.To != a.To ||
		signed.Authorization.Value.Cmp(a.Value) != 0 || signed.Authorization.ValidBefore.Cmp(a.ValidBefore) != 0 {
		return nil, fmt.Errorf("kept payment %s was changed since mint402 wrote it", path)
	}
	return &k, nil
}

// add stores a new payment durably before it returns.
func (u *paymentFiles) add(k *pendingPayment) error {
	k.path = filepath.Join(u.dir, u.payer.Hex()+"-"+strings.TrimPrefix(k.ID.String(), "0x")[:16]+".json")
	return u.save(k)
}

// save writes the changes to a payment.
func (u *paymentFiles) save(k *pendingPayment) error {
	data, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	if err := writeDurably(k.path, data, 0o600); err != nil {
		return fmt.Errorf("keep payment: %w", err)
	}
	return nil
}

// forget removes a payment whose outcome is final.
func (u *paymentFiles) forget(k *pendingPayment) error {
	for _, path := range []string{k.path, k.path + ".lock"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forget payment: %w", err)
		}
	}
	return nil
}

// use locks one payment for one run. Otherwise two runs that wait for the same
// payment would both report its mint.
func (u *paymentFiles) use(k *pendingPayment) (release func(), err error) {
	lock := flock.New(k.path + ".lock")
	switch ok, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", k.path, err)
	case !ok:
		return nil, undecided.because(hint(fmt.Errorf("another process is paying for %s with this key; this one signed nothing", k.URL), "wait until it ends, or use another key"))
	}
	return func() { _ = lock.Close() }, nil
}

// conflict returns a payment that prevents another from being signed for the URL or
// the recipient. Such a payment can still be executed, or its money was taken without
// a mint so far.
func conflict(all []*pendingPayment, url string, payTo common.Address) *pendingPayment {
	for _, k := range all {
		if !k.settled() && (k.URL == url || k.Payment.Authorization.To == payTo) {
			return k
		}
	}
	return nil
}

// writeDurably replaces a file atomically. It is on disk when writeDurably returns.
func writeDurably(path string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	for _, do := range []func() error{func() error { return f.Chmod(mode) }, f.Sync, f.Close} {
		if e := do(); err == nil {
			err = e
		}
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return err
	}
	parent, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer parent.Close()
	return parent.Sync()
}

// isDirectory returns an error with the directory's name if it does not exist.
func isDirectory(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s", dir)
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	}
	return err
}
