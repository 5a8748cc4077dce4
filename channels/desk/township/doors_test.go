package township

import (
	"strings"
	"testing"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/intake/talks"
)

// Each door has its own honest words: a conversation is no telephone call, and what was
// typed was not spoken.
//
// Control: doorOf by the channel alone.
func TestEachDoorsOwnWords(t *testing.T) {
	t.Parallel()
	signed := core.Signature{Strokes: core.BlobDigest(strings.Repeat("a", 64))}
	for _, x := range []struct {
		v            casefile.View
		door, agreed string
	}{
		{casefile.View{Case: casefile.Case{Channel: "agent"}, CallID: "chat-wx-1"}, "微信对话", "微信里打字"},
		{casefile.View{Case: casefile.Case{Channel: "wechat"}}, "微信对话", "微信里打字"},
		{casefile.View{Case: casefile.Case{Channel: "wechat"}, Signature: signed}, "微信小程序", "签了名"},
		{casefile.View{Case: casefile.Case{Channel: "app"}, Signature: signed}, "手机网页", "签了名"},
		{casefile.View{Case: casefile.Case{Channel: "agent"}, CallID: "CA1"}, "电话 12345", "电话里口头"},
		{casefile.View{Case: casefile.Case{Channel: "counter"}, Signature: signed}, "窗口、上门", "签了名"},
	} {
		if got := doorOf(x.v); got != x.door {
			t.Errorf("%s %q: %s, want %s", x.v.Channel, x.v.CallID, got, x.door)
		}
		if got := agreedOf(x.v); !strings.Contains(got, x.agreed) {
			t.Errorf("%s %q: %s, want %s", x.v.Channel, x.v.CallID, got, x.agreed)
		}
	}
	for by, want := range map[core.Provenance]string{
		{Said: "citizen", CallID: "chat-wx-1"}:   "微信里说,待核",
		{Said: "citizen", CallID: "CA1"}:         "电话里说,待核",
		{Said: "citizen", By: "wechat"}:          "微信里说,待核",
		{Said: "citizen", By: "app"}:             "网页上填,待核",
		{Said: "contact", By: "wechat"}:          "代报的人说,待核",
		{Said: "id_number", By: "wechat"}:        "身份证号上",
		{Said: "citizen", By: "counter", At: at}: "本人说,待核",
	} {
		if got, _ := desk.SourceOf(by); got != want {
			t.Errorf("%+v: %s, want %s", by, got, want)
		}
	}
}

var at = time.Date(2024, 3, 1, 9, 0, 0, 0, core.China)

// A conversation reads as what was said, and what cannot be shown here says where it is.
func TestAConversationAtTheTownship(t *testing.T) {
	t.Parallel()
	got := talkLines([]talks.Line{{Side: talks.SideCitizen, Kind: talks.LineText, Body: "俺想问问低保", At: at}, {Side: talks.SideAgent, Body: "您好"},
		{Side: talks.SideCitizen, Kind: talks.LineImage, Body: "M1"}, {Side: talks.SideCitizen, Kind: talks.LineVoice, Heard: "没钱看病"}})
	if len(got) != 4 || got[0].Who != "本人" || got[0].Text != "俺想问问低保" || got[1].Who != "坐席" || strings.Contains(got[2].Text, "M1") || !strings.HasPrefix(got[3].Text, "没钱看病") {
		t.Errorf("%+v", got)
	}
}

// The bar is solid up to what is known, by which the queue goes, and light up to what may
// be.
//
// Control: the bar up to High in the parts' colours.
func TestTheBarOfAnOpenIndex(t *testing.T) {
	t.Parallel()
	open := stack(casefile.Index{Low: 120, High: 640, Parts: []int{300, 200, 140, 0, 0, 0, 0}})
	if len(open) != 2 || open[0].W != 120 || open[1].X != 120 || open[1].W != 520 || open[0].Fill == open[1].Fill {
		t.Errorf("%+v", open)
	}
	settled := stack(casefile.Index{Low: 640, High: 640, Parts: []int{300, 200, 140, 0, 0, 0, 0}})
	if len(settled) != 7 || settled[2].X != 500 || settled[2].W != 140 {
		t.Errorf("%+v", settled)
	}
}
