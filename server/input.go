package server

import (
	"mime"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/server/pages"
)

// quantity reads how much a request for a price wants: from the query, or from the body of
// a POST. If both have it, they must agree. Without any, it is 1. The engine checks it
// against the limit.
func quantity(c *fiber.Ctx, limit int64) (int64, error) {
	if err := knownKeys(c); err != nil {
		return 0, err
	}
	inQuery, err := oneQuantity(c.Request().URI().QueryArgs().PeekMulti("quantity"), limit)
	if err != nil {
		return 0, err
	}
	inBody, err := bodyQuantity(c, limit)
	switch {
	case err != nil:
		return 0, err
	case inBody == 0 && inQuery == 0:
		return 1, nil
	case inBody != 0 && inQuery != 0 && inBody != inQuery:
		return 0, &api.ParamError{Field: "quantity", Expected: "the same number in the query and in the body"}
	}
	return max(inBody, inQuery), nil
}

// oneQuantity reads a quantity that has only one valid form and is not repeated. Without
// any it returns 0.
func oneQuantity(values [][]byte, limit int64) (int64, error) {
	if len(values) == 0 {
		return 0, nil
	}
	n, ok := api.ParsePositive(string(values[0]))
	if len(values) > 1 || !ok {
		return 0, &mint.QuantityError{Quantity: 0, Limit: limit}
	}
	return n, nil
}

// bodyQuantity reads the quantity from a body: a JSON object, or a form. It returns 0 if
// the body is empty or does not have it.
func bodyQuantity(c *fiber.Ctx, limit int64) (int64, error) {
	body := c.Request().Body()
	switch {
	case len(body) == 0:
		return 0, nil
	case c.Method() != fiber.MethodPost:
		return 0, &api.ParamError{Field: "body", Expected: "no body with this method: use ?quantity=n, or POST"}
	case len(body) > checkout.MaxInput:
		return 0, &api.ParamError{Field: "body", Expected: "at most 4096 bytes"}
	}
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	charset := strings.ToLower(params["charset"])
	if err != nil || c.Get(fiber.HeaderContentEncoding) != "" || charset != "" && charset != "utf-8" {
		return 0, errMediaType
	}
	switch kind {
	case fiber.MIMEApplicationJSON:
		n, _, err := checkout.ReadInput(body, limit)
		return n, err
	case fiber.MIMEApplicationForm:
		form := c.Request().PostArgs()
		for key := range form.All() {
			if string(key) != "quantity" {
				return 0, checkout.UnknownInput(string(key))
			}
		}
		return oneQuantity(form.PeekMulti("quantity"), limit)
	}
	return 0, errMediaType
}

var errMediaType = &api.HTTPError{Status: fiber.StatusUnsupportedMediaType, Fault: api.Fault{Code: "unsupported_media_type", Field: fiber.HeaderContentType,
	Message: `the body has to be application/json, such as {"quantity":1}, or application/x-www-form-urlencoded, in UTF-8 and not compressed`}}

// knownKeys refuses a query with an unknown key. Otherwise a payer who wanted two, with
// ?Quantity=2 or ?qty=2, would buy one.
func knownKeys(c *fiber.Ctx) error {
	for key := range c.Request().URI().QueryArgs().All() {
		name := string(key)
		if name == "quantity" || name == pages.LanguageParam || api.IsCampaign(name) {
			continue
		}
		return checkout.UnknownInput(name)
	}
	return nil
}

// idempotencyKey reads the request's name for the purchase, or "".
func idempotencyKey(c *fiber.Ctx) (string, error) {
	values := c.Request().Header.PeekAll(checkout.HeaderKey)
	if len(values) == 0 {
		return "", nil
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return checkout.ReadKey(texts)
}
