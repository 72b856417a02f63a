package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/webhook"
)

const webhooksHelp = `
webhooks
    --webhooks FILE       endpoints that get signed events; mint402 webhook edits
                          it (default webhooks.json, which may be missing)
`

// webhooksRetry is the pause after an error that keeps all webhooks from being sent.
const webhooksRetry = 5 * time.Second

// newSender returns the sender of webhooks, or nil if this instance sends no webhooks.
func (s *instance) newSender(engine *mint.Engine) *webhook.Sender {
	if s.webhooks == "" {
		return nil
	}
	return &webhook.Sender{Store: s.store, File: s.webhooks, Changed: engine.Changed, Now: engine.Clock, Log: s.log,
		Body: func(c mint.Change) ([]byte, error) { return json.Marshal(api.NewEvent(c, s.url)) }}
}

// sendWebhooks runs the sender until ctx ends. The returned channel is closed when it has
// ended: until then it uses the database.
func (s *instance) sendWebhooks(ctx context.Context) (ended <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s.sender == nil {
			return
		}
		for ctx.Err() == nil {
			err := s.sender.Run(ctx)
			if err == nil || errors.Is(err, mint.ErrReplaced) {
				return
			}
			s.log.Error("webhooks are not sent; trying again", "err", err)
			select {
			case <-time.After(webhooksRetry):
			case <-ctx.Done():
			}
		}
	}()
	return done
}

// webhookCollector collects the figures of webhooks.
type webhookCollector struct{ s *instance }

func describeWebhook(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("mint402_webhook_"+name, help, append([]string{"webhook"}, labels...), nil)
}

var (
	attemptsDesc = describeWebhook("attempts_total", "Attempts to deliver an event.", "result")
	lagDesc      = describeWebhook("lag", "Events after the last one up to which all are delivered.")
	failingDesc  = describeWebhook("failing_seconds", "For how long the oldest undelivered event has failed; 0 if none fails.")
	disabledDesc = describeWebhook("disabled", "1 if the endpoint gets no events until it is enabled.")
)

// Describe describes no metric in advance, as an unchecked collector may.
func (c webhookCollector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the figures.
func (c webhookCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, newest, err := c.s.store.JournalRange(ctx)
	if err != nil {
		c.s.log.Error("read the journal's range for metrics", "err", err)
		return
	}
	for _, w := range c.s.sender.Status(newest) {
		gauge := func(d *prometheus.Desc, v float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, w.Name)
		}
		for result, n := range map[string]uint64{"delivered": w.Counts.Delivered, "failed": w.Counts.Failed} {
			out <- prometheus.MustNewConstMetric(attemptsDesc, prometheus.CounterValue, float64(n), w.Name, result)
		}
		failing, disabled := 0.0, 0.0
		if !w.FailingSince.IsZero() {
			failing = max(0, c.s.sender.Now().Sub(w.FailingSince).Seconds())
		}
		if !w.Disabled.IsZero() {
			disabled = 1
		}
		gauge(lagDesc, float64(w.Lag))
		gauge(failingDesc, failing)
		gauge(disabledDesc, disabled)
	}
}
