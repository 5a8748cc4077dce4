package rulebook_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// poor deals out households whose income lies around the lines, some of it not known.
func poor(n int) []core.Household {
	r := rand.New(rand.NewPCG(7, 1))
	out := make([]core.Household, n)
	for i := range out {
		area, hukou, income, assets := core.Area([]string{"urban", "rural"}[r.IntN(2)]), core.Hukou("local"), core.Fen(200_00+r.IntN(900_00)), core.Fen(r.IntN(20000_00))
		none, no, job, ill, able := 0, false, core.Employment("idle"), core.Illness("none"), core.WorkAbility("full")
		h := core.Household{On: day("2026-12-01"), County: counties[r.IntN(len(counties))], Area: &area, Hukou: &hukou, FinancialAssetsPerCapita: &assets,
			Houses: &none, Cars: &none, BusinessWithStaff: &no, Statuses: &[]core.Status{}}
		if r.IntN(10) > 0 {
			h.IncomePerCapitaMonth = &income
		}
		for m := range 1 + r.IntN(4) {
			age := r.IntN(90)
			relation := core.Relation("child")
			if m == 0 {
				relation = "applicant"
			}
			h.Members = append(h.Members, core.Member{Ref: core.MemberRef([]string{"m1", "m2", "m3", "m4"}[m]), Relation: relation, Age: &age,
				Employment: &job, Illness: &ill, WorkAbility: &able, Disability: new(core.Disability)})
		}
		out[i] = h
	}
	return out
}

func preview(t *testing.T, before, after *policy.Book, list []core.Household) rulebook.Report {
	t.Helper()
	p, err := rulebook.NewPreview(before, after, len(list))
	must(t, err)
	for i := range list {
		p.Judge(&list[i])
	}
	return p.Report()
}

func bookOf(t *testing.T, ops ...rulebook.Op) *policy.Book {
	t.Helper()
	set := shipped(t)
	for _, op := range ops {
		var err error
		set, err = op.Apply(set)
		must(t, err)
	}
	lib, err := set.Load()
	must(t, err)
	book, err := lib.On(day("2026-12-01"))
	must(t, err)
	return book
}

// TestPreview: what a draft does is what judging both ways one after another finds; a Book
// against itself does nothing; the other way round, gains are losses; parts put together are
// the whole; and a raised line only helps, where a stopped item only takes.
// Control: with Lost counted where the amount is less, both ways round differ.
func TestPreview(t *testing.T) {
	t.Parallel()
	was, list := bookOf(t), poor(400)
	raised := bookOf(t, rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Area: "rural", Value: "600", From: day("2026-07-01"), Source: "文件"}})
	stopped := bookOf(t, rulebook.Op{Switch: &rulebook.Switch{Code: "MZ-01", From: day("2026-07-01")}})
	if r := preview(t, was, was, list); r.Touched != 0 || r.Households != len(list) || len(r.Cases) != 0 {
		t.Errorf("against itself: %d touched", r.Touched)
	}
	for name, is := range map[string]*policy.Book{"raised": raised, "stopped": stopped} {
		there, back := preview(t, was, is, list), preview(t, is, was, list)
		if there.Touched == 0 || there.Touched != back.Touched {
			t.Errorf("%s: %d touched, back %d", name, there.Touched, back.Touched)
		}
		for i, s := range there.Items {
			b := back.Items[i]
			if s.Gained != b.Lost || s.Lost != b.Gained || s.More != b.Less || s.Less != b.More || s.Untold != b.Untold || s.Before != b.After || s.After != b.Before {
				t.Errorf("%s: there %+v, back %+v", name, s, b)
			}
		}
		for _, code := range []core.ItemCode{"MZ-01", "MZ-02"} {
			s, want := shift(t, there, code), byHand(t, was, is, list, code)
			if s.Gained != want.Gained || s.Lost != want.Lost || s.Before != want.Before || s.After != want.After {
				t.Errorf("%s: %+v, by hand %+v", name, s, want)
			}
		}
		half := preview(t, was, is, list[:150])
		half.Add(preview(t, was, is, list[150:]), len(list))
		if !reflect.DeepEqual(half, there) {
			t.Errorf("%s: two parts are not the whole", name)
		}
	}
	up, off := shift(t, preview(t, was, raised, list), "MZ-01"), shift(t, preview(t, was, stopped, list), "MZ-01")
	if up.Gained == 0 || up.More == 0 || up.Lost != 0 || up.Less != 0 || up.After <= up.Before {
		t.Errorf("a raised line: %+v", up)
	}
	if off.Lost == 0 || off.Gained != 0 || off.After != 0 || off.Closed == 0 {
		t.Errorf("a stopped item: %+v", off)
	}
	r := preview(t, was, stopped, list)
	if c := r.Cases[0].Changes[0]; c.Item != "MZ-01" || c.Is != matching.NotEligible || c.Why != "这一项现在停办,恢复以后再看。" {
		t.Errorf("a case: %+v", r.Cases[0])
	}
}

func shift(t *testing.T, r rulebook.Report, code core.ItemCode) rulebook.Shift {
	t.Helper()
	for _, s := range r.Items {
		if s.Item == code {
			return s
		}
	}
	t.Fatalf("%s is not in the report", code)
	return rulebook.Shift{}
}

// byHand counts one item without the package.
func byHand(t *testing.T, was, is *policy.Book, list []core.Household, code core.ItemCode) (s rulebook.Shift) {
	t.Helper()
	judge := func(book *policy.Book, sum *core.Fen) (eligible []bool) {
		m, err := matching.Compile(book)
		must(t, err)
		for i := range list {
			r := m.Explain(&list[i])
			if slices.Contains(r.Bundle, code) {
				*sum += r.Finding(code).Benefit.Amount
			}
			eligible = append(eligible, r.Finding(code).Outcome == matching.Eligible)
		}
		return eligible
	}
	before, after := judge(was, &s.Before), judge(is, &s.After)
	for i := range list {
		switch {
		case after[i] && !before[i]:
			s.Gained++
		case before[i] && !after[i]:
			s.Lost++
		}
	}
	return s
}

// TestPreviewOfDraft: a draft is compared with its own edition.
func TestPreviewOfDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.signed(t, w.han, amount("600", "2026-07-01"))
	before, after, err := w.store.Books(t.Context(), f.ID, day("2026-12-01"))
	must(t, err)
	if s := shift(t, preview(t, before, after, poor(100)), "MZ-01"); s.Gained == 0 || s.Lost != 0 {
		t.Errorf("MZ-01: %+v", s)
	}
	if _, _, err := w.store.Books(t.Context(), f.ID+1, day("2026-12-01")); core.KindOf(err) != core.KindNotFound {
		t.Errorf("no draft: %v", err)
	}
}
