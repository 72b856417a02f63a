package discovery

import (
	"encoding/json"
	"net/http"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
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
// with the price of whichever was paid last.
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
func example(l mint.Launch) object {
	return object{"state": "mined", "quantity": 1, "tokens": amount.Tokens(l.Tokens(1)), "symbol": plain(l.Symbol, maxText)}
}

func constant(value string) object { return object{"type": "string", "const": value} }

// Extensions returns the extensions of the 402 to a GET or POST of a launch, by name. Both
// methods have their own form.
func Extensions(method string, l mint.Launch) map[string]any {
	call := object{"type": "http", "method": method}
	fields := object{"type": constant("http"), "method": object{"type": "string", "enum": []string{method}}}
	required := []string{"type", "method"}
	if method == http.MethodPost {
		call["bodyType"], call["body"] = "json", object{"quantity": 1}
		fields["bodyType"], fields["body"] = object{"type": "string", "enum": []string{"json"}}, input(l)
		required = append(required, "bodyType", "body")
	} else {
		call["queryParams"] = object{"quantity": 1}
		fields["queryParams"] = input(l)
	}
	return map[string]any{extensionName: bazaar(call, fields, required, l)}
}

// MCPExtensions returns the extensions of the answer of an MCP tool that asks for
// payment. inputSchema is the tool's own, and example are arguments that it accepts.
func MCPExtensions(tool, description string, inputSchema json.RawMessage, example any, l mint.Launch) map[string]any {
	call := object{"type": "mcp", "toolName": tool, "description": plain(description, maxDescription), "transport": "streamable-http", "inputSchema": inputSchema, "example": example}
	fields := object{"type": constant("mcp"), "toolName": constant(tool), "description": object{"type": "string"},
		"transport": object{"type": "string", "enum": []string{"streamable-http", "sse"}}, "inputSchema": object{"type": "object"}, "example": object{"type": "object"}}
	return map[string]any{extensionName: bazaar(call, fields, []string{"type", "toolName", "inputSchema"}, l)}
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
					"type": constant("json"),
					"example": object{"type": "object", "properties": object{"state": object{"type": "string"}, "quantity": object{"type": "integer"},
						"tokens": object{"type": "string"}, "symbol": object{"type": "string"}}},
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
