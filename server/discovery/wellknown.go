package discovery

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// maxEntries is how many bytes the entries for launches may have in a document. Registries
// read 64 KB. Launches beyond that are at /launches.
const maxEntries = 48 << 10

// encode returns the text of a document: a line of JSON.
func encode(v any) ([]byte, error) {
	data, err := x402.Marshal(v)
	return append(data, '\n'), err
}

// target is a path that can be paid, and its launch.
type target struct {
	path   string
	launch mint.Launch
}

// targets returns the paths that ask for payment now: those of launches with a price. /mint
// is the first if its launch has one.
func (s *Site) targets() []target {
	var all []target
	if l, ok := s.byDefault(); ok {
		all = append(all, target{"/mint", l})
	}
	for _, l := range s.onSale() {
		all = append(all, target{mintPath(l), l})
	}
	return all
}

// wellKnownX402 lists the resources that can be paid, each with its method: without one,
// readers take it for a POST. Free routes are left out.
func (s *Site) wellKnownX402() ([]byte, error) {
	resources, forMPP := []string{}, []string{}
	size := 0
	for _, t := range s.targets() {
		u := s.URL + t.path
		if size += 3*len(u) + 40; size > maxEntries {
			break
		}
		resources = append(resources, "GET "+u, "POST "+u)
		forMPP = append(forMPP, u)
	}
	doc := object{"version": 1, "resources": resources, "description": summary, "ownershipProofs": []string{}, "instructions": s.guidance()}
	if s.MPP {
		doc["mppResources"] = forMPP
	}
	return encode(doc)
}

// wellKnownMPP lists the same for readers of the Payment scheme.
func (s *Site) wellKnownMPP() ([]byte, error) {
	endpoints := []object{}
	size := 0
	for _, t := range s.targets() {
		for _, method := range []string{"GET", "POST"} {
			e := object{"method": method, "path": t.path, "description": sells(t.launch), "payment": object{
				"intent": "charge", "method": "evm", "amount": t.launch.Price.String(), "currency": t.launch.Asset.Address.Hex()}}
			data, err := encode(e)
			if err != nil {
				return nil, err
			}
			if size += len(data); size <= maxEntries {
				endpoints = append(endpoints, e)
			}
		}
	}
	return encode(object{"version": 1, "name": "mint402", "description": summary, "categories": []string{"web3", "tokens"},
		"methods": object{"evm": object{"intents": []string{"charge"}}}, "endpoints": endpoints,
		"docs": object{"homepage": s.URL, "apiReference": s.URL + "/openapi.json"}})
}

// serverCard describes the MCP server (SEP-2127).
func (s *Site) serverCard() ([]byte, error) {
	return encode(object{
		"$schema": "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
		"name":    reversed(s.URL) + "/mcp", "version": s.Version, "title": "mint402", "description": "Lists token launches and mints from them for a payment.",
		"remotes": []object{{"type": "streamable-http", "url": s.URL + "/mcp"}},
	})
}

// reversed returns the host of an origin with its labels reversed, as names of MCP servers
// have it: "example.mint" for https://mint.example.
func reversed(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return "localhost"
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return strings.ReplaceAll(u.Hostname(), ":", "-")
	}
	labels := strings.Split(u.Hostname(), ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".")
}

const farcasterPath = "/.well-known/farcaster.json"

// farcasterManifest is the operator's. Farcaster's web clients show a mini app in a frame, so it
// opens with a widget: no other page of ours can be framed.
func (s *Site) farcasterManifest() ([]byte, error) {
	home := s.URL + "/"
	if s.Default.Slug != "" {
		home = s.URL + "/embed/" + s.Default.Slug
	}
	return s.Farcaster.JSON(s.Name, home)
}

// apiCatalog links to the documents (RFC 9727, a linkset of RFC 9264).
func (s *Site) apiCatalog() ([]byte, error) {
	at := func(path, kind string) []object { return []object{{"href": s.URL + path, "type": kind}} }
	entry := object{"anchor": s.URL + "/", "service-desc": at("/openapi.json", "application/json"),
		"service-doc": at("/llms.txt", "text/plain"), "status": at("/readyz", "application/json")}
	return encode(object{"linkset": []object{entry}})
}
