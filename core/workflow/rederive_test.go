package workflow_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/rulebook"
	"lianou/core/staff"
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
	w.must(rules.Sign(ctx, w.id("city"), id, f.Digest))
	_, err = rules.Publish(ctx, second, rulebook.Publication{Draft: id, Digest: f.Digest, From: today})
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
