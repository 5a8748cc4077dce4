package demo

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/core"
)

// What the families of our own carry is what a person could: numbers with their check digits, of
// the sex that they say, cards that a bank would take; their ages go with the city's day.
//
// Controls: a digit of a number changed: `蔡守田: invalid_id_number`; of a card: `邢玉珍: invalid_bank_account`; years without
// the birthday: `邢玉珍 says 58, female, and was born 1969-05-21`.
func TestTheFamiliesOfOurOwnHaveNumbers(t *testing.T) {
	t.Parallel()
	day := time.Date(2027, 1, 10, 0, 0, 0, 0, time.UTC)
	sex := map[bool]string{true: "male", false: "female"}
	for _, f := range []family{burntOut("2026-12-01"), justOver()} {
		if _, err := core.ParsePhone(f.Mobile); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if _, err := core.ParseBankAccount(f.Card); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		form := f.filled(day)
		form.Set("m0.name", f.Name)
		form.Set("m0.id_number", f.Number)
		for field := range form {
			at, is := strings.CutSuffix(field, ".id_number")
			if !is || at == "applicant" {
				continue
			}
			id, err := core.ParseID(form.Get(field), core.DateOf(day))
			if err != nil {
				t.Errorf("%s: %v", form.Get(at+".name"), err)
				continue
			}
			if form.Get(at+".age") != strconv.Itoa(id.Birth().Age(core.DateOf(day))) || form.Get(at+".sex") != sex[id.Male()] {
				t.Errorf("%s says %s, %s, and was born %s", form.Get(at+".name"), form.Get(at+".age"), form.Get(at+".sex"), id.Birth())
			}
		}
	}
}
