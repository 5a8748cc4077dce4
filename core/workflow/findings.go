package workflow

import (
	"slices"

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

// isCash reports whether the item's benefit is money on a card.
func isCash(item *policy.Item) bool {
	return slices.ContainsFunc(item.BenefitKind, func(kind string) bool {
		return kind == "cash_monthly" || kind == "cash_once" || kind == "cash_term"
	})
}

func findingsOf(result *matching.Result, book *policy.Book) []casefile.Finding {
	list := make([]casefile.Finding, 0, len(result.Findings))
	for _, m := range result.Findings {
		one := casefile.Finding{Item: m.Item, Name: book.Title(m.Item), Outcome: m.Outcome.String(), Missing: m.Missing, After: m.After,
			Bundled: slices.Contains(result.Bundle, m.Item), Benefit: casefile.Benefit{Per: m.Benefit.Per, Sample: m.Benefit.Sample, Text: m.Benefit.Text}}
		if m.Benefit.Amount > 0 {
			fen := int64(m.Benefit.Amount)
			one.Benefit.Amount = &fen
		}
		if item, ok := book.Item(m.Item); ok {
			one.Benefit.Cash = isCash(item)
		}
		for _, r := range m.Reasons {
			one.Reasons = append(one.Reasons, casefile.Reason{Outcome: r.Outcome.String(), Text: r.Text, Member: r.Member,
				Fact: r.Fact, Value: r.Value, Limit: r.Limit, Law: r.Law})
		}
		for _, d := range result.Dropped {
			if d.Item == m.Item {
				one.Reasons = append(one.Reasons, casefile.Reason{Outcome: "dropped", Text: d.Why, Law: d.Law})
			}
		}
		list = append(list, one)
	}
	return list
}

func indexOf(h hardship.Index) casefile.Index {
	index := casefile.Index{Known: true, Tenths: h.Tenths, Low: h.Min, High: h.Max, Band: string(h.Band), Version: h.Version}
	for _, p := range h.Parts {
		index.Parts = append(index.Parts, p.Tenths)
	}
	return index
}
