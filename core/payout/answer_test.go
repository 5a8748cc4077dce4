package payout

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// sendAll makes, approves and sends a batch and takes the answer in.
func (h *house) sendAll() BatchView {
	h.t.Helper()
	b := h.approved()
	h.must(h.Send(h.t.Context(), b.ID))
	h.must(h.Poll(h.t.Context()))
	return h.view(b.ID)
}

func (h *house) fixes() (out []Fix) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = h.FixTasks(ctx, tx)
		return err
	}))
	return out
}

// F65: each code opens a task, two people mend it, the line is issued again once,
// and the money arrives once.
func TestReturnedLineIsMendedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var sum core.Fen
	bad := map[string]string{}
	for i, code := range []string{"", CodeNameMismatch, CodeClosed, CodeDormant, CodeNoAccount, "1999"} {
		e := h.decided(i+1, town, core.Fen(10000+i))
		_, err := h.entitle(e)
		h.must(err)
		sum += e.Amount
		bad[e.Account.Reveal()] = code
	}
	h.bank.set(func(b *bank) { b.codes = bad })
	v := h.sendAll()
	if v.State != "answered" || v.Paid != 10000 || v.Returned != sum-10000 {
		t.Fatalf("batch %+v", v.Batch)
	}
	if l := h.ledger(); l.Owed != sum-10000 || l.Bank != 10000 || !l.Balanced() {
		t.Errorf("ledger %+v", l)
	}
	if got := jobstest.States(t, h.db, jobs.Platform, "payout_returned"); got["available"] != 5 {
		t.Errorf("returned jobs %v", got)
	}
	tasks := h.fixes()
	if len(tasks) != 5 {
		t.Fatalf("%d tasks", len(tasks))
	}
	for i, f := range tasks {
		h.mend(f, account(t, "62284811111100000"+string(rune('1'+i))))
	}
	h.closing(v.ID)
	if got := h.view(v.ID); got.State != "closed" {
		t.Errorf("all is mended and the batch is %s", got.State)
	}
	h.bank.set(func(b *bank) { b.codes = nil })
	if again := h.sendAll(); again.Totals != (Totals{5, sum - 10000}) || again.State != "closed" {
		t.Errorf("second batch %+v", again.Batch)
	}
	if l := h.ledger(); l.Bank != sum || l.Owed != 0 || !l.Balanced() {
		t.Errorf("ledger %+v", l)
	}
	err := h.tx(func(ctx context.Context, tx *pg.Tx) error {
		_, err := h.CreateBatch(ctx, tx, maker, Choice{})
		return err
	})
	if !errors.Is(err, ErrNothingDue) {
		t.Errorf("a third batch: %v", err)
	}
}

func (h *house) mend(f Fix, to core.BankAccount) {
	h.t.Helper()
	c := Correction{Account: to, Holder: "李秀英", Evidence: "看了卡和身份证"}
	act := func(fn func(ctx context.Context, tx *pg.Tx) error, want error) {
		h.t.Helper()
		if err := h.tx(fn); !errors.Is(err, want) {
			h.t.Fatalf("got %v, want %v", err, want)
		}
	}
	act(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmAccount(ctx, tx, check, f.ID) }, ErrMoved)
	act(func(ctx context.Context, tx *pg.Tx) error { return h.ProposeAccount(ctx, tx, maker, f.ID, c) }, nil)
	act(func(ctx context.Context, tx *pg.Tx) error {
		return h.RejectAccount(ctx, tx, check, f.ID, "尾号没对")
	}, nil)
	act(func(ctx context.Context, tx *pg.Tx) error { return h.ProposeAccount(ctx, tx, maker, f.ID, c) }, nil)
	act(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmAccount(ctx, tx, maker, f.ID) }, ErrSamePerson)
	act(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmAccount(ctx, tx, check, f.ID) }, nil)
	act(func(ctx context.Context, tx *pg.Tx) error { return h.ConfirmAccount(ctx, tx, check, f.ID) }, ErrMoved)
	act(func(ctx context.Context, tx *pg.Tx) error { return h.ProposeAccount(ctx, tx, maker, f.ID, c) }, ErrMoved)
}

// A return that contradicts what was ordered moves no money and waits for a
// person (P14: contradictory answers).
//
// Control: leave match out of take and the first case pays a fen too much.
func TestContradictingReturnIsSetAside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil  func(r *Return)
		reason string
	}{
		"one fen more":     {func(r *Return) { r.Lines[0].Amount++; r.Paid++ }, "total differs"},
		"a fen moved over": {func(r *Return) { r.Lines[0].Amount++; r.Lines[1].Amount-- }, "line 1 differs"},
		"a line missing":   {func(r *Return) { r.Paid -= r.Lines[1].Amount; r.Lines = r.Lines[:1] }, "number of lines differs"},
		"a line too many": {func(r *Return) {
			r.Lines[1].Amount -= 100 // the sum is right
			r.Lines = append(r.Lines, ReturnLine{Seq: 3, Line: "P000000000000099", Amount: 100, Code: CodePaid})
		}, "number of lines differs"},
		"a line too many, and its sum": {func(r *Return) {
			r.Lines, r.Paid = append(r.Lines, ReturnLine{Seq: 3, Line: "P000000000000099", Amount: 100, Code: CodePaid}), r.Paid+100
		}, "number of lines differs"},
		"a foreign line":    {func(r *Return) { r.Lines[1].Line = "P999999999999999" }, "line 2 differs"},
		"an unknown batch":  {func(r *Return) { r.Batch = "LN999999999999" }, "no such batch"},
		"nothing is spoilt": {func(*Return) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			sum := h.due(2)
			garble := func(raw []byte) []byte {
				r, err := ParseReturn(raw)
				if err != nil {
					panic(err)
				}
				c.spoil(&r)
				out, err := r.Bytes()
				if err != nil {
					panic(err)
				}
				return out
			}
			h.bank.set(func(b *bank) { b.garble = garble })
			v := h.sendAll()
			if got := h.reason(); got != c.reason {
				t.Errorf("reason %q, want %q", got, c.reason)
			}
			l := h.ledger()
			if spoilt := c.reason != ""; spoilt && (v.State != "sent" || l.Transit != sum || l.Bank != 0) || !spoilt && l.Bank != sum {
				t.Errorf("state %s, ledger %+v", v.State, l)
			}
		})
	}
}

// reason is why the newest return was set aside, "" when none was.
func (h *house) reason() (reason string) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select coalesce((select reason from bank_return where state = 'set_aside' order by id desc limit 1), '')`
		return tx.QueryRow(ctx, q).Scan(&reason)
	}))
	return reason
}

// The same return under another name, after it was booked, books nothing again.
func TestReturnImportedTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(3)
	h.sendAll()
	var raw []byte
	h.bank.set(func(b *bank) {
		for _, ret := range b.out {
			raw = bytes.Clone(ret)
		}
	})
	h.must(h.TakeReturn(t.Context(), "again.ret", raw))
	if h.reason() != "batch is closed" || h.ledger().Bank != sum {
		t.Errorf("reason %q, ledger %+v", h.reason(), h.ledger())
	}
}

// A return that names another of our batches, with the same number of lines and the same sum, books
// nothing; its own books each once, whichever name it comes under and however often, and is kept
// once.
//
// Controls: none seen red yet.
func TestAReturnOfAnotherBatchBooksNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bank.set(func(b *bank) { b.silent = true })
	var sent []BatchView
	for i := range 2 {
		_, err := h.entitle(h.decided(i+1, town, 50000))
		h.must(err)
		sent = append(sent, h.sendAll())
	}
	returned := func(name string, lines BatchView) []byte {
		r := Return{Batch: name, Date: core.NewDate(2026, 3, 5), Paid: lines.Totals.Total}
		for i, l := range lines.Items {
			r.Lines = append(r.Lines, ReturnLine{Seq: i + 1, Line: l.Name, Amount: l.Amount, Code: CodePaid})
		}
		raw, err := r.Bytes()
		h.must(err)
		return raw
	}
	first := returned(sent[0].Name, sent[0])
	for _, c := range []struct {
		file   string
		raw    []byte
		reason string
		paid   core.Fen
		want   error
	}{
		{"a.ret", returned(sent[1].Name, sent[0]), "line 1 differs", 0, nil},
		{"b.ret", returned(sent[0].Name, sent[1]), "line 1 differs", 0, nil},
		{"c.ret", first, "line 1 differs", 50000, nil}, // the newest that was set aside is b.ret still
		{"c.ret", first, "line 1 differs", 50000, ErrMoved},
		{"d.ret", first, "batch is closed", 50000, nil},
	} {
		if err := h.TakeReturn(t.Context(), c.file, c.raw); !errors.Is(err, c.want) || h.reason() != c.reason {
			t.Errorf("%s: %v, reason %q, want %q", c.file, err, h.reason(), c.reason)
		}
		if l := h.ledger(); l.Bank != c.paid || l.Transit != 100000-c.paid || !l.Balanced() {
			t.Errorf("%s: ledger %+v, want %d on cards", c.file, l, c.paid)
		}
	}
	if a, b := h.whole(sent[0].ID), h.whole(sent[1].ID); a.State != "closed" || b.State != "sent" {
		t.Errorf("the batches are %s and %s", a.State, b.State)
	}
	if n := h.entries("return.set_aside", ""); n != 3 {
		t.Errorf("%d returns set aside in the log", n)
	}
}

// The answer to PUT is lost and the bank has paid: the next attempt asks first.
//
// Control: let Send go straight to the second PUT and puts is 2.
func TestLostAnswerIsAskedNotResent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(3)
	h.bank.set(func(b *bank) { b.lose = 1 })
	b := h.approved()
	h.must(h.Send(t.Context(), b.ID))
	if v := h.view(b.ID); v.State != "file_written" {
		t.Fatalf("state %s", v.State)
	}
	h.must(h.Send(t.Context(), b.ID))
	puts, _, _ := h.bank.seen()
	if v := h.view(b.ID); v.State != "closed" || puts != 1 || h.ledger().Bank != sum {
		t.Errorf("state %s, %d PUTs, ledger %+v", v.State, puts, h.ledger())
	}
}

// A batch whose job died is taken up by the poll, once, however often it polls.
//
// Control: take InsertOpts from SendBatch and three polls leave three more jobs.
func TestLeftBehindIsTakenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(1)
	h.approved()
	waiting := func() int { return jobstest.States(t, h.db, jobs.Platform, "send_batch")["available"] }
	poll3 := func() {
		for range 3 {
			h.must(h.Poll(t.Context()))
		}
	}
	h.env.Advance(leftBehind * 2)
	if poll3(); waiting() != 1 {
		t.Errorf("its own job still waits, and there are %d", waiting())
	}
	h.must(h.env.DB(pgtest.Owner).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update jobs_platform.river_job set state = 'discarded', finalized_at = now() where kind = 'send_batch'`)
		return pg.Fail(err, "let the job die")
	}))
	if poll3(); waiting() != 1 {
		t.Errorf("the job died, and %d wait", waiting())
	}
}

// A file of the outbox that cannot be read, or has no name, is left and said; the
// files after it and the batches go on.
//
// Control: return the first error in answers and the batch stays "sent".
func TestOneBadFileHoldsUpNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := h.due(2)
	h.bank.set(func(b *bank) { b.out["AAA.ret"], b.out["../x"] = nil, nil }) // sorts before LN...
	h.bank.set(func(b *bank) { b.broken = "AAA.ret" })
	b := h.approved()
	h.must(h.Send(t.Context(), b.ID))
	if err := h.Poll(t.Context()); !errors.Is(err, errAnswers) {
		t.Errorf("the poll says %v", err)
	}
	if v := h.view(b.ID); v.State != "closed" || h.ledger().Bank != sum {
		t.Errorf("state %s, ledger %+v", v.State, h.ledger())
	}
}

// A refusal of a whole file frees no money by itself, whatever its code says: one forged
// paper would else have a batch paid twice. Two people ask the bank; then it is due, once.
//
// Control, seen red: the code before, which dissolved at 9001 and 9003 ("9001: state closed,
// due {Lines:2 Total:720.01}").
func TestARefusalAloneFreesNothing(t *testing.T) {
	t.Parallel()
	for _, code := range []string{CodeTotals, CodeFormat, CodeOtherContent} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			sum := h.due(2)
			h.bank.set(func(b *bank) { b.refuse = code })
			v := h.sendAll()
			due := func() (due Totals) {
				h.must(h.db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
					due, _, err = h.Due(ctx, tx)
					return err
				}))
				return due
			}
			if l := h.ledger(); v.State != "refused" || due().Lines != 0 || l.Transit != sum || !l.Balanced() {
				t.Fatalf("%s: state %s, due %+v, ledger %+v", code, v.State, due(), l)
			}
			list := h.inquiries()
			if len(list) != 1 || !list[0].Refused || list[0].Reason != code {
				t.Fatalf("to be asked about: %+v", list)
			}
			h.said(list[0], BookedNothing)
			if l := h.ledger(); h.whole(v.ID).State != "closed" || due().Total != sum || l.Owed != sum || l.Transit != 0 {
				t.Errorf("two people: due %+v, ledger %+v", due(), l)
			}
			h.bank.set(func(b *bank) { b.refuse = "" })
			if again := h.sendAll(); again.State != "closed" || again.Paid != sum {
				t.Errorf("second batch %+v", again.Batch)
			}
		})
	}
}

// Nobody can answer a file that was never handed over: such a return is set aside.
//
// Control, seen red: the code before ("state closed, set aside as ”").
func TestAnAnswerBeforeTheFileIsSetAside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.due(1)
	b := h.approved()
	if _, err := h.file(t.Context(), b.ID); err != nil {
		t.Fatal(err)
	}
	raw, err := Return{Batch: b.Name, Refused: CodeTotals}.Bytes()
	h.must(err)
	h.must(h.TakeReturn(t.Context(), "forged.ret", raw))
	if v := h.whole(b.ID); v.State != "file_written" || h.reason() != batchIs+"file_written" {
		t.Errorf("state %s, set aside as '%s'", v.State, h.reason())
	}
}

func TestWrongPasswordIsOurs(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	client, err := NewBank(BankConfig{URL: b.URL, User: "lianou", Password: "wrong"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Put(t.Context(), "x.pay", []byte("x")); core.KindOf(err) != core.KindInternal {
		t.Errorf("got %v", err)
	}
	if _, err := NewBank(BankConfig{URL: "ftp://x", User: "a", Password: "b"}); err == nil {
		t.Error("ftp is taken")
	}
}

// No account number may stand in the clear anywhere in the database.
func TestAccountsAreSealed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 500)
	_, err := h.entitle(e)
	h.must(err)
	h.bank.set(func(b *bank) { b.codes[e.Account.Reveal()] = CodeDormant })
	h.sendAll()
	h.mend(h.fixes()[0], e.Account)
	h.must(h.env.DB(pgtest.Owner).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select count(*) from (select to_jsonb(e)::text t from payout_entitlement e union all select to_jsonb(l)::text from payout_line l
			union all select to_jsonb(f)::text from payout_fix f union all select encode(sealed, 'escape') from payout_file) x where position($1 in t) > 0`
		var n int
		if err := tx.QueryRow(ctx, q, e.Account.Reveal()).Scan(&n); err != nil {
			return pg.Fail(err, "look for the account")
		}
		if n != 0 {
			t.Errorf("the account stands in the clear in %d rows", n)
		}
		return nil
	}))
}
