package people

import (
	"cmp"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/wording"
)

// together is one item of the best bundle.
type together struct {
	Code    core.ItemCode
	Name    string
	Benefit matching.Benefit
	Alone   string   // whom alone of the household it is for, "" else
	Who     []string // whom it is for, nobody named where it is for all
	After   string   // the item that has to be approved first
	Doubt   string   // it rests on what was told of another family, "" else
}

// apart is an item that fits and is not in the bundle, beside the one that keeps it out.
type apart struct {
	Name, By, Why, Law string

	Brings, ByBrings matching.Benefit
	Untold           []string // of the two, those of which nobody can tell yet how much: no sum says which is more
}

// choice lays what each of two items brings beside the other.
func (t teller) choice(r matching.Result, d matching.Dropped) apart {
	out := apart{Name: t.book.Title(d.Item), By: t.title(d.By), Why: d.Why, Law: d.Law}
	for _, one := range []struct {
		code core.ItemCode
		name string
		to   *matching.Benefit
	}{{d.By, out.By, &out.ByBrings}, {d.Item, out.Name, &out.Brings}} {
		f := r.Finding(one.code)
		if f == nil {
			continue
		}
		if *one.to = f.Benefit; f.Benefit.Per != "" && !f.Benefit.Told {
			out.Untold = append(out.Untold, one.name)
		}
	}
	return out
}

// findingRow is one item with everything that carried its outcome.
type findingRow struct {
	Code        core.ItemCode
	Name        string
	Everyday    string
	Department  string
	Word, Tone  string
	Law         []string
	Who         []string
	After       string
	Benefit     matching.Benefit
	Alone       string // whom alone of the household it is for, "" else
	Main        []reasonRow
	More        int             // reasons beyond Main
	Whole       []desk.Standing // every condition, of the item and of each member; nil where Main says it all
	Missing     []openRow
	Near        string // what would have to be otherwise, and whether it can
	One         bool   // one thing is between the household and the item, and it can come
	Besides     []string
	Left        bool   // it fits and is left out of the bundle
	Again       string // what has to be asked again before it stands
	found       matching.Outcome
	outstanding int
	asks        []string // paths of what is not known and could decide
	share       int64    // of what is nearly: how far it is from its line, in thousandths
}

// reasonRow is one condition as it stood. The sentence is the one that the household is
// told, so that both speak of one thing.
type reasonRow struct {
	matching.Reason
	Who          string
	Source, Tone string
	Word, Shade  string
	Turned       string // who came or left since the fact was told
}

// fill sorts the findings in the order in which somebody reads them: what fits, what only
// one thing is between, what hangs on a fact, the rest.
func (page *householdPage) fill(t teller, h *core.Household, r matching.Result, misses []matching.Miss) {
	page.Items = len(r.Findings)
	for _, f := range r.Findings {
		row := t.finding(f)
		row.Left = slices.ContainsFunc(r.Dropped, func(d matching.Dropped) bool { return d.Item == f.Item })
		row.Besides = besides(r, f.Item)
		for _, m := range misses {
			if m.Item == f.Item {
				row.miss(m, h, r.Findings)
			}
		}
		switch {
		case f.Outcome == matching.Eligible:
			page.Fitting = append(page.Fitting, row)
		case f.Outcome == matching.Unknown:
			page.Opening = append(page.Opening, row)
		case row.One:
			page.Nearly = append(page.Nearly, row)
		default:
			page.Failing = append(page.Failing, row)
		}
		if slices.Contains(r.Bundle, f.Item) {
			page.Together = append(page.Together, together{Code: f.Item, Name: row.Name, Benefit: f.Benefit, Alone: row.Alone, Who: row.Who, After: row.After})
		}
	}
	for _, d := range r.Dropped {
		page.Apart = append(page.Apart, t.choice(r, d))
	}
	page.Ask = mostAsked(page.Opening)
	slices.SortStableFunc(page.Nearly, nearer)
	slices.SortStableFunc(page.Opening, func(a, b findingRow) int { return cmp.Compare(a.outstanding, b.outstanding) })
}

// besides says of an item what the household has already: that it is in hand or asked for,
// what would better be given up for it, and what a rule forbids beside it.
func besides(r matching.Result, item core.ItemCode) (out []string) {
	for _, s := range r.Swaps {
		if slices.Contains(s.Want, item) {
			out = append(out, s.Text)
		}
	}
	for _, c := range r.Clashes {
		if c.Item == item {
			out = append(out, c.Why)
		}
	}
	for _, a := range r.Already {
		if a.Item == item {
			out = append(out, a.Text)
		}
	}
	return out
}

// question is one fact and how many items hang on it.
type question struct {
	openRow
	Items int
}

// mostAsked are the facts that most open items hang on, the most telling first.
func mostAsked(open []findingRow) []question {
	var out []question
	for _, row := range open {
		for _, what := range row.Missing {
			i := slices.IndexFunc(out, func(q question) bool { return q.What == what.What })
			if what.Idle {
				continue
			}
			if i < 0 {
				out, i = append(out, question{openRow: what}), len(out)
			}
			out[i].Items++
		}
	}
	slices.SortStableFunc(out, func(a, b question) int { return b.Items - a.Items })
	return out[:min(len(out), mostNarrow)]
}

func (t teller) title(code core.ItemCode) string {
	if code == "" {
		return ""
	}
	return t.book.Title(code)
}

func (t teller) finding(f matching.Finding) findingRow {
	row := findingRow{Code: f.Item, Name: t.book.Title(f.Item), Benefit: f.Benefit, Alone: matching.AloneSaid(t.members(f.Benefit.Alone), len(t.names)), Who: t.members(f.For), After: t.title(f.After),
		Missing: t.places(f.Missing), found: f.Outcome, outstanding: len(f.Missing), asks: f.Missing}
	if it, known := t.book.Item(f.Item); known {
		row.Everyday, row.Department, row.Law = it.Everyday, bodyOf(it), it.Law
	}
	row.Word, row.Tone = t.outcome(f)
	for _, r := range weighed(f)[:min(len(f.Reasons), telling)] {
		row.Main = append(row.Main, t.reason(*r))
	}
	row.More, row.Whole = len(f.Reasons)-len(row.Main), t.whole(f)
	return row
}

// whole lays out everything that a finding rests on: the item's own conditions and then
// each member's, as the page of a case does.
func (t teller) whole(f matching.Finding) []desk.Standing {
	if len(f.Reasons) <= telling && len(f.Members) == 0 {
		return nil
	}
	word, tone := desk.Stands(f.Outcome.String())
	out := []desk.Standing{{Who: "这一项", Word: word, Tone: tone, Rows: t.conditions(f.Reasons)}}
	for _, m := range f.Members {
		word, tone := desk.Stands(m.Outcome.String())
		out = append(out, desk.Standing{Who: t.names[m.Member], Word: word, Tone: tone, Rows: t.conditions(m.Reasons)})
	}
	return out
}

func (t teller) conditions(reasons []*matching.Reason) []desk.Condition {
	out := make([]desk.Condition, 0, len(reasons))
	for _, r := range reasons {
		row := t.reason(*r)
		out = append(out, desk.Condition{Reason: casefile.Reason{Outcome: r.Outcome.String(), Text: r.Text, Member: r.Member, Fact: r.Fact, Value: row.Value, Limit: row.Limit, Law: r.Law},
			Word: row.Word, Tone: row.Shade, Source: row.Source + unlooked(row.Turned)})
	}
	return out
}

// reckoned are the statuses that a household has by what is recorded of it and no list says: a
// list that names it for another one vouches for none of these.
func reckoned(r matching.Result) map[string]bool {
	out := map[string]bool{}
	for _, s := range r.Statuses {
		out[s.Key] = s.Outcome == matching.Eligible && !s.Recognised
	}
	return out
}

// unlooked is said behind a source of what nobody looked at since the family is another one.
func unlooked(turn string) string {
	if turn == "" {
		return ""
	}
	return ",没有核对过:" + turn
}

// telling is how many reasons of an item are read at once; the others are folded away.
const telling = 1

// weighed puts the reasons that carry the outcome first, and of those the ones with a
// number and its line.
func weighed(f matching.Finding) []*matching.Reason {
	weight := func(r *matching.Reason) int {
		switch {
		case r.Outcome == f.Outcome && r.Limit != "":
			return 0
		case r.Outcome == f.Outcome:
			return 1
		}
		return 2
	}
	list := slices.Clone(f.Reasons)
	slices.SortStableFunc(list, func(a, b *matching.Reason) int { return weight(a) - weight(b) })
	return list
}

func (t teller) outcome(f matching.Finding) (word, tone string) {
	switch f.Outcome {
	case matching.Eligible:
		if it, known := t.book.Item(f.After); known {
			return "随" + cmp.Or(it.Everyday, it.Name), "leaf"
		}
		return "符合", "leaf"
	case matching.Unknown:
		return "还不知道", "amber"
	}
	return "不符合", ""
}

// bodyOf is who decides, outside the city's offices too.
func bodyOf(it *policy.Item) string { return cmp.Or(it.Body, it.Department.Name) }

func (t teller) reason(r matching.Reason) reasonRow {
	t.inWords(&r)
	row := reasonRow{Reason: r, Who: t.names[r.Member], Turned: t.turned[r.Fact]}
	if plain(r.Value) || plain(r.Limit) { // a yes beside a no says nothing that the sentence does not
		row.Value, row.Limit = "", ""
	}
	from, known := t.sources[r.Fact]
	switch {
	case t.reckoned[strings.TrimPrefix(r.Code, "status.")]:
		row.Source, row.Tone = desk.Unlisted, "amber"
	case strings.HasPrefix(r.Code, "after "): // of what has to be had first no list says anything
	case known:
		row.Source, row.Tone = desk.SourceOf(from)
	}
	row.Word, row.Shade = desk.Stands(r.Outcome.String())
	return row
}

func plain(s string) bool { return s == "" || policy.YesNo(s) }

func (t teller) members(refs []core.MemberRef) []string {
	var out []string
	for _, ref := range refs {
		out = append(out, t.names[ref])
	}
	return out
}

// places names facts by their paths, with the member they are about and where the answer is
// written down. What nobody of that age is asked is left out, unless nothing else is open.
func (t teller) places(paths []string) (out []openRow) {
	asked := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return idle(path, t.facts) })
	if len(asked) == 0 {
		asked = paths
	}
	for _, path := range asked {
		words, person := wording.FactLabel(path), core.PersonID(0)
		if rest, inside := strings.CutPrefix(path, "members/"); inside {
			ref, _, _ := strings.Cut(rest, "/")
			person = t.persons[core.MemberRef(ref)]
			if name := t.names[core.MemberRef(ref)]; name != "" && len(t.names) > 1 {
				words = name + ":" + words
			}
		}
		if slices.ContainsFunc(out, func(o openRow) bool { return o.What == words }) {
			continue
		}
		row := openAt(path, words, person, t.head, t.asked, t.may)
		if row.Idle = idle(path, t.facts); row.Idle {
			row.Where = "这个年纪一般用不上,不用专门问。真有的,本人说了再写"
		}
		out = append(out, row)
	}
	return out
}
