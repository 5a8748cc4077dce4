package interview

import (
	"encoding/json"
	"strings"
	"testing"

	"lianou/core"
)

// The words say whom they are about, and where nobody sees a list, what may be answered.
// Who speaks for another is not asked for their own name.
//
// Control: Chat without numbered; about left out; Voice not looked at; Other not looked at.
func TestWordsOfAStep(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{Members: []core.MemberRef{"m1", "m2"}, Facts: map[string]json.RawMessage{
		"members/m2/relation": Text("spouse"), "members/m2/age": json.RawMessage("71"),
	}})
	step := func(ref, key string, about ...core.MemberRef) Step {
		s := Step{Ref: ref, Question: iv.form.question(key), About: about}
		if parts := strings.Split(ref, "/"); len(parts) == 3 {
			s.Member = core.MemberRef(parts[1])
		}
		return s
	}
	for _, x := range []struct {
		step   Step
		medium Medium
		want   string
	}{
		{step("members/m2/illness", "members/*/illness"), Screen, "您的爱人得过大病吗?"},
		{step("members/m1/illness", "members/*/illness"), Chat, "您得过大病吗?\n1 没有\n2 有\n3 白血病\n4 乳腺癌\n5 宫颈癌"},
		{step("area", "area"), Voice, "家在城里还是村里?请说一个:1 村里、2 城里。"},
		{step("round/veteran", "members/*/veteran", "m1", "m2"), Chat, "家里谁当过兵?说是谁就行,都没有就说没有。"},
		{step("form/applicant.id_number", "form/applicant.id_number"), Voice, "请把身份证号一个数一个数说给我听。18 位,最后一位可能是 X。"},
		{step("income_12m", "income_12m"), Screen, "这一年,全家一共收入多少钱?"},
		{Step{Ref: StepEnd}, Screen, "问完了。"},
	} {
		if got := iv.Words(c, x.step, x.medium); got != x.want {
			t.Errorf("%s: %q, want %q", x.step.Ref, got, x.want)
		}
	}
	name := step("form/applicant.name", "form/applicant.name")
	for capacity, want := range map[string]string{"self": "您叫什么名字?", "entrusted": "要帮的人叫什么名字?", "": "您叫什么名字?"} {
		c := iv.Begin(today(), "371426", Known{Fields: map[string]string{"form/contact.capacity": capacity}})
		if got := iv.Words(c, name, Screen); got != want {
			t.Errorf("%q: %q, want %q", capacity, got, want)
		}
	}
}

// The summary tells each answer as it was understood, what may be due, and what is open.
//
// Control: Tell without options; Sum that leaves out the open ones.
func TestSummary(t *testing.T) {
	t.Parallel()
	iv, m := interviewer(t), matcher(t)
	c := iv.Begin(today(), "371426", Known{})
	said := map[string]string{
		"hukou": "德州", "business_with_staff": "没有", "form/applicant.name": "张秀英", "form/applicant.id_number": "371428196501010021", "form/live.region": "371426104206",
		"members": "儿子33", "area": "村里", "income_per_capita_month": "三百九", "income_12m": "九千三百六", "statuses": "没有",
		"houses": "一套", "cars": "没有", "financial_assets_per_capita": "两千", "round/disability": "儿子", "members/m2/disability": "肢体一级",
		"round/illness": "没有", "shocks": "没有", "rigid_12m": "四千二", "house_grade": "2", "members/m2/needs_long_term_care": "离不开人",
	}
	lead(t, iv, c, func(step Step) Answer {
		a, err := iv.Hear(c, step, said[step.Ref])
		if err != nil {
			return Answer{}
		}
		return a
	})
	s := iv.Sum(c, m)
	told := map[string]string{}
	for _, x := range s.Said {
		told[x.Ref] = x.Answer
	}
	for ref, want := range map[string]string{
		"area": "村里", "income_12m": "9,360 元", "members": "您的儿子(33 岁)", "round/disability": "您的儿子(33 岁)",
		"members/m2/disability": "肢体1级", "shocks": "没有", "cars": "0", "form/contact.phone": "不清楚",
	} {
		if told[ref] != want && strings.ReplaceAll(want, ",", "") != told[ref] {
			t.Errorf("%s is told as %q, want %q", ref, told[ref], want)
		}
	}
	var may, open []string
	for _, i := range s.May {
		may = append(may, string(i.Code))
	}
	for _, i := range s.Open {
		open = append(open, string(i.Code))
	}
	if !strings.Contains(strings.Join(may, " "), "MZ-01") || !strings.Contains(strings.Join(may, " "), "MZ-08") {
		t.Errorf("may be due: %v; open: %v; said %+v", may, open, told)
	}
	if len(open) == 0 {
		t.Error("nothing is open, though much was not answered")
	}
}

// A conversation that came from outside may name a round where there is none.
//
// Control: wordsOf that looks at About alone, "nil pointer dereference".
func TestRoundThatIsNone(t *testing.T) {
	t.Parallel()
	iv, err := NewInterviewer()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range iv.Form().Questions {
		key, ok := q.Member()
		if !ok || q.Round != nil {
			continue
		}
		c := iv.Begin(core.NewDate(2026, 1, 1), "371402", Known{})
		c.Given = []Given{{Step: roundOf + key, Answer: Answer{Members: []core.MemberRef{"m1"}}, About: []core.MemberRef{"m1"}}}
		if got := iv.Words(c, Step{Ref: roundOf + key, Question: &q, About: []core.MemberRef{"m1"}}, Chat); got == "" {
			t.Errorf("%s: no words", key)
		}
		if said, ok := iv.said(iv.form.state(c), &c.Given[0]); ok {
			t.Errorf("%s: %+v", key, said)
		}
	}
}
