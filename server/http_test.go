package server_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

// variants are other spellings of a path.
func variants(path string) []string {
	var all []string
	for i := 1; i < len(path); i++ {
		c := path[i]
		hex := strings.ToLower("%" + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]))
		all = append(all, path[:i]+hex+path[i+1:], path[:i]+"%25"+hex[1:]+path[i+1:])
		if 'a' <= c && c <= 'z' {
			all = append(all, path[:i]+string(c-32)+path[i+1:])
		}
	}
	for _, suffix := range []string{"//", "/.", "/..", "/./", "%2f", "%2F", "%5c", "%00", "%0a", "%0d%0a", "%20", ";x", ";", ":", ".", "..", ".json", "~", "*", "%", "%2", "%zz",
		"/x", "/mint", "\\", "&quantity=1", "%3fquantity=1", "%23", "+", "'", "\"", "é", "%c3%a9", "%e2%80%ae", "﹖"} {
		all = append(all, path+suffix)
	}
	for _, prefix := range []string{"/", "//", "/.", "/./", "/x/..", "/x/../..", "/%2e", "/%2e%2e", "/%2e/", "/..", "/../", "%2f", "/\\", "\\", "/%5c", "/;", "/%00", "/%20", "/launches", "/launches/.."} {
		all = append(all, prefix+path)
	}
	return all
}

func TestThereIsOneSpellingOfAPathAndNothingIsMintedAtAnother(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(1000)
	s := w.Sign(k, "/mint", 2)
	tried := 0
	for _, path := range append(variants("/mint"), variants("/launches/ping/mint")...) {
		if path == "/launches/ping/mint" || path == "/mint" {
			t.Fatalf("%q is no variant", path)
		}
		for _, method := range []string{"GET", "POST"} {
			for _, with := range []string{"", s.Header + ": " + s.Value + "\r\n"} {
				tried++
				a := w.Raw(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + with + "Content-Length: 0\r\n\r\n")
				if a.Status != 404 && a.Status != 400 && a.Status != 405 {
					t.Errorf("%s %q: %d %s", method, path, a.Status, a.Body)
				}
				a.Lacks("PAYMENT-RESPONSE", "PAYMENT-REQUIRED")
				if f := servertest.Decode[api.Problem](a); f.Error.Code == "" {
					t.Errorf("%s %q: %s", method, path, a.Body)
				}
			}
		}
	}
	if tried < 400 {
		t.Errorf("only %d tried", tried)
	}
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
	w.Pay("/mint", s).Wants(200)
}

func TestMethodsThatDoNotMintAre405WithoutAPrice(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(1000), "/mint", 2)
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		for _, method := range []string{"HEAD", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"} {
			a := w.Raw(method+" "+path+" HTTP/1.1\r\nHost: x\r\n"+s.Header+": "+s.Value+"\r\n\r\n").Wants(405).Lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE")
			if allow := a.Header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") || method == "HEAD" && strings.Contains(allow, "HEAD") {
				t.Errorf("%s: Allow: %q", method, allow)
			}
			if method != "HEAD" {
				a.Problem("method_not_allowed")
			}
		}
		for _, method := range []string{"PURGE", "MINT", "get", "Get", "X", "GETT"} {
			a := w.Raw(method+" "+path+" HTTP/1.1\r\nHost: x\r\n"+s.Header+": "+s.Value+"\r\n\r\n").Wants(405).Lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE")
			if a.Problem("method_not_allowed"); !strings.Contains(a.Header.Get("Allow"), "POST") {
				t.Errorf("%s: Allow: %q", method, a.Header.Get("Allow"))
			}
			w.Raw(method + " /nowhere HTTP/1.1\r\nHost: x\r\n\r\n").Wants(404)
		}
		for _, override := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
			w.Do("HEAD", path, servertest.Header{override: "GET", s.Header: s.Value}).Wants(405)
			w.Do("PUT", path+"?_method=POST", servertest.Header{override: "POST", s.Header: s.Value}).Wants(405)
		}
	}
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		for _, ending := range []string{"", "/"} {
			for _, method := range []string{"HEAD", "PUT", "PATCH", "DELETE"} {
				w.Do(method, path+ending, nil).Wants(405).Lacks("PAYMENT-REQUIRED", "WWW-Authenticate").Has("Allow", "GET, POST, OPTIONS")
			}
		}
	}
	for _, path := range []string{"/", "/launches", "/launches/ping", "/launches/ping/solvency", "/orders", "/healthz", "/readyz", "/metrics"} {
		if a := w.Do("HEAD", path, nil).Wants(200); len(a.Body) != 0 {
			t.Errorf("HEAD %s has a body", path)
		}
		w.Do("POST", path, nil).Wants(405)
	}
}

func TestAPreflightIsNeverPaidAndAllowsWhatClientsSend(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	check := func() {
		for _, path := range []string{"/mint", "/launches/ping/mint", "/launches", "/orders/0x00"} {
			a := w.Do("OPTIONS", path, servertest.Header{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
				"Access-Control-Request-Headers": "payment-signature,access-control-expose-headers,content-type"}).Wants(204).
				Has("Access-Control-Allow-Origin", "*").Lacks("Access-Control-Allow-Credentials", "PAYMENT-REQUIRED")
			allow := strings.ToLower(a.Header.Get("Access-Control-Allow-Headers"))
			for _, h := range []string{"payment-signature", "x-payment", "access-control-expose-headers", "content-type", "sign-in-with-x"} {
				if !strings.Contains(allow, h) {
					t.Errorf("%s is not allowed: %s", h, allow)
				}
			}
			if len(a.Body) != 0 {
				t.Errorf("%s", a.Body)
			}
			if methods := a.Header.Get("Access-Control-Allow-Methods"); strings.Contains(path, "mint") && !strings.Contains(methods, "POST") {
				t.Errorf("%s", methods)
			}
		}
	}
	check()
	s := w.Sign(w.Payer(10), "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	check() // sold out
	// A catalogue that tries every method does not list OPTIONS as what is sold.
	for _, path := range []string{"/mint", "/mint/", "/launches/ping/mint"} {
		w.Do("OPTIONS", path, nil).Wants(405).Has("Allow", "GET, POST, OPTIONS").Has("Access-Control-Allow-Origin", "*")
	}
	for _, a := range []servertest.Answer{w.Get("/mint", nil).Wants(410), w.Pay("/mint", s).Wants(200), w.Get("/launches", nil), w.Get("/nowhere", nil),
		w.Get("/mint", servertest.Header{"X-PAYMENT": "!"}), w.Get("/", nil), w.Raw("GET /mint HTTP/1.1\r\nHost: x\r\nX-PAYMENT: " + strings.Repeat("A", 50<<10) + "\r\n\r\n")} {
		a.Has("Access-Control-Allow-Origin", "*").Lacks("Access-Control-Allow-Credentials")
		for _, h := range []string{"PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE"} {
			if !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), h) {
				t.Errorf("%s is not exposed", h)
			}
		}
	}
}

func TestNoHeaderOfTheRequestChangesTheChallenge(t *testing.T) {
	w := open(t, servertest.Sale{})
	evil := "evil.example"
	var first []byte
	for _, h := range []string{
		"Host: " + strings.TrimPrefix(w.URL, "http://"),
		"Host: " + evil,
		"Host: " + evil + ":1\r\nX-Forwarded-Host: " + evil + "\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 1",
		"Host: x\r\nX-Forwarded-For: 127.0.0.1\r\nForwarded: host=" + evil + ";proto=https\r\nX-Real-IP: ::1",
		"Host: x\r\nX-Original-URL: /launches\r\nX-Rewrite-URL: /orders\r\nX-Original-Host: " + evil,
		"Host: x\r\nOrigin: https://" + evil + "\r\nReferer: https://" + evil + "/\r\nVia: 1.1 " + evil,
		"Host: x\r\nX-Forwarded-Prefix: /evil\r\nX-Forwarded-Path: /evil\r\nBase-URL: https://" + evil,
		"Host: x\r\nAccept: application/json\r\nUser-Agent: Mozilla/5.0\r\nAccept-Language: de",
	} {
		a := w.Raw("GET /mint HTTP/1.1\r\n" + h + "\r\n\r\n")
		a.Required()
		if bytes.Contains(a.Body, []byte(evil)) {
			t.Errorf("%s", a.Body)
		}
		a.Header.Del("Date")
		now := []byte(a.Header.Get("PAYMENT-REQUIRED") + "\n" + string(a.Body))
		var wire bytes.Buffer
		w.Must(a.Header.Write(&wire))
		now = append(now, wire.Bytes()...)
		c := challenged(a)
		if c.Realm != "127.0.0.1" {
			t.Errorf("with %q: realm %s", h, c.Realm)
		}
		for _, fresh := range []string{c.ID, c.Opaque, c.Expires} {
			now = bytes.ReplaceAll(now, []byte(fresh), nil)
		}
		if first == nil {
			first = now
		}
		if !bytes.Equal(now, first) {
			t.Errorf("with %q:\n%s\nwithout:\n%s", h, now, first)
		}
	}
	// Nor the form of the request line.
	a := w.Raw("GET http://" + evil + "/mint HTTP/1.1\r\nHost: " + evil + "\r\n\r\n")
	if a.Status == 402 && a.Required().Resource.URL != w.URL+"/mint" {
		t.Errorf("%+v", a.Required())
	}
	s := w.Sign(w.Payer(10), "/mint", 2)
	p := w.Raw("GET /mint HTTP/1.1\r\nHost: " + evil + "\r\nX-Forwarded-Host: " + evil + "\r\n" + s.Header + ": " + s.Value + "\r\n\r\n").Wants(200)
	var wire bytes.Buffer
	w.Must(p.Header.Write(&wire))
	if bytes.Contains(p.Body, []byte(evil)) || bytes.Contains(wire.Bytes(), []byte(evil)) {
		t.Errorf("%s\n%s", wire.Bytes(), p.Body)
	}
}

func TestNoAnswerAboutMoneyIsStored(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	s := w.Sign(w.Payer(10), "/mint", 2)
	browser := servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0"}
	stored := func(a servertest.Answer, want string) {
		t.Helper()
		if got := a.Header.Get("Cache-Control"); got != want {
			t.Errorf("%d: Cache-Control %q, want %q", a.Status, got, want)
		}
	}
	stored(w.Get("/mint", nil).Wants(402), "no-store")
	stored(w.Get("/mint", browser).Wants(402), "no-store")
	stored(w.Get("/mint", servertest.Header{"X-PAYMENT": "!"}).Wants(400), "no-store")
	stored(w.Pay("/mint", w.bend(s, func(o object) { authorization(o)["value"] = "1" })).Wants(402), "no-store")
	stored(w.Pay("/mint", s).Wants(200), "private, no-store")
	stored(w.Get("/mint", nil).Wants(410), "no-store")
	stored(w.Get("/mint", browser).Wants(410), "no-store")
	stored(w.Get("/orders/"+w.ID(s).String(), nil).Wants(200), "no-store")
	stored(w.Get("/launches", nil).Wants(200), "no-store")
	stored(w.Get("/", nil).Wants(200), "no-store")
	for _, a := range []servertest.Answer{w.Get("/mint", nil), w.Pay("/mint", s), w.Get("/mint", servertest.Header{"X-PAYMENT": "!"})} {
		a.Has("Vary", "PAYMENT-SIGNATURE, X-PAYMENT, Authorization, Accept").Has("X-Content-Type-Options", "nosniff").Lacks("ETag", "Last-Modified", "Server", "Set-Cookie")
	}
}

func TestShutdownAnswersThoseWhoWait(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.Mining.Store(false)
	s := w.Sign(w.Payer(10), "/mint", 2)
	waiting := w.Meanwhile(func() servertest.Answer { return w.Pay("/mint", s) })
	w.Eventually("claimed", func() bool { return w.Orders() == 1 })
	soon, cancel := contextDone()
	defer cancel()
	if err := w.Server.Shutdown(soon); err == nil {
		t.Error("the time was over, and Shutdown says nothing")
	}
	if !strings.Contains(w.Log.String(), "route=/mint status=202") {
		t.Error("Shutdown did not wait for the answer")
	}
	if a := waiting(); a.Status != 202 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://")); err == nil {
		conn.Close()
		t.Error("still accepts")
	}
}

func TestShutdownDoesNotWaitForThoseWhoSayNothing(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.Get("/healthz", nil).Wants(200) // kept alive and idle
	for range 3 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
		w.Must(err)
		defer conn.Close()
	}
	w.Get("/healthz", nil).Wants(200) // accepted after them
	ctx, cancel := context.WithTimeout(w.Ctx, 5*time.Second)
	defer cancel()
	w.Must(w.Server.Shutdown(ctx))
}
