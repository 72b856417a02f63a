package discovery

import (
	"net/http"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// object is a JSON object. Its keys are written in order of the alphabet, so two
// documents of the same content have the same bytes.
type object = map[string]any

// Bazaar is the extension "bazaar" of a version 2 402, with which facilitators list a
// resource in their catalogues. Info describes a call and its answer, and Schema (JSON
// Schema 2020-12) what Info may be: a catalogue drops a resource without a word if they do
// not agree.
//
// It has no routeTemplate: with one, a catalogue would fold all launches into one entry,
// with the price of the one that was paid last.
type Bazaar struct {
	Info   object `json:"info"`
	Schema object `json:"schema"`
}

const (
	extensionName = "bazaar"
	draft         = "https://json-schema.org/draft/2020-12/schema"
)

// quantitySchema is that of the only input.
func quantitySchema(l mint.Launch) object {
	return object{"type": "integer", "minimum": 1, "maximum": l.Limit}
}

func input(l mint.Launch) object {
	return object{"type": "object", "properties": object{"quantity": quantitySchema(l)}, "additionalProperties": false}
}

// example is a short form of the answer to a paid request: an api.Receipt has more fields.
// Clients send it back in a header, so two fields have to do.
func example(l mint.Launch) object {
	return object{"state": "mined", "tokens": amount.Tokens(l.Tokens(1))}
}

// oneOf is a constant as an enum of one: readers of the extension look for enum here.
func oneOf(value string) object { return object{"type": "string", "enum": []string{value}} }

func constant(value string) object { return object{"type": "string", "const": value} }

// Extend adds the extension to the 402 of a request, the same for version 1, and what
// catalogues show of the service. It depends only on the request and on configuration.
func (p *Publisher) Extend(r *checkout.Request, required *x402.PaymentRequired) {
	if required.Extensions == nil {
		required.Extensions = map[string]any{}
	}
	required.Extensions[extensionName] = Extension(r.Method, r.Launch)
	required.Resource.Service = Service(p.Presenter.PublicURL)
	if r.Method != checkout.MethodMCP {
		required.OutputSchema = OutputSchema(r.Method, r.Launch)
	}
}

// Extension returns the extension of the 402 to a request for a launch. GET, POST and a
// tool call have a form each.
func Extension(method string, l mint.Launch) Bazaar {
	switch method {
	case checkout.MethodMCP:
		return ofTool(l)
	case http.MethodPost:
		return bazaar(object{"type": "http", "method": method, "bodyType": "json", "body": object{"quantity": 1}},
			object{"type": constant("http"), "method": oneOf(method), "bodyType": oneOf("json"), "body": input(l)},
			[]string{"type", "method", "bodyType", "body"}, l)
	}
	return bazaar(object{"type": "http", "method": method, "queryParams": object{"quantity": 1}},
		object{"type": constant("http"), "method": oneOf(method), "queryParams": input(l)},
		[]string{"type", "method"}, l)
}

// ofTool is the form of the MCP tool mint. A catalogue's key is the URL of the MCP server
// with the tool's name.
func ofTool(l mint.Launch) Bazaar {
	arguments := input(l)
	arguments["properties"].(object)["launch"] = object{"type": "string"}
	call := object{"type": "mcp", "toolName": "mint", "description": plain("Mint tokens: "+sells(l), maxDescription), "transport": "streamable-http",
		"inputSchema": arguments, "example": object{"launch": l.Slug, "quantity": 1}}
	fields := object{"type": constant("mcp"), "toolName": constant("mint"), "description": object{"type": "string"},
		"transport": constant("streamable-http"), "inputSchema": object{"type": "object"}, "example": arguments}
	return bazaar(call, fields, []string{"type", "toolName", "inputSchema"}, l)
}

// maxDescription is how many bytes of a description catalogues take.
const maxDescription = 500

func bazaar(call, fields object, required []string, l mint.Launch) Bazaar {
	return Bazaar{
		Info: object{"input": call, "output": object{"type": "json", "example": example(l)}},
		Schema: object{
			"$schema": draft, "type": "object", "required": []string{"input"},
			"properties": object{
				"input": object{"type": "object", "properties": fields, "required": required, "additionalProperties": false},
				"output": object{"type": "object", "required": []string{"type"}, "properties": object{
					"type":    constant("json"),
					"example": object{"type": "object", "properties": object{"state": object{"type": "string"}, "tokens": object{"type": "string"}}},
				}},
			},
		},
	}
}

// OutputSchema returns the outputSchema of a version 1 requirement, which lists the
// resource in catalogues of version 1. Its output is the example itself.
func OutputSchema(method string, l mint.Launch) map[string]any {
	call := object{"type": "http", "method": method, "discoverable": true}
	fields := object{"quantity": object{"type": "integer", "description": "allotments, 1 to the limit", "required": false}}
	if method == http.MethodPost {
		call["bodyType"], call["bodyFields"] = "json", fields
	} else {
		call["queryParams"] = fields
	}
	return object{"input": call, "output": example(l)}
}
