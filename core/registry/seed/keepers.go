package seed

import (
	"encoding/json"
	"maps"
	"slices"

	"lianou/core"
	"lianou/core/registry"
)

// keepers name the department whose register holds a fact; a Story shows each of
// its facts with the one it would really come from. The rest of the city has one
// sheet a person of what the province exchanges monthly, for its size.
var keepers = map[string]string{
	"area": "population", "hukou": "population",
	"houses": "housing", "owns_home": "housing", "renting": "housing", "house_grade": "housing", "floor_area_per_capita": "housing",
	"cars": "vehicles", "business_with_staff": "market", "legal_matter": "justice", "statuses": "civil", "shocks": "civil",
	"disability": "disability", "adl_failed": "disability", "needs_long_term_care": "disability",
	"illness": "health", "self_paid_medical_12m": "health", "lost_only_child": "health", "insurance": "medical",
	"work_ability": "labour", "employment": "labour", "pension": "labour", "union_member": "union", "veteran": "veterans",
	"school_stage": "school", "orphan": "civil", "parents": "civil",
}

// byKeeper parts facts into a sheet for each department that knows some.
func byKeeper(facts string, from core.Date) []registry.Sheet {
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte("{"+facts+"}"), &all); err != nil {
		panic("a Story's facts: " + err.Error()) // constants of this package, held by a test
	}
	parts := map[string]map[string]json.RawMessage{}
	for name, value := range all {
		at := "registry:" + keepers[name]
		if parts[at] == nil {
			parts[at] = map[string]json.RawMessage{}
		}
		parts[at][name] = value
	}
	var out []registry.Sheet
	for _, source := range slices.Sorted(maps.Keys(parts)) {
		doc, _ := json.Marshal(parts[source]) // of values just read
		out = append(out, registry.Sheet{Source: source, ValidFrom: from, KnownAt: from.Time(), Confidence: 90, Facts: doc})
	}
	return out
}
