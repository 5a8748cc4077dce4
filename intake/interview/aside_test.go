package interview

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lianou/core"
)

// What is said beside an open question is kept: what is plain as a fact, and the words
// always. The open question is not answered by it.
//
// Control: Hear on the whole words instead of what Aside left of them.
func TestBesideTheQuestion(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	for _, x := range []struct{ step, said, facts, answer string }{
		{"income_12m", "孩子得了白血病", `child illness "leukaemia"`, ""},
		{"form/applicant.name", "孩子得了白血病", `child illness "leukaemia"`, ""},
		{"income_12m", "两口人,俺跟孙子", `members [{"relation":"grandchild","sex":"male"}]`, ""},
		{"houses", "两口人,俺跟孙子", `members [{"relation":"grandchild","sex":"male"}]`, ""},
		{"form/applicant.name", "就俺跟孙子俩人过", `members [{"relation":"grandchild","sex":"male"}]`, ""},
		{"area", "就俺一个人过,在村里", `members []`, `"rural"`},
		{"income_12m", "我82了,老伴没了", `applicant age 82`, ""},
		{"form/contact.capacity", "我82了,老伴没了", `applicant age 82`, ""},
		{"houses", "俺今年七十九了", `applicant age 79`, ""},
		{"income_12m", "今年地里淹了", `shocks [{"kind":"disaster"}]`, ""},
		{"form/applicant.name", "今年地里淹了", `shocks [{"kind":"disaster"}]`, ""},
		{"cars", "上个月家里着火了,没有车", `shocks [{"kind":"fire","date":"2024-02-01"}]`, "0"},
		{"income_12m", "一年六千,俺老伴得了尿毒症", `spouse illness "serious"`, "6000"},
		{"houses", "一套,老伴瘫在床上", `spouse needs_long_term_care true`, "1"},
		{"income_12m", "俺老伴肢体二级残疾", `spouse disability {"kind":"limb","grade":2}`, ""},
		{"income_12m", "闺女上大学", `child illness `, ""}, // below: school
		{"income_12m", "俺家是低保户", `statuses ["dibao"]`, ""},
		{"income_12m", "想办低保", ``, "?"},
		{"houses", "房子是租的", `renting true`, "?"},
		{"income_12m", "租房住呢,没进项", `renting true`, "?"},
		{"income_12m", "孙子8岁", `grandchild age 8`, ""},
		{"income_12m", "俺快八十了", ``, ""},
		{"income_12m", "邻居得了癌", ``, ""},
		{"income_12m", "怕孩子得了白血病", ``, ""},
		{"income_12m", "孩子他爸得了癌", ``, "?"},
		{"income_12m", "老伴得癌走了", ``, ""},
		{"income_12m", "孩子没得白血病", ``, ""},
		{"form/live.detail", "村东头第三家,俺干不动活了", `applicant work_ability "none"`, `"村东头第三家"`},
		{"income_12m", "俺干不了活了", `applicant work_ability "none"`, ""},
		{"shocks", "今年地里淹了", ``, `[{"kind":"disaster"}]`},
		{"owns_home", "房子是租的", `renting true`, "?"},
		{"houses", "前年淹过,一套", ``, "1"},
		{"income_12m", "发烧了", ``, "?"},
		{"income_12m", "砸锅卖铁凑了三千", ``, "3000"},
		{"area", "四口人", ``, ""},
		{"cars", "俺和老伴、孙子三口人一块过", `members [{"relation":"spouse"},{"relation":"grandchild","sex":"male"}]`, ""},
		{"cars", "三口人,俺跟孙子", ``, ""},
		{"income_12m", "去年下岗了", `shocks [{"kind":"job_loss"}]`, ""},
		{"form/story", "俺跟孙子两口人,孙子得了白血病", `members [{"relation":"grandchild","sex":"male"}]; grandchild illness "leukaemia"`, `"俺跟孙子两口人,孙子得了白血病"`},
	} {
		if x.said == "闺女上大学" {
			x.facts = `child school_stage "tertiary"`
		}
		c := iv.Begin(today(), "371426", Known{})
		step := Step{Ref: x.step, Question: iv.form.question(x.step)}
		rest, heard, _ := iv.Aside(c, step, x.said, core.Provenance{Said: "citizen"})
		var got []string
		for _, a := range c.Asides {
			for _, b := range a.Facts {
				who := ""
				if b.Who != nil {
					who = string(b.Who.Relation) + " "
				}
				got = append(got, fmt.Sprintf("%s%s %s", who, b.Key, b.Value))
			}
		}
		if s := strings.Join(got, "; "); s != x.facts {
			t.Errorf("%s: %q holds %q, want %q", x.step, x.said, s, x.facts)
		}
		if (heard == "") != (x.facts == "") {
			t.Errorf("%s: %q: is told %q", x.step, x.said, heard)
		}
		answer := ""
		if rest != "" {
			a, err := iv.Hear(c, step, rest)
			if answer = string(a.Value); err != nil {
				answer = "?"
				iv.Remark(c, x.said, core.Provenance{})
			}
		}
		if answer != x.answer {
			t.Errorf("%s: %q is answered by %s (of %q), want %s", x.step, x.said, answer, rest, x.answer)
		}
		if answer == "" || answer == "?" {
			if story := iv.Story(c, 1000); !strings.Contains(story, x.said) {
				t.Errorf("%s: %q is lost: the story is %q", x.step, x.said, story)
			}
		}
	}
}

// A fact is of the member it names as soon as the family is known; of two children nobody
// guesses which. A step back takes it away, "说错了" after it too.
//
// Control: whoIs that takes the first of two.
func TestWhoAnAsideIsAbout(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	for family, want := range map[string]string{
		`[{"relation":"child","age":8}]`:                               "leukaemia",
		`[{"relation":"child","age":8},{"relation":"child","age":12}]`: "",
	} {
		c := iv.Begin(today(), "371426", Known{})
		iv.Aside(c, Step{Ref: "form/applicant.name", Question: iv.form.question("form/applicant.name")}, "孩子得了白血病", core.Provenance{})
		c.Given = append(c.Given, Given{Step: "members", Answer: Answer{Value: json.RawMessage(family)}})
		got := ""
		if m := iv.Household(c).Members[1]; m.Illness != nil {
			got = string(*m.Illness)
		}
		if got != want {
			t.Errorf("of %s: %q, want %q", family, got, want)
		}
		c.Given = nil
		c.Given = append(c.Given, Given{Step: "form/story"})
		c.Asides[0].At = 1
		c.Back()
		if len(c.Asides) != 0 {
			t.Error("a step back left what was said beside")
		}
	}
}

// Who tells what happened and no time is asked for the month; who does not know it keeps
// what happened in their story, and nobody is judged by a day that was guessed.
//
// Control: shocks that puts today where no day was said.
func TestTheMonthOfAShock(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	m := matcher(t)
	c := iv.Begin(today(), "371426", Known{})
	for _, key := range iv.course.Opening {
		c.Given = append(c.Given, Given{Step: key})
	}
	q := Step{Ref: "shocks", Question: iv.form.question("shocks")}
	a, err := iv.Hear(c, q, "家里着火了")
	if err == nil {
		err = iv.Take(c, q, Given{Step: "shocks", Answer: a})
	}
	if err != nil {
		t.Fatal(err)
	}
	if h := iv.Household(c); h.Shocks != nil {
		t.Fatalf("judged by a day that nobody said: %+v", *h.Shocks)
	}
	step := iv.Next(c, m)
	if step.Ref != "shocks/day" || !strings.Contains(iv.Words(c, step, Chat), "着火") {
		t.Fatalf("asked %s: %s", step.Ref, iv.Words(c, step, Chat))
	}
	dunno := *c
	dunno.Given = append(slices.Clone(c.Given), Given{Step: step.Ref})
	if h := iv.Household(&dunno); h.Shocks != nil || !strings.Contains(iv.Story(&dunno, 1000), "着火,哪个月说不清") {
		t.Errorf("not known when: %v, %q", h.Shocks, iv.Story(&dunno, 1000))
	}
	if a, err = iv.Hear(c, step, "去年11月"); err == nil {
		err = iv.Take(c, step, Given{Step: step.Ref, Answer: a})
	}
	h := iv.Household(c)
	if err != nil || h.Shocks == nil || (*h.Shocks)[0].Date != core.NewDate(2023, 11, 15) {
		t.Errorf("%v: %+v", err, h.Shocks)
	}
	if err := iv.Take(c, step, Given{Step: step.Ref, Answer: Answer{Value: Text("2024-05")}}); core.KindOf(err) != core.KindInvalid {
		t.Errorf("a month to come: %v", err)
	}
}

// The ID number tells the age, whatever was said before; another age after it is refused
// with what to do.
//
// Control: card that keeps an age that was said.
func TestTheNumberTellsTheAge(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{})
	age := Step{Ref: "members/m1/age", Question: iv.form.question("members/*/age"), Member: "m1"}
	if err := iv.Take(c, age, Given{Step: age.Ref, Answer: Answer{Value: json.RawMessage("28")}}); err != nil {
		t.Fatal(err)
	}
	id := Step{Ref: "form/applicant.id_number", Question: iv.form.question("form/applicant.id_number")}
	number := "371428196501010021"
	if say := iv.AgeByNumber(c, number); !strings.Contains(say, "1965 年生,59 岁") {
		t.Errorf("nobody is told: %q", say)
	}
	if err := iv.Take(c, id, Given{Step: id.Ref, Answer: Answer{Value: Text(number)}}); err != nil {
		t.Fatal(err)
	}
	if got := *iv.Household(c).Members[0].Age; got != 59 {
		t.Errorf("judged by %d", got)
	}
	for _, s := range iv.Sum(c, matcher(t)).Said {
		if s.Ref == age.Ref && s.Answer != "59" {
			t.Errorf("the summary says %s", s.Answer)
		}
	}
	err := iv.Take(c, age, Given{Step: age.Ref, Answer: Answer{Value: json.RawMessage("28")}})
	if say := core.Known(err).Say; !strings.Contains(say, "59 岁,跟 28 岁对不上") {
		t.Errorf("another age: %v %q", err, say)
	}
}
