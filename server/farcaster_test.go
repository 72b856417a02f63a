package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/farcaster"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/discovery"
	"github.com/mint402/mint402/server/servertest"
)

// manifest returns one for a domain, signed by a new key.
func manifest(t testing.TB, domain string) *farcaster.Manifest {
	t.Helper()
	k := servertest.Key(t)
	encode := base64.RawURLEncoding.EncodeToString
	header := encode(fmt.Appendf(nil, `{"fid":402,"type":"custody","key":"%s"}`, servertest.Account(k).Hex()))
	payload := encode([]byte(`{"domain":"` + domain + `"}`))
	signature, err := crypto.Sign(accounts.TextHash([]byte(header+"."+payload)), k)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"accountAssociation": map[string]string{"header": header, "payload": payload, "signature": encode(signature)},
		"miniapp": map[string]any{"tags": []string{"mint"}}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := farcaster.Read(data, "https://"+domain)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAMiniAppOpensWithAPageThatCanBeFramed(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Features = discovery.Features{Farcaster: manifest(t, "mint.example"), Name: "A shop with a name that is too long"}
	}})
	var m struct {
		AccountAssociation struct{ Header, Payload, Signature string }
		MiniApp            struct {
			Version, Name, HomeURL, IconURL, SplashImageURL, SplashBackgroundColor string
			Tags                                                                   []string
		}
	}
	w.Must(json.Unmarshal(w.Get("/.well-known/farcaster.json", nil).Wants(200).Has("Content-Type", "application/json").Body, &m))
	app := m.MiniApp
	if app.Version != "1" || app.Name != "A shop with a name that is too l" || app.HomeURL != w.URL+"/embed/ping" || len(app.Tags) != 1 || m.AccountAssociation.Signature == "" ||
		app.IconURL != "https://mint.example/icon-1024.png" || app.SplashImageURL != "https://mint.example/splash.png" || app.SplashBackgroundColor != "#f5f4ee" {
		t.Errorf("%+v", m)
	}
	w.widget("/embed/ping")
	for path, size := range map[string]int{"/icon-1024.png": 1024, "/splash.png": 200} {
		img, err := png.Decode(bytes.NewReader(w.Get(path, nil).Wants(200).Has("Content-Type", "image/png").Body))
		w.Must(err)
		if img.Bounds().Dx() != size || img.Bounds().Dy() != size {
			t.Errorf("%s: %v", path, img.Bounds())
		}
		if _, _, _, alpha := img.At(0, 0).RGBA(); path == "/icon-1024.png" && alpha != 0xffff {
			t.Errorf("%s is transparent", path)
		}
	}
}
