package bulk

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/tables"
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

// TestGuideNamesEverySource: whoever brings a file in finds every department it may speak as.
// Red, as it was: "docs/import.md does not say: | `registry:population` | 公安户籍 |".
func TestGuideNamesEverySource(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range wording.Keepers() {
		if row := "| `registry:" + k.Kind + "` | " + k.Name + " |\n"; !strings.Contains(string(b), row) {
			t.Errorf("docs/import.md does not say: %s", row)
		}
	}
}

// TestGuideSaysWhichDates: the days that docs/import.md shows are taken as it says, and those
// that it says are refused are. Control: a form of the guide that is none.
func TestGuideSaysWhichDates(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../../docs/import.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(b), "## 日期怎么写\n")
	part, _, _ = strings.Cut(part, "\n## ")
	taken, refused, said := strings.Cut(part, "\n不认,退回:")
	if !found || !said {
		t.Fatal("docs/import.md does not say which dates are taken")
	}
	shown := regexp.MustCompile("`([0-9][^`]*)`")
	for _, of := range []struct {
		text string
		want core.Date
		bad  reason
		n    int
	}{{taken, core.NewDate(2024, 3, 1), "", 9}, {refused, 0, badDate, 2}} {
		list := shown.FindAllStringSubmatch(of.text, -1)
		if len(list) != of.n {
			t.Errorf("docs/import.md shows %d days, want %d", len(list), of.n)
		}
		for _, m := range list {
			if got, bad := dateOf(tables.Cell{Text: m[1]}, 0, today); got != of.want || bad != of.bad {
				t.Errorf("%q is %s %q, docs/import.md says %s %q", m[1], got, bad, of.want, of.bad)
			}
		}
	}
	for _, text := range []string{"24-03-01", "2024-03", "1879-12-31"} {
		if _, bad := dateOf(tables.Cell{Text: text}, 0, today); bad != badDate {
			t.Errorf("%q is taken", text)
		}
	}
}
