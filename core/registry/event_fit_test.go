package registry_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// enrolled is a household of who stands in it, by their ages in years; its people are "a",
// "b" and so on.
func (f families) enrolled(people ...registry.NewPerson) (home core.HouseholdID, ids []core.PersonID) {
	f.t.Helper()
	if err := f.at(func(ctx context.Context, tx *pg.Tx) (err error) {
		h := registry.NewHousehold{Live: core.Place{Region: "371424103200"}, Hukou: "371424", Since: tx.Today() - 100}
		for i, p := range people {
			p.Ref, p.Name, p.Birth = core.MemberRef("abcdef"[i:i+1]), "人"+"甲乙丙丁戊己"[3*i:3*i+3], tx.Today().AddDate(-int(p.Birth), 0, 0)
			h.Members = append(h.Members, p)
		}
		home, ids, err = f.reg.Enrol(ctx, tx, f.why, h)
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
	return home, ids
}

func aged(relation core.Relation, sex core.Sex, age int) registry.NewPerson {
	return registry.NewPerson{Relation: relation, Sex: sex, Birth: core.Date(age)}
}

// stand says who is what in a household, "a:applicant b:child".
func (f families) stand(home core.HouseholdID) string {
	f.t.Helper()
	var out []string
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		list, err := f.reg.Members(ctx, tx, f.why, home)
		for _, m := range list {
			out = append(out, string(m.Ref)+":"+string(m.Relation))
		}
		return err
	}); err != nil {
		f.t.Error(err)
	}
	return strings.Join(out, " ")
}

// No couple is registered that the register knows cannot marry, on the day it is told of.
//
// Red by Marry as it was: "a boy: <nil>", "a man of two wives: <nil>", "two women" and the
// others.
func TestWhoCannotMarry(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	home, p := f.enrolled(aged("applicant", "male", 50), aged("spouse", "female", 48), aged("child", "male", 25), aged("child", "female", 23), aged("grandchild", "male", 12))
	alone, q := f.enrolled(aged("applicant", "female", 30), aged("child", "female", 19))
	single, r := f.enrolled(aged("applicant", "male", 21), aged("parent", "male", 60), aged("parent", "", 45))
	marry := func(who, other core.PersonID, ago int, as core.Relation, to core.HouseholdID) error {
		return f.at(func(ctx context.Context, tx *pg.Tx) error {
			_, _, err := f.life.Marry(ctx, tx, f.why, told(tx, ago), [2]core.PersonID{who, other}, []registry.Mover{{Person: who, Relation: as}}, registry.Target{Household: to})
			return err
		})
	}
	for _, c := range []struct {
		what       string
		who, other core.PersonID
		as         core.Relation
		to         core.HouseholdID
		says       string
	}{
		{"a boy", p[4], q[0], "spouse", alone, "男方在这一天不满 22 岁"},
		{"a man of 21", r[0], q[0], "spouse", alone, "男方在这一天不满 22 岁"},
		{"a girl of 19", q[1], p[2], "other", home, "女方在这一天不满 20 岁"},
		{"a man of two wives", q[0], p[0], "other", home, "男方家里还登记着配偶"},
		{"a wife", p[1], r[1], "other", single, "女方家里还登记着配偶"},
		{"two women", p[3], q[0], "spouse", alone, "性别一样"},
		{"somebody else's spouse", q[0], p[2], "spouse", home, "不是那一家的本人"},
	} {
		if err := marry(c.who, c.other, 0, c.as, c.to); core.KindOf(err) != core.KindInvalid || !strings.Contains(core.Known(err).Say, c.says) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	// Brother and sister stay kin after one of them has a household of their own.
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, _, err := f.life.Split(ctx, tx, f.why, told(tx, 50), []registry.Mover{{Person: p[3], Relation: "applicant"}}, core.Place{Region: "371424103200"}, "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := marry(p[3], p[2], 0, "other", home); !strings.Contains(core.Known(err).Say, "近亲") {
		t.Errorf("brother and sister: %v", err)
	}
	if err := marry(r[2], r[1], 0, "other", home); strings.Contains(core.Known(err).Say, "近亲") || strings.Contains(core.Known(err).Say, "性别") {
		t.Errorf("two parents, of one the sex is not known: %v", err)
	}
	if err := marry(q[0], p[2], 0, "other", home); err != nil {
		t.Errorf("who may marry: %v", err)
	}
	if got := f.stand(alone); got != "b:applicant" {
		t.Errorf("the daughter who stays: %s", got)
	}
}

// Nobody of age is adopted, and nobody as an elder; what only speaks against an adoption is
// said and left to who saw the certificate.
//
// Red by Adopt as it was: "of age: <nil>", "as a parent: <nil>".
func TestWhoCannotBeAdopted(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	_, p := f.enrolled(aged("applicant", "male", 40), aged("child", "male", 18), aged("child", "female", 17))
	young, _ := f.enrolled(aged("applicant", "female", 29))
	old, q := f.enrolled(aged("applicant", "female", 30), aged("other", "female", 9))
	adopt := func(who core.PersonID, as core.Relation, ago int) error {
		return f.at(func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Adopt(ctx, tx, f.why, told(tx, ago), registry.Mover{Person: who, Relation: as}, young)
			return err
		})
	}
	for what, c := range map[string]struct {
		err  error
		says string
	}{
		"of age":      {adopt(p[1], "child", 0), "已经满 18 岁"},
		"as a parent": {adopt(p[2], "parent", 0), "是子女、孙子女或者其他"},
	} {
		if core.KindOf(c.err) != core.KindInvalid || !strings.Contains(core.Known(c.err).Say, c.says) {
			t.Errorf("%s: %v", what, c.err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	must(f.at(func(ctx context.Context, tx *pg.Tx) error {
		for _, c := range []struct {
			who  core.PersonID
			to   core.HouseholdID
			want registry.Doubts
		}{{p[2], young, registry.Doubts{Parents: true, Young: true}}, {p[2], old, registry.Doubts{Parents: true}}, {q[1], young, registry.Doubts{Young: true}}} {
			if got, err := f.life.DoubtAdoption(ctx, tx, c.who, c.to, tx.Today()); err != nil || got != c.want {
				t.Errorf("doubts of %d in %d: %+v, %v", c.who, c.to, got, err)
			}
		}
		return nil
	}))
	must(adopt(p[1], "child", 1)) // the day before they came of age
	must(adopt(p[2], "child", 0))
}

// Civil Code, art. 1102: somebody without a spouse who adopts a child of the other sex is
// forty years older, and whoever registers it is asked. It forbids nothing: a brother's child
// is exempt.
//
// Red by DoubtAdoption as it was, of a man of 45 by himself and a girl of 9: "{Parents:true
// Young:false Close:false}".
func TestWhoAdoptsAloneIsFortyYearsOlder(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	_, p := f.enrolled(aged("applicant", "female", 40), aged("child", "female", 9), aged("child", "male", 9), aged("child", "", 9))
	girl, boy, child := p[1], p[2], p[3]
	home := func(people ...registry.NewPerson) core.HouseholdID {
		id, _ := f.enrolled(people...)
		return id
	}
	alone, elder := home(aged("applicant", "male", 45)), home(aged("applicant", "male", 49))
	couple := home(aged("applicant", "male", 45), aged("spouse", "female", 44))
	woman, unknown := home(aged("applicant", "female", 45), aged("parent", "male", 70)), home(aged("applicant", "", 45))
	for _, c := range []struct {
		what string
		who  core.PersonID
		to   core.HouseholdID
		want bool
	}{
		{"a girl to a man by himself", girl, alone, true}, {"a boy to a man by himself", boy, alone, false}, {"a girl to a man of forty years more", girl, elder, false},
		{"a girl to a couple", girl, couple, false}, {"a boy to a woman by herself", boy, woman, true}, {"a girl to a woman by herself", girl, woman, false},
		{"one whose sex is not known", child, alone, false}, {"to one whose sex is not known", girl, unknown, false},
	} {
		if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
			got, err := f.life.DoubtAdoption(ctx, tx, c.who, c.to, tx.Today())
			if want := (registry.Doubts{Parents: true, Close: c.want}); got != want {
				t.Errorf("%s: %+v, want %+v", c.what, got, want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.Adopt(ctx, tx, f.why, told(tx, 0), registry.Mover{Person: girl, Relation: "child"}, alone)
		return err
	}); err != nil {
		t.Errorf("a brother's daughter: %v", err)
	}
}

// Where the one a household is called after leaves it, by a death as by a marriage or a move,
// one who stays becomes it, and the others are theirs from that day on; what is said of them
// goes before the rule. Taken back, all stand as before.
//
// Red by end without succeed: "a wife: a death leaves b:spouse c:child d:parent".
func TestWhoTheHouseholdIsCalledAfterThen(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	for _, c := range []struct {
		what   string
		people []registry.NewPerson
		said   map[int]core.Relation
		want   string // "": refused
	}{
		{"a wife", []registry.NewPerson{aged("applicant", "male", 50), aged("spouse", "female", 48), aged("child", "male", 25), aged("parent", "male", 75)}, nil, "b:applicant c:child d:other"},
		{"a son", []registry.NewPerson{aged("applicant", "female", 62), aged("child", "male", 38), aged("other", "female", 36), aged("grandchild", "male", 12)}, nil, "b:applicant c:other d:child"},
		{"the elder of two", []registry.NewPerson{aged("applicant", "female", 62), aged("child", "male", 30), aged("child", "female", 38), aged("grandchild", "male", 12)}, nil, "b:other c:applicant d:other"},
		{"a child before nobody of age", []registry.NewPerson{aged("applicant", "female", 40), aged("child", "male", 9), aged("child", "male", 14)}, nil, "b:other c:applicant"},
		{"who is of age before a wife who is not", []registry.NewPerson{aged("applicant", "male", 40), aged("child", "male", 17), aged("parent", "female", 65)}, nil, "b:grandchild c:applicant"},
		{"as said", []registry.NewPerson{aged("applicant", "female", 62), aged("child", "male", 38), aged("other", "female", 36)}, map[int]core.Relation{1: "spouse", 2: "applicant"}, "b:spouse c:applicant"},
		{"of two nobody", []registry.NewPerson{aged("applicant", "female", 62), aged("child", "male", 38), aged("other", "female", 36)}, map[int]core.Relation{1: "spouse", 2: "spouse"}, ""},
		{"not all are said", []registry.NewPerson{aged("applicant", "female", 62), aged("child", "male", 38), aged("other", "female", 36)}, map[int]core.Relation{1: "applicant"}, ""},
	} {
		home, ids := f.enrolled(c.people...)
		before, said := f.stand(home), map[core.PersonID]core.Relation{}
		for i, r := range c.said {
			said[ids[i]] = r
		}
		var death registry.EventID
		err := f.at(func(ctx context.Context, tx *pg.Tx) (err error) {
			death, err = f.life.Afterwards(said).Death(ctx, tx, f.why, told(tx, 3), ids[0])
			return err
		})
		if c.want == "" {
			if core.KindOf(err) != core.KindInvalid || f.stand(home) != before {
				t.Errorf("%s: %v, %s", c.what, err, f.stand(home))
			}
			continue
		}
		if got := f.stand(home); err != nil || got != c.want {
			t.Errorf("%s: a death leaves %s, want %s, %v", c.what, got, c.want, err)
		}
		if got := f.who(home, 4); len(got) != len(c.people) {
			t.Errorf("%s: four days ago %v", c.what, got)
		}
		if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Undo(ctx, tx, f.why, "officer:7", death)
			return err
		}); err != nil || f.stand(home) != before {
			t.Errorf("%s: taken back %s, want %s, %v", c.what, f.stand(home), before, err)
		}
	}
}

// An event names whom it is about and nobody who only stayed; nothing happens to somebody
// before they are born, and that is what is said.
//
// Red before: "dies before being born: event_order"; Event had no People. Controls: Marry
// without weds ("marriage:[人甲]"); parties that names everybody a change is of
// ("death:[人甲 人乙 人丙]").
func TestWhomEventsAreAbout(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a := seed.Stories()[0]
	err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.Death(ctx, tx, f.why, registry.Told{Day: a.Members[1].ID.Birth() - 1, Source: "registry:civil"}, a.Members[1].Person)
		return err
	})
	if !errors.Is(err, registry.ErrUnborn) {
		t.Errorf("dies before being born: %v", err)
	}
	home, p := f.enrolled(aged("applicant", "male", 50), aged("child", "male", 25), aged("child", "male", 23))
	_, q := f.enrolled(registry.NewPerson{Relation: "applicant", Sex: "female", Birth: 30})
	got := map[registry.EventKind][]string{}
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, _, err := f.life.Marry(ctx, tx, f.why, told(tx, 9), [2]core.PersonID{p[1], q[0]}, []registry.Mover{{Person: q[0], Relation: "other"}}, registry.Target{Household: home})
		if err != nil {
			return err
		}
		death, err := f.life.Death(ctx, tx, f.why, told(tx, 8), p[0])
		if err != nil {
			return err
		}
		if _, err := f.life.Undo(ctx, tx, f.why, "officer:7", death); err != nil {
			return err
		}
		if _, _, err := f.life.Split(ctx, tx, f.why, told(tx, 7), []registry.Mover{{Person: p[1], Relation: "applicant"}, {Person: q[0], Relation: "spouse"}}, core.Place{Region: "371424103200"}, ""); err != nil {
			return err
		}
		list, err := f.life.Events(ctx, tx, f.why, home)
		for _, e := range list {
			for _, who := range e.People {
				if got[e.Kind] = append(got[e.Kind], who.Name); who.Person == 0 {
					t.Error("a name of nobody")
				}
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := map[registry.EventKind][]string{"marriage": {"人甲", "人乙"}, "death": {"人甲"}, "undo": {"人甲"}, "split": {"人乙", "人甲"}}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("events are about %v, want %v", got, want)
	}
}

// What a child is born as follows from the ages of who is in the household.
//
// Red by Birth as it was: "grandparent of who is 59: <nil>", "grandchild of who is 19: <nil>".
func TestWhatAChildIsBornAs(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	for _, c := range []struct {
		age      int
		relation core.Relation
		refused  bool
	}{{19, "grandchild", true}, {19, "child", false}, {13, "child", true}, {13, "other", false}, {59, "grandchild", false}, {59, "grandparent", true}, {59, "spouse", true}} {
		home, _ := f.enrolled(aged("applicant", "female", c.age))
		err := f.at(func(ctx context.Context, tx *pg.Tx) error {
			_, _, err := f.life.Birth(ctx, tx, f.why, told(tx, 3), home, registry.NewPerson{Name: "人新", Sex: "male", Relation: c.relation})
			return err
		})
		if c.refused != (core.KindOf(err) == core.KindInvalid) || !c.refused && err != nil {
			t.Errorf("%s of who is %d: %v", c.relation, c.age, err)
		}
	}
}

// Who has a living spouse in their household by any pair the register knows is not married to
// another; where it only may be so, that is said and left to who saw the certificate.
//
// Red by married as it was, which knew the applicant and the spouse alone: "a father beside the
// mother: only tried", "a son whose wedding was registered: only tried".
func TestWhoHasASpouseAsOtherThanApplicant(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	_, p := f.enrolled(aged("applicant", "male", 30), aged("parent", "male", 60), aged("parent", "female", 58))
	_, q := f.enrolled(aged("applicant", "male", 30), aged("spouse", "female", 30), aged("parent", "male", 60), aged("parent", "female", 58), aged("child", "female", 6))
	alone, r := f.enrolled(aged("applicant", "female", 50))
	sons, s := f.enrolled(aged("applicant", "male", 55), aged("child", "male", 28))
	_, bride := f.enrolled(aged("applicant", "female", 26))
	f.must(func(ctx context.Context, tx *pg.Tx) error {
		_, _, err := f.life.Marry(ctx, tx, f.why, told(tx, 9), [2]core.PersonID{s[1], bride[0]}, []registry.Mover{{Person: bride[0], Relation: "other"}}, registry.Target{Household: sons})
		return err
	})
	for what, c := range map[string]struct {
		who     core.PersonID
		refused bool
		beside  core.Relation
	}{
		"a father beside the mother":         {p[1], true, "parent"},
		"a son whose wedding was registered": {s[1], true, "other"},
		"a father, and a mother of either":   {q[2], false, "parent"},
	} {
		err := f.at(func(ctx context.Context, tx *pg.Tx) error {
			couple := [2]core.PersonID{c.who, r[0]}
			d, err := f.life.DoubtMarriage(ctx, tx, couple, tx.Today())
			if err != nil || len(d.Beside) != 1 || d.Beside[0] != (registry.Beside{Of: c.who, Relation: c.beside}) || d.Kin {
				t.Errorf("%s: doubts %+v, %v", what, d, err)
			}
			_, _, err = f.life.Marry(ctx, tx, f.why, told(tx, 0), couple, []registry.Mover{{Person: c.who, Relation: "spouse"}}, registry.Target{Household: alone})
			if err == nil {
				err = errTried
			}
			return err
		})
		if c.refused != strings.Contains(core.Known(err).Say, "家里还登记着配偶") || !c.refused && !errors.Is(err, errTried) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		d, err := f.life.DoubtMarriage(ctx, tx, [2]core.PersonID{q[1], q[4]}, tx.Today())
		if !d.Kin {
			t.Error("a mother and her child are no kin")
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

var errTried = errors.New("only tried")
