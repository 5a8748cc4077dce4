package workflow_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/rulebook"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// TestRulesChange: a case that was judged before an edition is found again, item by item, by
// the Book it names, though the rules are others by then; the next case is judged by the new
// ones, without a restart (F74, F38).
// Control: judged again by the Book of today, as a Rederive that forgets the digest would,
// MZ-01 comes out otherwise.
func TestRulesChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	rules, err := rulebook.New(rulebook.Deps{DB: w.db, Audit: w.log})
	w.must(err)
	fsys, err := policy.Shipped()
	w.must(err)
	set, err := rulebook.ReadSources(fsys)
	w.must(err)
	w.must(rules.Found(t.Context(), set))
	shelf, err := rulebook.OpenShelf(t.Context(), rulebook.ShelfConfig{DB: w.db, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.flow.Books = shelf
	w.work()
	first := w.application("100000009")
	w.handOver(first)
	before := w.routed(first)
	w.raise(rules)
	w.must(shelf.Refresh(t.Context()))
	second := w.application("100000017")
	other := w.number("371402197506150024")
	second.Contact.Name, second.Contact.CitizenID, second.Contact.Phone = "李秀英", "citizen-2", w.another("100000017").Contact.Phone
	second.Applicant.Name, second.Applicant.ID = "李秀英", other
	second.People = []core.NamedMember{{Ref: "m1", Name: "李秀英", ID: other}}
	w.handOver(second)
	after := w.routed(second)
	if before.Book == after.Book || shelf.Newest().Number != 2 {
		t.Fatalf("both judged by %.12s, edition %d", after.Book, shelf.Newest().Number)
	}
	for _, c := range []casefile.Case{before, after} {
		then, err := shelf.Book(c.Book)
		w.must(err)
		if differs := w.rederive(c, then); len(differs) != 0 {
			t.Errorf("case %d by its own Book: %v", c.ID, differs)
		}
	}
	w.traced(before, shelf)
	now, err := shelf.Book(after.Book)
	w.must(err)
	if differs := w.rederive(before, now); !slices.Contains(differs, "MZ-01") {
		t.Errorf("by the new Book nothing of MZ-01 is another: %v", differs)
	}
}

// raise publishes a higher line, by two people of the city, from today on.
func (w *world) raise(rules *rulebook.Store) {
	w.t.Helper()
	var today core.Date
	var second core.StaffID
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		today = tx.Today()
		second, err = w.staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: "city2", Name: "city2", Roles: []staff.Role{staff.City},
			Regions: []core.RegionCode{core.DezhouCity}, Password: "a long pass phrase 17"})
		return err
	})
	ctx := w.t.Context()
	id, err := rules.Begin(ctx, w.id("city"), "提高低保标准", rulebook.Step{Why: "文件",
		Op: rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Area: "rural", Value: "700", From: today, Source: "文件"}}})
	w.must(err)
	f, err := rules.Draft(ctx, id)
	w.must(err)
	w.must(rules.Sign(ctx, w.id("city"), rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}))
	_, err = rules.Publish(ctx, second, rulebook.Publication{Draft: id, Digest: f.Digest, From: today, Apart: true})
	w.must(err)
}

func (w *world) rederive(c casefile.Case, book *policy.Book) (differs []core.ItemCode) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		differs, err = w.flow.Rederive(ctx, tx, c.ID, c.FactsVersion, book)
		return err
	})
	return differs
}

// traced holds that the trace kept with a judgement is what the Book and the facts of then
// make again, and that a row changed past the program is named.
// Controls: leave Trace out of keep, and nothing is kept; compare nothing in Rejudge, and the
// household with less money goes by unnamed.
func (w *world) traced(c casefile.Case, shelf *rulebook.Shelf) {
	w.t.Helper()
	book, err := shelf.Book(c.Book)
	w.must(err)
	m, err := matching.Compile(book)
	w.must(err)
	at := casefile.JudgedAt{Case: c.ID, Version: c.FactsVersion, Book: c.Book}
	rejudge := func() (r workflow.Rejudged, err error) {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			r, err = workflow.Rejudge(ctx, tx, w.cases, m, at)
			return nil
		})
		return r, err
	}
	r, err := rejudge()
	w.must(err)
	if len(r.Differs) != 0 || r.Other || !strings.Contains(string(r.Trace), book.Digest) {
		w.t.Errorf("differs %v, another trace %v, %d bytes of trace", r.Differs, r.Other, len(r.Trace))
	}
	if strings.Contains(string(r.Trace), "周") {
		w.t.Error("a name is in the trace")
	}
	w.coded(c, rejudge)
	w.super(`update case_facts set facts = jsonb_set(facts, '{income_per_capita_month}', '90000') where case_id = $1`, int64(c.ID))
	if r, err = rejudge(); err != nil || !r.Other || len(r.Differs) == 0 {
		w.t.Errorf("other facts: differs %v, another trace %v, %v", r.Differs, r.Other, err)
	}
	w.super(`update case_facts set facts = jsonb_set(facts, '{income_per_capita_month}', '390') where case_id = $1`, int64(c.ID))
	w.super(`update case_trace set trace = set_byte(trace, 40, get_byte(trace, 40) # 1) where case_id = $1`, int64(c.ID))
	if _, err = rejudge(); !errors.Is(err, casefile.ErrTrace) {
		w.t.Errorf("an altered trace: %v", err)
	}
	w.super(`update case_trace set trace = set_byte(trace, 40, get_byte(trace, 40) # 1) where case_id = $1`, int64(c.ID))
}

// coded holds that reasons are kept with the names of their conditions, that what was kept before
// they had any is found again, and that a name taken out of one item is not.
// Controls, seen red: reasonsFound without the code ("none is kept"); differs without uncoded ("as
// before they had names: […]").
func (w *world) coded(c casefile.Case, rejudge func() (workflow.Rejudged, error)) {
	w.t.Helper()
	const without = `update finding set reasons = (select coalesce(jsonb_agg(r - 'code'), '[]') from jsonb_array_elements(reasons) r), benefit = benefit - 'nothing' - 'alone',
		members = (select coalesce(jsonb_agg(m || jsonb_build_object('reasons', (select coalesce(jsonb_agg(r - 'code'), '[]') from jsonb_array_elements(m -> 'reasons') r))), '[]') from jsonb_array_elements(members) m)
		where case_id = $1 and (item = $2 or $2 = '')`
	var codes int
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from finding, jsonb_array_elements(reasons) r where case_id = $1 and r ? 'code'`, c.ID).Scan(&codes)
	})
	if codes == 0 {
		w.t.Error("of the names of conditions none is kept")
	}
	w.super(without, int64(c.ID), "MZ-01")
	if r, err := rejudge(); err != nil || !slices.Equal(r.Differs, []core.ItemCode{"MZ-01"}) {
		w.t.Errorf("a name taken out of one goes by unnamed: %v, %v", r.Differs, err)
	}
	w.super(without, int64(c.ID), "")
	if r, err := rejudge(); err != nil || len(r.Differs) != 0 {
		w.t.Errorf("as before they had names: %v, %v", r.Differs, err)
	}
}

// super changes rows past every rule of the program, as who holds the database could.
func (w *world) super(sql string, args ...any) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.env.Superuser())
	w.must(err)
	defer conn.Close(context.WithoutCancel(w.t.Context()))
	_, err = conn.Exec(w.t.Context(), sql, args...)
	w.must(err)
}
