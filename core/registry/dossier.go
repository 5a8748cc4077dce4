package registry

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// Standing says how far a fact may be relied on.
type Standing string

// The standings. A stale fact is asked again before anything is built on it; a disputed
// one is shown with both words, and a person settles it (core/registry/change).
const (
	StandingFresh    Standing = "fresh"    // its source said so within the shelf life
	StandingStale    Standing = "stale"    // said too long ago
	StandingDisputed Standing = "disputed" // another source, within its own shelf life, says something else
)

// Said is one word about a fact: what, by whom, true since, known since, how sure.
type Said struct {
	Value      json.RawMessage // in the words and units of the household schema
	Source     string
	ValidFrom  core.Date
	KnownAt    time.Time
	Confidence int // 1 to 100
}

// Fact is one fact of a household with everything that vouches for it (F35).
type Fact struct {
	Path   string        // "income_12m", "members/m1/disability"
	Person core.PersonID // 0 for one of the household
	Said
	Standing Standing
	Against  []Said // other sources' words within their shelf life that differ, the nearest first
	Turned   []Turn // who came or left since it was said, of a fact that counts everybody
}

// Dossier is a household as of two times, with every fact's word.
type Dossier struct {
	Home      Home
	Household core.Household
	Sources   map[string]core.Provenance // by path, as Facts gives them
	Facts     []Fact                     // by path
	Refs      map[core.PersonID]core.MemberRef
}

// Dossier gives all that was true of a household on a day as far as it was known at a
// moment, and for each fact its source, dates, confidence and standing at that moment.
// One audit entry names the members and paths. Errors: as FactsAsOf.
func (r *Registry) Dossier(ctx context.Context, tx *pg.Tx, why Purpose, id core.HouseholdID, as AsOf) (Dossier, error) {
	g, err := r.gather(ctx, tx, id, as)
	if err != nil {
		return Dossier{}, err
	}
	h, err := g.household(g.home)
	if err != nil {
		return Dossier{}, err
	}
	detail := looked{Home: id, Persons: g.order, Paths: map[string]string{}}
	for path, src := range g.sources {
		detail.Paths[path] = src.Said
	}
	slices.SortFunc(g.facts, func(a, b Fact) int { return cmp.Compare(a.Path, b.Path) })
	d := Dossier{Home: g.home, Household: h, Sources: g.sources, Facts: g.facts, Refs: g.refs}
	return d, r.trace(ctx, tx, why, "facts.read", Person{Region: g.home.Region}, detail)
}

// fact makes what is shown of a fact that stands.
func (l laid) fact(prefix string, at time.Time) Fact {
	f := Fact{Path: prefix + l.path, Person: l.about, Said: l.said(), Standing: StandingFresh}
	for _, w := range l.against(at) {
		f.Against = append(f.Against, w.said())
	}
	switch {
	case !Fresh(l.source, l.path, l.known, at):
		f.Standing = StandingStale
	case len(f.Against) > 0:
		f.Standing = StandingDisputed
	}
	return f
}

func (w word) said() Said { return Said{w.value, w.source, w.from, w.known, w.sure} }

// SameValue compares two values and not their spelling: 40 is 40.0.
func SameValue(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
