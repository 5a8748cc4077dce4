package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// arrives brings somebody's application, whom no register knows, to their township by hand. It
// may be urgent, and of an index.
func (w *world) arrives(n int, urgent bool, index int) core.CaseID {
	w.t.Helper()
	app, id := w.comes(n, urgent, index)
	w.must(w.flow.Route(w.t.Context(), workflow.Route{Application: app, Region: town}))
	return id
}

// comes is arrives up to the moment at which it is given to somebody.
func (w *world) comes(n int, urgent bool, index int) (core.ApplicationID, core.CaseID) {
	w.t.Helper()
	app, ctx := w.application(core.Receipt(fmt.Sprintf("40718%05d", n))), w.t.Context()
	app.Applicant.ID, app.Applicant.Name, app.People, app.Contact.CitizenID = core.IDNumber{}, fmt.Sprintf("孙老%d", n), nil, fmt.Sprintf("another-%d", n)
	w.handOver(app)
	w.must(w.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: town}))
	w.must(w.flow.CheckIdentity(ctx, workflow.CheckIdentity{Application: app.ID, Try: 1, Region: town}))
	w.must(w.flow.Assess(ctx, workflow.Assess{Application: app.ID, Region: town}))
	var id core.CaseID
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `update casefile set urgent = $2, index_tenths = $3, index_low = $3, index_high = $3 where application = $1 returning id`,
			app.ID, urgent, index).Scan(&id)
	})
	return app.ID, id
}

// figure has the county set one of its numbers.
func (w *world) figure(name casefile.Figure, value int) {
	w.t.Helper()
	w.must(w.db.Tx(w.t.Context(), pg.Regions(w.actors["county"].Regions...), func(ctx context.Context, tx *pg.Tx) error {
		return w.cases.SetFigure(ctx, tx, w.actors["county"], casefile.NewFigure{County: town.County(), Name: name, Value: value, Reason: "今年人少"})
	}))
}

// reads is what the household reads of a case, line by line.
func (w *world) reads(id core.CaseID) string {
	w.t.Helper()
	var list []string
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		events, err := w.cases.Events(ctx, tx, id)
		list = nil
		for _, e := range events {
			list = append(list, e.Citizen)
		}
		return err
	})
	return strings.Join(list, "|")
}

func (w *world) wait(id core.CaseID) (out casefile.Wait) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = w.cases.WaitOf(ctx, tx, id, casefile.PartOfficer)
		return err
	})
	return out
}

// handedOn runs what was enqueued to hand on, as the workers would, and nothing where nothing was. It
// gives how many there were.
func (w *world) handedOn() int {
	w.t.Helper()
	var list []workflow.HandOn
	w.must(w.env.DB(pgtest.Check).Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select args->>'region', coalesce((args->>'staff')::bigint, 0) from jobs_platform.river_job where kind = 'hand_on' and finalized_at is null order by id`)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[workflow.HandOn])
		return err
	}))
	w.super(`update jobs_platform.river_job set state = 'completed', finalized_at = now() where kind = 'hand_on' and finalized_at is null`)
	for _, job := range list {
		w.must(w.flow.HandOn(w.t.Context(), job))
	}
	return len(list)
}

// Whoever has as much in hand as they may is given nothing while somebody of the same work is
// below; where all have, a case waits before the approver by name, in its days; an urgent one does
// not wait and says so; the first place that is free goes to the hardest, by a job that was
// enqueued as the place was released and without any sweep (F78, F100).
//
// Controls: see docs/evidence/5.md.
func TestWhoHasEnoughIsGivenNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.figure(casefile.FigureOfficer, 1)
	first, second := w.arrives(1, false, 500), w.arrives(2, false, 500)
	one, _ := w.get(first)
	two, _ := w.get(second)
	if one.Officer == 0 || two.Officer == 0 || one.Officer == two.Officer {
		t.Fatalf("two cases are in the hands of %d and %d", one.Officer, two.Officer)
	}
	late, hard := w.arrives(3, false, 300), w.arrives(4, false, 800)
	for _, id := range []core.CaseID{late, hard} {
		c, _ := w.get(id)
		if got := w.wait(id); c.Officer != 0 || got.Why != casefile.WaitFull || got.Owner != w.id("approver") {
			t.Fatalf("past the cap: in the hands of %d, waits %+v", c.Officer, got)
		}
		if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'case.waits' and staff like '%每人最多 1 件%approver看着%' and citizen like '%排着%期限不变%'`, id); n != 1 {
			t.Errorf("it waits without a word, or with %d", n)
		}
		if n := w.count(`select count(*) from deadline where case_id = $1 and kind = 'accept' and met is null and due = first_due`, id); n != 1 {
			t.Errorf("%d clocks of acceptance run while it waits", n)
		}
	}
	rush := w.arrives(5, true, 100)
	if c, _ := w.get(rush); c.Officer == 0 {
		t.Error("an urgent one waits")
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'case.routed' and staff like '%急,不排队:他手上已有 1 件,上限 1 件%'`, rush); n != 1 {
		t.Errorf("past the cap without a word")
	}
	for range 2 {
		w.sweeps() // nobody has room: nothing moves
	}
	if c, _ := w.get(hard); c.Officer != 0 {
		t.Error("given though all have enough")
	}
	// The workers run; their one sweep of the hour is over. Whoever has the urgent one too has no room by giving one up.
	w.work()
	jobstest.Until(t, "the sweep at the start to be over", func(context.Context) bool {
		return w.count(`select count(*) from jobs_platform.river_job where kind = 'casework_sweep' and state = 'completed'`) == 1
	})
	r, _ := w.get(rush)
	gone := first
	if r.Officer == one.Officer {
		gone = second
	}
	w.must(w.flow.Withdraw(t.Context(), w.actors["officer"], gone, "本人不办了"))
	jobstest.Until(t, "the released share to be handed on", func(context.Context) bool { c, _ := w.get(hard); return c.Officer != 0 })
	if c, _ := w.get(late); c.Officer != 0 || w.wait(hard).ID != 0 {
		t.Errorf("the easier one is in the hands of %d, and the harder one waits as %d", c.Officer, w.wait(hard).ID)
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'case.given' and citizen like '排到了%期限不变%'`, hard); n != 1 {
		t.Errorf("the household reads of its turn %d times", n)
	}
	// By hand past it: the head looked. A case in hand is no case that waits.
	w.must(w.flow.Assign(t.Context(), w.actors["approver"], workflow.Assign{Case: late, Part: casefile.PartOfficer, To: w.id("second"), Why: "等不了了"}))
	if c, _ := w.get(late); c.Officer != w.id("second") || w.wait(late).ID != 0 {
		t.Errorf("assigned, and in the hands of %d", c.Officer)
	}
	w.refusedSQL("case_wait_one", `insert into case_wait (case_id, region, part, why, since) select id, region, 'officer', 'full', now() from casefile cross join (values (1), (2)) twice where id = `+fmt.Sprint(late))
}

// Two places that are free and four who give at once, a case that comes meanwhile: nobody has more
// than they may, and whoever was given one has it once.
func TestTwoWhoGiveAtOnceGiveOnePlaceOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.figure(casefile.FigureOfficer, 1)
	for n := range 7 {
		w.arrives(n, false, 500+n)
	}
	w.figure(casefile.FigureOfficer, 2)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if err := w.flow.HandOn(context.WithoutCancel(t.Context()), workflow.HandOn{Region: town}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Go(func() { w.arrives(8, false, 900) })
	all.Wait()
	if n := w.count(`select coalesce(max(n), 0) from (select count(*) as n from casefile where officer is not null group by officer) h`); n != 2 {
		t.Errorf("%d in one pair of hands of 2", n)
	}
	if n := w.count(`select count(*) from (select case_id from case_event where kind = 'case.given' group by case_id having count(*) > 1) twice`); n != 0 {
		t.Errorf("%d were given twice", n)
	}
	if n := w.count(`select count(*) from casefile where officer is null and not exists (select from case_wait w where w.case_id = casefile.id and w.ended is null)`); n != 0 {
		t.Errorf("%d are nobody's", n)
	}
}

// What waits before who leaves goes before another approver, and one of the county where none is.
func TestWhatWaitsIsNeverNobodys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.figure(casefile.FigureOfficer, 1)
	for n := range 3 {
		w.arrives(n, false, 500)
	}
	id := core.CaseID(w.count(`select case_id from case_wait where ended is null and part = 'officer'`))
	w.close("approver")
	w.sweeps()
	if got := w.wait(id); got.Owner != w.id("county") {
		t.Errorf("it lies before %d, who has left", got.Owner)
	}
	if n := w.count(`select count(*) from audit_entry where act = 'case.minded'`); n != 1 {
		t.Errorf("%d entries", n)
	}
}

// Only the county sets its numbers, within sense and with a reason, and it is in the log.
func TestTheCountySetsItsNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := func(who string, in casefile.NewFigure) error {
		return w.db.Tx(t.Context(), pg.Regions(w.actors[who].Regions...), func(ctx context.Context, tx *pg.Tx) error { return w.cases.SetFigure(ctx, tx, w.actors[who], in) })
	}
	good := casefile.NewFigure{County: town.County(), Name: casefile.FigureOfficer, Value: 30, Reason: "新招了两个人"}
	for _, who := range []string{"approver", "city", "officer"} {
		if err := set(who, good); !errors.Is(err, casefile.ErrNotCounty) {
			t.Errorf("%s: %v", who, err)
		}
	}
	other := good
	other.County = "371422"
	if err := set("county", other); !errors.Is(err, casefile.ErrNotCounty) {
		t.Errorf("another county's: %v", err)
	}
	for _, bad := range []casefile.NewFigure{{Name: "of_mine", Value: 3, Reason: "因为"}, {Name: good.Name, Reason: "因为"}, {Name: casefile.FigureMoves, Value: 11, Reason: "因为"}, {Name: good.Name, Value: 30}} {
		bad.County = good.County
		if err := set("county", bad); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	w.must(set("county", good))
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		here, err := w.cases.FiguresOf(ctx, tx, town)
		if err != nil {
			return err
		}
		there, err := w.cases.FiguresOf(ctx, tx, "371422101")
		if here[casefile.FigureOfficer] != 30 || there[casefile.FigureOfficer] != 40 || here[casefile.FigureReply] != 2 {
			t.Errorf("here %v, there %v", here, there)
		}
		return err
	})
	if n := w.count(`select count(*) from audit_entry where act = 'hands.figure_set' and actor_kind = 'staff'`); n != 1 {
		t.Errorf("%d entries", n)
	}
}

// Random days of one township with a cap of two: cases come, urgent ones among them, are
// withdrawn, handed back and sent again, people go on leave and come back, days pass and nobody
// acts. After each step: nobody was given more than they may but urgent ones, every case is in
// somebody's hands or waits before somebody by name, and no clock moved.
func TestRandomDaysOfHands(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.figure(casefile.FigureOfficer, 2)
			d := &days{world: w, dice: rand.New(rand.NewPCG(660, seed)), was: map[core.CaseID]core.Date{}}
			for range 45 {
				d.step()
				d.look()
				if t.Failed() {
					t.Fatalf("after %v", d.trail)
				}
			}
			if n := w.count(`select count(*) from case_hop where expired is not null`); n == 0 {
				t.Error("nothing ever lay")
			}
			if n := w.count(`select count(*) from case_wait`); n == 0 {
				t.Error("nothing ever waited")
			}
		})
	}
}

// days are the steps of one township.
type days struct {
	*world
	dice  *rand.Rand
	n     int
	open  []core.CaseID
	was   map[core.CaseID]core.Date // by when each is to be accepted
	trail []string
	leave []int64
}

func (d *days) step() {
	what := []string{"come", "come", "come", "withdraw", "withdraw", "back", "day", "day", "sweep", "leave", "return"}[d.dice.IntN(11)]
	d.trail = append(d.trail, what)
	switch what {
	case "come":
		d.n++
		d.open = append(d.open, d.arrives(d.n, d.dice.IntN(8) == 0, 100+d.dice.IntN(900)))
	case "withdraw":
		if len(d.open) == 0 {
			return
		}
		i := d.dice.IntN(len(d.open))
		freed := d.count(`select count(*) from casefile f where id = $1 and officer is not null and exists (select from case_wait w where w.case_id <> f.id and w.why = 'full' and w.ended is null)`, d.open[i]) == 1
		d.must(d.flow.Withdraw(d.t.Context(), d.actors["officer"], d.open[i], "本人不办了"))
		d.open = slices.Delete(d.open, i, i+1)
		if d.handedOn() == 0 && freed {
			d.t.Error("a place was released while something waits, and nothing hands it on")
		}
	case "back":
		d.back()
	case "day":
		d.env.Advance(time.Duration(1+d.dice.IntN(3)) * 24 * time.Hour)
		d.sweeps()
	case "sweep":
		d.sweeps()
	case "leave":
		d.goes()
	case "return":
		d.comes()
	}
}

// back hands one back and has the county send it here again.
func (d *days) back() {
	if len(d.open) == 0 {
		return
	}
	id := d.open[d.dice.IntN(len(d.open))]
	err := d.flow.Return(d.t.Context(), d.actors["second"], workflow.Return{Case: id, Ground: casefile.GroundElsewhere, Why: "问过,住在别处"})
	if core.KindOf(err) == core.KindConflict {
		return
	}
	d.must(err)
	d.must(d.flow.Relocate(d.t.Context(), d.actors["county"], workflow.Relocate{Case: id, To: town, Why: "核过,就住这里"}))
	c, _ := d.get(id)
	d.must(d.flow.Route(d.t.Context(), workflow.Route{Application: c.Application, Region: town, Turn: 1 + c.Moves}))
	d.handedOn()
}

func (d *days) goes() {
	d.in(func(ctx context.Context, tx *pg.Tx) error {
		id, err := d.staff.SetAbsence(ctx, tx, d.actors["approver"].Audit(), staff.Absence{Staff: d.id("officer"), From: tx.Today(), To: tx.Today() + 3, Reason: "病假", StandIn: d.id("second")})
		if core.KindOf(err) == core.KindInvalid {
			return nil // away already
		}
		d.leave = append(d.leave, id)
		return err
	})
}

func (d *days) comes() {
	d.in(func(ctx context.Context, tx *pg.Tx) error {
		for _, id := range d.leave {
			if err := d.staff.UndoAbsence(ctx, tx, d.actors["approver"].Audit(), id); err != nil && core.KindOf(err) == core.KindInternal {
				return err
			}
		}
		d.leave = nil
		return nil
	})
	d.sweeps()
}

func (d *days) look() {
	d.t.Helper()
	if n := d.count(`select coalesce(max(n), 0) from (select count(*) as n from casefile where officer is not null and not urgent and state not in ('settled', 'withdrawn') group by officer) h`); n > 2+d.stoodIn() {
		d.t.Errorf("%d in one pair of hands of 2, beside urgent ones", n)
	}
	if n := d.count(`select count(*) from casefile f where state not in ('returned', 'settled', 'withdrawn') and routed is not null and officer is null
		and not exists (select from case_wait w where w.case_id = f.id and w.part = 'officer' and w.ended is null and w.owner is not null)
		and exists (select from staff_account s where s.login in ('officer', 'second') and s.id <> coalesce(f.returned_by, 0)
			and not exists (select from staff_absence b where b.staff = s.id and b.undone is null and (lianou_now() at time zone 'Asia/Shanghai')::date between b.from_day and b.to_day))`); n != 0 {
		d.t.Errorf("%d are nobody's", n)
	}
	if n := d.count(`select count(*) from deadline where due <> first_due`); n != 0 {
		d.t.Errorf("%d clocks moved", n)
	}
	for _, id := range d.open {
		c, _ := d.get(id)
		if old, known := d.was[id]; known && old != c.AcceptDue {
			d.t.Errorf("case %d was to be accepted by %s, and by %s now", id, old, c.AcceptDue)
		}
		d.was[id] = c.AcceptDue
	}
	if n := d.count(`select count(*) from (select case_id from case_hop where moved_to is not null and not away group by case_id having count(*) > 2) often`); n != 0 {
		d.t.Errorf("%d went on by themselves more than twice", n)
	}
}

// stoodIn is how many came to somebody because a colleague is on leave: whoever stands in takes
// them whatever they have.
func (d *days) stoodIn() int {
	return d.count(`select count(*) from case_hop where away and moved_to is not null`)
}

// What nobody took up in its days goes to a colleague, the head is told once, the household reads
// the name and no clock moves; after two times it stays and lies before the head by name, until
// they say who; and whoever takes it up is left alone (F54).
//
// Controls: see docs/evidence/5.md.
func TestWhatNobodyTakesUpGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.employ("third", staff.Officer, town)
	w.employ("fourth", staff.Officer, town)
	id := w.arrives(1, false, 500)
	c, _ := w.get(id)
	hands := []core.StaffID{c.Officer}
	due := c.AcceptDue
	past := func(day core.Date) { w.env.Advance(time.Duration(day+1-w.today()) * 24 * time.Hour); w.sweeps() }
	w.sweeps()
	if c, _ = w.get(id); c.Officer != hands[0] {
		t.Fatal("moved within its days")
	}
	for past(due); len(hands) < 3; past(w.calendar().Add(w.today(), 2)) {
		c, _ = w.get(id)
		if slices.Contains(hands, c.Officer) || c.Officer == 0 {
			t.Fatalf("lay with %v, and is in the hands of %d", hands, c.Officer)
		}
		hands = append(hands, c.Officer)
		if n := w.count(`select count(*) from case_hop where case_id = $1 and expired is not null and told = $2`, id, w.id("approver")); n != len(hands)-1 {
			t.Errorf("the head was told %d times of %d", n, len(hands)-1)
		}
	}
	if got, _ := w.get(id); got.Officer != hands[2] || got.AcceptDue != due {
		t.Errorf("in the hands of %d, due %s; %v, %s", got.Officer, got.AcceptDue, hands, due)
	}
	if got := w.wait(id); got.Why != casefile.WaitLate || got.Owner != w.id("approver") {
		t.Errorf("it lies before nobody: %+v", got)
	}
	past(w.calendar().Add(w.today(), 9))
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind in ('case.expired', 'case.lies')`, id); n != 3 {
		t.Errorf("%d lines say that it lay, want two moves and one that it stays", n)
	}
	if n := w.count(`select count(*) from deadline where case_id = $1 and (due <> first_due or due <> $2)`, id, due.Time()); n != 0 {
		t.Errorf("%d clocks moved", n)
	}
	if said := w.reads(id); strings.Count(said, "没有按时接,现在由") != 2 {
		t.Errorf("the household reads %s", said)
	}
	// The head says who; kin of the household, and who has it, do not take it.
	kin := w.actors["fourth"].Staff
	if slices.Contains(hands, kin) {
		kin = w.actors["third"].Staff
	}
	to := hands[0]
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.cases.AddConflicts(ctx, tx, id, []casefile.Kin{{Staff: kin, Relation: "侄、甥"}})
	})
	head := w.actors["approver"]
	for who, want := range map[core.StaffID]*core.Error{kin: workflow.ErrAssignKin, hands[2]: workflow.ErrHasIt, w.id("helper"): workflow.ErrAssignKin} {
		if err := w.flow.Assign(t.Context(), head, workflow.Assign{Case: id, Part: casefile.PartOfficer, To: who, Why: "等久了"}); !errors.Is(err, want) {
			t.Errorf("to %d: %v", who, err)
		}
	}
	w.must(w.flow.Assign(t.Context(), head, workflow.Assign{Case: id, Part: casefile.PartOfficer, To: to, Why: "等久了"}))
	if got, _ := w.get(id); got.Officer != to || w.wait(id).ID != 0 {
		t.Errorf("in the hands of %d, waits %d", got.Officer, w.wait(id).ID)
	}
	// Taken up, it goes on no more however late it is.
	for login, a := range w.actors {
		if a.Staff == to {
			w.must(w.flow.AskSupplement(t.Context(), w.actors[login], workflow.AskSupplement{Case: id, What: "低保边缘的证明"}))
		}
	}
	past(w.calendar().Add(w.today(), 9))
	if got, _ := w.get(id); got.Officer != to {
		t.Errorf("taken away from %d, who had taken it up", to)
	}
	w.refusedSQL("case_hop_stays", `update case_hop set answered = now(), expired = now() where ended is null and expired is null`)
}

// Leave: what falls due in it goes to who stands in and counts for nobody; once somebody is back
// the days that they were away are not held against them.
func TestDaysOfLeaveAreNotCountedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.employ("third", staff.Officer, town)
	id := w.arrives(1, false, 500)
	c, _ := w.get(id)
	a, next := w.away(c)
	w.env.Advance(time.Duration(c.AcceptDue+1-w.today()) * 24 * time.Hour)
	w.sweeps()
	got, _ := w.get(id)
	if got.Officer != w.id(next) {
		t.Errorf("in the hands of %d, %s stands in", got.Officer, next)
	}
	if n := w.count(`select count(*) from case_hop where case_id = $1 and away and moved_to = $2`, id, w.id(next)); n != 1 {
		t.Errorf("%d by leave", n)
	}
	if said := w.reads(id); !strings.Contains(said, "请假了,现在由") {
		t.Errorf("the household reads %s", said)
	}
	// Another one of theirs that came before: back from leave, they have its days still.
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.staff.UndoAbsence(ctx, tx, w.actors["approver"].Audit(), a.ID)
	})
	other := w.arrives(2, false, 500)
	c, _ = w.get(other)
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		_, err := w.staff.SetAbsence(ctx, tx, w.actors["approver"].Audit(), staff.Absence{Staff: c.Officer, From: tx.Today() + 1, To: w.calendar().Add(tx.Today(), 2), Reason: "病假",
			StandIn: w.actors[map[bool]string{true: "second", false: "officer"}[c.Officer != w.id("second")]].Staff})
		return err
	})
	w.env.Advance(time.Duration(c.AcceptDue+1-w.today()) * 24 * time.Hour)
	w.sweeps()
	if got, _ := w.get(other); got.Officer != c.Officer {
		t.Errorf("taken from %d, who was away for two of its days", c.Officer)
	}
	w.env.Advance(time.Duration(w.calendar().Add(c.AcceptDue, 2)+1-w.today()) * 24 * time.Hour)
	w.sweeps()
	if got, _ := w.get(other); got.Officer == c.Officer {
		t.Error("stays though its days and those of the leave are over")
	}
}

// An officer who takes a case up while it is being moved on: one of the two, and it is whole.
func TestWhoActsWhileACaseIsMovedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 6 {
		id := w.arrives(n, false, 500)
		c, _ := w.get(id)
		login := map[bool]string{true: "officer", false: "second"}[c.Officer == w.id("officer")]
		w.env.Advance(time.Duration(c.AcceptDue+1-w.today()) * 24 * time.Hour)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := w.flow.Sweep(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			if err := w.flow.AskSupplement(context.WithoutCancel(t.Context()), w.actors[login], workflow.AskSupplement{Case: id, What: "低保边缘的证明"}); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		got, _ := w.get(id)
		moved := w.count(`select count(*) from case_hop where case_id = $1 and moved_to is not null`, id)
		answered := w.count(`select count(*) from case_hop where case_id = $1 and answered is not null and expired is not null`, id)
		if answered != 0 || moved == 0 && got.Officer != c.Officer || moved == 1 && got.Officer == c.Officer || moved > 1 {
			t.Errorf("moved %d times, answered and moved %d, from %d to %d", moved, answered, c.Officer, got.Officer)
		}
	}
}
