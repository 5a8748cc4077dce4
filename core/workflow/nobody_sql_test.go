package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/workflow"
)

// hurt is a way to take something from a household by SQL, and the name by which the database
// refuses it to the role that may write there; "42501" where that role may not at all.
type hurt struct{ what, sql, by string }

const refusedDecision = `insert into decision (claim_id, case_id, region, outcome, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
	select k.id, k.case_id, k.region, 'refused', false, PROPOSER, APPROVER, REASONS, APPEAL, EVIDENCE, 1, 'x', 'b', lianou_now(), repeat('a', 64) from claim k where k.proposal = 'refuse' and k.state <> 'refused'`

const stopped = `insert into benefit_change (claim_id, case_id, region, kind, was, from_period, reason, state, proposer, proposed, approver, decided, appeal)
	select k.id, k.case_id, k.region, 'stop', 100, '209901', REASON, 'approved', PROPOSER, lianou_now(), APPROVER, lianou_now(), APPEAL from claim k where k.state = 'paying'`

// The parts of ways round about.
const (
	linked = `insert into case_joined (region, elder, younger, kept, gone, application, asked, at)
		select e.region, e.id, f.id, coalesce(e.person, 1), coalesce(f.person, 2), a.application, e.asked || f.asked, lianou_now() from casefile e join casefile f on f.id <> e.id and f.state = 'open' and e.state <> 'open'
		join case_application a on a.case_id = f.id order by e.id limit 1`
	carried = `update case_application set case_id = (select min(id) from casefile where state <> 'open') where case_id = (select min(id) from casefile where state = 'open')`
	lowered = `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		select d.claim_id, d.case_id, d.region, d.outcome, 1, d.period, d.sample, d.proposer, d.approver, d.reasons, d.appeal, d.evidence, d.facts_version, d.facts_digest, d.book, lianou_now(), repeat('a', 64)
		from decision d join claim k on k.id = d.claim_id where k.state = 'paying' limit 1`
	// The same with the digest of what it says, which whoever writes it can compute.
	honest = `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		select n.claim_id, n.case_id, n.region, n.outcome, n.amount, n.period, n.sample, n.proposer, n.approver, n.reasons, n.appeal, n.evidence, n.facts_version, n.facts_digest, n.book, n.at, decision_sum(n)
		from decision d join claim k on k.id = d.claim_id, jsonb_populate_record(d, jsonb_build_object('amount', 1, 'at', lianou_now())) n where k.state = 'paying' limit 1`
	signed = `; insert into decision_signature (kind, of_id, claim_id, case_id, region, digest, by_staff, session, at, key_id, signature)
		select 'decision', d.id, d.claim_id, d.case_id, d.region, d.digest, d.approver, '', d.at, 1, 'not a signature at all' from decision d where at = lianou_now()`
	agreed = `insert into benefit_change (claim_id, case_id, region, kind, was, amount, from_period, reason, state, proposer, proposed, approver, decided, appeal, decision)
		select claim_id, case_id, region, 'change', benefit_due(claim_id, '209901'), 1, '209901', 'r', 'approved', proposer, at, approver, at, appeal, id from decision where at = lianou_now()`
	paidOn = `insert into payout_change (claim, case_id, region, from_period, amount, sample, decision, decision_digest, at)
		select claim_id, case_id, region, '209901', amount, sample, id, digest, at from decision where at = lianou_now()`
)

// filled puts the parts of a statement in, those that are not given as they should be.
func filled(sql string, parts ...string) string {
	given := map[string]string{"PROPOSER": `(select id from staff_account where login = 'second')`, "APPROVER": `(select id from staff_account where login = 'approver')`,
		"REASONS": `'["r"]'`, "REASON": `'r'`, "APPEAL": `'收到信起 60 天内,可以申请复议。'`, "EVIDENCE": `'{"facts": "x"}'`}
	for i := 0; i < len(parts); i += 2 {
		given[parts[i]] = parts[i+1]
	}
	for _, name := range []string{"PROPOSER", "APPROVER", "REASONS", "REASON", "APPEAL", "EVIDENCE"} {
		sql = strings.ReplaceAll(sql, name, given[name])
	}
	return sql
}

func hurts() []hurt {
	letter := `; insert into letter (case_id, claim_id, region, decision, item, name, title, paragraphs, signed, on_day, code)
		select d.case_id, d.claim_id, d.region, d.id, 'x', 'x', 'x', '["x"]', 'x', current_date, '' from decision d order by d.id desc limit 1`
	return []hurt{
		// An outcome without its decision.
		{"an item refused", `update claim set state = 'refused' where proposal = 'refuse'`, "claim_decision"},
		{"an item referred", `update claim set state = 'referred' where proposal = 'refuse'`, "claim_decision"},
		{"an item that ran is told over", `update claim set state = 'told', told = lianou_now() where state = 'paying'`, "claim_told"},
		{"a refusal that is not looked at", `update claim set state = 'told', told = lianou_now() where state = 'agreed'`, "case_transition"},
		// What a rule that closes after a deadline would write.
		{"an item dropped", `update claim set state = 'withdrawn', updated = lianou_now() where state = 'agreed'`, "claim_dropped_by"},
		{"what was asked for dropped", `update claim set state = 'withdrawn', updated = lianou_now() where state = 'proposed' and item = 'RS-01'`, "claim_dropped_by"},
		{"an item dropped with a job's word", `insert into case_event (case_id, region, at, kind, actor_kind, citizen, staff) select id, region, lianou_now(), 'x', 'job', '过期了', '过期' from casefile;
			update claim set state = 'withdrawn', updated = lianou_now() where state = 'agreed'`, "claim_dropped_by"},
		{"a case withdrawn", `update casefile set state = 'withdrawn', settled = lianou_now() where state = 'open'`, "case_closed_by"},
		{"a case settled", `update casefile set state = 'settled', settled = lianou_now() where state = 'visiting'`, "case_closed_by"},
		{"a refusal told that nobody heard of", `update claim set state = 'told', told = lianou_now() where state = 'refused'`, "claim_told_heard"},
		// Round about: what was asked for is forgotten first, an application is carried away first.
		{"what was asked for forgotten", `update casefile set asked = '{}' where cardinality(asked) > 0`, "case_unasked_by"},
		{"forgotten, then dropped", `update casefile set asked = '{}' where state = 'open'; update claim set state = 'withdrawn', updated = lianou_now() where state = 'proposed' and item = 'RS-01'`, "case_unasked_by"},
		{"forgotten by a link that no two people undid", linked + `; update case_joined set ended = lianou_now(), ender = 1;
			update casefile set asked = '{}' where cardinality(asked) > 0; set constraints case_unasked_by immediate`, "case_unasked_by"},
		{"an application carried away", carried, "application_moved_by"},
		{"carried away by a link of two people", linked + `; ` + carried + `; set constraints application_moved_by immediate`, "application_moved_by"},
		{"carried away in somebody's name, to another's case", `insert into case_event (case_id, region, at, kind, actor_kind, citizen, staff) select id, region, lianou_now(), 'x', 'staff', '', 'x' from casefile; ` + carried, "application_moved_by"},
		{"a case withdrawn that has no application left", carried + `; update casefile set state = 'withdrawn', settled = lianou_now() where state = 'open'; set constraints case_closed_by immediate`, "case_closed_by"},
		// A decision that lacks what it stands on.
		{"refused by 0", filled(refusedDecision, "APPROVER", "0"), "decision_named"},
		{"refused by an account that is none", filled(refusedDecision, "APPROVER", "47110"), "decision_named"},
		{"proposed by an account that is none", filled(refusedDecision, "PROPOSER", "47110"), "decision_named"},
		{"refused by one person", filled(refusedDecision, "PROPOSER", `(select id from staff_account where login = 'approver')`), "decision_check"},
		{"refused without a reason", filled(refusedDecision, "REASONS", `'[]'`), "decision_reasons_check"},
		{"refused without evidence", filled(refusedDecision, "EVIDENCE", `'{}'`), "decision_evidence_check"},
		{"refused without a way to appeal", filled(refusedDecision, "APPEAL", `''`), "decision_appeal_check"},
		{"refused without a letter", filled(refusedDecision), "decision_told"},
		{"refused, and no notice goes out", filled(refusedDecision) + letter, "decision_told"},
		// Money.
		{"stopped by nobody", filled(stopped, "APPROVER", "null"), "benefit_change_check3"},
		{"stopped by an account that is none", filled(stopped, "APPROVER", "47110"), "decision_named"},
		{"stopped without a reason", filled(stopped, "REASON", `''`), "benefit_change_reason_check"},
		{"stopped without a way to appeal", filled(stopped, "APPEAL", `''`), "benefit_change_check5"},
		{"stopped without a letter", filled(stopped), "change_told"},
		{"another sum that nobody changed", honest + signed + `; ` + paidOn, "payout_change_agreed"},
		{"another sum that nobody signed", lowered, "decision_unsigned"},
		{"another sum, and nobody is told", honest + signed + `; ` + agreed + `; ` + paidOn, "change_told"},
		{"the books stop it", `insert into payout_stop (claim, region, from_period, reason, proposed_by, by_staff, at) select id, region, '209901', 'x', 1, 2, lianou_now() from claim where state = 'paying'`, "payout_stop_decided"},
		{"a month taken away", `update payout_entitlement set state = 'cancelled' where state = 'due'`, "payout_cancelled_by"},
		{"the months to come let go", `update payout_member set live = false where period = ''`, "payout_member_stays"},
		{"less of a month", `update payout_entitlement set amount = 1`, "42501"},
		{"less by another decision", `update decision set amount = 1`, "42501"},
		// Nothing is taken out.
		{"a case deleted", `delete from casefile`, "42501"},
		{"an item deleted", `delete from claim`, "42501"},
		{"an appeal deleted", `delete from appeal`, "42501"},
		{"a month deleted", `delete from payout_entitlement`, "42501"},
		{"a clock deleted", `delete from deadline`, "42501"},
	}
}

// P19 by SQL: with every role that a program runs as, no statement of the list makes an adverse outcome
// without a named person, reasons, evidence, the way to appeal, a letter and a notice; nothing else
// ends a case, an item or a month of money. To the platform's role, which writes there, each is refused
// by its own name.
//
// Controls: the triggers of 00662 away: fifteen of the list, the first `an item dropped: "" (undo), want
// claim_dropped_by`, the last `the months to come let go: "" (undo), want payout_member_stays`; 00665 and 00666 as
// they were at first, with the digests: each of forged, the first `forgotten by a link of rows that nobody made one:
// "" (undo), want case_unasked_by`.
func TestNobodyIsRefusedBySQL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.threeCases()
	kept := w.print()
	undo := errors.New("undo")
	for _, role := range []pgtest.Role{pgtest.Platform, pgtest.Gateway, pgtest.Audit, pgtest.Import, pgtest.Check, pgtest.Backup} {
		for _, h := range append(hurts(), forged()...) {
			var rows int64
			err := w.env.DB(role).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
				for _, sql := range strings.Split(strings.TrimRight(h.sql, "; "), ";") {
					tag, err := tx.Exec(ctx, sql)
					if err != nil {
						return err
					}
					rows = tag.RowsAffected()
				}
				if _, err := tx.Exec(ctx, `set constraints all immediate`); err != nil {
					return err
				}
				return undo
			})
			got := pg.Constraint(err)
			if got == "" && !errors.Is(err, undo) {
				got = pg.SQLState(err)
			}
			switch {
			case role == pgtest.Platform && got != h.by:
				t.Errorf("%s: %q (%v), want %s", h.what, got, err, h.by)
			case role != pgtest.Platform && errors.Is(err, undo) && rows > 0:
				t.Errorf("%s as %s: nothing refused it", h.what, role)
			}
		}
	}
	if w.print() != kept {
		t.Error("something moved")
	}
}

// threeCases are one nobody has taken up, one that waits for its refusal beside an item that was
// agreed, and one whose money runs; beside them one that was refused and has not heard of it.
func (w *world) threeCases() {
	w.t.Helper()
	ctx := w.t.Context()
	app := w.lone(1)
	app.Items = []core.ItemCode{job}
	w.opening(app)
	c := w.opening(w.lone(2))
	w.taken(c.ID, dibao, nursing)
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: w.claim(c.ID, dibao).ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款在线以上。"}}))
	w.paid(3)
	w.refusedOne(4)
	w.oneOnce()
}
