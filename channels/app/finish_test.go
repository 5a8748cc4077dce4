package app

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"lianou/channels"
	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake"
)

// dying is an intake that is not reached: the process ends between the confirmation that
// was kept and the hand-in.
type dying struct {
	channels.Submitter
	dead atomic.Bool
}

func (d *dying) Submit(ctx context.Context, s intake.Submission) (intake.Receipt, error) {
	if d.dead.Load() {
		return intake.Receipt{}, core.E(core.KindUnavailable, "dead", "")
	}
	return d.Submitter.Submit(ctx, s)
}

// killed is somebody who confirmed at a door that died before it handed in.
func killed(t *testing.T, key string) (d *door, a *asked, by *dying, body map[string]any) {
	t.Helper()
	d = newDoor(t)
	by = &dying{Submitter: d.env.Intake}
	d.env.Intake, d.env.Conversations = by, by
	a = d.begin(t, d.serve(t))
	a.lead(guilan())
	body = a.confirm(key)
	by.dead.Store(true)
	if status, out := a.do("POST", "/interview/application", body); status != 503 {
		t.Fatalf("confirmed with the intake away: %d %v", status, out)
	}
	by.dead.Store(false)
	return d, a, by, body
}

// works starts the gateway's jobs and lets what waits for its time begin at once.
func (d *door) works(t *testing.T) {
	t.Helper()
	ch, err := New(Config{}, d.hosted())
	must(t, err)
	list := jobs.NewWorkers()
	ch.Finishes(list)
	client, err := jobs.New(jobs.Config{DB: d.db.DB(pgtest.Gateway), Schema: jobs.Gateway, Workers: list, Log: d.env.Log})
	must(t, err)
	must(t, d.db.DB(pgtest.Owner).Tx(t.Context(), pg.City("a test moves the clock of jobs"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update `+pg.GatewayJobs+`.river_job set scheduled_at = transaction_timestamp(), state = 'available' where kind = 'talk_finish'`)
		return err
	}))
	must(t, client.Start(t.Context()))
	t.Cleanup(func() { _ = client.Stop(context.Background()) })
}

// hosted is the environment as a host gives it to the door.
func (d *door) hosted() channels.Env {
	env := d.env
	env.Name = "app"
	return env
}

// An application that was confirmed at a door which died before it handed in is handed in
// by a job, once, and no act of the person's is needed: the page that repeats then has the
// receipt. A job that comes when all is done finds nothing.
//
// Control: saveBeside without Later ("0 jobs wait"); Finish that does not close (waits in
// vain for the job to be completed).
func TestConfirmedIsFinishedByAJob(t *testing.T) {
	t.Parallel()
	d, a, _, body := killed(t, "0192c3f0-killed-1")
	gateway := d.db.DB(pgtest.Owner)
	if n := jobstest.States(t, gateway, jobs.Gateway, "talk_finish")["scheduled"]; n != 1 {
		t.Fatalf("%d jobs wait", n)
	}
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Fatalf("%d applications before the job", n)
	}
	d.works(t)
	jobstest.Wait(t, gateway, jobs.Gateway, "talk_finish", "completed", 1)
	for sql, want := range map[string]int{
		`select count(*) from application where channel = 'app'`: 1, `select count(*) from talk where state = 'filed'`: 1, `select count(*) from talk where state = 'open'`: 0,
	} {
		if n := d.count(t, sql); n != want {
			t.Errorf("%s = %d", sql, n)
		}
	}
	status, again := a.do("POST", "/interview/application", body)
	if status != 200 || again["receipt"] == nil || again["duplicate"] != true {
		t.Errorf("confirmed again: %d %v", status, again)
	}
	if n := d.count(t, `select count(*) from application`); n != 1 {
		t.Errorf("%d applications", n)
	}
}

// What the job cannot hand in because something is wrong waits to be put right, and the
// person is told what it is when they confirm again.
//
// Control: Finish that gives a refusal back as its error ("the job: ...").
func TestRefusedByTheJobWaits(t *testing.T) {
	t.Parallel()
	d, a, by, body := killed(t, "0192c3f0-killed-2")
	real := by.Submitter
	by.Submitter = refusing{}
	ch, err := New(Config{}, d.hosted())
	must(t, err)
	who, err := ch.door.Who(a.token, false)
	must(t, err)
	if err := ch.door.Finish(t.Context(), who); err != nil {
		t.Errorf("the job: %v", err)
	}
	if status, out := a.do("POST", "/interview/application", body); status != 422 || out["detail"] != "姓名不对,请看一看。" {
		t.Errorf("confirmed again: %d %v", status, out)
	}
	by.Submitter = real
	if status, out := a.do("POST", "/interview/application", body); status != 201 {
		t.Errorf("when it was put right: %d %v", status, out)
	}
	if err := ch.door.Finish(t.Context(), who); err != nil || d.count(t, `select count(*) from application`) != 1 {
		t.Errorf("a job that comes late: %v", err)
	}
}

type refusing struct{}

func (refusing) Submit(context.Context, intake.Submission) (intake.Receipt, error) {
	return intake.Receipt{}, core.Invalid("applicant.name", "姓名不对,请看一看。")
}

// Who starts over while what they confirmed is on its way has it handed in and is told so;
// nothing is lost.
//
// Control: Forget that deletes what is Handing ("forgotten: 204").
func TestStartingOverKeepsWhatWasConfirmed(t *testing.T) {
	t.Parallel()
	d, a, _, body := killed(t, "0192c3f0-killed-3")
	status, p := a.do("DELETE", "/interview", nil)
	if status != 409 || p["code"] != "interview_filed" {
		t.Errorf("forgotten: %d %v", status, p)
	}
	if n := d.count(t, `select count(*) from application`); n != 1 {
		t.Fatalf("%d applications", n)
	}
	if status, again := a.do("POST", "/interview/application", body); status != 200 || again["duplicate"] != true {
		t.Errorf("confirmed again: %d %v", status, again)
	}
	if status, _ := a.do("DELETE", "/interview", nil); status != 204 {
		t.Errorf("with none open: %d", status)
	}
}

// A page that another door has gone past forgets nothing: it is shown how things are. The
// same press again forgets once, and never the next conversation; a client that sends no
// revision forgets what is open, as it did.
//
// Control: Forget without the comparison ("a page of before: 204"); the store's delete
// without its revision.
func TestStalePageForgetsNothing(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	a := d.begin(t, d.serve(t))
	old := fmt.Sprintf("/interview?revision=%d", a.revision())
	if status, _ := a.answer(map[string]any{"said": "儿子瘫在床上"}); status != 200 {
		t.Fatalf("answered: %d", status)
	}
	now := fmt.Sprintf("/interview?revision=%d", a.revision())
	status, p := a.do("DELETE", old, nil)
	shown, _ := p["interview"].(map[string]any)
	if status != 409 || p["code"] != "interview_moved_on" || shown == nil || shown["asked"] != 2.0 {
		t.Errorf("a page of before: %d %v", status, p)
	}
	for _, bad := range []string{"x", "-1", "0", ""} {
		if status, p := a.do("DELETE", "/interview?revision="+bad, nil); status != 422 || p["detail"] == "" {
			t.Errorf("revision %q: %d %v", bad, status, p)
		}
	}
	for range 2 {
		if status, p := a.do("DELETE", now, nil); status != 204 {
			t.Errorf("forgotten: %d %v", status, p)
		}
	}
	if n := d.count(t, `select count(*) from talk`); n != 0 {
		t.Errorf("%d conversations", n)
	}
	a.do("POST", "/interview", map[string]any{"capacity": "self"})
	if status, p := a.do("DELETE", now, nil); status != 409 {
		t.Errorf("the next conversation: %d %v", status, p)
	}
	if status, _ := a.do("DELETE", "/interview", nil); status != 204 || d.count(t, `select count(*) from talk`) != 0 {
		t.Errorf("without a revision: %d", status)
	}
}
