package township

import (
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
)

// reasonFor offers the findings' own sentences as the reason, for the officer to
// keep or rewrite.
func reasonFor(v casefile.View, c casefile.Claim) string {
	if len(c.Reasons) > 0 && c.Proposal != "" {
		return c.Reasons[0].Text
	}
	var words []string
	for _, f := range v.Findings {
		if f.Item != c.Item {
			continue
		}
		for i, r := range f.Reasons {
			if len(words) < 3 && !waits(f, i) && !besides(r) {
				words = append(words, r.Text)
			}
		}
	}
	return desk.GradesIn(strings.Join(words, ""))
}

// waits reports whether a reason only says which item comes first, as the first one does
// where there is such an item: by the time of a proposal that is over, and no reason to give
// a household.
func waits(f casefile.Finding, reason int) bool { return f.After != "" && reason == 0 }

// called is what people call an item of a case: as its claim has it, else as the finding.
func called(v casefile.View, item core.ItemCode) string {
	for _, c := range v.Claims {
		if c.Item == item && c.Everyday != "" {
			return c.Everyday
		}
	}
	for _, f := range v.Findings {
		if f.Item == item {
			return f.Name
		}
	}
	return string(item)
}

// besides reports whether a reason says what the household has already: that is for the officer
// to weigh, and no condition of the item.
func besides(r casefile.Reason) bool {
	return r.Outcome == "already" || r.Outcome == "swap" || r.Outcome == "clash"
}

// benefitOf is what the Book says an item gives, in words.
func benefitOf(v casefile.View, item core.ItemCode) casefile.Benefit {
	for _, f := range v.Findings {
		if f.Item == item {
			return f.Benefit
		}
	}
	return casefile.Benefit{}
}
