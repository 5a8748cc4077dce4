package replay_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianou/core/facts/factstest"
)

// Traces are as docs/trace-v4.schema.json says, the kept one of version 1 as its own schema
// says, and what is not is refused: the schemas are what others write readers from.
//
// Control: rename a key of the trace, or take one out of the schema.
func TestTracesValidate(t *testing.T) {
	t.Parallel()
	s, before := schemaOf(t, "trace-v4.schema.json"), schemaOf(t, "trace-v1.schema.json")
	var kept any
	if err := json.Unmarshal(traceOfThen(t), &kept); err != nil {
		t.Fatal(err)
	}
	if bad := before.bad(before.root, kept, ""); bad != "" {
		t.Fatal(bad)
	}
	if s.bad(s.root, kept, "") == "" {
		t.Fatal("a trace of version 1 is valid as one of version 4")
	}
	books := current(t)
	draw := rand.New(rand.NewPCG(13, 14))
	homes := samples(t)
	for range 40 {
		homes = append(homes, factstest.Quick(draw))
	}
	for _, h := range homes {
		var doc any
		if err := json.Unmarshal(traced(t, books, &h, nil), &doc); err != nil {
			t.Fatal(err)
		}
		if bad := s.bad(s.root, doc, ""); bad != "" {
			t.Fatal(bad)
		}
		doc.(map[string]any)["body"].(map[string]any)["items"].([]any)[0].(map[string]any)["is"] = "perhaps"
		if s.bad(s.root, doc, "") == "" {
			t.Fatal("an outcome that there is not is valid")
		}
	}
}

// schema validates by the keywords that our schema uses, and stops at any other: a
// keyword that is not checked must not look as if it were.
type schema struct {
	t    *testing.T
	root map[string]any
}

func schemaOf(t *testing.T, name string) schema {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	s := schema{t: t}
	if err := json.Unmarshal(b, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s schema) bad(rule map[string]any, v any, at string) string {
	for key, want := range rule {
		if why := s.keyword(rule, key, want, v, at); why != "" {
			return why
		}
	}
	return ""
}

func (s schema) keyword(rule map[string]any, key string, want, v any, at string) string {
	object, _ := v.(map[string]any)
	list, _ := v.([]any)
	text, _ := v.(string)
	number, _ := v.(float64)
	ok := true
	switch key {
	case "$schema", "$defs", "title", "description", "additionalProperties": // the last with properties
	case "$ref":
		file, path, _ := strings.Cut(want.(string), "#/")
		if file != "" {
			s = schemaOf(s.t, file)
		}
		rule := s.root
		for name := range strings.SplitSeq(path, "/") {
			rule = rule[name].(map[string]any)
		}
		return s.bad(rule, v, at)
	case "type":
		ok = slices.ContainsFunc(alternatives(want), func(one any) bool { return one == typeOf(v) })
	case "const":
		ok = v == want
	case "enum":
		ok = slices.Contains(want.([]any), v)
	case "pattern":
		ok = regexp.MustCompile(want.(string)).MatchString(text)
	case "minimum":
		ok = v == nil || number >= want.(float64)
	case "required":
		for _, k := range want.([]any) {
			_, there := object[k.(string)]
			ok = ok && there
		}
	case "items":
		for i, one := range list {
			if why := s.bad(want.(map[string]any), one, fmt.Sprintf("%s/%d", at, i)); why != "" {
				return why
			}
		}
	case "properties":
		for k, one := range object {
			inner, known := want.(map[string]any)[k].(map[string]any)
			if !known {
				return at + "/" + k + " is not in the schema"
			}
			if why := s.bad(inner, one, at+"/"+k); why != "" {
				return why
			}
		}
		if rule["additionalProperties"] != false {
			s.t.Fatalf("%s allows what it does not name", at)
		}
	default:
		s.t.Fatalf("the schema says %s at %s, which is not checked here", key, at)
	}
	if !ok {
		return fmt.Sprintf("%s: %v is not as %s %v", at, v, key, want)
	}
	return ""
}

func alternatives(want any) []any {
	if list, many := want.([]any); many {
		return list
	}
	return []any{want}
}

func typeOf(v any) string {
	switch n := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case float64:
		if n == float64(int64(n)) {
			return "integer"
		}
		return "number"
	}
	return "object"
}
