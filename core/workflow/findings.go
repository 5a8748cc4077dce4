package workflow

import (
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/hardship"
	"lianou/core/matching"
	"lianou/core/policy"
)

// newClaim fills a claim from the Book; false for an item that is not in it.
func newClaim(book *policy.Book, finding casefile.Finding) (casefile.NewClaim, bool) {
	item, ok := book.Item(finding.Item)
	if !ok {
		return casefile.NewClaim{}, false
	}
	return casefile.NewClaim{Item: item.Code, Name: item.Name, Everyday: item.Everyday, Department: bodyOf(item), Decides: item.Decides,
		NoticeDays: item.NoticeDays, Cash: isCash(item) && item.Decides != policy.ByOutside, Benefit: finding.Benefit, Reasons: finding.Reasons}, true
}

// bodyOf is who has an item in the end, in Chinese.
func bodyOf(item *policy.Item) string {
	if item.Body != "" {
		return item.Body
	}
	return item.Department.Name
}

// isCash reports whether the item is as a rule money on a card: the Book names the
// usual form first. YB-02 is settled at the hospital, RS-01 is a job and not a sum.
func isCash(item *policy.Item) bool {
	return len(item.BenefitKind) > 0 && cash(item.BenefitKind[0])
}

func cash(kind string) bool { return strings.HasPrefix(kind, "cash_") }

// isEither reports whether the item can be given as money and otherwise.
func isEither(item *policy.Item) bool {
	return slices.ContainsFunc(item.BenefitKind, cash) && !allCash(item)
}

func allCash(item *policy.Item) bool {
	return !slices.ContainsFunc(item.BenefitKind, func(kind string) bool { return !cash(kind) })
}

// cashPer is how often the item's money is paid where its benefit does not say.
func cashPer(item *policy.Item) string {
	per := map[string]string{"cash_monthly": "month", "cash_once": "once", "cash_term": "term", "cash_season": "season"}
	for _, kind := range item.BenefitKind {
		if per[kind] != "" {
			return per[kind]
		}
	}
	return ""
}

func findingsOf(result *matching.Result, book *policy.Book) []casefile.Finding {
	list := make([]casefile.Finding, 0, len(result.Findings))
	for _, m := range result.Findings {
		one := casefile.Finding{Item: m.Item, Name: book.Title(m.Item), Outcome: m.Outcome.String(), Missing: m.Missing, After: m.After,
			Bundled: slices.Contains(result.Bundle, m.Item), Benefit: casefile.Benefit{Per: m.Benefit.Per, Sample: m.Benefit.Sample, Text: m.Benefit.Text, For: m.Benefit.For,
				Nothing: m.Benefit.NothingSaid(), Alone: m.Benefit.Alone}}
		if m.Benefit.Amount > 0 {
			fen := int64(m.Benefit.Amount)
			one.Benefit.Amount = &fen
		}
		if item, ok := book.Item(m.Item); ok {
			one.Benefit.Cash, one.Benefit.Either = isCash(item), isEither(item) && item.Decides != policy.ByOutside
		}
		one.Reasons = reasonsFound(m.Reasons)
		for _, v := range m.Members {
			one.Members = append(one.Members, casefile.Standing{Member: v.Member, Outcome: v.Outcome.String(), Reasons: reasonsFound(v.Reasons)})
		}
		for _, d := range result.Dropped {
			if d.Item == m.Item {
				one.Reasons = append(one.Reasons, casefile.Reason{Outcome: "dropped", Text: d.Why, Law: d.Law})
			}
		}
		one.Reasons = append(one.Reasons, besides(result, m.Item)...)
		list = append(list, one)
	}
	return list
}

func reasonsFound(list []*matching.Reason) (out []casefile.Reason) {
	for _, r := range list {
		out = append(out, casefile.Reason{Code: r.Code, Outcome: r.Outcome.String(), Text: r.Text, Member: r.Member, Fact: r.Fact, Value: r.Value, Limit: r.Limit, Law: r.Law})
	}
	return out
}

// found judges a household that has something already: every finding, with how near the
// items are that do not fit.
func found(m *matching.Matcher, h *core.Household, held matching.Held) []casefile.Finding {
	result := m.ExplainWith(h, held)
	list := findingsOf(&result, m.Book())
	for _, miss := range m.Misses(h, &result, nil) {
		if i := slices.IndexFunc(list, func(f casefile.Finding) bool { return f.Item == miss.Item }); i >= 0 {
			list[i].Near, list[i].NearOf = miss.Text, tellsOf(&miss)
		}
	}
	return list
}

// tellsOf is whom the text of a Miss may tell of: everybody of its steps, those told and those not.
func tellsOf(miss *matching.Miss) (out []core.MemberRef) {
	for _, st := range append(slices.Clone(miss.Steps), miss.Reach...) {
		who := st.Member
		if st.Leaves == "tekun" || casefile.TellsOfSomebody(st.Code, st.Fact) {
			who = casefile.NearSomebody
		}
		if !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out
}

// besides says of an item what the household has already: that it is in hand or filed, what
// would better be given up for it, and what a rule forbids beside it.
func besides(result *matching.Result, item core.ItemCode) (out []casefile.Reason) {
	for _, a := range result.Already {
		if a.Item == item {
			out = append(out, casefile.Reason{Outcome: "already", Text: a.Text})
		}
	}
	for _, s := range result.Swaps {
		if slices.Contains(s.Want, item) {
			out = append(out, casefile.Reason{Outcome: "swap", Text: s.Text, Law: s.Law})
		}
	}
	for _, c := range result.Clashes {
		if c.Item == item {
			out = append(out, casefile.Reason{Outcome: "clash", Text: c.Why, Law: c.Law})
		}
	}
	return out
}

func indexOf(h hardship.Index) casefile.Index {
	index := casefile.Index{Known: true, Tenths: h.Tenths, Low: h.Min, High: h.Max, Band: string(h.Band), Version: h.Version}
	for _, p := range h.Parts {
		index.Parts = append(index.Parts, p.Tenths)
	}
	return index
}
