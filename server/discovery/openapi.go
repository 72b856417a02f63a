package discovery

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// skeleton is the OpenAPI document without what depends on the site. It has the GET of
// /mint; [Site.openAPI] makes the three other ways to mint from it.
//
//go:embed openapi.json
var skeleton []byte

// openAPI returns the OpenAPI 3.1 document. It is also read by agentcash (x-payment-info's
// price and protocols) and by clients of the Payment scheme (draft-payment-discovery-00:
// x-payment-info's offers).
func (s *Site) openAPI() ([]byte, error) {
	var doc object
	if err := json.Unmarshal(skeleton, &doc); err != nil {
		return nil, fmt.Errorf("read openapi.json: %w", err) // it is embedded
	}
	info := doc["info"].(object)
	info["version"], info["x-guidance"], info["contact"] = s.Version, s.guidance(), object{"url": s.URL}
	doc["servers"] = []object{{"url": s.URL}}
	doc["x-service-info"].(object)["docs"] = s.docs()
	if s.Demo {
		info["description"] = info["description"].(string) + " This is a demo: its money has no value."
	}
	paths := doc["paths"].(object)
	if !s.MCP {
		delete(paths, "/mcp")
	}
	if !s.Facilitator {
		for _, call := range []string{"supported", "verify", "settle"} {
			delete(paths, "/facilitator/"+call)
		}
	}
	if !s.Proofs {
		delete(paths, "/.well-known/did.json")
		delete(paths, "/.well-known/jwks.json")
	}
	get := paths["/mint"].(object)["get"].(object)
	var first, forSale []mint.Launch
	if l, ok := s.byDefault(); ok {
		first = []mint.Launch{l}
	}
	forSale = s.onSale()
	var limit int64
	if !s.Default.Delisted {
		limit = s.Default.Limit
	}
	slug := paths["/launches/{slug}"].(object)["get"].(object)["parameters"].([]any)[0]
	paths["/mint"] = object{"get": s.operation(get, "mint", "the default launch", nil, limit, first),
		"post": posted(s.operation(get, "mintByPost", "the default launch", nil, limit, first), limit)}
	paths["/launches/{slug}/mint"] = object{"get": s.operation(get, "mintOf", "a launch", slug, 0, forSale),
		"post": posted(s.operation(get, "mintOfByPost", "a launch", slug, 0, forSale), 0)}
	return encode(doc)
}

// docs are where people and programs read more.
func (s *Site) docs() object {
	return object{"homepage": s.URL, "llms": s.URL + "/llms.txt", "apiReference": s.URL + "/openapi.json"}
}

// operation returns a copy of the GET of /mint for one path and method, with its price if
// one of the launches has one.
func (s *Site) operation(get object, id, of string, slug any, limit int64, launches []mint.Launch) object {
	op := maps.Clone(get)
	op["operationId"], op["summary"] = id, "Mint tokens of "+of
	parameters := slices.Clone(get["parameters"].([]any))
	if limit > 0 {
		quantity := maps.Clone(parameters[0].(object))
		quantity["schema"] = object{"type": "integer", "minimum": 1, "maximum": limit, "default": 1}
		parameters[0] = quantity
	}
	if slug != nil {
		parameters = append([]any{slug}, parameters...)
	}
	responses := maps.Clone(get["responses"].(object))
	responses["404"] = object{"$ref": "#/components/responses/Problem"} // no such launch, or no launch at all
	op["parameters"], op["responses"] = parameters, responses
	if s.MPP {
		s.addChallenge(responses, op)
	}
	if len(launches) == 0 {
		op["description"] = "There is no price here now: sold out, closed, or not open yet; /launches shows which. " + op["description"].(string)
		return op
	}
	op["x-payment-info"] = s.paymentInfo(launches)
	return op
}

// addChallenge adds the Payment scheme's headers, and its type of the 402's body.
func (s *Site) addChallenge(responses, op object) {
	text := func(description string) object {
		return object{"description": description, "schema": object{"type": "string"}}
	}
	add := func(status, name, description string) {
		r := maps.Clone(responses[status].(object))
		headers := maps.Clone(r["headers"].(object))
		headers[name] = text(description)
		r["headers"] = headers
		responses[status] = r
	}
	add("402", "WWW-Authenticate", "The price as a challenge of the scheme Payment.")
	add("200", "Payment-Receipt", "The receipt of the scheme Payment: base64url of JSON.")
	content := responses["402"].(object)["content"].(object)
	responses["402"].(object)["content"] = object{"application/json": content["application/json"], "application/problem+json": content["application/json"]}
	op["security"] = []object{{}}
}

// posted turns a GET into the POST: the quantity may also be in a JSON body.
func posted(op object, limit int64) object {
	quantity := object{"type": "integer", "minimum": 1, "default": 1}
	if limit > 0 {
		quantity["maximum"] = limit
	}
	body := object{
		"schema":  object{"type": "object", "properties": object{"quantity": quantity}, "additionalProperties": false},
		"example": object{"quantity": 1},
	}
	op["requestBody"] = object{"required": false, "content": object{"application/json": body, "application/x-www-form-urlencoded": body}}
	responses := op["responses"].(object)
	responses["415"] = object{"$ref": "#/components/responses/Problem"}
	return op
}

// paymentInfo is the extension x-payment-info of an operation that sells these launches:
// the price of one allotment. It has a price in a currency only if all launches are paid in
// one asset of a known currency, and an offer's amount only if all have the same price.
func (s *Site) paymentInfo(launches []mint.Launch) object {
	protocols := []object{{"x402": object{}}}
	assets := assetsOf(launches)
	if s.MPP {
		var offers []object
		for _, a := range assets {
			protocols = append(protocols, object{"mpp": object{"method": "evm", "intent": "charge", "currency": a.asset.Address.Hex()}})
			offer := object{"intent": "charge", "method": "evm", "amount": nil, "currency": a.asset.Address.Hex(), "description": "for one allotment; times the quantity"}
			if a.least.Cmp(a.most) == 0 {
				offer["amount"] = a.least.String()
			}
			offers = append(offers, offer)
		}
		info := object{"protocols": protocols, "offers": offers}
		addPrice(info, assets)
		return info
	}
	info := object{"protocols": protocols}
	addPrice(info, assets)
	return info
}

// assetPrices are the prices of the launches that are paid in one asset.
type assetPrices struct {
	chain       uint64
	asset       x402.Asset
	least, most *big.Int
}

// assetsOf returns the assets of launches, in order of appearance.
func assetsOf(launches []mint.Launch) []assetPrices {
	var all []assetPrices
	for _, l := range launches {
		i := slices.IndexFunc(all, func(a assetPrices) bool { return a.chain == l.ChainID && a.asset.Address == l.Asset.Address })
		if i < 0 {
			all = append(all, assetPrices{l.ChainID, l.Asset, l.Price, l.Price})
			continue
		}
		if l.Price.Cmp(all[i].least) < 0 {
			all[i].least = l.Price
		}
		if l.Price.Cmp(all[i].most) > 0 {
			all[i].most = l.Price
		}
	}
	return all
}

// addPrice adds the price for agentcash: ISO 4217, and amounts in whole units.
func addPrice(info object, assets []assetPrices) {
	if len(assets) != 1 {
		return
	}
	a := assets[0]
	currency, known := currencies[a.asset.Symbol]
	switch {
	case !known:
	case a.least.Cmp(a.most) == 0:
		info["price"] = object{"mode": "fixed", "amount": a.asset.Format(a.least), "currency": currency}
	default:
		info["price"] = object{"mode": "dynamic", "min": a.asset.Format(a.least), "max": a.asset.Format(a.most), "currency": currency}
	}
}
