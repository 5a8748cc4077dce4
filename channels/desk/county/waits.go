package county

import (
	"fmt"

	"lianou/core/payout"
)

// lines counts the payments that wait for money of the year's budget.
func lines(waits []payout.Waiting) (n int) {
	for _, w := range waits {
		n += w.Lines
	}
	return n
}

// sayWaits says for whom the money of the year does not reach, and how much is missing.
func (c *Room) sayWaits(waits []payout.Waiting) []string {
	out := make([]string, len(waits))
	for i, w := range waits {
		where := c.d.Regions.FullName(w.Counties[0])
		if len(w.Counties) > 1 {
			where = fmt.Sprintf("%s等 %d 个县", where, len(w.Counties))
		}
		out[i] = w.Say(where)
	}
	return out
}
