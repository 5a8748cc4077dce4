package people

import (
	"lianou/core"
	"lianou/core/policy"
	"lianou/core/registry"
)

// events is the fact of what has happened to a household. That nothing had, when somebody
// asked, says nothing of the days since.
const events = "shocks"

// lapsed says of the word on a household's events that more days have gone by since it than
// the rules look back on; "" of any other fact, and while it stands. What is recorded to have
// happened stays true for good: it is the silence since then that nobody asked about.
func lapsed(f registry.Fact, on core.Date, window core.Date) string {
	if f.Person != 0 || f.Path != events || window == 0 || on-f.ValidFrom <= window {
		return ""
	}
	day := f.ValidFrom.Say()
	if f.ValidFrom.Time().Year() != on.Time().Year() {
		day = f.ValidFrom.SayWhole()
	}
	return day + "以后家里出没出过事,没有问过"
}

// lookBack is for how many days the rules of a place ask about sudden events, 0 where its row
// is not known.
func lookBack(b *policy.Book, h *core.Household) core.Date {
	id, known := b.Param("shock.window")
	if !known {
		return 0
	}
	var area core.Area
	if h.Area != nil {
		area = *h.Area
	}
	row, _ := b.Amount(id, h.County, area)
	return core.Date(row.Value)
}
