package payout

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// line is the key of a budget line of this year, of one item in one county.
func (h *house) line(item core.ItemCode) BudgetKey {
	h.t.Helper()
	k := BudgetKey{Area: "371426", Items: []core.ItemCode{item}, Fund: OfCounty}
	h.must(h.tx(func(_ context.Context, tx *pg.Tx) error { k.Year = tx.Today().Time().Year(); return nil }))
	return k
}

// enter writes an amount down; nobody has confirmed it.
func (h *house) enter(k BudgetKey, amount core.Fen, source string) (change int64, err error) {
	err = h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		change, err = h.EnterBudget(ctx, tx, BudgetEntry{BudgetKey: k, Amount: amount, Source: source, By: maker})
		return err
	})
	return change, err
}

func (h *house) sure(by core.StaffID, change int64, seen core.Fen) error {
	return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmBudget(ctx, tx, by, change, seen) })
}

// budget enters an amount and has it confirmed.
func (h *house) budget(k BudgetKey, amount core.Fen, source string) {
	h.t.Helper()
	change, err := h.enter(k, amount, source)
	h.must(err)
	h.must(h.sure(check, change, amount))
}

// money is how a line stands, and what the lines of batches say of it.
func (h *house) money(k BudgetKey) (b Budget) {
	h.t.Helper()
	var reserved, spent core.Fen
	h.must(h.db.Read(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.BudgetLines(ctx, tx, k.Year)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(b Budget) bool { return reflect.DeepEqual(b.BudgetKey, k) })
		if i < 0 {
			return ErrNoBudgetLine
		}
		b = list[i]
		const q = `select coalesce(sum(amount) filter (where state = 'ordered'), 0)::bigint, coalesce(sum(amount) filter (where state = 'paid'), 0)::bigint
			from payout_line where budget = $1`
		return tx.QueryRow(ctx, q, b.ID).Scan(&reserved, &spent)
	}))
	if b.Reserved != reserved || b.Spent != spent || b.Left() < 0 || b.Amount != b.Reserved+b.Spent+b.Left() {
		h.t.Errorf("the line says %d reserved and %d spent of %d, the batches %d and %d", b.Reserved, b.Spent, b.Amount, reserved, spent)
	}
	return b
}

// stands checks a line: reserved, spent and left.
func (h *house) stands(when string, k BudgetKey, reserved, spent, left core.Fen) {
	h.t.Helper()
	if b := h.money(k); b.Reserved != reserved || b.Spent != spent || b.Left() != left {
		h.t.Errorf("%s: %d reserved, %d spent, %d left; want %d, %d, %d", when, b.Reserved, b.Spent, b.Left(), reserved, spent, left)
	}
}

// waits lists what waits for money.
func (h *house) waits() (list []Waiting) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = h.Waiting(ctx, tx)
		return err
	}))
	return list
}

// batch makes a batch of what is due.
func (h *house) batch() (b Batch, err error) {
	err = h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = h.CreateBatch(ctx, tx, maker, Choice{})
		return err
	})
	return b, err
}

// dueOf makes one payment of an item.
func (h *house) dueOf(n int, item core.ItemCode, amount core.Fen) int64 {
	h.t.Helper()
	e := h.decided(n, town, amount)
	e.Item, e.ItemName = item, "最低生活保障"
	id, err := h.entitle(e)
	h.must(err)
	return id
}

// taken gives the payments of a batch in its order.
func (h *house) taken(b Batch) (ids []int64) {
	h.t.Helper()
	for _, l := range h.view(b.ID).Items {
		ids = append(ids, l.Entitlement)
	}
	return ids
}

// A line of the budget is two people's word, and what was said stays: by the code, and by
// the database whatever the code does.
//
// Seen red: ConfirmBudget without the look at who entered it leaves it to the database
// (`sqlstate 23514 constraint budget_two_people, want same_person`); budget_change_guard that
// lets states go back (`a refusal taken back: constraint "budget_change_source"`).
func TestABudgetIsTwoPeoplesWord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	k := h.line("MZ-01")
	first, err := h.enter(k, 100_00, "德财社指〔2026〕12 号")
	h.must(err)
	if b := h.money(k); b.Amount != 0 || b.Opened != nil || len(b.Changes) != 1 {
		t.Errorf("one person's word binds: %+v", b)
	}
	h.dueOf(1, "MZ-01", 360_00)
	b, err := h.batch() // what nobody confirmed holds nothing back
	h.must(err)
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Discard(ctx, tx, maker, b.ID, "重做") }))
	for name, c := range map[string]struct {
		by   core.StaffID
		seen core.Fen
		want error
	}{"who entered it": {maker, 100_00, ErrSamePerson}, "nobody": {0, 100_00, ErrSamePerson}, "another amount than was read": {check, 100_01, ErrBudgetMoved}} {
		if err := h.sure(c.by, first, c.seen); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	h.must(h.sure(check, first, 100_00))
	h.stands("confirmed", k, 0, 0, 100_00)
	if err := h.sure(check, first, 100_00); !errors.Is(err, ErrBudgetMoved) {
		t.Errorf("confirmed twice: %v", err)
	}
	if _, err := h.enter(k, 100_00, "德财社指〔2026〕12 号"); !errors.Is(err, ErrEnteredTwice) {
		t.Errorf("one paper twice: %v", err)
	}
	less, err := h.enter(k, -100_01, "德财社指〔2026〕30 号")
	h.must(err)
	if err := h.sure(check, less, -100_01); !errors.Is(err, ErrBelowUsed) {
		t.Errorf("taken away what is not there: %v", err)
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.RefuseBudget(ctx, tx, check, less, "写多了") }))
	h.budget(k, -40_00, "德财社指〔2026〕30 号") // the refused one does not hold its number
	h.stands("lowered", k, 0, 0, 60_00)
	for _, bad := range []BudgetEntry{{}, {Amount: 1}, {Amount: -5, BudgetKey: BudgetKey{Fund: "gift"}, Source: "x"}} {
		bad.By, bad.Year, bad.Area, bad.Items = maker, k.Year, k.Area, k.Items
		err := h.tx(func(ctx context.Context, tx *pg.Tx) error { _, err := h.EnterBudget(ctx, tx, bad); return err })
		if core.KindOf(err) != core.KindInvalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	h.refusedBySQL(k)
	if got := h.acts("budget.%"); got != "budget.confirmed 2, budget.entered 4, budget.refused 1" {
		t.Errorf("the log has %s", got)
	}
}

func (h *house) acts(like string) string {
	h.t.Helper()
	var got []string
	h.must(h.env.DB(pgtest.Check).Read(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select coalesce(array_agg(act || ' ' || n order by act), '{}') from (select act, count(*) as n from audit_entry where act like $1 group by act) x`
		return tx.QueryRow(ctx, q, like).Scan(&got)
	}))
	return strings.Join(got, ", ")
}

// refusedBySQL tries by hand what nobody may.
func (h *house) refusedBySQL(k BudgetKey) {
	h.t.Helper()
	h.dueOf(2, "YL-01", 50_00)
	for name, c := range map[string]struct{ sql, constraint string }{
		"an amount edited":            {`update budget_change set amount = amount + 1`, "budget_change_step"},
		"a source edited":             {`update budget_change set source = 'x'`, "budget_change_step"},
		"a refusal taken back":        {`update budget_change set state = 'entered', ended = null, ended_by = null, why = '' where state = 'refused'`, "budget_change_step"},
		"a row taken out":             {`delete from budget_change`, "budget_change_step"},
		"confirmed as it is entered":  {`insert into budget_change (budget, amount, source, entered_by, entered, state, ended_by, ended) select id, 1, 'y', 1, now(), 'confirmed', 2, now() from budget`, "budget_change_step"},
		"spent past the amount":       {`update budget set spent = amount + 1`, "budget_not_overspent"},
		"reserved below nothing":      {`update budget set reserved = -1`, "budget_reserved_check"},
		"a line for another item":     {lineOf(`(select id from budget limit 1)`), "budget_covers"},
		"a sum of a line made larger": {`update budget set amount = amount + 100`, ""},
	} {
		for _, role := range []pgtest.Role{pgtest.Owner, pgtest.Platform} {
			err := h.env.DB(role).Tx(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
				if _, err := tx.Exec(ctx, c.sql); err != nil {
					return pg.Fail(err, name)
				}
				return errRollBack
			})
			if errors.Is(err, errRollBack) && (c.constraint != "" || role == pgtest.Platform) {
				h.t.Errorf("%s passes as %s", name, role)
			}
			if role == pgtest.Owner && c.constraint != "" && pg.Constraint(err) != c.constraint {
				h.t.Errorf("%s: constraint %q of %v, want %q", name, pg.Constraint(err), err, c.constraint)
			}
		}
	}
	const mine = `update budget_change set state = 'confirmed', ended_by = entered_by, ended = now() where state = 'entered'`
	_, err := h.enter(k, 5_00, "自己核自己")
	h.must(err)
	err = h.env.DB(pgtest.Platform).Tx(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, mine)
		return pg.Fail(err, "confirm one's own")
	})
	if pg.Constraint(err) != "budget_two_people" {
		h.t.Errorf("one's own word confirmed: %v", err)
	}
}

var errRollBack = errors.New("rolled back")

// lineOf inserts a line of a batch by hand, on a budget line.
func lineOf(budget string) string {
	return fmt.Sprintf(`with b as (insert into payout_batch (created_by, lines, total, digest, created) values (1, 1, 5000, 'by hand', now()) returning id)
		insert into payout_line (batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period, budget)
		select b.id, e.id, e.region, 1, 1, e.amount, e.holder, e.account, e.last4, e.item, e.item_name, e.period, %s from payout_entitlement e, b where e.item = 'YL-01'`, budget)
}
