package app

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"lianou/channels"
)

// describe writes the OpenAPI document of the routes.
func (c *Channel) describe() ([]byte, error) { return json.MarshalIndent(c.document(), "", " ") }

func (c *Channel) document() *huma.OpenAPI {
	reg := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "莲藕 求助", Version: "1", Description: "The citizens' door. Errors are RFC 9457 problems with a stable code " +
			"and one Chinese sentence for the person. 202 means: safe with us, being registered."},
		Servers: []*huma.Server{{URL: "/c/app"}},
		Components: &huma.Components{Schemas: reg, SecuritySchemes: map[string]*huma.SecurityScheme{
			"citizen": {Type: "http", Scheme: "bearer", Description: "The token of a log-in, five minutes long"},
		}},
	}
	problem := reg.Schema(of[channels.Problem](), true, "")
	for _, r := range c.routes() {
		doc.AddOperation(r.operation(reg, problem))
	}
	// The facts are described by a contract of their own.
	if form, ok := reg.Map()["Form"]; ok {
		form.Properties["household"] = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true,
			Description: "Facts of the household: household.schema.json without on and county, which we fill. An unknown fact is left out."}
	}
	if now, ok := reg.Map()["Interview"]; ok { // null until the end
		now.Properties["summary"] = &huma.Schema{OneOf: []*huma.Schema{now.Properties["summary"], {Type: "null"}}}
	}
	return doc
}

func (r route) operation(reg huma.Registry, problem *huma.Schema) *huma.Operation {
	op := &huma.Operation{
		Method: r.endpoint.Method, Path: r.endpoint.Path, Summary: r.summary,
		OperationID: strings.ToLower(r.endpoint.Method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(r.endpoint.Path),
		Responses:   map[string]*huma.Response{},
	}
	if !r.open {
		op.Security = []map[string][]string{{"citizen": {}}}
	}
	if strings.Contains(r.endpoint.Path, "{receipt}") {
		op.Parameters = []*huma.Param{{Name: "receipt", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Pattern: "^[0-9]{10}$"}}}
	}
	if strings.Contains(r.endpoint.Path, "{id}") {
		op.Parameters = []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}}}
	}
	for name, kind := range map[string]string{"place": huma.TypeString, "notice": huma.TypeInteger} {
		if strings.Contains(r.endpoint.Path, "{"+name+"}") {
			op.Parameters = []*huma.Param{{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: kind}}}
		}
	}
	op.Parameters = append(op.Parameters, r.params()...)
	if r.in != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: content("application/json", reg.Schema(r.in, true, ""))}
	}
	if r.upload {
		op.RequestBody = &huma.RequestBody{Required: true, Content: content("multipart/form-data", &huma.Schema{
			Type: huma.TypeObject, Required: []string{"kind", "file"}, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{
				"kind":   {Type: huma.TypeString, Enum: []any{"id_front", "id_back", "hukou", "other", channels.KindStrokes}},
				"file":   {Type: huma.TypeString, Format: "binary"},
				"stated": {Type: huma.TypeString, Description: "With a photo of an ID card: the number the person wrote already. Another one on the card is spoken of, and changes nothing"},
			},
		})}
	}
	if r.voice {
		op.RequestBody = &huma.RequestBody{Required: true, Content: content("multipart/form-data", &huma.Schema{
			Type: huma.TypeObject, Required: []string{"file"}, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}},
		})}
	}
	for status, t := range r.out {
		answer := &huma.Response{Description: http.StatusText(status)}
		if t != nil {
			answer.Content = content("application/json", reg.Schema(t, true, ""))
		}
		op.Responses[strconv.Itoa(status)] = answer
	}
	if r.tagged {
		op.Responses["304"] = &huma.Response{Description: "Nothing new since the tag that If-None-Match names"}
		op.Responses["200"].Headers = map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: huma.TypeString}}}
	}
	for _, status := range slices.Sorted(slices.Values(r.refuses)) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: content("application/problem+json", problem)}
	}
	if r.moved {
		op.Responses["409"] = &huma.Response{Description: http.StatusText(http.StatusConflict), Content: content("application/problem+json", reg.Schema(of[channels.InterviewProblem](), true, ""))}
	}
	return op
}

// params are the headers and the query of an operation.
func (r route) params() (list []*huma.Param) {
	text := &huma.Schema{Type: huma.TypeString}
	if r.tagged {
		list = append(list, &huma.Param{Name: "If-None-Match", In: "header", Schema: text, Description: "A tag of before: 304 when nothing is new"})
	}
	if r.once {
		list = append(list, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: text, Description: "Chosen once, repeated on retry; of an application the same as the form's key, which may then be left empty"})
	}
	for _, name := range slices.Sorted(maps.Keys(r.query)) {
		list = append(list, &huma.Param{Name: name, In: "query", Schema: text, Description: r.query[name]})
	}
	return list
}

func content(mime string, s *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{mime: {Schema: s}}
}
