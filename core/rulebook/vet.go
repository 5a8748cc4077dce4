package rulebook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"lianou/core"
	"lianou/core/policy"
)

// Why a step is asked about, or refused, by what it says and not by how it is written.
var (
	// ErrLeap asks: a number changes by more than half of what it is, or an age by more than
	// ten years. Its sentence says from what to what; Step.Sure is the answer.
	ErrLeap = core.E(core.KindConflict, "rulebook_leap", "这个数改得很多。")

	// ErrSaid asks about a sentence with a number that the rules do not have. It is an ErrLeap
	// too, with the same answer; what leaps in it is no number of the rules.
	ErrSaid = core.E(core.KindConflict, "rulebook_said", "句子里的数对不上。").Wrap(ErrLeap)

	// ErrAbsurd refuses what no number of its kind comes to. It names the field.
	ErrAbsurd = core.Invalid("value", "这个数额大得不像真的。")

	// ErrSentence refuses a sentence with a place that is none, and a limit that its sentences
	// say otherwise.
	ErrSentence = core.Invalid("value", "给居民看的话对不上。")

	// ErrBody refuses a body that decides nothing anywhere in the rules.
	ErrBody = core.Invalid("value", "谁来定,请从名单里选。")
)

// mostOf bounds a number by its unit, as written: what is beyond is a slip of the pen. Of
// money it is what any formula may give at most (policy.MaxBenefit); of things, what a
// household may have of them (core.Household).
var mostOf = map[policy.Unit]int64{policy.UnitFen: int64(policy.MaxBenefit) / 100, policy.UnitRatio: 1000, policy.UnitYears: 120, policy.UnitMonths: 600, policy.UnitDays: 3660, policy.UnitM2: 1000, policy.UnitCount: 100}

// vet asks about a step that is done for the first time. A step that was recorded is not asked
// about again: doing it again must give the same set. Errors: ErrLeap, ErrSaid, ErrAbsurd,
// ErrSentence, ErrBody.
func vet(before, after Sources, sp Speaker, step Step, today core.Date) error {
	if err := plain(step.Op); err != nil {
		return err
	}
	switch o := step.Op; {
	case o.Amount != nil:
		return vetAmount(before, after, sp, step, today)
	case o.Criterion != nil:
		return vetCriterion(before, sp, step)
	case o.Item != nil:
		return vetItem(before, sp, step, today)
	case o.Files != nil:
		return vetFiles(before, after, sp)
	}
	return nil
}

// vetBody wants a body that is known. A set of another shape has no list: policy checks it.
func vetBody(before Sources, body string) error {
	was, err := before.Outline()
	if err != nil || slices.Contains(was.Bodies, body) {
		return nil
	}
	e := core.Invalid(ErrBody.Field, "谁来定,请从这些里选:"+strings.Join(was.Bodies, "、")+"。")
	return e.Wrap(ErrBody)
}

func vetAmount(before, after Sources, sp Speaker, step Step, today core.Date) error {
	old, err := before.paramLine(step.Op.Amount.Param)
	if err != nil {
		return err
	}
	new, err := after.paramLine(step.Op.Amount.Param)
	if err != nil {
		return err
	}
	if err := absurd(sp, new, step.Op.Amount.Value); err != nil || step.Sure {
		return err
	}
	var leaps []string
	t := teller{names: sp.names, today: today}
	sp.tellMoves(&t, new, moves(today, old.Rows, new.Rows), func(m move) bool {
		return m.old != nil && m.new != nil && leapOf(policy.Unit(new.Unit), thousandths(m.old.Value), thousandths(m.new.Value)) != ""
	})
	for i := range t.lines {
		leaps = append(leaps, t.lines[i].say())
	}
	if len(leaps) == 0 {
		return nil
	}
	if n := len(leaps) - mostLeaps; n > 0 {
		leaps = append(leaps[:mostLeaps], fmt.Sprintf("还有 %d 处", n))
	}
	return core.E(ErrLeap.Kind, ErrLeap.Code, strings.Join(leaps, ";")+"。").Wrap(ErrLeap)
}

// mostLeaps is how many places a question names.
const mostLeaps = 4

// vetFiles finds numbers beyond any bound that the files before did not have, and limits whose
// sentences say them as they were.
func vetFiles(before, after Sources, sp Speaker) error {
	was, err := before.Outline()
	if err != nil {
		return nil // the files before are of another shape: what is new cannot be told
	}
	is, err := after.Outline()
	if err != nil {
		return nil // single steps do not reach such files, and policy bounds them
	}
	known := map[string]bool{}
	for _, p := range was.Params {
		for _, r := range p.Rows {
			known[p.Name+" "+r.Value] = true
		}
	}
	for _, p := range is.Params {
		for _, r := range p.Rows {
			if known[p.Name+" "+r.Value] {
				continue
			}
			if err := absurd(sp, p, r.Value); err != nil {
				return err
			}
		}
	}
	if err := plainFiles(&was, &is); err != nil {
		return err
	}
	return sp.vetConditions(was.Criteria, is.Criteria)
}

// share reports whether a ratio is a part of a whole, as its name says: there is no more than
// all of it.
func share(p ParamLine) bool {
	return policy.Unit(p.Unit) == policy.UnitRatio && strings.Contains(p.Label, "比例")
}

func absurd(sp Speaker, p ParamLine, value string) error {
	if share(p) && thousandths(value) > 1000 {
		return core.Invalid(ErrAbsurd.Field, p.Label+"写成了 "+grouped(value)+"。比例最多是 1(就是百分之百),百分之六十要写 0.6。请改对了再交。").Wrap(ErrAbsurd)
	}
	most, bounded := mostOf[policy.Unit(p.Unit)]
	if !bounded || thousandths(value) <= most*1000 {
		return nil
	}
	unit := sp.unit(p)
	return core.Invalid(ErrAbsurd.Field, fmt.Sprintf("%s写成了 %s %s,大得不像真的,最多写到 %s %s。请看看是不是多写了几个零。",
		p.Label, grouped(value), unit, grouped(fmt.Sprint(most)), unit)).Wrap(ErrAbsurd)
}

// decimals is how many decimals a value has.
func decimals(value string) int {
	_, rest, _ := strings.Cut(value, ".")
	return len(rest)
}

// fits refuses decimals that the unit of a standard does not have. Errors: KindInvalid.
func (a *Amount) fits(parameter ast.Node) error {
	unit := policy.Unit(word(parameter, "unit"))
	switch most := unit.Decimals(); {
	case decimals(a.Value) <= most:
		return nil
	case most == 0:
		return core.Invalid("value", "这个标准按"+unit.Chinese()+"算,要写整数。")
	default:
		return core.Invalid("value", fmt.Sprintf("这个标准按%s算,最多写 %d 位小数。", unit.Chinese(), most))
	}
}
