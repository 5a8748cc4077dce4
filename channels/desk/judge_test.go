package desk

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/policy"
	"lianou/core/wording"
	"lianou/intake"
)

func newJudge(t *testing.T) *Judge {
	t.Helper()
	library, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	j, err := NewJudge(library)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// Every fact of the form is asked in a sentence with its reason: the agent reads it
// out as it stands. Control: NewJudge over interview.Basic.
func TestEveryFactIsAskedInASentence(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	people := []intake.MemberForm{{Ref: "m1", Name: "王秀英"}, {Ref: "m2", Name: "周小山"}}
	household, member := Asked()
	var paths []string
	for _, key := range household {
		if !strings.HasPrefix(key, "shocks.") {
			paths = append(paths, key)
		}
	}
	for _, key := range member {
		if !strings.HasPrefix(key, "disability.") {
			paths = append(paths, "members/m2/"+key)
		}
	}
	for _, path := range paths {
		ask, why := j.next(map[string]int{path: 3}, people)
		if ask == wording.FactLabel(path)+"?" || why == "问清这一条,能推进 3 项。" {
			t.Errorf("%s is asked as %q, because %q", path, ask, why)
		}
		if named := strings.HasPrefix(ask, "周小山,"); named != strings.HasPrefix(path, "members/") {
			t.Errorf("%s is asked as %q", path, ask)
		}
	}
}

func TestTheNextQuestionIsTheInterviews(t *testing.T) {
	t.Parallel()
	v := url.Values{"live.county": {"371426"}, "m0.name": {"王秀英"}, "m0.age": {"59"}}
	got, err := newJudge(t).Look(v, core.NewDate(2026, 3, 2))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(got.Ask, "?") || !strings.Contains(got.Why, "。问清这一条") || strings.Contains(got.Ask, "王秀英") {
		t.Fatalf("asks %q, because %q", got.Ask, got.Why)
	}
}
