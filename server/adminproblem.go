package server

import (
	"errors"
	"fmt"
	"slices"
)

// Errors of requests that the dashboard refuses.
var (
	errAdminOff    = errors.New("the dashboard is off: start the server with --admin ADDRESS")
	errOrigin      = errors.New("request from a page of another origin refused")
	errSignedOut   = errors.New("not signed in")
	errNotAllowed  = errors.New("this wallet is not an admin; start the server with --admin ADDRESS")
	errNoMessage   = errors.New("this sign-in message is unknown or has expired; request a new one")
	errNotSigned   = errors.New("the signature is not one of this wallet over this message")
	errAsked       = errors.New("too many wrong signatures are presented for this wallet; try again in a moment")
	errUsedMessage = errors.New("this sign-in message was already used; request a new one")
)

// judgeAdmin is the dashboard's part of the table that maps errors to statuses.
func judgeAdmin(err error) (verdict, bool) {
	at := func(status int, code string, err error) (verdict, bool) {
		return verdict{status, Fault{Code: code, Message: err.Error()}}, true
	}
	var form *FormError
	var undecided *UndecidedError
	var refused *RefusedError
	switch {
	case errors.Is(err, errAdminOff):
		return at(404, "off", errAdminOff)
	case errors.Is(err, errOrigin):
		return at(403, "origin", err)
	case errors.Is(err, errSignedOut):
		return at(401, "signed_out", errSignedOut)
	case errors.Is(err, errNotAllowed):
		return at(403, "not_allowed", errNotAllowed)
	case errors.Is(err, errNoMessage), errors.Is(err, errNotSigned), errors.Is(err, errUsedMessage):
		return at(403, "sign_in", err)
	case errors.Is(err, errAsked):
		v, _ := at(503, "busy", errAsked)
		v.fault.RetryAfter = retryBusy
		return v, true
	case errors.As(err, &form):
		v, _ := at(400, "bad_request", form)
		fields := map[string]string{}
		for _, f := range slices.Backward(form.Fields) {
			v.fault.Field, v.fault.Message, fields[f.Field] = f.Field, fmt.Sprintf("%s %s", f.Field, f.Message), f.Message
		}
		v.fault.Details = map[string]any{"fields": fields}
		return v, true
	case errors.As(err, &undecided):
		v, _ := at(503, "undecided", undecided)
		v.fault.RetryAfter = retryInternal
		v.fault.Details = map[string]any{"transaction": undecided.Transaction}
		return v, true
	case errors.As(err, &refused):
		return at(409, "conflict", refused)
	}
	return verdict{}, false
}
