package demo

import (
	"strconv"
	"testing"

	"lianou/core"
)

// The families that are made here carry what a person could: whole numbers with their check digits, of
// which no two have the same, and at the window each says the age and the sex of their number, by the
// city's day.
//
// Controls: one digit of an identity number changed ("d h: no number"); the card of (g) for (h) too ("h a: … is
// somebody else's"); ages without the birthday ("e a says 58, female").
func TestFamiliesAreWhole(t *testing.T) {
	t.Parallel()
	day := core.NewDate(2027, 1, 10)
	taken := map[string]bool{}
	for _, f := range families() {
		form := f.window(day)
		if form.Get("item") != string(f.item) || f.item == "" || form.Get("story") == "" {
			t.Errorf("%s asks for %q", f.Letter, form.Get("item"))
		}
		for i, m := range f.Members {
			numbers := []string{m.ID.Reveal()}
			if i == 0 {
				numbers = append(numbers, m.Phone.Reveal(), m.Account.Reveal())
			}
			for _, n := range numbers {
				switch {
				case n == "":
					t.Errorf("%s %s: no number", f.Letter, m.Ref)
				case taken[n]:
					t.Errorf("%s %s: %s is somebody else's", f.Letter, m.Ref, n)
				}
				taken[n] = true
			}
			at := "m" + strconv.Itoa(i) + "."
			id, err := core.ParseID(form.Get(at+"id_number"), day)
			if err != nil || form.Get(at+"name") != m.Name || form.Get(at+"age") != strconv.Itoa(id.Birth().Age(day)) || form.Get(at+"relation") != string(m.Relation) ||
				form.Get(at+"sex") != map[bool]string{true: "male", false: "female"}[id.Male()] {
				t.Errorf("%s %s says %s, %s, and has number %v: %v", f.Letter, m.Ref, form.Get(at+"age"), form.Get(at+"sex"), id, err)
			}
		}
	}
}
