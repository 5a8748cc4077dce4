package wechat

import (
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
)

// child says what who speaks for a child of eight answers; what is not in it they do not
// know.
func child(step, guardian, who string) string {
	number := "37142420180315002"
	says := map[string]string{
		"form/contact.capacity": "他托我办的", "form/contact.name": "王大山", "form/story": "孩子没人管了", "form/applicant.name": "李小宝",
		"form/applicant.id_number": number + string(core.IDCheckDigit(number)), "form/guardian": guardian, "form/guardian.who": who,
		"form/live.region": "平原县王庙镇", "form/urgent": "过得去", "form/contact.phone": channeltest.Phone,
	}
	return says[step]
}

// For a child under fourteen the guardian is asked for in the chat and in the mini-program
// alike: a neighbour says who it is, in words that the officer reads, and is refused by
// nobody; who is one becomes one.
//
// Control: "form/guardian" left out of the course, "nobody asked for the guardian".
func TestGuardianInChatAndMiniProgram(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	m := c.mini()
	asked := false
	for m.call("GET", "/interview", nil); m.now.Step.Kind != "end"; m.call("GET", "/interview", nil) {
		asked = asked || m.now.Step.Ref == "form/guardian"
		say := child(m.now.Step.Ref, "3", "孩子奶奶李秀英,打 13905340001")
		if say == "" {
			say = "不清楚"
		}
		c.says(say)
	}
	if !asked {
		t.Fatal("nobody asked for the guardian")
	}
	c.says("同意")
	m.call("POST", "/interview", nil)
	for m.now.Step.Kind != "end" {
		reply := channels.InterviewReply{Said: child(m.now.Step.Ref, "我是孩子的父母,同意", "")}
		reply.Dunno = reply.Said == ""
		if code, body := m.call("POST", "/interview/answers", channels.InterviewAnswered{Step: m.now.Step.Ref, Revision: m.now.Revision, Answer: reply}); code != 200 {
			t.Fatalf("%s answered %+v: %d %s", m.now.Step.Ref, reply, code, body)
		}
	}
	m.files("0192c3f0-child-1")
	apps := c.d.apps()
	if len(apps) != 2 {
		t.Fatalf("%d applications", len(apps))
	}
	if a := apps[0]; a.Contact.Capacity != core.CapacityEntrusted || !strings.Contains(a.Story, "奶奶李秀英") || !strings.Contains(a.Story, "13905340001") {
		t.Errorf("a neighbour: %s, %q", a.Contact.Capacity, a.Story)
	}
	if a := apps[1]; a.Contact.Capacity != core.CapacityGuardian || a.Contact.Name != "王大山" || !strings.Contains(a.Story, "父母,同意") {
		t.Errorf("a father: %s %s, %q", a.Contact.Capacity, a.Contact.Name, a.Story)
	}
}
