package payout

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

func TestFromDecisionToCard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(7)
	b := h.approved()
	if b.Totals != (Totals{7, sum}) {
		t.Fatalf("batch %+v, want 7 lines of %d", b.Totals, sum)
	}
	h.must(h.Send(t.Context(), b.ID))
	if l := h.ledger(); l.Transit != sum || !l.Balanced() {
		t.Errorf("after sending: %+v", l)
	}
	h.must(h.Poll(t.Context()))
	v := h.view(b.ID)
	if v.State != "closed" || v.Paid != sum || v.Returned != 0 || len(v.Items) != 7 {
		t.Fatalf("after the answer: %+v", v.Batch)
	}
	if l := h.ledger(); l.Bank != sum || l.Transit != 0 || l.Owed != 0 || !l.Balanced() {
		t.Errorf("after the answer: %+v", l)
	}
	if got := jobstest.States(t, h.db, jobs.Platform, "payout_settled"); got["available"] != 7 {
		t.Errorf("settled jobs: %v", got)
	}
	h.must(h.Poll(t.Context())) // the same return again is nothing new
	if puts, _, _ := h.bank.seen(); puts != 1 {
		t.Errorf("%d PUTs", puts)
	}
}

// P14: one batch approved by two operators and sent a hundred times at once, with three lost
// answers, is one file; its return, imported a hundred times at once under its own name and under
// others, is one booking, and each line is paid once.
//
// Control: give each Send its own file date, or let it skip payout_file, and the
// bank holds files that differ; drop "state = 'draft'" from Approve and two
// approvals pass.
func TestAHundredAtOncePayOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const times = 100
	sum := h.due(12)
	h.bank.set(func(b *bank) { b.lose, b.broken = 3, ".ret" }) // no return is read before its turn
	b, err := h.batch()
	h.must(err)
	approvals := atOnce(times, func(i int) bool {
		by := check + core.StaffID(i%2)
		err := h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, by, b.ID, b.Totals) })
		if err != nil && !errors.Is(err, ErrMoved) {
			t.Errorf("approve: %v", err)
		}
		_ = h.Send(t.Context(), b.ID) // a lost answer is an error, and the next one's to mend
		return err == nil
	})
	var raw []byte
	h.bank.set(func(b *bank) {
		b.broken = ""
		for _, one := range b.out {
			raw = one
		}
	})
	h.must(h.Send(t.Context(), b.ID))
	atOnce(times, func(i int) bool {
		name := b.Name + ".pay.ret"
		if i%2 == 1 {
			name = fmt.Sprintf("again%d.ret", i)
		}
		err := h.TakeReturn(t.Context(), name, raw)
		if k := core.KindOf(err); err != nil && k != core.KindConflict {
			t.Errorf("import: %v", err)
		}
		_ = h.Poll(t.Context())
		return err == nil
	})
	if approvals != 1 || h.entries("batch.approved", batchSubject(b.ID)) != 1 || h.entries("batch.answered", batchSubject(b.ID)) != 1 {
		t.Errorf("%d approvals, %d bookings in the log", approvals, h.entries("batch.answered", batchSubject(b.ID)))
	}
	if v := h.view(b.ID); v.State != "closed" || v.Paid != sum {
		t.Errorf("batch %+v", v.Batch)
	}
	_, files, ordered := h.bank.seen()
	if files != 1 || len(ordered) != 12 {
		t.Errorf("%d files at the bank, %d accounts", files, len(ordered))
	}
	for acc, n := range ordered {
		if n != 1 {
			t.Errorf("an account was paid %d times: …%s", n, acc[len(acc)-4:])
		}
	}
	if l := h.ledger(); l.Bank != sum || !l.Balanced() {
		t.Errorf("ledger %+v", l)
	}
	if got := jobstest.States(t, h.db, jobs.Platform, "payout_settled"); got["available"] != 12 {
		t.Errorf("settled jobs: %v", got)
	}
	var applied, batches int
	h.must(h.db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select (select count(*) from bank_return where state = 'applied'), (select count(distinct batch) from payout_line)`).Scan(&applied, &batches)
	}))
	if applied != 1 || batches != 1 {
		t.Errorf("%d returns booked, lines in %d batches", applied, batches)
	}
}

// atOnce does something many times at once and counts how often it was done.
func atOnce(times int, do func(i int) bool) (n int) {
	var wait sync.WaitGroup
	var done atomic.Int64
	start := make(chan struct{})
	for i := range times {
		wait.Go(func() {
			<-start
			if do(i) {
				done.Add(1)
			}
		})
	}
	close(start)
	wait.Wait()
	return int(done.Load())
}

func TestTwoCreatorsNeverShareALine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(10)
	var wait sync.WaitGroup
	var mu sync.Mutex
	var got Totals
	for range 8 {
		wait.Go(func() {
			err := h.tx(func(ctx context.Context, tx *pg.Tx) error {
				b, err := h.CreateBatch(ctx, tx, maker, Choice{})
				if err == nil {
					mu.Lock()
					got.Lines, got.Total = got.Lines+b.Totals.Lines, got.Total+b.Totals.Total
					mu.Unlock()
				}
				return err
			})
			if err != nil && !errors.Is(err, ErrNothingDue) {
				t.Errorf("create: %v", err)
			}
		})
	}
	wait.Wait()
	if got != (Totals{10, sum}) {
		t.Errorf("batched %+v, want 10 of %d", got, sum)
	}
}

func TestApproveRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(2)
	var b Batch
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = h.CreateBatch(ctx, tx, maker, Choice{})
		return err
	}))
	oneMore := b.Totals
	oneMore.Total++
	for name, c := range map[string]struct {
		by       core.StaffID
		declared Totals
		scope    pg.Scope
		want     error
	}{
		"its maker":              {maker, b.Totals, scope, ErrSamePerson},
		"a total one fen off":    {check, oneMore, scope, ErrTotals},
		"who sees half of it":    {check, b.Totals, pg.Regions(town), ErrTotals},
		"a count that is one up": {check, Totals{b.Totals.Lines + 1, b.Totals.Total}, scope, ErrTotals},
	} {
		err := h.db.Tx(t.Context(), c.scope, func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, c.by, b.ID, c.declared) })
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, check, b.ID, b.Totals) }))
}

// The database itself refuses what the code would never do.
//
// Control: drop the trigger or constraint named and the statement passes.
func TestDatabaseRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(2)
	b := h.approved()
	for name, c := range map[string]struct{ sql, constraint string }{
		"a declared total changed":   {`update payout_batch set total = total + 1`, "payout_declared"},
		"a step left out":            {`update payout_entitlement set state = 'fixing' where state = 'batched'`, "case_transition"},
		"its maker as approver":      {`update payout_batch set approved_by = created_by`, "payout_batch_people"},
		"an amount changed":          {`update payout_line set amount = amount + 1`, ""},
		"a second live line":         {`insert into payout_line (batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period) select batch, entitlement, region, attempt + 1, seq + 100, amount, holder, account, last4, item, item_name, period from payout_line limit 1`, "payout_line_entitled"},
		"a ledger entry changed":     {`update ledger_entry set amount = amount + 1`, "ledger_fixed"},
		"a ledger entry of its own":  {`with t as (insert into ledger_transaction (kind, ref, at) values ('cancel', 1, now()) returning id) insert into ledger_entry select id, 'bank', 5 from t`, "ledger_balanced"},
		"a ledger transaction alone": {`insert into ledger_transaction (kind, ref, at) values ('cancel', 2, now())`, "ledger_balanced"},
	} {
		for _, role := range []pgtest.Role{pgtest.Owner, pgtest.Platform} {
			err := h.env.DB(role).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
				_, err := tx.Exec(ctx, c.sql)
				return pg.Fail(err, name)
			})
			// The platform may lack the very right to try.
			if err == nil && !(role == pgtest.Owner && c.constraint == "") {
				t.Errorf("%s passes as %s", name, role)
			}
			if role == pgtest.Owner && pg.Constraint(err) != c.constraint {
				t.Errorf("%s: constraint %q of %v, want %q", name, pg.Constraint(err), err, c.constraint)
			}
		}
	}
	// The owner changed an amount above: the batch can then go nowhere.
	if err := h.Send(t.Context(), b.ID); !errors.Is(err, ErrTotals) {
		t.Errorf("a line that is a fen off was sent: %v", err)
	}
	if puts, _, _ := h.bank.seen(); puts != 0 {
		t.Error("the bank saw it")
	}
}
