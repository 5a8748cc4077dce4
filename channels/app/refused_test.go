package app

import (
	"strings"
	"testing"

	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// soon lets a job that waits for its time begin at once, in the program that works starts.
func (d *door) soon(t *testing.T, kind string) {
	t.Helper()
	d.sql(t, `update `+pg.GatewayJobs+`.river_job set scheduled_at = transaction_timestamp(), state = 'available' where kind = $1 and state = 'scheduled'`, kind)
}

func (h *handset) last() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.words
}

// Who confirmed and went away is told when the job finds that it cannot be taken: on the
// page and by the API what is wrong and which line mends it, and by one text message, which
// names nobody, where no chat can say it. Nothing that they said is lost; an answer that
// was on its way hears it too, and then it is said no more.
//
// Controls: refuse that keeps no word ("the API says <nil>"); saveBeside without Unfiled
// ("0 jobs"); act without goOn ("still said").
func TestRefusedWithNobodyThere(t *testing.T) {
	t.Parallel()
	d, a, by, _ := killed(t, "0192c3f0-refused-1")
	real := by.Submitter
	by.Submitter = refusing{}
	before := a.revision()
	d.works(t)
	gateway := d.db.DB(pgtest.Owner)
	jobstest.Wait(t, gateway, jobs.Gateway, "talk_finish", "completed", 1)
	if n := jobstest.States(t, gateway, jobs.Gateway, "talk_unfiled")["scheduled"]; n != 1 {
		t.Fatalf("%d jobs tell it", n)
	}
	_, now := a.do("GET", "/interview", nil)
	why, _ := now["refused"].(map[string]any)
	if why == nil || why["say"] != "还没报上去,您说的都留着。姓名这一项:姓名不对,请看一看。改好了,再签一次名就报上去。" || why["ref"] != "form/applicant.name" || a.revision() != before {
		t.Errorf("the API says %v at revision %d, was %d", why, a.revision(), before)
	}
	b := newBrowser(t, d.serve(t))
	b.enter(d)
	_, page, _ := b.get("/ask")
	if !strings.Contains(page, `role="alert"><b>还没报上去`) || !strings.Contains(page, `href="/c/app/ask?step=form%2fapplicant.name">改这一项`) {
		t.Errorf("the page: %s", page)
	}
	d.soon(t, "talk_unfiled")
	jobstest.Wait(t, gateway, jobs.Gateway, "talk_unfiled", "completed", 1)
	if got := d.phone.last(); !strings.Contains(got, "还没报上去") || strings.Contains(got, "张") || strings.Contains(got, "姓名") {
		t.Errorf("the text message: %q", got)
	}

	by.Submitter = real
	status, out := a.do("POST", "/interview/answers", map[string]any{"step": "form/applicant.name", "revision": a.revision(), "answer": value("张桂芳")})
	if said, _ := out["refused"].(map[string]any); status != 200 || said == nil {
		t.Errorf("an answer that was on its way: %d, told %v", status, said)
	}
	if _, now := a.do("GET", "/interview", nil); now["refused"] != nil {
		t.Errorf("still said: %v", now["refused"])
	}
	body := a.confirm("0192c3f0-refused-2")
	if status, out := a.do("POST", "/interview/application", body); status != 201 {
		t.Errorf("put right: %d %v", status, out)
	}
}

// What was put right before its time has no message: a telephone rings for nothing else.
// Refused twice, a conversation is told of once.
//
// Control: tellUnfiled without its look at the conversation ("told of what they know").
func TestPutRightInTimeRingsNobody(t *testing.T) {
	t.Parallel()
	d, a, by, body := killed(t, "0192c3f0-refused-3")
	by.Submitter = refusing{}
	ch, err := New(Config{}, d.hosted())
	must(t, err)
	who, err := ch.door.Who(a.token, false)
	must(t, err)
	must(t, ch.door.Finish(t.Context(), who))
	by.dead.Store(true) // and once more
	if status, _ := a.do("POST", "/interview/application", body); status != 503 {
		t.Fatalf("confirmed again: %d", status)
	}
	by.dead.Store(false)
	must(t, ch.door.Finish(t.Context(), who))
	gateway := d.db.DB(pgtest.Owner)
	if n := jobstest.States(t, gateway, jobs.Gateway, "talk_unfiled")["scheduled"]; n != 1 {
		t.Errorf("%d jobs for one conversation", n)
	}
	if status, out := a.do("POST", "/interview/answers", map[string]any{"step": "form/applicant.name", "revision": a.revision(), "answer": value("张桂芳")}); status != 200 {
		t.Fatalf("put right: %d %v", status, out)
	}
	was := d.phone.last()
	d.works(t)
	d.soon(t, "talk_unfiled")
	jobstest.Wait(t, gateway, jobs.Gateway, "talk_unfiled", "completed", 1)
	if got := d.phone.last(); got != was {
		t.Errorf("told of what they know: %q", got)
	}
}
