package registry

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// The bounds of narrowing. A telephone that stands for nobody, like 13800000000, would hold
// half a city: a group of more than narrowMost is left as it is. Each person has at most five
// keys and ten pairs of them, so that a group gives 165,000 pairs at most, and mostly a few.
const (
	narrowMost = 2000
	narrowPart = 12 // of a group, who share one thing more
)

// A narrowKey is one or two things more that people of a large group can share.
type narrowKey [2]narrowThing

type narrowThing struct {
	what  string
	value string
}

// narrow finds, in a group too large to be compared, those who share something more: the
// birth, the reading of the name, the telephone, the village, the order in the identity
// number, or two of these. A number that was corrected keeps its order, while its last four
// have another check digit. A whole number is nobody's second one: the index refuses it.
func (r *Registry) narrow(ctx context.Context, tx *pg.Tx, group []core.PersonID) (pairs [][2]core.PersonID, err error) {
	if len(group) > narrowMost {
		return nil, nil
	}
	people, err := r.Open(ctx, tx, group)
	if err != nil {
		return nil, err
	}
	parts := map[narrowKey][]core.PersonID{}
	for _, id := range group { // in order, so that each pair is
		things := r.things(people[id])
		for i, one := range things {
			parts[narrowKey{one}] = append(parts[narrowKey{one}], id)
			for _, other := range things[i+1:] {
				parts[narrowKey{one, other}] = append(parts[narrowKey{one, other}], id)
			}
		}
	}
	for _, part := range parts {
		if len(part) <= narrowPart {
			pairs = appendPairs(pairs, part)
		}
	}
	return pairs, nil
}

// things lists what of somebody narrows a group, always in one order.
func (r *Registry) things(p Person) []narrowThing {
	var out []narrowThing
	add := func(what, value string) {
		if value != "" {
			out = append(out, narrowThing{what, value})
		}
	}
	if !p.Birth.IsZero() {
		add("birth", p.Birth.String())
	}
	add("reading", r.words.reading(p.Name))
	add("telephone", p.Phone.Reveal())
	add("village", string(p.Village))
	if !p.IDNumber.IsZero() {
		add("order", p.IDNumber.Reveal()[14:17])
	}
	return out
}

// appendPairs adds everybody of a group with everybody else.
func appendPairs(pairs [][2]core.PersonID, group []core.PersonID) [][2]core.PersonID {
	for i := range group {
		for _, other := range group[i+1:] {
			pairs = append(pairs, [2]core.PersonID{group[i], other})
		}
	}
	return pairs
}
