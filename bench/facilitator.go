//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
)

// facilitator answers the peers at once, with yes or no to every question. It keeps
// the chain out of their measurements.
type facilitator struct {
	url string
	no  atomic.Bool
	ln  net.Listener
}

func startFacilitator() (*facilitator, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start facilitator: %w", err)
	}
	f := &facilitator{url: "http://" + ln.Addr().String(), ln: ln}
	go func() { _ = http.Serve(ln, f) }() // returns when it is closed
	return f, nil
}

func (f *facilitator) close() { f.ln.Close() }

const (
	somebody = "0x857b06519E91e3A54538791bDbb0E22373e36b66"
	verified = `{"isValid":true,"payer":"` + somebody + `"}`
	refused  = `{"isValid":false,"invalidReason":"invalid_exact_evm_payload_signature","payer":"` + somebody + `"}`
	settled  = `{"success":true,"payer":"` + somebody + `","network":"NETWORK","transaction":"0x89c91c789e57059b17285e7ba1716a1f5ff4c5dace0ea5a5135f26158d0421b9"}`
	kinds    = `{"kinds":[{"x402Version":1,"scheme":"exact","network":"base-sepolia"},{"x402Version":2,"scheme":"exact","network":"eip155:84532"}],"extensions":[],"signers":{}}`
)

func (f *facilitator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if err != nil {
		return // the peer is gone
	}
	answer := kinds
	switch r.URL.Path {
	case "/verify":
		if answer = verified; f.no.Load() {
			answer = refused
		}
	case "/settle":
		network := "base-sepolia"
		if bytes.Contains(body, []byte(`"eip155:84532"`)) {
			network = "eip155:84532"
		}
		answer = strings.Replace(settled, "NETWORK", network, 1)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, answer)
}
