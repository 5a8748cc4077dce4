package desk

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/matching"
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
		ask, why := j.next(map[string]int{path: 3}, people, nil)
		if ask == wording.FactLabel(path)+"?" || why == "问清这一条,能推进 3 项。" {
			t.Errorf("%s is asked as %q, because %q", path, ask, why)
		}
		if named := strings.Contains(ask, "周小山"); named != strings.HasPrefix(path, "members/") {
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

// What fits is ticked once it is known to fit, however late; a tick taken away stays
// away, one that somebody set stays, and an offer that fits no more is taken back.
//
// Control: offer only while nothing is ticked, and what fits later is never filed.
func TestTicksFollowWhatFits(t *testing.T) {
	t.Parallel()
	const fits, other = "MZ-01", "YB-02"
	for name, c := range map[string]struct {
		on, offered []string
		fits, want  bool
	}{
		"fits now":                             {nil, nil, true, true},
		"fits now, another was ticked before":  {[]string{other}, []string{other}, true, true},
		"taken away":                           {[]string{other}, []string{fits, other}, true, false},
		"fits still":                           {[]string{fits}, []string{fits}, true, true},
		"fits no more":                         {[]string{fits}, []string{fits}, false, false},
		"set by hand, does not fit":            {[]string{fits}, nil, false, true},
		"set by hand, and something else fits": {[]string{fits}, []string{other}, false, true},
		"nobody's":                             {nil, []string{other}, false, false},
	} {
		it := JudgedItem{Code: fits}
		ticks{on: c.on, offered: c.offered}.set(&it, c.fits)
		if it.Ticked != c.want {
			t.Errorf("%s: ticked %v", name, it.Ticked)
		}
	}
}

// Nobody is asked aloud what nobody asks at their age. Control: absurd() that says no,
// "at 59 are they asked about school_stage".
func TestNobodyIsAskedTheAbsurd(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	for key, ages := range map[string]struct{ in, out int }{"school_stage": {9, 59}, "orphan": {9, 40}, "parents": {17, 33}, "veteran": {70, 9}, "pension": {60, 12}} {
		path := "members/m1/" + key
		for age, want := range map[int]bool{ages.in: true, ages.out: false} {
			ask, _ := j.next(map[string]int{path: 3}, nil, map[core.MemberRef]int{"m1": age})
			if (ask != "") != want {
				t.Errorf("at %d are they asked about %s: %q", age, key, ask)
			}
		}
		if ask, _ := j.next(map[string]int{path: 3}, nil, nil); ask == "" {
			t.Errorf("%s is not asked of somebody of no known age", key)
		}
	}
}

// What follows another item names it, whichever that is. Control: 随低保 for every one.
func TestWhatFollowsNamesWhat(t *testing.T) {
	t.Parallel()
	m := matcherOf(t)
	h, err := core.DecodeHousehold([]byte(`{"on":"2026-03-02","county":"371426","area":"rural","hukou":"local","income_per_capita_month":100,
		"financial_assets_per_capita":0,"houses":1,"cars":0,"business_with_staff":false,"statuses":[],"members":[{"ref":"m1","relation":"applicant","age":70,"adl_failed":0,"supporter":"none"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := sortOut(m.Book(), m.Explain(&h), ticks{})
	i := slices.IndexFunc(got.Items, func(it JudgedItem) bool { return it.Code == "GA-01" })
	if i < 0 || got.Items[i].Word != "随特困(五保)" || got.Items[i].Why != "先把特困(五保)办下来,这一项跟着就能办。" {
		t.Errorf("%+v", got.Items)
	}
}

func matcherOf(t *testing.T) *matching.Matcher {
	t.Helper()
	book, err := newJudge(t).library.On(core.NewDate(2026, 3, 2))
	if err != nil {
		t.Fatal(err)
	}
	m, err := matching.Compile(book)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
