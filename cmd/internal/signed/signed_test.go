package signed

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

const town core.RegionCode = "371426103"

// world is a database with one case, and a store that signs.
type world struct {
	t     *testing.T
	env   *pgtest.Env
	keys  *seal.Keys
	cases *casefile.Store // signs
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) store(sign *seal.Signer) *casefile.Store {
	w.t.Helper()
	p := w.keys.Platform
	s, err := casefile.New(casefile.Config{Ring: p.Ring, Shared: p.Shared, Audit: audit.New(p.Ring), Sign: sign})
	w.must(err)
	return s
}

func (w *world) super(sql string) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.env.Superuser())
	w.must(err)
	defer conn.Close(context.WithoutCancel(w.t.Context()))
	_, err = conn.Exec(w.t.Context(), `begin; set local session_replication_role = replica; `+sql+`; commit`)
	w.must(err)
}

func (w *world) in(fn func(ctx context.Context, tx *pg.Tx) error) {
	w.t.Helper()
	w.must(w.env.DB(pgtest.Platform).Tx(w.t.Context(), pg.Regions(town), fn))
}

// decided is four decisions: the first of before there was a key, a grant, a refusal, and a stop of
// what was granted.
func decided(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, env: pgtest.New(t)}
	var err error
	w.keys, err = seal.NewKeys(seal.SM4)
	w.must(err)
	w.cases = w.store(w.keys.Platform.Sign)
	app := core.Application{ID: core.ApplicationID(uuid.Must(uuid.NewV7()).String()), Receipt: "4071882635", Channel: "app", At: time.Now(),
		Applicant: core.Applicant{Ref: "m1", Name: "周桂兰"}, Contact: core.Contact{Name: "周桂兰", Capacity: core.CapacitySelf},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		_, err := w.cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: town, Town: "王凤楼镇"})
		return err
	})
	w.super(`insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, sample, proposer, proposal, reasons, state, created, updated, agreed_by)
		select id, region, i, i, i, '民政', 'township', 0, true, 36000, 'month', false, 11, 'approve', '[{"outcome": "stated", "text": "x"}]', 'reviewed', now(), now(), 11 from casefile, unnest(array['MZ-01', 'MZ-02', 'MZ-03']) as i;
		insert into staff_account (id, login, name, roles, regions, password, made) overriding system value
			select n, 'n' || n, 'n', array['approver'], array['371426103'], '$argon2id$x', now() from generate_series(11, 12) n;
		insert into case_facts (case_id, region, version, facts, provenance, digest, at, cause) select id, region, 1, '{}', '{}', repeat('0', 64), now(), 'application' from casefile`)
	for i, c := range []struct {
		by      *casefile.Store
		outcome casefile.Outcome
		item    core.ItemCode
	}{{w.store(nil), casefile.Refused, "MZ-01"}, {w.cases, casefile.Approved, "MZ-02"}, {w.cases, casefile.Refused, "MZ-03"}} {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			d := casefile.Decision{Claim: core.ClaimID(i + 1), Case: 1, Item: c.item, Outcome: c.outcome, Proposer: 11, Approver: 12, Session: "00112233aabbccdd",
				Reasons: []casefile.Reason{{Outcome: "stated", Text: "人均月收入低于标准"}}, Appeal: "收到信起 60 天内,可以申请复议。",
				Evidence: casefile.Evidence{Facts: "f", Book: "b"}, FactsVersion: 1, FactsDigest: "f", Book: "b", Period: "month"}
			d.HasAmount, d.Amount = c.outcome == casefile.Approved, 36000
			d, err := c.by.AddDecision(ctx, tx, d)
			if err != nil {
				return err
			}
			return told(ctx, tx, d.Claim, d.ID, 0)
		})
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		stop := casefile.Change{Claim: 2, Kind: casefile.ChangeStop, Was: 36000, From: "202701", Reason: "家里有人上班了", Proposer: 11, Session: "00112233aabbccdd"}
		var err error
		if stop.ID, err = w.cases.ProposeChange(ctx, tx, stop); err != nil {
			return err
		}
		if err := w.cases.ApproveChange(ctx, tx, stop, 12, "收到信起 60 天内,可以申请复议。", 0); err != nil {
			return err
		}
		return told(ctx, tx, stop.Claim, 0, stop.ID)
	})
	// The one of before is older than the first that is signed.
	w.super(`update decision set at = at - interval '1 day' where id = 1`)
	return w
}

// told lays down what the household of a decision, or of a stop, gets of it.
func told(ctx context.Context, tx *pg.Tx, claim core.ClaimID, decision, change int64) error {
	const letter = `insert into letter (case_id, claim_id, region, decision, change, item, name, title, paragraphs, signed, on_day, code)
		select case_id, id, region, nullif($2::bigint, 0), nullif($3::bigint, 0), item, everyday, 't', '["p"]', '王凤楼镇', current_date, '' from claim where id = $1`
	const notice = `insert into notice (key, region, case_id, claim, kind, words, created, updated)
		select 'told/' || $2::bigint || '/' || $3::bigint, region, case_id, id, 'refused', 'w', lianou_now(), lianou_now() from claim where id = $1`
	for _, sql := range []string{letter, notice} {
		if _, err := tx.Exec(ctx, sql, claim, decision, change); err != nil {
			return pg.Fail(err, "tell")
		}
	}
	return nil
}

func (w *world) run(key *seal.Signer) Report {
	w.t.Helper()
	r, err := Run(w.t.Context(), Config{DB: w.env.DB(pgtest.Check), Cases: w.store(nil), Key: key})
	w.must(err)
	return r
}

// P16: a decision is what was signed, byte for byte, by whom it names and in their session. Whoever
// holds the database and changes one of these is named by the row, also where they make the digest
// anew; one that nobody signed is named too.
//
// The ways below are the controls: each changes what is stored. Named: judge that takes the stored
// digest for the content's.
func TestAChangedByteOfADecisionIsNamed(t *testing.T) {
	t.Parallel()
	w := decided(t)
	key := w.keys.Platform.Sign
	if r := w.run(key); r.Seen != 4 || r.Unsigned != 1 || r.Broken != 0 {
		t.Fatalf("as they were written: %+v", r)
	}
	w.super(`create table kept_decision as select * from decision; create table kept_signature as select * from decision_signature; create table kept_change as select * from benefit_change`)
	const restore = `delete from decision; insert into decision overriding system value select * from kept_decision;
		delete from decision_signature; insert into decision_signature overriding system value select * from kept_signature;
		delete from benefit_change; insert into benefit_change overriding system value select * from kept_change`
	anew := func(d casefile.Decision) string { return d.Sum() }
	for _, c := range []struct{ what, sql, names string }{
		{"one character of a reason", `update decision set reasons = replace(reasons::text, '低于', '高于')::jsonb where id = 2`, "decision 2 is not what was signed"},
		{"one fen", `update decision set amount = amount + 1 where id = 2`, "decision 2 is not what was signed"},
		{"who decided", `update decision set approver = 13 where id = 3`, "decision 3 is not what was signed"},
		{"the outcome", `update decision set outcome = 'referred' where id = 3`, "decision 3 is not what was signed"},
		{"a byte of the signature", `update decision_signature set signature = set_byte(signature, 20, get_byte(signature, 20) # 1) where of_id = 2`, "decision 2 is not what was signed"},
		{"the session", `update decision_signature set session = '00112233aabbccde' where of_id = 3`, "decision 3 is not what was signed"},
		{"another's signature", `update decision_signature a set signature = b.signature from decision_signature b where a.of_id = 2 and b.of_id = 3`, "decision 2 is not what was signed"},
		{"another claim", `update decision set claim_id = 3 where id = 2`, "decision 2 is not what was signed"},
		{"why money was stopped", `update benefit_change set reason = '家里有人上班'`, "change 1 is not what was signed"},
		{"since when", `update benefit_change set from_period = '202612'`, "change 1 is not what was signed"},
		{"the digest of the row alone", `update decision set digest = repeat('0', 64) where id = 2`, "decision 2 is not what was signed"},
		{"no signature", `delete from decision_signature where of_id = 3`, "decision 3 is not signed"},
		{"no decision", `delete from decision where id = 3`, "decision 3 signs what is not there"},
	} {
		w.super(c.sql)
		if r := w.run(key); r.Broken == 0 || !strings.Contains(strings.Join(r.Bad, "\n"), c.names) {
			t.Errorf("%s: %+v, want %q", c.what, r, c.names)
		}
		w.super(restore)
	}
	// With the digest made anew over the changed content the row agrees with itself, and not with what was signed.
	w.super(`update decision set amount = amount + 1 where id = 2`)
	w.must(w.env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.cases.Decisions(ctx, tx, 1)
		for _, d := range list {
			if d.ID == 2 {
				w.super(`update decision set digest = '` + anew(d) + `' where id = 2`)
			}
		}
		return err
	}))
	if r := w.run(key); r.Broken != 1 || r.Bad[0] != "decision 2 is not what was signed" {
		t.Errorf("one fen, with its digest made anew: %+v", r)
	}
	w.super(restore)
	other, err := seal.NewKeys(seal.SM4)
	w.must(err)
	for what, key := range map[string]*seal.Signer{"another key": other.Platform.Sign, "no key": nil} {
		if r := w.run(key); r.Broken != 3 {
			t.Errorf("%s: %+v", what, r)
		}
	}
	if r := w.run(key); r.Broken != 0 || r.Unsigned != 1 {
		t.Errorf("at the end: %+v", r)
	}
}
