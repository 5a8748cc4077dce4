package signed

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
)

// session is the log-in in which 12 decides.
const session = "00112233aabbccdd"

// grant decides a claim in a session with a second factor.
func (w *world) grant(claim core.ClaimID, item core.ItemCode, second staff.Second) error {
	return w.env.DB(pgtest.Platform).Tx(w.t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		d, err := w.cases.AddDecision(ctx, tx, casefile.Decision{Claim: claim, Case: 1, Item: item, Outcome: casefile.Approved, HasAmount: true, Amount: 36000, Proposer: 11, Approver: 12,
			Session: session, Second: second, Reasons: []casefile.Reason{{Outcome: "stated", Text: "人均月收入低于标准"}}, Appeal: "收到信起 60 天内,可以申请复议。",
			Evidence: casefile.Evidence{Facts: "f", Book: "b"}, FactsVersion: 1, FactsDigest: "f", Book: "b", Period: "month"})
		if err != nil {
			return err
		}
		return told(ctx, tx, d.Claim, d.ID, 0)
	})
}

// shown is 12's phone, shown in the session just now, and a phone of 11's.
func (w *world) shown() staff.Second {
	w.t.Helper()
	w.super(`insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, sample, proposer, proposal, reasons, state, created, updated, agreed_by)
			select id, region, i, i, i, '民政', 'township', 0, true, 36000, 'month', false, 11, 'approve', '[{"outcome": "stated", "text": "x"}]', 'reviewed', now(), now(), 11 from casefile, unnest(array['MZ-04', 'MZ-05', 'MZ-06', 'MZ-07']) as i;
		insert into staff_factor (id, staff, secret, begun, enrolled, last_step) overriding system value values (5, 12, 'x', now(), now(), 1), (6, 11, 'x', now(), now(), 1);
		insert into staff_shown (session, staff, factor, step, at) values ('` + session + `', 12, 5, 1, now()), ('1111111111111111', 11, 6, 1, now()), ('2222222222222222', 12, 5, 2, now() - interval '13 hours')`)
	second := staff.Second{Factor: 5, Demanded: true}
	w.must(w.env.DB(pgtest.Check).Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select at from staff_shown where session = $1`, session).Scan(&second.At)
	}))
	return second
}

// P16, P30: whoever has a phone decides in a session that showed it, and so does everybody once the city
// signed while it demanded one. The database takes nothing else, whoever writes it; what it says of the
// second factor is signed; and signatures of before still verify.
//
// Controls: decision_second without second_due ("with a phone, and without showing it: <nil>"), without the
// age ("shown yesterday: <nil>"), without staff ("another's: <nil>"); Text of a second factor in the
// first shape ("when it was shown: {...}").
func TestASecondFactorIsPartOfWhatIsSigned(t *testing.T) {
	t.Parallel()
	w := decided(t)
	key := w.keys.Platform.Sign
	second := w.shown()
	off := func(change func(*staff.Second)) staff.Second { s := second; change(&s); return s }
	for what, s := range map[string]staff.Second{
		"with a phone, and without showing it": {},
		"at another time":                      off(func(s *staff.Second) { s.At = s.At.Add(time.Microsecond) }),
		"another's":                            off(func(s *staff.Second) { s.Factor = 6 }),
		"a phone that is none":                 off(func(s *staff.Second) { s.Factor = 7 }),
	} {
		if err := w.grant(4, "MZ-04", s); !errors.Is(err, staff.ErrSecond) {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.must(w.grant(4, "MZ-04", off(func(s *staff.Second) { s.Demanded = false })))
	w.must(w.grant(5, "MZ-05", second)) // from here on the city demands it
	if r := w.run(key); r.Seen != 6 || r.Unsigned != 1 || r.Broken != 0 {
		t.Fatalf("as they were written: %+v", r)
	}
	// By direct SQL as the application's own role, with a decision that it made up.
	forge := func(session, by, factor, at string) error {
		return w.env.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `insert into decision_signature (kind, of_id, claim_id, case_id, region, digest, by_staff, session, at, key_id, signature, second_factor, second_at)
				select 'decision', 99, id, case_id, region, repeat('0', 64), `+by+`, '`+session+`', now(), 1, repeat('x', 70)::bytea, `+factor+`, `+at+` from claim where id = 6`)
			return err
		})
	}
	shownAt := func(session string) string { return `(select at from staff_shown where session = '` + session + `')` }
	for what, err := range map[string]error{
		"no phone at all":         forge("3333333333333333", "13", "null", "null"), // the city demands it by now
		"none shown":              forge(session, "12", "null", "null"),
		"another session":         forge("3333333333333333", "12", "5", shownAt(session)),
		"another's phone":         forge("1111111111111111", "12", "6", shownAt("1111111111111111")),
		"another's session":       forge("1111111111111111", "12", "5", shownAt("1111111111111111")),
		"shown yesterday":         forge("2222222222222222", "12", "5", shownAt("2222222222222222")),
		"at a time of one's own":  forge(session, "12", "5", "now()"),
		"in the name of a second": forge(session, "11", "5", shownAt(session)),
	} {
		if pg.Constraint(err) != "decision_second" {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.super(`create table kept_signature as select * from decision_signature; create table kept_shown as select * from staff_shown`)
	const restore = `delete from decision_signature; insert into decision_signature overriding system value select * from kept_signature;
		delete from staff_shown; insert into staff_shown select * from kept_shown`
	const last = ` where of_id = (select max(of_id) from decision_signature)`
	for _, c := range []struct{ what, sql, names string }{
		{"which phone", `update decision_signature set second_factor = 6` + last, "is not what was signed"},
		{"when it was shown", `update decision_signature set second_at = second_at - interval '1 second'` + last, "is not what was signed"},
		{"that it was demanded", `update decision_signature set second_demanded = false` + last, "is not what was signed"},
		{"that there was one", `update decision_signature set second_factor = null, second_at = null, second_demanded = false` + last, "is not what was signed"},
		{"one that nobody showed", `delete from staff_shown`, "names a second factor that nobody showed"},
		{"ended before it was shown", `update staff_factor set ended = now() - interval '1 day', ended_by = 'operator:x' where id = 5`, "names a second factor that nobody showed"},
	} {
		w.super(c.sql)
		if r := w.run(key); r.Broken == 0 || !strings.Contains(strings.Join(r.Bad, "\n"), c.names) {
			t.Errorf("%s: %+v, want %q", c.what, r, c.names)
		}
		w.super(restore)
		w.super(`update staff_factor set ended = null, ended_by = null where id = 5`)
	}
	// Signed well, by the key itself, and without one: past the database's guard, in a city that demands it.
	w.super(`alter table decision_signature disable trigger decision_second`)
	w.must(w.grant(6, "MZ-06", staff.Second{}))
	if r := w.run(key); r.Broken != 1 || !strings.Contains(r.Bad[0], "is signed without a second factor, which the city demanded") {
		t.Errorf("signed without one: %+v", r)
	}
	w.super(`alter table decision_signature enable trigger decision_second`)
	if err := w.grant(7, "MZ-07", staff.Second{}); !errors.Is(err, staff.ErrSecond) {
		t.Errorf("the city demands it: %v", err)
	}
	// A lost phone signs nothing more.
	w.super(`update staff_factor set ended = now(), ended_by = 'operator:x' where id = 5`)
	if err := w.grant(7, "MZ-07", second); !errors.Is(err, staff.ErrSecond) {
		t.Errorf("a lost phone: %v", err)
	}
}
