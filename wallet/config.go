package wallet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/x402"
)

// A Config has the permissions that a person gave to the wallet. It does not change while
// the wallet runs.
type Config struct {
	Limits pay.Limits

	// ApproveAbove is the highest price that is paid without a person's approval.
	ApproveAbove pay.Units

	// ApproveByClient also accepts an approval that the MCP client collects
	// (elicitation). Without it, only mint402 wallet approve counts.
	ApproveByClient bool

	// RPC has the nodes to read each network from, by CAIP-2 name.
	RPC map[string][]string
}

// configJSON is the file. Amounts are decimal strings in whole units of an asset: "0.50".
type configJSON struct {
	PerPayment      string              `json:"perPayment"`
	PerDay          string              `json:"perDay"`
	Total           string              `json:"total"`
	ApproveAbove    string              `json:"approveAbove"`
	ApproveBy       []string            `json:"approveBy"`
	Hosts           []string            `json:"hosts"`
	AnyHost         bool                `json:"anyHost"`
	Networks        []string            `json:"networks"`
	Assets          []assetJSON         `json:"assets"`
	Payees          []common.Address    `json:"payees"`
	MaxValidSeconds int                 `json:"maxValidSeconds"`
	RPC             map[string][]string `json:"rpc"`
}

type assetJSON struct {
	Network  string         `json:"network"`
	Address  common.Address `json:"address"`
	Symbol   string         `json:"symbol"`
	Name     string         `json:"name"`
	Version  string         `json:"version"`
	Decimals *uint8         `json:"decimals"`
}

// maxConfig bounds the file, in bytes.
const maxConfig = 1 << 20

// ReadConfig reads a configuration file. It fails if other users may write the file, and
// for a key that it does not know or that is there twice, so that no limit is silently
// ignored.
func ReadConfig(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read wallet configuration: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read wallet configuration: %w", err)
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("%s has the limits, but other users may write it (mode %04o); chmod 600 it", path, info.Mode().Perm())
	}
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err == nil && len(data) > maxConfig {
		err = fmt.Errorf("it is longer than %d bytes", maxConfig)
	}
	if err != nil {
		return nil, fmt.Errorf("read wallet configuration: %w", err)
	}
	c, err := ParseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// ParseConfig parses the text of a configuration file. An error names the key and the
// expected value.
func ParseConfig(data []byte) (*Config, error) {
	if err := x402.CheckJSON(data); err != nil {
		return nil, fmt.Errorf("expected one JSON object: %w", err)
	}
	var j configJSON
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return nil, fmt.Errorf("expected one JSON object: %w", err)
	}
	c := &Config{}
	for _, amount := range []struct {
		key, value string
		into       *pay.Units
		required   bool
	}{
		{"perPayment", j.PerPayment, &c.Limits.PerPayment, true}, {"perDay", j.PerDay, &c.Limits.PerDay, true},
		{"total", j.Total, &c.Limits.Total, true}, {"approveAbove", j.ApproveAbove, &c.ApproveAbove, false},
	} {
		if amount.value == "" && !amount.required {
			continue
		}
		var err error
		if *amount.into, err = pay.ParseUnits(amount.value); err != nil {
			return nil, fmt.Errorf("%s: expected an amount such as \"0.50\", in whole units of the asset", amount.key)
		}
	}
	if len(j.Hosts) == 0 && !j.AnyHost {
		return nil, errors.New(`hosts: expected the hosts that may be paid, or "anyHost": true`)
	}
	if len(j.Hosts) > 0 && j.AnyHost {
		return nil, errors.New("anyHost: expected either hosts or anyHost")
	}
	c.Limits.Hosts, c.Limits.Payees = j.Hosts, j.Payees
	if j.MaxValidSeconds < 0 || j.MaxValidSeconds > int(pay.MaxWindow/time.Second) {
		return nil, fmt.Errorf("maxValidSeconds: expected 1 to %d", pay.MaxWindow/time.Second)
	}
	c.Limits.MaxWindow = time.Duration(j.MaxValidSeconds) * time.Second
	for _, by := range j.ApproveBy {
		if by != "terminal" && by != "client" {
			return nil, fmt.Errorf("approveBy: expected \"terminal\" or \"client\", not %.40q", by)
		}
	}
	c.ApproveByClient = slices.Contains(j.ApproveBy, "client")
	return c, c.chains(j)
}

// chains reads the networks, the assets and the nodes.
func (c *Config) chains(j configJSON) error {
	for _, name := range j.Networks {
		caip2, err := network("networks", name)
		if err != nil {
			return err
		}
		c.Limits.Networks = append(c.Limits.Networks, caip2)
	}
	for i, a := range j.Assets {
		caip2, err := network(fmt.Sprintf("assets[%d].network", i), a.Network)
		if err != nil {
			return err
		}
		if a.Name == "" || a.Version == "" || a.Symbol == "" || a.Address == (common.Address{}) || a.Decimals == nil {
			return fmt.Errorf("assets[%d]: expected address, symbol, name, version and decimals", i)
		}
		c.Limits.Assets = append(c.Limits.Assets, pay.Asset{Network: caip2,
			Asset: x402.Asset{Address: a.Address, Symbol: a.Symbol, Name: a.Name, Version: a.Version, Decimals: *a.Decimals}})
	}
	c.RPC = map[string][]string{}
	for name, urls := range j.RPC {
		caip2, err := network("rpc", name)
		if err != nil {
			return err
		}
		if c.RPC[caip2] != nil {
			return fmt.Errorf("rpc: two keys name the network %s; put their nodes in one list", caip2)
		}
		c.RPC[caip2] = urls
	}
	return nil
}

func network(key, name string) (string, error) {
	n, ok := x402.NetworkByName(name)
	if !ok {
		return "", fmt.Errorf("%s: there is no network %.40q; mint402 networks lists them", key, name)
	}
	return n.CAIP2(), nil
}
