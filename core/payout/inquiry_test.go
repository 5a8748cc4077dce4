package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

func (h *house) inquiries() (list []Inquiry) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = h.Inquiries(ctx, tx)
		return err
	}))
	return list
}

func (h *house) entries(act, subject string) (n int) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = $1 and subject = $2`, act, subject).Scan(&n)
	}))
	return n
}

// said has one person write down what the bank said, and another confirm it.
func (h *house) said(q Inquiry, outcome Outcome) {
	h.t.Helper()
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.ProposeInquiry(ctx, tx, maker, q.Return, outcome, "问了张经理,3 月 5 日")
	}))
	h.must(h.confirm(check, q.Return))
}

// confirm is another person's word on what the page shows now.
func (h *house) confirm(by core.StaffID, ret int64) error {
	h.t.Helper()
	seen := Inquiry{Return: ret}
	for _, q := range h.inquiries() {
		if q.Return == ret {
			seen = q
		}
	}
	return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmInquiry(ctx, tx, by, seen) })
}

// A file refused with an unknown outcome is settled by two people who have asked
// the bank: booked nothing, and the money is due once; booked after all, and its
// return is taken in. At each step the ledger balances and nothing is paid twice.
// Control: let `stands` dissolve the batch, too; or leave batch.reopened out of settle.
func TestUnknownRefusalIsSettledByTwo(t *testing.T) {
	t.Parallel()
	for _, outcome := range []Outcome{BookedNothing, Stands} {
		t.Run(string(outcome), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			sum := h.due(2)
			h.bank.set(func(b *bank) { b.refuse = CodeOtherContent })
			v := h.sendAll()
			list := h.inquiries()
			if v.State != "refused" || len(list) != 1 || !list[0].Refused || list[0].Batch != v.ID || list[0].Reason != CodeOtherContent {
				t.Fatalf("state %s, inquiries %+v", v.State, list)
			}
			h.said(list[0], outcome)
			if l := h.ledger(); !l.Balanced() || len(h.inquiries()) != 0 {
				t.Fatalf("ledger %+v, still open %+v", l, h.inquiries())
			}
			h.bank.set(func(b *bank) { b.refuse = "" })
			if outcome == BookedNothing {
				if got := h.view(v.ID); got.State != "closed" || h.ledger().Owed != sum {
					t.Fatalf("state %s, ledger %+v", got.State, h.ledger())
				}
				if again := h.sendAll(); again.Paid != sum || h.ledger().Bank != sum {
					t.Errorf("the second batch %+v, ledger %+v", again.Batch, h.ledger())
				}
				return
			}
			if got := h.view(v.ID); got.State != "sent" || h.ledger().Transit != sum {
				t.Fatalf("state %s, ledger %+v", got.State, h.ledger())
			}
			if h.entries("batch.reopened", batchSubject(v.ID)) != 1 {
				t.Error("the log does not say that the batch was opened again")
			}
			h.must(h.TakeReturn(t.Context(), "late.ret", h.returnOf(v)))
			if got := h.view(v.ID); got.State != "closed" || got.Paid != sum || h.ledger().Bank != sum || !h.ledger().Balanced() {
				t.Errorf("after its return: state %s, ledger %+v", got.State, h.ledger())
			}
		})
	}
}

// returnOf is the bank's return that pays every line of a batch.
func (h *house) returnOf(v BatchView) []byte {
	h.t.Helper()
	r := Return{Batch: v.Name, Date: core.NewDate(2026, 3, 5), Paid: v.Totals.Total}
	for i, l := range v.Items {
		r.Lines = append(r.Lines, ReturnLine{Seq: i + 1, Line: l.Name, Amount: l.Amount, Code: CodePaid})
	}
	raw, err := r.Bytes()
	h.must(err)
	return raw
}

// A return that came while its batch was refused is taken in when the bank says
// that it has booked the file.
// Control: leave takeAgain out and the money stays in transit for ever.
func TestEarlyReturnIsTakenInLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(2)
	h.bank.set(func(b *bank) { b.refuse = CodeOtherContent })
	v := h.sendAll()
	h.must(h.TakeReturn(t.Context(), "early.ret", h.returnOf(v)))
	list := h.inquiries()
	if len(list) != 2 || h.ledger().Bank != 0 {
		t.Fatalf("inquiries %+v, ledger %+v", list, h.ledger())
	}
	h.said(list[0], Stands)
	if got := h.view(v.ID); got.State != "closed" || got.Paid != sum || h.ledger().Bank != sum || !h.ledger().Balanced() || len(h.inquiries()) != 0 {
		t.Errorf("state %s, ledger %+v, open %+v", got.State, h.ledger(), h.inquiries())
	}
}

// Of the returns that came while their batch was refused the first one that fits is
// taken in, whatever came before it.
// Control: let takeAgain look at the oldest alone and the money stays in transit.
func TestEarlyReturnsAreTriedInTurn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(2)
	h.bank.set(func(b *bank) { b.refuse = CodeOtherContent })
	v := h.sendAll()
	short := v
	short.Items, short.Totals.Total = v.Items[:1], v.Items[0].Amount
	h.must(h.TakeReturn(t.Context(), "early1.ret", h.returnOf(short)))
	h.must(h.TakeReturn(t.Context(), "early2.ret", h.returnOf(v)))
	h.must(h.TakeReturn(t.Context(), "early3.ret", h.returnOf(v)))
	h.said(h.inquiries()[0], Stands)
	if got := h.view(v.ID); got.State != "closed" || got.Paid != sum || h.ledger().Bank != sum || !h.ledger().Balanced() {
		t.Errorf("state %s, ledger %+v", got.State, h.ledger())
	}
	if open := h.inquiries(); len(open) != 2 {
		t.Errorf("still to be asked about: %+v", open)
	}
}

// A second return that contradicts the first has no effect, whoever confirms it.
func TestContradictionIsLaidAside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(2)
	v := h.sendAll()
	h.must(h.TakeReturn(t.Context(), "other.ret", h.returnOf(v)))
	list := h.inquiries()
	if len(list) != 1 || list[0].Refused {
		t.Fatalf("inquiries %+v", list)
	}
	err := h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.ProposeInquiry(ctx, tx, maker, list[0].Return, BookedNothing, "x")
	})
	if core.KindOf(err) != core.KindInvalid {
		t.Errorf("paid money declared unpaid: %v", err)
	}
	h.said(list[0], Stands)
	if l := h.ledger(); l.Bank != sum || !l.Balanced() || len(h.inquiries()) != 0 {
		t.Errorf("ledger %+v, open %+v", l, h.inquiries())
	}
}

// Control: drop the check of confirmed_by from ConfirmInquiry, and the database's
// own check still refuses; drop that, too, and one person frees money alone.
func TestInquiryRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(1)
	h.bank.set(func(b *bank) { b.refuse = CodeOtherContent })
	v := h.sendAll()
	q := h.inquiries()[0]
	propose := func(ctx context.Context, tx *pg.Tx) error {
		return h.ProposeInquiry(ctx, tx, maker, q.Return, BookedNothing, "问了")
	}
	if err := h.confirm(check, q.Return); !errors.Is(err, ErrMoved) {
		t.Errorf("nothing proposed: %v", err)
	}
	h.must(h.tx(propose))
	if err := h.confirm(maker, q.Return); !errors.Is(err, ErrSamePerson) {
		t.Errorf("alone: %v", err)
	}
	for name, sql := range map[string]string{
		"alone, by SQL":           `update payout_inquiry set confirmed_by = proposed_by, confirmed = now()`,
		"reopened without a word": `update payout_batch set state = 'sent', refused = '' where state = 'refused'`,
	} {
		if err := h.tx(func(ctx context.Context, tx *pg.Tx) error { _, err := tx.Exec(ctx, sql); return pg.Fail(err, "try") }); pg.SQLState(err) != "23514" {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.must(h.confirm(check, q.Return))
	for name, again := range map[string]func() error{"proposed": func() error { return h.tx(propose) }, "confirmed": func() error { return h.confirm(check, q.Return) }} {
		if err := again(); !errors.Is(err, ErrMoved) {
			t.Errorf("%s again: %v", name, err)
		}
	}
	if got := h.view(v.ID); got.State != "closed" {
		t.Errorf("state %s", got.State)
	}
}

// Who confirms stands behind what the page showed: a proposal that was replaced
// meanwhile is not confirmed by the click on the old one, and a file the bank has sent
// a return for is not called unbooked.
//
// Controls: ConfirmInquiry that looks at the return alone; answered that looks at
// nothing.
func TestInquiryIsConfirmedAsItWasShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(2)
	h.bank.set(func(b *bank) { b.refuse = CodeOtherContent })
	v := h.sendAll()
	ret := h.inquiries()[0].Return
	propose := func(said Outcome) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error {
			return h.ProposeInquiry(ctx, tx, maker, ret, said, "问了张经理")
		})
	}
	h.must(propose(Stands))
	shown := h.inquiries()[0]
	h.must(propose(BookedNothing))
	if err := h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmInquiry(ctx, tx, check, shown) }); !errors.Is(err, ErrMoved) {
		t.Fatalf("confirmed what was not shown: %v", err)
	}
	h.must(h.TakeReturn(t.Context(), "late.ret", h.returnOf(v)))
	if err := h.confirm(check, ret); !errors.Is(err, errAnswered) {
		t.Errorf("a file with a return freed its money: %v", err)
	}
	if err := propose(BookedNothing); !errors.Is(err, errAnswered) {
		t.Errorf("proposed again: %v", err)
	}
}
