package rulebook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lianou/core/hardship"
	"lianou/core/policy"
)

// mostWords bounds what is quoted of a text, in characters.
const mostWords = 60

func short(s string) string {
	if r := []rune(s); len(r) > mostWords {
		return string(r[:mostWords]) + "…"
	}
	return s
}

// index says which weights become which.
func (c *collected) index(d *policy.Diff) {
	if !d.Index {
		return
	}
	c.owner(ofIndex, "index", "困难指数的权重")
	if was, is := weightWords(hardship.WeightsOf(d.Old)), weightWords(hardship.WeightsOf(d.New)); was != is {
		c.add("weights", was+" → "+is)
		return
	}
	c.add("source", "依据变了")
}

// relations says which declared multiples come, go or are others. They remind, and pay nothing.
func (c *collected) relations(d *policy.Diff) {
	for i := range d.Relations {
		ch := &d.Relations[i]
		b, r := d.New, ch.New
		if r == nil {
			b, r = d.Old, ch.Old
		}
		c.owner(ofRelation, "relation "+ch.Of+" "+ch.Base+" "+string(ch.Area), relationWords(b, r))
		if c.whole(ch.Old == nil, ch.New == nil, "添上", "去掉") {
			continue
		}
		c.changed("times", "倍数", policy.UnitRatio.Number(ch.Old.Times), policy.UnitRatio.Number(ch.New.Times))
		c.changed("law", "依据", ch.Old.Law, ch.New.Law)
	}
}

// benefit names what of an amount's computing is another.
func (c *collected) benefit(d *policy.Diff, old, new *policy.Item) {
	was, is := &old.Benefit, &new.Benefit
	had := len(c.list)
	c.changed("formula", "算法", formulaWords(d.Old, was.Formula), formulaWords(d.New, is.Formula))
	c.changed("per", "多久给一次", policy.PerWord(was.Per), policy.PerWord(is.Per))
	c.changed("each", "算钱", eachOf(was), eachOf(is))
	if len(c.list) == had {
		c.add("benefit", "算法变了")
	}
}

func eachOf(b *policy.Benefit) string {
	return by(b.Each)
}

// process names what of the handling is another: the days from what to what.
func (c *collected) process(d *policy.Diff, old, new *policy.Item) {
	had := len(c.list)
	for _, n := range []struct {
		part, what string
		old, new   int
	}{
		{"limit", "几个工作日办完", old.LimitDays, new.LimitDays},
		{"county days", "县里定的几个工作日", old.CountyDays, new.CountyDays},
		{"special days", "特殊情况几个工作日", old.SpecialDays, new.SpecialDays},
		{"survey", "调查几个工作日", old.Survey.Days, new.Survey.Days},
		{"notice", "公示几天", old.NoticeDays, new.NoticeDays},
	} {
		c.changed(n.part, n.what, strconv.Itoa(n.old), strconv.Itoa(n.new))
	}
	c.changed("limit text", "期限说明", old.LimitText, new.LimitText)
	c.changed("survey law", "调查的依据", old.Survey.Law, new.Survey.Law)
	c.changed("mark", "期限有依据(S)还是样本(X)", old.LimitMark, new.LimitMark)
	c.changed("decides", "谁批", deciders(old), deciders(new))
	c.changed("ceiling", "镇里能定到多少", labelIn(d.Old, old.Ceiling), labelIn(d.New, new.Ceiling))
	c.changed("review", "多久复核一次", reviewOf(old), reviewOf(new))
	if restOf(old) != restOf(new) || len(c.list) == had {
		c.add("process", "办理的别的规定变了")
	}
}

// restOf is what of the handling is not told one by one.
func restOf(it *policy.Item) string {
	return fmt.Sprintf("%v %q %q %q %v %v %q %v %q", it.Department, it.ByLaw, it.Entry, it.BenefitKind, it.NoticeIn, it.NoticeTwice, it.NoticeFree, it.Survey.Done, it.Appraisal)
}

func deciders(it *policy.Item) string {
	if it.Body != "" {
		return it.Body
	}
	return map[string]string{policy.ByTownship: "镇街", policy.ByCounty: "县里", policy.ByOutside: "别的单位"}[it.Decides]
}

func reviewOf(it *policy.Item) string {
	var out []string
	for _, r := range it.Review {
		out = append(out, fmt.Sprintf("%s 类 %d 个月", r.Class, r.Months))
	}
	return strings.Join(out, "、")
}

func labelIn(b *policy.Book, id policy.ParamID) string {
	if id < 0 {
		return ""
	}
	return b.Params[id].Label
}

// words names which texts of an item are others; why a rule holds is told of the rule.
func (c *collected) words(old, new *policy.Item) {
	c.changed("everyday", "平常的叫法", old.Everyday, new.Everyday)
	c.changed("text", "给什么", short(old.Benefit.Text), short(new.Benefit.Text))
	c.laws("law", "依据", old.Law, new.Law)
	c.changed("limit law", "期限的依据", old.LimitLaw, new.LimitLaw)
	c.changed("notice law", "公示的依据", old.NoticeLaw, new.NoticeLaw)
	c.changed("appraisal law", "评议的依据", old.AppraiseLaw, new.AppraiseLaw)
	if old.Name != new.Name {
		c.add("name", "名称变了")
	}
	if old.Category != new.Category || old.English != new.English {
		c.add("words", "类别或者英文名变了")
	}
}

// laws says which laws, to their articles, are no more named and which are now.
func (c *collected) laws(part, what string, old, new []string) {
	var says []string
	for _, one := range []struct {
		word       string
		of, beside []string
	}{{"去掉", old, new}, {"添上", new, old}} {
		for _, law := range one.of {
			if !slices.Contains(one.beside, law) {
				says = append(says, one.word+law)
			}
		}
	}
	switch {
	case len(says) > 0:
		c.add(part, what+" "+strings.Join(says, "、"))
	case !slices.Equal(old, new):
		c.add(part, what+"的先后变了")
	}
}

func packDays(p *policy.Pack) string {
	if p.Until.IsZero() {
		return p.From.String() + " 起"
	}
	return p.From.String() + " 到 " + (p.Until - 1).String()
}

// people stands for what a sentence says of each household.
var people = strings.NewReplacer("{member}", "本人", "{value}", "【这家的数】", "{limit}", "【标准】")

var opWords = map[policy.Op]string{policy.Less: "低于", policy.AtMost: "不超过", policy.More: "高于", policy.AtLeast: "不低于", policy.Equal: "等于"}

// limitWords is what a condition compares with what, in Chinese.
func limitWords(b *policy.Book, t *policy.Test) string {
	fact := t.Fact.Of()
	out := fact.Label + " "
	switch {
	case fact.Unit == policy.UnitBool:
		return fact.Label + map[bool]string{true: " 是", false: " 不是"}[t.Words>>1&1 == 1]
	case fact.Unit == policy.UnitEnum:
		var words []string
		for i, w := range fact.Said {
			if t.Words>>i&1 == 1 {
				words = append(words, w)
			}
		}
		return out + strings.Join(words, "、")
	case t.Limit != nil:
		return out + opWords[t.Op] + " " + baseWords(b, t.Limit)
	}
	if len(fact.Levels) > 0 {
		return out + levels(fact, t.Low, t.High)
	}
	number := fact.Amount
	switch t.Op {
	case policy.Less:
		return out + opWords[t.Op] + " " + number(t.High+1)
	case policy.More:
		return out + opWords[t.Op] + " " + number(t.Low-1)
	case policy.AtMost:
		return out + opWords[t.Op] + " " + number(t.High)
	case policy.Between:
		return out + number(t.Low) + " 到 " + number(t.High)
	}
	return out + opWords[t.Op] + " " + number(t.Low)
}

func baseWords(b *policy.Book, l *policy.Limit) string {
	out := ""
	if l.Param >= 0 {
		out = b.Params[l.Param].Label
	} else {
		out = l.Fact.Of().Label
	}
	if l.By >= 0 {
		out += " × " + b.Params[l.By].Label
	}
	if l.Times > 1 {
		out += " × " + strconv.FormatInt(l.Times, 10)
	}
	return out
}
