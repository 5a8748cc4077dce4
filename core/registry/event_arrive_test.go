package registry_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// numbered is a new person of an age in years with a number; odd sequences are men's.
func numbered(t *testing.T, name string, relation core.Relation, years int, sequence string) registry.NewPerson {
	t.Helper()
	today := core.DateOf(time.Now())
	s := "370102" + strings.ReplaceAll(today.AddDate(-years, 0, -1).String(), "-", "") + sequence
	id, err := core.ParseID(s+string(core.IDCheckDigit(s)), today)
	if err != nil {
		t.Fatal(err)
	}
	return registry.NewPerson{Name: name, Relation: relation, IDNumber: id}
}

// Who is not in the register comes into a household at any age, by a number that says so: a
// child, a parent, a spouse, and as what their ages and the spouse who is there allow. Taken
// back, they belong nowhere, and are told anew without a second row of them; whoever belongs,
// or belonged, to a household of the city is not new, wherever that is.
//
// Controls, seen red: comesAs that lets all through ("a child of her own age: came in" and the
// others); Arrive without mayMarry ("a spouse of her sex: came in"); enters that does not ask
// where they belong ("lives next door: … exists_already") or how they are called ("by another
// name: <nil>").
func TestSomebodyNewArrives(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	home, _ := f.enrolled(aged("applicant", "female", 40), aged("child", "male", 12))
	couple, _ := f.enrolled(aged("applicant", "male", 40), aged("spouse", "female", 39))
	arrive := func(to core.HouseholdID, who registry.NewPerson, adopted bool, towns ...core.RegionCode) (event registry.EventID, id core.PersonID, err error) {
		err = f.at(func(ctx context.Context, tx *pg.Tx) (err error) {
			event, id, err = f.life.Arrive(ctx, tx, f.why, told(tx, 3), to, who, adopted)
			return err
		}, towns...)
		return event, id, err
	}
	story := seed.Stories()[0].Members[0]
	there := registry.NewPerson{Name: story.Name, Relation: "parent", IDNumber: story.ID}
	for _, c := range []struct {
		what    string
		to      core.HouseholdID
		who     registry.NewPerson
		adopted bool
		says    string
	}{
		{"without a number", home, registry.NewPerson{Name: "李新", Relation: "child"}, false, "身份证号"},
		{"a child of her own age", home, numbered(t, "李新", "child", 38, "001"), false, "年纪和关系对不上"},
		{"a mother of thirty", home, numbered(t, "李新", "parent", 30, "002"), false, "年纪和关系对不上"},
		{"a grandmother of sixty", home, numbered(t, "李新", "grandparent", 60, "002"), false, "年纪和关系对不上"},
		{"as whom it is called after", home, numbered(t, "李新", "applicant", 30, "001"), false, "什么人"},
		{"a spouse of her sex", home, numbered(t, "李新", "spouse", 40, "002"), false, "性别一样"},
		{"a spouse of nineteen", home, numbered(t, "李新", "spouse", 19, "001"), false, "不满 22 岁"},
		{"a second spouse", couple, numbered(t, "李新", "spouse", 40, "002"), false, "已经登记着本人的配偶"},
		{"adopted at nineteen", home, numbered(t, "李新", "child", 19, "001"), true, "满 18 岁"},
		{"adopted as a parent", home, numbered(t, "李新", "parent", 9, "001"), true, "子女、孙子女或者其他"},
		{"before the birth", home, numbered(t, "李新", "child", 0, "001"), false, "还没有出生"},
		{"lives next door", home, there, false, "已经登记过,不是新来的人"},
		{"nobody's household", 999_999, numbered(t, "李新", "child", 9, "001"), false, ""},
	} {
		if _, _, err := arrive(c.to, c.who, c.adopted); err == nil || !strings.Contains(core.Known(err).Say, c.says) {
			t.Errorf("%s: came in, or otherwise: %v", c.what, err)
		}
	}
	if _, _, err := arrive(home, there, false, deping); err == nil || !strings.Contains(core.Known(err).Say, "已经登记过,不是新来的人") {
		t.Errorf("lives in a township nobody sees: %v", err)
	}

	for _, who := range []registry.NewPerson{numbered(t, "李老", "parent", 70, "005"), numbered(t, "王新", "spouse", 41, "007"), numbered(t, "李三", "other", 3, "002")} {
		if _, _, err := arrive(home, who, false); err != nil {
			t.Errorf("%s: %v", who.Relation, err)
		}
	}
	event, child, err := arrive(home, numbered(t, "李小新", "child", 9, "003"), true)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.stand(home); got != "a:applicant b:child m1:parent m2:spouse m3:other m4:child" {
		t.Errorf("they stand as %s", got)
	}
	if n := f.touched(home); n != 4 {
		t.Errorf("%d jobs after four events", n)
	}
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.Undo(ctx, tx, f.why, "officer:7", event)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := arrive(home, numbered(t, "李小星", "child", 9, "003"), false); err == nil || !strings.Contains(core.Known(err).Say, "名字不一样") {
		t.Errorf("by another name: %v", err)
	}
	_, again, err := arrive(home, numbered(t, "李小新", "child", 9, "003"), false)
	if err != nil || again != child {
		t.Errorf("told anew: %d, want %d: %v", again, child, err)
	}
	if n := f.count(t, `select count(*) from person where name = '李小新'`); n != 1 {
		t.Errorf("%d rows of one child", n)
	}
}
