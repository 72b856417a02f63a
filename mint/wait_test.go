package mint_test

import (
	"context"
	"testing"

	"github.com/mint402/mint402/mint"
)

func TestARequestThatStopsWaitingForABlockLeavesNoEntry(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if n := mint.LeftWaiting(ctx, 100); n != 0 {
		t.Errorf("%d of 100 still wait", n)
	}
}
