package intake

import (
	"slices"

	"lianou/core"
)

// Way is how an application was made, which decides what must come with it. A
// door states it; the zero value refuses everything, so that a door which
// forgets is found by its first test.
type Way uint8

// The ways in.
const (
	WayUnset    Way = iota
	WayOwnHand      // the person alone at a screen: finger signature
	WayCall         // an agent during or after a call: spoken consent, the call's reference
	WayWindow       // a clerk at a window: signature on the pad, or the recorded way
	WayDoorstep     // a village assistant's 口述办: oral statement and personal signature (F8)
	WayChat         // the person in a chat: agrees in words; whoever comes to the door has it signed
)

// VoiceWitness is the recorded way of who cannot sign (domain.md 7.3): a spoken
// statement before two witnesses.
const VoiceWitness = "voice_witness"

// needs lists what a way asks for.
type needs struct {
	staff, call, signature, oral bool
	consent                      []string
}

var waysIn = map[Way]needs{
	WayOwnHand:  {signature: true, consent: []string{"process", "means_check"}},
	WayCall:     {staff: true, call: true, consent: []string{"process"}},
	WayWindow:   {staff: true, signature: true, consent: []string{"process", "means_check"}},
	WayDoorstep: {staff: true, signature: true, oral: true, consent: []string{"process", "means_check"}},
	WayChat:     {consent: []string{"process", "means_check"}},
}

// checkWay holds an application to what its way in asks for. Aid in an emergency
// comes first and papers later (item 03), so an urgent one waits for no
// means-check authorisation; it still says who speaks and agrees to be heard.
func checkWay(w Way, a *core.Application) error {
	n, known := waysIn[w]
	if !known {
		return core.E(core.KindInternal, "way_unset", "")
	}
	switch {
	case n.staff && a.Contact.Staff == 0:
		return core.E(core.KindForbidden, "staff_missing", "请工作人员先登录。")
	case n.call && (a.Call == nil || (a.Call.Recording == "" && !a.Call.Pending)):
		return core.Invalid("call", "没有找到这通电话的录音,请从来电那一行打开表单。")
	case n.signature && a.Signature == nil:
		return core.Invalid("signature", "还差您的签名。")
	case n.oral && !hasPaper(a.Papers, core.PaperOral):
		return core.Invalid("papers", "还差口述录音。")
	case w == WayOwnHand && a.Signature.Instead != "":
		return core.Invalid("signature", "不方便签名,请打 12345,有人上门帮您。")
	case n.signature && a.Signature.Instead != "" && !hasPaper(a.Papers, core.PaperOral):
		return core.Invalid("papers", "不能签名的,要有口述录音。")
	}
	for _, purpose := range n.consent {
		if purpose == "means_check" && a.Urgent {
			continue
		}
		if !slices.ContainsFunc(a.Consent, func(c core.Consent) bool { return c.Purpose == purpose }) {
			return core.Invalid("consents", consentSay[purpose])
		}
	}
	return nil
}

var consentSay = map[string]string{
	"process":     "请先同意我们处理您填的信息。",
	"means_check": "请先同意我们核对家里的收入和财产。",
}

func hasPaper(list []core.Paper, kind core.PaperKind) bool {
	return slices.ContainsFunc(list, func(p core.Paper) bool { return p.Kind == kind })
}
