package facilitator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/x402"
)

// TestTheNameOfAFacilitatorCanBeShown: metrics, /readyz and the log have it, and a request for
// metrics with a name that is not UTF-8 would end the process.
func TestTheNameOfAFacilitatorCanBeShown(t *testing.T) {
	for _, name := range []string{"a\x1b[2J", "\u202egro.204x", "\x7f", "a\nb", strings.Repeat("é", 65)} {
		if _, err := facilitator.NewList(x402.Networks()[0], []facilitator.Config{{Name: name, URL: "https://example.org"}}, time.Now); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
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
