package wechat

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

// agent is somebody at the desk, with the platform's own role and keys.
type agent struct {
	*chatter
	calls *calls.Log
	id    core.StaffID
}

func (c *chatter) agent(id core.StaffID) *agent {
	c.t.Helper()
	log, err := calls.New(calls.Deps{DB: c.d.pg.DB(pgtest.Platform), Bell: c.d.env.Shared, Audit: audit.New(c.d.keys.Platform.Ring),
		Platform: c.d.keys.Platform.Self, Opener: c.d.keys.Platform.Opener})
	must(c.t, err)
	return &agent{c, log, id}
}

// takes opens the one conversation that waits.
func (a *agent) takes() talks.Chat {
	a.t.Helper()
	list, err := a.calls.Waiting(a.t.Context())
	must(a.t, err)
	if len(list) != 1 {
		a.t.Fatalf("%d wait", len(list))
	}
	must(a.t, a.calls.Take(a.t.Context(), list[0].ID, a.id))
	chat, err := a.desk.Open(a.t.Context(), list[0].ID, a.id)
	must(a.t, err)
	return chat
}

func (a *agent) writes(call, key, words string) string {
	a.t.Helper()
	_, err := a.desk.Say(a.t.Context(), talks.Word{Call: call, Staff: a.id, Key: key, Text: words})
	must(a.t, err)
	return a.answers()
}

func (a *agent) ends(call string, how talks.How, seen int64) error {
	outcome := calls.OutcomeAnswered
	if how == talks.HowFiled {
		outcome = calls.OutcomeApplied
	}
	return a.calls.Done(a.t.Context(), call, a.id, outcome, func(ctx context.Context, tx *pg.Tx) error {
		return a.desk.Close(ctx, tx, talks.Ending{Call: call, Staff: a.id, How: how, Seen: seen})
	})
}

// lines is a conversation as the desk has it: who said what, and what became of it.
func lines(c talks.Chat) string {
	var b strings.Builder
	for _, l := range c.Lines {
		fmt.Fprintf(&b, "%s/%s%s: %s\n", l.Side, l.Kind, l.State, l.Body)
	}
	return b.String()
}

// Who asks for a person is read and answered by one: the whole conversation and the
// interview's answers are at the desk, each line once; no machine speaks between; the
// agent's words arrive; and the conversation comes back to the machine, which has heard
// what was said meanwhile.
//
// Control: turn without its look at HandOf; history without the replies; forward without
// its unique line; pass without also.
func TestHandedOverAndBack(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("我自己")
	c.says("张桂兰")
	if got := c.says("转人工"); !strings.Contains(got, "转给坐席了") || strings.Contains(got, "身份证号") {
		t.Fatalf("asked for a person: %s", got)
	}
	if got := c.says("还有俺电话" + channeltest.Phone); got != "" {
		t.Errorf("a machine speaks between: %s", got)
	}
	a := c.agent(7)
	chat := a.takes()
	want := "citizen/text: 俺日子难,想问问低保\nwe/text: 我是莲藕"
	if got := lines(chat); !strings.HasPrefix(got, want) || !strings.Contains(got, "citizen/text: 张桂兰\n") || !strings.HasSuffix(got, "citizen/text: 还有俺电话"+channeltest.Phone+"\n") || strings.Count(got, "转人工") != 1 {
		t.Errorf("the agent reads:\n%s", got)
	}
	var told intake.Form
	must(t, json.Unmarshal(chat.Facts, &told))
	if told.Applicant.Name != "张桂兰" || told.Story != "俺日子难,想问问低保" {
		t.Errorf("the facts: %s", chat.Facts)
	}
	if got := a.writes(chat.Call, "k1", "您好,我是坐席小李。家里几口人?"); got != "您好,我是坐席小李。家里几口人?" {
		t.Errorf("the agent's words: %q", got)
	}
	if got := a.writes(chat.Call, "k1", "您好,我是坐席小李。家里几口人?"); got != "" {
		t.Errorf("sent twice is said twice: %q", got)
	}
	c.push(c.body("image", "MediaId", "MEDIA1"))
	if got := c.answers(); got != "" {
		t.Errorf("a machine speaks about the photo: %s", got)
	}
	err := a.ends(chat.Call, talks.HowBack, chat.Newest)
	if core.KindOf(err) != core.KindConflict {
		t.Errorf("given back with a photo unseen: %v", err)
	}
	chat, err = a.desk.Read(t.Context(), chat.Call)
	must(t, err)
	if got := lines(chat); !strings.HasSuffix(got, "agent/textsent: 您好,我是坐席小李。家里几口人?\ncitizen/image: \n") || chat.Lines[len(chat.Lines)-1].Blob == "" {
		t.Errorf("at the desk:\n%s", got)
	}
	must(t, a.ends(chat.Call, talks.HowBack, chat.Newest))
	if got := c.answers(); !strings.Contains(got, "我接着问") || !strings.Contains(got, "住在哪个镇") {
		t.Errorf("back: %s", got)
	}
	if got := c.says("平原县王庙镇"); !strings.Contains(got, "除了您,还有谁") {
		t.Errorf("goes on: %s", got)
	}
	if list, err := a.calls.Waiting(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%d still wait, %v", len(list), err)
	}
	if got := c.says("人工"); !strings.Contains(got, "转给坐席了") {
		t.Errorf("a second time: %s", got)
	}
	if chat = a.takes(); !strings.Contains(lines(chat), "俺日子难,想问问低保") {
		t.Errorf("the second time:\n%s", lines(chat))
	}
}

// The gateway cannot open what it handed over, and the platform none of the gateway's
// rows: no word lies open, and no column of the platform's copy is the gateway's to read.
//
// Control: put that seals with the Ring; a grant of "sealed" to the gateway.
func TestHandedOverIsSealed(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("我叫张桂兰,没钱看病了")
	c.says("转人工")
	a := c.agent(7)
	chat := a.takes()
	a.writes(chat.Call, "k", "张大娘您好")
	err := c.d.gateway.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var sealed []byte
		return tx.QueryRow(ctx, `select sealed from talk_line limit 1`).Scan(&sealed)
	})
	if pg.SQLState(err) != "42501" {
		t.Errorf("the gateway reads the platform's copy: %v", err)
	}
	must(t, c.d.pg.DB(pgtest.Platform).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var raw string
		if err := tx.QueryRow(ctx, `select string_agg(encode(wrapped || sealed || coalesce(out_sealed, ''), 'escape'), '') from talk_line`).Scan(&raw); err != nil {
			return err
		}
		if strings.Contains(raw, "张桂兰") || strings.Contains(raw, "大娘") {
			t.Error("words lie open")
		}
		var wrapped []byte
		if err := tx.QueryRow(ctx, `select wrapped from talk_line where side = 'citizen' limit 1`).Scan(&wrapped); err != nil {
			return err
		}
		if _, err := c.d.keys.Gateway.Opener.Envelope(wrapped); err == nil {
			t.Error("the gateway's key opens what was handed over")
		}
		return nil
	}))
}

// The window is kept: a sixth answer waits for the next word, and after 48 hours nothing
// is sent; both stand so at the desk.
//
// Control: Sent that takes "full" for ""; keep without Window.
func TestWindowAtTheDesk(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("转人工")
	a := c.agent(7)
	chat := a.takes()
	c.d.api.answers = []string{`{"errcode":45047}`}
	if got := a.writes(chat.Call, "k1", "第六条"); got != "" {
		t.Errorf("above five: %s", got)
	}
	chat, err := a.desk.Read(t.Context(), chat.Call)
	must(t, err)
	if got := lines(chat); !strings.Contains(got, "agent/textfull: 第六条") {
		t.Errorf("at the desk:\n%s", got)
	}
	if got := c.says("在吗"); got != "第六条" {
		t.Errorf("after the next word: %q", got)
	}
	must(t, c.d.pg.DB(pgtest.Owner).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update talk_line set at = at - interval '49 hours' where side = 'citizen'`)
		return err
	}))
	if got := a.writes(chat.Call, "k2", "太晚了"); got != "" {
		t.Errorf("after 48 hours: %q", got)
	}
	chat, err = a.desk.Read(t.Context(), chat.Call)
	must(t, err)
	if got := lines(chat); !strings.Contains(got, "agent/textsent: 第六条") || !strings.Contains(got, "agent/textlate: 太晚了") || !chat.Late(time.Now()) {
		t.Errorf("at the desk:\n%s", got)
	}
}

// Who waits for half an hour is told once and may go on alone, or be rung.
//
// Control: Overdue without told; pass without its commands.
func TestNobodyComes(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("转人工")
	must(t, c.ch.tellWaiting(t.Context()))
	if got := c.answers(); got != "" {
		t.Errorf("told at once: %s", got)
	}
	must(t, c.d.pg.DB(pgtest.Owner).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update talk_hand set asked = asked - interval '31 minutes'`)
		return err
	}))
	must(t, c.ch.tellWaiting(t.Context()))
	must(t, c.ch.tellWaiting(t.Context()))
	if got := c.answers(); strings.Count(got, "坐席还没空出来") != 1 {
		t.Errorf("told: %s", got)
	}
	if got := c.says("饿了两天没饭吃了"); !strings.Contains(got, "现在就打 12345") {
		t.Errorf("hunger, and nobody there: %s", got)
	}
	if got := c.says("自己填"); !strings.Contains(got, "您是替谁报的") || c.waiting() != 0 {
		t.Errorf("alone: %s, %d wait", got, c.waiting())
	}
	c.says("转人工")
	c.says("我电话" + channeltest.Phone)
	if got := c.says("打给我"); !strings.Contains(got, "尾号 0001 找您") || !strings.Contains(got, "您是替谁报的") || c.waiting() != 1 {
		t.Errorf("rung: %s, %d wait", got, c.waiting())
	}
	if got := c.says("我自己"); !strings.Contains(got, "您叫什么名字") {
		t.Errorf("goes on: %s", got)
	}
}

// A conversation belongs to one agent, comes to another when the first gives it up, and
// ends the interview when an application came of it.
//
// Control: Take without its look at the agent and its condition; resume without HowFiled.
func TestOneAgentAtATime(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("转人工")
	first, second := c.agent(7), c.agent(8)
	chat := first.takes()
	if err := second.calls.Take(t.Context(), chat.Call, second.id); core.KindOf(err) != core.KindConflict {
		t.Errorf("two agents hold it: %v", err)
	}
	must(t, first.calls.Release(t.Context(), chat.Call, first.id))
	if got := c.says("有人吗"); got != "" {
		t.Errorf("between two agents: %s", got)
	}
	chat = second.takes()
	if !strings.HasSuffix(lines(chat), "有人吗\n") {
		t.Errorf("the second reads:\n%s", lines(chat))
	}
	must(t, second.ends(chat.Call, talks.HowFiled, chat.Newest))
	if got := c.answers(); got != "" {
		t.Errorf("after the application: %s", got)
	}
	if _, err := second.desk.Say(t.Context(), talks.Word{Call: chat.Call, Staff: 8, Key: "late", Text: "还有一句"}); core.KindOf(err) != core.KindConflict {
		t.Errorf("a word after the end: %v", err)
	}
	if got := c.says("你好,还想问一件事"); !strings.Contains(got, "我是莲藕") {
		t.Errorf("the next conversation: %s", got)
	}
}
