//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// distance is a proxy between mint402 and a node. Each HTTP request takes the delay in
// addition: one half before the node gets it, the other before the answer. Requests do
// not wait for each other, and a batch is one request.
type distance struct {
	url   string
	to    string
	delay time.Duration
	calls atomic.Int64 // HTTP requests
	node  http.Client
	ln    net.Listener
}

func startDistance(ctx context.Context, to string, delay time.Duration) (*distance, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	d := &distance{url: "http://" + ln.Addr().String(), to: to, delay: delay, ln: ln,
		// With fewer idle connections the proxy would spend its time on new ones.
		node: http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}, Timeout: time.Minute}}
	go func() { _ = http.Serve(ln, d) }() // returns when it is closed
	context.AfterFunc(ctx, d.close)
	return d, nil
}

func (d *distance) close() {
	d.ln.Close()
	d.node.CloseIdleConnections()
}

// maxBody is the maximum number of bytes of a request to a node, or of its answer.
const maxBody = 256 << 20

func (d *distance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.calls.Add(1)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return // mint402 is gone
	}
	if !wait(r.Context(), d.delay/2) {
		return
	}
	request, err := http.NewRequestWithContext(r.Context(), r.Method, d.to, bytes.NewReader(body))
	if err != nil {
		panic(err) // the URL was used before
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := d.node.Do(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if !wait(r.Context(), d.delay-d.delay/2) {
		return
	}
	w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(data)
}

// wait reports whether the time passed before ctx ended.
func wait(ctx context.Context, t time.Duration) bool {
	if t <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
