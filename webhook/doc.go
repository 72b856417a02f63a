// Package webhook delivers changes of orders and launches to endpoints of the operator's
// choice, as signed HTTP requests in the form of Standard Webhooks 1.0.0.
//
// Every change that an endpoint wants is delivered at least once. A change is delivered
// only after every earlier change of the same order. A receiver recognises repetitions by
// the header webhook-id, which is the same for every attempt.
//
// The changes come from a journal that is written in the transaction of each change, and
// how far each endpoint is comes from the same database. So a process that is killed at
// any moment loses no delivery. A [Sender] runs one worker per endpoint: a receiver that
// is slow or down holds up no other.
//
// An endpoint can also be a chat of the operator: it gets short texts about launches, and of
// changes that follow each other the newest only; see [Format].
//
// The operator configures endpoints in a file; see [Endpoint]. Requests go to public
// addresses only, unless the endpoint allows others; see [guard].
package webhook
