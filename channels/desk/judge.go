package desk

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/wording"
)

// Judge answers, while somebody is still typing, what the household may be due
// and which fact would settle most. It keeps nothing and decides nothing.
type Judge struct {
	library *policy.Library
}

// NewJudge makes a Judge over the Books the program carries.
func NewJudge(library *policy.Library) *Judge { return &Judge{library} }

// Judged is what the form's side shows.
type Judged struct {
	Ask, Why       string
	Fit, Open, Not int
	Items          []JudgedItem // what fits, then what is nearest to it
	Later          []JudgedItem // still open, further away
	Others         []JudgedItem // does not fit
}

// JudgedItem is one item with the word and the shortest reason for it.
type JudgedItem struct {
	Code            core.ItemCode
	Name, Why, Word string
	Tone            string
	Ticked          bool

	missing int // facts still open
}

// nearest is how many items with open facts stand in sight.
const nearest = 5

// Look judges what the form holds so far on the day `on`. A form too empty to
// judge gives an empty answer and no error: the person is still talking.
func (j *Judge) Look(v url.Values, on core.Date) (Judged, error) {
	h, ok, err := stated(v, on)
	if err != nil || !ok {
		return Judged{}, err
	}
	book, err := j.library.On(on)
	if err != nil {
		return Judged{}, err
	}
	m, err := matching.Compile(book)
	if err != nil {
		return Judged{}, err
	}
	return sortOut(book, m.Explain(&h), v["item"]), nil
}

// stated reads the household out of the form; ok is false while no member or no
// county is known.
func stated(v url.Values, on core.Date) (core.Household, bool, error) {
	f, err := Request(v)
	if err != nil || len(f.People) == 0 || len(f.Live.Region) < 6 {
		return core.Household{}, false, err
	}
	var facts map[string]any
	if err := json.Unmarshal(f.Household, &facts); err != nil {
		return core.Household{}, false, err
	}
	facts["on"], facts["county"] = on.String(), f.Live.Region[:6]
	doc, err := json.Marshal(facts)
	if err != nil {
		return core.Household{}, false, err
	}
	h, err := core.DecodeHousehold(doc)
	return h, err == nil, err
}

func sortOut(book *policy.Book, r matching.Result, ticked []string) Judged {
	var out Judged
	settles := map[string]int{}
	for _, f := range r.Findings {
		it := JudgedItem{Code: f.Item, Name: book.Title(f.Item), Why: firstReason(f), Ticked: slices.Contains(ticked, string(f.Item))}
		switch f.Outcome {
		case matching.Eligible:
			out.Fit++
			it.Word, it.Tone = "符合", "leaf"
			it.Ticked = it.Ticked || len(ticked) == 0 && slices.Contains(r.Bundle, f.Item)
			if f.After != "" {
				it.Word = "随低保"
			}
		case matching.Unknown:
			out.Open++
			it.Word, it.Tone, it.missing = "还差事实", "amber", len(f.Missing)
			for _, path := range f.Missing {
				settles[path]++
			}
		default:
			out.Not++
			it.Word = "不符合"
			out.Others = append(out.Others, it)
			continue
		}
		out.Items = append(out.Items, it)
	}
	slices.SortStableFunc(out.Items, func(a, b JudgedItem) int { return a.missing - b.missing }) // what fits misses nothing
	if last := out.Fit + nearest; len(out.Items) > last {
		out.Items, out.Later = out.Items[:last], out.Items[last:]
	}
	out.Ask, out.Why = next(settles)
	return out
}

// next is the fact that settles most items; equal ones in path order, so that the
// question does not jump while somebody types.
func next(settles map[string]int) (ask, why string) {
	best := ""
	for path, n := range settles {
		if best == "" || n > settles[best] || n == settles[best] && path < best {
			best = path
		}
	}
	if best == "" {
		return "", ""
	}
	return wording.FactLabel(best) + "?", fmt.Sprintf("问清这一条,能推进 %d 项", settles[best])
}

// firstReason is the one that carries the outcome; one with a number and its line
// says more than one without.
func firstReason(f matching.Finding) string {
	for _, withLine := range []bool{true, false} {
		for _, r := range f.Reasons {
			if r.Outcome == f.Outcome && (r.Limit != "" || !withLine) {
				return r.Text
			}
		}
	}
	if len(f.Reasons) > 0 {
		return f.Reasons[0].Text
	}
	return ""
}
