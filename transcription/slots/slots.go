package slots

import (
	"strings"
	"unicode/utf8"

	"lianou/core"
)

// MaxText bounds the bytes of one transcript that are read: eleven hours of talk.
// What is beyond is not looked at, and the Proposal says so.
const MaxText = 200 << 10

// Side is who speaks in a stretch of the transcript.
type Side int8

// The sides of a call.
const (
	Unknown Side = iota
	Caller
	Agent
)

// Segment is one utterance as a speech engine gives it. Channels are the
// recording's; Side says who is on that channel.
type Segment struct {
	Channel        int
	Side           Side
	StartMS, EndMS int64
	Text           string
}

// Span is a stretch of the text, in runes: from Start up to, not including, End.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Moment is a stretch of the recording.
type Moment struct {
	Channel int   `json:"channel"`
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
}

// Found is one slot: the zero Value was not said, or failed its check. Spans can
// stand without a Value: the words that failed, for the agent to hear again.
type Found[T any] struct {
	Value      T
	Spans      []Span
	At         []Moment // empty without segments
	Confidence float64  // 0 to 1, for ordering questions only
}

// Place is a division of the city as the gazetteer writes it.
type Place struct {
	Code core.RegionCode
	Name string
}

// Proposal is what one transcript says.
type Proposal struct {
	Name, OnBehalfOf          Found[string]
	IDNumber                  Found[core.IDNumber]
	Phone                     Found[core.Phone]
	County, Township, Village Found[Place]
	Needs                     []Found[string] // in the order they were first said
	Truncated                 bool            // the text was longer than MaxText
}

// Extractor reads transcripts. It is immutable and safe for concurrent use.
type Extractor struct {
	places *gazetteer
	words  *vocabulary
}

// New makes an Extractor for the places of a city, in any order. Rows are as
// core.RegionCode has them: counties of 6 digits, townships of 9, villages of 12.
func New(places []Place) *Extractor {
	return &Extractor{places: indexPlaces(places), words: newVocabulary()}
}

// Text reads a transcript without times. Speakers are told by labels such as
// 坐席: and 市民: where the text has them.
func (e *Extractor) Text(text string, today core.Date) Proposal {
	return e.read(newScript(text), today)
}

// Segments reads the utterances of a call in their order. The spans are of the
// utterances' texts joined by one line feed each, as JoinText gives them.
func (e *Extractor) Segments(list []Segment, today core.Date) Proposal {
	s := newScript(JoinText(list))
	s.cutTurns(list)
	p := e.read(s, today)
	clock := newTimeline(list)
	clock.stamp(&p)
	return p
}

// JoinText is the text that the spans of Segments count in.
func JoinText(list []Segment) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

func (e *Extractor) read(s *script, today core.Date) Proposal {
	p := Proposal{Truncated: s.truncated}
	r := &reading{script: s, e: e, today: today}
	r.whole, r.placeAt = string(s.text), make([]bool, len(s.text))
	r.hits = e.words.find(s.text)
	r.old = r.agesSaid()
	r.numbers()
	r.places(&p)
	r.phone(&p)
	r.idNumber(&p)
	r.people(&p)
	r.needs(&p)
	return p
}

// reading is the work on one transcript.
type reading struct {
	*script
	e       *Extractor
	today   core.Date
	hits    []hit    // words of the vocabulary, by position
	said    []number // numbers, corrected and grouped
	placeAt []bool   // runes that are part of a place's name
	whole   string   // the folded text, once
	old     []age    // ages said
}

// cut bounds a text to MaxText bytes at a rune's edge.
func cut(text string) (string, bool) {
	if len(text) <= MaxText {
		return text, false
	}
	end := MaxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end], true
}
