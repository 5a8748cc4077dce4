package matching

import (
	"bytes"
	"strconv"

	"lianou/core"
	"lianou/core/facts"
)

// TraceVersion is the version of the traces that are written now. A reader refuses one that
// it does not know. What changes the bytes of a trace, its form or what is judged, is a new
// version with a schema of its own (docs/trace-v4.schema.json), and the way of the versions
// before stays in the program: a judgement that was kept is made again as it was made.
//
// Version 2 has the form of version 1. What comes first (Finding.After, and with it what a
// Miss counts as to be had) goes by what an item asks for and by the bundle; in version 1 it
// was the first status in the order of the Book that some item grants, whatever the bundle.
//
// Version 3 has that form as well. A bundle holds nothing that needs a status which it gives
// up (needs.go), nothing waits for what is received already, shares that come to nothing are
// a sum, and a school term is half a year where one sum is taken off another.
//
// Version 4 has that form too. That nothing had happened to a household is known for the days
// that it stands (facts.Silence); before, it was known for good. What would have to be otherwise
// names of several statuses those alone that can come (nearest_say.go).
const TraceVersion = 4

// versionBundle is the first version in which what comes first goes by the bundle.
const versionBundle = 2

// versionNeeds is the first version in which a bundle holds what its claims need.
const versionNeeds = 3

// versionSilence is the first version in which the word that nothing happened grows old, and in
// which what is near names only what can come.
const versionSilence = 4

// gather makes the vector of a household as it was understood in the matcher's version.
func (m *Matcher) gather(v *facts.Vector, h *core.Household) {
	if m.version < versionSilence && h.ShocksAsked != 0 {
		then := *h
		then.ShocksAsked = 0
		h = &then
	}
	v.Gather(h)
}

// As gives a Matcher that judges as the program did when its traces were of a version, 1 for
// what was judged before there were traces. For a version that is not known it is m itself.
func (m *Matcher) As(version int) *Matcher {
	if version < 1 || version > TraceVersion || version == m.version {
		return m
	}
	return &Matcher{book: m.book, places: m.places, group: m.group, samePath: m.samePath, other: m.other, rules: m.rules, shared: m.shared, grants: m.grants, house: m.house, cast: m.cast, firsts: m.firsts, version: version}
}

// VersionOf reads a trace's version, 0 where it has none.
func VersionOf(trace []byte) int {
	rest, found := bytes.CutPrefix(trace, []byte(`{"trace":`))
	number, _, _ := bytes.Cut(rest, []byte(","))
	n, err := strconv.Atoi(string(number))
	if !found || err != nil {
		return 0
	}
	return n
}
