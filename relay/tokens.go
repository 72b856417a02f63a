package relay

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Token is the right of the holder of a secret to have payments settled.
type Token struct {
	Name   string
	hash   [sha256.Size]byte
	assets []common.Address
	payTo  []common.Address
	budget int64 // gwei a day
	rate   int   // requests a minute

	mu    sync.Mutex
	since time.Time
	taken int
}

// Tokens are the tokens of an operator's file.
type Tokens []*Token

// maxTokens and maxFile bound a file of tokens.
const maxTokens, maxFile = 1000, 1 << 20

type tokenJSON struct {
	Name      string   `json:"name"`
	SHA256    string   `json:"sha256"`
	Networks  []string `json:"networks"`
	Assets    []string `json:"assets"`
	PayTo     []string `json:"payTo"`
	GasPerDay string   `json:"gasPerDay"`
	Rate      int      `json:"rate"`
}

// ErrNoToken means that no token of a file is for the network.
var ErrNoToken = errors.New("no token is for")

// ReadTokens reads a file of tokens for a network:
//
//	{"tokens":[{"name":"shop","sha256":"<hex of the secret's SHA-256>","networks":["base"],
//	  "assets":["0x…"],"payTo":["0x…"],"gasPerDay":"0.05","rate":60}]}
//
// Only its owner may be able to read it. An unknown key is an error. Tokens for other networks
// only are left out. parse reads an amount of the chain's coin.
func ReadTokens(path string, n x402.Network, parse func(string) (*big.Int, error)) (Tokens, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return nil, err
	} else if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: others may read it; run chmod 600 %s", path, path)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d bytes", path, maxFile)
	}
	tokens, err := parseTokens(data, n, parse)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return tokens, nil
}

func parseTokens(data []byte, n x402.Network, parse func(string) (*big.Int, error)) (Tokens, error) {
	if err := x402.CheckJSON(data); err != nil {
		return nil, err
	}
	var list struct {
		Tokens []tokenJSON `json:"tokens"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	if len(list.Tokens) == 0 || len(list.Tokens) > maxTokens {
		return nil, fmt.Errorf("tokens: expected 1 to %d", maxTokens)
	}
	var tokens Tokens
	for i, j := range list.Tokens {
		t, ours, err := j.token(n, parse)
		if err != nil {
			return nil, fmt.Errorf("tokens[%d]: %w", i, err)
		}
		if slices.ContainsFunc(tokens, func(o *Token) bool { return o.Name == t.Name || o.hash == t.hash }) {
			return nil, fmt.Errorf("tokens[%d]: another token has its name or its sha256", i)
		}
		if ours {
			tokens = append(tokens, t)
		}
	}
	if len(tokens) == 0 {
		return nil, fmt.Errorf("%w %s", ErrNoToken, n.Name)
	}
	return tokens, nil
}

func (j *tokenJSON) token(n x402.Network, parse func(string) (*big.Int, error)) (t *Token, ours bool, err error) {
	t = &Token{Name: j.Name, rate: j.Rate}
	hash, err := hex.DecodeString(strings.TrimPrefix(j.SHA256, "0x"))
	if err != nil || len(hash) != len(t.hash) {
		return nil, false, errors.New("sha256: expected the 64 hex digits of the secret's SHA-256")
	}
	copy(t.hash[:], hash)
	for _, name := range j.Networks {
		known, ok := x402.NetworkByName(name)
		if !ok {
			return nil, false, fmt.Errorf("networks: %q is no known network", name)
		}
		ours = ours || known.ChainID == n.ChainID
	}
	addresses := func(field string, list []string) (all []common.Address, err error) {
		for _, text := range list {
			a, ok := x402.ParseAddress(text)
			if !ok || a == (common.Address{}) {
				return nil, fmt.Errorf("%s: %q is no address", field, text)
			}
			all = append(all, a)
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("%s: expected a list of addresses", field)
		}
		return all, nil
	}
	if t.assets, err = addresses("assets", j.Assets); err != nil {
		return nil, false, err
	}
	if t.payTo, err = addresses("payTo", j.PayTo); err != nil {
		return nil, false, err
	}
	wei, err := parse(j.GasPerDay)
	switch {
	case j.Name == "" || len(j.Name) > 64:
		return nil, false, errors.New("name: expected 1 to 64 bytes")
	case len(j.Networks) == 0:
		return nil, false, errors.New(`networks: expected a list of names, such as ["base"]`)
	case err != nil || wei.Sign() <= 0:
		return nil, false, errors.New(`gasPerDay: expected an amount of the chain's coin above 0, such as "0.05"`)
	case j.Rate < 1 || j.Rate > 1_000_000:
		return nil, false, errors.New("rate: expected a whole number from 1 to 1000000, of requests in a minute")
	}
	inGwei := new(big.Int).Div(wei, big.NewInt(gwei))
	if !inGwei.IsInt64() || inGwei.Sign() == 0 {
		return nil, false, errors.New("gasPerDay: it is less than a gwei, or too much")
	}
	t.budget = inGwei.Int64()
	return t, ours, nil
}

// Find returns the token of a secret. It takes the same time for every secret.
func (ts Tokens) Find(secret string) (*Token, bool) {
	hash := sha256.Sum256([]byte(secret))
	var found *Token
	for _, t := range ts {
		if subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1 {
			found = t
		}
	}
	return found, found != nil
}

// Admit counts a request of a token, or returns *RateError.
func (t *Token) Admit(now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if passed := now.Sub(t.since); passed >= time.Minute || passed < -time.Minute { // not for a request that was overtaken
		t.since, t.taken = now, 0
	}
	if t.taken >= t.rate {
		return &RateError{max(time.Second, time.Minute-now.Sub(t.since)).Round(time.Second)}
	}
	t.taken++
	return nil
}

// allows returns *ForeignError unless the token may settle for the asset and the recipient.
func (t *Token) allows(q *x402.SettleRequest) error {
	switch {
	case !slices.Contains(t.assets, q.Requirement.Asset):
		return &ForeignError{"the token " + t.Name + " settles no payments in " + q.Requirement.Asset.Hex()}
	case !slices.Contains(t.payTo, q.Requirement.PayTo):
		return &ForeignError{"the token " + t.Name + " settles no payments to " + q.Requirement.PayTo.Hex()}
	}
	return nil
}
