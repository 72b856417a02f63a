package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// readPayment reads a signed payment: the header line that sign printed, or only its
// value. It reads a file, or standard input for "-".
func (p *Program) readPayment(path string) (x402.Payment, error) {
	in := p.In
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return x402.Payment{}, fmt.Errorf("read payment: %w", err)
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
