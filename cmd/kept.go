package cmd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofrs/flock"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// kept is a payment that was signed for a URL and whose outcome is not known: it
// is the one to send, and the reason for not signing another.
type kept struct {
	URL     string         `json:"url"`
	ID      mint.PaymentID `json:"paymentId"`
	Network string         `json:"network"` // CAIP-2
	Asset   common.Address `json:"asset"`
	Name    string         `json:"assetName"` // EIP-712 domain of the asset
	Version string         `json:"assetVersion"`
	Price   string         `json:"price"` // for people
	Payment x402.Signed    `json:"payment"`
	At      time.Time      `json:"signedAt"`
}

// expired says that no block from now on can execute it.
func (k *kept) expired(now time.Time) bool {
	const late = 2 * time.Minute // the chain's clock may be behind ours
	return k.Payment.Authorization.ValidBefore.Int64() < now.Add(-late).Unix()
}

// drawer holds what is kept for one URL and payer. It is locked while open, so
// that two runs never sign for the same thing.
type drawer struct {
	path string
	lock *flock.Flock
}

// openDrawer opens the drawer in dir, the state directory if empty.
func (p *Program) openDrawer(dir, url string, payer common.Address) (*drawer, error) {
	if dir == "" {
		var err error
		if dir, err = p.stateDir(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make state directory: %w", err)
	}
	name := sha256.Sum256([]byte(payer.Hex() + " " + url))
	d := &drawer{path: filepath.Join(dir, hex.EncodeToString(name[:16])+".json")}
	d.lock = flock.New(d.path + ".lock")
	switch ok, err := d.lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", d.path, err)
	case !ok:
		return nil, hint(fmt.Errorf("another run is paying for %s with this key", url), "wait for it, or use another key")
	}
	return d, nil
}

// stateDir is where payments are kept, by the XDG rules.
func (p *Program) stateDir() (string, error) {
	if dir := p.environment("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "mint402", "payments"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", hint(fmt.Errorf("find a place to keep the payment: %w", err), "--state-dir DIR")
	}
	return filepath.Join(home, ".local", "state", "mint402", "payments"), nil
}

// load returns what is kept, or nil.
func (d *drawer) load() (*kept, error) {
	data, err := os.ReadFile(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read kept payment: %w", err)
	}
	var k kept
	if err := json.Unmarshal(data, &k); err != nil || k.Payment.Authorization.ValidBefore == nil {
		return nil, hint(fmt.Errorf("read kept payment %s: not one of ours", d.path), "move it away; it may hold a payment that was sent")
	}
	return &k, nil
}

// save makes the payment durable before it returns.
func (d *drawer) save(k kept) error {
	data, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	if err := writeDurably(d.path, data, 0o600); err != nil {
		return fmt.Errorf("keep payment: %w", err)
	}
	return nil
}

func (d *drawer) forget() error {
	if err := os.Remove(d.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget payment: %w", err)
	}
	return nil
}

func (d *drawer) close() { d.lock.Close() }

// writeDurably replaces a file as a whole, and is on disk when it returns.
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
