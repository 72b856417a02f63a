package relay

import (
	"context"
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// figures are what the relay did since the start, and how its last step found things.
type figures struct {
	outcomes map[Outcome]int
	unfinal  int
	failing  bool
}

func (r *Relay) count(change func(*figures)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.figures.outcomes == nil {
		r.figures.outcomes = map[Outcome]int{}
	}
	change(&r.figures)
}

func (r *Relay) read() figures {
	var f figures
	r.count(func(now *figures) { f = *now; f.outcomes = maps.Clone(now.outcomes) })
	return f
}

// Collector gives Prometheus the figures of a relay.
type Collector struct {
	Relay *Relay
	Chain string // the network's name
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("mint402_relay_"+name, help, append([]string{"chain"}, labels...), nil)
}

var (
	okDesc       = describe("ok", "1 if the last step for payments of others moved all of them.")
	unfinalDesc  = describe("unfinal_payments", "Payments of others with an outcome that can still change.")
	outcomesDesc = describe("outcomes_total", "Outcomes of payments of others since the start; a reorg can give one a second.", "outcome")
	spentDesc    = describe("gas_spent_wei", "Gas that a token's payments have cost today, with the most that those on their way can cost.", "token")
	budgetDesc   = describe("gas_budget_wei", "The most that a token's payments may cost in a day.", "token")
)

// Describe does not send descriptions, as an unchecked collector may.
func (c Collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the figures.
func (c Collector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, n float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, n, append([]string{c.Chain}, labels...)...)
	}
	f := c.Relay.read()
	ok := 1.0
	if f.failing {
		ok = 0
	}
	gauge(okDesc, ok)
	gauge(unfinalDesc, float64(f.unfinal))
	for _, o := range []Outcome{Settled, Failed} {
		out <- prometheus.MustNewConstMetric(outcomesDesc, prometheus.CounterValue, float64(f.outcomes[o]), c.Chain, string(o))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	day, _ := Day(c.Relay.Clock())
	for _, t := range c.Relay.Tokens {
		spent, err := c.Relay.Store.Spent(ctx, t.Name, day)
		if err != nil {
			return // a scrape without these figures says that they are not known
		}
		gauge(spentDesc, float64(spent)*gwei, t.Name)
		gauge(budgetDesc, float64(t.budget)*gwei, t.Name)
	}
}
