package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianou/channels/channeltest"
)

// described holds every answer of the API that a test gets to the document: its status is
// named there, and its body is of the schema that stands beside it.
//
// Control: a status left out of routes; a field of an answer renamed in one place.
func (d *door) described(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	c, err := New(Config{}, d.env)
	must(t, err)
	doc := readDocument(t, c.openapi)
	paths := map[string]*regexp.Regexp{}
	for path := range doc.Paths {
		paths[path] = regexp.MustCompile("^/c/app" + regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "[^/]+") + "$")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := httptest.NewRecorder()
		next.ServeHTTP(got, r)
		maps.Copy(w.Header(), got.Header())
		w.WriteHeader(got.Code)
		_, _ = w.Write(got.Body.Bytes())
		for path, form := range paths {
			op, ok := doc.Paths[path][strings.ToLower(r.Method)]
			if !ok || !form.MatchString(r.URL.Path) {
				continue
			}
			if fault := doc.holds(op, got); fault != "" {
				t.Errorf("%s %s: %s", r.Method, path, fault)
			}
		}
	})
}

// document is what of an OpenAPI document says how an answer looks.
type document struct {
	Paths      map[string]map[string]described
	Components struct{ Schemas map[string]map[string]any }
}

type described struct {
	Responses map[string]struct {
		Content map[string]struct{ Schema map[string]any }
	}
}

func readDocument(t *testing.T, raw []byte) (doc document) {
	t.Helper()
	must(t, json.Unmarshal(raw, &doc))
	return doc
}

// holds says in what an answer is not what the document says, "" for nothing.
func (doc document) holds(op described, got *httptest.ResponseRecorder) string {
	answer, ok := op.Responses[fmt.Sprint(got.Code)]
	if !ok {
		return fmt.Sprintf("status %d is not described: %.300s", got.Code, got.Body)
	}
	if len(answer.Content) == 0 {
		if got.Body.Len() > 0 {
			return fmt.Sprintf("%d has a body", got.Code)
		}
		return ""
	}
	mime, _, _ := strings.Cut(got.Header().Get("Content-Type"), ";")
	content, ok := answer.Content[mime]
	if !ok {
		return fmt.Sprintf("%d is %q, described is %v", got.Code, mime, slices.Collect(maps.Keys(answer.Content)))
	}
	var v any
	if err := json.Unmarshal(got.Body.Bytes(), &v); err != nil {
		return err.Error()
	}
	return doc.fits(content.Schema, v, "")
}

// fits holds a value to the part of JSON Schema that the document uses.
func (doc document) fits(s map[string]any, v any, at string) string {
	if ref, ok := s["$ref"].(string); ok {
		return doc.fits(doc.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")], v, at)
	}
	if list, ok := s["oneOf"].([]any); ok {
		fit := 0
		for _, one := range list {
			if doc.fits(one.(map[string]any), v, at) == "" {
				fit++
			}
		}
		if fit != 1 {
			return fmt.Sprintf("%s fits %d of oneOf", at, fit)
		}
		return ""
	}
	kinds, ok := s["type"].([]any)
	if one, single := s["type"].(string); single {
		kinds, ok = []any{one}, true
	}
	if ok && !slices.ContainsFunc(kinds, func(k any) bool { return isKind(k.(string), v) }) {
		return fmt.Sprintf("%s is %.60v and no %v", at, v, kinds)
	}
	if list, ok := s["enum"].([]any); ok && !slices.Contains(list, v) {
		return fmt.Sprintf("%s is %v", at, v)
	}
	switch v := v.(type) {
	case []any:
		items, _ := s["items"].(map[string]any)
		for i, x := range v {
			if fault := doc.fits(items, x, fmt.Sprintf("%s/%d", at, i)); fault != "" {
				return fault
			}
		}
	case map[string]any:
		return doc.fitsObject(s, v, at)
	}
	return ""
}

func (doc document) fitsObject(s, v map[string]any, at string) string {
	required, _ := s["required"].([]any)
	for _, k := range required {
		if _, ok := v[k.(string)]; !ok {
			return at + "/" + k.(string) + " is missing"
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for k, x := range v {
		p, ok := properties[k].(map[string]any)
		if !ok && s["additionalProperties"] == false {
			return at + "/" + k + " is not described"
		}
		if fault := doc.fits(p, x, at+"/"+k); fault != "" {
			return fault
		}
	}
	return ""
}

func isKind(kind string, v any) bool {
	switch v := v.(type) {
	case nil:
		return kind == "null"
	case bool:
		return kind == "boolean"
	case string:
		return kind == "string"
	case float64:
		return kind == "number" || kind == "integer" && v == math.Trunc(v)
	case []any:
		return kind == "array"
	}
	return kind == "object"
}

// The document is seen to be held: an answer with another status, another type or a field
// more is found.
func TestDescribedSeesPlantedFaults(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	c, err := New(Config{}, d.env)
	must(t, err)
	doc := readDocument(t, c.openapi)
	for name, x := range map[string]struct {
		status int
		mime   string
		body   string
		good   bool
	}{
		"as it is":       {202, "application/json", `{"say":"好","ticket":"x"}`, true},
		"another status": {201, "application/json", `{"say":"好","ticket":"x"}`, false},
		"a field more":   {202, "application/json", `{"say":"好","ticket":"x","code":"123456"}`, false},
		"a field less":   {202, "application/json", `{"ticket":"x"}`, false},
		"another type":   {202, "application/json", `{"say":1,"ticket":"x"}`, false},
		"another kind":   {202, "text/html", `{"say":"好","ticket":"x"}`, false},
		"a problem":      {422, "application/problem+json", `{"type":"about:blank","title":"x","status":422,"code":"x"}`, true},
		"half a problem": {422, "application/problem+json", `{"type":"about:blank"}`, false},
	} {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", x.mime)
		w.WriteHeader(x.status)
		_, _ = w.WriteString(x.body)
		if fault := doc.holds(doc.Paths["/login/code"]["post"], w); (fault == "") != x.good {
			t.Errorf("%s: %q", name, fault)
		}
	}
}

// The lists and one's own applications are under tags, in pages, and the same key is the
// same application whether it stands in the header or in the form.
//
// Control: oneKey that prefers the form's; pageAfter that begins again.
func TestKeysTagsAndPages(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	l := d.login(t)
	token := l.Token
	ask := func(method, path, body string, headers ...string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/c/app"+path, strings.NewReader(body))
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w, err := s.Client().Do(r)
		must(t, err)
		return w
	}
	form := channeltest.Form("", string(channeltest.Upload(t, d.env)))
	_, strokes := upload(t, s, token, "strokes", []byte(finger))
	form.Signature.Strokes = strokes["digest"].(string)
	raw, err := json.Marshal(form)
	must(t, err)
	for i, want := range []int{201, 200} {
		if w := ask("POST", "/applications", string(raw), "Idempotency-Key", `"0192c3f0-head-1"`); w.StatusCode != want {
			t.Errorf("try %d: %d %s", i, w.StatusCode, body(t, w))
		}
	}
	form.Key = "0192c3f0-head-1"
	raw, err = json.Marshal(form)
	must(t, err)
	if w := ask("POST", "/applications", string(raw)); w.StatusCode != 200 {
		t.Errorf("the same key in the form: %d", w.StatusCode)
	}
	if w := ask("POST", "/applications", string(raw), "Idempotency-Key", "0192c3f0-head-2"); w.StatusCode != 422 || !strings.Contains(body(t, w), "编号前后不一样") {
		t.Errorf("two keys: %d", w.StatusCode)
	}
	if n := d.count(t, `select count(*) from application`); n != 1 {
		t.Errorf("%d applications", n)
	}
	d.stated(t, l.Citizen.ID, 24)
	for _, path := range []string{"/form", "/applications"} {
		w := ask("GET", path, "")
		tag := w.Header.Get("ETag")
		if tag == "" || ask("GET", path, "", "If-None-Match", tag).StatusCode != 304 || ask("GET", path, "", "If-None-Match", `"x"`).StatusCode != 200 {
			t.Errorf("%s has tag %s", path, tag)
		}
	}
	var seen []string
	for path := "/applications"; path != ""; {
		w := ask("GET", path, "")
		var list []struct{ Receipt string }
		must(t, json.NewDecoder(w.Body).Decode(&list))
		if len(list) > 20 {
			t.Errorf("%d on one page", len(list))
		}
		for _, a := range list {
			seen = append(seen, a.Receipt)
		}
		path = ""
		if m := regexp.MustCompile(`^<(\?after=[0-9]+)>; rel="next"$`).FindStringSubmatch(w.Header.Get("Link")); m != nil {
			path = "/applications" + m[1]
		}
		if len(seen) > 60 {
			t.Fatal("pages without end")
		}
	}
	unique := slices.Compact(slices.Sorted(slices.Values(seen)))
	if len(seen) != 24 || len(unique) != 24 {
		t.Errorf("%d on all pages, %d of them different", len(seen), len(unique))
	}
	if w := ask("GET", "/applications?after=9999999999", ""); w.StatusCode != 422 {
		t.Errorf("a page after nothing: %d", w.StatusCode)
	}
}

// A photo sent again under its key is kept once and counts once; another photo under it
// is refused.
//
// Control: KeepOnce that goes straight to Keep.
func TestPaperSentAHundredTimes(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	token := d.login(t).Token
	_, first := uploadUnder(t, s, token, "0192c3f0-paper-1", "id_front", photo(t))
	for range 99 {
		if status, again := uploadUnder(t, s, token, "0192c3f0-paper-1", "id_front", photo(t)); status != 201 || again["digest"] != first["digest"] {
			t.Fatalf("again: %d %v", status, again)
		}
	}
	if status, p := uploadUnder(t, s, token, "0192c3f0-paper-1", "id_back", photo(t)); status != 422 || p["code"] != "key_reused" {
		t.Errorf("another under its key: %d %v", status, p)
	}
}
