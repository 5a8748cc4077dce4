package township

import (
	"cmp"
	"lianou/transcription/slots"
	"net/http"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/intake/talks"
)

// doorOf says by which door a case came. What an agent typed out of a conversation is one,
// and no telephone call: who looks for its recording looks in vain.
func doorOf(v casefile.View) string {
	switch {
	case strings.HasPrefix(v.CallID, casefile.ChatCall):
		return "微信对话"
	case v.Channel == "wechat" && unsigned(v.Signature):
		return "微信对话"
	case v.Channel == "wechat":
		return "微信小程序"
	}
	return map[core.ChannelName]string{"agent": "电话 12345", "hotline": "电话 12345", "app": "手机网页", "counter": "窗口、上门"}[v.Channel]
}

// agreedOf says how they agreed, by what is there to show it; "" where nothing is.
func agreedOf(v casefile.View) string {
	switch {
	case v.Signature.Instead != "":
		return "" // said with its witnesses
	case !unsigned(v.Signature):
		return "同意书:本人签了名。"
	case strings.HasPrefix(v.CallID, casefile.ChatCall), v.Channel == "wechat":
		return "同意书:在微信里打字同意的,上门时再签名。"
	case v.CallID != "":
		return "同意书:在电话里口头同意的,上门时再签名。"
	}
	return ""
}

func unsigned(s core.Signature) bool { return s.Strokes == "" && s.Instead == "" }

// talkLine is one line of a conversation as the township reads it.
type talkLine struct {
	Who, Text string
	At        time.Time
}

var talkWho = map[talks.Side]string{talks.SideCitizen: "本人", talks.SideWe: "机器", talks.SideAgent: "坐席"}

// talkOf reads the conversation that a case came from, where a recording would be played.
// It leaves its entry before anything of it is shown.
func (t *Room) talkOf(r *http.Request, at desk.At, v casefile.View) ([]talkLine, error) {
	if t.d.Chats == nil || !strings.HasPrefix(v.CallID, casefile.ChatCall) {
		return nil, nil
	}
	entry := audit.Entry{Actor: desk.ActorOf(at), Act: "talk.read", Case: v.ID, Application: v.Application, Subject: "call:" + v.CallID, Purpose: "办件看微信对话"}
	if err := t.d.Desk.Trace(r.Context(), at, entry); err != nil {
		return nil, err
	}
	got, err := t.d.Chats.Read(r.Context(), v.CallID)
	if err != nil {
		return nil, err
	}
	return talkLines(got.Lines), nil
}

func talkLines(list []talks.Line) []talkLine {
	// Numbers are out of sight as everywhere at the desk, also those told in several lines.
	said := make([]slots.Segment, len(list))
	for i, l := range list {
		said[i].Text = cmp.Or(l.Heard, l.Body)
	}
	said = slots.Mask(said)
	var out []talkLine
	for i, l := range list {
		text := said[i].Text
		switch {
		case l.Kind == talks.LineImage:
			text = "(一张照片,在接件的坐席那里)"
		case l.Kind == talks.LineVoice && l.Heard != "":
			text += "(语音,机器听写)"
		case l.Kind == talks.LineVoice:
			text = "(一段语音,在接件的坐席那里)"
		}
		out = append(out, talkLine{talkWho[l.Side], text, l.At})
	}
	return out
}
