package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

// chat is a conversation in WeChat that its person asked an agent into, beside the form.
// What they told the machine is suggested for the form, and nothing of it is there before
// the agent put it in.
type chat struct {
	Of      string // the call
	Base    string
	Key     string // of the next words: sent twice they are said once
	Mine    string // under which words not sent yet are kept on this machine: of this call and this agent
	Open    bool   // it is in the agents' hands
	Word    string // how the person can be reached, or why not
	Tone    string
	Lines   []chatLine
	Newest  int64 // the newest line of the person that the page shows
	Suggest []desk.Suggestion
}

// chatLine is one line as the page shows it.
type chatLine struct {
	ID          int64
	Who, Text   string
	At          time.Time
	Mine        bool
	Photo, Song bool // something to open
	Plays       bool // a browser knows the form of the sound
	Heard       bool // Text is what a machine made of the sound
	State, Tone string
}

var chatWho = map[talks.Side]string{talks.SideCitizen: "本人", talks.SideWe: "机器", talks.SideAgent: "坐席"}

var chatStates = map[talks.LineState][2]string{
	talks.LineQueued: {"正在发", "blue"}, talks.LineFull: {"排着,他再说一句才发得出", "amber"}, talks.LineSent: {"已发", "leaf"},
	talks.LineLate: {"超过 48 小时,没发出去", "red"}, talks.LineRefused: {"微信不收,没发出去", "red"},
}

// chatOf opens the conversation of a call for the agent who took it; nil where there is
// none. It leaves its entry.
func (a *Room) chatOf(r *http.Request, at desk.At, c calls.Call) (*chat, error) {
	if c.Exchange != calls.FromChat {
		return nil, nil
	}
	got, err := a.d.Chats.Open(r.Context(), c.ID, at.Staff.ID)
	if err != nil || got.Call == "" {
		return nil, err
	}
	out := a.chatView(at, c, got)
	if len(got.Facts) == 0 {
		return out, nil
	}
	var told intake.Form
	if err := json.Unmarshal(got.Facts, &told); err != nil {
		return nil, core.E(core.KindInternal, "chat_facts", "") // the cause may quote what was said
	}
	out.Suggest = desk.Suggested(told, a.d.Regions)
	return out, nil
}

func (a *Room) chatView(at desk.At, c calls.Call, got talks.Chat) *chat {
	out := &chat{Of: c.ID, Base: callAt(c.ID), Key: uuid.NewString(), Mine: fmt.Sprintf("%s.%d", c.ID, at.Staff.ID), Open: got.How == "", Newest: got.Newest}
	out.Word, out.Tone = reach(got, a.d.Desk.Now())
	for _, l := range got.Lines {
		one := chatLine{ID: l.ID, Who: chatWho[l.Side], Text: l.Body, At: l.At, Mine: l.Side == talks.SideAgent, Photo: l.Kind == talks.LineImage, Song: l.Kind == talks.LineVoice && l.Blob != ""}
		one.Plays = playable[l.MIME]
		if l.Heard != "" {
			one.Text, one.Heard = l.Heard, true
		}
		one.State, one.Tone = chatStates[l.State][0], chatStates[l.State][1]
		out.Lines = append(out.Lines, one)
	}
	return out
}

// playable are the forms of sound that browsers know; amr, which WeChat records, is not
// among them.
var playable = map[string]bool{"audio/wav": true, "audio/mpeg": true, "audio/ogg": true}

// reach says whether words reach the person: WeChat delivers five for each of theirs,
// within 48 hours.
func reach(c talks.Chat, now time.Time) (word, tone string) {
	switch {
	case c.How == talks.HowLeft:
		return "他自己接着填了,不用回。", ""
	case c.How == talks.HowRung:
		return "他想让我们打电话,请打过去。", "wait"
	case c.How == talks.HowLapsed:
		return "隔了一天没人说话,机器接着问了。有电话就打过去。", ""
	case c.How != "":
		return "这段对话办完了。", ""
	case c.Late(now):
		return "离他最后一句超过 48 小时,微信发不到了。有电话就打电话。", "wait"
	case c.Since >= talks.Most:
		return "他说完以后已经发了 5 条,再写的排着,他再说一句才发得出。", "wait"
	}
	return "他说一句,48 小时内能回 5 条,还能回 " + strconv.Itoa(talks.Most-c.Since) + " 条。", ""
}

// heldChat reads the conversation of a call that this agent holds.
func (a *Room) heldChat(r *http.Request, at desk.At) (calls.Call, talks.Chat, error) {
	c, err := a.held(r, at)
	if err != nil {
		return c, talks.Chat{}, err
	}
	got, err := a.d.Chats.Read(r.Context(), c.ID)
	if err == nil && got.Call == "" {
		err = errNoChat
	}
	return c, got, err
}

var errNoChat = core.E(core.KindNotFound, "no_chat", "这通没有微信对话。")

// chatLines is the live part of the page: what came since it was opened.
func (a *Room) chatLines(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, got, err := a.heldChat(r, at)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "chat-lines", a.chatView(at, c, got))
}

// chatSay sends the agent's words to the person.
func (a *Room) chatSay(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, _, err := a.heldChat(r, at)
	if err != nil {
		return err
	}
	if _, err := a.d.Chats.Say(r.Context(), talks.Word{Call: c.ID, Staff: at.Staff.ID, Key: r.FormValue("key"), Text: r.FormValue("text")}); err != nil {
		return err
	}
	got, err := a.d.Chats.Read(r.Context(), c.ID)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "chat-box", a.chatView(at, c, got))
}

// chatBack gives the conversation back to the machine, which goes on asking.
func (a *Room) chatBack(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, got, err := a.heldChat(r, at)
	if err != nil {
		return err
	}
	if got.How != "" {
		return talks.ErrClosed
	}
	if err := a.d.Calls.Done(r.Context(), c.ID, at.Staff.ID, calls.OutcomeAnswered, a.closes(r, at, talks.HowBack)); err != nil {
		return err
	}
	a.d.Desk.SentDraft(r, placeOf(c.ID))
	return desk.Back(w, r, "/desk/agent", "还给机器了,它接着问。")
}

// closes ends the conversation of a call in the transaction that ends the call: not
// before the agent has seen the person's last word.
func (a *Room) closes(r *http.Request, at desk.At, how talks.How) calls.Also {
	seen, err := strconv.ParseInt(r.FormValue("seen"), 10, 64)
	if err != nil {
		seen = 0 // a page without a conversation has nothing to have seen
	}
	e := talks.Ending{Call: r.PathValue("call"), Staff: at.Staff.ID, How: how, Seen: seen, Forced: how == ""}
	if e.Forced {
		e.How = talks.HowDone
	}
	return func(ctx context.Context, tx *pg.Tx) error { return a.d.Chats.Close(ctx, tx, e) }
}

// chatFile shows a photo, or plays a voice, that came in the conversation. Each opening is
// an entry.
func (a *Room) chatFile(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, got, err := a.heldChat(r, at)
	if err != nil {
		return err
	}
	for _, l := range got.Lines {
		if l.Blob == "" || strconv.FormatInt(l.ID, 10) != r.PathValue("line") {
			continue
		}
		p := desk.Playing{Recording: l.Blob, Subject: "call:" + c.ID, Purpose: "听微信语音"}
		if l.Kind == talks.LineImage {
			p.Purpose, p.Act = "看微信照片", "talk.photo"
		}
		return a.d.Desk.Play(w, r, at, p)
	}
	return errNoFile
}

var errNoFile = core.E(core.KindNotFound, "no_file", "没有这张照片,或者已经过期了。")

// tellReceipt tells the person in WeChat what number their application got.
func (a *Room) tellReceipt(r *http.Request, who core.StaffID, got intake.Receipt) {
	call := r.PathValue("call")
	chat, err := a.d.Chats.Read(r.Context(), call)
	if err != nil || chat.Call == "" || chat.How != "" {
		a.d.Desk.Warned(r.Context(), "a receipt was not told in the chat", err)
		return
	}
	words := wording.TakenNotYetFiled(got.Number)
	if town, known := a.d.Regions.Township(got.Region); known && !got.Spooled {
		words = wording.ReceiptText(got.Number, town.Name, core.DateOf(got.At))
	}
	_, err = a.d.Chats.Say(r.Context(), talks.Word{Call: call, Staff: who, Key: "receipt-" + string(got.Number), Text: words})
	a.d.Desk.Warned(r.Context(), "a receipt was not told in the chat", err)
}
