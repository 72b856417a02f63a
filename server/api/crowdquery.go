package api

import (
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

const (
	// CrowdPage is how many addresses a page of minters or holders has without ?limit=.
	CrowdPage = 100
	// maxCrowdPage is how many it may have.
	maxCrowdPage = 200
)

// CrowdQuery selects a page of a list of addresses.
type CrowdQuery struct {
	Text  string // the beginning of an address, in lower case; empty: all
	Page  int    // from 1; a page behind the last one means the last one
	Limit int    // addresses in a page
}

// ReadCrowdQuery reads ?q=, ?page= and ?limit=.
func ReadCrowdQuery(c *fiber.Ctx) (CrowdQuery, error) {
	q := CrowdQuery{Text: strings.ToLower(strings.TrimSpace(c.Query("q"))), Page: 1, Limit: CrowdPage}
	for _, name := range []string{"q", "page", "limit"} {
		if len(c.Context().QueryArgs().PeekMulti(name)) > 1 {
			return q, &ParamError{name, "at most one"}
		}
	}
	if digits, found := strings.CutPrefix(q.Text, "0x"); q.Text != "" && (!found || len(digits) > 40 || strings.Trim(digits, "0123456789abcdef") != "") {
		return q, &ParamError{"q", "0x and up to 40 hex digits: an address, or its beginning"}
	}
	if text := c.Query("page"); text != "" {
		n, ok := ParsePositive(text)
		if !ok || n > 1_000_000 {
			return q, &ParamError{"page", "a whole number from 1 to 1000000"}
		}
		q.Page = int(n)
	}
	if text := c.Query("limit"); text != "" {
		n, ok := ParsePositive(text)
		if !ok || n > maxCrowdPage {
			return q, &ParamError{"limit", "a whole number from 1 to 200"}
		}
		q.Limit = int(n)
	}
	return q, nil
}

// At returns the query of another page, with its question mark, or "".
func (q CrowdQuery) At(page int) string {
	values := url.Values{}
	if q.Text != "" {
		values.Set("q", q.Text)
	}
	if page > 1 {
		values.Set("page", strconv.Itoa(page))
	}
	if q.Limit != CrowdPage {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// part returns the bounds of the query's page in a list, and moves a page behind the last one
// to the last one.
func (q *CrowdQuery) part(length int) (from, to int) {
	q.Page = min(q.Page, max(1, (length+q.Limit-1)/q.Limit))
	from = (q.Page - 1) * q.Limit
	return from, min(from+q.Limit, length)
}

// matches reports whether an address begins with the query's text.
func (q *CrowdQuery) matches(address []byte) bool {
	if q.Text == "" {
		return true
	}
	var digits [40]byte
	hex.Encode(digits[:], address)
	return strings.HasPrefix(string(digits[:]), q.Text[2:])
}
