package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/wording"
	"lianou/core/workflow"
	"lianou/intake/papers"
)

// edge is the public side of what comes after an application.
type edge struct {
	*world
	blobs  *blob.Store
	papers *papers.Store
	reader *casefile.Reader
}

func newEdge(w *world) *edge {
	w.t.Helper()
	blobs, err := blob.Open(blob.Config{URL: "file://" + w.t.TempDir(), To: w.keys.Gateway.Platform})
	w.must(err)
	db, log := w.env.DB(pgtest.Gateway), audit.NewTo(w.keys.Gateway.Platform)
	store, err := papers.New(papers.Deps{DB: db, Platform: w.keys.Gateway.Platform, Digest: w.keys.Gateway.Shared, Blobs: blobs, Audit: log, Jobs: w.jobs})
	w.must(err)
	reader, err := casefile.NewReader(db, w.keys.Gateway.Shared, log)
	w.must(err)
	return &edge{w, blobs, store, reader}
}

// sql runs as the owner, for what is not this test's to play.
func (e *edge) sql(q string, args ...any) {
	e.t.Helper()
	e.must(e.env.DB(pgtest.Owner).Tx(e.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, q, args...)
		return err
	}))
}

// received writes what intake keeps of an application.
func (e *edge) received(app core.Application) {
	e.t.Helper()
	e.sql(`insert into application (id, channel, key, body_digest, receipt, citizen, region, urgent, at) values ($1, 'app', $2, sha256('x'), $3, $4, $5, false, now())`,
		string(app.ID), app.Key, app.Receipt, app.Contact.CitizenID, app.Live.Region)
}

// photo uploads one as an account.
func (e *edge) photo(of, account string) core.Paper {
	e.t.Helper()
	info, err := e.blobs.Put(e.t.Context(), strings.NewReader(of), blob.PutOptions{Class: "paper", By: account, MIME: "image/jpeg", Max: 1 << 20})
	e.must(err)
	return core.Paper{Kind: core.PaperHukou, Digest: info.Digest}
}

// taken waits until so many have been laid into their case.
func (e *edge) taken(n int) {
	e.t.Helper()
	jobstest.Until(e.t, "papers to lie in their case", func(context.Context) bool {
		return e.count(`select count(*) from supplement where taken is not null`) == n
	})
}

func (e *edge) view(id core.CaseID) (v casefile.View) {
	e.t.Helper()
	e.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = e.cases.View(ctx, tx, id, e.actors["officer"], "test")
		return err
	})
	return v
}

// stands holds one word against all who read it: the township's list, the page of the case,
// the person, and who answers them by their pair.
func (e *edge) stands(when string, app core.Application, want wording.Status) {
	e.t.Helper()
	own, err := e.reader.ByReceipt(e.t.Context(), app.Receipt, app.Contact.CitizenID)
	e.must(err)
	got := map[string]wording.Status{"the person": own.Status, "the page of the case": e.view(own.Case).Status}
	e.in(func(ctx context.Context, tx *pg.Tx) error {
		page, err := e.cases.Queue(ctx, tx, casefile.QueueFilter{Regions: []core.RegionCode{town}}, 10, "")
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			got["the list"] = row.Status
		}
		aloud, err := e.cases.StatusByPair(ctx, tx, app.Receipt, app.Applicant.ID.Last4())
		got["the agent"] = aloud.Status
		if aloud.Lacks() != own.Lacks() {
			e.t.Errorf("%s: the agent reads %q and the person %q", when, aloud.Lacks(), own.Lacks())
		}
		return err
	})
	for who, status := range got {
		if status != want {
			e.t.Errorf("%s: %s reads %s, want %s", when, who, status, want)
		}
	}
}

// unseen is what a page of the case would send as shown.
func unseen(v casefile.View) (ids []int64) {
	for _, s := range v.Supplements {
		if s.Looked.IsZero() {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// What an officer asks for, the person hands in from where they are: once, however often
// it is sent; it lies in the case for a person to look at, and moves nothing by itself. From
// then on list, case, person and agent read that it is here, until the officer has looked.
//
// Controls: `supplement_once` and `before` left out ("100 rows"); LookedAt left out of
// Resume ("still unlooked"); CaseSupplement left out of ActSupplement ("asked again"); papersWait left out of
// PublishStatus ("papers are here"); missing_how not read ("read aloud").
func TestWhatWasAskedForIsHandedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	e := newEdge(w)
	ctx, officer := t.Context(), w.actors["officer"]
	app := w.application("4071882635")
	e.received(app)
	w.handOver(app)
	c := w.routed(app)
	w.must(w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, What: "户口本首页的照片", How: "拍照就行", Kept: "外省的户口"}))
	e.stands("asked", app, wording.StatusAskOne)
	seen, err := e.reader.ByReceipt(ctx, app.Receipt, "citizen-1")
	if err != nil || seen.Missing == nil || seen.Missing.What != "户口本首页的照片" || seen.Missing.Since.IsZero() || seen.Missing.Until.IsZero() {
		t.Fatalf("what the citizen is asked: %+v, %v", seen.Missing, err)
	}
	var told string
	w.in(func(ctx context.Context, tx *pg.Tx) error { // the message that went out, as its job opens it
		var id int64
		if err := tx.QueryRow(ctx, `select id from notice where kind = 'ask_one'`).Scan(&id); err != nil {
			return err
		}
		n, err := notify.Get(ctx, tx, id)
		told = n.Words
		return err
	})
	if want := wording.AskOne("户口本首页的照片", "拍照就行", seen.Missing.Until).Words; seen.Lacks() != want || told != want {
		t.Errorf("read aloud:  %s\nthe message: %s\nwant both:   %s", seen.Lacks(), told, want)
	}

	in := papers.Sending{Citizen: "citizen-1", Key: "one", Application: app.ID, Papers: []core.Paper{e.photo("a", "citizen-1"), e.photo("b", "citizen-1")}, Note: "这是首页和第二页"}
	var group sync.WaitGroup
	fresh := make(chan bool, 100)
	for range 100 {
		group.Go(func() {
			sent, err := e.papers.Send(ctx, in)
			if err != nil {
				t.Errorf("sent again: %v", err)
			}
			fresh <- !sent.Again
		})
	}
	group.Wait()
	close(fresh)
	news := 0
	for yes := range fresh {
		if yes {
			news++
		}
	}
	e.taken(1)
	e.stands("papers are here", app, wording.StatusPapersIn)
	rows := w.count(`select count(*) from supplement`)
	if laid := w.count(`select count(*) from case_supplement`); news != 1 || rows != 1 || laid != 1 {
		t.Fatalf("%d told fresh, %d rows, %d in the case", news, rows, laid)
	}
	other := in
	other.Note = "别的话"
	if _, err := e.papers.Send(ctx, other); !errors.Is(err, papers.ErrKeyReused) {
		t.Errorf("another body under the key: %v", err)
	}

	v := e.view(c.ID)
	if len(v.Supplements) != 1 || v.Supplements[0].Note != in.Note || len(v.Supplements[0].Papers) != 2 || !v.Supplements[0].Looked.IsZero() || v.State != casefile.CaseSupplement {
		t.Fatalf("what the officer sees: %+v in a case that is %s", v.Supplements, v.State)
	}
	if seen, err = e.reader.ByReceipt(ctx, app.Receipt, "citizen-1"); err != nil || seen.Timeline[len(seen.Timeline)-1].Says != "您补的 2 张照片收到了。" {
		t.Errorf("the citizen's timeline: %+v, %v", seen.Timeline, err)
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		page, err := w.cases.Queue(ctx, tx, casefile.QueueFilter{Regions: []core.RegionCode{town}}, 10, "")
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Papers != 1 {
			t.Errorf("the queue says %+v, %v", page.Rows, err)
		}
		return nil
	})
	if n := w.count(`select count(*) from audit_entry where act in ('papers.sent', 'papers.received')`); n != 2 {
		t.Errorf("%d entries", n)
	}
	if n := w.count(`select count(*) from supplement where position('首页'::bytea in sealed) > 0`); n != 0 {
		t.Error("the note lies open")
	}

	w.must(w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, What: "第三页", Late: "上次没看到还有第三页", Saw: unseen(v)})) // 还差
	e.stands("asked again", app, wording.StatusAskOne)
	if seen, _ = e.reader.ByReceipt(ctx, app.Receipt, "citizen-1"); seen.Missing == nil || seen.Missing.What != "第三页" || seen.Missing.How != "我们上门时补,不用跑" {
		t.Errorf("asked again: %+v", seen.Missing)
	}
	if n := w.count(`select count(*) from notice where kind = 'ask_one'`); n != 2 {
		t.Errorf("%d notices ask", n)
	}
	if v = e.view(c.ID); v.Supplements[0].LookedBy != officer.Staff {
		t.Errorf("who asks for more has looked at what came: %+v", v.Supplements)
	}
	in.Key, in.Note = "two", "这是第三页"
	if _, err := e.papers.Send(ctx, in); err != nil {
		t.Fatal(err)
	}
	e.taken(2)
	e.stands("papers are here again", app, wording.StatusPapersIn)
	w.must(w.flow.Resume(ctx, officer, workflow.Resume{Case: c.ID, What: "户口本齐了", Saw: unseen(e.view(c.ID))})) // 齐了
	e.stands("enough", app, wording.StatusRouted)
	if v = e.view(c.ID); v.State != casefile.CaseOpen || len(v.Supplements) != 2 || v.Supplements[0].Looked.IsZero() || v.Supplements[0].LookedBy != officer.Staff {
		t.Errorf("after the officer said it is enough: %s, still unlooked %+v", v.State, v.Supplements)
	}
	if seen, _ = e.reader.ByReceipt(ctx, app.Receipt, "citizen-1"); seen.Missing != nil {
		t.Errorf("still asked: %+v", seen.Missing)
	}
}

// What nobody may hand in, and how much one account may.
//
// Controls: `uploaded` not called ("another's upload: <nil>"); the where of the account
// left out of keep and of supplement_put ("another account: <nil>"); perDay 100 ("the eleventh").
func TestWhoMayHandIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	e := newEdge(w)
	ctx := t.Context()
	app := w.application("4071882635")
	e.received(app)
	w.handOver(app)
	w.must(w.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: town}))
	own := e.photo("a", "citizen-1")
	good := papers.Sending{Citizen: "citizen-1", Key: "k", Application: app.ID, Papers: []core.Paper{own}}
	with := func(change func(*papers.Sending)) papers.Sending {
		in := good
		change(&in)
		return in
	}
	for name, one := range map[string]struct {
		in   papers.Sending
		code string
	}{
		"another's upload": {with(func(in *papers.Sending) { in.Papers = []core.Paper{e.photo("b", "citizen-2")} }), "invalid"},
		"an unknown digest": {with(func(in *papers.Sending) {
			in.Papers = []core.Paper{{Kind: core.PaperHukou, Digest: core.BlobDigest(strings.Repeat("0", 64))}}
		}), "invalid"},
		"a kind of ours": {with(func(in *papers.Sending) { in.Papers = []core.Paper{{Kind: core.PaperRecording, Digest: own.Digest}} }), "invalid"},
		"the same twice": {with(func(in *papers.Sending) { in.Papers = []core.Paper{own, own} }), "invalid"},
		"ten":            {with(func(in *papers.Sending) { in.Papers = make([]core.Paper, 10) }), "invalid"},
		"nothing":        {with(func(in *papers.Sending) { in.Papers = nil }), "invalid"},
		"a long note":    {with(func(in *papers.Sending) { in.Note = strings.Repeat("长", 501) }), "invalid"},
		"another account": {with(func(in *papers.Sending) {
			in.Citizen, in.Papers = "citizen-2", []core.Paper{e.photo("c", "citizen-2")}
		}), "not_found"},
	} {
		_, err := e.papers.Send(ctx, one.in)
		if known := core.Known(err); err == nil || known.Say == "" || known.Kind != map[string]core.Kind{"invalid": core.KindInvalid, "not_found": core.KindNotFound}[one.code] {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := e.papers.Of(ctx, "citizen-2", app.ID); err != nil || len(list) != 0 {
		t.Errorf("another account reads %+v, %v", list, err)
	}
	for i := range 11 {
		_, err := e.papers.Send(ctx, with(func(in *papers.Sending) { in.Key = fmt.Sprint("n", i) }))
		if over := core.KindOf(err) == core.KindTooMany; err != nil && !over || over != (i == 10) {
			t.Errorf("the %d. of a day: %v", i+1, err)
		}
	}
	if list, err := e.papers.Of(ctx, "citizen-1", app.ID); err != nil || len(list) != 10 || list[0].Count != 1 || list[0].Taken {
		t.Errorf("the account reads %+v, %v", list, err)
	}
}

// Papers for a case that moved meanwhile, that nobody asked for, or that is over: they
// are taken, lie where the case is, and wait for an officer.
//
// Controls: the job under pg.Job of the township it was sent to, and nothing is taken;
// LookedAt without `id = any($4)` ("what came between page and press was looked at").
func TestPapersFollowTheirCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	e := newEdge(w)
	ctx, officer := t.Context(), w.actors["officer"]
	app := w.application("4071882635")
	e.received(app)
	w.handOver(app)
	w.must(w.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: town}))
	in := papers.Sending{Citizen: "citizen-1", Key: "k", Application: app.ID, Note: "只有一句话"}
	if _, err := e.papers.Send(ctx, in); err != nil {
		t.Fatal(err)
	}
	c, _ := w.get(core.CaseID(w.count(`select id from casefile`)))
	w.must(w.flow.Relocate(ctx, w.actors["county"], workflow.Relocate{Case: c.ID, To: "371426104"}))
	id := int64(w.count(`select max(id) from supplement`))
	for range 2 {
		w.must(w.flow.PapersSent(ctx, jobs.PapersSent{Papers: id}))
	}
	if n := w.count(`select count(*) from case_supplement where region = '371426104'`); n != 1 {
		t.Fatalf("%d lie where the case is now", n)
	}
	w.must(w.flow.Relocate(ctx, w.actors["county"], workflow.Relocate{Case: c.ID, To: town}))
	if n := w.count(`select count(*) from case_supplement where region = $1`, town); n != 1 {
		t.Fatalf("%d came back with their case", n)
	}
	w.must(w.flow.Withdraw(ctx, officer, c.ID, "本人不办了"))
	in.Key = "after the end"
	if _, err := e.papers.Send(ctx, in); err != nil {
		t.Fatal(err)
	}
	w.must(w.flow.PapersSent(ctx, jobs.PapersSent{Papers: id + 1}))
	if v := e.view(c.ID); v.State != casefile.CaseWithdrawn || len(v.Supplements) != 2 {
		t.Fatalf("%s with %+v", v.State, v.Supplements)
	}
	// A page from before the second came: the second is still new, and nothing more is told.
	w.must(w.flow.LookPapers(ctx, officer, c.ID, []int64{id}))
	if v := e.view(c.ID); !v.Supplements[0].Looked.IsZero() || v.Supplements[1].Looked.IsZero() {
		t.Errorf("what came between page and press was looked at: %+v", v.Supplements)
	}
	for _, saw := range [][]int64{{id}, nil} {
		if err := w.flow.LookPapers(ctx, officer, c.ID, saw); !errors.Is(err, casefile.ErrMovedOn) {
			t.Errorf("looked at nothing new: %v", err)
		}
	}
	saw := unseen(e.view(c.ID))
	w.must(w.flow.LookPapers(ctx, officer, c.ID, saw))
	if err := w.flow.LookPapers(ctx, officer, c.ID, saw); !errors.Is(err, casefile.ErrMovedOn) {
		t.Errorf("looked twice: %v", err)
	}
	if err := w.flow.LookPapers(ctx, w.actors["approver"], c.ID, saw); !errors.Is(err, casefile.ErrNotYours) {
		t.Errorf("by who is not the officer: %v", err)
	}
}

// A citizen sees their money as it goes, and nobody else's: sent, returned, paid.
//
// Controls: no trigger payout_told ("[]"); payout_seen true for everybody ("another
// account reads").
func TestMoneyIsSeenByItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	e := newEdge(w)
	app := w.application("4071882635")
	c := w.visitedCase(app, nursing)
	w.must(w.granted(w.claim(c.ID, nursing), workflow.Propose{}))
	today := core.DateOf(time.Now())
	money := func(citizen string) []casefile.Payout {
		list, err := e.reader.Payouts(t.Context(), casefile.PayoutsAsk{Citizen: citizen, Today: today, Limit: 21})
		w.must(err)
		return list
	}
	due := money("citizen-1")
	if len(due) != 1 || due[0].State != "due" || due[0].Receipt != app.Receipt || due[0].Item != nursing || due[0].Amount <= 0 || len(due[0].Last4) != 4 {
		t.Fatalf("decided: %+v", due)
	}
	for _, step := range []string{"batched", "sent", "returned", "fixing", "due", "batched", "sent", "paid"} {
		e.sql(`update payout_entitlement set state = $1, paid = case when $1 = 'paid' then now() end, updated = now()`, step)
		if now := money("citizen-1"); len(now) != 1 || now[0].State != step || now[0].ID != due[0].ID || now[0].At.Before(due[0].At) {
			t.Fatalf("%s: %+v", step, now)
		}
	}
	if list := money("citizen-2"); len(list) != 0 {
		t.Errorf("another account reads %+v", list)
	}
	// An application for somebody else shows the money as long as its mandate holds, and another
	// of the same account that merely lies beside the case shows nothing in its place.
	e.sql(`insert into mandate (case_id, region, application, receipt, kind, principal, agent, account, scopes, document, from_day, until_day, claimed)
		select id, region, $1, $2, 'entrusted', '张桂兰', '李秀英', 'citizen-1', array['apply', 'supplement', 'notices'], 'entrustment', current_date - 9, $3, now()
		from casefile where id = $4`, string(app.ID), string(app.Receipt), today.Time(), int64(c.ID))
	beside := uuid.Must(uuid.NewV7()).String()
	e.sql(`insert into case_status (application, receipt, case_id, region, status, citizen, updated) select $2::uuid, '4071882643', case_id, region, status, citizen, updated from case_status where application = $1`, string(app.ID), beside)
	if list := money("citizen-1"); len(list) != 1 || list[0].Receipt != app.Receipt {
		t.Errorf("by a mandate that holds: %+v", list)
	}
	today++
	if list := money("citizen-1"); len(list) != 0 {
		t.Errorf("by a mandate that is over: %+v", list)
	}
	today--
	e.sql(`update mandate set revoked = now(), revoked_by = 'principal'`)
	if list := money("citizen-1"); len(list) != 0 {
		t.Errorf("by a mandate that was ended: %+v", list)
	}
	e.sql(`delete from mandate`)
	// The same account with an application that nobody has weighed sees nothing by it.
	e.sql(`update case_application set state = 'set_aside' where application = $1`, string(app.ID))
	if list := money("citizen-1"); len(list) != 0 {
		t.Errorf("by what was set aside: %+v", list)
	}
}
