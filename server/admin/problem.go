package admin

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mint402/mint402/server/api"
)

// Errors of requests that the dashboard refuses.
var (
	errAdminOff      = errors.New("the dashboard is off: start the server with --admin ADDRESS")
	errOrigin        = errors.New("request from a page of another origin refused")
	errSignedOut     = errors.New("not signed in")
	errNotAllowed    = errors.New("this wallet is not an admin; start the server with --admin ADDRESS")
	errOperatorOnly  = errors.New("only the operator of this server may do this")
	errBanned        = errors.New("the operator of this server has banned this wallet")
	errManySignIns   = errors.New("too many sign-ins from this address within a few minutes; try again later")
	errNoMessage     = errors.New("this sign-in message is unknown or has expired; request a new one")
	errNotSigned     = errors.New("the signature is not from this wallet for this message")
	errTooManyChecks = errors.New("too many signatures for this wallet wait to be checked; try again in a moment")
	errUsedMessage   = errors.New("this sign-in message was already used; request a new one")
)

// Values of Retry-After, in seconds.
const (
	retryBusy      = 2
	retryUndecided = 5
)

// toHTTP returns the response to an error that the dashboard knows, and other errors as
// they are.
func toHTTP(err error) error {
	var launch *LaunchRequestError
	var undecided *UndecidedError
	var refused *RefusedError
	at := func(status int, code string, err error) *api.HTTPError {
		return &api.HTTPError{Status: status, Fault: api.Fault{Code: code, Message: err.Error()}}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errAdminOff):
		return at(404, "off", errAdminOff)
	case errors.Is(err, errOrigin):
		return at(403, "origin", err)
	case errors.Is(err, errSignedOut):
		return at(401, "signed_out", errSignedOut)
	case errors.Is(err, errNotAllowed):
		return at(403, "not_allowed", errNotAllowed)
	case errors.Is(err, errOperatorOnly):
		return at(403, "operator_only", errOperatorOnly)
	case errors.Is(err, errBanned):
		return at(403, "banned", errBanned)
	case errors.Is(err, errManySignIns):
		e := at(503, "busy", errManySignIns)
		e.Fault.RetryAfter = int64(messageLifetime.Seconds())
		return e
	case errors.Is(err, errNoMessage), errors.Is(err, errNotSigned), errors.Is(err, errUsedMessage):
		return at(403, "sign_in", err)
	case errors.Is(err, errTooManyChecks):
		e := at(503, "busy", errTooManyChecks)
		e.Fault.RetryAfter = retryBusy
		return e
	case errors.As(err, &launch):
		e := at(400, "bad_request", launch)
		fields := map[string]string{}
		for _, f := range slices.Backward(launch.Fields) {
			e.Fault.Field, e.Fault.Message, fields[f.Field] = f.Field, fmt.Sprintf("%s %s", f.Field, f.Message), f.Message
		}
		e.Fault.Details = map[string]any{"fields": fields}
		return e
	case errors.As(err, &undecided):
		e := at(503, "undecided", undecided)
		e.Fault.RetryAfter = retryUndecided
		e.Fault.Details = map[string]any{"transaction": undecided.Transaction}
		return e
	case errors.As(err, &refused):
		return at(409, "conflict", refused)
	}
	return err
}
