package workflow_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// told is one rung of a ladder as the rows have it.
type told struct {
	rung casefile.Rung
	to   core.StaffID
}

// late lists who was told of one deadline of a case, from below.
func (w *world) late(id core.CaseID, kind casefile.DeadlineKind) (list []told) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select b.rung, coalesce(b.staff, 0) from climb b join deadline d on d.id = b.deadline
			where d.case_id = $1 and d.kind = $2 order by b.id`, id, kind)
		if err != nil {
			return err
		}
		defer rows.Close()
		list = nil
		for rows.Next() {
			var one told
			if err := rows.Scan(&one.rung, &one.to); err != nil {
				return err
			}
			list = append(list, one)
		}
		return rows.Err()
	}))
	return list
}

// sweeps runs eight sweeps at the same moment.
func (w *world) sweeps() {
	w.t.Helper()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			ctx := context.WithoutCancel(w.t.Context())
			if err := errors.Join(w.flow.Sweep(ctx), w.flow.SweepReviews(ctx)); err != nil {
				w.t.Error(err)
			}
		})
	}
	all.Wait()
}

// What nobody accepts climbs from the village assistant to the officer, the county and the
// city, each told once though eight sweeps look at every step; each has it on a list until
// it is done, and who opened it is written down. The household reads that it is late and who
// knows.
// Control: Climb without the level in its condition ("climb_deadline_rung_key", by the database); nextRung that begins at the township, as it was ("told [{2 …"); AddEvent without
// the citizen's line ("the household reads …").
func TestOverdueClimbsFourRungs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	w.env.Advance(time.Duration(c.AcceptDue-w.today()) * 24 * time.Hour)
	w.sweeps()
	if got := w.late(c.ID, casefile.DeadlineAccept); got != nil {
		t.Fatalf("told on the last good day: %v", got)
	}
	ladder := []told{{casefile.RungAssistant, w.id("helper")}, {casefile.RungTownship, 0}, {casefile.RungCounty, 0}, {casefile.RungCity, 0}}
	next := c.AcceptDue + 1
	for i := range ladder {
		w.env.Advance(time.Duration(next-w.today()) * 24 * time.Hour)
		w.sweeps()
		w.sweeps()
		if i == 0 { // its days are over: it went on to the colleague, who is told of it next (F54)
			now, _ := w.get(c.ID)
			if ladder[1].to = now.Officer; now.Officer == c.Officer || now.Officer == 0 {
				t.Fatalf("late, and in the hands of %d still", now.Officer)
			}
		}
		if got := w.late(c.ID, casefile.DeadlineAccept); !slices.Equal(got, ladder[:i+1]) {
			t.Fatalf("told %v, want %v", got, ladder[:i+1])
		}
		next = w.calendar().Add(w.today(), 2) + 1
	}
	w.env.Advance(15 * 24 * time.Hour)
	w.sweeps()
	if got := w.late(c.ID, casefile.DeadlineAccept); len(got) != 4 {
		t.Errorf("told %v", got)
	}
	lines := w.said(c.ID)
	for i, who := range []string{"村里的协理员", "恩城镇", "平原县", "德州市"} {
		if len(lines) != 4 || !strings.Contains(lines[i], who) || !strings.Contains(lines[i], c.AcceptDue.Say()) || !strings.Contains(lines[i], "晚了") {
			t.Errorf("the household reads %q, want %s", lines, who)
		}
	}
	w.onEachList(c)
}

// said are the lines of a household's timeline about what is late.
func (w *world) said(id core.CaseID) (list []string) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list = nil
		events, err := w.cases.Events(ctx, tx, id)
		for _, e := range events {
			if e.Kind == "deadline.late" {
				list = append(list, e.Citizen)
			}
		}
		return err
	})
	return list
}

// climbs is what the page of one member of staff lists.
func (w *world) climbs(login string) (list []casefile.Climbed) {
	w.t.Helper()
	who := w.actors[login]
	w.must(w.db.Read(w.t.Context(), pg.Regions(who.Regions...), func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = w.cases.Climbs(ctx, tx, who)
		return err
	}))
	return list
}

func (w *world) onEachList(c casefile.Case) {
	w.t.Helper()
	for login, want := range map[string]casefile.Rung{"helper": casefile.RungAssistant, "officer": casefile.RungTownship, "approver": casefile.RungTownship,
		"county": casefile.RungCounty, "city": casefile.RungCity, "stranger": 0, "payer": 0} {
		list := w.climbs(login)
		if want == 0 && len(list) == 0 {
			continue
		}
		if len(list) != 1 || list[0].Rung != want || list[0].Case.ID != c.ID || len(list[0].Ladder) != 4 || !list[0].Seen.IsZero() {
			w.t.Errorf("%s: %+v", login, list)
		}
	}
	county := w.actors["county"]
	for range 2 { // the first look counts
		w.must(w.db.Tx(w.t.Context(), pg.Regions(county.Regions...), func(ctx context.Context, tx *pg.Tx) error {
			_, err := w.cases.View(ctx, tx, c.ID, county, "办件")
			return err
		}))
	}
	if n := w.count(`select count(*) from audit_entry where act = 'climb.seen'`); n != 1 {
		w.t.Errorf("%d entries say that the county opened it", n)
	}
	for login, by := range map[string]core.StaffID{"county": county.Staff, "city": 0} {
		if list := w.climbs(login); len(list) != 1 || list[0].By != by {
			w.t.Errorf("%s: seen by %+v", login, list)
		}
	}
	w.refusedSQL("climb_seen_once", `update climb set seen_by = 99 where seen is not null`)
	w.refusedSQL("deadline_remembers", `update deadline set level = 0`)
}

// refusedSQL holds that the platform's role is refused by one constraint.
func (w *world) refusedSQL(constraint, sql string) {
	w.t.Helper()
	err := w.db.Tx(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql)
		return pg.Fail(err, "try")
	})
	if pg.Constraint(err) != constraint {
		w.t.Errorf("%s: %v", sql, err)
	}
}
