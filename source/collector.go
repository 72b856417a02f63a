package source

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Collector collects whether the sources of contracts are verified.
type Collector struct{ Publisher *Publisher }

var verifiedDesc = prometheus.NewDesc("mint402_source_verified", "1 if the service shows the launch's source as verified, 0 until then.", []string{"launch", "service"}, nil)

// Describe does not send descriptions, as an unchecked collector may.
func (c Collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the figures.
func (c Collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	all, err := c.Publisher.Contracts(ctx)
	if err != nil {
		c.Publisher.Log.Error("read launches for metrics", "err", err)
		return
	}
	for _, contract := range all {
		for _, s := range c.Publisher.Of(contract.Address) {
			verified := 0.0
			if s.Status == Verified {
				verified = 1
			}
			out <- prometheus.MustNewConstMetric(verifiedDesc, prometheus.GaugeValue, verified, contract.Name, s.Service)
		}
	}
}
