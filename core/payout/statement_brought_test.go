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

// today is the statement of a batch for this day alone.
func (h *house) today(number string, v BatchView) Statement {
	h.t.Helper()
	s := h.statement(number, v)
	h.must(h.tx(func(_ context.Context, tx *pg.Tx) error { s.From, s.To = tx.Today(), tx.Today(); return nil }))
	for i, l := range s.Lines {
		s.Lines[i].Day = s.From
		if l.Kind == PaidOut {
			s.Paid += l.Amount
		} else {
			s.Back += l.Amount
		}
	}
	return s
}

func (h *house) bring(by core.StaffID, s Statement) (again bool, err error) {
	h.t.Helper()
	raw, err := s.Bytes()
	h.must(err)
	err = h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		again, err = h.BringStatement(ctx, tx, by, raw)
		return err
	})
	return again, err
}

// counts has a second person hand in their own copy of a statement.
func (h *house) counts(by core.StaffID, id int64, s Statement) error {
	h.t.Helper()
	raw, err := s.Bytes()
	h.must(err)
	return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmStatement(ctx, tx, by, id, raw) })
}

func (h *house) no(by core.StaffID, id int64, why string) error {
	return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.VoidStatement(ctx, tx, by, id, why) })
}

// unknownBatch is a batch that the bank took and says nothing of.
func (h *house) unknownBatch() (Batch, BatchView) {
	h.t.Helper()
	h.due(2)
	h.bank.set(func(b *bank) { b.lose, b.silent, b.mute = 1, true, true })
	b := h.approved()
	h.again(b.ID)
	return b, h.view(b.ID)
}

// A person brings a statement once for its bytes; it counts when another stands behind it, and
// what the bank's own could not be used for is refused to them at once, as are days to come and
// more than a month of them. It moves no batch whose outcome is unknown.
//
// Controls, seen red: BringStatement that keeps at once ("23514 constraint
// bank_statement_confirmed"); one that looks at no day ("a day to come: <nil>", "a file of more
// than a month: <nil>"); ConfirmStatement that compares no bytes ("confirmed by a file with other lines: <nil>").
func TestAPersonBringsAStatement(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, v := h.unknownBatch()
	s := h.today("ST1", v)
	for i, want := range []bool{false, true} {
		if again, err := h.bring(maker, s); err != nil || again != want {
			t.Errorf("brought %d: again %t, %v", i+1, again, err)
		}
	}
	all, foreign, _ := h.reconciled()
	if len(foreign) != 0 || len(all) != 1 || all[0].State != "brought" || all[0].Brought != maker {
		t.Fatalf("alone it counts: %v, %+v", verdicts(foreign), all)
	}
	if err := h.counts(maker, all[0].ID, s); !errors.Is(err, ErrSamePerson) {
		t.Errorf("confirmed alone: %v", err)
	}
	changed := s
	changed.Lines = slices.Clone(s.Lines)
	changed.Lines[0].Last4, changed.Lines[1].Last4 = s.Lines[1].Last4, "0000" // within the same sums
	if err := h.counts(check, all[0].ID, changed); !errors.Is(err, ErrOtherFile) {
		t.Errorf("confirmed by a file with other lines: %v", err)
	}
	h.must(h.counts(check, all[0].ID, s))
	if all, foreign, _ = h.reconciled(); len(foreign) != 2 || all[0].State != "kept" || all[0].Unmatched != b.Totals.Total || all[0].Confirmed != check {
		t.Errorf("%+v %v", all, verdicts(foreign))
	}
	if got := h.whole(b.ID); got.State != "file_written" {
		t.Errorf("a person's file says that the bank has it: %s", got.State)
	}
	always, tomorrow, other := s, s, s
	always.Number, always.From, always.To, always.Lines, always.Paid = "ST9", core.NewDate(2020, 1, 1), core.NewDate(2099, 12, 31), nil, 0
	tomorrow.Number, tomorrow.From, tomorrow.To, tomorrow.Lines, tomorrow.Paid = "ST8", s.To+1, s.To+1, nil, 0
	long := tomorrow
	long.From, long.To = s.From-100, s.From-100+longest
	other.Number = "ST2"
	for name, c := range map[string]struct {
		s    Statement
		says string
	}{"a file for all days": {always, "已经有一份,号码 ST1"}, "a file of more than a month": {long, "最多 31 天"}, "a day to come": {tomorrow, "还没到的日子"},
		"another one of the days": {other, "已经有一份,号码 ST1"}} {
		if _, err := h.bring(check, c.s); core.KindOf(err) != core.KindInvalid || !strings.Contains(core.Known(err).Say, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.bring(0, other); core.KindOf(err) != core.KindForbidden {
		t.Errorf("nobody: %v", err)
	}
	if err := h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := h.BringStatement(ctx, tx, maker, []byte("S half"))
		return err
	}); core.KindOf(err) != core.KindInvalid || !strings.Contains(core.Known(err).Say, "看不懂") {
		t.Errorf("half of it: %v", err)
	}
}

// The bank's own takes the place of what a person brought of its days and nobody confirmed, whatever it
// says of them; what is of other days as well goes on waiting; and the very bytes that people brought first, delivered by the bank, are its word
// that it has a batch whose outcome was unknown.
//
// Controls, seen red: without replace, and with arrived for what was kept alone ("ST1 alone: state
// file_written", "ST1 confirmed: state file_written", "ST2 alone: … {ID:1 … State:brought").
func TestTheBanksOwnTakesThePlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		number    string
		confirmed bool
		days      core.Date // before that of the bank's own
	}{"ST1 alone": {"ST1", false, 0}, "ST2 alone": {"ST2", false, 0}, "ST1 confirmed": {"ST1", true, 0}, "ST2 beside more days": {"ST2", false, 30}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			b, v := h.unknownBatch()
			s := h.today(c.number, v)
			carried := s // the genuine one
			if c.number != "ST1" {
				carried = Statement{Number: "ST1", Account: s.Account, From: s.From - c.days, To: s.To}
			}
			_, err := h.bring(maker, carried)
			h.must(err)
			if all, _, _ := h.reconciled(); c.confirmed {
				h.must(h.counts(check, all[0].ID, carried))
			}
			h.printed("bank.sta", s)
			all, _, _ := h.reconciled()
			if waits := c.days > 0; waits != (len(all) == 2 && all[1].State == "brought") {
				t.Errorf("%s: what is of other days too: %+v", name, all)
			}
			all = all[:1]
			if got := h.whole(b.ID); got.State != "sent" || all[0].State != "kept" || c.confirmed != (all[0].Brought == maker) {
				t.Errorf("%s: state %s, %+v", name, got.State, all)
			}
		})
	}
}

// What two people confirmed two people take out again, with a reason, as it was shown; what the
// bank delivered meanwhile and was set aside takes its place. What nobody confirmed goes at one
// person's word. The bank's own stays.
//
// Controls, seen red: without useAside ("the bank's own is set_aside"); ConfirmVoid that does not
// look at who said so ("alone: … 23514 constraint bank_statement_void_two").
func TestTwoPeopleTakeAStatementOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, v := h.unknownBatch()
	s := h.today("ST2", v)
	carried := Statement{Number: "ST1", Account: s.Account, From: s.From, To: s.To}
	_, err := h.bring(maker, carried)
	h.must(err)
	all, _, _ := h.reconciled()
	id := all[0].ID
	h.must(h.counts(check, id, carried))
	h.printed("bank.sta", s)
	if all, _, _ = h.reconciled(); len(all) != 2 || all[0].State != "set_aside" || h.whole(b.ID).State != "file_written" {
		t.Fatalf("%+v", all)
	}
	bank := all[0].ID
	for _, why := range []string{" ", "。。", "1"} {
		if err := h.no(maker, id, why); core.KindOf(err) != core.KindInvalid {
			t.Errorf("without a reason, %q: %v", why, err)
		}
	}
	h.must(h.no(maker, id, "银行没出过这份"))
	all, _, _ = h.reconciled()
	void := func(by core.StaffID, shown Account) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmVoid(ctx, tx, by, id, shown.VoidAt) })
	}
	if err := void(maker, all[1]); !errors.Is(err, ErrSamePerson) || all[1].VoidWhy != "银行没出过这份" {
		t.Errorf("alone: %v, %+v", err, all[1])
	}
	if err := void(check, all[0]); !errors.Is(err, ErrMoved) {
		t.Errorf("what was not shown: %v", err)
	}
	h.must(void(check, all[1]))
	if all, _, _ = h.reconciled(); len(all) != 2 || all[0].State != "kept" || h.whole(b.ID).State != "sent" || all[1].State != "void" || all[1].VoidBy != check {
		t.Fatalf("the bank's own is %s: %+v", all[0].State, all)
	}
	if err := h.no(maker, bank, "不要了"); !errors.Is(err, ErrMoved) {
		t.Errorf("the bank's own is taken out: %v", err)
	}
	err = h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update bank_statement set state = 'void', void_why = 'x', voided = now() where state = 'kept'`)
		return pg.Fail(err, "try")
	})
	if pg.Constraint(err) != "bank_statement_step" {
		t.Errorf("by SQL: %v", err)
	}
	// One that nobody confirmed, and once more after it was taken out.
	yesterday := Statement{Number: "ST0", Account: s.Account, From: s.From - 1, To: s.From - 1}
	for range 2 {
		again, err := h.bring(maker, yesterday)
		h.must(err)
		if all, _, _ = h.reconciled(); again || all[0].State != "brought" {
			t.Fatalf("brought: again %t, %+v", again, all)
		}
		h.must(h.no(maker, all[0].ID, "拿错了"))
	}
	if err := h.counts(check, all[0].ID, yesterday); !errors.Is(err, ErrMoved) {
		t.Errorf("confirmed though it was taken out: %v", err)
	}
}

// What waits is taken out by nobody alone but who brought it; who says so of a colleague's is not
// written over, a third person or the bringer holds it, and the page goes on showing it. Three of
// one person wait at a time, and of what waits no payment is sent again.
//
// Controls, seen red: VoidStatement that takes any out, and that writes over (both refused by the table
// alone: "bank_statement_step"); the table as it was ("by SQL: <nil>"); payout_batch_contradicted of what
// counts alone ("a statement that has the payment waits: false").
func TestWhatWaitsIsNotTakenOutAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, v := h.unknownBatch()
	const third = core.StaffID(77)
	s := h.today("ST1", v)
	_, err := h.bring(maker, s)
	h.must(err)
	all, _, _ := h.reconciled()
	id := all[0].ID
	var said bool
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select payout_batch_contradicted($1)`, b.ID).Scan(&said)
	}))
	if !said {
		t.Errorf("a statement that has the payment waits: %t", said)
	}
	h.must(h.no(check, id, "这份我看不像"))
	if all, _, _ = h.reconciled(); all[0].State != "brought" || all[0].VoidBy != check {
		t.Errorf("alone a colleague takes it out: %s", all[0].State)
	}
	if err := h.no(third, id, "我也看不像"); !errors.Is(err, ErrVoidStands) {
		t.Errorf("another writes over it: %v", err)
	}
	err = h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update bank_statement set state = 'void', voided_by = void_by, voided = now() where id = $1`, id)
		return pg.Fail(err, "try")
	})
	if pg.Constraint(err) != "bank_statement_step" {
		t.Errorf("by SQL: %v", err)
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmVoid(ctx, tx, third, id, all[0].VoidAt) }))
	if all, _, _ = h.reconciled(); len(all) != 1 || all[0].State != "void" || all[0].VoidBy != third || all[0].VoidWhy != "这份我看不像" {
		t.Errorf("taken out by two: %+v", all)
	}
	for i, want := range []error{nil, nil, nil, ErrManyWait} {
		at := s.From - core.Date(i) - 1
		if _, err := h.bring(maker, Statement{Number: "STx" + strings.Repeat("I", i), Account: s.Account, From: at, To: at}); !errors.Is(err, want) {
			t.Errorf("the %d. waits: %v, want %v", i+1, err, want)
		}
	}
}

// A file of the bank never has the name of one that a person carried in.
//
// Control, seen red: outboxName alone ("taken: [brought-0123456789abcdef a.sta]").
func TestTheBankHasNoNameOfPeoplesFiles(t *testing.T) {
	t.Parallel()
	if names, odd, err := parseOutbox([]byte(`["brought-0123456789abcdef","a.sta"]`)); err != nil || len(names) != 1 || odd != 1 {
		t.Errorf("taken: %v, odd %d, %v", names, odd, err)
	}
}

// A difference beyond the first two hundred of the list is settled like the others.
//
// Control, seen red: stillOpen that looks through the list ("moved_on").
func TestTheLastDifferenceIsSettledToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := Statement{Number: "ST1", Account: h.cfg.Payer.Last4(), From: core.NewDate(2026, 3, 5), To: core.NewDate(2026, 3, 5)}
	for i := range 201 {
		s.Lines = append(s.Lines, StatementLine{Line: "", Amount: core.Fen(100 + i), Last4: "1111", Day: s.From, Kind: PaidOut})
	}
	h.printed("a.sta", s)
	all, foreign, _ := h.reconciled()
	if len(foreign) != 200 {
		t.Fatalf("%d on the list", len(foreign))
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.ProposeWord(ctx, tx, maker, Difference{Statement: all[0].ID, Seq: 201}, "手续费")
	}))
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
