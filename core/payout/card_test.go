package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

// One card, two people: what came back of a case, from whichever month, is due again
// to the new card, what waits takes it too, and another family's line, from a card
// that ends alike, is not touched.
//
// Control: let ReturnedOf forget the case and the other family's money goes along.
func TestNewCardTakesAllThatIsToCome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mine, others := h.decided(1, town, 36000), h.decided(2, town, 41000)
	others.Account = mine.Account // a card that two families gave
	next, later := mine, mine
	next.Period = mine.Period.Next()
	later.Period = next.Period.Next()
	for _, e := range []Entitlement{mine, next, others} {
		_, err := h.entitle(e)
		h.must(err)
	}
	h.bank.set(func(b *bank) { b.codes = map[string]string{mine.Account.Reveal(): CodeClosed} })
	h.sendAll()
	_, err := h.entitle(later) // waits for a batch
	h.must(err)
	change := CardChange{Case: mine.Case, Proposer: maker, Confirmer: maker,
		New: Correction{Account: account(t, "622848111111000001"), Holder: "李秀英", Evidence: "看了卡和身份证"}}
	to := func() (mended int, err error) {
		err = h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			mended, err = h.ChangeCard(ctx, tx, change)
			return err
		})
		return mended, err
	}
	if _, err := to(); !errors.Is(err, ErrSamePerson) {
		t.Fatalf("one person in both roles: %v", err)
	}
	change.Confirmer = check
	if mended, err := to(); mended != 2 || err != nil {
		t.Fatalf("mended %d, %v; want 2", mended, err)
	}
	if mended, err := to(); mended != 0 || err != nil {
		t.Errorf("a second time: mended %d, %v", mended, err)
	}
	if left := h.fixes(); len(left) != 1 || left[0].Line.Case != others.Case {
		t.Errorf("open tasks: %+v", left)
	}
	h.bank.set(func(b *bank) { b.codes = nil })
	v := h.sendAll()
	if v.Paid != 3*36000 || v.Totals.Lines != 3 {
		t.Fatalf("second batch: %+v", v.Batch)
	}
	for _, l := range v.Items {
		if l.Last4 != change.New.Account.Last4() {
			t.Errorf("%s of %s went to %s", l.ItemName, l.Period, l.Last4)
		}
	}
}

// A card confirmed while a draft waits: the draft names the old one and cannot be
// approved; discarded and made again, the money goes to the new one.
//
// Control: leave cardChanged out of Approve and the money goes to the old card.
func TestDraftDoesNotKeepTheOldCard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 36000)
	_, err := h.entitle(e)
	h.must(err)
	draft := func() (b Batch) {
		h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			b, err = h.CreateBatch(ctx, tx, maker, Choice{})
			return err
		}))
		return b
	}
	approve := func(b Batch) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, check, b.ID, b.Totals) })
	}
	old := draft()
	fresh := account(t, "622848111111000001")
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := h.ChangeCard(ctx, tx, CardChange{Case: e.Case, Proposer: maker, Confirmer: check,
			New: Correction{Account: fresh, Holder: "李秀英", Evidence: "看了卡和身份证"}})
		return err
	}))
	if err := approve(old); !errors.Is(err, ErrCardChanged) {
		t.Fatalf("a draft with the old card: %v", err)
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Discard(ctx, tx, check, old.ID, "换了卡") }))
	again := draft()
	if err := approve(again); err != nil {
		t.Fatalf("the draft made again: %v", err)
	}
	if v := h.view(again.ID); len(v.Items) != 1 || v.Items[0].Last4 != fresh.Last4() {
		t.Errorf("made again: %+v", v.Items)
	}
}

// Whoever approves a batch reads every line of it and what the lines add up to.
//
// Control: let Sums group by item only and a month is lost from sight.
func TestBatchAddsUpLineByLine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.decided(1, town, 36000)
	next := first
	next.Period = first.Period.Next()
	for _, e := range []Entitlement{first, next, h.decided(2, other, 41000)} {
		_, err := h.entitle(e)
		h.must(err)
	}
	b := h.approved()
	var sums []Sum
	var rest []Line
	v := h.view(b.ID)
	h.must(h.db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		if sums, err = h.Sums(ctx, tx, b.ID); err != nil {
			return err
		}
		rest, err = h.LinesAfter(ctx, tx, b.ID, v.Items[0].ID)
		return err
	}))
	want := []Sum{{"最低生活保障", first.Period, true, Totals{2, 77000}}, {"最低生活保障", next.Period, true, Totals{1, 36000}}}
	if len(sums) != 2 || sums[0] != want[0] || sums[1] != want[1] {
		t.Fatalf("sums: %+v, want %+v", sums, want)
	}
	if len(v.Items) != 3 || len(rest) != 2 || rest[0].ID != v.Items[1].ID || rest[1].ID != v.Items[2].ID {
		t.Errorf("lines: %d, then %+v", len(v.Items), rest)
	}
	if total := sums[0].Total + sums[1].Total; total != b.Totals.Total || total != core.Fen(113000) {
		t.Errorf("sums are %d, the batch says %d", total, b.Totals.Total)
	}
}
