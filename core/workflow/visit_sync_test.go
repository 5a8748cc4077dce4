package workflow_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// goes plans a visit of officer and helper to a new case, which both take along.
func (w *world) goes(receipt core.Receipt) (core.CaseID, int64) {
	w.t.Helper()
	app := w.application(receipt)
	w.handOver(app)
	c := w.routed(app)
	w.must(w.flow.Accept(w.t.Context(), w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
	var visit int64
	for _, who := range []string{"officer", "helper"} {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			list, err := w.cases.ToTake(ctx, tx, w.id(who), tx.Today()+3, 60)
			for _, v := range list {
				if v.Case == c.ID {
					visit = v.ID
				}
			}
			if err != nil || visit == 0 {
				return fmt.Errorf("%s has %+v before them, %w", who, list, err)
			}
			return w.cases.Take(ctx, tx, []int64{visit}, w.id(who))
		})
	}
	return c.ID, visit
}

// captured is a record of now under a key of its own.
func captured(visit int64, key byte, more string) casefile.Capture {
	return casefile.Capture{Key: fmt.Sprintf("0192c3f0-0000-7000-8000-0000%08x", uint32(visit)<<8|uint32(key)), Visit: visit, Seen: time.Now(), Digest: sha256.Sum256([]byte(more)),
		Photos: []casefile.CapturedPhoto{{Blob: "ee" + core.BlobDigest(fmt.Sprint(key)), Original: sha256.Sum256([]byte("photo")), Taken: time.Now(), Place: "116.43421,37.16543"}}}
}

func (w *world) sync(who string, seen workflow.RecordVisit, c casefile.Capture) casefile.CaptureOutcome {
	w.t.Helper()
	out, err := w.flow.SyncVisit(w.t.Context(), w.actors[who], seen, c)
	w.must(err)
	return out
}

// A record that comes from a device comes once, however often and however many at once hand it
// in: each is told that it is there (F87).
//
// As it was at first, seven of the eight were told that theirs is another record. Control, seen
// red: keepSecond that does not look ("handed in by eight at once: second, exists_already …").
func TestAVisitHandedInTwiceIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	id, visit := w.goes("4071882635")
	c := captured(visit, 1, "first")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if out, err := w.flow.SyncVisit(t.Context(), w.actors["helper"], visited(), c); err != nil || out != casefile.CaptureRecorded {
				t.Errorf("handed in by eight at once: %s, %v", out, err)
			}
		})
	}
	group.Wait()
	if out := w.sync("helper", visited(), c); out != casefile.CaptureRecorded {
		t.Errorf("handed in again: %s", out)
	}
	w.must(w.flow.SecondVisit(t.Context(), w.actors["officer"], id, w.record(id)))
	if out := w.sync("helper", visited(), c); out != casefile.CaptureRecorded {
		t.Errorf("handed in after the second person's word: %s", out)
	}
	for what, sql := range map[string]string{"visits": `select count(*) from visit where case_id = $1`, "captures": `select count(*) from visit_capture where case_id = $1`,
		"pictures": `select count(*) from visit_photo p join visit_capture c on c.key = p.capture where c.case_id = $1 and p.place = '116.43421,37.16543'`} {
		if n := w.count(sql, id); n != 1 {
			t.Errorf("%d %s, want 1", n, what)
		}
	}
	if _, err := w.flow.SyncVisit(t.Context(), w.actors["helper"], visited(), captured(visit, 1, "another")); code(err) != "capture_other" {
		t.Errorf("another record under the same key: %v", err)
	}
}

// Of two records of one visit, each made by one of the two who went, the first counts and the
// other lies before the township as a doubt until somebody has looked (F109): nothing is decided
// meanwhile, and nothing of it is lost.
//
// Control, seen red: keepSecond without its doubt ("proposed over a second record: <nil>").
func TestTwoRecordsOfOneVisitLieBeforeAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	id, visit := w.goes("4071882635")
	if out := w.sync("helper", visited(), captured(visit, 1, "first")); out != casefile.CaptureRecorded {
		t.Fatalf("the first: %s", out)
	}
	other := visited()
	other.Statement, other.Signatures = "三间新房,家里有车。", map[string]core.BlobDigest{"first": "d4", "second": "e5", "household": "f6"}
	second := captured(visit, 2, "second")
	for range 2 {
		if out := w.sync("officer", other, second); out != casefile.CaptureSecond {
			t.Fatalf("the second: %s", out)
		}
	}
	if n := w.count(`select count(*) from visit_capture where case_id = $1 and position(convert_to('三间新房', 'UTF8') in record) > 0`, id); n != 0 {
		t.Error("what they wrote lies in clear")
	}
	w.must(w.flow.SecondVisit(t.Context(), w.actors["officer"], id, w.record(id)))
	third := captured(visit, 7, "third")
	if _, err := w.flow.SyncVisit(t.Context(), w.actors["officer"], other, third); code(err) != "second_kept" {
		t.Errorf("one more of the same hand: %v", err)
	}
	unsigned := other
	unsigned.Signatures = nil
	if _, err := w.flow.SyncVisit(t.Context(), w.actors["helper"], unsigned, captured(visit, 6, "unsigned")); code(err) != "invalid_visit" {
		t.Errorf("a second record that nobody signed: %v", err)
	}
	claim := w.claim(id, dibao)
	propose := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"不符合条件。"}}
	if err := w.flow.Propose(t.Context(), w.actors["officer"], propose); code(err) != "doubt_open" {
		t.Errorf("proposed over a second record: %v", err)
	}
	var v casefile.View
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = w.cases.View(ctx, tx, id, w.actors["officer"], "test")
		return err
	})
	if len(v.Seconds) != 1 || len(v.Visits) != 1 || !strings.Contains(v.Seconds[0].Record, "三间新房") || v.Seconds[0].Staff != w.id("officer") || len(v.Seconds[0].Photos) != 1 || v.Seconds[0].Signatures["household"] != "f6" {
		t.Errorf("the page has %+v beside %+v", v.Seconds, v.Visits)
	}
	c, _ := w.get(id)
	d := w.doubt(c)
	if d.Kind != casefile.DoubtVisit || !strings.Contains(d.About, "另一份记录") {
		t.Errorf("the doubt is %+v", d)
	}
	looked := workflow.Weigh{Case: id, Doubt: d.ID, Verdict: casefile.VerdictLooked, Reason: "两个人去的是两家,问过了"}
	if err := w.flow.Weigh(t.Context(), w.actors["officer"], looked); code(err) != "own_record" {
		t.Errorf("who wrote one of the two says which counts: %v", err)
	}
	w.must(w.flow.Weigh(t.Context(), w.actors["county"], looked))
	w.must(w.flow.Propose(t.Context(), w.actors["officer"], propose))
}

// A record is of the days between the plan and now, and comes from who took the visit along;
// whose case went on meanwhile is kept all the same (below), and a fact that
// was told otherwise since is not confirmed by it.
//
// Controls, seen red: the days not held ("before it was planned: recorded, <nil>"); VisitCase by
// the visit alone ("by somebody else: second, … visit_capture_staff": the database holds it);
// stillSo left out ("what stands: by "citizen"").
func TestWhatARecordFromADeviceMayBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	id, visit := w.goes("4071882635")
	ctx := t.Context()
	for name, of := range map[string]struct {
		who  string
		seen time.Time
		code string
	}{
		"dated tomorrow":          {"helper", time.Now().AddDate(0, 0, 1), "invalid_visit_day"},
		"before it was planned":   {"helper", time.Now().AddDate(0, 0, -2), "invalid_visit_day"},
		"by somebody else":        {"approver", time.Now(), "visit_not_taken"},
		"of a visit that is none": {"nobody", time.Now(), "visit_not_taken"},
	} {
		c, who := captured(visit, 9, name), of.who
		if c.Seen = of.seen; who == "nobody" {
			who, c.Visit = "helper", 1<<40
		}
		if out, err := w.flow.SyncVisit(ctx, w.actors[who], visited(), c); code(err) != of.code {
			t.Errorf("%s: %s, %v", name, out, err)
		}
	}
	if n := w.count(`select (select count(*) from visit where done is not null) + (select count(*) from visit_capture)`); n != 0 {
		t.Errorf("%d rows of what was refused", n)
	}
	half := visited()
	half.Signatures = nil
	if _, err := w.flow.SyncVisit(ctx, w.actors["helper"], half, captured(visit, 8, "half")); code(err) != "invalid_visit" {
		t.Errorf("a record without signatures: %v", err)
	}

	var shown casefile.Facts
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		c, err := w.cases.Get(ctx, tx, id)
		if err == nil {
			shown, err = w.cases.Facts(ctx, tx, id, c.FactsVersion)
		}
		return err
	})
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		h, cars := shown.Household, 7
		h.Cars = &cars
		_, err := w.cases.AddFacts(ctx, tx, id, casefile.Facts{Household: h, Provenance: shown.Provenance, Cause: "application", By: w.id("officer")})
		return err
	})
	went := visited()
	went.Same, went.Shown = []string{"cars", "houses"}, shown.Version
	w.sync("helper", went, captured(visit, 3, "meanwhile"))
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		c, err := w.cases.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		now, err := w.cases.Facts(ctx, tx, id, c.FactsVersion)
		if cars, houses := now.Provenance["cars"].Said, now.Provenance["houses"].Said; cars == "visit" || houses != "visit" {
			t.Errorf("told otherwise meanwhile: by %q, what stands: by %q", cars, houses)
		}
		return err
	})
}

// A record of a case that was withdrawn meanwhile is kept, and asks nobody to look.
//
// Control, seen red: lateFor that knows no conflict ("of a case that was withdrawn: ,
// case_moved_on").
func TestARecordOfACaseThatIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	id, visit := w.goes("4071882635")
	w.must(w.flow.Withdraw(t.Context(), w.actors["officer"], id, "本人说不办了"))
	if out, err := w.flow.SyncVisit(t.Context(), w.actors["helper"], visited(), captured(visit, 4, "late")); err != nil || out != casefile.CaptureSecond {
		t.Errorf("of a case that was withdrawn: %s, %v", out, err)
	}
	if n := w.count(`select count(*) from case_doubt where case_id = $1 and kind = 'visit'`, id); n != 0 {
		t.Errorf("%d doubts on a case that is over", n)
	}
}

// The database holds it too: a record is handed in by who took the visit along, and taken by
// who goes.
//
// Control: the triggers dropped; not run.
func TestCapturesAreHeldBySQL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	id, visit := w.goes("4071882635")
	for name, sql := range map[string]string{
		"visit_taken_staff":   `insert into visit_taken (visit, region, staff, at) select id, region, $2, lianou_now() from visit where id = $1`,
		"visit_capture_staff": `insert into visit_capture (key, visit, case_id, region, staff, seen, synced, digest, outcome) select gen_random_uuid(), id, case_id, region, $2, lianou_now(), lianou_now(), sha256('x'), 'recorded' from visit where id = $1`,
	} {
		err := w.db.Tx(t.Context(), pg.Regions(w.town), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql, visit, w.id("approver"))
			return err
		})
		if pg.Constraint(err) != name {
			t.Errorf("case %d, %s: %v", id, name, err)
		}
	}
}
