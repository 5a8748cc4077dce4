package registry_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// families is a house in which things happen.
type families struct {
	house
	t    *testing.T
	life *registry.Life
}

func newFamilies(t *testing.T) families {
	t.Helper()
	queue, err := jobs.NewInserter(jobs.Platform)
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	life, err := registry.NewLife(h.reg, queue)
	if err != nil {
		t.Fatal(err)
	}
	return families{h, t, life.Because("他家里人说的,村会计也去看过了")}
}

// at runs fn within townships; all three of the Stories where none is named.
func (f families) at(fn func(ctx context.Context, tx *pg.Tx) error, towns ...core.RegionCode) error {
	if len(towns) == 0 {
		towns = []core.RegionCode{wangmiao, deping, mengsi}
	}
	return f.db.Tx(f.t.Context(), pg.Regions(towns...), fn)
}

// who lists the refs of a household's members on a day, as known now, with their ages.
func (f families) who(home core.HouseholdID, ago int) (refs []string) {
	f.t.Helper()
	err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		h, _, err := f.reg.Facts(ctx, tx, f.why, home, tx.Today()-core.Date(ago))
		for _, m := range h.Members {
			refs = append(refs, string(m.Ref))
		}
		return none(err)
	})
	if err != nil {
		f.t.Error(err)
	}
	return refs
}

// told is an event of some days ago.
func told(tx *pg.Tx, ago int) registry.Told {
	return registry.Told{Day: tx.Today() - core.Date(ago), Source: "registry:civil"}
}

func (f families) touched(home core.HouseholdID) int {
	return f.count(f.t, `select count(*) from jobs_platform.river_job where kind = 'household_touched' and (args ->> 'household')::bigint = $1`, int64(home))
}

func refs(list ...string) []string { return list }

// TestBirthAndDeath: who is born is counted from that day on, who died is not from that
// day on, what was known before stays readable, and each event has its household judged
// again in its own transaction.
//
// Controls: leave the job out of end ("0 jobs"); let leave end a membership a day later.
func TestBirthAndDeath(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a := seed.Stories()[0]
	var before registry.AsOf
	var child core.PersonID
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.at(func(ctx context.Context, tx *pg.Tx) error {
		before = registry.AsOf{On: tx.Today(), Known: tx.Now()}
		return nil
	}))
	entries := f.count(t, `select count(*) from audit_pending`)
	must(f.at(func(ctx context.Context, tx *pg.Tx) (err error) {
		_, child, err = f.life.Birth(ctx, tx, f.why, told(tx, 20), a.Household, registry.NewPerson{Name: "王朵朵", Relation: "grandchild", Sex: "female"})
		return err
	}))
	if n := f.count(t, `select count(*) from audit_pending`) - entries; n != 1 {
		t.Errorf("%d entries of a birth", n)
	}
	if got := f.who(a.Household, 20); !slices.Equal(got, refs("m", "m1", "s")) {
		t.Errorf("on the day of birth: %v", got)
	}
	if got := f.who(a.Household, 21); !slices.Equal(got, refs("m", "s")) {
		t.Errorf("the day before: %v", got)
	}
	must(f.at(func(ctx context.Context, tx *pg.Tx) error {
		list, err := f.reg.Search(ctx, tx, f.why, "王朵朵")
		if len(list) != 1 || list[0].ID != child || list[0].Household != a.Household {
			t.Errorf("the child is found as %+v", list)
		}
		return err
	}))
	must(f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.Death(ctx, tx, f.why, told(tx, 3), a.Members[1].Person)
		return err
	}))
	for ago, want := range map[int][]string{0: refs("m", "m1"), 3: refs("m", "m1"), 4: refs("m", "m1", "s")} {
		if got := f.who(a.Household, ago); !slices.Equal(got, want) {
			t.Errorf("%d days ago: %v, want %v", ago, got, want)
		}
	}
	must(f.at(func(ctx context.Context, tx *pg.Tx) error {
		day, err := f.reg.Died(ctx, tx, a.Members[1].Person)
		if day != tx.Today()-3 {
			t.Errorf("died on %v", day)
		}
		if _, err := f.reg.Person(ctx, tx, f.why, a.Members[1].Person); err != nil {
			t.Errorf("the row of who died: %v", err)
		}
		h, _, asOf := f.reg.FactsAsOf(ctx, tx, f.why, a.Household, before)
		if asOf != nil || len(h.Members) != 2 {
			t.Errorf("as known before: %d members, %v", len(h.Members), asOf)
		}
		events, listed := f.life.Events(ctx, tx, f.why, a.Household)
		if listed != nil || len(events) != 2 || events[0].Kind != registry.EventDeath || events[0].Person != a.Members[1].Person || events[1].Told != told(tx, 20) {
			t.Errorf("events: %+v, %v", events, listed)
		}
		return err
	}))
	if n := f.touched(a.Household); n != 2 {
		t.Errorf("%d jobs after two events", n)
	}
}

// TestMoveAcross: who moves to another township takes along what hangs on them, the one
// they leave sees them no more, and neither township alone can do it. A move that is
// undone leaves everything where it was.
//
// Controls: leave person_sheet, then person_token, out of registry_settle_person ("1
// sheets are elsewhere"; "found in the new township: 0").
func TestMoveAcross(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a, b := seed.Stories()[0], seed.Stories()[1]
	son := a.Members[1].Person
	move := func(ctx context.Context, tx *pg.Tx) (registry.EventID, error) {
		e, _, err := f.life.Move(ctx, tx, f.why, told(tx, 5), []registry.Mover{{Person: son, Ref: "s", Relation: "other"}}, registry.Target{Household: b.Household})
		return e, err
	}
	for _, town := range []core.RegionCode{wangmiao, deping} {
		err := f.at(func(ctx context.Context, tx *pg.Tx) error { _, err := move(ctx, tx); return err }, town)
		if k := core.KindOf(err); k != core.KindForbidden && k != core.KindNotFound {
			t.Errorf("%s alone: %v", town, err)
		}
	}
	elsewhere := func() int {
		return f.count(t, `select count(*) from person p where id = $1 and (
			exists (select from person_sheet s where s.person = p.id and s.region <> p.region) or exists (select from person_token k where k.person = p.id and k.region <> p.region)
			or exists (select from membership m join household h on h.id = m.household where m.person = p.id and m.until is null and (m.region <> p.region or h.region <> p.region)))`, int64(son))
	}
	seen := func(town core.RegionCode) (n int) {
		if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
			list, err := f.reg.Search(ctx, tx, f.why, a.Members[1].Name)
			n = len(list)
			return err
		}, town); err != nil {
			t.Error(err)
		}
		return n
	}
	var e registry.EventID
	if err := f.at(func(ctx context.Context, tx *pg.Tx) (err error) { e, err = move(ctx, tx); return err }); err != nil {
		t.Fatal(err)
	}
	if elsewhere() != 0 || seen(wangmiao) != 0 || seen(deping) != 1 {
		t.Errorf("moved: %d elsewhere, seen by the old township %d, by the new %d", elsewhere(), seen(wangmiao), seen(deping))
	}
	if f.touched(a.Household) != 1 || f.touched(b.Household) != 1 {
		t.Errorf("jobs: %d and %d", f.touched(a.Household), f.touched(b.Household))
	}
	// An earlier day of the household now needs both townships, and says so.
	err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, _, err := f.reg.Facts(ctx, tx, f.why, a.Household, tx.Today()-6)
		return err
	}, wangmiao)
	if !errors.Is(err, registry.ErrBeyond) {
		t.Errorf("an earlier day without the one who moved: %v", err)
	}
	if got := f.who(a.Household, 6); !slices.Equal(got, refs("m", "s")) {
		t.Errorf("six days ago: %v", got)
	}
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.Undo(ctx, tx, f.why, "officer:7", e)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if elsewhere() != 0 || seen(wangmiao) != 1 || seen(deping) != 0 {
		t.Errorf("undone: %d elsewhere, seen by the old township %d, by the new %d", elsewhere(), seen(wangmiao), seen(deping))
	}
}

// TestMoveHome: a household moves to another township with everybody and all that hangs
// on it; an earlier day is judged by where it lived then. Control: placeOf that gives live.
func TestMoveHome(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a := seed.Stories()[0]
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		_, err := f.life.MoveHome(ctx, tx, f.why, told(tx, 5), a.Household, core.Place{Region: "371424103200", Detail: "9号"}, "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		door, err := f.reg.Address(ctx, tx, f.why, a.Household)
		if err != nil || door != "9号" {
			t.Errorf("they live at %q, %v", door, err)
		}
		for ago, county := range map[core.Date]core.RegionCode{4: "371424", 5: "371424", 6: "371426"} {
			h, _, err := f.reg.Facts(ctx, tx, f.why, a.Household, tx.Today()-ago)
			if err != nil || h.County != county || len(h.Members) != 2 || h.Houses == nil {
				t.Errorf("%d days ago: county %s, %d members, %v", ago, h.County, len(h.Members), err)
			}
		}
		return nil
	}, deping); err != nil {
		t.Error(err)
	}
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error { _, err := f.reg.Home(ctx, tx, a.Household); return err }, wangmiao); !errors.Is(err, registry.ErrNoHousehold) {
		t.Errorf("the old township: %v", err)
	}
}

// TestFamilies: what does not fit is refused in words, and leaves nothing.
func TestFamilies(t *testing.T) {
	t.Parallel()
	f := newFamilies(t)
	a, b := seed.Stories()[0], seed.Stories()[1]
	mother, son := a.Members[0].Person, a.Members[1].Person
	village := core.Place{Region: a.Region}
	var split registry.EventID
	for _, step := range []struct {
		name string
		do   func(ctx context.Context, tx *pg.Tx) error
		want error
		kind core.Kind
	}{
		{"nobody stays", func(ctx context.Context, tx *pg.Tx) error {
			_, _, err := f.life.Split(ctx, tx, f.why, told(tx, 30), []registry.Mover{{Person: mother}, {Person: son}}, village, "")
			return err
		}, nil, core.KindInvalid},
		{"of two families", func(ctx context.Context, tx *pg.Tx) error {
			_, _, err := f.life.Split(ctx, tx, f.why, told(tx, 30), []registry.Mover{{Person: son}, {Person: b.Members[1].Person}}, village, "")
			return err
		}, nil, core.KindInvalid},
		{"tomorrow", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Death(ctx, tx, f.why, told(tx, -1), mother)
			return err
		}, nil, core.KindInvalid},
		{"no source", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Death(ctx, tx, f.why, registry.Told{Day: tx.Today()}, mother)
			return err
		}, nil, core.KindInvalid},
		{"no such place", func(ctx context.Context, tx *pg.Tx) error {
			_, _, err := f.life.Split(ctx, tx, f.why, told(tx, 30), []registry.Mover{{Person: son}}, core.Place{Region: "371426"}, "")
			return err
		}, nil, core.KindInvalid},
		{"nobody knows them", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Death(ctx, tx, f.why, told(tx, 3), 999_999)
			return err
		}, registry.ErrUnknown, 0},
		{"born on another day", func(ctx context.Context, tx *pg.Tx) error {
			_, _, err := f.life.Birth(ctx, tx, f.why, told(tx, 3), a.Household, registry.NewPerson{Name: "王朵朵", Birth: tx.Today() - 4})
			return err
		}, nil, core.KindInvalid},
		{"split", func(ctx context.Context, tx *pg.Tx) (err error) {
			split, _, err = f.life.Split(ctx, tx, f.why, told(tx, 30), []registry.Mover{{Person: son, Ref: "m1", Relation: "applicant"}}, village, "371426")
			return err
		}, nil, 0},
		{"before the split", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Death(ctx, tx, f.why, told(tx, 31), son)
			return err
		}, registry.ErrOrder, 0},
		{"there already", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Adopt(ctx, tx, f.why, told(tx, 20), registry.Mover{Person: b.Members[3].Person}, b.Household)
			return err
		}, nil, core.KindInvalid},
		{"a ref that is taken", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Adopt(ctx, tx, f.why, told(tx, 20), registry.Mover{Person: b.Members[3].Person, Ref: "m"}, a.Household)
			return err
		}, nil, core.KindInvalid},
		{"marries nobody", func(ctx context.Context, tx *pg.Tx) error {
			_, _, err := f.life.Marry(ctx, tx, f.why, told(tx, 20), [2]core.PersonID{son, son}, []registry.Mover{{Person: son}}, registry.Target{Household: b.Household})
			return err
		}, nil, core.KindInvalid},
		{"came from nowhere", func(ctx context.Context, tx *pg.Tx) error {
			_, _, err := f.life.MoveIn(ctx, tx, f.why, told(tx, 20), []registry.Mover{{Person: son}}, registry.Target{Household: a.Household})
			return err
		}, nil, core.KindInvalid},
		{"dies", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Death(ctx, tx, f.why, told(tx, 10), son)
			return err
		}, nil, 0},
		{"dies again", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Death(ctx, tx, f.why, told(tx, 9), son)
			return err
		}, registry.ErrDead, 0},
		{"undo what was overlaid", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Undo(ctx, tx, f.why, "officer:7", split)
			return err
		}, registry.ErrOverlaid, 0},
		{"undo nothing", func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Undo(ctx, tx, f.why, "officer:7", 999_999)
			return err
		}, registry.ErrNoEvent, 0},
	} {
		rows := func() int {
			return f.count(t, `select (select count(*) from life_event) + (select count(*) from life_change) + (select count(*) from membership) + (select count(*) from household) + (select count(*) from person)`)
		}
		before := rows()
		err := f.at(step.do)
		switch {
		case step.want == nil && step.kind == 0:
			if err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
		case step.want != nil && !errors.Is(err, step.want), step.want == nil && core.KindOf(err) != step.kind:
			t.Errorf("%s: %v", step.name, err)
		case rows() != before:
			t.Errorf("%s was refused and left %d rows", step.name, rows()-before)
		}
	}
	// A death is undone, and then the split; neither twice.
	var death registry.EventID
	if err := f.at(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select id from life_event where kind = 'death'`).Scan(&death)
	}); err != nil {
		t.Fatal(err)
	}
	for i, e := range []registry.EventID{death, death, split} {
		err := f.at(func(ctx context.Context, tx *pg.Tx) error {
			_, err := f.life.Undo(ctx, tx, f.why, "officer:7", e)
			return err
		})
		if want := i == 1; errors.Is(err, registry.ErrUndone) != want || (!want && err != nil) {
			t.Errorf("undo %d: %v", i, err)
		}
	}
	if got := f.who(a.Household, 0); !slices.Equal(got, refs("m", "s")) {
		t.Errorf("after all is undone: %v", got)
	}
}
