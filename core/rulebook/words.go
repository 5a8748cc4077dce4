package rulebook

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"lianou/core/policy"
)

// fieldWords are the fields of conditions and items as people call them.
var fieldWords = map[string]string{
	"value": "限额", "range.0": "下限", "range.1": "上限", "limit.param": "限额用哪个标准", "limit.by": "再乘哪个比例", "limit.times": "再乘几倍",
	"pass": "够条件时说", "fail": "不够时说", "unknown": "还不知道时说", "law": "依据",
	"name": "名称", "everyday": "平常的叫法", "body": "谁来定", "benefit.text": "给什么", "benefit.formula": "怎么算", "limit.days": "几个工作日办完",
	"limit.county": "县里定的几个工作日", "limit.mark": "期限有依据还是样本", "limit.text": "期限说明", "notice.days": "公示几天", "ceiling": "镇里能定到多少",
}

// The places of a sentence: what each family reads there is its own. People read and write
// them in Chinese; the files have them in braces.
var (
	shown = strings.NewReplacer("{value}", "【这家的数】", "{limit}", "【标准】", "{member}", "【这个人】")
	typed = strings.NewReplacer("【这家的数】", "{value}", "【标准】", "{limit}", "【这个人】", "{member}")
)

// Shown is a sentence of the files as people read it.
func Shown(sentence string) string { return shown.Replace(sentence) }

// Typed is a sentence as people wrote it for the files.
func Typed(sentence string) string { return typed.Replace(sentence) }

// A Name is a name that a formula may use.
type Name struct{ Name, Label, Unit string }

func varName(key string) string { return strings.ReplaceAll(key, ".", "_") }

// Names lists what a formula may use: its functions, then facts, then standards.
func (sp Speaker) Names() []Name {
	out := []Name{{"least(甲, 乙)", "两个里取小的", ""}, {"most(甲, 乙)", "两个里取大的", ""}, {"part(数额, 倍数)", "数额乘一个倍数,四舍五入到分", ""}}
	for _, f := range policy.Facts() {
		unit := f.Unit.Chinese()
		switch {
		case len(f.Levels) > 0:
			unit = "写数字:"
			for i, level := range f.Levels {
				unit += strconv.Itoa(i) + " " + level + " "
			}
		case f.Unit == policy.UnitBool:
			unit = "是或不是"
		case f.Unit == policy.UnitEnum:
			unit = ""
			for i, word := range f.Words {
				unit += `"` + word + `" ` + f.Said[i] + " "
			}
		}
		out = append(out, Name{varName(f.Key), f.Label, strings.TrimSpace(unit)})
	}
	for i := range sp.book.Params {
		out = append(out, Name{varName(sp.book.Params[i].Name), sp.book.Params[i].Label, sp.book.UnitOf(policy.ParamID(i))})
	}
	return out
}

// inFormula is a name in a formula, or one of its functions.
var inFormula = regexp.MustCompile(`[a-z][a-z_0-9]*`)

// atLevel is a level that a formula compares with.
var atLevel = regexp.MustCompile(`([a-z][a-z_0-9]*) *(==|<=|>=|<|>) *([0-9]+)`)

// functions are those of formulas (policy.Formula).
var functions = map[string]string{"least": "取小的", "most": "取大的", "part": "按比例"}

// inWords are the signs of formulas as people say them; longer ones stand before those that
// begin them.
var inWords = strings.NewReplacer(`"`, "", " == ", " 是 ", " != ", " 不是 ", " >= ", " 不低于 ", " <= ", " 不超过 ", " > ", " 高于 ", " < ", " 低于 ", " ? ", " 的给 ", " : ", ",不然 ", " and ", " 并且 ", " or ", " 或者 ")

// formulaSaid is the source of a formula with the labels of what it reads; a name that is
// none stays as it is.
func formulaSaid(b *policy.Book, source string) string {
	if givesNothing(source) {
		return nothing
	}
	facts, words := map[string]*policy.Fact{}, map[string]string{}
	for _, f := range policy.Facts() {
		facts[varName(f.Key)] = f
	}
	for i := range b.Params {
		words[varName(b.Params[i].Name)] = b.Params[i].Label
	}
	for _, name := range inFormula.FindAllString(source, -1) {
		f := facts[name]
		if f == nil {
			continue
		}
		words[name] = f.Label
		for i, word := range f.Words {
			words[word] = cmp.Or(words[word], f.Said[i])
		}
	}
	source = atLevel.ReplaceAllStringFunc(source, func(part string) string {
		at := atLevel.FindStringSubmatch(part)
		return levelSaid(facts[at[1]], part, policy.Op(at[2]), at[3])
	})
	return inWords.Replace(inFormula.ReplaceAllStringFunc(source, func(name string) string { return cmp.Or(words[name], functions[name], name) }))
}

// levelSaid says a comparison with a level by the levels that meet it; any other as it is.
// Level 0 is having none: a formula is of who has one, and says 0 only by itself.
func levelSaid(f *policy.Fact, part string, op policy.Op, number string) string {
	if op == "==" {
		op = policy.Equal
	}
	n, err := strconv.ParseInt(number, 10, 64)
	low, high, known := policy.Bounds(op, n)
	if f == nil || len(f.Levels) == 0 || err != nil || !known {
		return part
	}
	if low != 0 || high != 0 {
		low = max(low, 1)
	}
	return f.Label + " " + levels(f, low, high)
}

// levels names those from one to another.
func levels(f *policy.Fact, low, high int64) string {
	var out []string
	for i, level := range f.Levels {
		if low <= int64(i) && int64(i) <= high {
			out = append(out, level)
		}
	}
	return strings.Join(out, "、")
}

// formulaWords is a formula with the labels of what it reads.
func formulaWords(b *policy.Book, f *policy.Formula) string {
	if f == nil {
		return ""
	}
	return formulaSaid(b, f.Source)
}

// FormulaSaid is a formula with the labels of what it reads; "" for none.
func FormulaSaid(b *policy.Book, f *policy.Formula) string { return timesSign(formulaWords(b, f)) }

// Compared is what a condition compares with what, in Chinese.
func Compared(b *policy.Book, t *policy.Test) string { return limitWords(b, t) }

// Decider is who decides an item, in Chinese.
func Decider(it *policy.Item) string { return deciders(it) }
