package server

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// metrics counts requests. On a scrape it reads all other figures from the engines and
// their store; for 2 s (scrapeEvery), further scrapes get the cached result.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	counters sync.Map // series → prometheus.Counter; a lookup by labels is slow

	mu   sync.Mutex
	at   time.Time
	last []byte
}

// series is the key of a count of requests.
type series struct {
	method, route string
	status        int
}

// answered counts a request. The method and the route are known ones, so clients cannot
// create new series.
func (m *metrics) answered(method, route string, status int) {
	key := series{method, route, status}
	if c, ok := m.counters.Load(key); ok {
		c.(prometheus.Counter).Inc()
		return
	}
	c := m.requests.WithLabelValues(method, route, strconv.Itoa(status))
	m.counters.Store(key, c)
	c.Inc()
}

const scrapeEvery = 2 * time.Second

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "mint402_requests_total", Help: "Requests answered."}, []string{"method", "route", "status"}),
	}
	m.registry.MustRegister(m.requests, engineCollector{s}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(s.Collectors...)
	return m
}

// exposition answers a scrape, in the text format of Prometheus.
func (s *Server) exposition(c *fiber.Ctx) error {
	text, err := s.metrics.text(s.now())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, string(expfmt.FmtText))
	return c.Send(text)
}

// Metrics returns a handler for /metrics, to be served at a separate address.
func (s *Server) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		var text []byte
		err := api.Recovered(func() (err error) { text, err = s.metrics.text(s.now()); return err })
		if err != nil {
			s.log.Error("request", "route", "/metrics", "err", err)
			http.Error(w, "the metrics cannot be read", http.StatusInternalServerError)
			return
		}
		w.Header().Set(fiber.HeaderContentType, string(expfmt.FmtText))
		_, _ = w.Write(text) // an error means that the scraper is gone
	})
	return mux
}

// text returns the figures in the text format of Prometheus.
func (m *metrics) text(now time.Time) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last == nil || now.Sub(m.at).Abs() >= scrapeEvery { // the clock may be set back
		families, err := m.registry.Gather()
		if err != nil {
			return nil, fmt.Errorf("gather metrics: %w", err)
		}
		var b bytes.Buffer
		for _, f := range families {
			if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
				return nil, fmt.Errorf("write metrics: %w", err)
			}
		}
		m.last, m.at = b.Bytes(), now
	}
	return m.last, nil
}

// engineCollector collects the figures of the engines.
type engineCollector struct{ s *Server }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("mint402_"+name, help, labels, nil)
}

const readyHelp = "1 if a payment could be delivered now; without a launch, of any launch of the chain; without a chain, of any chain."

var (
	ordersDesc   = describe("orders", "Orders by state.", "launch", "state")
	soldDesc     = describe("allotments_sold", "Allotments minted on chain.", "launch")
	reservedDesc = describe("allotments_reserved", "Allotments held by payments that are not minted yet.", "launch")
	capDesc      = describe("allotments_cap", "Allotments that can ever be minted.", "launch")
	receivedDesc = describe("received", "Base units of the asset that reached the launch.", "launch")
	leftDesc     = describe("unaccounted", "Base units of the asset beyond what was sold and refunded.", "launch")
	owedDesc     = describe("owed", "Base units of the asset from payments that are settled and not minted.", "launch")
	differDesc   = describe("solvency_difference", "Figures that differ between chain and database; expected to be 0.", "launch")
	connsDesc    = describe("connections", "Connections that are open.")
	feedsDesc    = describe("feeds", "Live feeds that are open.")
	queueDesc    = describe("queued_orders", "Orders claimed and not sent.", "chain")
	headDesc     = describe("head_block", "Number of the newest block read.", "chain")
	finalDesc    = describe("final_block", "Number of the newest final block.", "chain")
	ageDesc      = describe("head_age_seconds", "Age of the newest block read, by its own time.", "chain")
	nodeDesc     = describe("node_up", "1 if the node is healthy, 0 while it is set aside.", "chain", "node")
	nodeHeadDesc = describe("node_head_block", "Number of the newest block that the node was seen to have.", "chain", "node")
	spentDesc    = describe("gas_spent_wei", "What our transactions of the last 24 hours cost.", "chain")
	burnedDesc   = describe("gas_burned_wei", "The part of gas_spent_wei that the code of payers' accounts took without a mint.", "chain")
	limitDesc    = describe("limit", "1 for each reason why some payers are refused while the others are sold to.", "chain", "code")
	readyDesc    = describe("ready", readyHelp)
	chainDesc    = describe("ready", readyHelp, "chain")
	soldNowDesc  = describe("ready", readyHelp, "launch")
	faultDesc    = describe("fault", "1 for each reason why the server, or a launch, cannot deliver.", "chain", "code", "launch")
	unfitDesc    = describe("sender_unfit", "1 for each sender that is set aside while another one is fit, by reason.", "chain", "sender", "code")
	refusedDesc  = describe("transactions_refused_total", "Transactions that no node accepted, by reason.", "chain", "class")
	refusingDesc = describe("refused_blocks", "Consecutive blocks in which nodes refused transactions and accepted none.", "chain")
	waitingDesc  = describe("waiting_blocks", "Blocks since the last arrival at the launch that has waited longest, while payments wait.", "chain")
	nonceDesc    = describe("account_nonces_total", "Account nonces that were given back, lost to another transaction, or signed again with higher fees.", "chain", "what")
	unsimDesc    = describe("unsimulated_total", "Simulations that no node answered.", "chain")
	targetDesc   = describe("chain_target_block", "Number of the chain's newest block while the chain is read; absent once the head is reached.", "chain")
	rateDesc     = describe("chain_blocks_per_second", "How many blocks are read in a second; absent once the head is reached.", "chain")
)

// delivery sends the figures about problems with delivering payments.
func delivery(d mint.Delivery, chain string, out chan<- prometheus.Metric) {
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), append([]string{chain}, labels...)...)
	}
	for class, n := range d.Refused {
		count(refusedDesc, n, string(class))
	}
	for what, n := range map[string]uint64{"given_back": d.GivenBack, "lost": d.LostNonces, "replaced": d.Replaced} {
		count(nonceDesc, n, what)
	}
	count(unsimDesc, d.Unsimulated)
	for desc, n := range map[*prometheus.Desc]uint64{refusingDesc: d.RefusedBlocks, waitingDesc: d.WaitingBlocks} {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(n), chain)
	}
}

// gasFigures sends the cost of gas and the limits that it has reached.
func gasFigures(h mint.Health, gauge func(d *prometheus.Desc, v float64, labels ...string)) {
	for desc, spent := range map[*prometheus.Desc]*big.Int{spentDesc: h.Spent.All, burnedDesc: h.Spent.Burned} {
		if spent != nil {
			wei, _ := new(big.Float).SetInt(spent).Float64()
			gauge(desc, wei)
		}
	}
	for _, f := range h.Limits {
		gauge(limitDesc, 1, f.Code)
	}
}

// ready returns the figure for what can deliver unless it has faults.
func ready(faults []mint.Fault) float64 {
	if len(faults) > 0 {
		return 0
	}
	return 1
}

// Describe sends nothing, as an unchecked collector may; Collect sends the
// descriptions.
func (e engineCollector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the figures. It logs and omits those that it cannot read.
func (e engineCollector) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if ln := e.s.ln.Load(); ln != nil {
		gauge(connsDesc, float64(ln.Len()))
	}
	gauge(feedsDesc, float64(e.s.hub.Listeners()+e.s.events.journal.Listeners()))
	e.s.events.collect(gauge)
	chains := e.s.Presenter.Chains
	for _, on := range chains {
		collectChain(on, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	launches, err := e.s.reader.Launches(ctx)
	if err != nil {
		e.s.log.Error("read launches for metrics", "err", err)
		return
	}
	each, reasons := readyChains(chains, launches)
	gauge(readyDesc, ready(reasons))
	for _, on := range each {
		gauge(chainDesc, ready(on.Reasons), on.Name)
	}
	for i := range launches {
		e.launch(ctx, &launches[i], gauge)
	}
}

// collectChain sends the figures of a chain's engine and nodes. Each has the chain's name as its
// first label.
func collectChain(on *api.Chain, out chan<- prometheus.Metric) {
	name, h := on.Network.Name, on.Engine.Health()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{name}, labels...)...)
	}
	gauge(queueDesc, float64(h.Queued))
	gauge(headDesc, float64(h.Head.Number))
	gauge(finalDesc, float64(h.Final.Number))
	if h.Head.Number > 0 {
		gauge(ageDesc, on.Engine.Clock().Sub(h.Head.Time).Seconds())
	}
	for _, n := range on.Nodes() {
		up := 0.0
		if n.Ok {
			up = 1
		}
		gauge(nodeDesc, up, n.Host)
		gauge(nodeHeadDesc, float64(n.Head), n.Host)
	}
	gasFigures(h, gauge)
	delivery(on.Engine.Delivery(), name, out)
	if h.Reading.Behind() {
		gauge(targetDesc, float64(h.Reading.Target))
		gauge(rateDesc, h.Reading.PerSecond)
	}
	seen := map[[2]string]bool{}
	for _, f := range h.Faults {
		if key := [2]string{f.Code, f.Launch}; !seen[key] {
			seen[key] = true
			gauge(faultDesc, 1, f.Code, f.Launch)
		}
	}
	for _, u := range h.Unfit {
		gauge(unfitDesc, 1, u.Sender.Hex(), u.Code)
	}
}

// launch sends the figures of a launch.
func (e engineCollector) launch(ctx context.Context, l *mint.Launch, gauge func(d *prometheus.Desc, v float64, labels ...string)) {
	engine := e.s.Presenter.Of(l).Engine
	gauge(soldNowDesc, ready(engine.Faults(l.Slug)), l.Slug)
	gauge(soldDesc, float64(l.Sold), l.Slug)
	gauge(reservedDesc, float64(l.Reserved), l.Slug)
	gauge(capDesc, float64(l.Cap), l.Slug)
	if books, err := engine.Solvency(ctx, l.Slug); err == nil { // the engine logs errors
		for desc, n := range map[*prometheus.Desc]*big.Int{receivedDesc: books.Received, leftDesc: books.Unaccounted(), owedDesc: books.Owed} {
			f, _ := new(big.Float).SetInt(n).Float64()
			gauge(desc, f, l.Slug)
		}
		gauge(differDesc, float64(len(books.Differences)), l.Slug)
	}
	for _, state := range mint.States {
		n, err := e.s.reader.Count(ctx, mint.Query{Launch: l.Slug, States: []mint.State{state}})
		if err != nil {
			e.s.log.Error("count orders for metrics", "launch", l.Slug, "state", state, "err", err)
			continue
		}
		gauge(ordersDesc, float64(n), l.Slug, string(state))
	}
}
