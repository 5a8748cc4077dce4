package recheck_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/recheck"
	"lianou/core/recheck/rechecktest"
)

// A round goes through its three steps, each once and in order; the share is drawn, and everybody of the
// register is in.
//
// Control: Draw without kin (the database refuses it: "sqlstate 23514 constraint recheck_drawn");
// recheck_head at any later size ("listed with too few entries after the commitment: <nil>").
func TestARoundTakesItsStepsOnce(t *testing.T) {
	t.Parallel()
	w := rechecktest.New(t)
	w.Decided(50, 10)
	id, err := w.Recheck.Commit(t.Context(), w.County, rechecktest.Pingyuan, w.Since, w.Until)
	w.Must(err)
	if err := w.Recheck.List(t.Context(), w.County, id); !errors.Is(err, recheck.ErrHead) {
		t.Errorf("listed before the log grew: %v", err)
	}
	w.Grows(1)
	if err := w.Recheck.List(t.Context(), w.County, id); !errors.Is(err, recheck.ErrHead) {
		t.Errorf("listed with too few entries after the commitment: %v", err)
	}
	if err := w.Recheck.Draw(t.Context(), w.County, id); !errors.Is(err, recheck.ErrState) {
		t.Errorf("drawn before it was listed: %v", err)
	}
	w.Grows(recheck.After)
	w.Must(w.Recheck.List(t.Context(), w.County, id))
	if r, _ := w.Round(id); r.Seed != (recheck.Hash{}) {
		t.Error("the seed is laid open with the list")
	}
	w.Must(w.Recheck.Draw(t.Context(), w.County, id))
	w.Grows(0)
	for name, step := range map[string]func() error{
		"listed twice": func() error { return w.Recheck.List(t.Context(), w.County, id) },
		"drawn twice":  func() error { return w.Recheck.Draw(t.Context(), w.County, id) },
	} {
		if err := step(); !errors.Is(err, recheck.ErrState) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Recheck.Commit(t.Context(), w.County, rechecktest.Pingyuan, w.Until, w.Until.AddDate(0, 0, 5)); !errors.Is(err, recheck.ErrOnce) {
		t.Errorf("one day in two rounds: %v", err)
	}
	if _, err := w.Recheck.Commit(t.Context(), w.Other, rechecktest.Pingyuan, w.Since, w.Until); !errors.Is(err, recheck.ErrNotYours) {
		t.Errorf("another county's round: %v", err)
	}
	r, list := w.Round(id)
	in := map[core.CaseID]bool{}
	for _, v := range list {
		in[v.Case] = true
	}
	for c := core.CaseID(10); c <= 50; c += 10 {
		if !in[c] {
			t.Errorf("case %d of the register of relatives is not drawn", c)
		}
	}
	if r.Cases != 50 || len(list) < 15 || len(list) > 20 {
		t.Errorf("%d of %d are drawn, want 15 and the five of the register", len(list), r.Cases)
	}
}

// A period that is not over has no list.
func TestNoListBeforeThePeriodIsOver(t *testing.T) {
	t.Parallel()
	w := rechecktest.New(t)
	id, err := w.Recheck.Commit(t.Context(), w.County, rechecktest.Pingyuan, w.Since, w.Until.AddDate(0, 0, 1))
	w.Must(err)
	w.Grows(recheck.After + 1)
	if err := w.Recheck.List(t.Context(), w.County, id); !errors.Is(err, recheck.ErrEarly) {
		t.Errorf("listed on the last day: %v", err)
	}
}

// The tables refuse it to the application's own role.
//
// Controls: recheck_decided without one case, the guard without recheck_whole ("a list without one: done").
func TestNobodyAddsOrTakesACase(t *testing.T) {
	t.Parallel()
	w := rechecktest.New(t)
	w.Decided(20, 7)
	try := func(name, sql string) {
		t.Helper()
		err := w.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if err == nil {
			t.Errorf("%s: done", name)
		}
	}
	id, err := w.Recheck.Commit(t.Context(), w.County, rechecktest.Pingyuan, w.Since, w.Until)
	w.Must(err)
	w.Grows(recheck.After + 1)
	const whole = `insert into recheck_entry (round, n, case_id, region) select 1, row_number() over (order by id), id, region from casefile`
	const freeze = `update recheck_round set state = 'listed', lister = opener, listed = opened, cases = (select count(*) from recheck_entry), digest = seed_hash, kin_salt = seed_hash, kin_hash = seed_hash, head_size = h.size, head_root = h.root from recheck_head(1) h`
	const kin = `insert into recheck_kin select 1, case_id, region from recheck_entry where case_id % 7 = 0; `
	try("a list without one", whole+` where id <> 3; `+kin+freeze)
	try("a list without a relative", whole+`; `+freeze)
	try("a register with one more", whole+`; `+kin+`insert into recheck_kin values (1, 3, '371426104'); `+freeze)
	try("another order", `insert into recheck_entry (round, n, case_id, region) select 1, row_number() over (order by id desc), id, region from casefile; `+kin+freeze)
	try("another head", whole+`; `+kin+strings.Replace(freeze, "h.root", "sha256('x')", 1))
	try("another seed", `update recheck_round set seed_hash = sha256('x')`)
	w.Must(w.Recheck.List(t.Context(), w.County, id))
	try("one more on the list", `insert into recheck_entry (round, n, case_id, region) values (1, 21, 20, '371426104')`)
	try("one less", `delete from recheck_entry where n = 2`)
	try("one for another", `update recheck_entry set n = 99 where n = 2`)
	try("a relative less", `delete from recheck_kin`)
	try("a seed of one's own", `update recheck_round set state = 'drawn', drawer = opener, drawn = opened, seed = sha256('x'), visits = 0`)
	try("the list anew", `update recheck_round set state = 'committed', lister = null, listed = null, cases = null, digest = null, kin_salt = null, kin_hash = null, head_size = null, head_root = null`)
	w.Must(w.Recheck.Draw(t.Context(), w.County, id))
	try("one more drawn", `insert into recheck_visit (round, case_id, region) select 1, case_id, region from recheck_entry e where not exists (select from recheck_visit v where v.case_id = e.case_id) limit 1`)
	try("one less drawn", `delete from recheck_visit`)
	try("drawn again", `update recheck_round set seed = sha256('x')`)
	try("a round taken back", `delete from recheck_round`)
	try("a second round of the period", `insert into recheck_round (county, since, until, percent, opener, opened, seed_hash, sealed, after) select county, since, until, 30, opener, opened, sha256('y'), 'y', 8 from recheck_round`)
	try("less than the share", `insert into recheck_round (county, since, until, percent, opener, opened, seed_hash, sealed, after) select county, since - 60, until - 60, 29, opener, opened, sha256('y'), 'y', 8 from recheck_round`)
	w.Super(`insert into recheck_share values ('371426', 45, '平民字〔2026〕9 号', now())`)
	next, err := w.Recheck.Commit(t.Context(), w.County, rechecktest.Pingyuan, w.Since.AddDate(0, 0, -60), w.Until.AddDate(0, 0, -60))
	w.Must(err)
	if r, _ := w.Round(next); r.Percent != 45 {
		t.Errorf("the county's own share: %d", r.Percent)
	}
}
