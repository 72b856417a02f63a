package mcp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy serves MCP over stdio for a host that starts programs: one JSON-RPC message a line.
// It sends each message to the MCP endpoint of a running server, as it came, and writes the
// answer. It holds no key and never signs: a payment passes through it unchanged.
type Proxy struct {
	URL  string // of the endpoint: https://mint.example/mcp
	In   io.Reader
	Out  io.Writer
	Log  *slog.Logger
	HTTP *http.Client // nil: one with a timeout that follows no redirect

	mu      sync.Mutex   // one answer is written at a time
	version atomic.Value // string; the revision that initialize agreed on
	calls   chan struct{}
	running sync.WaitGroup
}

const (
	// maxCalls is how many messages wait for an answer at once. Then reading stops.
	maxCalls = 32
	// maxAnswer is how many bytes an answer of the server may have.
	maxAnswer = 4 << 20
	// patience is how long the server may take for an answer. It holds a payment for up to
	// --wait, and hosts give up after 60 s.
	patience = 55 * time.Second
)

// Run serves until the input ends or ctx is done, and then until the running calls are
// answered.
func (p *Proxy) Run(ctx context.Context) error {
	if p.HTTP == nil {
		// A redirect would carry a payment to another server.
		p.HTTP = &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	p.calls = make(chan struct{}, maxCalls)
	p.version.Store("")
	lines, failed := make(chan []byte), make(chan error, 1)
	go func() { failed <- readLines(ctx, p.In, lines) }()
	defer p.running.Wait()
	for {
		select {
		case line := <-lines:
			p.take(context.WithoutCancel(ctx), line)
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// readLines sends each line of the input, without its end. A line beyond MaxBody bytes is
// sent as one that is one byte too long. It returns nil at the end of the input.
func readLines(ctx context.Context, in io.Reader, lines chan<- []byte) error {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		var line []byte
		for {
			part, err := r.ReadSlice('\n')
			if room := MaxBody + 1 - len(line); room > 0 {
				line = append(line, part[:min(len(part), room)]...)
			}
			if err == nil {
				break
			}
			if errors.Is(err, io.EOF) {
				return nil // a last line without an end is not a message
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return fmt.Errorf("read standard input: %w", err)
			}
		}
		select {
		case lines <- bytes.TrimSpace(line):
		case <-ctx.Done():
			return nil
		}
	}
}

// take answers one message. The first one, initialize, is answered before the next is read,
// because it fixes the revision.
func (p *Proxy) take(ctx context.Context, line []byte) {
	if len(line) == 0 {
		return
	}
	if len(line) > MaxBody {
		p.fail(nil, codeInvalidRequest, fmt.Sprintf("a message may have at most %d bytes", MaxBody))
		return
	}
	m, bad := readMessage(line)
	switch {
	case bad != nil:
		p.fail(m.ID, bad.Code, bad.Message)
	case !m.isCall(): // a stateless server ignores notifications
	case m.Method == "initialize":
		p.forward(ctx, m, line)
	default:
		p.calls <- struct{}{}
		p.running.Go(func() {
			defer func() { <-p.calls }()
			p.forward(ctx, m, line)
		})
	}
}

// forward sends a message to the server and writes its answer.
func (p *Proxy) forward(ctx context.Context, m message, line []byte) {
	answer, err := p.send(ctx, m, line)
	if err != nil {
		p.Log.Warn("forward message", "method", m.Method, "err", err)
		p.unanswered(m, err)
		return
	}
	if m.Method == "initialize" {
		var agreed struct {
			Result struct {
				ProtocolVersion string `json:"protocolVersion"`
			} `json:"result"`
		}
		if json.Unmarshal(answer, &agreed) == nil {
			p.version.Store(agreed.Result.ProtocolVersion)
		}
	}
	p.write(answer)
}

// envelope has the parts of a message that HTTP repeats as headers.
type envelope struct {
	Params struct {
		Name string         `json:"name"`
		URI  string         `json:"uri"`
		Meta map[string]any `json:"_meta"`
	} `json:"params"`
}

// send makes the HTTP request of a message, and returns the answer as one line of JSON.
func (p *Proxy) send(ctx context.Context, m message, line []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(line))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	var e envelope
	_ = json.Unmarshal(line, &e) // params of another form have no such parts
	version, _ := e.Params.Meta["io.modelcontextprotocol/protocolVersion"].(string)
	if version == "" {
		version = p.version.Load().(string)
	}
	if version != "" && m.Method != "initialize" {
		req.Header.Set("Mcp-Protocol-Version", version)
	}
	if version >= sessionless {
		req.Header.Set("Mcp-Method", m.Method)
		if name := e.Params.Name + e.Params.URI; name != "" {
			req.Header.Set("Mcp-Name", name)
		}
	}
	res, err := p.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	var answer struct {
		JSONRPC string `json:"jsonrpc"`
	}
	var out bytes.Buffer
	if len(body) > maxAnswer || json.Unmarshal(body, &answer) != nil || answer.JSONRPC != "2.0" || json.Compact(&out, body) != nil {
		return nil, fmt.Errorf("%s answered %s, and not with JSON-RPC", p.URL, res.Status)
	}
	return out.Bytes(), nil
}

// unanswered answers a message that got no answer from the server. A tool's result is text
// that reaches the model; a JSON-RPC error often does not.
func (p *Proxy) unanswered(m message, err error) {
	text := "the server did not answer: " + ascii(printable(err.Error(), maxDescription))
	if m.Method != "tools/call" {
		p.fail(m.ID, codeInternal, text)
		return
	}
	text += ". If this call carried a payment, it may have been taken: do not pay again. Call get_order with its paymentId, or send the same payment again."
	line, err := encode(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": map[string]any{"isError": true, "resultType": "complete",
		"content": []map[string]string{{"type": "text", "text": text}}}})
	if err == nil {
		p.write(line)
	}
}

func (p *Proxy) fail(id json.RawMessage, code int, text string) {
	if id == nil {
		id = json.RawMessage("null")
	}
	if line, err := encode(rpcAnswer{"2.0", id, rpcError{code, text}}); err == nil {
		p.write(line)
	}
}

func (p *Proxy) write(line []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.Out.Write(append(line, '\n')); err != nil {
		p.Log.Error("write answer", "err", err)
	}
}
