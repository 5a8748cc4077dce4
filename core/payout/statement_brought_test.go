package payout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianou/core"
	"lianou/core/pg"
)

// A person brings a statement once for its bytes; what the bank's own could not be used for
// is refused to them at once. It moves no batch whose outcome is unknown.
//
// Control, seen red: BringStatement that looks at batches ("a person's file says that the
// bank has it: sent").
func TestAPersonBringsAStatement(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(2)
	h.bank.set(func(b *bank) { b.lose, b.silent, b.mute = 1, true, true })
	b := h.approved()
	h.again(b.ID)
	s := h.statement("ST1", h.view(b.ID))
	s.Paid = b.Totals.Total
	raw, err := s.Bytes()
	h.must(err)
	bring := func(by core.StaffID, raw []byte) (again bool, err error) {
		err = h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			again, err = h.BringStatement(ctx, tx, by, raw)
			return err
		})
		return again, err
	}
	if _, err := bring(maker, raw[:len(raw)-4]); core.KindOf(err) != core.KindInvalid || !strings.Contains(core.Known(err).Say, "看不懂") {
		t.Errorf("half of it: %v", err)
	}
	for i, want := range []bool{false, true} {
		if again, err := bring(maker, raw); err != nil || again != want {
			t.Errorf("brought %d: again %t, %v", i+1, again, err)
		}
	}
	h.must(h.TakeStatement(t.Context(), "late.sta", raw)) // and then the bank delivers it
	all, foreign, _ := h.reconciled()
	if len(all) != 1 || all[0].Brought != maker || all[0].Unmatched != b.Totals.Total || len(foreign) != 2 {
		t.Errorf("%+v %v", all, verdicts(foreign))
	}
	if got := h.whole(b.ID); got.State != "file_written" {
		t.Errorf("a person's file says that the bank has it: %s", got.State)
	}
	s.Number = "ST2"
	if raw, err = s.Bytes(); err != nil {
		t.Fatal(err)
	}
	if _, err := bring(check, raw); core.KindOf(err) != core.KindInvalid || !strings.Contains(core.Known(err).Say, "已经有一份,号码 ST1") {
		t.Errorf("another one of the days: %v", err)
	}
	if _, err := bring(0, raw); core.KindOf(err) != core.KindForbidden {
		t.Errorf("nobody: %v", err)
	}
}

// Where the bank's return and its statement contradict each other, the line is no match;
// and a day on which nothing moved shows what we thought was paid.
//
// Controls, seen red: compared that takes every kind for a match ("a contradiction: []");
// Missing without the days of a statement ("before any statement: [missing missing]");
// ConfirmAccount without statementSays ("sent again while a statement has it as paid: <nil>").
func TestStatementContradictsTheReturn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(1)
	back := h.decided(9, town, 50000)
	_, err := h.entitle(back)
	h.must(err)
	h.bank.set(func(b *bank) { b.codes[back.Account.Reveal()] = CodeClosed })
	v := h.sendAll()
	s := h.statement("ST1", v)
	if _, _, missing := h.reconciled(); len(missing) != 0 {
		t.Errorf("before any statement: %v", verdicts(missing))
	}
	h.printed("none.sta", Statement{Number: "ST0", Account: s.Account, From: s.From, To: core.NewDate(2098, 12, 31)})
	if all, _, missing := h.reconciled(); len(all) != 1 || all[0].State != "kept" || len(missing) != 2 {
		t.Errorf("nothing moved: %+v, missing %v", all, verdicts(missing))
	}
	s.From = core.NewDate(2099, 1, 1)
	for i, l := range s.Lines {
		s.Lines[i].Day, s.Lines[i].Kind = s.From, map[Movement]Movement{PaidOut: CameBack, CameBack: PaidOut}[l.Kind]
	}
	h.printed("a.sta", s)
	all, foreign, missing := h.reconciled()
	if d := cmp.Diff([]string{"state", "state"}, verdicts(foreign)); d != "" || len(missing) != 2 || all[0].Unmatched != v.Totals.Total || !all[0].Agrees() {
		t.Errorf("a contradiction: %v, missing %v, %+v", verdicts(foreign), verdicts(missing), all[0])
	}
	// What the bank paid after all is not sent again before two people have asked.
	f := h.fixes()[0]
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.ProposeAccount(ctx, tx, maker, f.ID, Correction{account(t, "62284811111100000"), "李秀英", "看了卡"})
	}))
	confirm := func() error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmAccount(ctx, tx, check, f.ID) })
	}
	if err := confirm(); !errors.Is(err, ErrStatementSays) {
		t.Errorf("sent again while a statement has it as paid: %v", err)
	}
	i := slices.IndexFunc(foreign, func(d Difference) bool { return d.Ours == f.Line.ID })
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.ProposeWord(ctx, tx, maker, foreign[i], "问了张经理,当天冲回来了")
	}))
	if err := confirm(); !errors.Is(err, ErrStatementSays) {
		t.Errorf("sent again on one person's word: %v", err)
	}
	_, foreign, _ = h.reconciled()
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.ConfirmWord(ctx, tx, check, foreign[i].Word, foreign[i].Proposed)
	}))
	h.must(confirm())
}
