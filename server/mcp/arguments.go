package mcp

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
)

// Each tool takes exactly the arguments of its schema. A misspelled or invented one is an
// error, before a price is quoted: an agent that asked for three and got one would have
// paid for another thing than it meant to.

// readArguments decodes the arguments of a call. Absent ones, and null, are no arguments.
// Any key that is not known is an error with that key.
func readArguments(raw json.RawMessage, known ...string) (map[string]json.RawMessage, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil, &api.ParamError{Field: "arguments", Expected: "a JSON object"}
	}
	for key := range all {
		if !slices.Contains(known, key) {
			return nil, unknownArgument(key, known)
		}
	}
	return all, nil
}

func unknownArgument(key string, known []string) error {
	e := &api.ParamError{Field: ascii(printable(key, maxEcho))}
	switch {
	case checkout.NamesReceiver(key):
		e.Expected = "no such argument: the account that signs the payment always receives the tokens"
	case len(known) == 0:
		e.Expected = "no arguments"
	default:
		e.Expected = "no such argument: only " + strings.Join(known, ", ")
	}
	return e
}

// slugOf reads an argument that is a slug. Absent, it is "".
func slugOf(args map[string]json.RawMessage, name string) (string, error) {
	raw, there := args[name]
	if !there {
		return "", nil
	}
	var slug string
	if json.Unmarshal(raw, &slug) != nil || !mint.ValidSlug(slug) {
		return "", &api.ParamError{Field: name, Expected: "the slug of a launch, as list_launches returns it: 1 to 32 of a-z, 0-9 and -"}
	}
	return slug, nil
}

// quantityOf reads the argument quantity: a whole number from 1, or the same in a string.
// Absent, it is 1. The engine checks it against the launch's limit.
func quantityOf(args map[string]json.RawMessage) (int64, error) {
	raw, there := args["quantity"]
	if !there {
		return 1, nil
	}
	text := string(raw)
	if text[0] == '"' && json.Unmarshal(raw, &text) != nil {
		text = ""
	}
	n, ok := api.ParsePositive(text)
	if !ok {
		return 0, &api.ParamError{Field: "quantity", Expected: "a whole number from 1"}
	}
	return n, nil
}

// paymentIDOf reads the argument paymentId, which must be there.
func paymentIDOf(args map[string]json.RawMessage) (mint.PaymentID, error) {
	var text string
	_ = json.Unmarshal(args["paymentId"], &text) // anything but a string is no id
	id, err := mint.ParsePaymentID(text)
	if err != nil {
		return id, &api.ParamError{Field: "paymentId", Expected: "0x and 64 hex digits"}
	}
	return id, nil
}
