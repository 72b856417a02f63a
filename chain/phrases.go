package chain

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxWords is how many bytes of a node's message are parsed. The text comes from
// outside, and the useful part is at the beginning.
const maxWords = 4096

// says reports whether a text contains one of the phrases.
func says(text string, phrases ...string) bool {
	for _, p := range phrases {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// Phrases of providers, in lower case. Each provider has its own spelling, and changes
// it.
var (
	busyWords = []string{
		"rate limit", "ratelimit", "rate-limit", "rate exceeded", "request rate", "too many requests", "too many request", "request count exceeded",
		"compute units", "capacity exceeded", "exceeded its", "throughput", "requests per second", "requests/second", "per second limit",
		"throttl", "quota", "credits", "call rate", "usage limit", "request limit", "requests limit", "monthly limit", "daily limit",
		"limit reached", "slow down", "back off", "out of cu", "exceeded the rps", "rps limit", "concurrent requests", "over capacity",
		"at capacity", "capacity limit", "try again in", "retry after", "retry in",
	}
	behindWords = []string{
		"header not found", "unknown block", "block not found", "could not find block", "cannot find block", "header for hash not found",
		"unfinalized data", "block is not available yet", "not yet available", "block out of range", "beyond current head block",
		"block does not exist", "requested block is in the future", "after last accepted block", "toblock is greater than", "no block found",
		"block number is in the future", "greater than latest", "higher than the latest",
	}
	lacksWords = []string{
		"method not found", "does not exist", "is not available", "not supported", "unsupported method", "unsupported", "is disabled", "disabled for",
		"not enabled", "not whitelisted", "not allowed", "is blocked", "missing trie node", "pruned", "historical state", "state is not available",
		"state not available", "state unavailable", "archive", "old data not available", "no state available", "required historical",
		"unauthorized", "forbidden", "access denied", "permission denied", "invalid api key", "api key", "project id", "must be authenticated",
		"authentication", "upgrade your plan", "payment required", "paid", "not available on", "distance to target block exceeds",
		"indexing is in progress", "index is not ready",
	}
	manyWords = []string{
		"results", "response size", "response is too", "response too", "too many logs", "log entries", "logs limit", "log limit",
		"too much data", "size exceeded", "result set", "too many events", "query timeout", "query timed out", "records",
		"memory capacity", "backend response too large", "message too large", "logs matched", "logs than",
	}
	wideWords = []string{
		"block range", "blocks range", "range too", "range is too", "too wide", "range exceeds", "range limit", "ranges over", "max range", "maximum range",
		"too many blocks", "number of blocks", "limited to", "exceeds limit of", "exceeds the range", "exceed max", "block distance",
		"range of blocks", "blocks limit", "block limit", "maxblockrange", "max block", "maximum block", "at most", "range size", "query range",
		"range should be", "range must", "range cannot", "blocks per", "fromblock and toblock", "requested range", "allowed range", "range between",
		"wider than", "span", "larger than", "invalid range", "bigger than range", "block height range",
	}
)

// ofBatch reports whether a text is about the number of requests in a batch.
func ofBatch(text string) bool {
	return says(text, "batch") && says(text, "more than", "limit", "too large", "too many", "too big", "exceed", "maximum", "max ", "not allowed",
		"not supported", "unsupported", "disabled", "size", "at most", "up to", "not permitted", "forbidden", "paid", "upgrade", "invalid")
}

var (
	grouped = regexp.MustCompile(`(\d)[,_'](\d{3})\b`)
	numeral = regexp.MustCompile(`(?:^|[^\w.-])(\d{1,9})( ?k\b)?`)
	hexes   = regexp.MustCompile(`\[? ?(0x[0-9a-f]{1,16}) ?(?:,|-|to|\.\.) ?(0x[0-9a-f]{1,16}) ?\]?`)
	decimal = regexp.MustCompile(`(?:range|retry with|try with)[^\d]{0,20}(\d{1,15}) ?(?:-|to|,|\.\.) ?(\d{1,15})`)

	// N stands for the limit.
	rangeLimits = limits(
		`limited to (?:an? )?(?:0 ?- ?)?N`, `up to (?:an? )?N`, `ranges? (?:over|above|of more than|larger than|greater than) N`,
		`(?:range|blocks?|max|maximum)\)? (?:limit|allowed|permitted|size)?:? ?(?:is|of|is set to|:|=|to)? ?N(?: blocks?)?\)?$`,
		`exceeds? (?:the )?(?:limit|range|maximum|max)[a-z ]*:? ?N`, `(?:range )?limit(?: of| is|:)? N`,
		`(?:maximum|max)[a-z ]*:? ?N`, `(?:at most|only|no more than|less than|within|under|not exceed|cannot exceed|smaller than|over|more than) N`,
		`N[ -]blocks?`, `maxblockrange\W+N`,
	)
	batchLimits = limits(
		`more than N`, `batch limit(?: of| is|:)? N`, `(?:maximum|max)[a-z ]*:? ?N`, `limit(?: of| is|:)? ?N`, `up to N`, `at most N`, `only N`,
		`limited to N`, `exceeds? N`, `N (?:requests?|calls?|items?)`, `size(?: is| of|:)? N`,
	)
)

func limits(patterns ...string) []*regexp.Regexp {
	all := make([]*regexp.Regexp, len(patterns))
	for i, p := range patterns {
		all[i] = regexp.MustCompile(strings.ReplaceAll(p, "N", `(\d{1,9})( ?k\b)?`))
	}
	return all
}

// tidy converts a text to lower case and removes separators in numbers: 10,000 becomes
// 10000.
func tidy(text string) string {
	text = strings.ToLower(text[:min(len(text), maxWords)])
	for range 3 {
		text = grouped.ReplaceAllString(text, "$1$2")
	}
	return text
}

// figure returns the number of a match; a k means thousand.
func figure(match []string) uint64 {
	n, err := strconv.ParseUint(match[1], 10, 64)
	if err != nil {
		return 0
	}
	if match[2] != "" {
		n *= 1000
	}
	return n
}

// named returns the limit that a text gives, after k were requested, or 0 if it gives
// none below k. k itself may stand in the text, too.
func named(text string, k uint64, patterns []*regexp.Regexp) uint64 {
	text = tidy(text)
	for _, p := range patterns {
		for _, m := range p.FindAllStringSubmatch(text, -1) {
			if n := figure(m); n > 0 && n < k {
				return n
			}
		}
	}
	var only uint64
	for _, m := range numeral.FindAllStringSubmatch(text, -1) {
		if n := figure(m); n > 0 && n < k && n != only {
			if only > 0 {
				return 0 // ambiguous
			}
			only = n
		}
	}
	return only
}

// offered returns the size of the range that a text proposes instead of k blocks from
// block `from`, or 0 if it proposes none that is smaller.
func offered(text string, from, k uint64) uint64 {
	text = tidy(text)
	for _, m := range append(hexes.FindAllStringSubmatch(text, -1), decimal.FindAllStringSubmatch(text, -1)...) {
		first, err := strconv.ParseUint(m[1], 0, 64)
		last, err2 := strconv.ParseUint(m[2], 0, 64)
		if err != nil || err2 != nil || first != from || last < first || last-first+1 >= k {
			continue
		}
		return last - first + 1
	}
	return 0
}

var (
	pauses  = regexp.MustCompile(`(?:retry|try again|available|wait|back ?off|reset|come back|next request)[a-z_ ]*[ :="]{1,4}(?:after|in|for)?[ :="]*(\d{1,6}(?:\.\d{1,6})?) ?(milliseconds?|millis|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)?\b`)
	backoff = regexp.MustCompile(`"(?:backoff_seconds|retry_after|retryafter|retry-after)" ?: ?"?(\d{1,6}(?:\.\d{1,6})?)`)
)

// pauseOf returns the pause that a text asks for, or 0 if it gives none.
func pauseOf(text string) time.Duration {
	text = strings.ToLower(text[:min(len(text), maxWords)])
	if m := backoff.FindStringSubmatch(text); m != nil {
		return span(m[1], "s")
	}
	if m := pauses.FindStringSubmatch(text); m != nil {
		return span(m[1], m[2])
	}
	return 0
}

// span converts a number with its unit to a duration; the unit is seconds if empty.
func span(figure, unit string) time.Duration {
	n, err := strconv.ParseFloat(figure, 64)
	if err != nil || n <= 0 {
		return 0
	}
	one := time.Second
	switch {
	case strings.HasPrefix(unit, "ms"), strings.HasPrefix(unit, "mil"):
		one = time.Millisecond
	case strings.HasPrefix(unit, "m"):
		one = time.Minute
	case strings.HasPrefix(unit, "h"):
		one = time.Hour
	}
	return time.Duration(n * float64(one))
}

// retryAfter parses the header of that name: seconds, or a date. A date is compared
// with the date of the answer, or with the local clock if the answer has none.
func retryAfter(value, date string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		if n > 0 && n < 1e9 {
			return time.Duration(n * float64(time.Second))
		}
		return 0
	}
	at, err := time.Parse(time.RFC1123, value)
	if err != nil {
		return 0
	}
	if said, err := time.Parse(time.RFC1123, date); err == nil {
		now = said
	}
	return max(at.Sub(now), 0)
}

// answered is a JSON-RPC error object in a place where the client does not look for
// one: with a status other than 200, or alone as the answer of a whole batch.
type answered struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

func (a *answered) Error() string          { return a.Message }
func (a *answered) ErrorCode() int         { return a.Code }
func (a *answered) ErrorData() interface{} { return a.Data }

// objectOf finds the error object in a body: alone, in a list, or as a text.
func objectOf(body []byte) *answered {
	var alone struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Code    int             `json:"code"`
	}
	var list []json.RawMessage
	if json.Unmarshal(body, &list) == nil {
		for _, one := range list[:min(len(list), 1)] {
			return objectOf(one)
		}
		return nil
	}
	if json.Unmarshal(body, &alone) != nil {
		return nil
	}
	var found answered
	switch {
	case json.Unmarshal(alone.Error, &found) == nil && (found.Message != "" || found.Code != 0):
		return &found
	case json.Unmarshal(alone.Error, &found.Message) == nil && found.Message != "":
		return &found
	case alone.Message != "":
		return &answered{Code: alone.Code, Message: alone.Message}
	}
	return nil
}
