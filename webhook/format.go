package webhook

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mint402/mint402/mint"
)

// Format is how an endpoint wants events. All formats except Signed are for people: the
// endpoint gets short texts about launches, and few of them; see [calm].
type Format string

// Formats of endpoints.
const (
	Signed   Format = ""         // JSON, as Standard Webhooks 1.0.0 signs it
	Slack    Format = "slack"    // an incoming webhook
	Discord  Format = "discord"  // a channel's webhook
	Telegram Format = "telegram" // sendMessage of a bot
	Ntfy     Format = "ntfy"     // the URL of a topic
)

// Formats lists every format.
var Formats = []Format{Signed, Slack, Discord, Telegram, Ntfy}

// LowGas is the type of the notice that a sender's key is running out of gas. It is no
// event of the journal.
const LowGas mint.ChangeType = "server.low_gas"

// Notices are the types that a chat can get. It gets all unless it lists some.
var Notices = []mint.ChangeType{mint.LaunchOpened, mint.LaunchSoldOut, mint.LaunchClosed, mint.LaunchPaused, mint.LaunchNeedsAttention, mint.OrderNeedsAttention, LowGas}

// FormatOf returns the format that the receiver at a URL has, by its well-known host.
func FormatOf(to string) Format {
	u, err := url.Parse(to)
	if err != nil {
		return Signed
	}
	switch host := u.Hostname(); {
	case host == "hooks.slack.com":
		return Slack
	case (host == "discord.com" || host == "discordapp.com") && strings.HasPrefix(u.Path, "/api/webhooks/"):
		return Discord
	case host == "api.telegram.org":
		return Telegram
	case host == "ntfy.sh":
		return Ntfy
	}
	return Signed
}

func (f Format) chat() bool { return f != Signed }

// chatPattern matches a chat_id: a number, or the name of a public channel.
var chatPattern = regexp.MustCompile(`^(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63})$`)

// Notice is a message for people.
type Notice struct {
	Title  string // one line
	Text   string // may be empty
	URL    string // where to look; may be empty
	Urgent bool   // a person has to act
}

// Bounds of a message. The receivers take 2,000 characters (Discord) or more, and escaping
// makes a text at most five times as long, in the rare case that all of it is escaped.
const (
	maxTitle     = 100 // characters
	maxText      = 300
	maxNoticeURL = 300 // a longer one is left out
)

// render returns the request for a notice in a chat's format. No receiver finds a mention or
// a style in the text: another party, such as a node, can choose parts of it.
func (n Notice) render(e Endpoint) (body []byte, header http.Header, err error) {
	title, text, link := clean(n.Title, maxTitle), clean(n.Text, maxText), n.URL
	if len(link) > maxNoticeURL {
		link = ""
	}
	lines := func(escape *strings.Replacer, link string) string {
		return strings.TrimSpace(strings.Join([]string{escape.Replace(title), escape.Replace(text), link}, "\n"))
	}
	header = http.Header{"Content-Type": {"application/json"}}
	switch e.Format {
	case Slack:
		body, err = json.Marshal(map[string]any{"text": lines(slackEscapes, link)})
	case Discord:
		if link != "" {
			link = "<" + link + ">" // without a preview
		}
		body, err = json.Marshal(map[string]any{"content": lines(discordEscapes, link), "allowed_mentions": map[string]any{"parse": []string{}}})
	case Telegram: // without parse_mode, the text has no markup
		body, err = json.Marshal(map[string]any{"chat_id": e.Chat, "text": lines(strings.NewReplacer(), link), "link_preview_options": map[string]any{"is_disabled": true}})
	case Ntfy:
		header = http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Title": {ascii(title)}, "Priority": {"default"}}
		if n.Urgent {
			header.Set("Priority", "high")
		}
		if link != "" {
			header.Set("Click", ascii(link))
		}
		body = []byte(strings.TrimSpace(text + "\n" + link))
	default:
		err = fmt.Errorf("the format %q has no texts", e.Format)
	}
	return body, header, err
}

// slackEscapes are the three characters that Slack's texts escape; < begins a mention.
var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// discordEscapes make Discord's marks of Markdown, and its mentions, plain text.
var discordEscapes = func() *strings.Replacer {
	var all []string
	for _, mark := range "\\*_~`|>#[]()<@-" {
		all = append(all, string(mark), "\\"+string(mark))
	}
	return strings.NewReplacer(all...)
}()

// clean returns a text in one line, with at most so many characters.
func clean(s string, maxLength int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }), " ")
	if utf8.RuneCountInString(s) > maxLength {
		s = string([]rune(s)[:maxLength-1]) + "…"
	}
	return s
}

// ascii returns a text as a header can have it.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

// refusalBody are the fields of the answers with which receivers refuse. Slack answers with
// a word of plain text, ntfy with error.
type refusalBody struct {
	OK          *bool   `json:"ok"`          // Telegram
	Description string  `json:"description"` // Telegram
	Message     string  `json:"message"`     // Discord
	Error       string  `json:"error"`       // ntfy
	RetryAfter  float64 `json:"retry_after"` // Discord, in seconds
	Parameters  struct {
		RetryAfter float64 `json:"retry_after"` // Telegram, in seconds
	} `json:"parameters"`
}

// refusal returns what a chat's answer says of its refusal, and how long to wait.
func (f Format) refusal(text []byte) (reason string, after time.Duration) {
	if !f.chat() {
		return "", 0 // its answer has no form
	}
	var b refusalBody
	if json.Unmarshal(text, &b) != nil && f == Slack {
		b.Message = string(text)
	}
	for _, said := range []string{b.Description, b.Message, b.Error} {
		if said = clean(said, maxTitle); said != "" && reason == "" {
			reason = ": " + said
		}
	}
	seconds := min(max(b.RetryAfter, b.Parameters.RetryAfter, 0), maxRetryAfter.Seconds())
	return reason, time.Duration(math.Ceil(seconds)) * time.Second
}

// refusesAll reports whether a status means that a chat takes no message from us: its URL
// was revoked, or its bot was removed.
func (f Format) refusesAll(code int) bool {
	return f.chat() && (code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusNotFound)
}

// accepted returns a failure if an answer with a status of success refuses nevertheless.
func (f Format) accepted(text []byte) *failure {
	var b refusalBody
	if f == Telegram && json.Unmarshal(text, &b) == nil && b.OK != nil && !*b.OK {
		reason, after := f.refusal(text)
		return &failure{reason: "refused" + reason, after: after}
	}
	return nil
}
