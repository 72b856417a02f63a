package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mint402/mint402/mint"
)

// chats is a stub of Slack, Discord, Telegram and ntfy that takes and refuses requests as
// their documentation says.
type chats struct {
	*httptest.Server
	mu     sync.Mutex
	limit  bool // answer 429
	wait   time.Duration
	bodies []string
}

func newChats(t *testing.T) *chats {
	c := &chats{}
	c.Server = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.Close)
	return c
}

func (c *chats) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	time.Sleep(c.wait)
	text, _ := io.ReadAll(r.Body)
	var b map[string]any
	if r.Header.Get("Content-Type") == "application/json" {
		if err := json.Unmarshal(text, &b); err != nil {
			http.Error(w, "invalid_payload", 400)
			return
		}
	}
	field := func(name string) string { s, _ := b[name].(string); return s }
	answer := func(code int, text string, a ...any) { w.WriteHeader(code); fmt.Fprintf(w, text, a...) }
	switch path := r.URL.Path; {
	case path == "/services/T/B/secret":
		switch {
		case c.limit:
			w.Header().Set("Retry-After", "30")
			answer(429, "rate_limited")
		case field("text") == "" || len(b) != 1:
			answer(400, "no_text")
		default:
			answer(200, "ok")
		}
		c.bodies = append(c.bodies, field("text"))
	case path == "/api/webhooks/1/secret":
		mentions, _ := b["allowed_mentions"].(map[string]any)
		parse, none := mentions["parse"].([]any)
		switch {
		case c.limit:
			w.Header().Set("Content-Type", "application/json")
			answer(429, `{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}`)
		case field("content") == "" || utf8.RuneCountInString(field("content")) > 2000 || !none || len(parse) > 0:
			answer(400, `{"content": ["Must be 2000 or fewer in length."]}`)
		default:
			w.WriteHeader(204)
		}
		c.bodies = append(c.bodies, field("content"))
	case path == "/bot123:secret/sendMessage":
		switch {
		case c.limit:
			answer(429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}`)
		case field("chat_id") != "-1001":
			answer(400, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`)
		case field("text") == "" || len(utf16.Encode([]rune(field("text")))) > 4096 || b["parse_mode"] != nil:
			answer(400, `{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}`)
		default:
			answer(200, `{"ok":true,"result":{"message_id":1}}`)
		}
		c.bodies = append(c.bodies, field("text"))
	case path == "/topic-secret":
		if c.limit {
			answer(429, `{"code":42901,"http":429,"error":"limit reached: too many requests","link":"https://ntfy.sh/docs/publish/#limitations"}`)
			return
		}
		if len(text) > 4096 {
			answer(413, `{"code":41301,"http":413,"error":"message too large"}`)
		}
		c.bodies = append(c.bodies, r.Header.Get("Title")+"\n"+string(text))
	case strings.HasPrefix(path, "/bot"):
		answer(401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)
	default:
		answer(404, "no_service")
	}
}

// endpoints are one of each format.
func (c *chats) endpoints() []Endpoint {
	return []Endpoint{
		{Name: "slack", Format: Slack, URL: c.URL + "/services/T/B/secret", AllowPrivate: true},
		{Name: "discord", Format: Discord, URL: c.URL + "/api/webhooks/1/secret", AllowPrivate: true},
		{Name: "telegram", Format: Telegram, Chat: "-1001", URL: c.URL + "/bot123:secret/sendMessage", AllowPrivate: true},
		{Name: "ntfy", Format: Ntfy, URL: c.URL + "/topic-secret", AllowPrivate: true},
	}
}

func (c *chats) tell(e Endpoint, n Notice) *failure {
	p := newPoster(newGuard(true))
	defer p.client.CloseIdleConnections()
	return p.tell(context.Background(), e, noon, n)
}

func TestEachChatTakesANoticeOfAnyTextWithoutAMentionOrAStyle(t *testing.T) {
	c := newChats(t)
	evil := Notice{Title: "Ping <!channel> & @everyone", Text: "*bold* [a](http://b) \x1b[2J\r\n`x`", URL: "https://mint.example/l/a_b"}
	long := Notice{Title: strings.Repeat("<", 500), Text: strings.Repeat("🎈*", 5000), URL: "https://mint.example/" + strings.Repeat("a", 5000)}
	for _, e := range c.endpoints() {
		if err := e.Check(); err != nil {
			t.Error(err)
		}
		for _, n := range []Notice{evil, long, {Title: "a", Urgent: true}} {
			if f := c.tell(e, n); f != nil {
				t.Errorf("%s: %+v", e.Name, f)
			}
		}
	}
	for n, want := range map[int]string{
		0: "Ping &lt;!channel&gt; &amp; @everyone\n*bold* [a](http://b) [2J `x`\nhttps://mint.example/l/a_b",
		3: `Ping \<!channel\> & \@everyone` + "\n" + `\*bold\* \[a\]\(http://b\) \[2J ` + "\\`x\\`" + "\n<https://mint.example/l/a_b>",
		6: "Ping <!channel> & @everyone\n*bold* [a](http://b) [2J `x`\nhttps://mint.example/l/a_b",
		9: "Ping <!channel> & @everyone\n*bold* [a](http://b) [2J `x`\nhttps://mint.example/l/a_b",
	} {
		if c.bodies[n] != want {
			t.Errorf("%d: %q, not %q", n, c.bodies[n], want)
		}
	}
}

func TestAChatThatRefusesSaysWhyAndForHowLongWithoutItsSecret(t *testing.T) {
	c := newChats(t)
	c.limit = true
	after := map[Format]time.Duration{Slack: 30 * time.Second, Discord: 65 * time.Second, Telegram: 35 * time.Second, Ntfy: 0}
	for _, e := range c.endpoints() {
		f := c.tell(e, Notice{Title: "a"})
		if f == nil || !f.endpoint || f.after != after[e.Format] || !strings.Contains(f.reason, "429") || strings.Contains(f.reason, "secret") {
			t.Errorf("%s: %+v", e.Name, f)
		}
	}
	c.limit = false
	for _, e := range c.endpoints() {
		e.URL = strings.Replace(e.URL, "secret", "revoked", 1)
		if f := c.tell(e, Notice{Title: "a"}); f == nil || !f.endpoint || strings.Contains(f.reason, "revoked") {
			t.Errorf("%s: %+v", e.Name, f)
		}
		e.URL = "http://127.0.0.1:1/bot123:secret" // no server
		if f := c.tell(e, Notice{Title: "a"}); f == nil || !f.endpoint || strings.Contains(f.reason, "secret") {
			t.Errorf("%s: %+v", e.Name, f)
		}
		e.URL = "http://127.0.0.1:1/bot123:secret\x7f"
		if f := c.tell(e, Notice{Title: "a"}); f == nil || strings.Contains(f.reason, "secret") {
			t.Errorf("%s: %+v", e.Name, f)
		}
	}
	telegram := c.endpoints()[2]
	telegram.Chat = "7"
	if f := c.tell(telegram, Notice{Title: "a"}); f == nil || f.endpoint || f.reason != "400 Bad Request: Bad Request: chat not found" {
		t.Errorf("%+v", f)
	}
	if f := Telegram.accepted([]byte(`{"ok":false,"description":"no"}`)); f == nil {
		t.Error("a refusal with the status 200 is a delivery")
	}
	if _, after := Discord.refusal([]byte(`{"retry_after": 1e300}`)); after != maxRetryAfter {
		t.Errorf("a chat can put us off for %s", after)
	}
}

func TestAnEndpointOfAChatHasNoSecretButItsURL(t *testing.T) {
	c := newChats(t)
	for _, e := range c.endpoints() {
		if shown := e.Shown(); strings.Contains(shown, "secret") || !strings.HasPrefix(shown, c.URL) {
			t.Errorf("shown: %s", shown)
		}
		e.Secrets = []string{NewSecret().Text()}
		if err := e.Check(); err == nil || strings.Contains(err.Error(), e.URL) {
			t.Errorf("%s: with a secret: %v", e.Name, err)
		}
	}
	for to, want := range map[string]Format{"https://hooks.slack.com/services/a/b/c": Slack, "https://discord.com/api/webhooks/1/x": Discord, "https://discord.com/other": Signed,
		"https://api.telegram.org/bot1:x/sendMessage": Telegram, "https://ntfy.sh/topic": Ntfy, "https://hooks.slack.com.example/": Signed, ":": Signed} {
		if got := FormatOf(to); got != want {
			t.Errorf("%s: %q", to, got)
		}
	}
	for _, e := range []Endpoint{{Name: "a", URL: "https://a.example", Format: "teams"}, {Name: "a", URL: "https://a.example/sendMessage", Format: Telegram},
		{Name: "a", URL: "https://a.example/bot1", Format: Telegram, Chat: "1"}, {Name: "a", URL: "https://a.example", Format: Slack, Chat: "1"},
		{Name: "a", URL: "http://a.example", Format: Slack}, {Name: "a", URL: "https://a.example", Format: Slack, Events: []mint.ChangeType{mint.OrderMined}}} {
		if e.Check() == nil {
			t.Errorf("%+v is good", e)
		}
	}
}

func TestLowGasIsToldOnceAndItsEndOnceAndBothAgainOnlyAfterAnHour(t *testing.T) {
	c := newChats(t)
	now := noon
	s := &Sender{Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), workers: map[string]*worker{}}
	for _, e := range c.endpoints() {
		s.workers[e.Name] = newWorker(s, e, State{}, func() {}, &Counts{})
	}
	other := Endpoint{Name: "signed", URL: c.URL + "/services/T/B/secret", Secrets: []string{NewSecret().Text()}, AllowPrivate: true}
	s.workers["signed"] = newWorker(s, other, State{}, func() {}, &Counts{})
	level := func(low bool, want int) {
		t.Helper()
		s.Level(t.Context(), low, Notice{Title: "gas"})
		if len(c.bodies) != want {
			t.Errorf("%d messages, not %d", len(c.bodies), want)
		}
	}
	level(false, 0)
	level(true, 4)
	for range 50 {
		now = now.Add(30 * time.Second)
		level(false, 4)
		level(true, 4)
	}
	now = now.Add(time.Hour)
	c.limit = true
	level(false, 7) // three count requests that they refuse
	c.limit = false
	level(false, 7) // put off
	now = now.Add(levelRetry)
	level(false, 11)
	now = now.Add(time.Hour)
	level(false, 11)
}
