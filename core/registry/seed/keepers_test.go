package seed

import (
	"encoding/json"
	"testing"

	"lianou/core"
)

// Every fact of a Story stands on the sheet of one department, and none is lost.
func TestStoriesFactsHaveTheirKeepers(t *testing.T) {
	for _, s := range Stories() {
		known := s.Known(core.NewDate(2026, 3, 2))
		sheets, want := known.Sheets, factsIn(t, s.facts)
		for i, m := range s.Members {
			sheets, want = append(sheets, known.Members[i].Sheets...), want+factsIn(t, m.facts)
		}
		got := 0
		for _, sheet := range sheets {
			var facts map[string]json.RawMessage
			if err := json.Unmarshal(sheet.Facts, &facts); err != nil {
				t.Fatal(err)
			}
			for name := range facts {
				if keepers[name] == "" || sheet.Source != "registry:"+keepers[name] {
					t.Errorf("story %s: %s stands on %s, its keeper is %q", s.Letter, name, sheet.Source, keepers[name])
				}
			}
			got += len(facts)
		}
		if got != want {
			t.Errorf("story %s: %d facts on sheets of %d", s.Letter, got, want)
		}
	}
}

func factsIn(t *testing.T, doc string) int {
	t.Helper()
	var facts map[string]json.RawMessage
	if err := json.Unmarshal([]byte("{"+doc+"}"), &facts); err != nil {
		t.Fatal(err)
	}
	return len(facts)
}

// The rows of the pairs for show have facts of the vocabulary, each on its keeper's sheet,
// and ids and numbers that nobody else has.
func TestDoublesStandBesideTheStories(t *testing.T) {
	people, numbers := map[core.PersonID]bool{}, map[string]bool{"": true}
	for _, s := range Stories() {
		for _, m := range s.Members {
			people[m.Person], numbers[m.ID.Reveal()] = true, true
		}
	}
	for _, d := range Doubles() {
		for i, h := range d.Known(core.NewDate(2026, 3, 2)) {
			m := h.Members[0]
			if people[m.ID] || m.ID >= firstPerson || h.ID >= firstHousehold || !m.IDNumber.IsZero() && numbers[m.IDNumber.Reveal()] {
				t.Errorf("%s %d stands where another does", m.Name, i)
			}
			people[m.ID], numbers[m.IDNumber.Reveal()] = true, true
			doc := `{"on":"2026-03-02","county":"371426"`
			for _, sheet := range h.Sheets {
				doc += "," + string(sheet.Facts[1:len(sheet.Facts)-1])
			}
			doc += `,"members":[{"ref":"m","relation":"applicant","age":60,"sex":"` + string(m.Sex) + `"`
			for _, sheet := range m.Sheets {
				doc += "," + string(sheet.Facts[1:len(sheet.Facts)-1])
			}
			if _, err := core.DecodeHousehold([]byte(doc + "}]}")); err != nil {
				t.Errorf("%s %d: %v: %s", m.Name, i, err, doc)
			}
		}
	}
}
