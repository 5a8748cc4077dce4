package desk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/interview"
)

// Judge answers, while somebody is still typing, what the household may be due
// and what to ask next to settle most. It keeps nothing and decides nothing.
type Judge struct {
	library matching.Books
	talk    interview.Form
}

// NewJudge makes a Judge over the Books the program carries and the questions of
// the interview.
func NewJudge(library matching.Books) (*Judge, error) {
	talk, err := interview.Whole()
	return &Judge{library, talk}, err
}

// Judged is what the form's side shows.
type Judged struct {
	Ask, Why       string
	Fit, Open, Not int
	Items          []JudgedItem // what fits, then what is nearest to it
	Later          []JudgedItem // still open, further away
	Others         []JudgedItem // does not fit

	Wished []string // items ticked on a form that cannot be judged yet

	Whom  string   // who is told, to be shown before it is sent; "" before there is an applicant
	Aloud bool     // the form has a place for what is read back
	Fault bool     // an answer is wrong: nothing is read out before it is mended
	Back  []string // the request in lines, to be read to the caller

	Unheard []Unheard // facts without their seconds of the call
}

// JudgedItem is one item with the word and the shortest reason for it.
type JudgedItem struct {
	Code            core.ItemCode
	Name, Why, Word string
	Tone            string
	Ticked          bool
	Offered         bool // ticked by itself, because it fits

	missing int // facts still open
}

// wishes names the items that are ticked as the form stands.
func (j Judged) wishes() []string {
	var names []string
	for _, list := range [][]JudgedItem{j.Items, j.Later, j.Others} {
		for _, it := range list {
			if it.Ticked {
				names = append(names, it.Name)
			}
		}
	}
	return names
}

// nearest is how many items with open facts stand in sight.
const nearest = 5

// Look judges what the form holds so far on the day `on`. A form too empty to
// judge gives an empty answer and no error: the person is still talking.
func (j *Judge) Look(v url.Values, on core.Date) (Judged, error) {
	f, h, ok, err := stated(v, on)
	if err != nil || !ok {
		return Judged{Wished: v["item"]}, err
	}
	book, err := j.library.On(on)
	if err != nil {
		return Judged{}, err
	}
	m, err := matching.Compile(book)
	if err != nil {
		return Judged{}, err
	}
	out, settles := sortOut(book, m.Explain(&h), ticks{on: v["item"], offered: v["offered"]})
	maps.DeleteFunc(settles, func(path string, _ int) bool { return j.talk.Waits(path, &h) })
	out.Ask, out.Why = j.next(settles, f.People, agesOf(h))
	return out, nil
}

// stated reads the household out of the form; ok is false while no member or no
// county is known.
func stated(v url.Values, on core.Date) (intake.Form, core.Household, bool, error) {
	f, err := Request(v)
	if err != nil || len(f.People) == 0 || len(f.Live.Region) < 6 {
		return f, core.Household{}, false, err
	}
	var facts map[string]any
	if err := json.Unmarshal(f.Household, &facts); err != nil {
		return f, core.Household{}, false, err
	}
	facts["on"], facts["county"] = on.String(), f.Live.Region[:6]
	doc, err := json.Marshal(facts)
	if err != nil {
		return f, core.Household{}, false, err
	}
	h, err := core.DecodeHousehold(doc)
	return f, h, err == nil, err
}

// Half reads a request form that is not complete, and what it says of the household as far
// as it goes. Errors: KindInvalid for what is there and cannot be read.
func (d *Desk) Half(v url.Values) (intake.Form, core.Household, error) {
	f, err := Request(v)
	if err != nil {
		return f, core.Household{}, err
	}
	var facts map[string]any
	if err := json.Unmarshal(f.Household, &facts); err != nil {
		return f, core.Household{}, core.E(core.KindInternal, "half_form", "") // the cause may quote what was typed
	}
	county := "371402" // nothing of it is kept
	if len(f.Live.Region) >= len(county) {
		county = f.Live.Region[:len(county)]
	}
	facts["on"], facts["county"] = d.Today().String(), county
	doc, err := json.Marshal(facts)
	if err != nil {
		return f, core.Household{}, core.E(core.KindInternal, "half_form", "")
	}
	h, err := core.DecodeHousehold(doc)
	return f, h, err
}

// ticks is what is ticked on the form, and which ticks were offered by an earlier look
// at less of it. What fits is offered once: a tick taken away stays away. An offer
// whose item fits no more goes; what somebody ticked by hand stays.
type ticks struct{ on, offered []string }

func (t ticks) set(it *JudgedItem, fits bool) {
	on, before := slices.Contains(t.on, string(it.Code)), slices.Contains(t.offered, string(it.Code))
	it.Offered = fits
	it.Ticked = on && (fits || !before) || fits && !before
}

// sortOut parts the findings by outcome, and counts for each open fact how many
// items wait for it.
func sortOut(book *policy.Book, r matching.Result, t ticks) (out Judged, settles map[string]int) {
	settles = map[string]int{}
	for _, f := range r.Findings {
		it := JudgedItem{Code: f.Item, Name: book.Title(f.Item), Why: firstReason(f)}
		t.set(&it, f.Outcome == matching.Eligible && slices.Contains(r.Bundle, f.Item))
		switch f.Outcome {
		case matching.Eligible:
			out.Fit++
			it.Word, it.Tone = "符合", "leaf"
			if first, follows := book.Item(f.After); follows {
				it.Word = "随" + cmp.Or(first.Everyday, first.Name)
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
	return out, settles
}

// next is what to ask now: the interview's sentence for the fact that settles most
// items, why it is asked, and about whom. Equal ones come in path order, so that
// the question does not jump while somebody types.
func (j *Judge) next(settles map[string]int, people []intake.MemberForm, ages map[core.MemberRef]int) (ask, why string) {
	best := ""
	for path, n := range settles {
		if !onForm(path) || absurd(path, ages) {
			continue // nowhere to write it down, or nothing to ask at that age
		}
		if best == "" || n > settles[best] || n == settles[best] && path < best {
			best = path
		}
	}
	if best == "" {
		return "", ""
	}
	gain := fmt.Sprintf("问清这一条,能推进 %d 项。", settles[best])
	list := j.talk.Next([]string{best})
	if len(list) == 0 { // a fact that came into the Book after its question was due
		return wording.FactLabel(best) + "?", gain
	}
	ask = list[0].Ask
	if who := about(best, people); who != "" {
		ask = list[0].AskOf(who, "您")
	}
	return ask, list[0].Why + gain
}

// asked is the age within which a question is one that a person asks. The items stay
// open outside it, and the field stays on the form: only nobody is made to say aloud to a
// woman of 59 "are you at school".
var asked = map[string]struct{ from, to int }{
	"school_stage": {3, 35}, "orphan": {0, 18}, "parents": {0, 18}, "veteran": {18, 200}, "union_member": {16, 200}, "pension": {45, 200},
	"unemployed_months": {16, 65}, "lost_only_child": {40, 200},
}

func agesOf(h core.Household) map[core.MemberRef]int {
	ages := map[core.MemberRef]int{}
	for _, m := range h.Members {
		if m.Age != nil {
			ages[m.Ref] = *m.Age
		}
	}
	return ages
}

// absurd reports a question about a member that nobody asks at their age.
func absurd(path string, ages map[core.MemberRef]int) bool {
	rest, inside := strings.CutPrefix(path, "members/")
	ref, key, _ := strings.Cut(rest, "/")
	within, bounded := asked[key]
	age, known := ages[core.MemberRef(ref)]
	return inside && bounded && known && (age < within.from || age > within.to)
}

// onForm reports whether the request form has a field for a fact.
func onForm(path string) bool {
	household, member := Asked()
	key := path
	if rest, inside := strings.CutPrefix(path, "members/"); inside {
		_, key, _ = strings.Cut(rest, "/")
		household = member
	}
	if key == "statuses" { // shown where they are granted, never asked
		return false
	}
	return slices.ContainsFunc(household, func(asked string) bool { return asked == key || strings.HasPrefix(asked, key+".") })
}

// about names the member a question is about, "" for the household's own facts and
// for a household of one.
func about(path string, people []intake.MemberForm) string {
	if len(people) < 2 {
		return ""
	}
	for _, p := range people {
		if p.Name != "" && strings.HasPrefix(path, "members/"+p.Ref+"/") {
			return p.Name
		}
	}
	return ""
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
