package server

import (
	"slices"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
)

// Readiness is the answer of /readyz: whether something can be sold now, and the
// same of each launch.
type Readiness struct {
	Ready    bool              `json:"ready"`
	Reasons  []mint.Fault      `json:"reasons"` // why nothing can be sold; empty if ready
	Launches []LaunchReadiness `json:"launches"`
	Reading  *Reading          `json:"reading,omitempty"` // while the chain is read
	Head     Block             `json:"head"`              // the newest block read
	Final    Block             `json:"final"`
	Nodes    []Node            `json:"nodes"`  // best first; one that stands well is enough
	Queued   int64             `json:"queued"` // orders claimed and not sent
	Version  string            `json:"version"`
}

// LaunchReadiness is whether a launch can be sold now.
type LaunchReadiness struct {
	Slug    string       `json:"slug"`
	Ready   bool         `json:"ready"`
	Reasons []mint.Fault `json:"reasons"` // the server's and its own
}

// Reading is how far the chain is read while there is more of it.
type Reading struct {
	Block       uint64  `json:"block"`
	Target      uint64  `json:"target"`
	Percent     uint64  `json:"percent"`
	PerSecond   float64 `json:"blocksPerSecond"`       // 0: not known yet
	SecondsLeft int64   `json:"secondsLeft,omitempty"` // at that rate
}

// Node is how a node of the chain stands.
type Node struct {
	Host   string `json:"host"` // and port; the rest of a node's URL is as good as a key
	Ok     bool   `json:"ok"`
	Head   uint64 `json:"head"`             // newest block that it was seen to have
	Reason string `json:"reason,omitempty"` // why it is not ok
	Notice string `json:"notice,omitempty"` // what to know though it is ok
}

// Block is a block of the chain.
type Block struct {
	Number uint64      `json:"number"`
	Hash   common.Hash `json:"hash"`
	Time   time.Time   `json:"time"`
}

func blockOf(b mint.Block) Block { return Block{b.Number, b.Hash, b.Time.UTC()} }

// healthz says that the process answers, whatever the chain does.
func (s *Server) healthz(c *fiber.Ctx) error {
	return c.JSON(map[string]string{"status": "ok", "version": s.Version})
}

// retryReady is how many seconds after a 503 readiness may have changed.
const retryReady = 2

// readyz says whether a payment could be delivered now: 200 or 503. With
// ?launch=SLUG it says so of that launch.
func (s *Server) readyz(c *fiber.Ctx) error {
	h := s.Engine.Health()
	launches, err := s.Engine.Store.Launches(c.UserContext())
	if err != nil {
		return err
	}
	r := Readiness{Reasons: orEmpty(h.Stopped(launches)), Launches: []LaunchReadiness{}, Reading: readingOf(h.Reading),
		Head: blockOf(h.Head), Final: blockOf(h.Final), Nodes: orEmpty(s.Nodes()), Queued: h.Queued, Version: s.Version}
	for _, l := range launches {
		faults := s.Engine.Faults(l.Slug)
		r.Launches = append(r.Launches, LaunchReadiness{l.Slug, len(faults) == 0, orEmpty(faults)})
	}
	if slug := c.Query("launch"); slug != "" {
		i := slices.IndexFunc(r.Launches, func(l LaunchReadiness) bool { return l.Slug == slug })
		if i < 0 {
			return mint.ErrNotFound
		}
		r.Launches = r.Launches[i : i+1]
		r.Reasons = r.Launches[0].Reasons
	}
	if r.Ready = len(r.Reasons) == 0; !r.Ready {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryReady))
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(r)
}

func readingOf(r mint.Reading) *Reading {
	if !r.Behind() {
		return nil
	}
	return &Reading{r.Block, r.Target, 100 * r.Block / r.Target, r.PerSecond, int64(r.Left.Seconds())}
}
