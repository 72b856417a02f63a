package server_test

import (
	"strings"
	"testing"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

func TestAPayerFindsTheirMintsAndTheirPlace(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	a, b := w.Payer(100), w.Payer(100)
	of := func(address string) api.PayerMints {
		return servertest.Decode[api.PayerMints](w.Get("/launches/ping/payers/"+address, nil).Wants(200))
	}
	w.Pay("/mint", w.Sign(a, "/mint", 2)).Wants(200)
	w.Pay("/mint?quantity=2", w.Sign(b, "/mint?quantity=2", 2)).Wants(200)
	last := w.Sign(a, "/mint", 1)
	w.Pay("/mint", last).Wants(200)
	if got := of(servertest.Account(a).Hex()); got.Place != 1 || got.Mints != 2 || got.Quantity != 2 || got.Tokens != "10000" || got.Latest != "/r/"+w.Order(last).ID.String() {
		t.Errorf("the first payer: %+v", got)
	}
	if got := of(strings.ToLower(servertest.Account(b).Hex())); got.Place != 2 || got.Mints != 1 || got.Tokens != "10000" {
		t.Errorf("the second payer: %+v", got)
	}
	if got := of(servertest.Account(w.Payer(1)).Hex()); got.Place != 0 || got.Mints != 0 || got.Tokens != "0" || got.Latest != "" {
		t.Errorf("an account without a mint: %+v", got)
	}
	w.Get("/launches/ping/payers/0x12", nil).Wants(400)
	w.Get("/launches/none/payers/"+servertest.Account(a).Hex(), nil).Wants(404).Problem("not_found")
}

func TestAnAccountHasOnePictureAtOneURL(t *testing.T) {
	w := open(t, servertest.Sale{})
	one := "0x5fbdb2315678afecb367f032d93f642f64180aa3"
	answer := w.Get("/avatars/"+one+".svg", nil).Wants(200)
	if kind := answer.Header.Get("Content-Type"); kind != "image/svg+xml" || !strings.HasPrefix(answer.Header.Get("Cache-Control"), "public, max-age=31536000") {
		t.Errorf("%s, %s", kind, answer.Header.Get("Cache-Control"))
	}
	for _, name := range []string{strings.ToUpper(one[2:]), one, "0x12.svg", "0X" + one[2:] + ".svg", strings.Replace(one, "fbd", "FBD", 1) + ".svg"} {
		w.Get("/avatars/"+name, nil).Wants(404)
	}
}
