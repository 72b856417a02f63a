package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Ping sends a signed event of the type webhook.ping to an endpoint, once, as the events
// of a sale are sent. It returns why the receiver did not take it.
func Ping(ctx context.Context, e Endpoint, now time.Time) error {
	if err := e.Check(); err != nil {
		return err
	}
	p := newPoster(newGuard(e.AllowPrivate))
	defer p.client.CloseIdleConnections()
	if e.Format.chat() {
		if f := p.tell(ctx, e, now, Notice{Title: "A test of mint402", Text: "Notices about launches will come here."}); f != nil {
			return errors.New(f.reason)
		}
		return nil
	}
	body, err := json.Marshal(map[string]any{"type": "webhook.ping", "timestamp": now.UTC(), "data": map[string]string{"webhook": e.Name}})
	if err != nil {
		return err
	}
	if f := p.post(ctx, e.URL, e.keys(), fmt.Sprintf("ping_%d", now.UnixNano()), now, body); f != nil {
		return errors.New(f.reason)
	}
	return nil
}
