package workflow_test

import (
	"context"
	"strings"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/twins/twinstest"
)

// The parts of a forgery. What stands in capitals is put in.
const (
	// A link of the case that nobody has taken up with another, and out of it again, of two rows.
	forgedLink = `insert into case_joined (region, elder, younger, kept, gone, application, asked, at, ended, ender)
		select f.region, f.id, e.id, ROWS, a.application, f.asked, lianou_now(), ENDED, 1 from casefile e join casefile f on f.id <> e.id and f.state = 'open' and e.state <> 'open'
		join case_application a on a.case_id = f.id order by e.id limit 1; `
	forgotten    = `update casefile set asked = '{}' where state = 'open'`
	forgedLine   = `insert into case_event (case_id, region, at, kind, actor_kind, actor, citizen, staff) select id, region, lianou_now(), 'x', 'staff', '经办', '', 'x' from casefile; `
	forgedEntry  = `insert into audit_entry (at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail) select lianou_now(), 'staff', WHO, 'case.read', id, '', '', region, 'x', sha256('x'), 'x' from casefile; `
	forgedNotice = `insert into notice (key, region, case_id, claim, kind, words, created, updated) select 'forged', region, case_id, id, 'changed', 'x', lianou_now(), lianou_now() from claim where STATE; `
	forgedHeard  = `update notice set state = 'confirmed', told_by = 'WAY', updated = lianou_now(), ended = lianou_now() where kind = 'refused'; `
	forgedOld    = `insert into notice (key, region, case_id, claim, kind, words, created, updated) select 'forged', region, case_id, id, 'KIND', 'x', AT, lianou_now() from claim where state = 'refused';
		update notice set state = 'confirmed', told_by = 'person', ended = lianou_now() where key = 'forged'; `
	forgedTask = `with t as (insert into call_task (case_id, region, claim_id, notice, says, made, due, done, by_staff, how) select case_id, region, claim, id::text, 'x', created, current_date, created, WHO, 'x' from notice where NOTICE
		returning id, case_id, region, done, by_staff) insert into task_said (task, n, case_id, region, at, by_staff, way, met, words) select id, 1, case_id, region, done, by_staff, 'door', 'self', '\x00' from t; `
	toldOver      = `update claim set state = 'told', told = lianou_now() where state = 'refused'`
	forgedLetter  = `; insert into letter (case_id, claim_id, region, decision, item, name, title, paragraphs, signed, on_day, code) select k.case_id, k.id, k.region, d.id, 'x', 'x', 'x', '["x"]', 'x', current_date, '' from decision d join claim k on CLAIM order by d.id desc limit 1; `
	stopLetter    = `; insert into letter (case_id, claim_id, region, change, item, name, title, paragraphs, signed, on_day, code) select case_id, claim_id, region, id, 'x', 'x', 'x', '["x"]', 'x', current_date, '' from benefit_change; `
	changeSigned  = `; insert into decision_signature (kind, of_id, claim_id, case_id, region, digest, by_staff, session, at, key_id, signature) select 'change', id, claim_id, case_id, region, DIGEST, approver, '', decided, 1, 'not a signature at all' from benefit_change where state = 'approved'; `
	forgedTelling = `insert into telling (case_id, claim_id, region, kind, source, at) select case_id, claim_id, region, 'paid', id, at from decision where at = lianou_now(); `
	proposedStop  = `insert into benefit_change (claim_id, case_id, region, kind, was, from_period, reason, proposer, proposed)
		select id, case_id, region, 'stop', 100, '209901', 'r', PROPOSER, lianou_now() from claim where state = 'paying'`
	// Another sum on the decision that granted, of which the household has its letter.
	onTheGrant = `insert into benefit_change (claim_id, case_id, region, kind, was, amount, from_period, reason, state, proposer, proposed, approver, decided, appeal, decision)
		select d.claim_id, d.case_id, d.region, 'change', benefit_due(d.claim_id, '209901'), 1, '209901', 'r', 'approved', d.proposer, lianou_now(), d.approver, lianou_now(), d.appeal, d.id from decision d join claim k on k.id = d.claim_id where k.state = 'paying'`
)

func with(sql string, parts ...string) string { return strings.NewReplacer(parts...).Replace(sql) }

// forged is what looks as if people had done it: a link of rows that nobody made one, a line or an
// entry in somebody's name, a letter, a notice or a signature of something else.
func forged() []hurt {
	const (
		never, once = `98, 99`, `(select max(kept) from person_alias), (select max(gone) from person_alias)`
		now, oneDay = `lianou_now()`, `timestamptz '2999-01-01'`
		ago         = `timestamptz '2020-01-01'`
		unasked     = forgotten + `; set constraints case_unasked_by immediate`
		moved       = carried + `; set constraints application_moved_by immediate`
		atOnce      = `; set constraints claim_told_heard immediate`
		officer     = `(select id from staff_account where login = 'officer')`
		byApprover  = `(select id from staff_account where login = 'approver')`
	)
	went := with(forgedTask, "WHO", officer, "NOTICE", "key = 'forged'")
	letter, another := with(forgedLetter, "CLAIM", "k.id = d.claim_id"), with(forgedLetter, "CLAIM", "k.case_id <> d.case_id")
	paying, waiting := with(forgedNotice, "STATE", "state = 'paying'"), with(forgedNotice, "STATE", "proposal = 'refuse' and state <> 'refused'")
	otherwise, exactly := with(changeSigned, "DIGEST", "repeat('b', 64)"), with(changeSigned, "DIGEST", "change_sum(benefit_change)")
	return []hurt{
		// A link that nobody decided.
		{"forgotten by a link of rows that nobody made one", with(forgedLink, "ROWS", never, "ENDED", now) + unasked, "case_unasked_by"},
		{"forgotten by such a link, at the end", with(forgedLink, "ROWS", never, "ENDED", now) + forgotten, "case_joined_made"},
		{"forgotten by a link that ends one day", with(forgedLink, "ROWS", once, "ENDED", oneDay) + unasked, "case_unasked_by"},
		{"forgotten by a link of rows that were one once", with(forgedLink, "ROWS", once, "ENDED", now) + forgotten, "case_joined_made"},
		{"carried back by a link of rows that nobody made one", with(forgedLink, "ROWS", never, "ENDED", now) + moved, "application_moved_by"},
		{"carried back by a link that ends one day", with(forgedLink, "ROWS", once, "ENDED", oneDay) + moved, "application_moved_by"},
		{"carried back by a link of rows that were one once", with(forgedLink, "ROWS", once, "ENDED", now) + carried, "case_joined_made"},
		// In the name of an officer who said nothing.
		{"an item dropped in an officer's name", forgedLine + `update claim set state = 'withdrawn', updated = lianou_now() where state = 'agreed'`, "claim_dropped_by"},
		{"a case withdrawn in an officer's name", forgedLine + `update casefile set state = 'withdrawn', settled = lianou_now() where state = 'open'`, "case_closed_by"},
		{"with an entry that is never chained", forgedLine + with(forgedEntry, "WHO", officer+"::text") + `update casefile set state = 'withdrawn', settled = lianou_now() where state = 'open'`, "case_closed_by"},
		{"with an entry of an account that is none", forgedLine + with(forgedEntry, "WHO", "'47110'") + `insert into audit_pending select currval('audit_entry_id_seq'); update casefile set state = 'withdrawn', settled = lianou_now() where state = 'open'`, "case_closed_by"},
		// Told, and nobody was.
		{"told by a notice that only its row says was heard", with(forgedHeard, "WAY", "sms") + toldOver + atOnce, "claim_told_heard"},
		{"a notice that only its row says was heard", with(forgedHeard, "WAY", "sms"), "notice_confirmed"},
		{"told by the word of nobody", with(forgedHeard, "WAY", "person") + toldOver + atOnce, "claim_told_heard"},
		{"a notice heard by the word of nobody", with(forgedHeard, "WAY", "person"), "notice_confirmed"},
		{"told by the word of an account that is none", with(forgedHeard, "WAY", "person") + with(forgedTask, "WHO", "47110", "NOTICE", "kind = 'refused'") + toldOver + atOnce, "claim_told_heard"},
		{"told by a notice of before the decision", with(forgedOld, "KIND", "refused", "AT", ago) + went + toldOver, "claim_told_heard"},
		{"told by a notice of before, as if there had been an appeal", with(forgedOld, "KIND", "refused", "AT", ago) + went + `; update claim set state = 'appealed' where state = 'refused'; update claim set state = 'told', told = lianou_now() where state = 'appealed'` + atOnce, "claim_told_heard"},
		{"told by a notice of something else", with(forgedOld, "KIND", "review", "AT", now) + went + toldOver, "claim_told_heard"},
		// A letter or a notice of something else.
		{"refused, and the letter is another household's", filled(refusedDecision) + signed + another + waiting, "decision_told"},
		{"refused, and what was told is a payment", filled(refusedDecision) + signed + letter + forgedTelling, "decision_told"},
		{"refused long ago, so that any notice will do", strings.ReplaceAll(filled(refusedDecision)+signed, now, ago) + letter + waiting, "decision_told"},
		{"stopped long ago, so that any notice will do", strings.ReplaceAll(filled(stopped), now, ago) + stopLetter + paying + exactly, "change_told"},
		{"stopped, and its letter lay there before", filled(proposedStop) + stopLetter + paying + `update benefit_change set state = 'approved', approver = ` + byApprover + `, decided = lianou_now(), appeal = '收到信起 60 天内,可以申请复议。'` + exactly, "letter_of_decided"},
		{"another sum on the decision that granted", onTheGrant + `; ` + paying + exactly, "change_told"},
		// Signed is something else.
		{"another sum, and the signature is over something else", lowered + signed + letter + paying + agreed + exactly + paidOn, "decision_unsigned"},
		{"a change, and the signature is over something else", honest + signed + letter + paying + agreed + otherwise + paidOn, "decision_unsigned"},
		{"a refusal, and the signature is over something else", filled(refusedDecision) + signed + letter + waiting, "decision_unsigned"},
	}
}

// oneOnce has two rows of the register that two people made one, and two made two again.
func (w *world) oneOnce() {
	w.t.Helper()
	w.enrol()
	gone, kept := core.PersonID(w.count(`select max(id) from person`)), core.PersonID(w.count(`select min(id) from person`))
	twinstest.One(w.t, w.db, gone, kept, w.id("officer"), w.id("second"))
	why := registry.Purpose{Actor: audit.Actor{Kind: "job"}, Why: "test"}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.registry.Merge(ctx, tx, why, registry.Alias{Kept: kept, Gone: gone, Decider: w.id("officer"), Second: w.id("second")})
	})
	twinstest.Two(w.t, w.db, gone, kept, w.id("second"), w.id("officer"))
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.registry.Unmerge(ctx, tx, why, gone, w.id("second"), w.id("officer"))
	})
}
