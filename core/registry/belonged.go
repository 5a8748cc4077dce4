package registry

import (
	"maps"
	"slices"
	"time"

	"lianou/core"
)

// belonged is who lived in a household at whatever moment, as known at one moment.
type belonged struct {
	now      map[memberKey]memberImage // every stay
	aside    map[core.PersonID]bool    // another row of somebody who is there
	changes  []lifeChange              // of these stays, the oldest first
	told     []told                    // the same, and what is said of the same people elsewhere
	founders map[memberKey]time.Time   // since when the register knows of them; zero for a file's
	turns    []Turn
}

func belongedOf(id core.HouseholdID, all map[memberKey]memberImage, list []told, on core.Date) belonged {
	p := belonged{now: maps.Clone(all), told: list, founders: map[memberKey]time.Time{}}
	came := map[memberKey]time.Time{}
	for _, t := range list {
		if t.key.household == id {
			p.changes = append(p.changes, lifeChange{what: ofMembership, known: t.known, key: t.key, before: t.before})
		}
		if t.came && !t.undone {
			came[t.key] = t.known
		}
	}
	for k := range foundersOf(all, came) {
		p.founders[k] = came[k]
	}
	p.turns = turnsOf(all, list, p.founders, on)
	return p
}

// on says who was there on a day, as it was known at an earlier moment. Those with whom a
// household was written down were there before as well: what it was without them is not known.
func (p belonged) on(day core.Date, known time.Time) map[core.PersonID]bool {
	out := map[core.PersonID]bool{}
	was, err := stays(maps.Clone(p.now), p.changes, known)
	if err != nil {
		was = p.now // images are ours: the rest of the page says that they cannot be read
	}
	for k, m := range was {
		if m.present(k.since, day) && !p.aside[k.person] {
			out[k.person] = true
		}
	}
	for k, since := range p.founders {
		if k.since > day || since.After(known) {
			out[k.person] = true
		}
	}
	return out
}

// turn says when somebody came or left since a fact was said; where nothing did that stands, the
// day on which they were believed to.
func (p belonged) turn(f Fact, person core.PersonID, came bool) Turn {
	for _, t := range slices.Backward(p.turns) {
		if t.Person == person && t.Came == came && (t.Day > f.ValidFrom || t.Known.After(f.KnownAt)) {
			return t
		}
	}
	back := Turn{Person: person, Came: came, Back: true}
	for _, t := range p.told {
		if t.key.person == person && t.undone && t.known.After(f.KnownAt) {
			back.Day, back.Known = t.day, t.known
		}
	}
	return back
}
