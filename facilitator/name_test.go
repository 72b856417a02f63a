package facilitator_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/x402"
)

// TestAFacilitatorIsNamedInUTF8: with another name, a request for the metrics would end the process.
func TestAFacilitatorIsNamedInUTF8(t *testing.T) {
	for _, c := range []facilitator.Config{{Name: "caf\xe9", URL: "https://example.org"}, {URL: "https://caf\xe9.example.org"}} {
		list, err := facilitator.NewList(x402.Networks()[0], []facilitator.Config{c}, time.Now)
		if err != nil {
			continue
		}
		func() {
			defer func() { t.Errorf("%q is taken, and its metrics: %v", c.Name+c.URL, recover()) }()
			out := make(chan prometheus.Metric, 100)
			facilitator.Collector{List: list}.Collect(out)
		}()
	}
}
