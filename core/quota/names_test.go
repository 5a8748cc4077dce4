package quota_test

import (
	"slices"
	"testing"

	"lianou/core/hardship"
	"lianou/core/quota"
)

// TestMissingNamesTheParts: a part of the index has one name, wherever it is said.
// Control: with the list that stood in this package: `收入没问全, want 收入缺口没问全`.
func TestMissingNamesTheParts(t *testing.T) {
	t.Parallel()
	e := quota.Entry{Fits: true}
	var want []string
	for i, name := range hardship.Names() {
		e.High[i] = 1
		want = append(want, name+"没问全")
	}
	for i, got := range e.Missing() {
		if got != want[i] {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
	if !slices.Equal(e.Missing(), want) {
		t.Errorf("%q", e.Missing())
	}
}
