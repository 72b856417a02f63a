package api

import (
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
)

// Readiness is the answer of /readyz: whether a payment could be delivered now, for the
// server and for each launch.
type Readiness struct {
	Ready    bool              `json:"ready"`
	Reasons  []mint.Fault      `json:"reasons"` // why no payment could be delivered; empty if ready
	Launches []LaunchReadiness `json:"launches"`
	// ChainState is that of the server's only chain, or of the one that was asked for.
	*ChainState
	// Chains are all chains of a server that has several.
	Chains  []ChainReadiness `json:"chains,omitempty"`
	Version string           `json:"version"`
}

// ChainReadiness is whether a payment on a chain could be delivered now.
type ChainReadiness struct {
	Network string       `json:"network"` // CAIP-2
	Name    string       `json:"name"`    // of the network
	Ready   bool         `json:"ready"`
	Reasons []mint.Fault `json:"reasons"` // why no payment could be delivered; empty if ready
	*ChainState
}

// ChainState is what is known about a chain, its nodes and our accounts there.
type ChainState struct {
	// Degraded lists our senders that are set aside while another one is fit.
	Degraded []mint.SenderFault `json:"degraded"`
	// Limits lists why some payers are refused while the others are sold to.
	Limits  []mint.Fault `json:"limits"`
	Reading *Reading     `json:"reading,omitempty"` // while the chain is still being read
	Head    Block        `json:"head"`              // the newest block read
	Final   Block        `json:"final"`
	Nodes   []Node       `json:"nodes"` // best first; one good node is enough
	// Facilitators lists the remote facilitators, in the operator's order, if any are used.
	Facilitators []facilitator.Status `json:"facilitators,omitempty"`

	Queued int64 `json:"queued"` // orders claimed and not sent
}

// State returns what is known about the chain now.
func (c *Chain) State(h *mint.Health) *ChainState {
	s := &ChainState{Degraded: OrEmpty(h.Unfit), Limits: OrEmpty(h.Limits), Reading: NewReading(h.Reading),
		Head: NewBlock(h.Head), Final: NewBlock(h.Final), Nodes: OrEmpty(c.Nodes()), Queued: h.Queued}
	if c.Facilitators != nil {
		s.Facilitators = c.Facilitators()
	}
	return s
}

// LaunchReadiness is whether a launch can sell now.
type LaunchReadiness struct {
	Slug    string       `json:"slug"`
	Ready   bool         `json:"ready"`
	Reasons []mint.Fault `json:"reasons"` // the server's and the launch's own
}

// Reading is the progress of reading the chain, until its head is reached.
type Reading struct {
	Block       uint64  `json:"block"`
	Target      uint64  `json:"target"`
	Percent     uint64  `json:"percent"`
	PerSecond   float64 `json:"blocksPerSecond"`       // 0: not known yet
	SecondsLeft int64   `json:"secondsLeft,omitempty"` // at that rate
}

// Node is the state of one of the chain's nodes.
type Node struct {
	Host   string `json:"host"` // with the port; the rest of a node's URL may be a key
	Ok     bool   `json:"ok"`
	Head   uint64 `json:"head"`             // newest block that it was seen to have
	Reason string `json:"reason,omitempty"` // why it is not ok
	Notice string `json:"notice,omitempty"` // a warning about a node that is ok
}

// Block is a block of the chain.
type Block struct {
	Number uint64      `json:"number"`
	Hash   common.Hash `json:"hash"`
	Time   time.Time   `json:"time"`
}

// NewBlock returns a block as clients see it.
func NewBlock(b mint.Block) Block { return Block{b.Number, b.Hash, b.Time.UTC()} }

// NewReading returns the progress of reading the chain, or nil if its head is reached.
func NewReading(r mint.Reading) *Reading {
	if !r.Behind() {
		return nil
	}
	return &Reading{r.Block, r.Target, 100 * r.Block / r.Target, r.PerSecond, int64(r.Left.Seconds())}
}
