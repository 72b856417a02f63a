package wallet

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
)

// A Wallet pays for an agent. Its methods are the tools; they may be called
// concurrently.
type Wallet struct {
	config *Config
	payer  *pay.Payer
	chain  Chain
	dir    string // approvals
	now    func() time.Time

	// How long and how often the chain is asked after a server reported success.
	patience, poll time.Duration

	mu     sync.Mutex
	quotes map[string]*quote
	order  []string // the quotes' ids, the oldest first
}

// A Chain reads facts from nodes that the person chose. Each method fails if no node of
// the network answers.
type Chain interface {
	// Launch returns the mint402 launch at an address. It returns ErrNoLaunch if a node
	// answers that the address is not a launch.
	Launch(ctx context.Context, network string, address common.Address) (*mint.Launch, error)

	Balance(ctx context.Context, network string, asset, account common.Address) (*big.Int, error)

	// Facts reads the facts about a payment.
	Facts(context.Context, pay.Record) (Facts, error)
}

// ErrNoLaunch means that an address is not a mint402 launch.
var ErrNoLaunch = errors.New("the recipient is not a mint402 launch")

// Facts are the chain's facts about a payment.
type Facts struct {
	Used        bool   // the payment nonce is used or cancelled
	Transferred bool   // the authorization was executed
	Cancelled   bool   // the payer cancelled it
	Refunded    bool   // the launch returned the money
	Tokens      string // minted for it by the launch, for people; "" without a mint
	Final       bool   // the block of these facts is final
	Dead        bool   // a final block shows that it can never execute
	Transaction string
}

// outcome is the ledger's state that follows from facts.
func (f Facts) outcome() pay.Outcome {
	switch {
	case f.Dead:
		return pay.Outcome{State: pay.StateVoid, Note: "it expired unused, as a final block shows"}
	case f.Final && f.Cancelled:
		return pay.Outcome{State: pay.StateVoid, Transaction: f.Transaction, Note: "it was cancelled"}
	case f.Final && (f.Transferred || f.Tokens != ""):
		return pay.Outcome{State: pay.StateSettled, Transaction: f.Transaction}
	}
	return pay.Outcome{State: pay.StateUndecided}
}

// witness is the chain as package pay needs it.
type witness struct{ Chain }

func (w witness) Outcome(ctx context.Context, r pay.Record) (pay.Outcome, error) {
	f, err := w.Facts(ctx, r)
	return f.outcome(), err
}

// Bounds of the quotes in memory.
const (
	maxQuotes = 1000
	quoteLife = 30 * time.Minute // time for a person to approve one
)

// New returns a wallet. The ledger must be the signer's. Approvals are read from dir;
// chain may be nil, then the wallet checks no launch, balance or outcome.
func New(config *Config, signer pay.Signer, ledger pay.Ledger, chain Chain, dir string) *Wallet {
	w := &Wallet{config: config, chain: chain, dir: dir, now: time.Now, patience: 20 * time.Second, poll: 500 * time.Millisecond, quotes: map[string]*quote{},
		payer: &pay.Payer{Signer: signer, Ledger: ledger, Limits: config.Limits, MaxBody: 1 << 20}}
	if chain != nil {
		w.payer.Witness = witness{chain}
	}
	return w
}

// Ask is an agent's request for a price.
type Ask struct {
	URL      string          `json:"url"`
	Method   string          `json:"method,omitempty"`
	Body     json.RawMessage `json:"body,omitempty"`
	Quantity int64           `json:"quantity,omitempty"`
}

// maxAsk bounds the body of a request, in bytes.
const maxAsk = 64 << 10

// ArgumentError is an argument of a tool that it does not take.
type ArgumentError struct{ Field, Expected string }

// Error states the argument and the values that it takes.
func (e *ArgumentError) Error() string { return e.Field + ": expected " + e.Expected }

// request returns the HTTP request of an ask.
func (a Ask) request(ctx context.Context) (*http.Request, error) {
	u, err := url.Parse(a.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(a.URL) > 2048 {
		return nil, &ArgumentError{"url", "an http or https URL of at most 2048 bytes"}
	}
	u.Fragment, u.RawFragment = "", ""
	method := http.MethodGet
	switch a.Method {
	case "", http.MethodGet, http.MethodPost:
		if a.Method != "" {
			method = a.Method
		} else if len(a.Body) > 0 {
			method = http.MethodPost
		}
	default:
		return nil, &ArgumentError{"method", "GET or POST"}
	}
	if len(a.Body) > maxAsk || len(a.Body) > 0 && method == http.MethodGet {
		return nil, &ArgumentError{"body", "JSON of at most 64 KiB, with the method POST"}
	}
	if a.Quantity < 0 || a.Quantity > 0 && u.Query().Has("quantity") {
		return nil, &ArgumentError{"quantity", "1 or more, here or in the URL"}
	}
	if a.Quantity > 0 {
		q := u.Query()
		q.Set("quantity", strconv.FormatInt(a.Quantity, 10))
		u.RawQuery = q.Encode()
	}
	var body io.Reader
	if len(a.Body) > 0 {
		body = bytes.NewReader(a.Body)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, &ArgumentError{"url", "a URL that can be requested"}
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json, text/plain;q=0.9, */*;q=0.5")
	return req, nil
}

// remember keeps a quote under a new id. The oldest quotes are dropped.
func (w *Wallet) remember(q *quote) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // it does not fail
	q.ID = "q_" + hex.EncodeToString(id[:])
	w.mu.Lock()
	defer w.mu.Unlock()
	w.quotes[q.ID], w.order = q, append(w.order, q.ID)
	if len(w.order) > maxQuotes {
		delete(w.quotes, w.order[0])
		w.order = w.order[1:]
	}
}

// recall returns a quote that has not expired.
func (w *Wallet) recall(id string) (*quote, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	q := w.quotes[id]
	switch {
	case q == nil:
		return nil, &ArgumentError{"quoteId", "the quoteId of a quote of this session"}
	case w.now().After(q.Expires):
		return nil, fmt.Errorf("the quote expired at %s; ask for another", q.Expires.UTC().Format(time.RFC3339))
	}
	return q, nil
}
