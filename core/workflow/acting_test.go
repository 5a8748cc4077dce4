package workflow_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/workflow"
)

// F33: an officer of the case ends who acts for the household, with a reason, after a yes,
// once; nobody of another town, nobody who is kin and nobody of another part. From then on
// it opens nothing to the agent, and the household and the officers read that it is over.
//
// Controls: EndMandate without the entries of the rest ("0 of the entry of the invitation");
// End without its update ("it still opens the case: <nil>", "ended twice: <nil>");
// Check without Kin ("officer: <nil>, want kin"); do in the city's scope and Check without
// Covers ("stranger: <nil>"); Proof without its case ("its proof under another case").
func TestAnOfficerEndsAMandate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		var son core.PersonID
		if err := tx.QueryRow(ctx, `select id from person where name = '周小山'`).Scan(&son); err != nil {
			return err
		}
		return w.staff.DeclareRelative(ctx, tx, audit.Actor{Kind: "operator"}, w.id("officer"), son, "外甥")
	})
	w.work()
	app := w.application("4071882635")
	app.Contact.Name, app.Contact.Capacity = "李秀英", core.CapacityEntrusted
	w.handOver(app)
	c := w.routed(app)
	var m mandate.Mandate
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := mandate.NewStore(nil).OfCase(ctx, tx, c.ID)
		if err == nil && len(list) == 1 {
			m = list[0]
		}
		return err
	})
	in := workflow.EndMandate{Case: c.ID, Mandate: m.ID, Sure: true, Reason: "电话问过本人,不让他办了"}
	for login, want := range map[string]*core.Error{"stranger": casefile.ErrNotYours, "approver": casefile.ErrNotYours, "helper": casefile.ErrNotYours, "officer": casefile.ErrConflictOfInterest} {
		err := w.flow.EndMandate(t.Context(), w.actors[login], in)
		if login == "stranger" && core.KindOf(err) == core.KindNotFound {
			continue // of another town: it is not there at all
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %s", login, err, want.Code)
		}
	}
	officer := w.actors["second"]
	for name, bad := range map[string]workflow.EndMandate{"no reason": {Case: c.ID, Mandate: m.ID, Sure: true}, "no yes": {Case: c.ID, Mandate: m.ID, Reason: "问过本人"},
		"another mandate": {Case: c.ID, Mandate: m.ID + 1, Sure: true, Reason: "问过本人"}} {
		if err := w.flow.EndMandate(t.Context(), officer, bad); err == nil || core.Known(err).Say == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	reader := mandate.NewReader(w.env.DB(pgtest.Gateway), audit.NewTo(w.keys.Gateway.Platform), nil)
	w.must(reader.Use(t.Context(), app.Contact.CitizenID, app.ID, mandate.Notices, m.From))
	if _, offered := w.acts(c.ID, officer)[casefile.ActEndMandate]; !offered {
		t.Error("not offered while somebody acts")
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error { // by its number it is no other case's
		store := mandate.NewStore(nil)
		if _, err := store.Proof(ctx, tx, c.ID+1, m.ID); core.KindOf(err) != core.KindNotFound {
			t.Errorf("its proof under another case: %v", err)
		}
		if _, _, err := store.End(ctx, tx, c.ID+1, m.ID); core.KindOf(err) != core.KindNotFound {
			t.Errorf("ended under another case: %v", err)
		}
		return nil
	})
	// It came from an invitation, by which somebody filed once more.
	w.must(w.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("a test lays an invitation"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `with c as (insert into citizen (id, created) values ('c' || repeat('1', 32), now()), ('c' || repeat('2', 32), now()) returning id),
			g as (insert into mandate_grant (principal, name, number_key, kind, scopes, from_day, until_day, code_key, made, expires, account, agent, accepted)
				select 'c' || repeat('1', 32), '周桂兰', sha256('x'), 'entrusted', array['apply'], $1, $1, encode(sha256('y'), 'hex'), now(), now(), 'c' || repeat('2', 32), '李秀英', now() where (select count(*) from c) = 2 returning id),
			more as (insert into mandate (case_id, region, application, receipt, kind, principal, agent, account, scopes, document, from_day, until_day, claimed, granted)
				select case_id, region, gen_random_uuid(), '4071882650', kind, principal, agent, account, scopes, document, from_day, until_day, claimed, g.id from mandate, g where mandate.id = $2)
			update mandate set granted = g.id from g where mandate.id = $2`, tx.Today().Time(), m.ID)
		return pg.Fail(err, "lay an invitation")
	}))
	w.must(w.flow.EndMandate(t.Context(), officer, in))
	if err := reader.Use(t.Context(), app.Contact.CitizenID, app.ID, mandate.Notices, m.From); core.Known(err).Code != "mandate_revoked" {
		t.Errorf("it still opens the case: %v", err)
	}
	if err := w.flow.EndMandate(t.Context(), officer, in); !errors.Is(err, mandate.ErrEnded) {
		t.Errorf("ended twice: %v", err)
	}
	if _, offered := w.acts(c.ID, officer)[casefile.ActEndMandate]; offered {
		t.Error("offered when nobody acts")
	}
	for what, sql := range map[string]string{
		"entry":                             `select count(*) from audit_entry where act = 'mandate.ended' and case_id = $1 and subject = ''`,
		"row":                               `select count(*) from mandate where case_id = $1 and id = ` + strconv.FormatInt(m.ID, 10) + ` and revoked_by = 'staff'`,
		"entry of the other that was filed": `select count(*) from audit_entry e join mandate m on e.subject = 'mandate:' || m.id where e.act = 'mandate.ended' and e.actor_kind = 'staff' and e.case_id = $1 and m.receipt = '4071882650' and m.revoked_by = 'staff'`,
		"entry of the invitation":           `select count(*) from audit_entry e join mandate_grant g on e.subject = 'grant:' || g.id where e.act = 'mandate.ended' and e.actor_kind = 'staff' and g.revoked_by = 'staff' and $1 > 0`,
		"line":                              `select count(*) from case_event where case_id = $1 and kind = 'mandate.ended' and citizen like '%12345%' and citizen not like '%电话问过%' and staff like '%电话问过本人%'`,
	} {
		if n := w.count(sql, c.ID); n != 1 {
			t.Errorf("%d of the %s", n, what)
		}
	}
}
