package server

import (
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
)

// Readiness is the answer of /readyz.
type Readiness struct {
	Ready   bool         `json:"ready"`
	Reasons []mint.Fault `json:"reasons"` // why not; empty if ready
	Head    Block        `json:"head"`    // the newest block read
	Final   Block        `json:"final"`
	Nodes   []Node       `json:"nodes"`  // best first; one that stands well is enough
	Queued  int64        `json:"queued"` // orders claimed and not sent
	Version string       `json:"version"`
}

// Node is how a node of the chain stands.
type Node struct {
	Host   string `json:"host"` // and port; the rest of a node's URL is as good as a key
	Ok     bool   `json:"ok"`
	Head   uint64 `json:"head"`             // newest block that it was seen to have
	Reason string `json:"reason,omitempty"` // why it is not ok
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

// readyz says whether a payment could be delivered now: 200 or 503.
func (s *Server) readyz(c *fiber.Ctx) error {
	h := s.Engine.Health()
	r := Readiness{Ready: len(h.Faults) == 0, Reasons: h.Faults, Head: blockOf(h.Head), Final: blockOf(h.Final), Nodes: s.Nodes(), Queued: h.Queued, Version: s.Version}
	if r.Reasons == nil {
		r.Reasons = []mint.Fault{}
	}
	if r.Nodes == nil {
		r.Nodes = []Node{}
	}
	if !r.Ready {
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(r)
}
