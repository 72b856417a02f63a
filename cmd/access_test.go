package cmd

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestATrustedProxyIsAnAddressOrANetworkAndNeverEverybody(t *testing.T) {
	f := accessFlags{proxies: []string{"127.0.0.1", " 10.1.2.3/8", "fd00::/8", "::ffff:192.0.2.1"}}
	got, err := f.trusted()
	if err != nil || len(got) != 4 || got[0].String() != "127.0.0.1/32" || got[1].String() != "10.0.0.0/8" || got[3].String() != "192.0.2.1/32" {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{"proxy.example", "0.0.0.0/0", "::/0", "10.0.0.0/33", ""} {
		if got, err := (&accessFlags{proxies: []string{wrong}}).trusted(); err == nil {
			t.Errorf("%q: %v", wrong, got)
		}
	}
}

func TestMetricsAreServedAtAnAddressOfTheirOwnUntilTheEnd(t *testing.T) {
	ln, err := (&accessFlags{metrics: "127.0.0.1:0"}).listenMetrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		serveMetrics(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "mint402_ready 1") }))
		close(ended)
	}()
	res, err := http.Get("http://" + ln.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); !strings.Contains(string(body), "mint402_ready") {
		t.Errorf("%s", body)
	}
	cancel()
	<-ended
	if _, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		t.Error("it listens still")
	}
}
