package signer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// rpc makes JSON-RPC calls over HTTP, or over a Unix socket.
type rpc struct {
	web
	socket string // path; empty: HTTP
}

func (l *location) rpc() (rpc, error) {
	if l.url.Scheme == "ipc" {
		if l.url.Host != "" || l.url.Path == "" {
			return rpc{}, errors.New("expected three slashes and the path of the socket: " + l.scheme + "+ipc:///path/clef.ipc#0xACCOUNT")
		}
		return rpc{socket: l.url.Path}, nil
	}
	if err := l.web(); err != nil {
		return rpc{}, err
	}
	config, err := l.certificates()
	if err != nil {
		return rpc{}, err
	}
	return rpc{web: web{http: newHTTP(config), base: l.url.String(), auth: l.auth}}, nil
}

type rpcRequest struct {
	Version string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  []any  `json:"params"`
}

type rpcAnswer struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// refusalError is an error that the program answered with.
type refusalError struct {
	method, message string
	code            int
}

// noMethod is JSON-RPC's code for a method that a program does not have.
const noMethod = -32601

func (e *refusalError) Error() string {
	return fmt.Sprintf("%s: it refuses: %.200s (code %d)", e.method, e.message, e.code)
}

// call makes one call and decodes its result.
func (r rpc) call(ctx context.Context, result any, method string, params ...any) error {
	if params == nil {
		params = []any{}
	}
	request := rpcRequest{"2.0", 1, method, params}
	data, err := r.exchange(ctx, request)
	if failed := (*statusError)(nil); errors.As(err, &failed) && json.Valid(failed.body) {
		data, err = failed.body, nil // some answer errors with a status of their own
	}
	var answer rpcAnswer
	if err == nil {
		err = json.Unmarshal(data, &answer)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", method, err)
	case answer.Error != nil:
		return &refusalError{method, answer.Error.Message, answer.Error.Code}
	case len(answer.Result) == 0 || bytes.Equal(answer.Result, []byte("null")):
		return fmt.Errorf("%s: the answer has no result", method)
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return fmt.Errorf("%s: the result has another form: %w", method, err)
	}
	return nil
}

func (r rpc) exchange(ctx context.Context, request rpcRequest) ([]byte, error) {
	if r.socket == "" {
		return r.web.exchange(ctx, http.MethodPost, "", request)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", r.socket)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := json.NewEncoder(conn).Encode(request); err != nil {
		return nil, err
	}
	var data json.RawMessage
	body := &boundedBody{struct {
		io.Reader
		io.Closer
	}{conn, conn}, maxAnswer}
	err = json.NewDecoder(body).Decode(&data)
	return data, err
}
