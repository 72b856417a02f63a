package people

import (
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
)

const (
	// PageSize is how many addresses a page of minters or holders has without ?limit=.
	PageSize = 100
	// maxPageSize is how many it may have.
	maxPageSize = 200
)

// Query selects a page of a list of addresses.
type Query struct {
	Text  string // the beginning of an address, in lower case; empty: all
	Page  int    // from 1; a page behind the last one means the last one
	Limit int    // addresses in a page
}

// ReadQuery reads ?q=, ?page= and ?limit=.
func ReadQuery(c *fiber.Ctx) (Query, error) {
	q := Query{Text: strings.ToLower(strings.TrimSpace(c.Query("q"))), Page: 1, Limit: PageSize}
	for _, name := range []string{"q", "page", "limit"} {
		if len(c.Context().QueryArgs().PeekMulti(name)) > 1 {
			return q, &api.ParamError{Field: name, Expected: "at most one"}
		}
	}
	if digits, found := strings.CutPrefix(q.Text, "0x"); q.Text != "" && (!found || len(digits) > 40 || strings.Trim(digits, "0123456789abcdef") != "") {
		return q, &api.ParamError{Field: "q", Expected: "0x and up to 40 hex digits: an address, or its beginning"}
	}
	if text := c.Query("page"); text != "" {
		n, ok := api.ParsePositive(text)
		if !ok || n > 1_000_000 {
			return q, &api.ParamError{Field: "page", Expected: "a whole number from 1 to 1000000"}
		}
		q.Page = int(n)
	}
	if text := c.Query("limit"); text != "" {
		n, ok := api.ParsePositive(text)
		if !ok || n > maxPageSize {
			return q, &api.ParamError{Field: "limit", Expected: "a whole number from 1 to 200"}
		}
		q.Limit = int(n)
	}
	return q, nil
}

// At returns the query of another page, with its question mark, or "".
func (q Query) At(page int) string {
	values := url.Values{}
	if q.Text != "" {
		values.Set("q", q.Text)
	}
	if page > 1 {
		values.Set("page", strconv.Itoa(page))
	}
	if q.Limit != PageSize {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// part returns the bounds of the query's page in a list, and moves a page behind the last one
// to the last one.
func (q *Query) part(length int) (from, to int) {
	q.Page = min(q.Page, max(1, (length+q.Limit-1)/q.Limit))
	from = (q.Page - 1) * q.Limit
	return from, min(from+q.Limit, length)
}

// matches reports whether an address begins with the query's text.
func (q *Query) matches(address []byte) bool {
	if q.Text == "" {
		return true
	}
	var digits [40]byte
	hex.Encode(digits[:], address)
	return strings.HasPrefix(string(digits[:]), q.Text[2:])
}
