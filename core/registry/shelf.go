package registry

import (
	"slices"
	"strings"
	"time"

	"lianou/core"
)

// shelf is one line of the table of shelf lives: for how many months what a kind of
// source says of a fact is as good as asking again. Lines are never changed: a new
// one with a later day takes over, so that an old reading is judged as it was then.
type shelf struct {
	from   core.Date // the line holds from this day on
	source string    // as Kind gives it; "" for every kind
	fact   string    // without the member it is of; "" for every fact
	months int       // 0: for good
}

// shelves says how long words keep. Departments: by how often they write their own
// registers anew. Visits and people's decisions: by the reviews of domain.md 3.9, a year
// for what is stable and half a year for what changes with the season. Everything not
// listed is good for half a year, as incomes and savings are.
var shelves = []shelf{
	{0, "", "", 6},
	{0, "registry:population", "", 0},
	{0, byFile, "", 0},
	{0, "registry:disability", "", 60},
	{0, "registry:health", "", 24},
	{0, "registry:housing", "", 24},
	{0, "registry:civil", "", 12},
	{0, "registry:medical", "", 12},
	{0, "registry:school", "", 12},
	{0, "registry:vehicles", "", 12},
	{0, "visit", "", 12},
	{0, "visit", "income_12m", 6},
	{0, "visit", "income_per_capita_month", 6},
	{0, "visit", "financial_assets_per_capita", 6},
	{0, "visit", "employment", 6},
	{0, "change", "", 12},
	{0, "change", "income_12m", 6},
	{0, "change", "income_per_capita_month", 6},
	{0, "change", "financial_assets_per_capita", 6},
	{0, "change", "employment", 6},
	{0, "decision", "", 12},
}

// Kind is what sort of source one is: "registry:housing" for "registry:housing:7", and
// "visit" for "visit:12". Two words of a kind are one source that spoke twice.
func Kind(source string) string {
	parts := strings.SplitN(source, ":", 3)
	if parts[0] == "registry" && len(parts) > 1 {
		return parts[0] + ":" + parts[1]
	}
	return parts[0]
}

// Verified reports whether a source is one that a single hand does not overrule: a
// department's own register, a visit that both visitors stand behind ("visit:<id>"; one
// alone is "visitor:<id>"), a change that a second person accepted, a decision.
func Verified(source string) bool {
	switch kind := Kind(source); kind {
	case "visit", "change", "decision":
		return true
	default:
		return strings.HasPrefix(kind, "registry:")
	}
}

// ShelfLife is for how many months what a source says of a fact stands, by the table as
// it is on a day; 0 is for good. The fact may carry its member ("members/m1/age").
func ShelfLife(source, path string, on core.Date) int {
	kind, fact := Kind(source), path[strings.LastIndex(path, "/")+1:]
	best := -1
	for i, s := range shelves {
		if s.from > on || (s.source != "" && s.source != kind) || (s.fact != "" && s.fact != fact) {
			continue
		}
		if best < 0 || closer(s, shelves[best]) {
			best = i
		}
	}
	return shelves[best].months
}

// closer reports whether a line that fits speaks more exactly than another, or as
// exactly and later.
func closer(a, b shelf) bool {
	exact := func(s shelf) (n int) {
		if s.source != "" {
			n += 2
		}
		if s.fact != "" {
			n++
		}
		return n
	}
	if exact(a) != exact(b) {
		return exact(a) > exact(b)
	}
	return a.from >= b.from
}

// Fresh reports whether what a source said of a fact at one time is within its shelf
// life at another.
func Fresh(source, path string, said, now time.Time) bool {
	months := ShelfLife(source, path, core.DateOf(now))
	return months == 0 || said.AddDate(0, months, 0).After(now)
}

// settles lists the kinds of which a later word ends a dispute: people have looked at
// both sides.
var settles = []string{"change", "decision"}

// against lists the words beneath that other sources still stand by and that say
// something else: of each kind of source its last one, within its shelf life, unless
// people settled the matter after it was known.
func (l laid) against(at time.Time) []word {
	var out []word
	heard := []string{Kind(l.source)}
	for _, w := range l.beneath {
		kind := Kind(w.source)
		if slices.Contains(heard, kind) {
			continue
		}
		heard = append(heard, kind)
		if !w.null() && !l.settled(w) && Fresh(w.source, w.path, w.known, at) && !SameValue(w.value, l.value) {
			out = append(out, w)
		}
	}
	return out
}

// settled reports whether people looked at what a word says after it was known.
func (l laid) settled(w word) bool {
	looked := func(by word) bool {
		kind := Kind(by.source)
		return slices.Contains(settles, kind) && kind != Kind(w.source) && !w.known.After(by.known)
	}
	return looked(l.word) || slices.ContainsFunc(l.beneath, looked)
}
