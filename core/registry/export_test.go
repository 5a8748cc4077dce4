package registry

import (
	"encoding/json"

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
