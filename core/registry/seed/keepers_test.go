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
