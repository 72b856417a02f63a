package facilitator

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// cdp is a stub of Coinbase's facilitator. It checks each request's token as the original
// does: the signature, the claims, the lifetime, the method and the path, and that no token
// comes twice.
type cdp struct {
	id     string
	public crypto.PublicKey
	now    func() time.Time

	mu   sync.Mutex
	seen map[string]bool
}

func (s *cdp) check(r *http.Request) error {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	parts := strings.Split(token, ".")
	if !bearer || len(parts) != 3 {
		return fmt.Errorf("no token")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[token] {
		return fmt.Errorf("a token came twice")
	}
	s.seen[token] = true
	var head struct{ Alg, Typ, Kid, Nonce string }
	var claims struct {
		Sub, Iss      string
		Aud, Uris     []string
		Nbf, Iat, Exp int64
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(raw[0], &head); err != nil {
		return err
	}
	if err := json.Unmarshal(raw[1], &claims); err != nil {
		return err
	}
	signed := []byte(parts[0] + "." + parts[1])
	switch key := s.public.(type) {
	case ed25519.PublicKey:
		if head.Alg != "EdDSA" || !ed25519.Verify(key, signed, raw[2]) {
			return fmt.Errorf("bad signature by %s", head.Alg)
		}
	case *ecdsa.PublicKey:
		digest := sha256.Sum256(signed)
		if head.Alg != "ES256" || len(raw[2]) != 64 || !ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(raw[2][:32]), new(big.Int).SetBytes(raw[2][32:])) {
			return fmt.Errorf("bad signature by %s", head.Alg)
		}
	}
	now := s.now().Unix()
	switch {
	case head.Typ != "JWT" || head.Kid != s.id || len(head.Nonce) != 32 || claims.Sub != s.id || claims.Iss != "cdp":
		return fmt.Errorf("head %+v, claims %+v", head, claims)
	case !slices.Equal(claims.Aud, []string{"cdp_service"}) || !slices.Equal(claims.Uris, []string{r.Method + " " + r.Host + r.URL.Path}):
		return fmt.Errorf("the token is for %v, %v, and the request is %s %s", claims.Aud, claims.Uris, r.Method, r.URL)
	case claims.Nbf > now || claims.Exp <= now || claims.Exp-claims.Nbf > 120:
		return fmt.Errorf("valid from %d to %d, and it is %d", claims.Nbf, claims.Exp, now)
	}
	return nil
}

func (s *cdp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.check(r); err != nil {
		says(401, `{"errorType":"unauthorized","errorMessage":"`+strings.ReplaceAll(err.Error(), `"`, `'`)+`"}`)(w, r)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /platform/v2/x402/supported":
		says(200, `{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532"}]}`)(w, r)
	case "POST /platform/v2/x402/verify":
		says(200, `{"isValid":true,"payer":"`+payer.Hex()+`"}`)(w, r)
	case "POST /platform/v2/x402/settle":
		says(200, success("eip155:84532", aTx.Hex(), payer.Hex()))(w, r)
	default:
		http.NotFound(w, r)
	}
}

// keys returns a key of each kind, as CDP gives it out: its secret and its public half.
func keys(t *testing.T) map[string]struct {
	secret string
	public crypto.PublicKey
} {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	return map[string]struct {
		secret string
		public crypto.PublicKey
	}{
		"Ed25519":                {base64.StdEncoding.EncodeToString(private), public},
		"ES256":                  {text, &ec.PublicKey},
		"ES256 in a line of env": {strings.ReplaceAll(text, "\n", `\n`), &ec.PublicKey},
	}
}

func TestEachRequestToCDPHasATokenOfItsOwn(t *testing.T) {
	for kind, k := range keys(t) {
		t.Run(kind, func(t *testing.T) {
			const id = "organizations/a/apiKeys/b"
			now := time.Unix(1_800_000_000, 0)
			server := &cdp{id: id, public: k.public, now: func() time.Time { return now }, seen: map[string]bool{}}
			s := httptest.NewServer(server)
			t.Cleanup(s.Close)
			key, err := NewKey(id, k.secret)
			if err != nil {
				t.Fatal(err)
			}
			c, err := NewClient(s.URL+"/platform/v2/x402", key)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Close)
			c.Now = func() time.Time { return now }
			for range 3 {
				if _, err := c.Supported(ctx); err != nil {
					t.Error(err)
				}
				if o := c.Verify(ctx, payment(), 2); o.Kind != Valid {
					t.Error(text(t, o))
				}
				if o := c.Settle(ctx, payment(), 2); o.Kind != Settled {
					t.Error(text(t, o))
				}
			}
			// The stub refuses a token that is late, and that is a refusal with a reason.
			c.Now = func() time.Time { return now.Add(-tokenLife) }
			if o := c.Settle(ctx, payment(), 2); o.Kind != Unsent || !o.Fault {
				t.Errorf("with a token of two minutes ago: %s", text(t, o))
			}
		})
	}
}

func TestAKeyOfCDPIsNeverWritten(t *testing.T) {
	for kind, k := range keys(t) {
		file := text(t, map[string]string{"id": "my-id", "privateKey": k.secret})
		key, err := ReadKey([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		secret := strings.TrimPrefix(strings.ReplaceAll(k.secret, `\n`, "\n"), "-----BEGIN EC PRIVATE KEY-----\n")[:40]
		for _, written := range []string{fmt.Sprintf("%v %+v %#v %s %d %x", key, key, key, key, key, key), text(t, key), text(t, map[string]any{"k": key})} {
			if strings.Contains(written, secret) || !strings.Contains(written, "my-id") {
				t.Errorf("%s: %s", kind, written)
			}
		}
		for _, damaged := range []string{k.secret[:len(k.secret)/2], "!" + k.secret, secret, ""} {
			if _, err := NewKey("my-id", damaged); err == nil || len(damaged) > 8 && strings.Contains(err.Error(), damaged[:8]) {
				t.Errorf("%s: a damaged secret: %v", kind, err)
			}
		}
		if _, err := ReadKey([]byte(file[1:])); err == nil || strings.Contains(err.Error(), secret[:8]) {
			t.Errorf("%s: a damaged file: %v", kind, err)
		}
	}
	if _, err := NewKey("", "x"); err == nil {
		t.Error("a key without an id")
	}
}
