package interview

import (
	"fmt"
	"strings"
	"testing"

	"lianou/core"
)

// Words about something else are no answer to the open question: a fact where they are
// plain, in the story always, and the question is asked again.
//
// Control: ownWords that gives all that was said; beside without hearThings.
func TestAnswersToAnotherQuestion(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	for _, x := range []struct{ step, said, facts, answer string }{
		{"houses", "车没有", "cars 0", ""},
		{"houses", "俺家没有车", "cars 0", ""},
		{"financial_assets_per_capita", "没有开店", "business_with_staff false", ""},
		{"income_12m", "俺儿媳妇3月得了重病", "", "?"},
		{"income_12m", "看病花了三千", "", "?"},
		{"houses", "俺儿子33", "", "?"},
		{"houses", "没有存款", "", "?"},
		{"cars", "房子有一套", "houses 1", ""},
		{"cars", "三轮车没有", "", "?"},
		{"financial_assets_per_capita", "没钱,车也没有", "cars 0", "?"},
		{"financial_assets_per_capita", "没有,都看病花了", "", "0"},
		{"income_12m", "一年六千,都给老伴看病了", "", "6000"},
		{"income_12m", "儿子给三千块", "", "3000"},
		{"income_12m", "老伴退休金一年三千", "", "3000"},
		{"medical_12m", "老伴看病三千", "", "3000"},
		{"business_with_staff", "没有开店", "", "false"},
		{"houses", "房没有", "", "0"},
		{"houses", "就一套房", "", "1"},
		{"houses", "没有", "", "0"}, {"houses", "无", "", "0"}, {"houses", "0", "", "0"}, {"houses", "2", "", "2"},
		{"form/urgent", "没钱看病", "", `"true"`},
		{"area", "小区的房", "", `"urban"`},
	} {
		c := iv.Begin(today(), "371426", Known{})
		step := Step{Ref: x.step, Question: iv.form.question(x.step)}
		rest, _ := iv.Aside(c, step, x.said, core.Provenance{Said: "citizen"})
		var facts []string
		for _, a := range c.Asides {
			for _, b := range a.Facts {
				facts = append(facts, fmt.Sprintf("%s %s", b.Key, b.Value))
			}
		}
		answer, say := "", ""
		if rest != "" {
			a, err := iv.Hear(c, step, rest)
			if answer = string(a.Value); err != nil {
				answer, say = "?", core.Known(err).Say
				iv.Remark(c, x.said, core.Provenance{})
			}
			if a.unknown() && err == nil {
				t.Errorf("%s: %q counts as not known", x.step, x.said)
			}
		}
		if strings.Join(facts, "; ") != x.facts || answer != x.answer {
			t.Errorf("%s: %q is %v and answered %q, want %q and %q", x.step, x.said, facts, answer, x.facts, x.answer)
		}
		if answer == "?" && x.said != "没钱,车也没有" && (say == step.Question.Ask || !strings.Contains(say, "再问一遍")) {
			t.Errorf("%s: %q hears %q", x.step, x.said, say)
		}
		if (answer == "" || answer == "?") && !strings.Contains(iv.Story(c, 1000), x.said) {
			t.Errorf("%s: %q is lost", x.step, x.said)
		}
	}
}

// Cattle is no sum. Who has no bank card need not give one, and "自个" is oneself. Digits that are too few
// stay no card.
//
// Control: Hear without noCard; hearMoney without noSum; the words of self without 自个.
func TestNoCardAndOneself(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	for _, x := range []struct{ step, said, answer string }{
		{"form/account", "没有", ""}, {"form/account", "没卡", ""}, {"form/account", "俺没有银行卡", ""}, {"form/account", "还没办呢", ""},
		{"financial_assets_per_capita", "一头牛", "?"}, {"form/account", "6217", "?"}, {"form/account", "在儿子那儿", "?"}, {"form/account", "6222021234567890123", `"6222021234567890123"`},
		{"form/contact.capacity", "给俺自个", `"self"`}, {"form/contact.capacity", "自个儿", `"self"`}, {"form/contact.capacity", "我自己", `"self"`},
		{"form/contact.capacity", "给俺娘", "?"},
	} {
		c := iv.Begin(today(), "371426", Known{})
		a, err := iv.Hear(c, Step{Ref: x.step, Question: iv.form.question(x.step)}, x.said)
		got := string(a.Value)
		if err != nil {
			got = "?"
		}
		if got != x.answer {
			t.Errorf("%s: %q is answered %q, want %q", x.step, x.said, got, x.answer)
		}
	}
}
