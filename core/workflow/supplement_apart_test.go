package workflow_test

import (
	"context"
	"testing"

	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/workflow"
	"lianou/intake/papers"
)

// What was handed in to an application goes with it into a case of its own, its note to be
// read there; what belongs to the case it lay beside stays.
//
// Control: Split without carrySupplements ("2 stayed, 0 went").
func TestPapersGoWithAnApplicationOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	e := newEdge(w)
	first, second := w.application("4071882635"), w.application("4071882643")
	second.Contact.CitizenID, second.Story = "citizen-2", "又摔了一跤"
	e.received(first)
	w.handOver(first)
	c := w.routed(first)
	e.received(second)
	w.handOver(second)
	d := w.doubt(c)
	for _, in := range []papers.Sending{
		{Citizen: first.Contact.CitizenID, Key: "one", Application: first.ID, Note: "头一份的"},
		{Citizen: "citizen-2", Key: "two", Application: second.ID, Note: "后一份的", Papers: nil},
	} {
		_, err := e.papers.Send(t.Context(), in)
		w.must(err)
	}
	for _, id := range []int{1, 2} {
		w.must(w.flow.PapersSent(t.Context(), jobs.PapersSent{Papers: int64(id)}))
	}
	e.taken(2)
	w.must(w.flow.LookPapers(t.Context(), w.actors["officer"], c.ID, []int64{1, 2}))
	w.weigh(c, d, casefile.VerdictApart)
	own := w.routed(second)
	stayed, went := e.view(c.ID).Supplements, e.view(own.ID).Supplements
	if len(stayed) != 1 || len(went) != 1 {
		t.Fatalf("%d stayed, %d went", len(stayed), len(went))
	}
	if stayed[0].Looked.IsZero() || !went[0].Looked.IsZero() { // Control: looked left as it was
		t.Error("a look at one case's papers counts for the other")
	}
	if stayed[0].Note != "头一份的" || went[0].Note != "后一份的" || went[0].Receipt != second.Receipt {
		t.Errorf("%+v stayed, %+v went", stayed[0], went[0])
	}
}

// Papers whose job waits for a case while an officer gives their application a case of its
// own go there: what was read before the wait is read again after it. The order is the
// database's: the officer's act is held at its application, and the job at the officer.
//
// Control: CaseOf without its second look ("1 lie beside, 0 lie where they belong").
func TestPapersWaitForAnApplicationThatMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	e := newEdge(w)
	first, second := w.application("4071882635"), w.application("4071882643")
	second.Contact.CitizenID, second.Story = "citizen-2", "又摔了一跤"
	e.received(first)
	w.handOver(first)
	c := w.routed(first)
	e.received(second)
	w.handOver(second)
	d := w.doubt(c)
	ctx, weighed := t.Context(), make(chan error, 1)
	w.must(e.env.DB(pgtest.Owner).Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		// Readers of the row pass, whoever moves it waits.
		if err := tx.QueryRow(ctx, `select from case_application where application = $1 for update`, string(second.ID)).Scan(); err != nil {
			return err
		}
		go func() {
			weighed <- w.flow.Weigh(t.Context(), w.actors["officer"], workflow.Weigh{Case: c.ID, Doubt: d.ID, Verdict: casefile.VerdictApart, Reason: "当面问过本人"})
		}()
		e.chain(1)
		if _, err := e.papers.Send(ctx, papers.Sending{Citizen: "citizen-2", Key: "two", Application: second.ID, Note: "后一份的"}); err != nil {
			return err
		}
		e.chain(2)
		return nil
	}))
	w.must(<-weighed)
	e.taken(1)
	own := w.routed(second)
	beside, went := e.view(c.ID).Supplements, e.view(own.ID).Supplements
	if len(beside) != 0 || len(went) != 1 || went[0].Note != "后一份的" {
		t.Errorf("%d lie beside, %d lie where they belong", len(beside), len(went))
	}
}

// chain waits until so many transactions wait one behind the other.
func (e *edge) chain(n int) {
	e.t.Helper()
	const links = `with recursive link as (
			select pid, 1 as depth from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0
			union all select b.pid, depth + 1 from link, unnest(pg_blocking_pids(link.pid)) b (pid) where depth < 5 and cardinality(pg_blocking_pids(b.pid)) > 0)
		select coalesce(max(depth), 0) from link`
	jobstest.Until(e.t, "transactions to wait for one another", func(context.Context) bool { return e.count(links) == n })
}
