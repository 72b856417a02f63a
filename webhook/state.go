package webhook

import "time"

// State is how far an endpoint is. It is stored, so that a start continues from it.
type State struct {
	// Cursor is the sequence up to which every change is delivered, or not wanted.
	Cursor int64
	// Delivered marks changes after the cursor that are delivered already: bit n (the
	// lowest of a byte first) is change Cursor+1+n. They wait for an earlier one.
	Delivered []byte

	FailingSince time.Time // first failure of the undelivered change that failed first; zero: none
	Failures     int       // attempts of that change that failed
	Next         time.Time // when the oldest undelivered change is tried again; zero: at once
	Error        string    // of the newest failed attempt; empty after a success
	Disabled     time.Time // when the endpoint was disabled; zero: it is not
}
