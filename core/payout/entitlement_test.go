package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

func TestEntitleIsIdempotent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 36000)
	a, err := h.entitle(e)
	h.must(err)
	b, err := h.entitle(e)
	h.must(err)
	if a != b || h.ledger().Entitled != 36000 {
		t.Errorf("ids %d and %d, ledger %+v", a, b, h.ledger())
	}
}

// F66, F67, P14: what may not become money. Each case differs from the accepted
// one in a single thing.
//
// Control: drop trigger payout_entitlement_decided and the first three pass; drop
// index payout_member_once and "another claim" passes.
func TestEntitleRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	paid := h.decided(1, town, 36000)
	_, err := h.entitle(paid)
	h.must(err)
	refused := h.decided(3, town, 36000)
	h.must(h.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update decision set outcome = 'refused' where id = $1`, refused.Decision)
		return pg.Fail(err, "refuse")
	}))
	for name, c := range map[string]struct {
		e     Entitlement
		spoil func(e *Entitlement)
		want  error
	}{
		"a refused claim":                                    {refused, func(*Entitlement) {}, ErrUndecided},
		"one fen more than decided":                          {h.decided(4, town, 36000), func(e *Entitlement) { e.Amount++ }, ErrUndecided},
		"another digest":                                     {h.decided(5, town, 36000), func(e *Entitlement) { e.DecisionDigest = "b" + digest64[1:] }, ErrUndecided},
		"another claim's decision":                           {h.decided(6, town, 36000), func(e *Entitlement) { e.Decision = paid.Decision }, ErrUndecided},
		"the same person, scheme and month by another claim": {h.decided(1, town, 36000), func(*Entitlement) {}, ErrTwice},
		"no account":                                         {h.decided(7, town, 36000), func(e *Entitlement) { e.Account = core.BankAccount{} }, core.Invalid("bank_account", "")},
		"a month 13":                                         {h.decided(8, town, 36000), func(e *Entitlement) { e.Period = "202613" }, core.Invalid("period", "")},
		"a name that fits no bank file": {h.decided(9, town, 36000), func(e *Entitlement) {
			e.Holder = "古丽巴哈尔古丽巴哈尔古丽巴哈尔古丽巴哈尔古"
		}, core.Invalid("holder", "")},
	} {
		c.spoil(&c.e)
		if _, err := h.entitle(c.e); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if got := h.ledger().Entitled; got != 36000 {
		t.Errorf("entitled %d", got)
	}
}

// Registry or decision edits after the freeze reach no line: the line checks the
// decision again.
func TestLineChecksTheDecisionAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 36000)
	_, err := h.entitle(e)
	h.must(err)
	h.must(h.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update decision set digest = $2 where id = $1`, e.Decision, "c"+digest64[1:])
		return pg.Fail(err, "tamper")
	}))
	err = h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := h.CreateBatch(ctx, tx, maker, Choice{})
		return err
	})
	if !errors.Is(err, ErrUndecided) {
		t.Errorf("got %v", err)
	}
}

func TestNextMonth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(3)
	once := h.decided(9, town, 500)
	once.Monthly = false
	_, err := h.entitle(once)
	h.must(err)
	stopped := h.decided(10, town, 700)
	_, err = h.entitle(stopped)
	h.must(err)
	next := func(p Period) (n int) {
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			n, err = h.NextMonth(ctx, tx, p)
			return err
		}))
		return n
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.Stop(ctx, tx, StopOrder{Claim: stopped.Claim, From: "202604", Reason: "收入提高了", Proposer: check, By: maker})
	}))
	if a, b := next("202604"), next("202604"); a != 3 || b != 0 {
		t.Errorf("made %d, then %d", a, b)
	}
	if n := next("202606"); n != 0 {
		t.Errorf("a month was jumped and %d made", n)
	}
	v := h.sendAll()
	if v.Totals.Lines != 8 || v.State != "closed" || !h.ledger().Balanced() {
		t.Errorf("batch %+v, ledger %+v", v.Batch, h.ledger())
	}
}

// Money is never sent more than a month ahead.
//
// Control: leave payable out of takeDue and the batch has two lines.
func TestFarMonthsWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var today core.Date
	h.must(h.tx(func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil }))
	coming, far := h.decided(1, town, 500), h.decided(2, town, 700)
	coming.Period = PeriodOf(today).Next()
	far.Period = coming.Period.Next()
	for _, e := range []Entitlement{coming, far} {
		_, err := h.entitle(e)
		h.must(err)
	}
	if v := h.sendAll(); v.Totals != (Totals{1, 500}) {
		t.Errorf("batch %+v", v.Batch)
	}
}

// After a jump of the clock every month between is made, once.
func TestMonthsCatchUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var today core.Date
	h.must(h.tx(func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil }))
	e := h.decided(1, town, 500)
	e.Period = PeriodOf(PeriodOf(today).Start().AddDate(0, -3, 0))
	_, err := h.entitle(e)
	h.must(err)
	for range 2 {
		h.must(h.Months(t.Context()))
		if l := h.ledger(); l.Entitled != 4*500 || !l.Balanced() {
			t.Errorf("ledger %+v", l)
		}
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	if p := PeriodOf(core.NewDate(2026, 12, 31)); p != "202612" || p.Next() != "202701" || p.Month() != 12 {
		t.Errorf("%s %s %d", p, p.Next(), p.Month())
	}
	for _, bad := range []string{"", "2026", "202600", "199912", "2026-3"} {
		if _, err := ParsePeriod(bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}
