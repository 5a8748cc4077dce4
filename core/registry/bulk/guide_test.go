package bulk

import (
	"os"
	"strings"
	"testing"

	"lianou/core/wording"
)

// TestGuideNamesEveryField: whoever has to fill in a table finds every fact, its name in a
// mapping and its answers in docs/import.md. Control: a row less.
func TestGuideNamesEveryField(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range factPaths() {
		fact, of := wording.HouseholdFact(path)
		who := "户"
		if !of {
			fact, _ = wording.MemberFact(path)
			who = "人"
		}
		answers := make([]string, len(fact.Options))
		for i, o := range fact.Options {
			answers[i] = o.Word
		}
		says := strings.Join(answers, " / ")
		if says == "" {
			says = fact.Unit
		}
		if row := "| " + fact.Label + " | `" + path + "` | " + who + " | " + says + " |\n"; !strings.Contains(string(b), row) {
			t.Errorf("docs/import.md does not say: %s", row)
		}
	}
}
