package township

import (
	"strings"
	"testing"

	"lianou/core/policy"
	"lianou/core/wording"
	"lianou/intake/interview"
)

// Whatever the Book may miss and the schema may hold is shown in Chinese: every fact, the
// values of every closed answer, every kind of event. An officer who reads death_in_family
// looks for nothing.
//
// Control: living_rough taken out of wording.
func TestNoFactIsShownInEnglish(t *testing.T) {
	t.Parallel()
	latin := func(words string) bool {
		return words == "" || strings.ContainsFunc(words, func(r rune) bool { return r >= 'a' && r <= 'z' || r == '_' })
	}
	for _, f := range policy.Facts() {
		path := f.Path
		if path == "" {
			path = f.Key
		}
		named := wording.HouseholdFact
		at := ""
		if f.ID.IsMember() {
			named, at = wording.MemberFact, "members/m1/"
		}
		if got := missing([]string{at + path}); latin(got) {
			t.Errorf("%s is missing as %q", path, got)
		}
		said, _ := named(path)
		for i, value := range f.Words {
			if i < len(f.Said) && latin(f.Said[i]) {
				t.Errorf("%s: %s is said %q", f.Key, value, f.Said[i])
			}
			if path == f.Key && latin(said.Word(value)) {
				t.Errorf("%s: %s is shown as %q", path, value, said.Word(value))
			}
		}
	}
	form, err := interview.Whole()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range form.Questions {
		key, member := q.Member()
		named := wording.HouseholdFact
		if member {
			named = wording.MemberFact
		}
		if key == "shocks" {
			key = "shocks.kind"
		}
		if key == "disability" {
			key = "disability.kind"
		}
		fact, known := named(key)
		for _, o := range q.Options {
			if latin(o.Say) || known && latin(fact.Word(o.Value)) {
				t.Errorf("%s: %s is said %q and shown %q", q.Key, o.Value, o.Say, fact.Word(o.Value))
			}
		}
	}
}
