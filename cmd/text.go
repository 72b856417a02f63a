package cmd

import (
	"strings"
	"unicode"

	"github.com/mint402/mint402/x402"
)

// title returns a network's name for people.
func title(caip2 string) string {
	if n, ok := x402.NetworkByName(caip2); ok {
		return n.Title
	}
	return caip2
}

// plain shortens a server's text and makes it safe to show on a terminal.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return s
}
