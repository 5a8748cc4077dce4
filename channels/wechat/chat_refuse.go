package wechat

import (
	"strings"

	"lianou/channels"
	"lianou/core"
)

// refusal says what was wrong with an application that was not taken, whose it is where the
// words alone do not tell, and what the person can do about that very thing. The summary
// still lies before them: what they type puts it right, and "同意" hands in again.
func (t *turning) refusal(err error) {
	known := core.Known(err)
	switch known.Kind {
	case core.KindTooMany: // nothing is wrong with what they said
		t.out.say("还没报上去。" + known.Say + "\n您说的都留着,明天回“同意”就报。")
		return
	case core.KindConflict: // no other try of theirs can end otherwise
		t.out.say(known.Say + "\n想跟人说,回“人工”。")
		return
	}
	if known.Field == "consents" { // the text has changed: it is shown before it is agreed to
		t.out.ask("还没报上去:要您同意的话改过了,请再看一遍。", t.c.chat.ask(t.st, t.m))
		return
	}
	t.out.say("还没报上去。" + whose(known.Field) + known.Say + "\n" + t.mend(known.Field) + "想跟人说,回“人工”。")
}

// whose names the field of a refusal.
func whose(field string) string {
	name := map[string]string{
		"applicant.name": "姓名", "applicant.id_number": "身份证号", "contact.name": "您的姓名", "contact.id_number": "您的身份证号", "contact.phone": "电话",
		"people.name": "家里人的姓名", "people.id_number": "家里人的身份证号", "live.region": "住址", "live.detail": "怎么找到您家", "account": "收款卡号", "story": "您说的情况",
	}[field]
	if name == "" {
		return ""
	}
	return name + "这一项:"
}

// mend says how a field is put right: typed as it is where the chat hears it under the
// summary, else by going back.
func (t *turning) mend(field string) string {
	own := core.Capacity(t.c.chat.iv.Fields(t.st.Talk)[channels.CapacityStep])
	switch {
	case field == "contact.phone", strings.HasPrefix(field, "applicant.") && (own == "" || own == core.CapacitySelf):
		return "把对的直接写来就行。"
	case field == "live.region":
		return "把县和镇一起写来就行,比如:平原县王庙镇。"
	}
	return "要改,回“上一问”。"
}
