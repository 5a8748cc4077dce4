package registry

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"lianou/core"
)

// word is what one sheet says of one fact: the least that a source can say.
type word struct {
	about  core.PersonID // 0: the household
	path   string
	value  json.RawMessage // null takes back what older words said
	source string
	from   core.Date
	known  time.Time
	sure   int
	sheet  int64
}

// null reports whether the word takes the fact back.
func (w word) null() bool { return string(w.value) == "null" }

// laid is one fact after everything that was said of it is laid over one another:
// the word that stands, and those beneath it, the nearest first. They are kept
// because a person has to see what was overruled (F35).
type laid struct {
	word
	beneath []word
}

// lay lays words over one another as they were true on a day and known at a moment,
// fact by fact, in the order of people and paths. A fact that was taken back is not
// among them. It is the whole meaning of the two times (F34); what the database
// leaves out beforehand only spares the way. It reorders words.
func lay(words []word, as AsOf) []laid {
	words = slices.DeleteFunc(words, func(w word) bool { return w.from > as.On || w.known.After(as.Known) })
	slices.SortFunc(words, func(a, b word) int {
		return cmp.Or(cmp.Compare(a.about, b.about), cmp.Compare(a.path, b.path), over(b, a))
	})
	var out []laid
	for len(words) > 0 {
		top, n := words[0], 1
		for n < len(words) && words[n].about == top.about && words[n].path == top.path {
			n++
		}
		if !top.null() {
			out = append(out, laid{top, words[1:n:n]})
		}
		words = words[n:]
	}
	return out
}

// over is positive when a overrules b: true since later, then known later, then
// surer, then written later.
func over(a, b word) int {
	return cmp.Or(cmp.Compare(a.from, b.from), a.known.Compare(b.known), cmp.Compare(a.sure, b.sure), cmp.Compare(a.sheet, b.sheet))
}

// words takes a sheet apart.
func (s storedSheet) words() ([]word, error) {
	facts := map[string]json.RawMessage{}
	if err := json.Unmarshal(s.Facts, &facts); err != nil {
		return nil, core.E(core.KindInternal, "sheet_unreadable", "")
	}
	out := make([]word, 0, len(facts))
	for path, value := range facts {
		out = append(out, word{s.person, path, bytes.TrimSpace(value), s.Source, s.ValidFrom, s.KnownAt, s.Confidence, s.id})
	}
	return out, nil
}
