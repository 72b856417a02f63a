package api

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

const (
	defaultOrders = 50
	MaxOrders     = 200
)

// OrdersLimit returns how many orders a request wants.
func OrdersLimit(c *fiber.Ctx) (int, error) {
	v := c.Query("limit")
	if v == "" {
		return defaultOrders, nil
	}
	n, ok := ParsePositive(v)
	if !ok || n > MaxOrders {
		return 0, &ParamError{"limit", "a whole number from 1 to 200"}
	}
	return int(n), nil
}

// ParsePositive parses a positive number without sign or leading zero.
func ParsePositive(s string) (int64, bool) {
	if s == "" || s[0] < '1' || s[0] > '9' || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// ParamError is a parameter that cannot be parsed.
type ParamError struct{ Field, Expected string }

func (e *ParamError) Error() string { return e.Field + ": expected " + e.Expected }
