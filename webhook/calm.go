package webhook

import (
	"time"

	"github.com/mint402/mint402/mint"
)

// Bounds of the messages to a chat.
const (
	minQuiet = 10 * time.Minute // between two messages about one launch; doubled with each
	maxQuiet = time.Hour
	// calmAfter is how long no message about a launch must have been sent, so that the next
	// wait is minQuiet again.
	calmAfter = 6 * time.Hour
	// maxHourly is how many messages a chat gets in an hour, about all launches together.
	maxHourly = 20
	// maxForeign is how many of them may be about launches that others made on this server.
	maxForeign = maxHourly / 2
)

// told is the newest message about a launch that a chat took.
type told struct {
	what  mint.ChangeType
	at    time.Time
	quiet time.Duration // how long the next one waits
}

// calm limits the messages to a chat, so that a fault that comes and goes sends few. About
// each launch, only the newest standing is sent, and only if the last message was another.
// It is kept in memory: after a restart, a standing may be sent once more.
type calm struct {
	told    map[string]told // by the item's key
	sent    []time.Time     // of the last maxHourly messages
	foreign []time.Time     // of the last maxForeign messages about launches of others
	isOwn   func(slug string) bool
}

// ofOther reports whether an item is about a launch that another than the operator made.
func (c *calm) ofOther(i *item) bool { return c.isOwn != nil && !c.isOwn(i.Launch) }

// bounded adds a time to those of the last n messages.
func bounded(sent []time.Time, now time.Time, n int) []time.Time {
	if sent = append(sent, now); len(sent) > n {
		return sent[1:]
	}
	return sent
}

// keyOf returns the key of a change: of changes with one key, a chat gets the newest only.
func keyOf(e Endpoint, c mint.Change) string {
	if e.Format.chat() && c.Order != (mint.PaymentID{}) {
		return c.Launch + " orders" // a slug has no space
	}
	return c.Key()
}

// until returns the earliest time of an item's message; zero: at once.
func (c *calm) until(i *item) (at time.Time) {
	if len(c.sent) == maxHourly {
		at = c.sent[0].Add(time.Hour)
	}
	if len(c.foreign) == maxForeign && c.ofOther(i) && c.foreign[0].Add(time.Hour).After(at) {
		at = c.foreign[0].Add(time.Hour)
	}
	// A launch sells out and closes once, and its people wait for it.
	if i.Type == mint.LaunchSoldOut || i.Type == mint.LaunchClosed {
		return at
	}
	if last, ok := c.told[i.key]; ok && last.at.Add(last.quiet).After(at) {
		at = last.at.Add(last.quiet)
	}
	return at
}

// delivered notes that a chat took an item's message.
func (c *calm) delivered(i *item, now time.Time) {
	if c.told == nil {
		c.told = map[string]told{}
	}
	next := told{i.Type, now, minQuiet}
	if last, ok := c.told[i.key]; ok && now.Sub(last.at) < calmAfter {
		next.quiet = min(2*last.quiet, maxQuiet)
	}
	c.told[i.key] = next
	c.sent = bounded(c.sent, now, maxHourly)
	if c.ofOther(i) {
		c.foreign = bounded(c.foreign, now, maxForeign)
	}
}

// settleChat notes the result of an attempt: other items of its key may need no message now.
func (q *queue) settleChat(i *item, taken bool, now time.Time) {
	if taken {
		q.calm.delivered(i, now)
	}
	q.trim(i.key)
	q.settle()
}

// trim marks the items of a key that need no message: all but the newest, and the newest if
// the chat has that standing already. An item that is being sent stays.
func (q *queue) trim(key string) {
	var newest *item
	for n := len(q.items) - 1; n >= 0; n-- {
		i := q.items[n]
		switch {
		case i.key != key || i.delivered || i.running:
			continue
		case newest == nil:
			if newest = i; i.Order != (mint.PaymentID{}) || q.calm.told[key].what != i.Type || q.sending(key) {
				continue
			}
		case i.failures > newest.failures: // the endpoint failed, not the change
			newest.failures, newest.since, newest.next, newest.putOff, newest.down = i.failures, i.since, i.next, i.putOff, i.down
		}
		i.delivered = true
		delete(q.failed, i)
	}
}

// sending reports whether a message of a key is on its way.
func (q *queue) sending(key string) bool {
	for _, i := range q.items {
		if i.key == key && i.running {
			return true
		}
	}
	return false
}

// earliest returns the earliest time for an item that is due at a time: a chat's messages
// also wait for each other.
func (q *queue) earliest(i *item, due time.Time) time.Time {
	if !q.endpoint.Format.chat() {
		return due
	}
	if at := q.calm.until(i); at.After(due) {
		return at
	}
	return due
}
