package county

import (
	"strings"

	"lianou/core/payout"
)

// aside is a return of the bank that contradicts what we ordered: it has moved no
// money, and a person asks the bank.
type aside struct {
	payout.Aside
	Why string
}

func asides(list []payout.Aside) []aside {
	out := make([]aside, len(list))
	for i, a := range list {
		out[i] = aside{a, whyAside(a.Reason)}
	}
	return out
}

// whyAside puts the rule that a return breaks into words.
func whyAside(reason string) string {
	switch {
	case strings.HasPrefix(reason, "number of lines"):
		return "笔数和我们发的不一样。"
	case strings.HasPrefix(reason, "total"):
		return "总额和我们发的不一样。"
	case strings.HasPrefix(reason, "line "):
		return "有一笔和我们发的不一样。"
	}
	return "看不懂,或者不是我们的批次。"
}
