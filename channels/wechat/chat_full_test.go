package wechat

import (
	"strings"
	"testing"

	"lianou/channels"
)

// Whose words there is no room for is told so, in the chat and in the mini-program, before
// the question they are to answer; what is long goes whole while there is room.
//
// Controls: takeAll without sorry ("the chat: ..."); act without Unkept ("the mini-program: ").
func TestWordsWithoutRoomAreSaidToBeLost(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难," + strings.Repeat("家里头实在是过不下去", 150))
	c.says("我自己")
	long := "俺再说说," + strings.Repeat("那年的事情说来话长", 200)
	if got := c.says(long); strings.Contains(got, "没记下") {
		t.Errorf("while there is room: %s", got)
	}
	if got := c.says("还有呢," + strings.Repeat("后来又赶上别的事", 200)); !strings.Contains(got, "这一段太长,没记下") || !strings.Contains(got, "没听明白") {
		t.Errorf("the chat: %s", got)
	}
	m := c.mini()
	m.call("GET", "/interview", nil)
	code, body := m.call("POST", "/interview/answers", channels.InterviewAnswered{Step: m.now.Step.Ref, Revision: m.now.Revision,
		Answer: channels.InterviewReply{Said: "还有呢," + strings.Repeat("后来又赶上别的事情", 100)}})
	if code != 200 || !strings.Contains(m.now.Say, "这一段太长,没记下") {
		t.Errorf("the mini-program: %d %q %s", code, m.now.Say, body)
	}
	code, body = m.call("POST", "/interview/answers", channels.InterviewAnswered{Step: m.now.Step.Ref, Revision: m.now.Revision, Answer: channels.InterviewReply{Said: strings.Repeat("长", 2001)}})
	if code != 422 || !strings.Contains(string(body), "这一段太长了") {
		t.Errorf("too long for one answer: %d %s", code, body)
	}
}
