package wechat

import (
	"fmt"
	"strings"

	"lianou/core"
	"lianou/core/matching"
	"lianou/intake"
)

// summary tells what was understood, what may be due, and what is agreed to by answering.
func (c *chat) summary(st *chatting, m *matching.Matcher) string {
	sum := c.iv.Sum(st.Talk, m)
	var b strings.Builder
	b.WriteString("问完了。您说的是:\n")
	c.who(&b, c.iv.Fields(st.Talk))
	for _, s := range sum.Said {
		if s.Answer != "不清楚" && !strings.HasPrefix(s.Ref, "form/") {
			fmt.Fprintf(&b, "%s %s\n", s.Ask, s.Answer)
		}
	}
	if len(sum.May) > 0 {
		b.WriteString("\n照这样,可能能办:")
		for i, it := range sum.May {
			if i > 0 {
				b.WriteString("、")
			}
			b.WriteString(it.Name)
		}
		b.WriteString("。到底能不能办,要有人上门看过才定。\n")
	}
	b.WriteString("\n报上去之前请看:\n")
	for _, consent := range c.iv.Form().Consents {
		if consent.Required {
			b.WriteString(consent.Text + "\n")
		}
	}
	b.WriteString("都对、也同意,就回“同意”。哪里不对,回“上一问”。")
	return b.String()
}

// who tells who and where they are, and what is missing. Of a number the end alone: the
// message stays on a telephone that others may hold.
func (c *chat) who(b *strings.Builder, fields map[string]string) {
	for _, line := range []struct{ name, key string }{
		{"姓名", "form/applicant.name"}, {"身份证号", "form/applicant.id_number"}, {"电话", "form/contact.phone"}, {"住址", "form/live.region"}, {"收款卡", "form/account"},
	} {
		v := fields[line.key]
		switch {
		case v == "":
			v = "还没有"
		case line.key == "form/live.region":
			if p, ok := c.regions.Place(core.RegionCode(v)); ok {
				v = p.Name
			}
		case line.key != "form/applicant.name":
			v = "尾号 " + v[max(len(v)-4, 0):]
		}
		fmt.Fprintf(b, "%s:%s\n", line.name, v)
	}
}

// confirm takes the answer to the summary.
func (c *chat) confirm(st *chatting, m *matching.Matcher, said string) (out outcome) {
	switch {
	case is(said, wordsBack):
		st.Stage = asking
		st.Talk.Back()
		out.say("好,这一问重答。", c.ask(st, m))
	case is(said, []string{"不同意"}):
		out.say("不同意就不报上去。想好了再回“同意”,也可以打 12345 问问。")
	case is(said, wordsAgree):
		form, err := c.form(st)
		if err != nil {
			out.say(core.Known(err).Say)
			return out
		}
		out.submit = &form
	default:
		out.say("都对、也同意,就回“同意”。哪里不对,回“上一问”。想跟人说,回“人工”。")
	}
	return out
}

// form is the application of a conversation that was agreed to.
func (c *chat) form(st *chatting) (intake.Form, error) {
	form, err := intake.Told(c.iv, st.Talk)
	if err != nil {
		return form, err
	}
	form.Key, form.Papers = st.Key, st.Cards
	for _, consent := range c.iv.Form().Consents {
		if consent.Required {
			form.Consents = append(form.Consents, intake.ConsentForm{Purpose: consent.Purpose, Version: consent.Version, How: "typed"})
		}
	}
	return form, nil
}
