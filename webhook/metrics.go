package webhook

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Collector collects a sender's figures for Prometheus.
type Collector struct{ Sender *Sender }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("mint402_webhook_"+name, help, append([]string{"webhook"}, labels...), nil)
}

var (
	attemptsDesc = describe("attempts_total", "Attempts to deliver an event.", "result")
	lagDesc      = describe("lag", "Events after the last one up to which all are delivered.")
	failingDesc  = describe("failing_seconds", "For how long the oldest undelivered event has failed; 0 if none fails.")
	disabledDesc = describe("disabled", "1 if the endpoint gets no events until it is enabled.")
)

// Describe does not send descriptions, as an unchecked collector may.
func (c Collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the figures.
func (c Collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, newest, err := c.Sender.Store.JournalRange(ctx)
	if err != nil {
		c.Sender.Log.Error("read the journal's range for metrics", "err", err)
		return
	}
	for _, w := range c.Sender.Status(newest) {
		gauge := func(d *prometheus.Desc, v float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, w.Name)
		}
		for result, n := range map[string]uint64{"delivered": w.Counts.Delivered, "failed": w.Counts.Failed} {
			out <- prometheus.MustNewConstMetric(attemptsDesc, prometheus.CounterValue, float64(n), w.Name, result)
		}
		failing, disabled := 0.0, 0.0
		if !w.FailingSince.IsZero() {
			failing = max(0, c.Sender.Now().Sub(w.FailingSince).Seconds())
		}
		if !w.Disabled.IsZero() {
			disabled = 1
		}
		gauge(lagDesc, float64(w.Lag))
		gauge(failingDesc, failing)
		gauge(disabledDesc, disabled)
	}
}
