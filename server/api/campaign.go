package api

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
)

// campaigns are keys, or their prefixes, that other sites add to links, in lower case. A key
// that begins or ends with "_" is a prefix. README.md lists them.
var campaigns = []string{"utm_", "mc_", "fbclid", "gclid", "gbraid", "wbraid", "gad_", "dclid", "msclkid", "yclid", "ttclid", "twclid", "igshid", "igsh", "rdt_cid", "srsltid", "mibextid", "hsa_", "si",
	"li_fat_id", "_ga", "_gl", "ref", "ref_"}

// IsCampaign reports whether another site added a key to a link, to count its visitors. The case
// does not matter: people type these keys themselves.
func IsCampaign(key string) bool {
	key = strings.ToLower(key)
	return slices.ContainsFunc(campaigns, func(known string) bool {
		return key == known || (strings.HasSuffix(known, "_") || known[0] == '_') && strings.HasPrefix(key, known)
	})
}

// maxCampaign is how many bytes of campaign parameters a link of ours keeps.
const maxCampaign = 512

// Campaign returns the campaign parameters of a request's query, encoded again, with "?" in
// front; "" without any. It drops a repeated key, a value that is not text, and the parameters
// beyond 512 bytes.
func Campaign(c *fiber.Ctx) string {
	var kept strings.Builder
	seen := map[string]bool{}
	for key, value := range c.Request().URI().QueryArgs().All() {
		name, text := strings.ToLower(string(key)), string(value)
		if !IsCampaign(name) || seen[name] || !isText(name) || !isText(text) {
			continue
		}
		part := url.QueryEscape(name) + "=" + url.QueryEscape(text)
		if kept.Len()+1+len(part) > maxCampaign {
			continue
		}
		seen[name] = true
		if kept.Len() == 0 {
			kept.WriteByte('?')
		} else {
			kept.WriteByte('&')
		}
		kept.WriteString(part)
	}
	return kept.String()
}

// isText reports whether a value is text in UTF-8 without control characters.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
