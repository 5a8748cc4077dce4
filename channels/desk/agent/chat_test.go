package agent_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/channels/desk/agent"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
	"lianou/intake"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

const (
	chatter = "c00000000000000000000000000000007"
	chatID  = "chat-24684460523876437"
)

// handOver has somebody ask for a person in a chat, with what they told so far.
func (b *booth) handOver(t *testing.T, said ...string) {
	t.Helper()
	must(t, b.d.Env.DB(pgtest.Gateway).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into citizen (id, created) values ($1, now())`, chatter)
		return err
	}))
	_, err := b.gateway.Heard(t.Context(), calls.Report{ID: chatID, Exchange: calls.FromChat, Began: time.Now(), Ended: time.Now(), Wish: calls.WishCallBack})
	must(t, err)
	facts, err := json.Marshal(intake.Form{Applicant: intake.PersonForm{Name: "孟二河", IDNumber: channeltest.ID}, Live: intake.PlaceForm{Region: channeltest.Town},
		Story: "没钱看病", Urgent: true, Household: json.RawMessage(`{"area":"rural","houses":1,"members":[{"ref":"m1","relation":"applicant","age":76}]}`)})
	must(t, err)
	b.turn(t, talks.Said{Hand: &talks.Handing{Call: chatID, Facts: facts}, Replies: []string{"好,转给坐席了。"}}, said...)
}

// turn is a turn of the gateway that takes what somebody writes now.
func (b *booth) turn(t *testing.T, said talks.Said, words ...string) {
	t.Helper()
	for i, w := range words {
		_, err := b.talks.Heard(t.Context(), talks.Message{Channel: "wechat", Key: w + string(rune('a'+i)), Citizen: chatter, Kind: talks.Text, Body: w})
		must(t, err)
	}
	list, err := b.talks.Waiting(t.Context(), chatter)
	must(t, err)
	said.Citizen, said.Channel = chatter, "wechat"
	said.Talk, err = b.talks.Open(t.Context(), chatter)
	must(t, err)
	said.Talk.Body = []byte(`{}`)
	if said.Hand != nil {
		said.Hand.First = list[0].ID // the conversation began with it
	}
	for _, m := range list {
		said.Taken = append(said.Taken, m.ID)
		if said.Pass != nil {
			said.Pass.Lines = append(said.Pass.Lines, m.Line())
		}
	}
	must(t, b.talks.Say(t.Context(), said))
}

func (b *booth) count(t *testing.T, sql string) (n int) {
	t.Helper()
	must(t, b.d.Env.DB(pgtest.Owner).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql).Scan(&n) }))
	return n
}

// An agent opens a conversation, which is written down with its purpose, answers, and may
// not finish before having seen the last word; nobody else may read or answer.
//
// Control: closes without seen; chatSay without held; Open without its entry.
func TestChatAtTheDesk(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	b.handOver(t, "俺想问问低保", "转人工")
	if _, page := b.ask(t, "0317", "/desk/agent", nil); !strings.Contains(page, "微信上的人") || !strings.Contains(page, "微信在等") {
		t.Errorf("the list: %s", page)
	}
	_, page := b.ask(t, "0317", "/desk/agent/call/"+chatID, nil)
	for _, want := range []string{"俺想问问低保", "好,转给坐席了。", "聊天里说的", `data-slot="applicant.name" data-value="孟二河"`, `data-slot="h.area" data-value="rural"`, "发到微信", "还给机器接着问"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "打了,没人接") {
		t.Error("a person without a number is to be rung")
	}
	if n := b.count(t, `select count(*) from audit_entry where act = 'talk.read' and purpose = '接微信对话'`); n != 1 {
		t.Errorf("%d entries of the reading", n)
	}
	at := "/desk/agent/call/" + chatID
	if code, page := b.ask(t, "0317", at+"/say", url.Values{"key": {"k1"}, "text": {"您好,我是坐席。"}}); code != 200 || !strings.Contains(page, "您好,我是坐席。") || !strings.Contains(page, "正在发") {
		t.Errorf("said: %d %s", code, page)
	}
	for _, path := range []string{"/chat", "/chat/1"} {
		if code, page := b.ask(t, "0318", at+path, nil); code != 409 || strings.Contains(page, "低保") {
			t.Errorf("another agent at %s: %d %s", path, code, page)
		}
	}
	if code, _ := b.ask(t, "0318", at+"/say", url.Values{"key": {"k2"}, "text": {"插一句"}}); code != 409 {
		t.Errorf("another agent answers: %d", code)
	}
	if code, page := b.ask(t, "0317", at+"/say", url.Values{"key": {"k3"}, "text": {strings.Repeat("长", 601)}}); code != 422 || !strings.Contains(page, "600") {
		t.Errorf("too long: %d", code)
	}
	seen := b.count(t, `select max(id) from talk_line where side = 'citizen'`)
	b.turn(t, talks.Said{Pass: &talks.Passed{Call: chatID}}, "俺还有一件事")
	finish := url.Values{"outcome": {"answered"}, "seen": {strconv.Itoa(seen)}}
	if code, page := b.ask(t, "0317", at+"/done", finish); code != 409 || !strings.Contains(page, "他刚又说了话") {
		t.Errorf("finished with a word unread: %d", code)
	}
	_, page = b.ask(t, "0317", at+"/chat", nil)
	if !strings.Contains(page, "俺还有一件事") {
		t.Errorf("the live part: %s", page)
	}
	finish.Set("seen", strconv.Itoa(b.count(t, `select max(id) from talk_line where side = 'citizen'`)))
	if code, _ := b.ask(t, "0317", at+"/back", finish); code != 303 {
		t.Errorf("given back: %d", code)
	}
	if n := b.count(t, `select count(*) from talk_hand where how = 'back'`) + b.count(t, `select count(*) from call where id = '`+chatID+`' and done is not null`); n != 2 {
		t.Error("the call and the conversation do not end together")
	}
}

// The application that came of a conversation is told there, once, with its number.
//
// Control: reply without tellReceipt.
func TestReceiptInTheChat(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	b.handOver(t, "转人工")
	b.ask(t, "0317", "/desk/agent/call/"+chatID, nil)
	for range 2 {
		r := httptest.NewRequest("POST", "/c/agent/calls/"+chatID+"/applications", nil)
		r.AddCookie(b.cookies["0317"])
		w := httptest.NewRecorder()
		ch, err := b.room.Channel(agent.Config{}, channels.Env{})
		must(t, err)
		b.d.Shell.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.SetPathValue("call", chatID)
			ch.Endpoints()[0].Reply(w, r, []intake.Receipt{{Number: "1234567897", Region: channeltest.Town, At: time.Now()}}, nil)
		})).ServeHTTP(w, r)
		if w.Code != 201 {
			t.Fatalf("the receipt: %d", w.Code)
		}
	}
	chat, err := b.chats.Read(t.Context(), chatID)
	must(t, err)
	n := 0
	for _, l := range chat.Lines {
		if l.Side == talks.SideAgent && strings.Contains(l.Body, "1234 5678 97") && strings.Contains(l.Body, "王庙镇") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("told %d times", n)
	}
}

// The page holds to axe, is worked by keys, and takes what was told into the form.
//
// Control: a line without its name; put without the checkbox; live.js without its look at
// "words." ("another agent's words are gone").
func TestChatInBrowser(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	b.handOver(t, "俺想问问低保", "家里六口人,就我一个挣钱", "转人工")
	site := httptest.NewServer(b.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", "0317")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Desk()
	tab.Open(site.URL + "/desk/agent/call/" + chatID)
	tab.Wait("俺想问问低保")
	tab.Accessible()
	tab.Click("[data-put-all]")
	for _, is := range []string{`document.querySelector("[name='applicant.name']").value === "孟二河"`, `document.querySelector("[name='h.area']").value === "rural"`,
		`document.querySelector("#live-township").value !== ""`, `document.querySelector("[name=urgent]").checked`} {
		tab.Until("the facts are in the form: "+is, is)
	}
	tab.Fill("#chat-box textarea", "您好,我是坐席小李。")
	tab.Click("[data-key='alt+enter']")
	tab.Wait("正在发")
	tab.Until("the box is empty again", `document.querySelector("#chat-box textarea").value === ""`)
	tab.Accessible()
	tab.Shot("agent-chat")
	tab.Until("the newest line is in sight", `(() => { const c = document.querySelector("[data-chat]"); return c.scrollHeight - c.scrollTop - c.clientHeight < 4 })()`)
	tab.Fill("#chat-box textarea", "还没发的半句话")
	tab.Open(site.URL + "/desk/agent/call/" + chatID) // the session ended, and they logged in again
	tab.Until("what was typed is still there", `document.querySelector("#chat-box textarea").value === "还没发的半句话"`)
	tab.Until("in words of a conversation", `!document.querySelector("#ended .fld span").innerText.includes("电话") && document.querySelector("[name='consent.how']").value === "typed"`)
	tab.Phone()
	tab.Accessible()
	tab.Shot("agent-chat-phone")
	tab.Eval(`(sessionStorage.setItem("words.chat-other.999999", Date.now() + ".别人的半句话"), "")`)
	tab.Open(site.URL + "/desk/")
	tab.Until("another agent's words are gone, on any page", `Object.keys(sessionStorage).filter((n) => n.startsWith("words.")).length === 1`)
	tab.Go(`form[action="/desk/logout"] .btn`)
	tab.Until("who logs out leaves no words", `Object.keys(sessionStorage).filter((n) => n.startsWith("words.")).length === 0`)
	tab.Quiet()
}
