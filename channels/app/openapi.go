package app

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"lianou/channels"
	"lianou/intake"
)

// route is one operation of the API: what is mounted and what is described come
// from the same line, so neither can be forgotten.
type route struct {
	endpoint channels.Endpoint
	summary  string
	open     bool         // needs no log-in
	in       reflect.Type // JSON body, nil for none
	upload   bool         // multipart body instead
	out      map[int]reflect.Type
	refuses  []int
}

func of[T any]() reflect.Type { return reflect.TypeFor[T]() }

func (c *Channel) routes() []route {
	const small = 8 << 10
	post := func(path string, serve http.HandlerFunc) channels.Endpoint {
		return channels.Endpoint{Method: "POST", Path: path, Serve: serve, MaxBody: small, PerMinute: 60}
	}
	get := func(path string, serve http.HandlerFunc) channels.Endpoint {
		return channels.Endpoint{Method: "GET", Path: path, Serve: serve}
	}
	papers := post("/papers", c.postPapers)
	papers.MaxBody = channels.MaxUpload
	return []route{
		{post("/login/code", c.postCode), "Ask for a log-in code by text message", true, of[codeRequest](), false,
			map[int]reflect.Type{202: of[codeAnswer]()}, []int{422, 429, 503}},
		{post("/login", c.postLogin), "Log in with the code", true, of[loginRequest](), false,
			map[int]reflect.Type{200: of[channels.LoginAnswer]()}, []int{401, 422, 429, 503}},
		{post("/login/refresh", c.postRefresh), "Turn a refresh token into a new pair", true, of[refreshRequest](), false,
			map[int]reflect.Type{200: of[channels.LoginAnswer]()}, []int{401, 503}},
		{post("/logout", c.postLogout), "End this session", false, nil, false, map[int]reflect.Type{204: nil}, []int{401, 503}},
		{get("/form", c.door.ServeForm), "What is asked, with the lists of places and items", true, nil, false,
			map[int]reflect.Type{200: of[channels.FormAnswer]()}, nil},
		{papers, "Upload one photo or signature: parts kind and file", false, nil, true,
			map[int]reflect.Type{201: of[paperAnswer]()}, []int{401, 413, 415, 422, 503}},
		{channels.Endpoint{Method: "POST", Path: "/applications", Parse: c.door.ParseApplication, Reply: c.door.ReplyApplication,
			MaxBody: intake.MaxForm + 1, PerMinute: 60}, "Apply; the key is chosen once by the client and repeated on retry", false, of[intake.Form](), false,
			map[int]reflect.Type{201: of[channels.ReceiptAnswer](), 200: of[channels.ReceiptAnswer](), 202: of[channels.ReceiptAnswer]()}, []int{401, 409, 413, 422, 429, 503}},
		{get("/applications", c.door.ServeApplications), "The citizen's own applications", false, nil, false,
			map[int]reflect.Type{200: of[[]channels.ApplicationAnswer]()}, []int{401, 503}},
		{get("/applications/{receipt}", c.door.ServeApplication), "One application with its timeline", false, nil, false,
			map[int]reflect.Type{200: of[channels.ApplicationAnswer]()}, []int{401, 404, 422, 503}},
	}
}

// describe writes the OpenAPI document of the routes.
func (c *Channel) describe() ([]byte, error) {
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
	problem := huma.SchemaFromType(reg, of[channels.Problem]())
	for _, r := range c.routes() {
		doc.AddOperation(r.operation(reg, problem))
	}
	// The facts are described by a contract of their own.
	if form, ok := reg.Map()["Form"]; ok {
		form.Properties["household"] = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true,
			Description: "Facts of the household: household.schema.json without on and county, which we fill. An unknown fact is left out."}
	}
	return json.MarshalIndent(doc, "", " ")
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
	if r.in != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: content("application/json", huma.SchemaFromType(reg, r.in))}
	}
	if r.upload {
		op.RequestBody = &huma.RequestBody{Required: true, Content: content("multipart/form-data", &huma.Schema{
			Type: huma.TypeObject, Required: []string{"kind", "file"}, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{
				"kind": {Type: huma.TypeString, Enum: []any{"id_front", "id_back", "hukou", "other", channels.KindStrokes}},
				"file": {Type: huma.TypeString, Format: "binary"},
			},
		})}
	}
	for status, t := range r.out {
		answer := &huma.Response{Description: http.StatusText(status)}
		if t != nil {
			answer.Content = content("application/json", huma.SchemaFromType(reg, t))
		}
		op.Responses[strconv.Itoa(status)] = answer
	}
	for _, status := range slices.Sorted(slices.Values(r.refuses)) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: content("application/problem+json", problem)}
	}
	return op
}

func content(mime string, s *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{mime: {Schema: s}}
}
