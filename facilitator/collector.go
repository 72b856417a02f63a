package facilitator

import "github.com/prometheus/client_golang/prometheus"

// Collector collects the figures of facilitators for Prometheus.
type Collector struct {
	List  *List
	Chain string // the name of the network that they settle on
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("mint402_facilitator_"+name, help, append([]string{"chain", "facilitator"}, labels...), nil)
}

var (
	usableDesc   = describe("usable", "1 if payments can be settled through the facilitator now.")
	latencyDesc  = describe("latency_seconds", "How long the last answer took.")
	outcomesDesc = describe("outcomes_total", "Payments for which the facilitator was asked, by what its answer means.", "outcome")
)

// Describe does not send descriptions, as an unchecked collector may.
func (c Collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the figures.
func (c Collector) Collect(out chan<- prometheus.Metric) {
	for _, s := range c.List.Status() {
		usable := 0.0
		if s.Usable {
			usable = 1
		}
		out <- prometheus.MustNewConstMetric(usableDesc, prometheus.GaugeValue, usable, c.Chain, s.Name)
		out <- prometheus.MustNewConstMetric(latencyDesc, prometheus.GaugeValue, float64(s.LatencyMs)/1000, c.Chain, s.Name)
		for _, kind := range []Kind{Unsent, Unknown, Settled, Barred} {
			out <- prometheus.MustNewConstMetric(outcomesDesc, prometheus.CounterValue, float64(s.Outcomes[kind]), c.Chain, s.Name, string(kind))
		}
	}
}
