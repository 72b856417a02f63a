package source

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// EtherscanURL is version 2 of Etherscan's API, for all of its chains. It needs a key.
const EtherscanURL = "https://api.etherscan.io/v2/api"

// Etherscan is Etherscan's API, or one like it: Blockscout's is at https://HOST/api.
type Etherscan struct {
	URL string
	Key string // may be empty
	// Explorer is the URL of the explorer with the contracts' pages, or empty.
	Explorer string
}

var _ Service = Etherscan{}

// ID implements [Service].
func (e Etherscan) ID() string { return e.URL }

// Title implements [Service].
func (e Etherscan) Title() string {
	if u, err := url.Parse(e.URL); err == nil && e.URL != EtherscanURL {
		return u.Host
	}
	return "Etherscan"
}

// Page implements [Service].
func (e Etherscan) Page(c Contract) string {
	base := e.Explorer
	if e.URL != EtherscanURL { // a Blockscout: its API is below its pages
		base = strings.TrimSuffix(e.URL, "/api")
	}
	if base == "" {
		return ""
	}
	return base + "/address/" + c.Address.Hex() + "#code"
}

// request returns the URL of an action, with its parameters in the query.
func (e Etherscan) request(c Contract, action string, more url.Values) string {
	q := url.Values{"chainid": {strconv.FormatUint(c.ChainID, 10)}, "module": {"contract"}, "action": {action}}
	if e.Key != "" {
		q.Set("apikey", e.Key)
	}
	for name, values := range more {
		q[name] = values
	}
	return e.URL + "?" + q.Encode()
}

// etherscanAnswer is an answer of any action. With status "0", Result is a text.
type etherscanAnswer struct {
	Status  string          `json:"status"`
	Message string          `json:"message"`
	Result  json.RawMessage `json:"result"`
}

// text returns the result if it is a text, and the message otherwise.
func (a etherscanAnswer) text() string {
	var s string
	if json.Unmarshal(a.Result, &s) != nil || s == "" {
		s = a.Message
	}
	return s
}

// call makes a request and decodes its answer.
func (e Etherscan) call(ctx context.Context, method, to string, form url.Values) (a etherscanAnswer, err error) {
	found, err := answer{}, error(nil)
	if method == http.MethodPost {
		found, err = ask(ctx, method, to, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	} else {
		found, err = ask(ctx, method, to, "", nil)
	}
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(found.body, &a); err != nil || a.Status == "" {
		err = fmt.Errorf("%s: the answer is not of Etherscan's form", status(found.status))
		if found.status >= 400 {
			return a, &Refusal{err.Error()}
		}
		return a, err
	}
	return a, nil
}

// Texts of Etherscan and Blockscout, in lower case. The first that is found decides, so that
// "too many invalid api key attempts", which passes, is not an invalid key.
var etherscanTexts = []struct {
	part string
	make func(reason string) error
}{
	{"rate limit", busy}, {"max calls", busy}, {"too many", busy}, {"timeout", busy}, {"busy", busy},
	{"already verified", passing},
	{"unable to locate contractcode", passing}, {"not a smart contract", passing}, // its index is behind the chain
	{"api key", refusal}, {"apikey", refusal},
	{"chainid", refusal}, {"free api access is not supported", refusal}, {"deprecated", refusal},
	{"unknown uid", ended}, {"invalid guid", ended}, {"guid not found", ended},
	{"fail - unable to verify", refusal},
}

func busy(reason string) error    { return &Busy{Reason: reason} }
func passing(reason string) error { return errors.New(reason) }
func refusal(reason string) error { return &Refusal{reason} }
func ended(reason string) error   { return &Ended{reason} }

// refused returns the error of a text. An unknown one may pass. A text never contains the
// key: if a service repeats it, it is cut out.
func (e Etherscan) refused(text string) error {
	if e.Key != "" {
		text = strings.ReplaceAll(text, e.Key, "KEY")
	}
	lower := strings.ToLower(text)
	for _, t := range etherscanTexts {
		if strings.Contains(lower, t.part) {
			return t.make(short(text))
		}
	}
	return errors.New(short(text))
}

// Lookup implements [Service]. The source of a contract with similar code does not count: its
// constructor got other arguments. Nor does a source that is not ours.
func (e Etherscan) Lookup(ctx context.Context, c Contract, code Code) (Match, error) {
	a, err := e.call(ctx, http.MethodGet, e.request(c, "getsourcecode", url.Values{"address": {c.Address.Hex()}}), nil)
	if err != nil {
		return "", err
	}
	var found []shownSource
	switch err := json.Unmarshal(a.Result, &found); {
	case a.Status == "1" && err == nil && len(found) > 0 && found[0].SourceCode != "" && found[0].SimilarMatch == "" && code.shows(found[0]):
		return Same, nil
	case a.Status == "1" && err == nil, strings.Contains(strings.ToLower(a.text()), "not verified"):
		return "", nil
	}
	return "", e.refused(a.text())
}

// Submit implements [Service].
func (e Etherscan) Submit(ctx context.Context, c Contract, code Code) (string, error) {
	arguments, err := c.Arguments(ctx)
	if err != nil {
		return "", fmt.Errorf("read the constructor's arguments from the chain: %w", err)
	}
	encoded := hex.EncodeToString(arguments)
	a, err := e.call(ctx, http.MethodPost, e.request(c, "verifysourcecode", nil), url.Values{
		"contractaddress": {c.Address.Hex()}, "sourceCode": {string(code.Input)}, "codeformat": {"solidity-standard-json-input"},
		"contractname": {code.Name}, "compilerversion": {"v" + code.Compiler},
		"constructorArguments": {encoded}, "constructorArguements": {encoded}, // the second spelling is that of older versions
	})
	if err != nil {
		return "", err
	}
	if ticket := a.text(); a.Status == "1" && ticketPattern.MatchString(ticket) {
		return ticket, nil
	}
	return "", e.refused(a.text())
}

// Done implements [Service].
func (e Etherscan) Done(ctx context.Context, c Contract, ticket string) (bool, error) {
	a, err := e.call(ctx, http.MethodGet, e.request(c, "checkverifystatus", url.Values{"guid": {ticket}}), nil)
	if err != nil {
		return false, err
	}
	text := strings.ToLower(a.text())
	switch {
	case strings.HasPrefix(text, "pass"), strings.Contains(text, "already verified"):
		return true, nil
	case strings.HasPrefix(text, "pending"), strings.Contains(text, "in progress"):
		return false, nil
	}
	return false, e.refused(a.text())
}
