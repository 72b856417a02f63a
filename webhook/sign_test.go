package webhook

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// The vector is of the reference libraries for npm and Go.
func TestASignatureIsThatOfTheReferenceLibraries(t *testing.T) {
	const text, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `{"type":"order.mined","timestamp":"2026-11-25T22:00:00Z","data":{"paymentId":"0x01"}}`
	secret, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sign([]Secret{secret}, "evt_01", time.Unix(1795000000, 0), []byte(body)), "v1,+9RECTploZNlE28r9MYzFLYbTp0IoVDv24gjt5ozl8U="; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if secret.Text() != text {
		t.Errorf("the secret is written as %s", secret.Text())
	}
}

func TestDuringARotationBothSecretsAreGood(t *testing.T) {
	old, next, stranger := NewSecret(), NewSecret(), NewSecret()
	now, body := time.Now(), []byte(`{"type":"order.mined"}`)
	header := http.Header{}
	header.Set("webhook-id", "evt_1_0011223344556677")
	header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	header.Set("webhook-signature", sign([]Secret{next, old}, "evt_1_0011223344556677", now, body))
	for secret, good := range map[*Secret]bool{&old: true, &next: true, &stranger: false} {
		w, err := standard.NewWebhook(secret.Text())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Verify(body, header); (err == nil) != good {
			t.Errorf("verified: %v; expected %t", err, good)
		}
	}
}

func TestASecretOfAnotherFormIsRefusedAndNoSecretIsPrinted(t *testing.T) {
	for _, bad := range []string{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_short", "whsec_%%%%", "whsec_" + strings.Repeat("A", 28),
		"whsec_" + strings.Repeat("A", 88), "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"} {
		if s, err := ParseSecret(bad); err == nil {
			t.Errorf("%q is a secret: %s", bad, s.Text())
		}
	}
	s := NewSecret()
	if all := fmt.Sprintf("%v %s %#v %+v", s, s, s, []Secret{s}); strings.Contains(all, strings.TrimPrefix(s.Text(), "whsec_")) {
		t.Errorf("the secret is in %s", all)
	}
}
