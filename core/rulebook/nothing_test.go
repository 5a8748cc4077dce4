package rulebook_test

import (
	"errors"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/rulebook"
)

// formula is a step that reckons 最低生活保障 otherwise.
func formula(source string) rulebook.Op {
	return rulebook.Op{Item: &rulebook.Item{Code: "MZ-01", From: day("2016-07-01"), Field: "benefit.formula", Value: source}}
}

// TestAFormulaThatGivesNothingIsAskedAbout: a formula by which an item gives nothing, or less than
// half or more than double, is asked about, from what to what in words; the step says so, and the
// reading that is signed names the item. By a newcomer, to whom 0 was 这一步改好了.
//
// Red, the old code: "nothing: <nil>, want …" and of every other line but the last.
func TestAFormulaThatGivesNothingIsAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, err := w.store.Begin(t.Context(), w.han, "改算法")
	must(t, err)
	change := func(source string, sure bool) error {
		return w.store.Change(t.Context(), w.han, id, rulebook.Step{Op: formula(source), Why: "会议", Sure: sure, Names: names})
	}
	const now = "most((dibao_standard - income_per_capita_month) * members_count, 0)"
	for _, c := range []struct{ what, source, words string }{
		{"nothing", "0", "→ 0 元,什么也不给。"},
		{"nothing by another writing", "dibao_standard * 0", "按几样家境试着算,改后都是 0 元,等于什么也不给"},
		{"ten times", now + " * 10", "合起来是原来的 10 倍"},
		{"a tenth", "least(" + now + ", idcard_fee)", "合起来只有原来的百分之 "},
	} {
		err := change(c.source, false)
		var e *core.Error
		if !errors.Is(err, rulebook.ErrLeap) || !errors.As(err, &e) || !strings.Contains(e.Say, c.words) || !strings.Contains(e.Say, "怎么算 “取大的((低保标准") {
			t.Errorf("%s: %v, want %q", c.what, err, c.words)
		}
	}
	must(t, change("most((dibao_standard - income_per_capita_month) * members_count, 0) + 0", false))
	must(t, change("0", true))
	f, err := w.store.Draft(t.Context(), id)
	must(t, err)
	read, err := w.store.Read(t.Context(), &f, names, func() error { return nil })
	must(t, err)
	if said := read.Step(f.Changes[1]); !strings.HasSuffix(said, "→ 0 元,什么也不给") {
		t.Errorf("the step says %s", said)
	}
	if len(read.Nothing) != 1 || !strings.Contains(read.Nothing[0], "MZ-01 最低生活保障") {
		t.Errorf("of items that give nothing: %q", read.Nothing)
	}
}

// TestAnAmountOfNothingIsLess: who was given 340 yuan and fits for 0 loses, and 0 is told.
//
// Red, the old code: "of those who get nothing 0 lose".
func TestAnAmountOfNothingIsLess(t *testing.T) {
	t.Parallel()
	p, err := rulebook.NewPreview(bookOf(t), bookOf(t, formula("0")))
	must(t, err)
	list, lose := poor(200), 0
	for i := range list {
		for _, c := range p.Judge(&list[i]).Items {
			if c.Item != "MZ-01" || c.Was.Outcome != matching.Eligible || c.Was.Benefit.Amount == 0 {
				continue
			}
			if !c.Is.Benefit.Told || c.Is.Untold || !c.Worse() || c.Better() {
				t.Errorf("%v → %v: told %v, worse %v, better %v", c.Was.Benefit.Amount, c.Is.Benefit.Amount, c.Is.Benefit.Told, c.Worse(), c.Better())
			}
			lose++
		}
	}
	if lose == 0 {
		t.Error("of those who get nothing 0 lose")
	}
}

// TestWhatNobodyCanReckonIsLess: who was told a sum and is told none any more loses, and stands with
// those who do; who is told one for the first time, or was told 0, does not.
//
// Red, the old code: "500 yuan that nobody can reckon any more: worse false".
func TestWhatNobodyCanReckonIsLess(t *testing.T) {
	t.Parallel()
	fits := func(told bool, amount core.Fen) rulebook.Side {
		return rulebook.Side{Outcome: matching.Eligible, Benefit: matching.Benefit{Told: told, Amount: amount}}
	}
	for _, c := range []struct {
		what    string
		was, is rulebook.Side
		worse   bool
	}{
		{"500 yuan that nobody can reckon any more", fits(true, 500_00), fits(false, 0), true},
		{"nothing that nobody can reckon any more", fits(true, 0), fits(false, 0), false},
		{"never reckoned", fits(false, 0), fits(false, 0), false},
		{"reckoned at last", fits(false, 0), fits(true, 500_00), false},
	} {
		if one := (rulebook.Changed{Was: c.was, Is: c.is}); one.Worse() != c.worse {
			t.Errorf("%s: worse %v", c.what, one.Worse())
		}
	}
}
