package transcription

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what is believed of an answer. Nobody says more than some 8 characters a
// second; an engine that does repeats itself or was fed something else.
const (
	mostSegments = 20_000
	mostText     = 1 << 20
)

// Check holds an answer to what is known of the sound: valid text of a bounded size,
// times in order inside the recording, confidences between 0 and 1. An answer
// without segments becomes one that spans the whole. What had to be cut makes the
// result Partial.
func Check(res Result, r Request, channel int) Result {
	if len(res.Segments) == 0 && strings.TrimSpace(res.Text) != "" {
		res.Segments = []Segment{{StartMS: 0, EndMS: r.LengthMS, Text: res.Text, Final: true}}
	}
	if len(res.Segments) > mostSegments {
		res.Segments, res.Partial = res.Segments[:mostSegments], true
	}
	left := mostText
	kept := make([]Segment, 0, len(res.Segments))
	for _, s := range res.Segments {
		s.Text = clean(s.Text)
		if len(s.Text) > left {
			s.Text, res.Partial = cutAt(s.Text, left), true
		}
		if left -= len(s.Text); s.Text == "" {
			continue
		}
		s.Channel, s.Final = channel, true
		s.StartMS = min(max(s.StartMS, 0), r.LengthMS)
		s.EndMS = min(max(s.EndMS, s.StartMS), r.LengthMS)
		if !(s.Confidence >= 0 && s.Confidence <= 1) { // NaN too
			s.Confidence = 0
		}
		kept = append(kept, s)
	}
	slices.SortStableFunc(kept, func(a, b Segment) int { return cmp.Compare(a.StartMS, b.StartMS) })
	res.Segments, res.Text, res.Raw = kept, "", nil
	return res
}

// clean leaves letters, digits, signs and single spaces of valid UTF-8: no control
// characters, no marks that turn the direction of writing.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

func cutAt(text string, n int) string {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// Foreign reports a text that is not Chinese: an engine with the wrong model set
// hears English in everything. Short answers are not judged.
func Foreign(list []Segment) bool {
	const least = 12
	letters, han := 0, 0
	for _, s := range list {
		for _, r := range s.Text {
			if unicode.IsLetter(r) {
				letters++
			}
			if unicode.Is(unicode.Han, r) {
				han++
			}
		}
	}
	return letters >= least && han*2 < letters
}
