package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// answer is what a server said. Receipt is filled in where the body is an order,
// Error where it is a problem.
type answer struct {
	status int
	header http.Header
	body   []byte

	receipt
	Error json.RawMessage `json:"error"` // an object, or the string of a 402
}

// receipt is an order as clients see it.
type receipt struct {
	PaymentID   common.Hash    `json:"paymentId"`
	State       string         `json:"state"`
	Final       bool           `json:"final"`
	Payer       common.Address `json:"payer"`
	TokensBase  string         `json:"tokensBase"`
	Transaction string         `json:"transaction"`
	Block       uint64         `json:"block"`
	Settlement  string         `json:"settlement"`
	Reason      string         `json:"reason"`
	Message     string         `json:"message"`
}

// browserless is the HTTP client of everybody here: enough connections for a
// crowd, and no keeping of them, so that a server that was killed is not asked
// on a dead one.
var browserless = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// ask makes one request; header may be empty.
func ask(url, header, value string) (answer, error) {
	return askWithin(time.Minute, url, header, value)
}

// askWithin gives up after a time.
func askWithin(most time.Duration, url, header, value string) (answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	if header != "" {
		req.Header.Set(header, value)
	}
	res, err := browserless.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		return answer{}, err
	}
	// A body of another shape leaves the fields empty, which tests notice.
	_ = json.Unmarshal(a.body, &a)
	return a, nil
}
