package proof

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	for _, a := range []string{"127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1",
		"255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:100.64.0.1",
		"64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "fec0::1",
		"::7f00:1", "64:ff9b:1::7f00:1", "64:ff9b::a9fe:a9fe%1", "168.63.129.16", "192.88.99.1", "3fff::1", "2001::1"} {
		if public(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as public", a)
		}
	}
	for _, a := range []string{"1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"} {
		if !public(netip.MustParseAddr(a)) {
			t.Errorf("%s does not count as public", a)
		}
	}
}

func TestAPrivateServerIsNotRequested(t *testing.T) {
	requested := 0
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requested++ })
	plain, tls := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer tls.Close()
	port := strings.TrimPrefix(tls.URL, "https://127.0.0.1")
	for _, url := range []string{tls.URL, "https://localhost" + port, "https://[::ffff:127.0.0.1]" + port, "https://2130706433" + port, plain.URL, "file:///etc/passwd", "https://user:pass@127.0.0.1" + port} {
		if _, err := (Web{}).Get(context.Background(), url); err == nil {
			t.Errorf("%s was requested", url)
		}
	}
	if _, err := (Web{}).Get(context.Background(), tls.URL); !errors.Is(err, errPrivate) {
		t.Errorf("the error is %v", err)
	}
	if requested != 0 {
		t.Errorf("%d requests arrived", requested)
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/small":
			_, _ = w.Write([]byte("{}"))
		case "/huge":
			_, _ = w.Write(make([]byte, maxFetched+1))
		case "/moved":
			http.Redirect(w, r, "/small", http.StatusFound)
		case "/slow":
			<-r.Context().Done()
		}
	}))
	defer s.Close()
	w := Web{Local: true}
	if b, err := w.Get(context.Background(), s.URL+"/small"); err != nil || string(b) != "{}" {
		t.Errorf("a small answer is %q, %v", b, err)
	}
	for _, path := range []string{"/huge", "/moved"} {
		if _, err := w.Get(context.Background(), s.URL+path); err == nil {
			t.Errorf("%s was read", path)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := w.Get(ctx, s.URL+"/slow"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the slow answer is %v", err)
	}
}

func TestADocumentIsAboutItsDIDAndItsAssertionKeys(t *testing.T) {
	i := issuer(t, StyleJWS, newKey(t))
	id, err := parseKid(i.kid)
	if err != nil {
		t.Fatal(err)
	}
	good := string(i.Document())
	ask := func(doc string) error {
		d, err := readDocument([]byte(doc), "did:web:mint.example")
		if err != nil {
			return err
		}
		_, err = d.key(id, AlgEdDSA)
		return err
	}
	if err := ask(good); err != nil {
		t.Errorf("our document: %v", err)
	}
	if err := ask(strings.ReplaceAll(good, `"did:web:mint.example#`, `"#`)); err != nil {
		t.Errorf("with relative ids: %v", err)
	}
	for name, doc := range map[string]string{
		"about another DID":         strings.Replace(good, `"id":"did:web:mint.example"`, `"id":"did:web:evil.example"`, 1),
		"without assertion methods": good[:strings.Index(good, `"assertionMethod":[`)+len(`"assertionMethod":[`)] + good[strings.Index(good, `],"id"`):],
		"no JSON":                   "<html>",
		"an id twice":               strings.Replace(good, `{`, `{"id":"did:web:mint.example",`, 1),
		"too many methods":          `{"id":"did:web:mint.example","verificationMethod":[` + strings.Repeat("{},", maxMethods) + `{}]}`,
	} {
		if ask(doc) == nil {
			t.Errorf("%s: it has the key", name)
		}
	}
	if _, err := (keyID{"web", "mint.example", ""}).inline(); err == nil {
		t.Error("did:web has no key of its own")
	}
	d, _ := readDocument(i.Document(), i.did)
	if _, err := d.key(keyID{"web", "mint.example", ""}, AlgEdDSA); err != nil {
		t.Errorf("the only key of an algorithm needs no fragment: %v", err)
	}
	two := issuer(t, StyleJWS, newKey(t), newKey(t))
	d, _ = readDocument(two.Document(), two.did)
	if _, err := d.key(keyID{"web", "mint.example", ""}, AlgEdDSA); err == nil {
		t.Error("of two keys one was chosen")
	}
}

func TestStatementsAreFoundInTheMessagesThatCarryThem(t *testing.T) {
	i := issuer(t, StyleEIP712, newKey(t))
	s := signedReceipt(t, i, vector())
	wire := string(canonical(object{"format": "eip712", "payload": object(Statement{Receipt: &Receipt{}}.Payload()), "signature": s.Signature}))
	jws := signedReceipt(t, issuer(t, StyleJWS, newKey(t)), vector()).Signature
	info := `{"extensions":{"offer-receipt":{"info":{"version":1,"receipt":` + wire + `}}},"success":true}`
	for name, doc := range map[string]string{
		"a statement": wire, "an order": `{"paymentId":"0x01","proof":` + wire + `}`, "a settlement": info, "a compact JWS": jws + "\n",
		"the header": "eyJleHRlbnNpb25zIjp7Im9mZmVyLXJlY2VpcHQiOnsiaW5mbyI6eyJyZWNlaXB0Ijp7ImZvcm1hdCI6Imp3cyIsInNpZ25hdHVyZSI6ImEifX19fX0=",
	} {
		if found, err := Find([]byte(doc)); err != nil || len(found) != 1 {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
	for name, doc := range map[string]string{
		"empty": "", "no JSON": "hello", "an order without one": `{"paymentId":"0x01"}`, "a list": `[` + wire + `]`,
		"format twice": `{"format":"jws",` + wire[1:], "another member": `{"kid":"x",` + wire[1:], "an unknown format": `{"format":"pgp","signature":"a"}`,
		"a payload next to a JWS": `{"format":"jws","payload":{},"signature":"a.a.a"}`, "no payload": `{"format":"eip712","signature":"0x"}`,
		"too many": `{"extensions":{"offer-receipt":{"info":{"offers":[` + strings.Repeat(wire+",", maxFound) + wire + `]}}}}`,
		"huge":     strings.Repeat(" ", MaxDocument) + "{" + strings.Repeat(" ", MaxDocument) + "}",
	} {
		if found, err := Find([]byte(doc)); err == nil {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// FuzzFind looks for input on which reading or verifying panics.
func FuzzFind(f *testing.F) {
	f.Add([]byte(`{"format":"eip712","payload":{"version":1},"signature":"0x"}`))
	f.Add([]byte(`{"format":"jws","signature":"eyJhbGciOiJFZERTQSIsImtpZCI6ImRpZDp3ZWI6YSJ9.e30.AA"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := Find(data)
		if err != nil {
			return
		}
		for _, s := range found {
			report, err := (&Verifier{}).Verify(context.Background(), s)
			if err == nil && report.Valid {
				t.Error("something verifies without a key and a chain")
			}
		}
	})
}
