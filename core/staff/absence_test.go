package staff_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
)

// Leave has a reason and somebody of the same work who is there; who is away gets no new
// work, and gets it again once it was taken back.
//
// Controls: Holding without "undone is null" ("back again: [2 3]"); checkLeave without the
// look at who is away ("a stand-in who is away: <nil>").
func TestLeaveHasAReasonAndAStandIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	me := o.hire(t, "one", staff.Officer, "371426104")
	near := o.hire(t, "two", staff.Officer, "371426104")
	away := o.hire(t, "three", staff.Officer, "371426104")
	elsewhere := o.hire(t, "four", staff.Officer, "371424103")
	helper := o.hire(t, "helper", staff.Assistant, "371426104")
	lone := o.hire(t, "lone", staff.Approver, "371426104")
	today := core.DateOf(time.Now())
	set := func(a staff.Absence) (id int64, err error) {
		err = o.try(t, func(ctx context.Context, tx *pg.Tx) error {
			id, err = o.staff.SetAbsence(ctx, tx, operator, a)
			return err
		})
		return id, err
	}
	if _, err := set(staff.Absence{Staff: away, From: today + 1, To: today + 1, Reason: "开会", StandIn: near}); err != nil {
		t.Fatal(err)
	}
	good := staff.Absence{Staff: me, From: today, To: today + 3, Reason: "病假", StandIn: near}
	for name, change := range map[string]func(*staff.Absence){
		"backwards":              func(a *staff.Absence) { a.To = a.From - 1 },
		"over already":           func(a *staff.Absence) { a.From, a.To = today-9, today-2 },
		"ten years":              func(a *staff.Absence) { a.To = today + 3650 },
		"no reason":              func(a *staff.Absence) { a.Reason = " " },
		"nobody stands in":       func(a *staff.Absence) { a.StandIn = 0 },
		"oneself":                func(a *staff.Absence) { a.StandIn = me },
		"of another township":    func(a *staff.Absence) { a.StandIn = elsewhere },
		"of another work":        func(a *staff.Absence) { a.StandIn = helper },
		"a stand-in who is away": func(a *staff.Absence) { a.StandIn = away },
	} {
		bad := good
		change(&bad)
		if _, err := set(bad); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	id, err := set(good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set(good); core.KindOf(err) != core.KindInvalid {
		t.Errorf("the same days again: %v", err)
	}
	if _, err := set(staff.Absence{Staff: lone, From: today, To: today, Reason: "年假"}); err != nil {
		t.Errorf("nobody else does their work: %v", err)
	}
	there := func() (ids []core.StaffID) {
		o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
			list, err := o.staff.Officers(ctx, tx, "371426104")
			for _, p := range list {
				ids = append(ids, p.ID)
			}
			return err
		})
		return ids
	}
	if got := there(); !slices.Equal(got, []core.StaffID{near, away}) {
		t.Errorf("new work goes to %v", got)
	}
	undo := func() error {
		return o.try(t, func(ctx context.Context, tx *pg.Tx) error { return o.staff.UndoAbsence(ctx, tx, operator, id) })
	}
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	if got := there(); !slices.Equal(got, []core.StaffID{me, near, away}) {
		t.Errorf("back again: %v", got)
	}
	if err := undo(); !errors.Is(err, staff.ErrNoLeave) {
		t.Errorf("taken back twice: %v", err)
	}
	for act, want := range map[string]int{"absence_set": 3, "absence_undone": 1} {
		if n := o.counted(t, `select count(*) from audit_entry where act = 'staff.`+act+`' and purpose = 'leave'`); n != want {
			t.Errorf("%d entries of staff.%s, want %d", n, act, want)
		}
	}
}

// The township's second person arranges the leave of those of the township, the county of
// its own; nobody looks after themselves, and nobody after the city.
func TestWhoIsOverWhom(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	officer := o.person(t, o.hire(t, "officer", staff.Officer, "371426104"))
	approver := o.person(t, o.hire(t, "approver", staff.Approver, "371426104"))
	county := o.person(t, o.hire(t, "county", staff.County, "371426"))
	city := o.person(t, o.hire(t, "city", staff.City, core.DezhouCity))
	payer := o.person(t, o.hire(t, "payer", staff.Payer, core.DezhouCity))
	for _, tc := range []struct {
		name          string
		head, of      staff.Person
		heads, judges bool
	}{
		{"approver, officer", approver, officer, true, false},
		{"officer, approver", officer, approver, false, false},
		{"county, approver", county, approver, true, true},
		{"approver, county", approver, county, false, false},
		{"county, payer", county, payer, false, false},
		{"city, payer", city, payer, true, true},
		{"city, county", city, county, true, true},
		{"city, itself", city, city, false, false},
	} {
		if tc.head.Heads(tc.of) != tc.heads || tc.head.Judges(tc.of) != tc.judges {
			t.Errorf("%s: heads %v, judges %v", tc.name, tc.head.Heads(tc.of), tc.head.Judges(tc.of))
		}
	}
}

func (o office) counted(t *testing.T, sql string) (n int) {
	t.Helper()
	err := o.env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
