package pg

import (
	"strings"

	"lianou/core"
)

// Scope says which rows a transaction may see. Row-level security reads it, so a
// handler that forgets its own check still sees nothing foreign. The zero Scope
// is NoScope.
type Scope struct {
	regions string // comma list of 9-digit townships
	subject string
	city    string
	reason  string
}

// NoScope sees no row of any table with a region or a subject: for tables that
// have neither.
func NoScope() Scope { return Scope{} }

// Regions is a member of staff's scope: the 9-digit townships given. What is not
// a township is left out, so a mistake narrows the scope and never widens it; a
// county officer's county is expanded to its townships by the caller.
func Regions(codes ...core.RegionCode) Scope {
	kept := make([]string, 0, len(codes))
	for _, c := range codes {
		if len(c) == 9 && strings.Trim(string(c), "0123456789") == "" {
			kept = append(kept, string(c))
		}
	}
	return Scope{regions: strings.Join(kept, ",")}
}

// Subject is a citizen's scope: the citizen's own rows only.
func Subject(citizenID string) Scope { return Scope{subject: citizenID} }

// Job is the scope of a job: the region written in the job's row. A job without
// one sees nothing.
func Job(region core.RegionCode) Scope { return Regions(region.Township()) }

// City sees every region. The reason is code, not input: it names why this place
// needs the whole city, and shows in the scope's String.
func City(reason string) Scope { return Scope{city: "on", reason: reason} }

// Whole reports whether the scope sees every region.
func (s Scope) Whole() bool { return s.city != "" }

// Townships is how many townships the scope names.
func (s Scope) Townships() int {
	if s.regions == "" {
		return 0
	}
	return strings.Count(s.regions, ",") + 1
}

// String names the scope for logs; a subject is not printed.
func (s Scope) String() string {
	switch {
	case s.city != "":
		return "city: " + s.reason
	case s.subject != "":
		return "subject"
	case s.regions != "":
		return "regions: " + s.regions
	}
	return "none"
}
