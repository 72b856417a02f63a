package cmd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"strconv"
	"strings"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// response is an HTTP answer as curl -i prints it.
type response struct {
	status int // 0 if only a body was given
	header http.Header
	body   []byte
}

// readResponse reads the output of curl -i, curl -D - or plain curl. If there are
// several blocks of headers (redirects, 100 Continue), the last one counts. curl has
// already decoded transfer and content encodings, whatever the headers say.
func readResponse(in io.Reader) (*response, error) {
	data, err := io.ReadAll(io.LimitReader(in, 1<<20))
	if err != nil {
		return nil, err
	}
	res := &response{header: http.Header{}, body: data}
	for bytes.HasPrefix(res.body, []byte("HTTP/")) {
		line, rest, _ := bytes.Cut(res.body, []byte("\n"))
		words := strings.Fields(string(line))
		if len(words) < 2 {
			return nil, fmt.Errorf("status line %q", line)
		}
		if res.status, err = strconv.Atoi(words[1]); err != nil {
			return nil, fmt.Errorf("status line %q", line)
		}
		block := bufio.NewReader(bytes.NewReader(rest))
		header, err := textproto.NewReader(block).ReadMIMEHeader()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("headers: %w", err)
		}
		res.header = http.Header(header)
		if res.body, err = io.ReadAll(block); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// challenge finds the 402 in a response from standard input.
func (p *Program) challenge() (*response, error) {
	if terminal(p.In) {
		return nil, hint(errors.New("a 402 is expected on standard input"), "curl -si URL | mint402 sign")
	}
	res, err := readResponse(p.In)
	if err != nil {
		return nil, fmt.Errorf("read response: %w", err)
	}
	if res.status == 0 && len(bytes.TrimSpace(res.body)) == 0 {
		return nil, hint(errors.New("standard input is empty: there is no 402 to sign"), "curl -si URL | mint402 sign; curl prints nothing if no server answers")
	}
	if res.status != 0 && res.status != http.StatusPaymentRequired {
		return nil, fmt.Errorf("the server did not ask for a payment; it answered %s", describe(res.status, res.body))
	}
	if _, err := x402.ParsePaymentRequired(res.header, res.body); err != nil {
		err = fmt.Errorf("read response: %w", err)
		if res.status == 0 {
			err = hint(err, "use curl -si URL: x402 version 2 asks for payment in a header")
		}
		return nil, err
	}
	return res, nil
}

// describe returns an answer's status and its message.
func describe(status int, body []byte) string {
	s := strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
	var problem struct {
		Error json.RawMessage `json:"error"`
	}
	var detail struct {
		Message string `json:"message"`
	}
	var word string
	switch {
	case json.Unmarshal(body, &problem) != nil:
	case json.Unmarshal(problem.Error, &detail) == nil && detail.Message != "":
		s += ": " + plain(detail.Message)
	case json.Unmarshal(problem.Error, &word) == nil && word != "":
		s += ": " + wordsOf(word)
	}
	return s
}

// cannedTransport answers every request with one response. So pay.Client checks a 402
// that was read elsewhere in the same way as its own.
type cannedTransport struct{ *response }

func (t cannedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusPaymentRequired, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: t.header, Body: io.NopCloser(bytes.NewReader(t.body)), Request: req,
	}, nil
}

// readPayment reads a signed payment: the header line that sign printed, or only its
// value. It reads a file, or standard input for "-".
func (p *Program) readPayment(path string) (x402.Payment, error) {
	in := p.In
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return x402.Payment{}, usage("read payment: %w", err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, 2*x402.MaxHeader))
	if err != nil {
		return x402.Payment{}, fmt.Errorf("read payment: %w", err)
	}
	value := strings.TrimSpace(string(data))
	if name, after, ok := strings.Cut(value, ":"); ok {
		if !strings.EqualFold(name, x402.HeaderPaymentSignature) && !strings.EqualFold(name, x402.HeaderXPayment) {
			return x402.Payment{}, fmt.Errorf("read payment: %.40q is not a payment header", name)
		}
		value = strings.TrimSpace(after)
	}
	payment, err := x402.DecodePayment(value)
	if err != nil {
		return x402.Payment{}, fmt.Errorf("read payment: %w", err)
	}
	return payment, nil
}

// paymentID returns the id of the payment that answers a quote.
func paymentID(network string, r x402.Domain, a x402.Authorization) (mint.PaymentID, error) {
	id, ok := x402.ParseCAIP2(network)
	if !ok {
		return mint.PaymentID{}, fmt.Errorf("network %q is not an EVM chain we know", network)
	}
	return mint.NewPaymentID(id, r.VerifyingContract, a.From, a.Nonce), nil
}
