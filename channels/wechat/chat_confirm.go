package wechat

import (
	"fmt"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/matching"
	"lianou/intake"
	"lianou/transcription/slots"
)

// summary tells what was understood and what may be due, and then, in a message of its
// own that nothing cuts, who hears what becomes of it (F70) and what is agreed to by answering.
func (c *chat) summary(st *chatting, m *matching.Matcher) []string {
	sum, sources, fields := c.iv.Sum(st.Talk, m), c.iv.Sources(st.Talk), c.iv.Fields(st.Talk)
	var said strings.Builder
	said.WriteString("问完了。您说的是:\n")
	c.who(&said, fields)
	for _, s := range sum.Said {
		if s.Answer != "不清楚" && !strings.HasPrefix(s.Ref, "form/") {
			fmt.Fprintf(&said, "%s %s%s\n", s.Ask, s.Answer, markOf(sources[s.Ref]))
		}
	}
	if len(sum.May) > 0 {
		names := make([]string, len(sum.May))
		for i, it := range sum.May {
			names[i] = it.Name
		}
		said.WriteString("\n照这样,可能能办:" + strings.Join(names, "、") + "。到底能不能办,要有人上门看过才定。")
	}
	var agree strings.Builder
	agree.WriteString("报上去之前请看:\n")
	if fields["form/contact.phone"] != "" { // without one nothing is sent: 还差电话
		agree.WriteString(channels.WhoIsTold(fields) + "\n")
	}
	for _, consent := range c.iv.Form().Consents {
		if consent.Required {
			agree.WriteString(consent.Text + "\n")
		}
	}
	if len(st.Talk.Known.Facts) > 0 {
		agree.WriteString("电话里说的、部门记的哪条不对,回“记的不对”,我再问一遍。\n")
	}
	agree.WriteString("都对、也同意,就回“同意”。哪里不对,直接写,比如:房子有一套。")
	return append(pieces(said.String()), agree.String())
}

// markOf says of an answer that a machine heard it, or that it was not said here.
func markOf(from core.Provenance) string {
	switch {
	case from.Said == fromVoice:
		return "(听语音记的)"
	case from.CallID != "":
		return "(电话里说的)"
	case strings.HasPrefix(from.Said, "registry:"):
		return "(" + channels.SaidAt(from) + ")"
	}
	return ""
}

// who tells who and where they are, and what is missing. Of a number the end alone: the
// message stays on a telephone that others may hold.
func (c *chat) who(b *strings.Builder, fields map[string]string) {
	for _, line := range []struct{ name, key string }{
		{"您说", "form/story"}, {"急不急", "form/urgent"}, {"姓名", "form/applicant.name"}, {"身份证号", "form/applicant.id_number"}, {"电话", "form/contact.phone"}, {"住址", "form/live.region"}, {"收款卡", "form/account"},
	} {
		v := fields[line.key]
		switch {
		case line.key == "form/urgent":
			v = map[string]string{"true": "急,马上就过不去了", "false": "不算急"}[v]
			if v == "" {
				continue
			}
		case v == "":
			v = "还没有"
		case line.key == "form/live.region":
			v = c.in.Regions.FullName(core.RegionCode(v))
		case line.key == "form/story":
			v = slots.Mask([]slots.Segment{{Text: v}})[0].Text
			if r := []rune(v); len(r) > 60 {
				v = string(r[:60]) + "……"
			}
		case line.key != "form/applicant.name":
			v = "尾号 " + v[max(len(v)-4, 0):]
		}
		fmt.Fprintf(b, "%s:%s\n", line.name, v)
	}
}

// confirm takes the answer to the summary. told says that the message put something right.
func (c *chat) confirm(st *chatting, m *matching.Matcher, cmd command, told bool) (out outcome) {
	switch {
	case told:
		out.ask("好,改过来了。", c.over(st, m))
	case cmd == cmdAgree && c.missing(st) != "":
		out.say("还差" + c.missing(st) + ",直接写就行。补上了再回“同意”。")
	case cmd == cmdAgree:
		form, err := c.form(st)
		if err != nil {
			out.say(core.Known(err).Say)
			return out
		}
		out.submit = &form
	default:
		out.say(st.missed("您没有回“同意”,就还没有报上去。都对、也同意,回“同意”两个字。哪里不对,直接写,比如:房子有一套。想跟人说,回“人工”。"))
	}
	return out
}

// missing names what no application can do without.
func (c *chat) missing(st *chatting) string {
	var names []string
	for _, need := range c.in.Missing(&st.Talking) {
		names = append(names, need.Name)
	}
	return strings.Join(names, "、")
}

// form is the application of a conversation that was agreed to.
func (c *chat) form(st *chatting) (intake.Form, error) {
	form, err := c.in.Form(&st.Talking)
	if err != nil {
		return form, err
	}
	for _, consent := range c.iv.Form().Consents {
		if consent.Required {
			form.Consents = append(form.Consents, intake.ConsentForm{Purpose: consent.Purpose, Version: consent.Version, How: "typed"})
		}
	}
	return form, nil
}
