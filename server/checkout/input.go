package checkout

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// MaxInput is how many bytes the body of a request for a price, or the arguments of a
// call, may have.
const MaxInput = 4 << 10

// ReadInput reads the quantity from a JSON object: {"quantity":3}, with a whole number or a
// string of digits. given is false if the object is empty. Another key, a key that is
// there twice, and anything after the object are errors: a buyer who misspelled the
// quantity must not buy one allotment. Errors are *api.ParamError and *mint.QuantityError.
func ReadInput(data []byte, limit int64) (quantity int64, given bool, err error) {
	notObject := &api.ParamError{Field: "body", Expected: `one JSON object, such as {"quantity":1}`}
	switch {
	case len(data) > MaxInput:
		return 0, false, &api.ParamError{Field: "body", Expected: fmt.Sprintf("at most %d bytes", MaxInput)}
	case !json.Valid(data):
		return 0, false, notObject
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return 0, false, notObject
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return 0, false, notObject
		}
		if name, _ := key.(string); name != "quantity" {
			return 0, false, UnknownInput(name)
		}
		value, err := d.Token()
		if err != nil {
			return 0, false, notObject
		}
		if given {
			return 0, false, &api.ParamError{Field: "quantity", Expected: "one value"}
		}
		text, _ := value.(string)
		if n, ok := value.(json.Number); ok {
			text = n.String()
		}
		if quantity, given = api.ParsePositive(text); !given {
			return 0, false, &mint.QuantityError{Limit: limit}
		}
	}
	if _, err := d.Token(); err != nil { // the end of the object
		return 0, false, notObject
	}
	if _, err := d.Token(); err != io.EOF {
		return 0, false, notObject
	}
	return quantity, given, nil
}

// receivers are keys with which clients of other sales choose the account that gets the
// tokens, in lower case and without separators.
var receivers = []string{"recipient", "receiver", "to", "address", "wallet", "walletaddress", "account", "beneficiary", "payto", "payer", "from",
	"mintto", "owner"}

// NamesReceiver reports whether a key of an input would choose the account that gets the
// tokens. No sale has such an input: they go to the payer.
func NamesReceiver(key string) bool {
	return slices.Contains(receivers, strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(key)))
}

// UnknownInput returns the error for an input that a sale does not have.
func UnknownInput(name string) error {
	field := ASCII(name[:min(len(name), 40)])
	if NamesReceiver(name) {
		return &api.ParamError{Field: field, Expected: "no such input: the tokens always go to the account that signs the payment"}
	}
	return &api.ParamError{Field: field, Expected: "no such input: quantity is the only one, in a URL as ?quantity=n, in lower case"}
}

// HeaderKey is a request's own name for the purchase
// (draft-ietf-httpapi-idempotency-key-header). It works as the extension payment-identifier
// does. A payment with two names has both.
const HeaderKey = "Idempotency-Key"

// ReadKey reads the values of HeaderKey: one, with or without quotes. Without any it returns
// "".
func ReadKey(values []string) (string, error) {
	if len(values) == 0 {
		return "", nil
	}
	key := values[0]
	if len(key) > 2 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	if len(values) > 1 || !x402.ValidKey(key) {
		return "", &api.ParamError{Field: HeaderKey, Expected: "one header of 1 to 255 printable ASCII characters, without spaces, quotes, commas and backslashes"}
	}
	return key, nil
}
