package seed

import (
	"testing"

	"lianou/core"
)

// TestWhoIsOfAListIsOfThatList: the row that came by name from a department's list says so of all
// that is known of it; who has a number is known by the registers that go by numbers. By a
// newcomer: what a list says of 赵玉锋 stood there as the word of the police.
// Control: every row by its keepers, as it was ("赵玉锋: registry:population").
func TestWhoIsOfAListIsOfThatList(t *testing.T) {
	t.Parallel()
	for _, d := range Doubles() {
		for i, home := range d.Known(core.NewDate(2026, 9, 1)) {
			police := false
			for _, s := range append(home.Sheets, home.Members[0].Sheets...) {
				police = police || s.Source == "registry:population"
				if d.Rows[i].ID.IsZero() && s.Source != "registry:medical" {
					t.Errorf("%s: %s", d.Rows[i].Name, s.Source)
				}
			}
			if police == d.Rows[i].ID.IsZero() {
				t.Errorf("%s: of the police %v", d.Rows[i].Name, police)
			}
		}
	}
}
