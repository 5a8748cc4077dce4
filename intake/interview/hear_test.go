package interview

import (
	"encoding/json"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
)

func interviewer(t testing.TB) *Interviewer {
	t.Helper()
	iv, err := NewInterviewer()
	if err != nil {
		t.Fatal(err)
	}
	return iv
}

func matcher(t testing.TB) *matching.Matcher {
	t.Helper()
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(today())
	if err != nil {
		t.Fatal(err)
	}
	m, err := matching.Compile(book)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func today() core.Date { return core.NewDate(2024, 3, 1) }

// Control: 三千五 read as 3,005; options without the longest word first.
func TestWordsBecomeAnswers(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{})
	for _, x := range []struct{ key, said, want string }{
		{"income_12m", "三千五", "3500"},
		{"income_12m", "一万二", "12000"},
		{"income_12m", "1.2万", "12000"},
		{"income_12m", "12,000块", "12000"},
		{"income_12m", "9360", "9360"},
		{"income_12m", "1千2", "1200"}, {"income_12m", "1万2", "12000"}, {"income_12m", "8百5", "850"}, {"income_12m", "2千3百", "2300"},
		{"income_12m", "1万200", "10200"}, {"income_12m", "1千05", "1005"}, {"income_12m", "-5", "?"}, {"income_12m", "负5", "?"},
		{"income_12m", "一千零五", "1005"},
		{"income_12m", "二十", "20"},
		{"income_12m", "十五万", "150000"},
		{"income_12m", "两万三千四百", "23400"},
		{"income_12m", "每个月六百", "7200"},
		{"income_12m", "一个月六百", "7200"},
		{"income_12m", "这一年六千", "6000"},
		{"income_per_capita_month", "一年四千八", "400"},
		{"income_12m", "没有", "0"},
		{"income_12m", "不知道呀", ""},
		{"income_12m", "三千到五千", "?"},
		{"income_12m", "没多少", "?"},
		{"financial_assets_per_capita", "没存款,还欠三万", "?"},
		{"financial_assets_per_capita", "负三万", "?"},
		{"business_with_staff", "有,不多", "true"},
		{"business_with_staff", "是,不过快关了", "true"},
		{"income_12m", "99999999999999999999", "?"},
		{"houses", "一套", "1"},
		{"cars", "没有", "0"},
		{"members/*/unemployed_months", "半年多", "?"},
		{"members/*/unemployed_months", "八个月", "8"},
		{"members/*/unemployed_months", "两年了", "24"},
		{"owns_home", "是自己家的", "true"},
		{"owns_home", "不是,租的", "false"},
		{"form/urgent", "过不去了", `"true"`},
		{"form/urgent", "还行,没那么急", `"false"`},
		{"form/urgent", "没饭吃了", `"true"`},
		{"form/urgent", "揭不开锅了", `"true"`},
		{"form/urgent", "是,没钱看病", `"true"`},
		{"form/urgent", "急,孩子没奶吃", `"true"`},
		{"form/urgent", "没错", `"true"`},
		{"form/urgent", "不急", `"false"`},
		{"form/urgent", "不急,就是没钱", "?"},
		{"form/urgent", "这个嘛", "?"},
		{"owns_home", "是不是自家的俺也说不好", ""},
		{"owns_home", "是不是自家的呢", "?"},
		{"renting", "租的", "?"},
		{"members/*/needs_long_term_care", "离不开人", "true"},
		{"members/*/needs_long_term_care", "没人管不行,瘫在床上", "true"},
		{"members/*/needs_long_term_care", "不用", "false"},
		{"area", "农村的", `"rural"`},
		{"area", "城里", `"urban"`},
		{"area", "2", `"urban"`},
		{"area", "9", "?"},
		{"members/*/illness", "白血病", `"leukaemia"`},
		{"members/*/illness", "没得过大病", "?"},
		{"members/*/illness", "没有", `"none"`},
		{"members/*/school_stage", "上高中", `"senior"`},
		{"members/*/school_stage", "大专", `"tertiary_vocational"`},
		{"members/*/work_ability", "能干一点轻活", `"partial"`},
		{"members/*/disability", "肢体二级", `{"kind":"limb","grade":2}`},
		{"members/*/disability", "有证,2级,腿不行", `{"kind":"limb","grade":2}`},
		{"members/*/disability", "没有", `{}`},
		{"members/*/disability", "有", "?"},
		{"members/*/disability", "一级还是二级来着,肢体", "?"},
		{"members/*/parents", "爸爸去世了,妈妈联系不上", `["dead","uncontactable_6m"]`},
		{"members/*/parents", "爸妈都没了", `["dead","dead"]`},
		{"members/*/parents", "爸爸去世了", "?"},
		{"statuses", "低保", `["dibao"]`},
		{"statuses", "没有", `[]`},
		{"statuses", "不是低保边缘", "?"},
		{"statuses", "低保边缘", `["edge"]`},
		{"shocks", "没有", `[]`},
		{"shocks", "去年11月孩子查出白血病", `[{"kind":"sudden_illness","date":"2023-11-15"}]`},
		{"shocks", "上个月出了车祸", `[{"kind":"traffic","date":"2024-02-01"}]`},
		{"shocks", "三天前着火了", `[{"kind":"fire","date":"2024-02-27"}]`},
		{"shocks", "12月5号摔了", `[{"kind":"accident","date":"2023-12-05"}]`},
		{"shocks", "着火了", `[{"kind":"fire"}]`},
		{"shocks/day", "去年11月", `"2023-11"`},
		{"shocks/day", "11", `"2023-11"`},
		{"shocks/day", "上个月", `"2024-02"`},
		{"shocks/day", "记不清了", ""},
		{"shocks/day", "有阵子了", "?"},
		{"members", "老伴71,儿子45,孙女8岁", `[{"relation":"spouse","age":71},{"relation":"child","age":45,"sex":"male"},{"relation":"grandchild","age":8,"sex":"female"}]`},
		{"members", "俩孩子,8岁和5岁", `[{"relation":"child","age":8},{"relation":"child","age":5}]`},
		{"members", "媳妇、儿媳妇", `[{"relation":"spouse","sex":"female"},{"relation":"other","sex":"female"}]`},
		{"members", "就我一个人", `[]`},
		{"members", "嗯呢", "?"},
		{"form/applicant.id_number", "三七一四二八 19530101 002 叉", "?"},
		{"form/applicant.name", "张秀英", `"张秀英"`},
		{"form/applicant.name", "不知道", ""},
		{"form/applicant.name", "372428195001019926", "?"},
		{"form/applicant.id_number", "饿了两天没饭吃了", "?"},
		{"form/live.detail", "不清楚", ""},
		{"form/contact.capacity", "给我妈问的", `"member"`},
		{"form/contact.capacity", "我自己", `"self"`},
	} {
		q := iv.form.question(x.key)
		step := Step{Ref: strings.ReplaceAll(x.key, "*", "m1"), Question: q}
		a, err := iv.Hear(c, step, x.said)
		if err == nil && len(a.Value) > 0 {
			err = iv.fits(c, step, &Given{Step: step.Ref, Answer: a})
		}
		got := string(a.Value)
		if err != nil {
			got = "?"
		}
		if !same(got, x.want) {
			t.Errorf("%s: %q is %s, want %s (%v)", x.key, x.said, got, x.want, err)
		}
		if err != nil && (core.KindOf(err) != core.KindInvalid || core.Known(err).Say == "") {
			t.Errorf("%s: %q: %v does not say how to answer", x.key, x.said, err)
		}
	}
}

func same(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return a == b
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}

// Whom a round names: by relation, by age, all, nobody; two sons are not guessed at.
//
// Control: namedIn that takes the first of several.
func TestWhoIsNamed(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	known := Known{Members: []core.MemberRef{"m1", "m2", "m3", "m4"}, Facts: map[string]json.RawMessage{
		"members/m1/relation": Text("applicant"), "members/m1/age": json.RawMessage("72"),
		"members/m2/relation": Text("spouse"), "members/m2/age": json.RawMessage("71"),
		"members/m3/relation": Text("child"), "members/m3/age": json.RawMessage("45"), "members/m3/sex": Text("male"),
		"members/m4/relation": Text("child"), "members/m4/age": json.RawMessage("41"), "members/m4/sex": Text("male"),
	}}
	c := iv.Begin(today(), "371426", known)
	step := Step{Ref: "round/disability", Question: iv.form.question("members/*/disability"), About: []core.MemberRef{"m1", "m2", "m3", "m4"}}
	for said, want := range map[string]string{
		"俺老伴": "[m2]", "我自己": "[m1]", "45岁那个": "[m3]", "儿子": "?", "小儿子,41的": "[m4]", "俩儿子都有": "[m3 m4]",
		"都没有": "none", "没有": "none", "俺家没有": "none", "一家都有": "[m1 m2 m3 m4]", "不清楚": "unknown", "下雨了": "?",
	} {
		a, err := iv.Hear(c, step, said)
		got := ""
		switch {
		case err != nil:
			got = "?"
		case a.None:
			got = "none"
		case a.unknown():
			got = "unknown"
		default:
			raw, _ := json.Marshal(a.Members)
			got = strings.ReplaceAll(strings.ReplaceAll(string(raw), `"`, ""), ",", " ")
		}
		if got != want {
			t.Errorf("%q names %s, want %s (%v)", said, got, want, err)
		}
	}
}

// Whatever is said, no answer breaks its question's bounds or ends the program.
func FuzzHear(f *testing.F) {
	iv := interviewer(f)
	for _, s := range []string{"老伴71,儿子45", "三千五", "一万二千零五十", "去年11月查出大病", "爸爸去世了,妈妈改嫁", "12,000.555万", "9999999999999999999年前", ""} {
		f.Add(s)
	}
	c := iv.Begin(today(), "371426", Known{})
	f.Fuzz(func(t *testing.T, said string) {
		for i := range iv.form.Questions {
			q := &iv.form.Questions[i]
			step := Step{Ref: strings.ReplaceAll(q.Key, "*", "m1"), Question: q}
			a, err := iv.Hear(c, step, said)
			if err != nil || a.unknown() {
				continue
			}
			if !json.Valid(a.Value) {
				t.Fatalf("%s: %q is %q", q.Key, said, a.Value)
			}
			before := len(c.Given)
			_ = iv.fits(c, step, &Given{Step: step.Ref, Answer: a})
			if len(c.Given) != before {
				t.Fatal("looking at an answer added it")
			}
		}
	})
}
