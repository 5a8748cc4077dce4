package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// One click files what somebody of the household said yes to: who, by which way and when stands with
// each item and in the household's own timeline. What they named was said in their request; nobody's
// word, a child's or a stranger's files nothing, and a word that was given is not written anew.
//
// Controls: mayAgree by the age that was told alone ("a child by their number: <nil>"); without Aged ("a
// child of whom nobody knows: <nil>"); without mayAct ("somebody acts, and nobody does: <nil>"); claim_agreed
// of 00685 ("'family', 'm99' …: <nil>"); agreement that asks nobody (the database: "nobody: invalid_agreed"); mayAgree that looks
// for nobody ("a child: <nil>"); wordOn that takes any word ("application", by SQL); the trigger of 00685 left out.
func TestWhatIsFiledHasTheHouseholdsWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Items = []core.ItemCode{dibao}
	child, grown := 12, 31
	app.Household.Members = append(app.Household.Members, core.Member{Ref: "m3", Relation: "child", Age: &child})
	app.Household.Members[1].Age = &grown
	app.Household.Members = append(app.Household.Members, core.Member{Ref: "m4", Relation: "child"}, core.Member{Ref: "m5", Relation: "grandchild"})
	app.People = append(app.People, core.NamedMember{Ref: "m3", Name: "周小河"}, core.NamedMember{Ref: "m5", Name: "周小苗"},
		core.NamedMember{Ref: "m4", Name: "周小溪", ID: w.number(valid("37142620180315002"))})
	w.handOver(app)
	c := w.routed(app)
	ctx, officer := t.Context(), w.actors["officer"]
	accept := workflow.Accept{Case: c.ID, Items: []core.ItemCode{dibao, nursing}}
	for name, word := range map[string]casefile.Consent{
		"nobody": {}, "in their request": {How: casefile.AgreedApplying}, "no time to ask": {How: casefile.AgreedUrgent}, "family, and nobody of it": {How: casefile.AgreedFamily},
		"the applicant as family": {How: casefile.AgreedFamily, Ref: "m1"}, "a stranger": {How: casefile.AgreedFamily, Ref: "m9"}, "a word that is none": {How: "听说"},
		"the applicant, and somebody": {How: casefile.AgreedPhone, Ref: "m2"},
	} {
		accept.Agreed = word
		if err := w.flow.Accept(ctx, officer, accept); !errors.Is(err, casefile.ErrNobodyAgreed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	accept.Agreed = casefile.Consent{How: casefile.AgreedFamily, Ref: "m3"}
	if err := w.flow.Accept(ctx, officer, accept); !errors.Is(err, casefile.ErrMinorAgrees) {
		t.Errorf("a child: %v", err)
	}
	// Of whom nobody said an age, their number tells; and where there is none, a child is not asked.
	accept.Agreed.Ref = "m4"
	if err := w.flow.Accept(ctx, officer, accept); !errors.Is(err, casefile.ErrMinorAgrees) {
		t.Errorf("a child by their number: %v", err)
	}
	accept.Agreed.Ref = "m5"
	if err := w.flow.Accept(ctx, officer, accept); !errors.Is(err, casefile.ErrAgeUnknown) {
		t.Errorf("a child of whom nobody knows: %v", err)
	}
	accept.Agreed = casefile.Consent{How: casefile.AgreedActing}
	if err := w.flow.Accept(ctx, officer, accept); !errors.Is(err, casefile.ErrNobodyActs) {
		t.Errorf("somebody acts, and nobody does: %v", err)
	}
	accept.Agreed = casefile.Consent{How: casefile.AgreedFamily, Ref: "m2"}
	w.must(w.flow.Accept(ctx, officer, accept))
	if got := w.claim(c.ID, dibao).Consent; got.How != casefile.AgreedApplying || !got.At.Equal(c.FirstContact) {
		t.Errorf("named in the request: %+v, want of %s", got, c.FirstContact)
	}
	if got := w.claim(c.ID, nursing).Consent; got.How != casefile.AgreedFamily || got.Ref != "m2" || got.At.Before(c.FirstContact) {
		t.Errorf("asked: %+v", got)
	}
	if n := w.count(`select count(*) from case_status where timeline::text like '%家里人周小山同意。没人问过您家,马上打 12345%'`); n != 1 {
		t.Errorf("%d timelines tell the household whose word it was", n)
	}
	id := w.claim(c.ID, nursing).ID
	w.refusedSQL("claim_agreed", fmt.Sprintf(`update claim set agreed_how = 'phone', agreed_ref = '' where id = %d`, id))
	w.refusedSQL("claim_agreed", fmt.Sprintf(`update claim set agreed_at = agreed_at - interval '1 day' where id = %d`, id))
	rest := w.count(`select min(id)::int from claim where case_id = $1 and state = 'withdrawn'`, c.ID)
	w.must(w.db.Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update claim set state = 'proposed' where id = $1`, rest)
		return pg.Fail(err, "propose again")
	}))
	for _, how := range []string{"", "application", "urgent"} {
		at := "now()"
		if how == "" {
			at = "null"
		}
		w.refusedSQL("claim_agreed", fmt.Sprintf(`update claim set state = 'agreed', agreed_by = 1, agreed_how = '%s', agreed_at = %s, terms = '{"on": "2026-01-01"}' where id = %d`, how, at, rest))
	}
	for _, word := range []string{`'family', 'm99', now()`, `'phone', '', now() - interval '9000 days'`, `'phone', '', now() + interval '2 days'`} {
		w.refusedSQL("claim_agreed", fmt.Sprintf(`update claim set state = 'agreed', agreed_by = 1, (agreed_how, agreed_ref, agreed_at) = (%s), terms = '{"on": "2026-01-01"}' where id = %d`, word, rest))
	}
}
