package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Routes is what OpenAPI describes, for whoever asks everything, or checks answers: a test.
type Routes struct{ api *huma.OpenAPI }

// Described is what a server answers.
func Described() Routes { return Routes{(&Server{}).routes(http.NewServeMux()).OpenAPI()} }

// Route is one of them.
type Route struct {
	Path   string   // with its parameters in braces
	Inputs []string // names of its parameters; those in the path as in Path
}

// All are in the order of OpenAPI's paths, which is no order.
func (r Routes) All() (list []Route) {
	for path, item := range r.api.Paths {
		one := Route{Path: path}
		for _, p := range item.Get.Parameters {
			if p.In == "query" {
				one.Inputs = append(one.Inputs, p.Name)
			}
		}
		list = append(list, one)
	}
	return list
}

// Check says what of an answer is not as it is described.
func (r Routes) Check(path, kind string, status int, body []byte) error {
	name := "default"
	if status == http.StatusOK {
		name = "200"
	}
	media := r.api.Paths[path].Get.Responses[name].Content[kind]
	if media == nil {
		return fmt.Errorf("%s: %d with %s is not described", path, status, kind)
	}
	if !strings.HasSuffix(kind, "json") || media.Schema.Ref == "" {
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var result huma.ValidateResult
	huma.Validate(r.api.Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, value, &result)
	if len(result.Errors) > 0 {
		return fmt.Errorf("%s: %v", path, result.Errors)
	}
	return nil
}
