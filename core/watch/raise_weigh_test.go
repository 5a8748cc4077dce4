package watch

import (
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/payout"
	"lianou/core/policy"
)

// TestEntitledNamesMembersAlone: somebody whom the facts do not have is no member of the
// household, whatever the item is granted to: the Book of a later month may grant it to
// members, and asks for each by their place.
// Control: entitled that gives -1 for a place ("[0 -1]").
func TestEntitledNamesMembersAlone(t *testing.T) {
	t.Parallel()
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(core.NewDate(2026, 7, 1))
	if err != nil {
		t.Fatal(err)
	}
	on := weighing{raising: &raising{was: book}, people: []core.PersonID{7}}
	of := []payout.Entitled{{Item: "MZ-01", Period: "202607", Monthly: true, Amount: 100, People: []core.PersonID{7, 8}}}
	if sum, who, some := on.entitled("MZ-01", "202607", of); sum != 100 || !slices.Equal(who, []int{0}) || !some {
		t.Errorf("%d for %v, %v", sum, who, some)
	}
	of[0].Item = "MZ-10" // granted to members: the month is left out
	if _, _, some := on.entitled("MZ-10", "202607", of); some {
		t.Error("a month of somebody who is not in the facts counts")
	}
}
