package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// SourcifyURL is the public server of Sourcify.
const SourcifyURL = "https://sourcify.dev/server"

// Sourcify is a server of Sourcify, by version 2 of its API.
type Sourcify struct {
	URL string // without a trailing slash
}

var _ Service = Sourcify{}

// ID implements [Service].
func (s Sourcify) ID() string { return s.URL }

// Title implements [Service].
func (s Sourcify) Title() string { return "Sourcify" }

// Page implements [Service]. Only the public server is known to have pages; another one
// answers with JSON.
func (s Sourcify) Page(c Contract) string {
	if s.URL == SourcifyURL {
		return fmt.Sprintf("https://repo.sourcify.dev/%d/%s", c.ChainID, c.Address.Hex())
	}
	return s.contract(c)
}

func (s Sourcify) contract(c Contract) string {
	return fmt.Sprintf("%s/v2/contract/%d/%s", s.URL, c.ChainID, c.Address.Hex())
}

// sourcifyContract is a contract in Sourcify's answers. Match is null if it has no source.
type sourcifyContract struct {
	Match   *Match `json:"match"`
	ChainID string `json:"chainId"`
	Address string `json:"address"`
}

// sourcifyError is an error in Sourcify's answers.
type sourcifyError struct {
	Code    string `json:"customCode"`
	Message string `json:"message"`
}

func (e sourcifyError) String() string { return short(strings.TrimPrefix(e.Code+": "+e.Message, ": ")) }

// Lookup implements [Service]. An answer about another contract is an error. The answer has no
// source to compare.
func (s Sourcify) Lookup(ctx context.Context, c Contract, _ Code) (Match, error) {
	a, err := ask(ctx, http.MethodGet, s.contract(c), "", nil)
	if err != nil {
		return "", err
	}
	var found sourcifyContract
	if a.status != http.StatusOK && a.status != http.StatusNotFound {
		return "", s.refused(a)
	}
	if err := json.Unmarshal(a.body, &found); err != nil || found.ChainID == "" {
		return "", s.refused(a)
	}
	if found.ChainID != strconv.FormatUint(c.ChainID, 10) || common.HexToAddress(found.Address) != c.Address {
		return "", errors.New("the service answered about another contract")
	}
	if a.status == http.StatusNotFound || found.Match == nil {
		return "", nil
	}
	if m := *found.Match; m == Same || m == Exact {
		return m, nil
	}
	return "", fmt.Errorf("the service answered with an unknown match %q", short(string(*found.Match)))
}

// refused returns the error of an answer that is not what was asked for.
func (s Sourcify) refused(a answer) error {
	var e sourcifyError
	_ = json.Unmarshal(a.body, &e) // without an error in it, the status must do
	reason := status(a.status)
	if e.Code != "" {
		reason += ": " + e.String()
	}
	if e.Code == "already_verified" {
		return errors.New(reason)
	}
	if a.status >= 400 {
		return &Refusal{reason}
	}
	return fmt.Errorf("%s: the answer is not Sourcify's", reason)
}

// ticketPattern matches a job's name, which goes into a path.
var ticketPattern = regexp.MustCompile(`^[0-9A-Za-z_-]{1,128}$`)

// Submit implements [Service]. A job that runs already is a *Busy.
func (s Sourcify) Submit(ctx context.Context, c Contract, code Code) (string, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // sources stay as they are
	if err := e.Encode(map[string]any{"stdJsonInput": code.Input, "compilerVersion": code.Compiler, "contractIdentifier": code.Name}); err != nil {
		return "", err
	}
	a, err := ask(ctx, http.MethodPost, fmt.Sprintf("%s/v2/verify/%d/%s", s.URL, c.ChainID, c.Address.Hex()), "application/json", &body)
	if err != nil {
		return "", err
	}
	var job struct {
		ID string `json:"verificationId"`
	}
	if a.status >= 300 || json.Unmarshal(a.body, &job) != nil || !ticketPattern.MatchString(job.ID) {
		return "", s.refused(a)
	}
	return job.ID, nil
}

// finalCodes are the errors of a job that another one would have, too.
var finalCodes = []string{"no_match", "bytecode_length_mismatch", "extra_file_input_bug", "compiler_error", "unsupported_language"}

// Done implements [Service].
func (s Sourcify) Done(ctx context.Context, _ Contract, ticket string) (bool, error) {
	a, err := ask(ctx, http.MethodGet, s.URL+"/v2/verify/"+ticket, "", nil)
	if err != nil {
		return false, err
	}
	var job struct {
		Completed *bool          `json:"isJobCompleted"`
		Error     *sourcifyError `json:"error"`
	}
	switch err := json.Unmarshal(a.body, &job); {
	case a.status == http.StatusNotFound:
		return false, &Ended{"the service does not know the job any more"}
	case a.status != http.StatusOK || err != nil || job.Completed == nil:
		return false, s.refused(a)
	case !*job.Completed:
		return false, nil
	case job.Error == nil || job.Error.Code == "already_verified":
		return true, nil
	case slices.Contains(finalCodes, job.Error.Code):
		return false, &Refusal{job.Error.String()}
	}
	return false, &Ended{job.Error.String()}
}
