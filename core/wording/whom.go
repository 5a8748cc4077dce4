package wording

import "lianou/core"

// KindSpeaks is the notice to who was told of a case until now that somebody else is.
const KindSpeaks Kind = "speaks"

// WhoIsTold says who hears what becomes of a request and at which number, from the contact
// that every notice of it goes to: each door shows it before anything is sent, and the case
// keeps it (features.md F70). name is the contact's; the number is masked, since a screen may
// be looked at by others.
func WhoIsTold(capacity core.Capacity, name string, phone core.Phone) string {
	who := "本人"
	switch capacity {
	case core.CapacityMember:
		who = "家里人" + name
	case core.CapacityGuardian:
		who = "监护人" + name
	case core.CapacityEntrusted:
		who = "受托的" + name
	case core.CapacityCommittee:
		who = "村(居)委会" + name
	case core.CapacityOfficial:
		who = "上门登记的" + name
	}
	if phone.IsZero() {
		return "办得怎么样,告诉" + who + "。没留电话,村里派人上门说。"
	}
	only := ""
	if who != "本人" {
		only = "消息只发给这个号。"
	}
	return "办得怎么样,告诉" + who + ",发到 " + phone.String() + "。" + only
}

// SpeaksNow says to who was told until now that the messages of a case go to another number.
// It carries no name: only who knows the household knows whose tail it is.
func SpeaksNow(tail string) Notice {
	what := "不再发到您这个号"
	to := "以后村里派人上门说"
	if tail != "" {
		to = "以后发到尾号 " + tail + " 的电话"
	}
	return Notice{KindSpeaks, "您报的事,办得怎么样" + what + "了。" + to + "。您没同意过,马上打 " + Hotline + ",外地打 " + HotlineAway + "。" + Promise,
		[]Field{{"item", "您报的事"}, {"what", what}}}
}
