package matching

import (
	"slices"
	"strings"

	"lianou/core"
)

// A Source is one fact behind a reason and where it came from.
type Source struct {
	Path string // such as "income_12m" or "members/m1/age"
	From core.Provenance
}

// Sources joins a reason of r with where its facts came from, as the registry or an
// application has it by path (core.Application.Sources). What is not known has no
// source; a status that is only computed has those of what it is computed from.
func (r *Result) Sources(reason *Reason, known map[string]core.Provenance) []Source {
	var out []Source
	for _, path := range r.paths(reason) {
		if from, found := known[path]; found && !slices.ContainsFunc(out, func(s Source) bool { return s.Path == path }) {
			out = append(out, Source{path, from})
		}
	}
	return out
}

// rigidParts stand for rigid_12m where only they are known (facts.Vector.Gather).
var rigidParts = []string{"medical_12m", "education_12m", "rehab_12m"}

// paths lists the facts that a reason rests on.
func (r *Result) paths(reason *Reason) []string {
	out := []string{reason.Fact}
	if reason.Against != "" {
		out = append(out, reason.Against)
	}
	if reason.Fact == "rigid_12m" {
		out = append(out, rigidParts...)
	}
	key, status := strings.CutPrefix(reason.Code, "status.")
	if !status {
		return out
	}
	for i := range r.Statuses {
		s := &r.Statuses[i]
		if s.Key != key || s.Recognised {
			continue
		}
		for _, because := range s.Reasons {
			// A status stands after those that it hangs on: this ends.
			if because.Code != reason.Code {
				out = append(out, r.paths(because)...)
			}
		}
	}
	return out
}
