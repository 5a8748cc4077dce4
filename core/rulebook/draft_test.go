package rulebook_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/rulebook"
)

func amount(value, from string) rulebook.Op {
	return rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Area: "rural", Value: value, From: day(from), Source: "德民发〔2026〕1号"}}
}

// signed makes a draft of one step and signs it.
func (w *world) signed(t *testing.T, who core.StaffID, op rulebook.Op) rulebook.Folder {
	t.Helper()
	id, err := w.store.Begin(t.Context(), who, "提高低保标准", rulebook.Step{Op: op, Why: "市政府常务会议"})
	must(t, err)
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	must(t, w.store.Sign(t.Context(), who, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}))
	return f
}

func (w *world) publish(t *testing.T, op rulebook.Op, from core.Date) int {
	t.Helper()
	f := w.signed(t, w.han, op)
	n, err := w.store.Publish(t.Context(), w.lin, rulebook.Publication{Draft: f.ID, Digest: f.Digest, From: from, Apart: true})
	must(t, err)
	return n
}

// acts lists the acts of the log about rules, in order.
func (w *world) acts(t *testing.T) []string {
	t.Helper()
	var out []string
	must(t, w.db.Read(t.Context(), pg.City("a test reads the log"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select coalesce(array_agg(act order by id), '{}') from audit_entry where act like 'rulebook.%'`).Scan(&out)
	}))
	return out
}

// TestTwoPeople: a draft goes from its author's signature to another person's, and each step
// leaves its entry; whoever else asks, and whatever comes out of turn, is refused by a
// sentence, and nothing moves.
// Control: without `d.Author == who` the database still refuses: its own constraint is named
// below; without both, the author publishes alone.
func TestTwoPeople(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	step := rulebook.Step{Op: amount("520", "2026-07-01"), Why: "市政府常务会议"}
	for name, who := range map[string]core.StaffID{"a county": w.county, "a closed account": w.no} {
		if _, err := w.store.Begin(ctx, who, "提高标准"); !errors.Is(err, rulebook.ErrNotCity) {
			t.Errorf("%s begins a draft: %v", name, err)
		}
	}
	if _, err := w.store.Begin(ctx, w.han, "提高标准", rulebook.Step{Op: amount("1.2345", "2026-07-01"), Why: "试"}); err == nil {
		t.Error("a step that is none began a draft")
	}
	if list, err := w.store.Drafts(ctx); err != nil || len(list) != 0 {
		t.Fatalf("half a draft was kept: %v %v", list, err)
	}
	id, err := w.store.Begin(ctx, w.han, "提高标准")
	must(t, err)
	f, err := w.store.Draft(ctx, id)
	must(t, err)
	today := w.today(t)
	is := func(what string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	publish := func(who core.StaffID, digest string, from core.Date) error {
		_, err := w.store.Publish(ctx, who, rulebook.Publication{Draft: id, Digest: digest, From: from, Apart: true})
		return err
	}
	is("signed with nothing in it", w.store.Sign(ctx, w.han, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}), rulebook.ErrNothing)
	is("changed by another", w.store.Change(ctx, w.lin, id, step), rulebook.ErrNotAuthor)
	is("changed without a reason", w.store.Change(ctx, w.han, id, rulebook.Step{Op: step.Op, Why: " "}), rulebook.ErrWhy)
	must(t, w.store.Change(ctx, w.han, id, step))
	is("a change that does not load", w.store.Change(ctx, w.han, id, rulebook.Step{Op: rulebook.Op{Files: map[string]string{"rules.yaml": "rules: 1"}}, Why: "试"}), rulebook.ErrProblems)
	is("signed as it was before", w.store.Sign(ctx, w.han, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}), rulebook.ErrSeen)
	f, err = w.store.Draft(ctx, id)
	must(t, err)
	if len(f.Changes) != 1 || f.Changes[0].Why != step.Why || f.Changes[0].Op.Amount.Value != "520" {
		t.Errorf("steps: %+v", f.Changes)
	}
	is("published before it was signed", publish(w.lin, f.Digest, today), rulebook.ErrState)
	is("signed by another", w.store.Sign(ctx, w.lin, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}), rulebook.ErrNotAuthor)
	must(t, w.store.Sign(ctx, w.han, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}))
	is("changed when signed", w.store.Change(ctx, w.han, id, step), rulebook.ErrState)
	is("published by its author", publish(w.han, f.Digest, today), rulebook.ErrSamePerson)
	is("published by a county", publish(w.county, f.Digest, today), rulebook.ErrNotCity)
	is("published by a closed account", publish(w.no, f.Digest, today), rulebook.ErrNotCity)
	is("published unseen", publish(w.lin, w.sourceOf(t, 1), today), rulebook.ErrSeen)
	is("published for yesterday", publish(w.lin, f.Digest, today-1), rulebook.ErrDay)
	must(t, w.store.Reopen(ctx, w.han, id))
	must(t, w.store.Sign(ctx, w.han, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}))
	must(t, publish(w.lin, f.Digest, today))
	is("published twice", publish(w.lin, f.Digest, today), rulebook.ErrState)
	is("withdrawn when published", w.store.Withdraw(ctx, w.han, id, "不要了"), rulebook.ErrState)
	list, err := w.store.Editions(ctx)
	must(t, err)
	if e := list[0]; e.Number != 2 || e.Author != w.han || e.Publisher != w.lin || e.Source != f.Digest || e.Draft != id || e.From != today {
		t.Errorf("the edition: %+v", e)
	}
	kept, err := w.store.Sources(ctx, 2)
	must(t, err)
	if !kept.Equal(f.Files) {
		t.Error("what was published is not what was signed")
	}
	want := []string{"rulebook.founded", "rulebook.drafted", "rulebook.changed", "rulebook.signed", "rulebook.reopened", "rulebook.signed", "rulebook.published"}
	if got := w.acts(t); !slices.Equal(got, want) {
		t.Errorf("the log: %v", got)
	}
}

func (w *world) sourceOf(t *testing.T, number int) string {
	t.Helper()
	list, err := w.store.Editions(t.Context())
	must(t, err)
	for _, e := range list {
		if e.Number == number {
			return e.Source
		}
	}
	t.Fatalf("no edition %d", number)
	return ""
}

// TestDatabaseRefuses: what the code would refuse the database refuses too, to the
// platform's own role and past this package.
// Control: without the constraint rulebook_two_people the first line is "accepted".
func TestDatabaseRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.signed(t, w.han, amount("520", "2026-07-01"))
	lib, err := f.Files.Load()
	must(t, err)
	must(t, w.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into rulebook_source (digest, files) select digest, files from rulebook_draft where id = $1`, f.ID)
		return err
	}))
	insert := func(number int, source string, author, publisher core.StaffID, from core.Date) error {
		return w.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `insert into rulebook_edition (number, source, from_day, published, why, draft, author, signed, publisher)
				select $1, $2, $3, $4, 'x', id, $5, signed, $6 from rulebook_draft where id = $7`, number, source, from.Time(), tx.Now(), int64(author), int64(publisher), f.ID)
			if err == nil {
				return errors.New("accepted")
			}
			return pg.Fail(err, "insert")
		})
	}
	today := w.today(t)
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"one person":            {insert(2, lib.Digest, w.han, w.han, today), "rulebook_two_people"},
		"another author":        {insert(2, lib.Digest, w.lin, w.han, today), "rulebook_as_signed"},
		"other files":           {insert(2, w.sourceOf(t, 1), w.han, w.lin, today), "rulebook_as_signed"},
		"a number left out":     {insert(3, lib.Digest, w.han, w.lin, today), "rulebook_edition_pkey"},
		"a day gone by":         {insert(2, lib.Digest, w.han, w.lin, today-1), "rulebook_forward"},
		"a county":              {insert(2, lib.Digest, w.han, w.county, today), "rulebook_city"},
		"a draft signed by SQL": {w.exec(t, `update rulebook_draft set state = 'published', ended = lianou_now(), ended_by = $1`, int64(w.lin)), "rulebook_draft_moves"},
		"files after signing":   {w.exec(t, `update rulebook_draft set files = 'x'`), "rulebook_draft_moves"},
		"a step after signing":  {w.exec(t, `insert into rulebook_change (draft, n, author, op, why, at) values ($1, 2, $2, '{}', 'x', lianou_now())`, f.ID, int64(w.han)), "rulebook_draft_open"},
		"a step of another": {w.exec(t, `with d as (insert into rulebook_draft (base, author, why, files, digest, made) select base, author, why, files, digest, made from rulebook_draft returning id)
			insert into rulebook_change (draft, n, author, op, why, at) select id, 1, $1, '{}', 'x', lianou_now() from d`, int64(w.lin)), "rulebook_change_draft_author_fkey"},
	} {
		if got := pg.Constraint(tc.err); got != tc.want {
			t.Errorf("%s: %v, want constraint %s", name, tc.err, tc.want)
		}
	}
}

func (w *world) exec(t *testing.T, sql string, args ...any) error {
	t.Helper()
	return w.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return pg.Fail(err, "exec")
	})
}

// TestPublishedForEver: nobody changes or takes away what was published: the platform has no
// right to, and the owner, who has, meets the trigger.
// Control: without the triggers the owner's lines are "done".
func TestPublishedForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish(t, amount("520", "2026-07-01"), w.today(t))
	for _, role := range []pgtest.Role{pgtest.Platform, pgtest.Gateway, pgtest.Owner} {
		for _, sql := range []string{
			`update rulebook_edition set from_day = from_day + 1`, `delete from rulebook_edition`, `truncate rulebook_edition cascade`,
			`update rulebook_source set files = 'x'`, `delete from rulebook_source`, `truncate rulebook_source cascade`,
			`update rulebook_book set from_day = from_day + 1`, `delete from rulebook_book`, `truncate rulebook_book`,
			`update rulebook_change set why = 'x'`, `delete from rulebook_change`, `truncate rulebook_change`,
			`delete from rulebook_draft`, `update rulebook_draft set why = 'x'`, `truncate rulebook_draft cascade`,
		} {
			want := "42501" // no right
			if role == pgtest.Owner {
				want = "23001" // restrict_violation
			}
			_, err := w.env.DB(role).Pool().Exec(t.Context(), sql)
			if got := pg.SQLState(err); got != want && !(role == pgtest.Owner && got == "23514") {
				t.Errorf("%s: %s: sqlstate %q %v", role, sql, got, err)
			}
		}
	}
}

// TestSecondSignatures: of people who publish at once, the same draft or two, one does, and
// there is one edition with one entry in the log.
// Control: with the number taken from a sequence and no base held against the newest, both
// drafts are editions and the first one's change is lost.
func TestSecondSignatures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	drafts := []rulebook.Folder{w.signed(t, w.han, amount("520", "2026-07-01")), w.signed(t, w.han, amount("530", "2026-07-01"))}
	today := w.today(t)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			d := drafts[i%2]
			_, errs[i] = w.store.Publish(t.Context(), w.lin, rulebook.Publication{Draft: d.ID, Digest: d.Digest, From: today, Apart: true})
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, rulebook.ErrStale) && !errors.Is(err, rulebook.ErrState):
			t.Errorf("a loser reads %v", err)
		}
	}
	list, err := w.store.Editions(t.Context())
	must(t, err)
	n := 0
	for _, act := range w.acts(t) {
		if act == "rulebook.published" {
			n++
		}
	}
	if won != 1 || len(list) != 2 || n != 1 {
		t.Errorf("%d won, %d editions, %d entries", won, len(list), n)
	}
}

// TestRebase: a draft of an edition that is no longer the newest is done again on it, what
// was signed is open again, and both changes hold; a step that does not fit says so.
func TestRebase(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	text := rulebook.Op{Item: &rulebook.Item{Code: "CL-02", From: day("2016-07-01"), Field: "everyday", Value: "辅具"}}
	late := w.signed(t, w.lin, text)
	same := w.signed(t, w.lin, amount("520", "2026-07-01"))
	wrong := w.signed(t, w.lin, rulebook.Op{Switch: &rulebook.Switch{Code: "CL-02", From: day("2027-01-01")}})
	open, err := w.store.Begin(ctx, w.lin, "以后再说", rulebook.Step{Op: text, Why: "试"})
	must(t, err)
	id, err := w.store.Begin(ctx, w.han, "两件事", rulebook.Step{Op: amount("520", "2026-07-01"), Why: "一"},
		rulebook.Step{Op: rulebook.Op{Switch: &rulebook.Switch{Code: "CL-02", From: day("2026-12-31")}}, Why: "二"})
	must(t, err)
	f, err := w.store.Draft(ctx, id)
	must(t, err)
	must(t, w.store.Sign(ctx, w.han, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}))
	_, err = w.store.Publish(ctx, w.lin, rulebook.Publication{Draft: id, Digest: f.Digest, From: w.today(t), Apart: true})
	must(t, err)
	if _, err := w.store.Publish(ctx, w.han, rulebook.Publication{Draft: late.ID, Digest: late.Digest, From: w.today(t), Apart: true}); !errors.Is(err, rulebook.ErrStale) {
		t.Errorf("published from an older edition: %v", err)
	}
	o, err := w.store.Draft(ctx, open)
	must(t, err)
	if err := w.store.Sign(ctx, w.lin, rulebook.Signature{Draft: open, Digest: o.Digest, Apart: true}); !errors.Is(err, rulebook.ErrStale) {
		t.Errorf("signed from an older edition: %v", err)
	}
	if err := w.store.Rebase(ctx, w.lin, wrong.ID); !errors.Is(err, rulebook.ErrReplay) || !errors.Is(err, rulebook.ErrSwitched) {
		t.Errorf("stopped twice: %v", err)
	}
	must(t, w.store.Rebase(ctx, w.lin, same.ID))
	s, err := w.store.Draft(ctx, same.ID)
	must(t, err)
	if s.State != rulebook.Open || s.Digest != w.sourceOf(t, 2) {
		t.Errorf("what the newer edition has already: %+v", s.Draft)
	}
	must(t, w.store.Rebase(ctx, w.lin, late.ID))
	late, err = w.store.Draft(ctx, late.ID)
	must(t, err)
	if late.State != rulebook.Open || late.Base != 2 || !late.Signed.IsZero() {
		t.Errorf("after the rebase: %+v", late.Draft)
	}
	must(t, w.store.Sign(ctx, w.lin, rulebook.Signature{Draft: late.ID, Digest: late.Digest, Apart: true}))
	_, err = w.store.Publish(ctx, w.han, rulebook.Publication{Draft: late.ID, Digest: late.Digest, From: w.today(t), Apart: true})
	must(t, err)
	shelf := w.shelf(t, pgtest.Platform)
	book, err := shelf.On(day("2026-12-01"))
	must(t, err)
	id2, _ := book.Param("dibao.standard")
	row, _ := book.Amount(id2, "371426", "rural")
	item, _ := book.Item("CL-02")
	if shelf.Newest().Number != 3 || row.Value != 52000 || item.Everyday != "辅具" {
		t.Errorf("edition %d: %d fen, %q", shelf.Newest().Number, row.Value, item.Everyday)
	}
	must(t, w.store.Withdraw(ctx, w.han, wrong.ID, "已经停办"))
	if err := w.store.Rebase(ctx, w.lin, wrong.ID); !errors.Is(err, rulebook.ErrState) {
		t.Errorf("a withdrawn draft goes on: %v", err)
	}
}
