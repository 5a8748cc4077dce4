package township

import (
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
)

// whole lays out everything that a finding rests on: the item's own conditions and then each
// member's, in the words that the household is told.
func (t teller) whole(v casefile.View, f casefile.Finding) []desk.Standing {
	all := slices.DeleteFunc(slices.Clone(f.Reasons), besides)
	if len(all) == 0 {
		return nil
	}
	word, tone := desk.Stands(f.Outcome)
	out := []desk.Standing{{Who: "这一项", Word: word, Tone: tone, Rows: t.conditions(v, all)}}
	for _, m := range f.Members {
		word, tone = desk.Stands(m.Outcome)
		who := t.name[m.Member]
		if who == "" {
			who = ofThem.Replace(t.said[m.Member])
		}
		out = append(out, desk.Standing{Who: who, Word: word, Tone: tone, Rows: t.conditions(v, m.Reasons)})
	}
	return out
}

func (t teller) conditions(v casefile.View, reasons []casefile.Reason) []desk.Condition {
	out := make([]desk.Condition, 0, len(reasons))
	for _, r := range t.reasons(reasons) {
		row := desk.Condition{Reason: r}
		row.Word, row.Tone = desk.Stands(r.Outcome)
		from, known := v.Facts.Provenance[r.Fact]
		switch key, status := strings.CutPrefix(r.Code, "status."); {
		case status && r.Outcome == "eligible" && !listed(v, key): // a list that names another standing vouches for none of this one
			row.Source = desk.Unlisted
		case strings.HasPrefix(r.Code, "after "): // of what has to be had first no list says anything
		case known:
			row.Source, _ = desk.SourceOf(from)
		}
		out = append(out, row)
	}
	return out
}

// listed reports whether the facts of a case have a status as recognised.
func listed(v casefile.View, key string) bool {
	list := v.Facts.Household.Statuses
	return list != nil && slices.Contains(*list, core.Status(key))
}

// havings are the reasons that say what the household has already.
func havings(f casefile.Finding) []casefile.Reason {
	return slices.DeleteFunc(slices.Clone(f.Reasons), func(r casefile.Reason) bool { return !besides(r) })
}
