package registry

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"lianou/core"
)

// Word is one word about one fact, for tests of the laying over.
type Word = word

// NewWord makes a Word of a sheet that says one thing.
func NewWord(about core.PersonID, path string, s Sheet, sheet int64) Word {
	return word{about, path, s.Facts, s.Source, s.ValidFrom, s.KnownAt, s.Confidence, sheet}
}

// LayOver is what the store lays its sheets over one another with.
func LayOver(words []Word, as AsOf) []Fact {
	all := lay(words, as)
	out := make([]Fact, len(all))
	for i, l := range all {
		out[i] = l.fact("", as.Known)
	}
	return out
}

// Raw is a value of one fact.
func Raw(s string) json.RawMessage { return json.RawMessage(s) }

// Stays is one household's memberships with what changed them, without a database.
type Stays struct {
	live    map[memberKey]memberImage
	changes []lifeChange
}

// Set makes a stay of somebody last until a day (0: it lasts), or takes it back when it
// has no day in it, and keeps how it was.
func (s *Stays) Set(person core.PersonID, since, until core.Date, known time.Time) {
	k := memberKey{person: person, since: since}
	c := lifeChange{what: ofMembership, key: k, known: known}
	if before, there := s.live[k]; there {
		c.before, _ = json.Marshal(before)
	}
	if s.live == nil {
		s.live = map[memberKey]memberImage{}
	}
	if until == since {
		delete(s.live, k)
	} else {
		s.live[k] = memberImage{Until: until}
	}
	s.changes = append(s.changes, c)
}

// Present lists who was there on a day as known at a moment.
func (s *Stays) Present(as AsOf) ([]core.PersonID, error) {
	all, err := stays(maps.Clone(s.live), s.changes, as.Known)
	var out []core.PersonID
	for k, m := range all {
		if m.present(k.since, as.On) {
			out = append(out, k.person)
		}
	}
	slices.Sort(out)
	return out, err
}

// Packed gives the row of a household that is not in the store yet, the day on which it
// changes, and both ways to its facts: the long one through JSON, and the quick one where
// it can be gone.
func Packed(h *NewHousehold, now time.Time) (p TwoWays, err error) {
	if p.Row, p.Due, err = packNew(h, now); err != nil {
		return p, err
	}
	pack := packingOf(h)
	if p.Long, err = pack.gathered(core.DateOf(now)); err != nil {
		return p, err
	}
	p.LongDue, pack.next = pack.next, 0
	p.Quick, p.OK = pack.told(core.DateOf(now))
	return p, nil
}

// TwoWays is what Packed gives.
type TwoWays struct {
	Row          []byte
	Due, LongDue core.Date
	Long, Quick  core.Household
	OK           bool
}

// EachFact cuts an object of JSON into names and values; false for what it leaves to a
// whole reader.
func EachFact(b []byte) (map[string]string, bool) {
	out := map[string]string{}
	ok := eachFact(b, func(name, value []byte) bool { out[string(name)] = string(value); return true })
	return out, ok
}

// What looks for households that are called after nobody.
const (
	HeadlessNext = headlessNext
	HeadlessOne  = headlessOne
)
