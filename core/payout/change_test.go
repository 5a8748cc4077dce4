package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// running entitles a monthly claim and makes the month after it too.
func (h *house) running(n int, amount core.Fen) Entitlement {
	h.t.Helper()
	e := h.decided(n, town, amount)
	_, err := h.entitle(e)
	h.must(err)
	h.nextMonth(e.Period.Next())
	return e
}

func (h *house) nextMonth(p Period) (n int) {
	h.t.Helper()
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		n, err = h.NextMonth(ctx, tx, p)
		return err
	}))
	return n
}

func (h *house) stop(e Entitlement, from Period) error {
	return h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.Stop(ctx, tx, StopOrder{Claim: e.Claim, From: from, Reason: "收入提高了", Proposer: maker, By: check})
	})
}

// months is what is entitled for a claim and not cancelled, by month.
func (h *house) months(e Entitlement) map[Period]core.Fen {
	h.t.Helper()
	out := map[Period]core.Fen{}
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select period, amount from payout_entitlement where claim = $1 and state <> 'cancelled'`, e.Claim)
		if err != nil {
			return pg.Fail(err, "months")
		}
		defer rows.Close()
		for rows.Next() {
			var p Period
			var f core.Fen
			if err := rows.Scan(&p, &f); err != nil {
				return pg.Fail(err, "months")
			}
			out[p] = f
		}
		return pg.Fail(rows.Err(), "months")
	}))
	return out
}

// A stopped claim pays no month from then on, made or to be made; what was paid
// stays, the ledger balances, and the member is free for another claim.
//
// Control: leave cancelFrom out of Stop and April is still due.
func TestStop(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.running(1, 36000) // 202603 and 202604 are due
	if err := h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.Stop(ctx, tx, StopOrder{Claim: e.Claim, From: "202604", Reason: "r", Proposer: maker, By: maker})
	}); !errors.Is(err, ErrSamePerson) {
		t.Errorf("one person alone: %v", err)
	}
	h.must(h.stop(e, "202604"))
	if got := h.months(e); len(got) != 1 || got["202603"] != 36000 || h.nextMonth("202604") != 0 || h.nextMonth("202605") != 0 {
		t.Errorf("months %v", got)
	}
	if err := h.stop(e, "202604"); !errors.Is(err, ErrStopped) {
		t.Errorf("stopped again: %v", err)
	}
	again := h.decided(1, town, 20000)
	again.Period = "202604"
	if _, err := h.entitle(again); err != nil {
		t.Errorf("a new claim after the stop: %v", err)
	}
	if l := h.ledger(); l.Entitled != 56000 || !l.Balanced() {
		t.Errorf("ledger %+v", l)
	}
	if v := h.sendAll(); v.Totals != (Totals{2, 56000}) {
		t.Errorf("batch %+v", v.Batch)
	}
}

// Money that is on its way or on the card is not stopped; money that came back is,
// and its task ends with it.
func TestStopMeetsTheBank(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	paid, back := h.running(1, 36000), h.running(2, 41000)
	h.bank.set(func(b *bank) { b.codes[back.Account.Reveal()] = CodeClosed })
	v := h.sendAll()
	if err := h.stop(paid, "202604"); !errors.Is(err, ErrUnderway) {
		t.Errorf("a paid month: %v", err)
	}
	h.must(h.stop(paid, "202605"))
	h.must(h.stop(back, "202603"))
	h.closing(v.ID)
	if tasks, got := h.fixes(), h.months(back); len(tasks) != 0 || len(got) != 0 || h.view(v.ID).State != "closed" {
		t.Errorf("%d tasks, months %v, batch %s", len(tasks), got, h.view(v.ID).State)
	}
	if l := h.ledger(); l.Entitled != 72000 || l.Bank != 72000 || l.Owed != 0 || !l.Balanced() {
		t.Errorf("ledger %+v", l)
	}
}

// decidedAgain writes another decision on a claim and gives the order that rests on it.
func (h *house) decidedAgain(e Entitlement, from Period, amount core.Fen, mark string) ChangeOrder {
	h.t.Helper()
	o := ChangeOrder{Claim: e.Claim, From: from, Amount: amount, Sample: true, DecisionDigest: mark + digest64[1:], By: check}
	h.must(h.env.DB(pgtest.Owner).Tx(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const q = `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal,
				evidence, facts_version, facts_digest, book, at, digest)
			select claim_id, case_id, region, outcome, $2, period, sample, proposer, approver, reasons, appeal, evidence, facts_version,
				facts_digest, book, at, $3 from decision where id = $1 returning id`
		return pg.Fail(tx.QueryRow(ctx, q, e.Decision, amount, o.DecisionDigest).Scan(&o.Decision), "decide")
	}))
	h.must(h.agreed(o))
	return o
}

func (h *house) change(o ChangeOrder) error {
	return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Change(ctx, tx, o) })
}

// A changed amount holds from its month on, for a month that was made and for
// those to come, and only by its own decision.
//
// Control: leave payout_change out of NextMonth and June goes on with the old sum.
func TestChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.running(1, 36000) // 202603 and 202604 are due
	less := h.decidedAgain(e, "202604", 20000, "d")
	spoilt := less
	spoilt.Amount++
	if err := h.change(spoilt); !errors.Is(err, ErrUndecided) {
		t.Errorf("a fen more than decided: %v", err)
	}
	h.must(h.change(less))
	h.must(h.change(h.decidedAgain(e, "202606", 25000, "e")))
	h.nextMonth("202605")
	h.nextMonth("202606")
	h.nextMonth("202607")
	got := h.months(e)
	for p, want := range map[Period]core.Fen{"202603": 36000, "202604": 20000, "202605": 20000, "202606": 25000, "202607": 25000} {
		if got[p] != want {
			t.Errorf("%s: %s, want %s", p, got[p], want)
		}
	}
	if l := h.ledger(); len(got) != 5 || l.Entitled != 126000 || !l.Balanced() {
		t.Errorf("months %v, ledger %+v", got, l)
	}
	if v := h.sendAll(); v.Totals != (Totals{5, 126000}) || v.State != "closed" {
		t.Errorf("batch %+v", v.Batch)
	}
}

// A card that was mended is the card of every month of the claim to come, made or
// not; another claim's is left alone.
//
// Control: leave `others` out of putInForce and April goes to the closed card.
func TestMendedCardIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e, neighbour := h.decided(1, town, 36000), h.decided(2, town, 41000)
	for _, one := range []Entitlement{e, neighbour} {
		_, err := h.entitle(one)
		h.must(err)
	}
	h.bank.set(func(b *bank) { b.codes[e.Account.Reveal()] = CodeClosed })
	h.sendAll()
	h.nextMonth("202604") // made while the card was still the closed one
	fresh := account(t, "622848111111000001")
	h.mend(h.fixes()[0], fresh)
	h.nextMonth("202605")
	if v := h.sendAll(); v.State != "closed" || v.Returned != 0 || v.Totals.Lines != 5 {
		t.Errorf("batch %+v", v.Batch)
	}
	_, _, ordered := h.bank.seen()
	if ordered[fresh.Reveal()] != 3 || ordered[neighbour.Account.Reveal()] != 3 {
		t.Errorf("paid by card: %d on the new one, %d on the neighbour's", ordered[fresh.Reveal()], ordered[neighbour.Account.Reveal()])
	}
}

// The look through a year of months is made once a day.
//
// Control: take the comparison with p.looked out and the second look makes months.
func TestMonthsLooksOnceADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.must(h.Months(t.Context()))
	var today core.Date
	h.must(h.tx(func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil }))
	e := h.decided(1, town, 500)
	e.Period = PeriodOf(PeriodOf(today).Start().AddDate(0, -2, 0))
	_, err := h.entitle(e)
	h.must(err)
	h.must(h.Months(t.Context()))
	if got := h.months(e); len(got) != 1 {
		t.Errorf("looked again the same day: %v", got)
	}
	h.env.Advance(25 * 60 * 60 * 1e9)
	h.must(h.Months(t.Context()))
	if got := h.months(e); len(got) < 3 {
		t.Errorf("not looked the day after: %v", got)
	}
}
