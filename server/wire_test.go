package server_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// object is a JSON object that tests can bend.
type object = map[string]any

func (w *world) unwrap(s x402.Signed) object {
	w.Helper()
	data, err := base64.StdEncoding.DecodeString(s.Value)
	w.Must(err)
	var o object
	w.Must(json.Unmarshal(data, &o))
	return o
}

func wrap(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(data)
}

// redress is the same authorization and signature as a payment of a version.
func (w *world) redress(s x402.Signed, version int) x402.Signed {
	w.Helper()
	o := w.unwrap(s)
	if version == 1 {
		s.Header = x402.HeaderXPayment
		s.Value = wrap(object{"x402Version": 1, "scheme": "exact", "network": "base-sepolia", "payload": o["payload"]})
		return s
	}
	s.Header = x402.HeaderPaymentSignature
	accepted, err := json.Marshal(w.Launch.Requirement(s.Authorization.Value.Int64() / servertest.Price))
	w.Must(err)
	s.Value = wrap(object{"x402Version": 2, "accepted": json.RawMessage(accepted), "payload": o["payload"]})
	return s
}

// bend changes a payment's JSON without signing anew.
func (w *world) bend(s x402.Signed, change func(o object)) x402.Signed {
	w.Helper()
	o := w.unwrap(s)
	change(o)
	s.Value = wrap(o)
	return s
}

func authorization(o object) object { return o["payload"].(object)["authorization"].(object) }

// craft signs an authorization that was changed before, under a domain that was
// changed, too: a payment that is wrong and honestly signed.
func (w *world) craft(k *ecdsa.PrivateKey, change func(*x402.Authorization, *x402.Domain)) x402.Signed {
	w.Helper()
	r := w.Launch.Requirement(1)
	s, err := x402.Sign(r, k, time.Now())
	w.Must(err)
	a, d := s.Authorization, r.Domain()
	if change != nil {
		change(&a, &d)
	}
	sig, err := a.Sign(d, k)
	w.Must(err)
	accepted, err := json.Marshal(r)
	w.Must(err)
	s.Authorization = a
	s.Value, err = x402.EncodeHeader(x402.Payload{X402Version: 2, Accepted: accepted, Payload: x402.ExactPayload{Signature: sig, Authorization: a}})
	w.Must(err)
	return s
}

// contextDone is a context whose time is over.
func contextDone() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx, func() {}
}
