package proof

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

var (
	now   = time.Unix(1795645100, 0)
	paid  = common.HexToHash("0x" + strings.Repeat("ab", 32))
	payer = common.HexToAddress(anvilAccount)
	token = common.HexToAddress("0x1111111111111111111111111111111111111111")
	usdc  = common.HexToAddress("0x036CbD53842c5426634e7929541eC2318f3dCF7e")
)

// chainOf is a ledger with one transaction, on one network.
type chainOf struct {
	hash common.Hash
	tx   *Transaction
	err  error
}

func (c chainOf) Transaction(_ context.Context, network string, hash common.Hash) (*Transaction, error) {
	switch {
	case network != "eip155:84532":
		return nil, ErrOtherChain
	case hash != c.hash:
		return nil, c.err
	}
	return c.tx, c.err
}

func minted() *Transaction {
	return &Transaction{Block: 7, Final: true, Transfers: []Transfer{{true, usdc, payer, token, big.NewInt(100000)}}, Mints: []Mint{{true, token, common.Hash{9}, payer, 1}}}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func issuer(t *testing.T, style Style, keys ...*ecdsa.PrivateKey) *Issuer {
	t.Helper()
	i, err := NewIssuer(style, "https://mint.example", keys...)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// web serves documents of hosts, by URL, and records what was requested.
type web struct {
	documents map[string][]byte
	requested []string
}

func (w *web) fetch(_ context.Context, url string) ([]byte, error) {
	w.requested = append(w.requested, url)
	if d, ok := w.documents[url]; ok {
		return d, nil
	}
	return nil, &StatusError{http.StatusNotFound}
}

func signedReceipt(t *testing.T, i *Issuer, r Receipt) Signed {
	t.Helper()
	s, err := i.Receipt(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func statuses(r *Report) string {
	var all []string
	for _, c := range r.Checks {
		all = append(all, c.Name+" "+string(c.Status))
	}
	return strings.Join(all, ", ")
}

func TestAReceiptOfEachStyleVerifiesWithThePublishedKeys(t *testing.T) {
	for _, style := range []Style{StyleJWS, StyleES256K, StyleEIP712} {
		t.Run(string(style), func(t *testing.T) {
			i := issuer(t, style, newKey(t))
			w := &web{documents: map[string][]byte{"https://mint.example/.well-known/did.json": i.Document()}}
			v := &Verifier{Fetch: w.fetch, Ledger: chainOf{hash: paid, tx: minted()}, Clock: func() time.Time { return now }}
			report, err := v.Verify(context.Background(), signedReceipt(t, i, vector()))
			if err != nil {
				t.Fatal(err)
			}
			if !report.Valid || !report.Final || report.Signer != i.Signer() {
				t.Errorf("the report is %+v", report)
			}
			own := &Verifier{Own: i, Ledger: v.Ledger, Clock: v.Clock}
			if report, err := own.Verify(context.Background(), signedReceipt(t, i, vector())); err != nil || !report.Valid {
				t.Errorf("with our own keys the report is %+v, %v", report, err)
			}
			o, err := i.Offer("https://mint.example/mint", x402.Requirement{Scheme: "exact", Network: "eip155:84532", Amount: big.NewInt(5), Asset: usdc, PayTo: token}, 0, now.Add(time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if report, err := own.Verify(context.Background(), o); err != nil || !report.Valid || report.Kind != KindOffer {
				t.Errorf("the report of an offer is %+v, %v", report, err)
			}
		})
	}
}

func TestAReceiptOfARetiredKeyStillVerifies(t *testing.T) {
	old, young := newKey(t), newKey(t)
	for _, style := range []Style{StyleJWS, StyleEIP712} {
		s := signedReceipt(t, issuer(t, style, old), vector())
		v := &Verifier{Own: issuer(t, StyleES256K, young, old), Ledger: chainOf{hash: paid, tx: minted()}, Clock: func() time.Time { return now }}
		if report, err := v.Verify(context.Background(), s); err != nil || !report.Valid {
			t.Errorf("%s: the report is %+v, %v", style, report, err)
		}
		v.Own = issuer(t, StyleES256K, young)
		if report, err := v.Verify(context.Background(), s); err != nil || report.Valid {
			t.Errorf("%s: without the old key the report is %+v, %v", style, report, err)
		}
	}
}

// change decodes a compact JWS, changes header and payload, and encodes it again with the
// old signature.
func change(s Signed, header, payload func(object)) Signed {
	parts := strings.Split(s.Signature, ".")
	for i, f := range []func(object){header, payload} {
		data, _ := base64.RawURLEncoding.DecodeString(parts[i])
		o, _ := readObject("", data, maxJWS)
		if f != nil {
			f(o)
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(canonical(o))
	}
	s.Signature = strings.Join(parts, ".")
	return s
}

// compact signs raw header and payload with a function.
func compact(header, payload string, sign func([]byte) []byte) Signed {
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(header)) + "." + encode([]byte(payload))
	return Signed{Format: FormatJWS, Signature: signed + "." + encode(sign([]byte(signed)))}
}

func flipS(sig string) string {
	b, _ := hex.DecodeString(sig[2:])
	s := new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(b[32:64]))
	s.FillBytes(b[32:64])
	b[64] = 27 + 28 - b[64]
	return "0x" + hex.EncodeToString(b)
}

const payloadOfReceipt = `{"issuedAt":1795645050,"network":"eip155:84532","payer":"` + anvilAccount + `","resourceUrl":"https://mint.example/mint","transaction":"0xabababababababababababababababababababababababababababababababab","version":1}`

// TestWhatIsNotOursDoesNotVerify lists hostile statements, each with the check that fails,
// or the field of the error if the statement cannot be read.
func TestWhatIsNotOursDoesNotVerify(t *testing.T) {
	key := newKey(t)
	eip, ed, k1 := issuer(t, StyleEIP712, key), issuer(t, StyleJWS, key), issuer(t, StyleES256K, key)
	evil, err := NewIssuer(StyleJWS, "https://evil.example", newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	typed := func(f func(p object)) Signed {
		s := signedReceipt(t, eip, vector())
		o, _ := readObject("", s.Payload, maxSigned)
		f(o)
		s.Payload = canonical(o)
		return s
	}
	signature := func(f func(string) string) Signed {
		s := signedReceipt(t, eip, vector())
		s.Signature = f(s.Signature)
		return s
	}
	withV := func(v byte) func(string) string {
		return func(s string) string { return s[:130] + hex.EncodeToString([]byte{v}) }
	}
	edSign := func(b []byte) []byte { return ed25519.Sign(ed.keys[0].ed, b) }
	header := func(alg, rest string) string { return fmt.Sprintf(`{"alg":%q,"kid":%q%s}`, alg, ed.kid, rest) }
	otherReceipt := func(f func(*Receipt)) Signed {
		r := vector()
		f(&r)
		return signedReceipt(t, ed, r)
	}
	otherDomain := func(name string, chainID int64) Signed {
		r := vector()
		domain := crypto.Keccak256Hash(domainType[:], text(name), text("1"), number(chainID))
		hash := crypto.Keccak256Hash(receiptType[:], number(1), text(r.Network), text(r.ResourceURL), text(r.Payer), seconds(r.IssuedAt), text(r.Transaction))
		digest := crypto.Keccak256Hash([]byte{0x19, 1}, domain[:], hash[:])
		sig, _ := crypto.Sign(digest[:], key)
		sig[64] += 27
		return Signed{Format: FormatEIP712, Payload: canonical(r.payload(true)), Signature: "0x" + hex.EncodeToString(sig)}
	}
	inlineJWK := "did:jwk:" + base64.RawURLEncoding.EncodeToString(canonical(must(pointOf(curveP256, must(p256.PublicKey.Bytes()))).jwk())) + "#0"
	sign256 := func(b []byte) []byte {
		hash := sha256.Sum256(b)
		r, s, _ := ecdsa.Sign(rand.Reader, p256, hash[:])
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	for _, row := range []struct {
		name string
		s    Signed
		want string // "check status" of the report, or "error field"
	}{
		{"the amount of the payer changed", typed(func(p object) { p["payer"] = token.Hex() }), "key failed"},
		{"another transaction", typed(func(p object) { p["transaction"] = "0x" + strings.Repeat("cd", 32) }), "key failed"},
		{"another network", typed(func(p object) { p["network"] = "eip155:8453" }), "key failed"},
		{"a member that is not signed", typed(func(p object) { p["final"] = true }), "error payload"},
		{"an offer's member in a receipt", typed(func(p object) { p["amount"] = "1" }), "error payload"},
		{"version 2", typed(func(p object) { p["version"] = json.Number("2") }), "error version"},
		{"no issuedAt", typed(func(p object) { delete(p, "issuedAt") }), "error issuedAt"},
		{"issuedAt as text", typed(func(p object) { p["issuedAt"] = "1795645050" }), "error issuedAt"},
		{"issuedAt as 1e9", typed(func(p object) { p["issuedAt"] = json.Number("1e9") }), "error issuedAt"},
		{"a network that is no EVM chain, in eip712", typed(func(p object) { p["network"] = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp" }), "error network"},
		{"a URL without a host", typed(func(p object) { p["resourceUrl"] = "/mint" }), "error resourceUrl"},
		{"a URL with a user", typed(func(p object) { p["resourceUrl"] = "https://mint.example@evil.example/" }), "error resourceUrl"},
		{"a huge URL", typed(func(p object) { p["resourceUrl"] = "https://mint.example/" + strings.Repeat("a", maxURL) }), "error resourceUrl"},
		{"the domain of an offer", otherDomain("x402 offer", 1), "key failed"},
		{"the payment's chain id in the domain", otherDomain("x402 receipt", 84532), "key failed"},
		{"a high s in eip712", signature(flipS), "signature failed"},
		{"v 2", signature(withV(2)), "signature failed"},
		{"v 29", signature(withV(29)), "signature failed"},
		{"64 bytes (EIP-2098)", signature(func(s string) string { return s[:130] }), "signature failed"},
		{"66 bytes", signature(func(s string) string { return s + "00" }), "signature failed"},
		{"zeros as a signature", signature(func(s string) string { return "0x" + strings.Repeat("00", 65) }), "signature failed"},
		{"no hex digits", signature(func(s string) string { return "0x" + strings.Repeat("zz", 65) }), "signature failed"},

		{"a JWS with another payer", change(signedReceipt(t, ed, vector()), nil, func(p object) { p["payer"] = token.Hex() }), "signature failed"},
		{"a JWS for another resource of the host", change(signedReceipt(t, ed, vector()), nil, func(p object) { p["resourceUrl"] = "https://mint.example/launches/b/mint" }), "signature failed"},
		{"alg none", change(signedReceipt(t, ed, vector()), func(h object) { h["alg"] = "none" }, nil), "error alg"},
		{"alg none without a signature", Signed{Format: FormatJWS, Signature: strings.TrimRight(compact(header("none", ""), payloadOfReceipt, func([]byte) []byte { return nil }).Signature, "=")}, "error signature"},
		{"alg HS256, keyed with the public key", compact(header("HS256", ""), payloadOfReceipt, func(b []byte) []byte {
			mac := hmac.New(sha256.New, ed.keys[0].public(AlgEdDSA).ed)
			mac.Write(b)
			return mac.Sum(nil)
		}), "error alg"},
		{"ES256K with the EdDSA key, which signed it", compact(header(AlgES256K, ""), payloadOfReceipt, edSign), "signature failed"},
		{"ES256 with the ES256K key", change(signedReceipt(t, k1, vector()), func(h object) { h["alg"] = AlgES256 }, nil), "signature failed"},
		{"EdDSA with the ES256K key", change(signedReceipt(t, k1, vector()), func(h object) { h["alg"] = AlgEdDSA }, nil), "signature failed"},
		{"a kid of another host", signedReceipt(t, evil, vector()), "key failed"},
		{"a kid of another host, our signature", change(signedReceipt(t, ed, vector()), func(h object) { h["kid"] = evil.kid }, nil), "key failed"},
		{"a kid of a path of our host", change(signedReceipt(t, ed, vector()), func(h object) { h["kid"] = "did:web:mint.example:users:mallory#k" }, nil), "key failed"},
		{"a kid of a fragment that is not published", change(signedReceipt(t, ed, vector()), func(h object) { h["kid"] = "did:web:mint.example#other" }, nil), "key failed"},
		{"a kid that hides a host in a host", change(signedReceipt(t, ed, vector()), func(h object) { h["kid"] = "did:web:evil.example%2F@mint.example#k" }, nil), "error kid"},
		{"a kid that climbs up", change(signedReceipt(t, ed, vector()), func(h object) { h["kid"] = "did:web:mint.example:..:x#k" }, nil), "error kid"},
		{"a kid of another method", change(signedReceipt(t, ed, vector()), func(h object) { h["kid"] = "did:plc:abc" }, nil), "error kid"},
		{"a kid that is a URL", change(signedReceipt(t, ed, vector()), func(h object) { h["kid"] = "https://mint.example/key" }, nil), "error kid"},
		{"no kid", change(signedReceipt(t, ed, vector()), func(h object) { delete(h, "kid") }, nil), "error kid"},
		{"a key of its own in the header", compact(header("EdDSA", `,"jwk":{"kty":"OKP"}`), payloadOfReceipt, edSign), "error JWS header"},
		{"crit", compact(header("EdDSA", `,"crit":["b64"],"b64":false`), payloadOfReceipt, edSign), "error JWS header"},
		{"alg twice", compact(`{"alg":"none",`+header("EdDSA", "")[1:], payloadOfReceipt, edSign), "error JWS header"},
		{"payer twice, signed", compact(header("EdDSA", ""), `{"payer":"`+token.Hex()+`",`+payloadOfReceipt[1:], edSign), "error JWS payload"},
		{"payer twice in another case, signed", compact(header("EdDSA", ""), `{"Payer":"`+token.Hex()+`",`+payloadOfReceipt[1:], edSign), "error JWS payload"},
		{"an offer and a receipt in one, signed", compact(header("EdDSA", ""), `{"amount":"1",`+payloadOfReceipt[1:], edSign), "error payload"},
		{"two values in the payload", compact(header("EdDSA", ""), payloadOfReceipt+"{}", edSign), "error JWS payload"},
		{"a lone surrogate", compact(header("EdDSA", ""), strings.Replace(payloadOfReceipt, "/mint", `/\ud800`, 1), edSign), "error JWS payload"},
		{"a payload that is too deep", compact(header("EdDSA", ""), `{"x":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`,`+payloadOfReceipt[1:], edSign), "error JWS payload"},
		{"a huge JWS", Signed{Format: FormatJWS, Signature: strings.Repeat("a", maxJWS) + ".a.a"}, "error signature"},
		{"padding", Signed{Format: FormatJWS, Signature: signedReceipt(t, ed, vector()).Signature + "="}, "error signature"},
		{"a line break", Signed{Format: FormatJWS, Signature: strings.Replace(signedReceipt(t, ed, vector()).Signature, ".", "\n.", 1)}, "error signature"},
		{"two parts", Signed{Format: FormatJWS, Signature: "e30.e30"}, "error signature"},
		{"a valid JWS of a key that only it names", compact(fmt.Sprintf(`{"alg":"ES256","kid":%q}`, inlineJWK), payloadOfReceipt, sign256), "key failed"},
		{"a did:jwk with a symmetric key", compact(fmt.Sprintf(`{"alg":"ES256","kid":"did:jwk:%s"}`, base64.RawURLEncoding.EncodeToString([]byte(`{"kty":"oct","k":"AAAA"}`))), payloadOfReceipt, sign256), "error JWK"},
		{"a did:jwk with a private key", compact(fmt.Sprintf(`{"alg":"ES256","kid":"did:jwk:%s"}`, base64.RawURLEncoding.EncodeToString([]byte(`{"kty":"EC","crv":"P-256","d":"AAAA"}`))), payloadOfReceipt, sign256), "error JWK"},
		{"a did:jwk with a point off the curve", compact(fmt.Sprintf(`{"alg":"ES256","kid":"did:jwk:%s"}`, base64.RawURLEncoding.EncodeToString([]byte(`{"kty":"EC","crv":"P-256","x":"`+strings.Repeat("A", 42)+`E","y":"`+strings.Repeat("A", 42)+`E"}`))), payloadOfReceipt, sign256), "error key"},

		{"of the future", otherReceipt(func(r *Receipt) { r.IssuedAt = now.Add(time.Hour) }), "time failed"},
		{"a transaction that no block has", otherReceipt(func(r *Receipt) { r.Transaction = "0x" + strings.Repeat("cd", 32) }), "chain failed"},
		{"a transaction of another payer", otherReceipt(func(r *Receipt) { r.Payer = token.Hex() }), "chain failed"},
		{"a chain without a node", otherReceipt(func(r *Receipt) { r.Network = "eip155:1" }), "chain unchecked"},
		{"no transaction", otherReceipt(func(r *Receipt) { r.Transaction = "" }), "chain unchecked"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := &web{documents: map[string][]byte{"https://mint.example/.well-known/did.json": ed.Document(),
				"https://evil.example/.well-known/did.json": evil.Document()}}
			v := &Verifier{Fetch: w.fetch, Ledger: chainOf{hash: paid, tx: minted()}, Clock: func() time.Time { return now }}
			report, err := v.Verify(context.Background(), row.s)
			var unreadable *InputError
			switch {
			case errors.As(err, &unreadable):
				if got := "error " + unreadable.Field; got != row.want {
					t.Errorf("%s (%v); want %s", got, err, row.want)
				}
			case err != nil:
				t.Errorf("the error is %v", err)
			case report.Valid:
				t.Errorf("it verifies: %+v", report)
			case !strings.Contains(statuses(report), row.want):
				t.Errorf("the report says %s; want %s", statuses(report), row.want)
			}
			for _, url := range w.requested {
				if !strings.HasPrefix(url, "https://mint.example/") {
					t.Errorf("it made us request %s", url)
				}
			}
		})
	}
}
