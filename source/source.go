// Package source publishes a contract's source with services that verify it: they compile the
// source and compare the result with the code on the chain. It speaks two interfaces, that of
// [Sourcify] and that of [Etherscan], which Blockscout has, too.
//
// A service's own lookup decides. A contract counts as verified only while the service shows
// its source to others. The answer to a submission and the end of a job are no proof.
//
// A [Publisher] retries with growing pauses, in goroutines of its own, and keeps each [State]
// in a [Store]. So a service that is slow, down or lying holds up no other work, and a start
// continues where the process before it ended. Each request has a bound in time, and each
// answer one in size. No request is made without a service that the caller configured.
package source

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Code is the input that a compiler needs to make a contract's code again.
type Code struct {
	Input    json.RawMessage // standard JSON, with each source in it
	Compiler string          // release of solc: 0.8.37+commit.f401782d
	Name     string          // FILE:CONTRACT in the input
}

// Contract is a deployed contract.
type Contract struct {
	ChainID uint64
	Address common.Address
	Name    string // in the metrics
	// Arguments returns the constructor's arguments, ABI-encoded.
	Arguments func(context.Context) ([]byte, error)
}

// Status is how far the verification of a contract at a service is.
type Status string

// The statuses.
const (
	Waiting   Status = "waiting"   // not submitted, or to be submitted again
	Submitted Status = "submitted" // the service is working on it
	Verified  Status = "verified"  // the service shows the source
	Failed    Status = "failed"    // the service refuses it, or failed too often; a start tries again
)

// Match is how a service compares code.
type Match string

// The matches. An exact one needs a hash of the source in the code. Launches have no hash in
// their code, so all of it is compared, and a service that looks for the hash reports Same.
const (
	Same  Match = "match"       // the same code
	Exact Match = "exact_match" // and the same hash of the source
)

// State is the verification of a contract at a service.
type State struct {
	Address    common.Address
	Service    string // Service.ID
	Title      string // Service.Title
	Status     Status
	Match      Match     // of a verified contract; empty if the service has no such answer
	URL        string    // where people read the source; empty if not known
	Ticket     string    // the service's name for the job, or empty
	Asked      time.Time // when the job was submitted
	Failures   int       // attempts that failed since the last success
	Error      string    // of the last attempt; empty after a success
	Unreached  bool      // the service did not answer the last attempt; not stored
	Unknown    bool      // because its host's name does not resolve; not stored
	Next       time.Time // when the next attempt is due
	VerifiedAt time.Time
}

// Service verifies sources. Each method makes one request. Errors that are not *Refusal may
// pass.
type Service interface {
	// ID is the URL of the service, without a key.
	ID() string
	// Title is the service's name for people.
	Title() string
	// Page returns the URL of a verified contract's page, or "".
	Page(Contract) string
	// Lookup returns how a contract's code matches the source that the service shows, or ""
	// if it does not show any, or another one than ours.
	Lookup(context.Context, Contract, Code) (Match, error)
	// Submit submits the source and returns a ticket for Done.
	Submit(context.Context, Contract, Code) (ticket string, err error)
	// Done reports whether the job of a ticket has ended with success. If it has ended
	// otherwise, the error is an *Ended.
	Done(ctx context.Context, c Contract, ticket string) (bool, error)
}

// Refusal is a service's refusal. It lasts until the configuration is changed.
type Refusal struct{ Reason string }

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

// Unreached means that the service did not answer.
type Unreached struct {
	Reason  string
	Unknown bool // the host's name does not resolve
}

// Error returns the reason.
func (u *Unreached) Error() string { return u.Reason }

// Busy means that the service asks for a pause. The contract may still be verified.
type Busy struct {
	Reason string
	After  time.Duration // 0: not given
}

// Error returns the reason.
func (b *Busy) Error() string { return b.Reason }

// Ended is a job that ended without success. It may be submitted again.
type Ended struct{ Reason string }

// Error returns the reason.
func (e *Ended) Error() string { return e.Reason }
