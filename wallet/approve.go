package wallet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// An Approval is a quote that a person approves or has approved, in a file that the
// wallet and mint402 wallet approve share.
type Approval struct {
	ID       string         `json:"quoteId"`
	Terms    string         `json:"terms"` // a hash of all that is signed and sent
	Price    string         `json:"price"`
	Network  string         `json:"network"`
	PayTo    common.Address `json:"payTo"`
	Method   string         `json:"method"`
	URL      string         `json:"url"`
	Buys     string         `json:"buys,omitempty"` // as the chain shows it
	Expires  time.Time      `json:"expiresAt"`
	Approved bool           `json:"approved"`
}

// An ApprovalError means that a person must approve a quote first. No payment was signed.
type ApprovalError struct {
	QuoteID  string
	Question string // for the person: the terms, without a text of a server
}

// Error states the command that approves the quote.
func (e *ApprovalError) Error() string {
	return "a person must approve this payment first: mint402 wallet approve " + e.QuoteID + "; nothing was signed"
}

var quoteID = regexp.MustCompile(`^q_[0-9a-f]{16}$`)

func approvalPath(dir, id string) (string, error) {
	if !quoteID.MatchString(id) {
		return "", fmt.Errorf("%.40q is not a quoteId", id)
	}
	return filepath.Join(dir, id+".json"), nil
}

// terms identifies a quote with everything that an approval covers.
func (q *quote) terms() string {
	h := sha256.New()
	for _, part := range []string{"mint402 approval v1", q.ID, q.Protocol, q.Network, q.Asset.Hex(), q.PayTo.Hex(), q.Amount, q.Method, q.URL, string(q.asked.Body)} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// requestApproval stores a quote for mint402 wallet approve.
func (w *Wallet) requestApproval(q *quote) error {
	a := Approval{ID: q.ID, Terms: q.terms(), Price: q.Price, Network: q.Network, PayTo: q.PayTo, Method: q.Method, URL: q.URL, Expires: q.Expires}
	if l := q.Launch; l != nil {
		a.Buys = l.Tokens + " " + l.Symbol + " of the launch " + l.Token.Hex()
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return fmt.Errorf("store the quote for approval: %w", err)
	}
	w.dropExpired()
	return a.save(w.dir)
}

// dropExpired removes approvals of quotes that expired.
func (w *Wallet) dropExpired() {
	files, _ := filepath.Glob(filepath.Join(w.dir, "q_*.json")) // the pattern is valid
	for _, path := range files {
		id := strings.TrimSuffix(filepath.Base(path), ".json")
		if a, err := ReadApproval(w.dir, id); err == nil && w.now().After(a.Expires) {
			_ = os.Remove(path) // an expired one is not read any more
		}
	}
}

// ReadApproval reads a quote that waits for approval.
func ReadApproval(dir, id string) (a Approval, err error) {
	path, err := approvalPath(dir, id)
	if err != nil {
		return a, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return a, fmt.Errorf("no quote %s waits for approval", id)
	}
	if err != nil {
		return a, fmt.Errorf("read approval: %w", err)
	}
	if err := json.Unmarshal(data, &a); err != nil || a.ID != id {
		return a, fmt.Errorf("the approval of %s cannot be read", id)
	}
	return a, nil
}

// Approve marks a quote as approved. It approves the terms that the caller has read, so
// a quote that was replaced since then is not.
func Approve(dir string, a Approval, now time.Time) error {
	stored, err := ReadApproval(dir, a.ID)
	switch {
	case err != nil:
		return err
	case stored.Terms != a.Terms:
		return fmt.Errorf("quote %s was changed; nothing was approved", a.ID)
	case now.After(a.Expires):
		return fmt.Errorf("quote %s expired at %s; the agent must ask for another", a.ID, a.Expires.UTC().Format(time.RFC3339))
	}
	stored.Approved = true
	return stored.save(dir)
}

// save replaces the file in one step.
func (a Approval) save(dir string) error {
	path, err := approvalPath(dir, a.ID)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return fmt.Errorf("store approval: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("store approval: %w", err)
	}
	return nil
}

// approved reports whether a person approved exactly this quote.
func (w *Wallet) approved(q *quote) bool {
	a, err := ReadApproval(w.dir, q.ID)
	return err == nil && a.Approved && a.Terms == q.terms() && !w.now().After(a.Expires)
}

// question returns the question for a person that the MCP client shows. It has no text of
// a server.
func (q *quote) question() string {
	s := fmt.Sprintf("Pay %s on %s to %s, for %s %s?", q.Price, q.Network, q.PayTo, q.Method, q.URL)
	if l := q.Launch; l != nil {
		s += fmt.Sprintf(" The contract sells %s tokens of the launch %s for it.", l.Tokens, l.Token)
	}
	return s
}
