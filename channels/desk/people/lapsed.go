package people

import (
	"lianou/core"
	"lianou/core/facts"
	"lianou/core/registry"
)

// events is the fact of what has happened to a household. That nothing had, when somebody
// asked, says nothing of the days since.
const events = core.ShocksPath

// lapsed says of the word on a household's events that it is too old to be relied on
// (facts.Silence, by which everything is judged); "" of any other fact, and while it stands.
// What is recorded to have happened stays true for good: it is the silence since then that
// nobody asked about.
func lapsed(f registry.Fact, on core.Date) string {
	if f.Person != 0 || f.Path != events || !facts.Silent(f.ValidFrom, on) {
		return ""
	}
	day := f.ValidFrom.Say()
	if f.ValidFrom.Time().Year() != on.Time().Year() {
		day = f.ValidFrom.SayWhole()
	}
	return day + "以后家里出没出过事,没有问过"
}
