package workflow_test

import (
	"context"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// Each decision has its letter from the transaction that decided: a grant, another sum, a
// stop, a refusal. Its words are those that the desk prints of it, it names nobody, and no
// role of the application writes one anew.
//
// Controls (named, not seen red): decide without letter ("0 letters of a grant"); putChange without ("1 letters
// after a change"); the name put into the first paragraph ("names 张").
func TestEachDecisionHasItsLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c := w.visitedCase(w.application("4071882635"), nursing)
	claim := w.claim(c.ID, nursing)
	w.must(w.granted(claim, workflow.Propose{}))
	letters := workflow.Letters{Regions: w.registry.Regions(), Books: w.books}
	held := func(n int, when string) {
		t.Helper()
		if got := w.count(`select count(*) from letter where claim_id = $1`, claim.ID); got != n {
			t.Errorf("%d letters %s, want %d", got, when, n)
		}
	}
	held(1, "of a grant")
	w.pay(w.claim(c.ID, nursing))
	ctx, officer, approver := t.Context(), w.actors["officer"], w.actors["approver"]
	from, less := payout.PeriodOf(w.today()).Next().Next(), core.Yuan(60)
	w.must(w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, Amount: &less, From: from, Reason: "等级重新评定为二级。"}))
	w.must(w.flow.DecideChange(ctx, approver, w.says(claim, "")))
	held(2, "after a change")
	w.must(w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, From: from.Next(), Reason: "搬到外省了。"}))
	w.must(w.flow.DecideChange(ctx, approver, w.says(claim, "")))
	held(3, "after a stop")
	v := w.view(c.ID)
	want := []string{}
	for _, d := range v.Decisions {
		want = append(want, strings.Join(letters.Decision(v, d).Paragraphs, "\n"))
	}
	for _, x := range v.Changes {
		if x.Kind == casefile.ChangeStop {
			want = append(want, strings.Join(letters.Stop(v, x).Paragraphs, "\n"))
		}
	}
	var got []string
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select array_agg((select string_agg(p, E'\n') from jsonb_array_elements_text(paragraphs) p) order by id) from letter where claim_id = $1`, claim.ID).Scan(&got)
	})
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("the household reads\n%q\nand the desk prints\n%q", got, want)
		}
		if strings.Contains(got[i], v.Applicant) {
			t.Errorf("a letter at the edge names %s", v.Applicant)
		}
	}
	for _, sql := range []string{`update letter set title = 'x'`, `delete from letter`} {
		if err := w.db.Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { _, err := tx.Exec(ctx, sql); return err }); err == nil {
			t.Errorf("%s is done", sql)
		}
	}
}
