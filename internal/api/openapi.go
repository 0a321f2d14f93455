package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

var described = sync.OnceValue(OpenAPI)

// OpenAPI is the description of everything here (OpenAPI 3.1), docs/openapi.json.
func OpenAPI() []byte {
	raw, err := (&Server{}).routes(http.NewServeMux()).OpenAPI().MarshalJSON()
	var out bytes.Buffer
	if err == nil {
		err = json.Indent(&out, raw, "", "  ")
	}
	if err != nil {
		panic(err) // of types that are all known when this is compiled
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// describe adds what the library cannot know: what is not JSON, and that fields may be added.
func describe(o *huma.OpenAPI) {
	for _, s := range o.Components.Schemas.Map() {
		s.AdditionalProperties = nil
	}
	text := func(kind string) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string"}}}
	}
	other := map[string]*huma.Response{"default": {Description: "Error", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}}}
	add := func(path, id, summary, kind string, parameters ...*huma.Param) {
		o.Paths[path] = &huma.PathItem{Get: &huma.Operation{OperationID: id, Summary: summary, Parameters: parameters,
			Responses: map[string]*huma.Response{"200": {Description: "OK", Content: text(kind)}, "default": other["default"]}}}
	}
	whole := &huma.Schema{Type: "integer", Format: "int64"}
	address := &huma.Schema{Type: "string", Pattern: "^0x[0-9a-fA-F]{40}$"}
	add("/v1/rewards/{hash}", "getDistribution", "A distribution's canonical bytes (docs/protocol.md §8), whose keccak256 is the hash", "application/octet-stream",
		&huma.Param{Name: "hash", In: "path", Required: true, Schema: &huma.Schema{Type: "string", Pattern: "^0x[0-9a-fA-F]{64}$"}})
	add("/v1/sets/{set}/proofs/{account}", "getProofs", "An account's leaves under the roots that stand, with their proofs", "application/json",
		&huma.Param{Name: "set", In: "path", Required: true, Schema: whole}, &huma.Param{Name: "account", In: "path", Required: true, Schema: address})
	add("/v1/events", "listenEvents", "What just happened, as server-sent events; data is an Event", "text/event-stream",
		&huma.Param{Name: "after", In: "query", Description: "id of the last event that one has; 0: all that are kept", Schema: whole})
}
