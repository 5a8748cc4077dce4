package people

import (
	"cmp"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/wording"
)

// together is one item of the best bundle.
type together struct {
	Code    core.ItemCode
	Name    string
	Benefit matching.Benefit
	Who     []string // whom it is for, nobody named where it is for all
	After   string   // the item that has to be approved first
}

// apart is an item that fits and is not in the bundle.
type apart struct{ Name, By, Why, Law string }

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
	Main, More  []reasonRow
	Missing     []string
	Near        string
	Left        bool // it fits and is left out of the bundle
	outstanding int
}

// reasonRow is one condition as it stood. The sentence is the one that the household is
// told, so that both speak of one thing.
type reasonRow struct {
	matching.Reason
	Who          string
	Source, Tone string
	Word         string
}

// fill sorts the findings: what fits, what still hangs on a fact, what does not fit.
func (page *householdPage) fill(t teller, r matching.Result) {
	page.Items = len(r.Findings)
	for _, f := range r.Findings {
		row := t.finding(f)
		row.Left = f.Outcome == matching.Eligible && !slices.Contains(r.Bundle, f.Item)
		switch f.Outcome {
		case matching.Eligible:
			page.Fitting = append(page.Fitting, row)
		case matching.Unknown:
			page.Opening = append(page.Opening, row)
		default:
			page.Failing = append(page.Failing, row)
		}
		if slices.Contains(r.Bundle, f.Item) {
			page.Together = append(page.Together, together{f.Item, row.Name, f.Benefit, row.Who, row.After})
		}
	}
	for _, d := range r.Dropped {
		page.Apart = append(page.Apart, apart{t.book.Title(d.Item), t.title(d.By), d.Why, d.Law})
	}
	slices.SortStableFunc(page.Opening, func(a, b findingRow) int { return cmp.Compare(a.outstanding, b.outstanding) })
	slices.SortStableFunc(page.Failing, func(a, b findingRow) int { return cmp.Compare(b.Near, a.Near) }) // the nearest to a yes first
}

func (t teller) title(code core.ItemCode) string {
	if code == "" {
		return ""
	}
	return t.book.Title(code)
}

func (t teller) finding(f matching.Finding) findingRow {
	row := findingRow{Code: f.Item, Name: t.book.Title(f.Item), Benefit: f.Benefit, Who: t.members(f.For), After: t.title(f.After),
		Missing: t.places(f.Missing), Near: near(f), outstanding: len(f.Missing)}
	if it, known := t.book.Item(f.Item); known {
		row.Everyday, row.Department, row.Law = it.Everyday, bodyOf(it), it.Law
	}
	row.Word, row.Tone = t.outcome(f)
	for i, r := range weighed(f) {
		if i < telling {
			row.Main = append(row.Main, t.reason(*r))
		} else {
			row.More = append(row.More, t.reason(*r))
		}
	}
	return row
}

// telling is how many reasons of an item are read at once; the others are folded away.
const telling = 3

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
	row := reasonRow{Reason: r, Who: t.names[r.Member]}
	if plain(r.Value) || plain(r.Limit) { // a yes beside a no says nothing that the sentence does not
		row.Value, row.Limit = "", ""
	}
	if from, known := t.sources[r.Fact]; known {
		row.Source, row.Tone = desk.SourceOf(from)
	}
	switch r.Outcome {
	case matching.Eligible:
		row.Word = "够"
	case matching.NotEligible:
		row.Word = "不够"
	default:
		row.Word = "不知道"
	}
	return row
}

func plain(s string) bool { return s == "" || s == "是" || s == "否" }

func (t teller) members(refs []core.MemberRef) []string {
	var out []string
	for _, ref := range refs {
		out = append(out, t.names[ref])
	}
	return out
}

// places names facts by their paths, with the member they are about.
func (t teller) places(paths []string) []string {
	var out []string
	for _, path := range paths {
		words := wording.FactLabel(path)
		if rest, inside := strings.CutPrefix(path, "members/"); inside {
			ref, _, _ := strings.Cut(rest, "/")
			if name := t.names[core.MemberRef(ref)]; name != "" && len(t.names) > 1 {
				words = name + ":" + words
			}
		}
		if !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	return out
}

// near says that a single condition stands between the household and an item, "" where
// more do. How far it is and whether it can change is matching's to say.
func near(f matching.Finding) string {
	var against []*matching.Reason
	for _, r := range f.Reasons {
		if r.Outcome == matching.NotEligible {
			against = append(against, r)
		}
	}
	if f.Outcome != matching.NotEligible || len(against) != 1 || plain(against[0].Limit) || plain(against[0].Value) {
		return ""
	}
	return "只差这一条:现在 " + against[0].Value + ",线 " + against[0].Limit
}
