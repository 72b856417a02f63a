package server_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/server"
)

// raw sends bytes as they are and reads one answer.
func (w *world) raw(request string) answer {
	w.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	w.must(err)
	defer conn.Close()
	w.must(conn.SetDeadline(time.Now().Add(bounded)))
	go conn.Write([]byte(request)) // a server that has read enough closes
	method, _, _ := strings.Cut(request, " ")
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	w.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	w.must(err)
	return answer{w.TB, res.StatusCode, res.Header, body}
}

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
	for _, suffix := range []string{"/", "//", "/.", "/..", "/./", "%2f", "%2F", "%5c", "%00", "%0a", "%0d%0a", "%20", ";x", ";", ":", ".", "..", ".json", "~", "*", "%", "%2", "%zz",
		"/x", "/mint", "\\", "&quantity=1", "%3fquantity=1", "%23", "+", "'", "\"", "é", "%c3%a9", "%e2%80%ae", "﹖"} {
		all = append(all, path+suffix)
	}
	for _, prefix := range []string{"/", "//", "/.", "/./", "/x/..", "/x/../..", "/%2e", "/%2e%2e", "/%2e/", "/..", "/../", "%2f", "/\\", "\\", "/%5c", "/;", "/%00", "/%20", "/launches", "/launches/.."} {
		all = append(all, prefix+path)
	}
	return all
}

func TestThereIsOneSpellingOfAPathAndNothingIsMintedAtAnother(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(1000)
	s := w.sign(k, "/mint", 2)
	tried := 0
	for _, path := range append(variants("/mint"), variants("/launches/ping/mint")...) {
		if path == "/launches/ping/mint" || path == "/mint" {
			t.Fatalf("%q is no variant", path)
		}
		for _, method := range []string{"GET", "POST"} {
			for _, with := range []string{"", s.Header + ": " + s.Value + "\r\n"} {
				tried++
				a := w.raw(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + with + "Content-Length: 0\r\n\r\n")
				if a.status != 404 && a.status != 400 && a.status != 405 {
					t.Errorf("%s %q: %d %s", method, path, a.status, a.body)
				}
				a.lacks("PAYMENT-RESPONSE", "PAYMENT-REQUIRED")
				if f := decode[server.Problem](a); f.Error.Code == "" {
					t.Errorf("%s %q: %s", method, path, a.body)
				}
			}
		}
	}
	if tried < 400 {
		t.Errorf("only %d tried", tried)
	}
	if w.orders() != 0 {
		t.Errorf("%d orders", w.orders())
	}
	w.pay("/mint", s).wants(200)
}

func TestOtherMethodsDoNothingAndHEADShowsThePriceOnly(t *testing.T) {
	w := open(t, sale{})
	s := w.sign(w.payer(1000), "/mint", 2)
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		for _, method := range []string{"HEAD", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"} {
			a := w.raw(method+" "+path+" HTTP/1.1\r\nHost: x\r\n"+s.Header+": "+s.Value+"\r\n\r\n").wants(405).lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE")
			if allow := a.header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") || method == "HEAD" && strings.Contains(allow, "HEAD") {
				t.Errorf("%s: Allow: %q", method, allow)
			}
			if method != "HEAD" {
				a.problem("method_not_allowed")
			}
		}
		for _, method := range []string{"PURGE", "MINT", "get", "Get", "X", "GETT"} {
			a := w.raw(method+" "+path+" HTTP/1.1\r\nHost: x\r\n"+s.Header+": "+s.Value+"\r\n\r\n").lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE")
			if a.status != 501 && a.status != 400 && a.status != 405 {
				t.Errorf("%s: %d", method, a.status)
			}
			decode[server.Problem](a)
		}
		for _, override := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
			w.do("HEAD", path, header{override: "GET", s.Header: s.Value}).wants(405)
			w.do("PUT", path+"?_method=POST", header{override: "POST", s.Header: s.Value}).wants(405)
		}
	}
	if w.orders() != 0 {
		t.Errorf("%d orders", w.orders())
	}
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		a := w.do("HEAD", path, nil).wants(402)
		if got, want := a.header.Get("PAYMENT-REQUIRED"), w.get(path, nil).header.Get("PAYMENT-REQUIRED"); got == "" || got != want || len(a.body) != 0 {
			t.Errorf("HEAD %s: PAYMENT-REQUIRED %q and %d bytes", path, got, len(a.body))
		}
	}
	for _, path := range []string{"/", "/launches", "/launches/ping", "/launches/ping/solvency", "/orders", "/healthz", "/readyz", "/metrics"} {
		if a := w.do("HEAD", path, nil).wants(200); len(a.body) != 0 {
			t.Errorf("HEAD %s has a body", path)
		}
		w.do("POST", path, nil).wants(405)
	}
}

func TestAPreflightIsNeverPaidAndAllowsWhatClientsSend(t *testing.T) {
	w := open(t, sale{cap: 1})
	check := func() {
		for _, path := range []string{"/mint", "/launches/ping/mint", "/launches", "/orders/0x00"} {
			a := w.do("OPTIONS", path, header{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
				"Access-Control-Request-Headers": "payment-signature,access-control-expose-headers,content-type"}).wants(204).
				has("Access-Control-Allow-Origin", "*").lacks("Access-Control-Allow-Credentials", "PAYMENT-REQUIRED")
			allow := strings.ToLower(a.header.Get("Access-Control-Allow-Headers"))
			for _, h := range []string{"payment-signature", "x-payment", "access-control-expose-headers", "content-type", "sign-in-with-x"} {
				if !strings.Contains(allow, h) {
					t.Errorf("%s is not allowed: %s", h, allow)
				}
			}
			if len(a.body) != 0 {
				t.Errorf("%s", a.body)
			}
			if methods := a.header.Get("Access-Control-Allow-Methods"); strings.Contains(path, "mint") && !strings.Contains(methods, "POST") {
				t.Errorf("%s", methods)
			}
		}
	}
	check()
	s := w.sign(w.payer(10), "/mint", 2)
	w.pay("/mint", s).wants(200)
	check() // sold out
	for _, a := range []answer{w.get("/mint", nil).wants(410), w.pay("/mint", s).wants(200), w.get("/launches", nil), w.get("/nowhere", nil),
		w.get("/mint", header{"X-PAYMENT": "!"}), w.get("/", nil), w.raw("GET /mint HTTP/1.1\r\nHost: x\r\nX-PAYMENT: " + strings.Repeat("A", 50<<10) + "\r\n\r\n")} {
		a.has("Access-Control-Allow-Origin", "*").lacks("Access-Control-Allow-Credentials")
		for _, h := range []string{"PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE"} {
			if !strings.Contains(a.header.Get("Access-Control-Expose-Headers"), h) {
				t.Errorf("%s is not exposed", h)
			}
		}
	}
}

func TestNoHeaderOfTheRequestChangesTheChallenge(t *testing.T) {
	w := open(t, sale{})
	evil := "evil.example"
	var first []byte
	for _, h := range []string{
		"Host: " + strings.TrimPrefix(w.url, "http://"),
		"Host: " + evil,
		"Host: " + evil + ":1\r\nX-Forwarded-Host: " + evil + "\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 1",
		"Host: x\r\nX-Forwarded-For: 127.0.0.1\r\nForwarded: host=" + evil + ";proto=https\r\nX-Real-IP: ::1",
		"Host: x\r\nX-Original-URL: /launches\r\nX-Rewrite-URL: /orders\r\nX-Original-Host: " + evil,
		"Host: x\r\nOrigin: https://" + evil + "\r\nReferer: https://" + evil + "/\r\nVia: 1.1 " + evil,
		"Host: x\r\nX-Forwarded-Prefix: /evil\r\nX-Forwarded-Path: /evil\r\nBase-URL: https://" + evil,
		"Host: x\r\nAccept: application/json\r\nUser-Agent: Mozilla/5.0\r\nAccept-Language: de",
	} {
		a := w.raw("GET /mint HTTP/1.1\r\n" + h + "\r\n\r\n")
		a.required()
		if bytes.Contains(a.body, []byte(evil)) {
			t.Errorf("%s", a.body)
		}
		a.header.Del("Date")
		now := []byte(a.header.Get("PAYMENT-REQUIRED") + "\n" + string(a.body))
		var wire bytes.Buffer
		w.must(a.header.Write(&wire))
		now = append(now, wire.Bytes()...)
		if first == nil {
			first = now
		}
		if !bytes.Equal(now, first) {
			t.Errorf("with %q:\n%s\nwithout:\n%s", h, now, first)
		}
	}
	// Nor the form of the request line.
	a := w.raw("GET http://" + evil + "/mint HTTP/1.1\r\nHost: " + evil + "\r\n\r\n")
	if a.status == 402 && a.required().Resource.URL != w.url+"/mint" {
		t.Errorf("%+v", a.required())
	}
	s := w.sign(w.payer(10), "/mint", 2)
	p := w.raw("GET /mint HTTP/1.1\r\nHost: " + evil + "\r\nX-Forwarded-Host: " + evil + "\r\n" + s.Header + ": " + s.Value + "\r\n\r\n").wants(200)
	var wire bytes.Buffer
	w.must(p.header.Write(&wire))
	if bytes.Contains(p.body, []byte(evil)) || bytes.Contains(wire.Bytes(), []byte(evil)) {
		t.Errorf("%s\n%s", wire.Bytes(), p.body)
	}
}

func TestNoAnswerAboutMoneyIsStored(t *testing.T) {
	w := open(t, sale{cap: 1})
	s := w.sign(w.payer(10), "/mint", 2)
	browser := header{"Accept": "text/html", "User-Agent": "Mozilla/5.0"}
	stored := func(a answer, want string) {
		t.Helper()
		if got := a.header.Get("Cache-Control"); got != want {
			t.Errorf("%d: Cache-Control %q, want %q", a.status, got, want)
		}
	}
	stored(w.get("/mint", nil).wants(402), "no-store")
	stored(w.get("/mint", browser).wants(402), "no-store")
	stored(w.get("/mint", header{"X-PAYMENT": "!"}).wants(400), "no-store")
	stored(w.pay("/mint", w.bend(s, func(o object) { authorization(o)["value"] = "1" })).wants(402), "no-store")
	stored(w.pay("/mint", s).wants(200), "private, no-store")
	stored(w.get("/mint", nil).wants(410), "no-store")
	stored(w.get("/mint", browser).wants(410), "no-store")
	stored(w.get("/orders/"+w.id(s).String(), nil).wants(200), "no-store")
	stored(w.get("/launches", nil).wants(200), "no-store")
	stored(w.get("/", nil).wants(200), "no-store")
	for _, a := range []answer{w.get("/mint", nil), w.pay("/mint", s), w.get("/mint", header{"X-PAYMENT": "!"})} {
		a.has("Vary", "PAYMENT-SIGNATURE, X-PAYMENT, Accept").has("X-Content-Type-Options", "nosniff").lacks("ETag", "Last-Modified", "Server", "Set-Cookie")
	}
}

func TestShutdownAnswersThoseWhoWait(t *testing.T) {
	w := open(t, sale{})
	w.mining.Store(false)
	s := w.sign(w.payer(10), "/mint", 2)
	waiting := w.meanwhile(func() answer { return w.pay("/mint", s) })
	w.eventually("claimed", func() bool { return w.orders() == 1 })
	soon, cancel := contextDone()
	defer cancel()
	if err := w.server.Shutdown(soon); err == nil {
		t.Error("the time was over, and Shutdown says nothing")
	}
	if !strings.Contains(w.log.String(), "route=/mint status=202") {
		t.Error("Shutdown did not wait for the answer")
	}
	if a := waiting(); a.status != 202 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://")); err == nil {
		conn.Close()
		t.Error("still accepts")
	}
}

func TestShutdownDoesNotWaitForThoseWhoSayNothing(t *testing.T) {
	w := open(t, sale{})
	w.get("/healthz", nil).wants(200) // kept alive and idle
	for range 3 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		w.must(err)
		defer conn.Close()
	}
	w.get("/healthz", nil).wants(200) // accepted after them
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	w.must(w.server.Shutdown(ctx))
}
