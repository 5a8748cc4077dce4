package interview

import (
	"encoding/json"
	"strings"
)

// lines are the words by which people name a line of the summary, and the questions it may
// come from. What is named first in the list counts.
var lines = []struct {
	words []string
	refs  []string
}{
	{[]string{"名字", "姓名"}, []string{"form/applicant.name"}},
	{[]string{"身份证"}, []string{"form/applicant.id_number"}},
	{[]string{"电话", "手机号"}, []string{"form/contact.phone"}},
	{[]string{"住址", "地址", "住的地方"}, []string{"form/live.region"}},
	{[]string{"银行卡", "收款卡", "卡号"}, []string{"form/account"}},
	{[]string{"存款", "存折", "积蓄"}, []string{"financial_assets_per_capita"}},
	{[]string{"收入", "进项", "工资"}, []string{"income_12m", "income_per_capita_month"}},
	{[]string{"房"}, []string{"houses", "owns_home", "renting"}},
	{[]string{"车"}, []string{"cars"}},
	{[]string{"户口"}, []string{"hukou"}},
	{[]string{"残疾"}, []string{roundOf + "disability"}},
	{[]string{"看病", "医药费", "药费"}, []string{"medical_12m", "rigid_12m"}},
	{[]string{"上学", "学费"}, []string{"education_12m", "rigid_12m"}},
	{[]string{"难处"}, []string{storyKey}},
	{[]string{"家里人", "家庭成员", "人口", "口人", "几口"}, []string{"members"}},
}

// Named is the step of the line of the summary that words name, ok is false for none that
// was answered. a is its new answer, where the words say it plainly: heard tells.
func (iv *Interviewer) Named(c *Conversation, words string) (step Step, a Answer, heard, ok bool) {
	said := plain(words)
	for _, line := range lines {
		if !containsAny(said, line.words) {
			continue
		}
		for _, ref := range line.refs {
			if step, _, ok = iv.Again(c, ref); ok {
				a, heard = iv.newly(c, step, said)
				return step, a, heard, true
			}
		}
	}
	if len(kinIn(said)) == 0 {
		return Step{}, Answer{}, false, false
	}
	step, _, ok = iv.Again(c, "members")
	if ok {
		a, heard = iv.newly(c, step, said)
	}
	return step, a, heard, ok
}

// newly reads the new answer of a line out of the words that name it: a number, nothing at
// all, or who lives there. Of "收入不是三千" nobody knows what it is instead.
func (iv *Interviewer) newly(c *Conversation, step Step, said string) (Answer, bool) {
	switch step.Question.Type {
	case TypeFamily:
		return familyNewly(said)
	case TypeMoney, TypeNumber:
	default:
		return Answer{}, false
	}
	var left []string
	for _, part := range clauses(said) {
		part, _, _ = strings.Cut(part, "不是")
		counts := len(numerals(part)) > 0
		if none := strings.HasSuffix(part, "没有") || strings.HasSuffix(part, "没"); counts != none && !strings.Contains(part, "没有") || none && !counts {
			left = append(left, part)
		}
	}
	if len(left) == 0 {
		return Answer{}, false
	}
	a, err := iv.Hear(c, step, strings.Join(left, ","))
	return a, err == nil && !a.unknown()
}

// familyNewly reads who lives there. A count must fit who is named.
func familyNewly(said string) (Answer, bool) {
	if containsAny(said, dead) || containsAny(said, []string{"不是", "没有", "不对", "错"}) {
		return Answer{}, false
	}
	count, with := 0, []string{}
	for _, part := range clauses(said) {
		if n := peopleSaidIn(part); n > 0 && strings.Contains(part, "口") {
			count = n
		}
		if len(kinIn(part)) > 0 {
			with = append(with, part)
		}
	}
	list, ok := relativesSaid(with)
	if !ok || count > 0 && count != len(list)+1 {
		return Answer{}, false
	}
	raw, err := json.Marshal(list)
	return Answer{Value: raw}, err == nil
}
