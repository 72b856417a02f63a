package facilitator

import (
	"testing"
	"time"
)

func TestABreakerOpensAfterFailuresInARow(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := &breaker{}
	for range breakerAfter - 1 {
		b.fail(now)
	}
	b.succeed()
	for range breakerAfter - 1 {
		b.fail(now)
	}
	if !b.take(now) || b.state(now) != Closed {
		t.Fatal("it is open after failures that were not in a row")
	}
	b.fail(now)
	if b.take(now) || b.state(now) != Open {
		t.Fatal("it is closed after failures in a row")
	}
}

func TestAHalfOpenBreakerAllowsOneProbe(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := &breaker{}
	for range breakerAfter {
		b.fail(now)
	}
	for pause := firstPause; ; pause *= 2 {
		pause = min(pause, maxRetryIn)
		if b.take(now.Add(pause - time.Second)) {
			t.Fatalf("a request is allowed within the pause of %s", pause)
		}
		now = now.Add(pause)
		if b.state(now) != HalfOpen || !b.take(now) || b.take(now) {
			t.Fatalf("after the pause of %s, not exactly one request is allowed", pause)
		}
		if pause == maxRetryIn {
			break
		}
		b.fail(now)
	}
	if !b.take(now.Add(probeTime)) {
		t.Error("a probe without a result blocks the next one forever")
	}
	b.succeed()
	if b.state(now) != Closed || !b.take(now) || !b.take(now) {
		t.Error("a probe that succeeded does not close it")
	}
}
