package farcaster_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/farcaster"
)

type object = map[string]any

var encode = base64.RawURLEncoding.EncodeToString

// association returns a statement about a domain, signed by a new key.
func association(t testing.TB, domain string) object {
	t.Helper()
	k, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	header := encode([]byte(`{"fid":402,"type":"custody","key":"` + crypto.PubkeyToAddress(k.PublicKey).Hex() + `"}`))
	payload := encode([]byte(`{"domain":"` + domain + `"}`))
	signature, err := crypto.Sign(accounts.TextHash([]byte(header+"."+payload)), k)
	if err != nil {
		t.Fatal(err)
	}
	signature[64] += 27
	return object{"header": header, "payload": payload, "signature": encode(signature)}
}

func read(t testing.TB, doc object, origin string) (*farcaster.Manifest, error) {
	t.Helper()
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return farcaster.Read(data, origin)
}

func TestAManifestNeedsTheAccountsSignatureForTheDomain(t *testing.T) {
	const origin = "https://mint.example:8443"
	good := association(t, "mint.example")
	with := func(name string, value any) object {
		changed := object{}
		for k, v := range good {
			changed[k] = v
		}
		changed[name] = value
		return changed
	}
	raw, err := base64.RawURLEncoding.DecodeString(good["signature"].(string))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []object{good, with("signature", encode([]byte("0x"+hex.EncodeToString(raw)))), with("signature", encode(make([]byte, 300)))} {
		if _, err := read(t, object{"accountAssociation": a}, origin); err != nil {
			t.Errorf("%v: %v", a, err)
		}
	}
	for field, a := range map[string]any{
		"accountAssociation":           "x",
		"accountAssociation.header":    with("header", encode([]byte(`{"fid":0,"type":"custody","key":"0x12"}`))),
		"accountAssociation.payload":   with("payload", encode([]byte(`{"domain":"other.example"}`))),
		"accountAssociation.signature": with("signature", association(t, "mint.example")["signature"]),
	} {
		_, err := read(t, object{"accountAssociation": a}, origin)
		var wrong *farcaster.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, value := range []any{nil, 1, "", "!", strings.Repeat("A", 10)} {
		for _, name := range []string{"header", "payload", "signature"} {
			if _, err := read(t, object{"accountAssociation": with(name, value)}, origin); err == nil && value != strings.Repeat("A", 10) {
				t.Errorf("%s is %v", name, value)
			}
		}
	}
	for _, origin := range []string{"http://mint.example", "https://127.0.0.1", "https://localhost", "https://[::1]", "https://mint.example.1", ""} {
		if _, err := read(t, object{"accountAssociation": good}, origin); err == nil || !strings.Contains(err.Error(), "https://") {
			t.Errorf("%s: %v", origin, err)
		}
	}
	for _, text := range []string{"", "[]", "null", "{", `{"accountAssociation":{}} x`, strings.Repeat(" ", farcaster.MaxSize+1), "\xff"} {
		if _, err := farcaster.Read([]byte(text), origin); err == nil {
			t.Errorf("%.20q is a manifest", text)
		}
	}
}

func TestEachFieldOfAnAppIsCheckedByItsName(t *testing.T) {
	const origin = "https://mint.example"
	signed := association(t, "mint.example")
	for name, values := range map[string][2][]any{ // good ones, and wrong ones
		"version":               {{"1"}, {"2", 1, ""}},
		"name":                  {{"Mint", strings.Repeat("é", 32)}, {"", strings.Repeat("a", 33), strings.Repeat("🪙", 17), 1, nil}},
		"homeUrl":               {{"https://mint.example/embed/ping"}, {"http://mint.example", "https://other.example/", "https://mint.example/" + strings.Repeat("a", 1024), "x"}},
		"iconUrl":               {{"https://cdn.example/i.png"}, {"https://10.0.0.1/i.png", "https://localhost/i.png", "data:image/png,x", 1}},
		"splashBackgroundColor": {{"#fff", "#F5f4ee"}, {"red", "#ffff", 0}},
		"subtitle":              {{"Pay once, mint once"}, {"a@b", "wow!!", "100%", strings.Repeat("a", 31), "\U0001f680", "a\nb"}},
		"description":           {{strings.Repeat("a", 170)}, {strings.Repeat("a", 171)}},
		"primaryCategory":       {{"finance"}, {"money", "Finance"}},
		"tags":                  {{[]string{}, []string{"mint", "tokens"}}, {"mint", []string{"a b"}, []string{"A"}, []int{1}, []string{"1", "2", "3", "4", "5", "6"}}},
		"screenshotUrls":        {{[]string{"https://mint.example/1.png"}}, {[]string{"x"}, []string{"https://a.example", "https://a.example", "https://a.example", "https://a.example"}}},
		"noindex":               {{true, false}, {"true", 1}},
		"requiredChains":        {{[]string{"eip155:8453"}}, {[]string{"8453"}, []int{8453}}},
		"canonicalDomain":       {{"mint.example"}, {"https://mint.example", "mint", "mint.example/"}},
		"castShareUrl":          {{"https://mint.example/s"}, {"https://other.example/s"}},
		"homeURL":               {nil, {"https://mint.example/"}},
	} {
		for i, all := range values {
			for _, value := range all {
				_, err := read(t, object{"accountAssociation": signed, "miniapp": object{name: value}}, origin)
				var wrong *farcaster.FieldError
				if i == 0 && err != nil || i == 1 && (!errors.As(err, &wrong) || wrong.Field != "miniapp."+name || wrong.Expected == "") {
					t.Errorf("%s %v: %v", name, value, err)
				}
			}
		}
	}
	for _, doc := range []object{{"miniapp": 1}, {"frame": "x"}, {"miniapp": object{"name": "A"}, "frame": object{"name": "B"}}} {
		doc["accountAssociation"] = signed
		if _, err := read(t, doc, origin); err == nil {
			t.Errorf("%v", doc)
		}
	}
	m, err := read(t, object{"accountAssociation": signed, "frame": object{"name": "Mine"}, "baseBuilder": object{"a": 1}}, origin)
	if err != nil {
		t.Fatal(err)
	}
	data, err := m.JSON("Site", origin+"/embed/ping")
	if err != nil {
		t.Fatal(err)
	}
	var served struct{ MiniApp, Frame, BaseBuilder object }
	if err := json.Unmarshal(data, &served); err != nil || served.MiniApp["name"] != "Mine" || served.Frame["homeUrl"] != origin+"/embed/ping" || served.BaseBuilder == nil {
		t.Errorf("%v %s", err, data)
	}
}
