package api

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
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

// Error returns the name and the expected value.
func (e *ParamError) Error() string { return e.Field + ": expected " + e.Expected }

// CarriesPayment reports whether a request has a payment header, even an empty one, or a
// credential of the scheme Payment.
func CarriesPayment(c *fiber.Ctx) bool {
	return CarriesX402(c) || carriesCredential(c)
}

// CarriesX402 reports whether a request has a payment header of x402, even an empty one.
func CarriesX402(c *fiber.Ctx) bool {
	h := &c.Request().Header
	return len(h.PeekAll(x402.HeaderPaymentSignature)) > 0 || len(h.PeekAll(x402.HeaderXPayment)) > 0
}

func carriesCredential(c *fiber.Ctx) bool {
	_, ok, _ := Credential(c)
	return ok
}

// Credential returns the credential of the scheme Payment in a request's Authorization,
// without the scheme's name. ok is false if there is none; other schemes are ignored. It
// returns *mpp.Error for two credentials.
func Credential(c *fiber.Ctx) (credential string, ok bool, err error) {
	values := c.Request().Header.PeekAll(mpp.HeaderCredential)
	if len(values) == 0 {
		return "", false, nil
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return mpp.FindCredential(texts...)
}

var html, mozilla = []byte(fiber.MIMETextHTML), []byte("Mozilla")

// FromBrowser reports whether a person made the request in a browser, by the rule of
// the reference servers. With a payment header, answers are always JSON.
func FromBrowser(c *fiber.Ctx) bool {
	h := &c.Request().Header
	return bytes.Contains(h.Peek(fiber.HeaderAccept), html) && bytes.Contains(h.UserAgent(), mozilla) && !CarriesPayment(c)
}

// previewers are parts of the names of programs that make a preview of a link, in lower case.
// They send no headers of a browser.
var previewers = [][]byte{[]byte("twitterbot"), []byte("facebookexternalhit"), []byte("facebot"), []byte("slackbot"), []byte("slack-imgproxy"), []byte("discordbot"),
	[]byte("telegrambot"), []byte("whatsapp"), []byte("linkedinbot"), []byte("farcaster"), []byte("warpcast"), []byte("fcbot"), []byte("bluesky cardyb"), []byte("mastodon"),
	[]byte("redditbot"), []byte("pinterestbot"), []byte("skypeuripreview"), []byte("iframely"), []byte("embedly"), []byte("signal-desktop")}

// FromPreviewer reports whether a program made the request that makes a preview of the link. It
// never pays.
func FromPreviewer(c *fiber.Ctx) bool {
	agent := bytes.ToLower(c.Request().Header.UserAgent())
	return len(agent) > 0 && slices.ContainsFunc(previewers, func(name []byte) bool { return bytes.Contains(agent, name) }) && !CarriesPayment(c)
}

// LaunchOf returns the launch with the slug in the path, or mint.ErrNotFound.
func (p *Presenter) LaunchOf(c *fiber.Ctx) (mint.Launch, error) {
	slug := c.Params("slug")
	if !mint.ValidSlug(slug) {
		return mint.Launch{}, mint.ErrNotFound
	}
	return p.Reader.Launch(c.UserContext(), slug)
}

// OrderOf returns the order with the id in the path, and its launch.
func (p *Presenter) OrderOf(c *fiber.Ctx) (l mint.Launch, o mint.Order, err error) {
	id, err := mint.ParsePaymentID(c.Params("id"))
	if err != nil {
		return l, o, &ParamError{"paymentId", "0x and 64 hex digits"}
	}
	if o, err = p.Reader.Order(c.UserContext(), id); err != nil {
		return l, o, err
	}
	l, err = p.Reader.Launch(c.UserContext(), o.Launch)
	return l, o, err
}
