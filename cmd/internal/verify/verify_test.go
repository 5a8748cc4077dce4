package verify

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"lianou/core/pg/pgtest"

	"github.com/jackc/pgx/v5"
)

// good is a small world in which every promise holds, written past all rules of
// the database so that each test can break one thing.
const good = `
set session_replication_role = replica;
insert into application (id, channel, key, body_digest, receipt, region, urgent, at) values
	('00000000-0000-7000-8000-000000000001', 'app', 'k 1', sha256('1'), '0000000001', '371403001', false, now()),
	('00000000-0000-7000-8000-000000000002', 'app', 'k 2', sha256('2'), '0000000002', '371403001', false, now());
insert into receipt values ('0000000001', '00000000-0000-7000-8000-000000000001'), ('0000000002', '00000000-0000-7000-8000-000000000002'),
	('0000000003', '00000000-0000-7000-8000-000000000002');
insert into handover values ('00000000-0000-7000-8000-000000000001', '371403001', 'k', 's', now());
insert into case_application (application, case_id, region, receipt, channel, state, at) values
	('00000000-0000-7000-8000-000000000002', 1, '371403001', '0000000002', 'app', 'received', now());
insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
	select n, now(), 'channel', 'app', 'application.received', 0, '00000000-0000-7000-8000-00000000000' || n, '', '', '', sha256('x'), 'd'
	from generate_series(1, 2) n;
insert into casefile (id, region, application, receipt, channel, state, applicant, people, call_id, recording, officer, accepted, first_contact, opened, updated) values
	(1, '371403001', '00000000-0000-7000-8000-000000000002', '0000000002', 'app', 'accepted', '甲', 1, 'CA1', repeat('c', 64), 1, now() - interval '1 hour', now(), now(), now());
insert into staff_account (id, login, name, roles, regions, password, made) overriding system value values
	(1, 'one', '甲', '{officer}', '{371403001}', '$argon2id$x', now()), (2, 'two', '乙', '{officer}', '{371403}', '$argon2id$x', now());
insert into call (id, exchange, began, recording, recording_state, noted) values ('CA1', 'x', now(), repeat('c', 64), 'stored', now());
insert into call (id, exchange, began, noted, done, outcome, agent, taken, tries) values ('CA2', 'x', now(), now(), now(), 'no_answer', 1, now(), 3);
insert into call_visit (call, region, source, lost, wrapped, sealed, made, due) values ('CA2', '371403001', 'form', false, 'w', 's', now(), current_date);
insert into call (id, exchange, began, noted, done, outcome, agent, taken) values ('CA3', 'x', now(), now(), '2026-11-26T01:02:03.456789Z', 'filed', 1, now());
insert into call_quality (call, agent, lot, below, drawn) values ('CA3', 1, 4561, 10000, '2026-11-26T01:02:03.456789Z');
insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
	select 9 + n, now(), 'job', 'j', w.act, 1, '', w.subject, '', w.purpose, sha256('x'), 'd' from (values
		(1, 'case.opened', '', ''), (2, 'case.moved', 'case:1', 'open>accepted'), (3, 'claim.moved', 'claim:1', 'proposed>agreed'),
		(4, 'claim.moved', 'claim:1', 'agreed>reviewed'), (5, 'claim.moved', 'claim:1', 'reviewed>noticed'), (6, 'claim.moved', 'claim:1', 'noticed>approved'),
		(7, 'claim.moved', 'claim:1', 'approved>paying'), (8, 'payment.entitled', 'entitlement:1', ''), (9, 'batch.created', 'batch:1', ''),
		(10, 'batch.approved', 'batch:1', ''), (11, 'batch.file_written', 'batch:1', ''), (12, 'batch.sent', 'batch:1', ''),
		(13, 'batch.answered', 'batch:1', ''), (14, 'payment.settled', 'entitlement:1', ''), (15, 'papers.sent', 'papers:1', ''), (16, 'objection.sent', 'objection:1', '')) as w (n, act, subject, purpose);
insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
	select 30 + n, now(), 'staff', w.actor, w.act, 0, '', w.subject, '', '', sha256('x'), 'd' from (values
		(1, 'j', 'rulebook.founded', 'edition:1'), (2, '5', 'rulebook.signed', 'draft:1'), (3, '6', 'rulebook.published', 'draft:1')) as w (n, actor, act, subject);
insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
	values (39, now(), 'staff', '7', 'refusal.kin', 0, '', 'case:1', '', 'POST /desk/township/case/{case}/accept', sha256('x'), 'd');
insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
	select 40 + n, now(), 'job', 'workflow', 'case.doubted', n, '', '', '', 'casework', sha256('x'), 'd' from generate_series(1, 2) n;
insert into rulebook_source values (repeat('a', 64), 'z'), (repeat('b', 64), 'z');
insert into rulebook_book values (repeat('c', 64), repeat('b', 64), '2016-07-01');
insert into rulebook_draft (id, base, author, why, state, files, digest, made, signed, ended, ended_by) overriding system value values
	(1, 1, 5, 'w', 'published', 'z', repeat('b', 64), now(), now(), now(), 6);
insert into rulebook_edition (number, source, from_day, published, why, draft, author, signed, publisher) values
	(1, repeat('a', 64), '2016-07-01', now(), 'w', null, null, null, null), (2, repeat('b', 64), current_date, now(), 'w', 1, 5, now(), 6);
insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, book) values
	(1, '371403001', 1, 'MZ-01', 'n', 0, 'eligible', true, '[]', '{}', '{}', repeat('c', 64));
insert into audit_pending select id from audit_entry where id >= 10;
insert into audit_leaf values (0, 1, sha256('h'), sha256('c'));
insert into audit_pending values (2);
update audit_head set size = 1;
insert into claim (id, case_id, region, item, name, everyday, department, state, decides, notice_days, cash, proposer, proposal, reasons, amount, created, updated) values
	(1, 1, '371403001', 'MZ-01', 'n', 'e', 'd', 'paying', 'township', 7, true, 1, 'approve', '["r"]', 100, now(), now());
insert into decision (id, claim_id, case_id, region, outcome, amount, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest) values
	(1, 1, 1, '371403001', 'approved', 100, true, 1, 2, '["r"]', 'how to appeal', '{"v":1}', 1, 'f', 'b', now(), repeat('a', 64));
insert into public_notice (id, claim_id, case_id, region, item_name, from_day, until_day, place, name, people, sample, proposer, state) values
	(1, 1, 1, '371403001', 'n', current_date - 10, current_date - 3, 'p', '张*', 1, true, 1, 'ended');
insert into visit (id, case_id, region, first_staff, second_staff, planned, planned_at) values (1, 1, '371403001', 1, 2, current_date, now());
update casefile set household = 11;
insert into membership (household, person, region, ref, since) values (11, 21, '371403001', 'a', '2020-01-01');
insert into visit (id, case_id, region, first_staff, second_staff, planned, planned_at, done, present, statement, signatures, recorded_by, seconded_by, seconded) overriding system value values
	(2, 1, '371403001', 1, 2, current_date, now(), now(), 'a', 's', '{"first": "a", "second": "b", "household": "c"}', 1, 2, now());
insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts) values ('371403001', 11, 'visit:2', current_date, now(), 90, '{"houses": 1}');
insert into person_sheet (region, person, source, valid_from, known_at, confidence, facts) values ('371403001', 21, 'visit:2', current_date, now(), 90, '{"adl_failed": 1}');
insert into payout_entitlement (id, region, case_id, claim, decision, decision_digest, scheme, beneficiary, item, item_name, period, monthly, amount, sample, holder, account, last4, state, created, updated, paid)
	overriding system value values
	(1, '371403001', 1, 1, 1, repeat('a', 64), 's', 9, 'MZ-01', 'n', '202611', true, 100, true, 'h', 'a', '1234', 'paid', now(), now(), now());
insert into payout_status (entitlement, case_id, region, item, name, period, monthly, amount, sample, last4, state, updated)
	select id, case_id, region, item, item_name, period, monthly, amount, sample, last4, state, updated from payout_entitlement on conflict do nothing;
insert into supplement (id, citizen, key, body_digest, application, region, count, wrapped, sealed, at, taken) overriding system value values
	(1, 'c', 'k', sha256('x'), '00000000-0000-7000-8000-000000000002', '371403001', 1, 'w', 's', now(), now());
insert into objection (id, notice_id, claim_id, case_id, region, at, says, door, sender, outcome, by_staff, reasons, answered, heard) overriding system value values
	(1, 1, 1, 1, '371403001', now(), 's', 'app', sha256('d'), 'unfounded', 3, 'r', now(), 1);
insert into objection_word (objection_id, case_id, region, at, door, says, receipt) values (1, 1, '371403001', now(), 'app', 's', sha256('r'));
insert into objection_sent (notice_id, region, door, sender, key, digest, receipt, wrapped, sealed, at, taken, objection) values
	(1, '371403001', 'app', sha256('d'), sha256('k'), sha256('x'), sha256('r'), 'w', 's', now(), now(), 1);
insert into case_joined (region, elder, younger, kept, gone, at) values ('371403001', 1, 2, 8, 9, now());
insert into case_supplement (id, case_id, region, application, receipt, at) values (1, 1, '371403001', '00000000-0000-7000-8000-000000000002', '0000000002', now());
insert into payout_member (claim, case_id, region, scheme, member, period) values (1, 1, '371403001', 's', 'p:9', '202611');
insert into payout_batch (id, created_by, approved_by, lines, total, paid, digest, state, created, approved, intended, sent, answered)
	overriding system value values (1, 1, 2, 1, 100, 100, 'd', 'answered', now(), now(), now(), now(), now());
insert into budget (id, year, area, items, fund, made, opened, amount, spent) overriding system value values
	(1, extract(year from now() at time zone 'Asia/Shanghai'), '371403', '{MZ-01}', 'county', now(), now(), 150, 100);
insert into budget_change (id, budget, amount, source, entered_by, entered, state, ended_by, ended, why) overriding system value values
	(1, 1, 200, 'a', 1, now(), 'confirmed', 2, now(), ''), (2, 1, -50, 'b', 2, now(), 'confirmed', 1, now(), ''), (3, 1, 9, 'c', 1, now(), 'refused', 1, now(), 'w');
insert into payout_line (id, batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period, state, code, answered, budget)
	overriding system value values (1, 1, 1, '371403001', 1, 1, 100, 'h', 'a', '1234', 'MZ-01', 'n', '202611', 'paid', '0000', now(), 1);
insert into sampled_round (id, county, day, percent, more, state, opened, seed_hash, sealed, after, listed, lines, head_size, head_root, digest, drawn, seed, calls) overriding system value values
	(1, '371403', current_date, 5, 2, 'drawn', now(), sha256('s'), 's', 8, now(), 1, 9, sha256('r'), sha256('d'), now(), sha256('x'), 1);
insert into sampled_line values (1, 1, 1, 1, '371403001', 3);
insert into sampled_call (id, round, line, case_id, region, claim, amount, paid, how, due, made, taker, taken, outcome, by_staff, answered, words, row) overriding system value values
	(1, 1, 1, 1, '371403001', 1, 100, current_date, 'phone', current_date, now(), 1, now(), 'missing', 1, now(), 'w', gen_random_uuid());
insert into sampled_matter (call, case_id, region, kind, opened, due) values (1, 1, '371403001', 'missing', now(), current_date);
insert into ledger_transaction (id, kind, ref, at) overriding system value values (1, 'answer', 1, now());
insert into ledger_entry values (1, 'transit', 100), (1, 'bank', -100);
`

func world(t *testing.T, more ...string) *pgtest.Env {
	t.Helper()
	env := pgtest.New(t)
	conn, err := pgx.Connect(t.Context(), env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, s := range append([]string{overriding(good)}, more...) {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return env
}

// overriding lets the fixture name the rows of identity columns itself.
func overriding(sql string) string {
	for _, table := range []string{"casefile", "claim", "decision", "public_notice", "visit"} {
		at := strings.Index(sql, "insert into "+table+" (")
		end := at + strings.Index(sql[at:], ") values")
		sql = sql[:end] + ") overriding system value values" + sql[end+len(") values"):]
	}
	return sql
}

const acks = `0000000001 00000000-0000-7000-8000-000000000001 app k 1
0000000002 00000000-0000-7000-8000-000000000002 app k 2
0000000003 00000000-0000-7000-8000-000000000002 app k 2
`

func run(t *testing.T, env *pgtest.Env, file string) Report {
	t.Helper()
	r, err := Run(t.Context(), Config{DB: env.DB(pgtest.Check), Acks: strings.NewReader(file)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAllHeld(t *testing.T) {
	t.Parallel()
	env := world(t)
	r := run(t, env, acks)
	var out bytes.Buffer
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	if r.Exit() != 0 {
		t.Errorf("exit %d\n%s", r.Exit(), out.String())
	}
	for _, x := range r.Results {
		if x.Seen == 0 && x.Name != "jobs.kept" {
			t.Errorf("%s looked at nothing, so it proves nothing here", x.Name)
		}
	}
}

// TestEachBroken breaks one thing at a time: that promise is broken, and each of
// the others still holds.
func TestEachBroken(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"application.receipt": `update application set receipt = '0000000009' where receipt = '0000000001'`,
		"application.once":    `alter table application drop constraint application_once; update application set key = 'k 1'`,
		"receipt.unique":      `insert into receipt values ('0000000004', '00000000-0000-7000-8000-000000000009')`,
		"application.handed":  `delete from handover`,
		"application.born":    `update audit_entry set act = 'application.seen' where id = 1`,
		"application.unborn":  `insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail) select 99, now(), 'channel', 'app', act, 0, '00000000-0000-7000-8000-000000000009', '', '', '', commitment, detail from audit_entry where id = 1; insert into audit_pending values (99)`,
		"audit.dense":         `update audit_leaf set n = 1`,
		"audit.known":         `delete from audit_pending`,
		"audit.kept":          `insert into audit_leaf values (1, 7, sha256('h'), sha256('c')); update audit_head set size = 2`,
		"refusal.named":       `insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail) select 98, now(), 'staff', '', 'refusal.kin', 0, '', 'case:1', '', 'POST /desk/township/case/{case}/accept', commitment, detail from audit_entry where id = 1; insert into audit_pending values (98)`,
		"call.gone_to":        `delete from call_visit`,
		"quality.lot":         `update call_quality set lot = (lot + 1) % 10000`,
		"claim.decided":       `update claim set state = 'refused'`,
		"decision.by_two":     `update decision set approver = 0`,
		"notice.days":         `update public_notice set until_day = current_date + 1`,
		"case.joined":         `update case_joined set application = '00000000-0000-7000-8000-000000000001'`,
		"case.owned":          `update staff_account set active = false where id = 1`,
		"sampled.matter":      `delete from sampled_matter`,
		"sampled.listed":      `update payout_line set answered = now() - interval '9 days'; update lianou_migration set tstamp = now() - interval '20 days'; update sampled_line set line = 2`,
		"visit.by_two":        `alter table visit drop constraint visit_check; update visit set second_staff = 1 where id = 1`,
		"visit.taught":        `update visit set seconded = null, seconded_by = null where id = 2`,
		"payment.decided":     `update payout_entitlement set decision_digest = repeat('b', 64)`,
		"payment.once":        `drop index payout_line_live; alter table payout_line drop constraint payout_line_entitlement_attempt_key; insert into payout_batch (id, created_by, approved_by, lines, total, paid, digest, state, created, approved, intended, sent, answered) overriding system value values (2, 1, 2, 1, 1, 1, 'd2', 'answered', now(), now(), now(), now(), now()); insert into payout_line (id, batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period, state, code, answered) overriding system value select 2, 2, 1, region, 2, 1, 1, holder, account, last4, item, item_name, period, state, code, answered from payout_line where id = 1; update ledger_entry set amount = sign(amount) * 101`,
		"payment.answered":    `update payout_entitlement set state = 'sent', paid = null`,
		"payout.told":         `update payout_status set state = 'sent'`,
		"objection.taken":     `delete from objection_word`,
		"supplement.taken":    `delete from case_supplement`,
		"batch.totals":        `update payout_batch set total = 101`,
		"ledger.zero":         `update ledger_entry set amount = 99 where account = 'transit'`,
		"ledger.bank":         `update ledger_entry set amount = sign(amount) * 99`,
		"budget.by_two":       `alter table budget_change drop constraint budget_two_people; update budget_change set ended_by = entered_by where id = 2`,
		"budget.sums":         `update budget set spent = 99, reserved = 1`,
		"budget.covers":       `update budget set items = '{MZ-02}'`,
		"case.replayed":       `update casefile set state = 'visiting'`,
		"claim.replayed":      `update audit_entry set purpose = 'agreed>approved' where id = 13`,
		"batch.replayed":      `update audit_entry set act = 'batch.seen' where id = 19`,
		"payment.replayed":    `update audit_entry set act = 'payment.returned' where id = 23`,
		"payment.traced":      `update call set recording = repeat('d', 64) where id = 'CA1'`,
		"jobs.kept":           `insert into jobs_platform.river_job (kind, args, state, max_attempts, finalized_at) values ('open_case', '{}', 'discarded', 1, now())`,
		"rules.signed":        `update rulebook_edition set publisher = 7 where number = 2`,
		"rules.kept":          `update finding set book = repeat('d', 64)`,
		"acks.lost":           `delete from receipt where number = '0000000003'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, world(t, "set session_replication_role = replica;"+sql), acks)
			if r.Exit() != 1 {
				t.Errorf("exit %d", r.Exit())
			}
			also := map[string]string{"application.receipt": "acks.lost payment.traced", "application.once": "acks.lost", "claim.decided": "claim.replayed",
				"payment.answered": "payment.replayed payout.told", "payment.decided": "payment.traced", "payment.once": "batch.replayed"}
			for _, x := range r.Results {
				broken := x.Verdict == Broken
				if want := x.Name == name || slices.Contains(strings.Fields(also[name]), x.Name) && broken; broken != want {
					t.Errorf("%s: %s %d %v %s", x.Name, x.Verdict, x.Bad, x.First, x.Why)
				}
			}
		})
	}
}

func TestAcks(t *testing.T) {
	t.Parallel()
	env := world(t)
	last := func(r Report) (lost, doubled Result) { n := len(r.Results); return r.Results[n-2], r.Results[n-1] }
	other := "0000000001 00000000-0000-7000-8000-000000000001 app k 2\n"
	for name, c := range map[string]struct {
		file          string
		lost, doubled int64
		exit          int
	}{
		"as it is":              {acks, 0, 0, 0},
		"a number gone":         {acks + "0000000007 00000000-0000-7000-8000-000000000001 app k 1\n", 1, 0, 1},
		"a delivery gone":       {acks + "0000000001 00000000-0000-7000-8000-000000000001 app k 9\n", 1, 0, 1},
		"applications untold":   {"0000000001 - app k 1\n0000000002 - app k 2\n0000000003 - app k 2\n", 0, 0, 0},
		"untold, a number gone": {"0000000001 - app k 1\n0000000007 - app k 1\n", 1, 0, 1},
		"untold, number twice":  {"0000000001 - app k 1\n0000000001 - app k 2\n", 1, 1, 1},
		"a key doubled":         {acks + other, 1, 1, 1},
	} {
		r := run(t, env, c.file)
		lost, doubled := last(r)
		if lost.Bad != c.lost || doubled.Bad != c.doubled || r.Exit() != c.exit {
			t.Errorf("%s: %d lost, %d doubled, exit %d; want %d, %d, %d", name, lost.Bad, doubled.Bad, r.Exit(), c.lost, c.doubled, c.exit)
		}
	}
	if r := run(t, env, acks+"0000000001 0000"); r.Exit() != 2 {
		t.Errorf("a half line: exit %d, want 2: it is neither held nor broken", r.Exit())
	}
}

// TestCouldNotCheck: a check that cannot run is the third verdict. The control is
// counting an error as held.
func TestCouldNotCheck(t *testing.T) {
	t.Parallel()
	env := world(t, `drop table visit cascade`)
	r := run(t, env, acks)
	var out bytes.Buffer
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	if r.Exit() != 2 || !strings.Contains(out.String(), "could not check visit.by_two           0 seen: a table is missing") {
		t.Errorf("exit %d\n%s", r.Exit(), out.String())
	}
	empty, err := Run(t.Context(), Config{DB: env.DB(pgtest.Check), Checks: []Check{}})
	if err != nil || empty.Exit() != 2 {
		t.Errorf("no check at all: exit %d, %v, want 2", empty.Exit(), err)
	}
}

// What a visit taught the register is no word of one, of nobody who was there, of another's
// household or of a stranger.
//
// Controls: the check without the membership ("a stranger: 0"), without the household ("another
// household: 0"), without the moment ("before it was confirmed: 0").
func TestWhatAVisitTaught(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"no such visit":            `update person_sheet set source = 'visit:9' where source = 'visit:2'`,
		"one that is only planned": `update person_sheet set source = 'visit:1' where source = 'visit:2'`,
		"by telephone":             `update visit set remote = 'flood' where id = 2; delete from household_sheet`,
		"before it was confirmed":  `update person_sheet set known_at = now() - interval '1 minute'`,
		"another household":        `update household_sheet set household = 12`,
		"a stranger":               `update person_sheet set person = 22`,
		"who came later":           `update membership set since = current_date + 9`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, x := range run(t, world(t, "set session_replication_role = replica;"+sql), acks).Results {
				if x.Name == "visit.taught" && (x.Verdict != Broken || x.Bad != 1) {
					t.Errorf("%d of it are broken: %s", x.Bad, x.Why)
				}
			}
		})
	}
}
