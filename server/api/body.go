package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// ReadBody decodes a request's body, which must be one JSON object, into a struct. The
// dashboard's routes and the demo's faucet use it. An unknown field is an error: otherwise
// a misspelled field would look like one that was left out. The error is a [ParamError],
// or 415 if the body is not declared as plain JSON.
func ReadBody(c *fiber.Ctx, into any) error {
	if c.Get(fiber.HeaderContentEncoding) != "" {
		return fiber.ErrUnsupportedMediaType // we do not decompress bodies
	}
	if kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); err != nil || kind != fiber.MIMEApplicationJSON {
		return fiber.ErrUnsupportedMediaType
	}
	body := bytes.TrimLeft(c.Request().Body(), " \t\r\n")
	if len(body) == 0 || body[0] != '{' { // null would leave all fields empty
		return &ParamError{"body", "one JSON object"}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil && d.Decode(&struct{}{}) != io.EOF {
		err = errors.New("more than one value")
	}
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field != "":
		return &ParamError{wrong.Field[strings.LastIndex(wrong.Field, ".")+1:], "a " + wrong.Type.String() + ", not a " + wrong.Value}
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return &ParamError{strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`), "no such field"}
	}
	return &ParamError{"body", "one JSON object"}
}
