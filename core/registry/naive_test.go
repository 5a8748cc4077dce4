package registry_test

import (
	"strings"
	"time"

	"lianou/core"
	"lianou/core/registry"
)

// said is one statement of the naive model: about whom, which fact, what (-1 takes it
// back), who says so, since when true, since when known, how sure, in which order.
type said struct {
	about  core.PersonID
	path   string
	value  int
	source string
	from   core.Date
	known  time.Time
	sure   int
	order  int
}

// taken is the value of a statement that takes a fact back.
const taken = -1

// stands is what the naive model says of one fact.
type stands struct {
	said
	standing registry.Standing
	against  []said
}

// naive finds what stands of a fact the slow and obvious way, and nil for nothing.
func naive(history []said, about core.PersonID, path string, as registry.AsOf) *stands {
	var best *said
	last := map[string]*said{} // by kind of source
	for i := range history {
		s := &history[i]
		if s.about != about || s.path != path || s.from > as.On || s.known.After(as.Known) {
			continue
		}
		if best == nil || later(s, best) {
			best = s
		}
		if kind := whose(s.source); last[kind] == nil || later(s, last[kind]) {
			last[kind] = s
		}
	}
	if best == nil || best.value == taken {
		return nil
	}
	out := &stands{said: *best, standing: "fresh"}
	for kind, s := range last {
		if kind != whose(best.source) && s.value != taken && s.value != best.value && keeps(s, as.Known) && !settled(history, s, as) {
			out.against = append(out.against, *s)
		}
	}
	if len(out.against) > 0 {
		out.standing = "disputed"
	}
	if !keeps(best, as.Known) {
		out.standing = "stale"
	}
	return out
}

// settled reports whether a change that two people agreed on was known after s.
func settled(history []said, s *said, as registry.AsOf) bool {
	for _, c := range history {
		if c.about == s.about && c.path == s.path && whose(c.source) == "change" && whose(s.source) != "change" && c.from <= as.On && !c.known.After(as.Known) && !c.known.Before(s.known) {
			return true
		}
	}
	return false
}

func whose(source string) string { return strings.TrimRight(source, ":0123456789") }

// keeps is the shelf life of the sources that the histories here have.
func keeps(s *said, now time.Time) bool {
	months := map[string]int{"visit": 12, "change": 12, "citizen": 6, "registry:housing": 24, "registry:means": 6}[whose(s.source)]
	return s.known.AddDate(0, months, 0).After(now)
}

func later(a, b *said) bool {
	switch {
	case a.from != b.from:
		return a.from > b.from
	case !a.known.Equal(b.known):
		return a.known.After(b.known)
	case a.sure != b.sure:
		return a.sure > b.sure
	}
	return a.order > b.order
}
