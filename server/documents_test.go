package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/discovery"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// described is the server's own OpenAPI document, made strict: a field that a schema does
// not name is an error.
type described struct {
	w        *world
	doc      object
	compiler *jsonschema.Compiler
}

func (w *world) described() *described {
	w.Helper()
	d := &described{w: w, compiler: jsonschema.NewCompiler()}
	w.Must(json.Unmarshal(w.Get("/openapi.json", nil).Wants(200).Body, &d.doc))
	strict(d.doc["components"])
	strict(d.doc["paths"])
	d.compiler.AssertFormat()
	w.Must(d.compiler.AddResource("mem:openapi.json", d.doc))
	return d
}

// strict forbids fields that a schema does not name.
func strict(v any) {
	switch v := v.(type) {
	case object:
		if _, has := v["properties"]; has && v["type"] == "object" {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			strict(inner)
		}
	case []any:
		for _, inner := range v {
			strict(inner)
		}
	}
}

func pointer(parts ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	p := "mem:openapi.json#"
	for _, part := range parts {
		p += "/" + escape.Replace(part)
	}
	return p
}

// meets checks an answer to a request against the document: the status has an answer of its
// own or the default one, and the body is what its schema says.
func (d *described) meets(path, method string, a servertest.Answer) {
	d.w.Helper()
	op, ok := d.doc["paths"].(object)[path].(object)[method].(object)
	if !ok {
		d.w.Errorf("the document has no %s of %s", method, path)
		return
	}
	status := itoa(a.Status)
	responses := op["responses"].(object)
	if responses[status] == nil {
		if a.Status < 400 {
			d.w.Errorf("%s %s: the document has no answer %s", method, path, status)
			return
		}
		status = "default"
	}
	at := []string{"paths", path, method, "responses", status}
	response := responses[status].(object)
	if ref, ok := response["$ref"].(string); ok {
		at = strings.Split(strings.TrimPrefix(ref, "#/"), "/")
		response = d.doc["components"].(object)["responses"].(object)[at[2]].(object)
	}
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if response["content"].(object)[kind] == nil {
		d.w.Errorf("%s %s: %s answers with %q, which the document does not have", method, path, status, kind)
		return
	}
	if kind != "application/json" {
		return
	}
	schema, err := d.compiler.Compile(pointer(append(at, "content", kind, "schema")...))
	d.w.Must(err)
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.Body))
	d.w.Must(err)
	if err := schema.Validate(body); err != nil {
		d.w.Errorf("%s %s: %s: %v\n%s", method, path, status, err, a.Body)
	}
}

func itoa(n int) string { data, _ := json.Marshal(n); return string(data) }

func TestEachAnswerIsWhatTheOpenAPIDocumentSays(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 4, Wait: brief, AnotherListing: true})
	d := w.described()
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		template := strings.Replace(path, "ping", "{slug}", 1)
		d.meets(template, "get", w.Get(path, nil).Wants(402))
		d.meets(template, "post", w.Do("POST", path, nil).Wants(402))
		d.meets(template, "get", w.Get(path+"?quantity=0", nil).Wants(400))
		d.meets(template, "post", w.Post("POST", path, `{"quantity":1}`, nil).Wants(402))
		d.meets(template, "post", w.Post("POST", path, `{"recipient":"0x"}`, nil).Wants(400))
		d.meets(template, "post", w.Post("POST", path, `<a/>`, servertest.Header{"Content-Type": "application/xml"}).Wants(415))
		d.meets(template, "get", w.Get(path+"?qty=2", nil).Wants(400))
		d.meets(template, "get", w.Get(path, servertest.Header{"X-PAYMENT": "!"}).Wants(400))
	}
	d.meets("/launches/{slug}/mint", "get", w.Get("/launches/none/mint", nil).Wants(404))
	k := w.Payer(1000)
	s := w.Sign(k, "/mint", 2)
	w.Mining.Store(false)
	d.meets("/mint", "get", w.Pay("/mint", s).Wants(202))
	d.meets("/orders/{id}", "get", w.Get("/orders/"+w.ID(s).String(), nil).Wants(202))
	w.Mining.Store(true)
	w.Eventually("minted", func() bool { return w.Get("/orders/"+w.ID(s).String(), nil).Status == 200 })
	d.meets("/mint", "get", w.Pay("/mint", s).Wants(200))
	d.meets("/mint", "post", w.Do("POST", "/mint", servertest.Paid(s)).Wants(200))
	d.meets("/mint", "get", w.Pay("/mint?quantity=2", s).Wants(409))
	d.meets("/orders/{id}", "get", w.Get("/orders/"+w.ID(s).String(), nil).Wants(200))
	d.meets("/orders/{id}", "get", w.Get("/orders/0x00", nil).Wants(400))
	d.meets("/orders/{id}", "get", w.Get("/orders/0x"+strings.Repeat("0", 64), nil).Wants(404))
	named := w.Sign(w.Payer(1000), "/mint", 2)
	key := servertest.Header{"Idempotency-Key": "one-purchase", named.Header: named.Value}
	w.Eventually("minted under its key", func() bool { return w.Do("POST", "/mint", key).Status == 200 })
	d.meets("/mint", "post", w.Do("POST", "/mint", key).Wants(200))
	refused := w.Sign(w.Payer(0), "/mint", 1)
	d.meets("/mint", "get", w.Pay("/mint", refused).Wants(402))
	for path, template := range map[string]string{"/launches": "", "/launches/ping": "/launches/{slug}", "/launches/ping/solvency": "/launches/{slug}/solvency",
		"/launches/ping/stats": "/launches/{slug}/stats", "/launches/ping/minters": "/launches/{slug}/minters", "/launches/ping/minters.csv": "/launches/{slug}/minters.csv", "/launches/ping/holders": "/launches/{slug}/holders", "/launches/ping/payers/" + servertest.Account(k).Hex(): "/launches/{slug}/payers/{payer}", "/tokenlist.json": "", "/l/ping/contract.json": "/l/{slug}/contract.json",
		"/l/ping/token.json": "/l/{slug}/token.json", "/l/ping/history.json": "/l/{slug}/history.json", "/orders": "", "/orders?state=mined&limit=1": "/orders", "/healthz": "", "/readyz": "", "/readyz?launch=ping": "/readyz", "/metrics": ""} {
		if template == "" {
			template = path
		}
		d.meets(template, "get", w.Get(path, nil).Wants(200))
	}
	d.meets("/orders", "get", w.Get("/orders?limit=0", nil).Wants(400))
	d.meets("/launches/{slug}", "get", w.Get("/launches/none", nil).Wants(404))
	d.meets("/launches/{slug}/payers/{payer}", "get", w.Get("/launches/ping/payers/0x12", nil).Wants(400))
	d.meets("/launches/{slug}/holders.csv", "get", w.Get("/launches/ping/holders.csv", nil).Wants(503))
	d.meets("/launches/{slug}/minters", "get", w.Get("/launches/ping/minters?page=0", nil).Wants(400))
	w.Pay("/mint?quantity=2", w.Sign(k, "/mint?quantity=2", 2))
	w.Eventually("sold out", func() bool { return w.Get("/launches/ping/mint", nil).Status == 410 })
	d.meets("/launches/{slug}/mint", "get", w.Get("/launches/ping/mint", nil).Wants(410))
	d.meets("/mint", "get", w.Get("/mint", nil).Wants(402))
	d.meets("/events", "get", w.Get("/events?limit=3", nil).Wants(200))
	d.meets("/events", "get", w.Get("/events?after="+servertest.Decode[api.Events](w.Get("/events", nil)).Next, nil).Wants(200))
	d.meets("/events", "get", w.Get("/events?wait=26", nil).Wants(400))
	d.meets("/events", "get", w.Get("/events?after=1000000", nil).Wants(410))
	d.meets("/mint", "get", w.Raw("DELETE /mint HTTP/1.1\r\nHost: x\r\n\r\n").Wants(405))
}

func TestTheAnswersOfMCPAndOfProofsAreWhatTheOpenAPIDocumentSays(t *testing.T) {
	w := proving(t, proof.StyleEIP712, servertest.Sale{Configure: withMCP})
	d := w.described()
	receipt := w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	d.meets("/mint", "get", receipt)
	signed, err := json.Marshal(servertest.Decode[api.Receipt](receipt).Proof)
	w.Must(err)
	verify := func(body string) servertest.Answer { return w.Post("POST", "/receipts/verify", body, nil) }
	d.meets("/receipts/verify", "post", verify(string(signed)).Wants(200))
	d.meets("/receipts/verify", "post", verify(`{"a":1}`).Wants(400))
	d.meets("/receipts/verify", "post", w.Post("POST", "/receipts/verify", "x", servertest.Header{"Content-Type": "text/plain"}).Wants(415))
	for _, path := range []string{"/.well-known/did.json", "/.well-known/jwks.json"} {
		d.meets(path, "get", w.Get(path, nil).Wants(200))
	}
	d.meets("/facilitator/supported", "get", w.Get("/facilitator/supported", nil).Wants(200))
	body := w.body(w.Sign(w.Payer(100), "/mint", 2), w.Launch, 1)
	foreign := w.body(w.Sign(w.Payer(100), "/mint", 2), w.Launch, 1, func(_, r fields) { r["network"] = "eip155:1" })
	for _, call := range []string{"verify", "settle"} {
		for status, asked := range map[int]string{200: body, 400: "{}", 403: foreign} {
			d.meets("/facilitator/"+call, "post", w.Post("POST", "/facilitator/"+call, asked, nil).Wants(status))
		}
	}
	say := func(body string) servertest.Answer {
		return w.Post("POST", "/mcp", body, servertest.Header{"Accept": "application/json, text/event-stream"})
	}
	d.meets("/mcp", "post", say(`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}`).Wants(200))
	d.meets("/mcp", "post", say(`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"mint","arguments":{}}}`).Wants(200))
	d.meets("/mcp", "post", say(`[]`).Wants(400))
	if a := say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`).Wants(202); len(a.Body) > 0 {
		t.Errorf("a notification is answered with %s", a.Body)
	}
}

func withMCP(s *server.Server) { s.Features.MCP = true }

// undescribed are routes for people, for tests, or that are documents themselves.
var undescribed = append(discovery.Paths(), "/", "/assets/:name", "/l/:slug", "/l/:slug/share.png", "/l/:slug/card.png", "/r/:id", "/r/:id/share.png", "/r/:id/card.png", "/share.png", "/card.png", "/oembed", "/l/:slug/share", "/r/:id/share", "/l/:slug/qr.svg", "/l/:slug/qr.png", "/r/:id/qr.svg", "/r/:id/qr.png", "/badge/:name", "/embed/:slug", "/site.webmanifest", "/media/:name", "/avatars/:name", "/l/:slug/logo-32.png", "/l/:slug/logo-256.png", "/l/:slug/minters", "/l/:slug/holders", "/demo/fund", "/mint/", "/launches/:slug/mint/")

func TestEveryRouteForProgramsIsInTheOpenAPIDocument(t *testing.T) {
	w := proving(t, proof.StyleJWS, servertest.Sale{Configure: withMCP})
	paths := w.described().doc["paths"].(object)
	seen := map[string]bool{}
	for _, r := range server.Routes(w.Server) {
		method, path := strings.ToLower(r[0]), r[1]
		if slices.Contains(undescribed, path) || strings.HasPrefix(path, "/admin") || method != "get" && method != "post" {
			continue
		}
		template := strings.NewReplacer(":slug", "{slug}", ":id", "{id}", ":payer", "{payer}").Replace(path)
		seen[method+template] = true
		if item, ok := paths[template].(object); !ok || item[method] == nil {
			t.Errorf("%s %s is not in the document", r[0], path)
		}
	}
	for path, item := range paths {
		for method := range item.(object) {
			if !seen[method+path] {
				t.Errorf("the document has %s %s, and there is no such route", method, path)
			}
		}
	}
}

// TestEveryFieldOfAnAnswerIsInItsSchema compares the shapes with the document, so that
// fields that are rarely set are described too.
func TestEveryFieldOfAnAnswerIsInItsSchema(t *testing.T) {
	w := open(t, servertest.Sale{})
	schemas := w.described().doc["components"].(object)["schemas"].(object)
	var types []any
	for _, known := range mint.ChangeTypes {
		types = append(types, string(known))
	}
	named := schemas["Event"].(object)["properties"].(object)["type"].(object)["enum"].([]any)
	if byName := func(a, b any) int { return strings.Compare(a.(string), b.(string)) }; !slices.Equal(slices.SortedFunc(slices.Values(named), byName), slices.SortedFunc(slices.Values(types), byName)) {
		t.Errorf("types of events: %v, and there are %v", named, types)
	}
	for name, shape := range map[string]any{"Receipt": api.Receipt{}, "Launch": api.Launch{}, "Solvency": api.Solvency{}, "Stats": api.Stats{}, "PayerMints": api.PayerMints{}, "Minters": people.Minters{}, "Minter": people.Minter{}, "MintRef": people.MintRef{}, "Fresh": people.Fresh{}, "Groups": people.Groups{}, "Holders": people.Holders{}, "Holder": people.Holder{}, "Readiness": api.Readiness{},
		"Fault": api.Fault{}, "Reason": mint.Fault{}, "Block": api.Block{}, "Price": api.Price{}, "Asset": api.Asset{}, "Problem": api.Problem{}, "Launches": api.Launches{}, "Profile": api.Profile{}, "Link": api.Link{}, "Receipts": api.Receipts{},
		"Signed": proof.Signed{}, "Report": proof.Report{}, "Events": api.Events{}, "Event": api.Event{}, "EventData": api.EventData{}} {
		schema := schemas[name].(object)
		properties := schema["properties"].(object)
		required, _ := schema["required"].([]any)
		for _, f := range reflect.VisibleFields(reflect.TypeOf(shape)) {
			tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || f.Anonymous || tag == "-" {
				continue
			}
			if properties[tag] == nil {
				t.Errorf("%s lacks the field %s", name, tag)
			}
			optional := strings.Contains(options, "omit") || name == "Readiness" && len(f.Index) > 1 // not of several chains
			if !optional && !slices.Contains(required, any(tag)) {
				t.Errorf("%s: %s is always there and not required", name, tag)
			}
		}
	}
}

func TestTheFrontAnswersInTheFormThatIsAskedFor(t *testing.T) {
	w := open(t, servertest.Sale{})
	for accept, want := range map[string]string{
		"text/html,application/xhtml+xml,*/*;q=0.8": "text/html",
		"*/*":              "text/html",
		"":                 "text/html",
		"image/png":        "text/html",
		"application/json": "application/json",
		"application/json, text/plain;q=0.9, */*;q=0.8": "application/json",
		"text/markdown": "text/markdown",
		"text/plain":    "text/plain",
		"text/markdown;q=0.9, application/json;q=0.1":             "text/markdown",
		"text/html;q=0.2, application/json;q=0.9, text/plain;q=0": "application/json",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			a := w.Do(method, "/", servertest.Header{"Accept": accept}).Wants(200).Has("Link", discovery.Link)
			if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, want) {
				t.Errorf("%s, Accept %q: %q, want %q", method, accept, kind, want)
			}
			if !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Accept") {
				t.Errorf("%s, Accept %q: Vary %q", method, accept, a.Header.Values("Vary"))
			}
		}
	}
	if list := servertest.Decode[api.Launches](w.Get("/", servertest.Header{"Accept": "application/json"})); len(list.Launches) != 1 {
		t.Errorf("%+v", list)
	}
}

func TestDocumentsAreCachedAndKnownByTheirTag(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Features = discovery.Features{MCP: true, MPP: true, Farcaster: manifest(t, "mint.example"), Name: "A shop with a name that is too long"}
	}})
	for _, path := range discovery.Paths() {
		a := w.Get(path, nil).Wants(200).Has("Cache-Control", "public, max-age=300").Has("Access-Control-Allow-Origin", "*")
		tag := a.Header.Get("ETag")
		w.Get(path, servertest.Header{"If-None-Match": `"x", W/` + tag}).Wants(304).Has("ETag", tag)
		w.Get(path, servertest.Header{"If-None-Match": `"x"`}).Wants(200)
		if head := w.Do("HEAD", path, nil).Wants(200).Has("ETag", tag).Has("Content-Type", a.Header.Get("Content-Type")); len(head.Body) != 0 {
			t.Errorf("HEAD %s has a body", path)
		}
	}
	w.Get("/llms.txt", nil).Has("Content-Type", "text/plain; charset=utf-8")
	w.Get("/favicon.ico", nil).Has("Content-Type", "image/x-icon")
	if icon, err := png.Decode(bytes.NewReader(w.Get("/icon.png", nil).Body)); err != nil || icon.Bounds().Dx() != 256 {
		t.Errorf("the icon: %v, %v", icon, err)
	}
	plain := open(t, servertest.Sale{})
	if text := string(plain.Get("/openapi.json", nil).Body); strings.Contains(text, "did.json") {
		t.Error("the document has the keys of a server without keys")
	}
	plain.Get("/.well-known/farcaster.json", nil).Wants(404).Problem("not_found")
	plain.Get("/.well-known/mpp", nil).Wants(404).Problem("not_found")
	plain.Get("/.well-known/mcp/server-card.json", nil).Wants(404).Problem("not_found")
}

func TestADelistedLaunchLeavesTheDocumentsWithinSeconds(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	if text := string(w.Get("/.well-known/x402", nil).Body); !strings.Contains(text, `"GET `+w.URL+`/launches/ping/mint"`) {
		t.Fatalf("%s", text)
	}
	w.setDelisted("ping", true)
	w.Eventually("ping is gone", func() bool {
		return !strings.Contains(string(w.Get("/.well-known/x402", nil).Body), "/launches/ping/") &&
			!strings.Contains(string(w.Get("/llms.txt", nil).Body), "/launches/ping/") && !strings.Contains(string(w.Get("/sitemap.xml", nil).Body), "/l/ping")
	})
	if text := string(w.Get("/.well-known/x402", nil).Body); !strings.Contains(text, `"GET `+w.URL+`/mint"`) {
		t.Errorf("/mint now sells the other launch: %s", text)
	}
}

func TestThe402OfEachMethodCarriesItsOwnBazaarFormAndStaysSmall(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, method := range []string{"GET", "POST"} {
		for _, path := range []string{"/mint", "/launches/ping/mint", "/mint?quantity=3"} {
			a := w.Do(method, path, nil).Wants(402).Has("Link", discovery.Link)
			header := a.Header.Get(x402.HeaderPaymentRequired)
			if len(header) > 2300 { // about 400 of them are the payment identifier
				t.Errorf("%s %s: the header has %d bytes", method, path, len(header))
			}
			data, err := base64.StdEncoding.DecodeString(header)
			w.Must(err)
			var required object
			w.Must(json.Unmarshal(data, &required))
			input := required["extensions"].(object)["bazaar"].(object)["info"].(object)["input"].(object)
			if input["method"] != method || required["resource"].(object)["serviceName"] != "mint402" || required["resource"].(object)["iconUrl"] != nil {
				t.Errorf("%s %s: %s", method, path, data)
			}
			v1 := struct {
				Accepts []struct {
					OutputSchema struct {
						Input struct {
							Method       string
							Discoverable bool
						}
					}
				}
			}{}
			w.Must(json.Unmarshal(a.Body, &v1))
			if got := v1.Accepts[0].OutputSchema.Input; got.Method != method || !got.Discoverable {
				t.Errorf("%s %s: %s", method, path, a.Body)
			}
		}
	}
}
