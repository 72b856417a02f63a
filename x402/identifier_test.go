package x402

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// withExtensions is the version 2 payment with extensions.
func withExtensions(extensions string) string {
	return strings.Replace(paymentTextV2, "{", `{"extensions":`+extensions+`,`, 1)
}

func TestThePayersIdIsReadFromThePaymentIdentifier(t *testing.T) {
	id := "pay_" + strings.Repeat("0123456789abcdef", 2)
	for _, extensions := range []string{
		`{"payment-identifier":{"info":{"required":false,"id":"` + id + `"},"schema":{}}}`,
		`{"bazaar":{"info":{"id":"no"}},"payment-identifier":{"info":{"id":"` + id + `"}}}`,
		`{"payment-identifier":{"info":{"id":"` + strings.Replace(id, "p", `\u0070`, 1) + `"}}}`,
	} {
		if p := mustDecode(t, withExtensions(extensions)); len(p.Keys) != 1 || p.Keys[0] != id {
			t.Errorf("%s: %q", extensions, p.Keys)
		}
	}
	for _, none := range []string{`null`, `""`, `[]`, `{}`, `{"payment-identifier":null}`, `{"payment-identifier":{}}`, `{"payment-identifier":{"info":null}}`,
		`{"payment-identifier":{"info":{"required":false}}}`, `{"payment-identifier":{"info":{"id":null}}}`, `{"other":{"info":{"id":"` + id + `"}}}`, `{"info":{"id":"` + id + `"}}`} {
		if p := mustDecode(t, withExtensions(none)); len(p.Keys) != 0 {
			t.Errorf("%s: %q", none, p.Keys)
		}
	}
}

func TestAMalformedIdIsRefusedWithItsField(t *testing.T) {
	for _, id := range []string{`""`, `"` + strings.Repeat("a", 15) + `"`, `"` + strings.Repeat("a", 129) + `"`, `"pay 0123456789abcdef"`, `"päy_0123456789abcdef"`,
		`"pay_0123456789abcdef\n"`, `5`, `true`, `{}`, `["pay_0123456789abcdef"]`} {
		_, err := DecodePayment(encode(withExtensions(`{"payment-identifier":{"info":{"id":` + id + `}}}`)))
		var m *MalformedError
		if !errors.As(err, &m) || m.Field != "extensions.payment-identifier.info.id" || !strings.Contains(m.Expected, "16 to 128") {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, ok := range []string{strings.Repeat("a", 16), strings.Repeat("Z", 128)} {
		if p := mustDecode(t, withExtensions(`{"payment-identifier":{"info":{"id":"`+ok+`"}}}`)); len(p.Keys) != 1 {
			t.Errorf("%s was not read", ok)
		}
	}
	_, err := DecodePayment(encode(withExtensions(`{"payment-identifier":{"info":{"id":"pay_0123456789abcdef","id":"pay_0123456789abcdee"}}}`)))
	var m *MalformedError
	if !errors.As(err, &m) {
		t.Errorf("two ids: %v", err)
	}
}

func TestAPaymentWithoutBase64IsReadAlike(t *testing.T) {
	p, err := ParsePayment([]byte(paymentTextV2))
	if err != nil || p.Authorization.Nonce != mustDecode(t, paymentTextV2).Authorization.Nonce {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := ParsePayment([]byte(paymentTextV2 + strings.Repeat(" ", MaxHeader))); err == nil {
		t.Error("a payment above the bound was read")
	}
}

func TestTheDeclarationOfThePaymentIdentifierAsksForNothing(t *testing.T) {
	data, err := json.Marshal(IdentifierExtension())
	if err != nil || !strings.Contains(string(data), `"info":{"required":false}`) || !strings.Contains(string(data), `"pattern":"^[a-zA-Z0-9_-]+$"`) ||
		!strings.Contains(string(data), `"minLength":16`) || !strings.Contains(string(data), `"maxLength":128`) {
		t.Errorf("%s, %v", data, err)
	}
}

func TestAKeyOfATransportIsPrintableAndBounded(t *testing.T) {
	for key, want := range map[string]bool{"": false, "a": true, strings.Repeat("a", 255): true, strings.Repeat("a", 256): false, "a b": false, "a\"": false,
		"a,b": false, "ä": false, "a\x00": false, "8e03978e-40d5-43dd-bc93-6894a57f9324": true, "\x7f": false} {
		if ValidKey(key) != want {
			t.Errorf("%q: %t", key, !want)
		}
	}
}

func TestAReasonNamesAPriceOnlyIfANewSignatureHelps(t *testing.T) {
	for reason, want := range map[Reason]bool{ReasonValue: true, ReasonRecipient: true, ReasonSignature: true, ReasonValidBefore: true, ReasonValidAfter: true,
		ReasonTokenName: true, ReasonTokenVersion: true, ReasonNonceUsed: true, ReasonBalance: false, ReasonSimulation: false, ReasonFactory: false,
		ReasonNetwork: false, ReasonScheme: false, ReasonRequirement: false, ReasonPayload: false} {
		if reason.Curable() != want {
			t.Errorf("%s: %t", reason, !want)
		}
	}
}

func TestAnotherPrimaryTypeIsNotSigned(t *testing.T) {
	q := Quote{Version: 2, Requirement: ourRequirement(t)}
	if q.Requirement.Extra.PrimaryType != PrimaryTransfer || q.Payable() != nil {
		t.Errorf("%+v: %v", q.Requirement.Extra, q.Payable())
	}
	q.Requirement.Extra.PrimaryType = "Permit"
	if q.Payable() == nil {
		t.Error("a permit was taken for a payment")
	}
}
