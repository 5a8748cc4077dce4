package demo

import (
	"encoding/json"
	"fmt"
	"net/url"

	"lianou/core"
	"lianou/core/registry/seed"
)

// putFacts writes what a family tells into the fields of the staff's form, under
// the names the form gives them: h.<fact> and m<i>.<fact>.
func putFacts(v url.Values, s seed.Story) {
	doc, _ := json.Marshal(s.Declared(core.NewDate(2026, 11, 23))) // facts of our own always encode
	var facts map[string]any
	_ = json.Unmarshal(doc, &facts)
	putTold(v, facts, s.Members)
}

func putTold(v url.Values, facts map[string]any, who []seed.StoryMember) {
	for key, value := range facts {
		switch x := value.(type) {
		case []any:
		case map[string]any:
		default:
			if key != "on" && key != "county" {
				v.Set("h."+key, fmt.Sprint(x))
			}
		}
	}
	if shocks, _ := facts["shocks"].([]any); len(shocks) > 0 {
		for key, x := range shocks[0].(map[string]any) {
			v.Set("h.shocks."+key, fmt.Sprint(x))
		}
	} else {
		v.Set("h.shocks.kind", "none")
	}
	members, _ := facts["members"].([]any)
	for i, m := range members {
		putMember(v, fmt.Sprintf("m%d.", i), m.(map[string]any), who[i])
	}
}

func putMember(v url.Values, at string, facts map[string]any, who seed.StoryMember) {
	v.Set(at+"name", who.Name)
	v.Set(at+"id_number", who.ID.Reveal())
	for key, value := range facts {
		switch x := value.(type) {
		case []any:
			for _, one := range x {
				v.Add(at+key, fmt.Sprint(one))
			}
		case map[string]any:
			if len(x) == 0 {
				v.Set(at+"disability.kind", "none")
				continue
			}
			v.Set(at+"disability.kind", fmt.Sprint(x["kind"]))
			v.Set(at+"disability.grade", fmt.Sprint(x["grade"]))
		default:
			if key != "ref" {
				v.Set(at+key, fmt.Sprint(x))
			}
		}
	}
}
