package staff_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Nobody's numbers, with valid check digits.
const (
	brotherID = "371424196303150028"
	nephewID  = "11010519491231002X"
)

func (o office) number(t *testing.T, s string) core.IDNumber {
	t.Helper()
	n, err := core.ParseID(s, core.DateOf(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (o office) person(t *testing.T, id core.StaffID) (p staff.Person) {
	t.Helper()
	o.tx(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		p, err = o.staff.Person(ctx, tx, id)
		return err
	})
	return p
}

// try runs one act in a transaction of its own and gives its error.
func (o office) try(t *testing.T, fn func(ctx context.Context, tx *pg.Tx) error) error {
	t.Helper()
	return o.db.Tx(t.Context(), pg.NoScope(), fn)
}

func acting(p staff.Person) audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.Itoa(int(p.ID))}
}

// An officer declares a brother: the name and the number lie sealed, are shown masked, and
// every look and change stands in the log with its purpose. The county confirms or asks
// back; nobody judges what they said themselves; off the list it takes two, also for a
// database session that goes past this package.
//
// Controls: Judge without the look at who said it ("oneself: not_head", "removed alone: …
// sqlstate 23514 constraint staff_kin_second"); EndKin that writes 'ended' ("ask to take kin
// off the list: sqlstate 23514 constraint staff_kin_guard").
func TestKinAreDeclaredAndJudgedByAnother(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	me := o.person(t, o.hire(t, "wang.li", staff.Officer, "371426104"))
	county := o.person(t, o.hire(t, "pingyuan.county", staff.County, "371426"))
	other := o.person(t, o.hire(t, "linyi.county", staff.County, "371424"))
	both := o.person(t, o.hire(t, "second.county", staff.County, "371426"))
	var id int64
	declare := func(p staff.Person, name, number, relation string) error {
		return o.try(t, func(ctx context.Context, tx *pg.Tx) error {
			new, err := o.staff.Declare(ctx, tx, acting(p), staff.NewKin{Staff: p.ID, Name: name, ID: o.number(t, number), Relation: relation})
			id = max(id, new)
			return err
		})
	}
	for name, err := range map[string]error{"no name": declare(me, " ", brotherID, "兄弟姐妹"), "no relation": declare(me, "周大山", brotherID, "")} {
		if core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := declare(me, "周大山", brotherID, "兄弟姐妹"); err != nil {
		t.Fatal(err)
	}
	if err := declare(me, "周大山", brotherID, "兄弟姐妹"); !errors.Is(err, staff.ErrKinKnown) {
		t.Errorf("declared twice: %v", err)
	}
	shown := func() staff.Kin {
		var list []staff.Kin
		o.tx(t, func(ctx context.Context, tx *pg.Tx) (err error) {
			list, err = o.staff.Declared(ctx, tx, acting(me), me.ID)
			return err
		})
		if len(list) != 1 {
			t.Fatalf("%d declarations stand", len(list))
		}
		return list[0]
	}
	if k := shown(); k.Name != "周某某" || strings.Contains(k.Number, "19630315") || k.State != staff.KinDeclared {
		t.Errorf("shown as %+v", k)
	}
	if n := o.counted(t, `select count(*) from staff_kin where position(convert_to('周大山', 'UTF8') in name) > 0 or position(convert_to('`+brotherID+`', 'UTF8') in id_number) > 0`); n != 0 {
		t.Error("name or number lie in clear")
	}
	judge := func(p staff.Person, v staff.Verdict, note string) error {
		return o.try(t, func(ctx context.Context, tx *pg.Tx) error { return o.staff.Judge(ctx, tx, p, id, v, note) })
	}
	for name, tc := range map[string]struct {
		err  error
		want *core.Error
	}{
		"oneself":            {judge(me, staff.KinConfirm, ""), staff.ErrKinOwn},
		"another county":     {judge(other, staff.KinConfirm, ""), staff.ErrNotHead},
		"a removal unasked":  {judge(county, staff.KinAgree, ""), staff.ErrKinMoved},
		"a word of no sense": {judge(county, "whatever", ""), staff.ErrKinMoved},
	} {
		if !errors.Is(tc.err, tc.want) {
			t.Errorf("%s: %v, want %s", name, tc.err, tc.want.Code)
		}
	}
	if err := judge(county, staff.KinAsk, " "); core.KindOf(err) != core.KindInvalid {
		t.Errorf("asked without a question: %v", err)
	}
	if err := judge(county, staff.KinAsk, "是亲弟弟还是堂弟?"); err != nil {
		t.Fatal(err)
	}
	answer := func(p staff.Person) error {
		return o.try(t, func(ctx context.Context, tx *pg.Tx) error { return o.staff.AnswerKin(ctx, tx, p, id, "亲弟弟") })
	}
	if err := answer(other); !errors.Is(err, staff.ErrKinUnseen) {
		t.Errorf("answered by another: %v", err)
	}
	if err := answer(me); err != nil {
		t.Fatal(err)
	}
	if k := shown(); k.Note != "是亲弟弟还是堂弟? 答:亲弟弟" {
		t.Errorf("the county reads %q", k.Note)
	}
	if err := judge(county, staff.KinConfirm, ""); err != nil {
		t.Fatal(err)
	}
	end := func(by audit.Actor) error {
		return o.try(t, func(ctx context.Context, tx *pg.Tx) error {
			return o.staff.EndKin(ctx, tx, by, 0, id, "号码填错了")
		})
	}
	if err := end(acting(county)); err != nil {
		t.Fatal(err)
	}
	if err := judge(county, staff.KinAgree, ""); !errors.Is(err, staff.ErrKinOwn) {
		t.Errorf("removed alone: %v", err)
	}
	for _, sql := range []string{
		`update staff_kin set state = 'ended', ended_by = end_by, ended = now() where id = $1`,
		`update staff_kin set state = 'ended', end_by = 'staff:900', ended_by = 'staff:901', ended = now() where id = $1`,
		`delete from staff_kin where id = $1`, `update staff_kin set relation = '远亲' where id = $1`,
	} {
		if err := o.try(t, func(ctx context.Context, tx *pg.Tx) error { _, err := tx.Exec(ctx, sql, id); return err }); err == nil {
			t.Errorf("by SQL: %s", sql)
		}
	}
	if k := shown(); k.State != staff.KinLeaving {
		t.Errorf("while it waits it is %s", k.State)
	}
	if err := judge(both, staff.KinAgree, ""); err != nil {
		t.Fatal(err)
	}
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		list, err := o.staff.Declared(ctx, tx, acting(me), me.ID)
		if len(list) != 0 {
			t.Errorf("off the list: %v", list)
		}
		return err
	})
	for _, act := range []string{"declared", "asked", "answered", "confirmed", "leaving", "ended"} {
		if n := o.counted(t, `select count(*) from audit_entry where act = 'staff.relative_`+act+`' and purpose = 'recusal'`); n != 1 {
			t.Errorf("%d entries of staff.relative_%s", n, act)
		}
	}
}

// Who never answered is asked, "none" is an answer, and it is asked again after a year.
// Control: KinAnswer without its year ("a year on: false").
func TestKinAreAskedForOnceAYear(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	me := o.person(t, o.hire(t, "wang.li", staff.Officer, "371426104"))
	due := func() (due, none bool) {
		o.tx(t, func(ctx context.Context, tx *pg.Tx) (err error) {
			_, none, due, err = o.staff.KinAnswer(ctx, tx, me.ID)
			return err
		})
		return due, none
	}
	if d, _ := due(); !d {
		t.Error("a new officer is not asked")
	}
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		_, err := o.staff.Declare(ctx, tx, acting(me), staff.NewKin{Staff: me.ID, Name: "王丽", ID: o.number(t, nephewID), Relation: staff.Self})
		return err
	})
	if d, _ := due(); !d {
		t.Error("one's own number counts for an answer")
	}
	none := func() {
		o.tx(t, func(ctx context.Context, tx *pg.Tx) error { return o.staff.DeclareNone(ctx, tx, acting(me), me.ID) })
	}
	none()
	if d, n := due(); d || !n {
		t.Errorf("after the answer: asked %v, none %v", d, n)
	}
	o.env.Advance(364 * 24 * time.Hour)
	if d, _ := due(); d {
		t.Error("asked again within the year")
	}
	o.env.Advance(3 * 24 * time.Hour)
	if d, _ := due(); !d {
		t.Error("a year on: false")
	}
}
