package township

import (
	"slices"

	"lianou/channels/desk"
	"lianou/core/casefile"
)

// standingRow is how an item stands for the household or one member, with every condition.
type standingRow struct {
	Who, Word, Tone string
	Rows            []conditionRow
}

// conditionRow is one condition as it stood: sentence, value, limit, law, and where the fact
// came from.
type conditionRow struct {
	casefile.Reason
	Word, Tone, Source string
}

// whole lays out everything that a finding rests on: the item's own conditions and then each
// member's, in the words that the household is told.
func (t teller) whole(v casefile.View, f casefile.Finding) []standingRow {
	all := slices.DeleteFunc(slices.Clone(f.Reasons), besides)
	if len(all) == 0 {
		return nil
	}
	word, tone := stands(f.Outcome)
	out := []standingRow{{"这一项", word, tone, t.conditions(v, all)}}
	for _, m := range f.Members {
		word, tone = stands(m.Outcome)
		who := t.name[m.Member]
		if who == "" {
			who = ofThem.Replace(t.said[m.Member])
		}
		out = append(out, standingRow{who, word, tone, t.conditions(v, m.Reasons)})
	}
	return out
}

func (t teller) conditions(v casefile.View, reasons []casefile.Reason) []conditionRow {
	out := make([]conditionRow, 0, len(reasons))
	for _, r := range t.reasons(reasons) {
		row := conditionRow{Reason: r}
		row.Word, row.Tone = stands(r.Outcome)
		if from, known := v.Facts.Provenance[r.Fact]; known {
			row.Source, _ = desk.SourceOf(from)
		}
		out = append(out, row)
	}
	return out
}

// havings are the reasons that say what the household has already.
func havings(f casefile.Finding) []casefile.Reason {
	return slices.DeleteFunc(slices.Clone(f.Reasons), func(r casefile.Reason) bool { return !besides(r) })
}

func stands(outcome string) (word, tone string) {
	switch outcome {
	case "eligible":
		return "符合", "leaf"
	case "not_eligible":
		return "不符合", ""
	case "dropped":
		return "让给别项", ""
	}
	return "还不知道", "amber"
}
