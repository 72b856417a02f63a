package chain_test

import (
	"strings"
	"testing"

	"github.com/mint402/mint402/chain"
)

// tagless is a client of a node whose newest block is 0x1000 and that answers for
// `finalized` what the function returns.
func tagless(t *testing.T, finalized func() string) *chain.Client {
	return node(t, func(method, params string) string {
		switch {
		case method == "eth_chainId":
			return `"result":"0x1"`
		case strings.Contains(params, "finalized"):
			return finalized()
		case strings.Contains(params, "latest"):
			return header("0x1000")
		}
		_, number, found := strings.Cut(params, `"0x`)
		number, _, closed := strings.Cut(number, `"`)
		if !found || !closed {
			return `"result":null`
		}
		return header("0x" + number)
	})
}

func TestWhereTheNodeNamesNoFinalBlockADepthStandsInAndIsMadeKnownOnce(t *testing.T) {
	const misunderstood = `"error":{"code":-32602,"message":"invalid argument 0: hex string without 0x prefix"}`
	for answer, depth := range map[string]uint64{misunderstood: 64, noSuchTag: 640, `"result":null`: 640,
		`"error":{"code":-32602,"message":"finalized block not found"}`: 640} {
		c := tagless(t, func() string { return answer })
		var notices []string
		c.Notice = func(_, notice string) { notices = append(notices, notice) }
		for range 3 {
			if _, final, err := c.Head(t.Context()); err != nil || final.Number != 0x1000-depth {
				t.Errorf("%s: final %d: %v", answer, final.Number, err)
			}
		}
		status := c.Nodes()[0]
		if len(notices) != 1 || !strings.Contains(notices[0], "final") || status.Notice != notices[0] || !status.Ok {
			t.Errorf("%s: notices %q, node %+v", answer, notices, status)
		}
	}
}

func TestAFinalBlockThatWasNamedStaysSoAndFinalityGoesOnWithoutTheTag(t *testing.T) {
	answer := header("0xf00")
	c := tagless(t, func() string { return answer })
	final := func() uint64 {
		_, b, err := c.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return b.Number
	}
	if got := final(); got != 0xf00 {
		t.Errorf("final %d", got)
	}
	answer = noSuchTag
	if got := final(); got != 0xf00 {
		t.Errorf("taken back to %d", got)
	}
	old := tagless(t, func() string { return answer })
	answer = header("0x10") // the node that named it is gone, long ago
	if _, b, err := old.Head(t.Context()); err != nil || b.Number != 0x10 {
		t.Fatalf("final %d: %v", b.Number, err)
	}
	answer = noSuchTag
	if _, b, err := old.Head(t.Context()); err != nil || b.Number != 0x1000-640 {
		t.Errorf("final %d: %v", b.Number, err)
	}
	answer = header("0xf80")
	if got := final(); got != 0xf80 || c.Nodes()[0].Notice != "" {
		t.Errorf("final %d, node %+v", got, c.Nodes()[0])
	}
}
