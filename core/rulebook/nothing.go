package rulebook

import (
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// sampled are values of a fact that homes have, by its unit, as formulas see them.
var sampled = map[policy.Unit][]int64{
	policy.UnitFen: {0, 200_00, 1500_00, 20000_00, 90000_00}, policy.UnitYears: {5, 70, 35, 85, 101, 16}, policy.UnitMonths: {3, 7, 13},
	policy.UnitDays: {3, 30, 200}, policy.UnitM2: {8_00, 12_00, 30_00}, policy.UnitRatio: {300, 600, 1000}, policy.UnitCount: {1, 4, 2, 3},
}

// triedHomes is how many made-up homes a formula is tried on: each fact goes through its values at
// its own pace.
const triedHomes = 60

// worth is what a formula gives to made-up homes all told, by the standards of a Book: what it
// comes to, not what anybody is given.
func worth(b *policy.Book, f *policy.Formula) (sum core.Fen) {
	if f == nil {
		return 0
	}
	for home := range triedHomes {
		vars, pace := map[string]any{}, home
		for i := range f.Uses {
			u := &f.Uses[i]
			if u.Param >= 0 {
				vars[u.Name] = int(anyRow(b, u.Param, home))
				continue
			}
			fact, values := u.Fact.Of(), sampled[u.Fact.Of().Unit]
			switch n := len(fact.Words); {
			case fact.Unit == policy.UnitBool:
				values = []int64{1, 0}
			case n > 0:
				values = nil
				for at := range n {
					values = append(values, int64(at))
				}
			}
			if len(values) == 0 {
				values = []int64{1}
			}
			vars[u.Name], pace = fact.Var(values[pace%len(values)]), pace/len(values)+home
		}
		if fen, err := f.Eval(vars); err == nil {
			sum += fen
		}
	}
	return sum
}

// anyRow is one of the amounts of a standard, another for the next home; 0 where it has none.
func anyRow(b *policy.Book, id policy.ParamID, home int) int64 {
	rows := b.Params[id].Rows
	if len(rows) == 0 {
		return 0
	}
	return rows[home%len(rows)].Value
}

// idle reports whether a formula is written to give nothing, whatever the home.
func idle(f *policy.Formula) bool {
	if f == nil || len(f.Uses) > 0 {
		return false
	}
	fen, err := f.Eval(nil)
	return err == nil && fen == 0
}

// emptied reports whether an item gives nothing by its formula, where it did by the one before;
// was is nil for an item that is new.
func emptied(old *policy.Book, was *policy.Item, new *policy.Book, is *policy.Item) bool {
	f := is.Benefit.Formula
	switch {
	case f == nil || idle(f):
		return f != nil
	case was != nil && was.Benefit.Formula != nil && was.Benefit.Formula.Source == f.Source:
		return false // what it comes to for these homes is no news
	}
	return worth(new, f) == 0 && (was == nil || worth(old, was.Benefit.Formula) > 0)
}

// nothings names the items that give nothing from today on by the formulas of a set.
func nothings(old, new *policy.Library, today core.Date) (out []string) {
	told := map[core.ItemCode]bool{}
	for _, s := range spans(today, old, new) {
		if s.gone {
			continue
		}
		before, after := old.OrEmpty(s.from), new.OrEmpty(s.from)
		for i := range after.Items {
			is := &after.Items[i]
			was, _ := before.Item(is.Code)
			if !told[is.Code] && emptied(before, was, after, is) {
				told[is.Code] = true
				out = append(out, string(is.Code)+" "+is.Name)
			}
		}
	}
	return out
}

// askFormula asks about a formula by which an item gives nothing, or less than half or more than
// double what it gave, on a day of its version.
func (sp Speaker) askFormula(before Sources, step Step, on core.Date) error {
	if step.Sure {
		return nil
	}
	lib, err := before.Load()
	if err != nil {
		return nil // the set before is of another shape: what it gave cannot be told
	}
	old, new := lib.OrEmpty(on), sp.lib.OrEmpty(on)
	was, had := old.Item(step.Op.Item.Code)
	is, has := new.Item(step.Op.Item.Code)
	if !had || !has {
		return nil
	}
	says := formulaLeap(worth(old, was.Benefit.Formula), worth(new, is.Benefit.Formula))
	switch {
	case idle(is.Benefit.Formula):
		says = "" // the formula itself is said so
	case says == "":
		return nil
	}
	return core.E(ErrLeap.Kind, ErrLeap.Code, sp.From(before, step.Op)+bracketed(says)+"。").Wrap(ErrLeap)
}

// formulaLeap says what another formula comes to for the homes that both are tried on; "" for a
// small change.
func formulaLeap(old, new core.Fen) string {
	switch says := leap(int64(old), int64(new)); {
	case says == "" || old == 0:
		return ""
	case new == 0:
		return "按几样家境试着算,改后都是 0 元,等于什么也不给"
	default:
		return "按几样家境试着算,合起来" + says
	}
}

// nothing is a formula of 0 as people read it.
const nothing = "0 元,什么也不给"

// givesNothing reports whether a formula, as written, names nothing and comes to nothing.
func givesNothing(source string) bool {
	return !inFormula.MatchString(source) && strings.Trim(source, "0 +-*()") == ""
}
