package wechat

import (
	"context"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/intake/talks"
)

// phones takes text messages.
type phones struct{ to, words []string }

func (x *phones) Send(_ context.Context, m notify.Message) (notify.Outcome, error) {
	x.to, x.words = append(x.to, m.Phone.Reveal()), append(x.words, m.Words)
	return notify.Outcome{Result: notify.Accepted}, nil
}

// died is an application that was confirmed in the mini-program, whose request died before
// the hand-in, and which the job finds refused.
func died(t *testing.T, refused error, before func(*chatter)) (c *chatter, who citizen.Citizen) {
	t.Helper()
	c, m := summed(t)
	if before != nil {
		before(c)
	}
	m.call("GET", "/interview", nil)
	away := &down{Submitter: c.d.env.Intake, away: true}
	c.d.env.Intake = away
	c.ch, c.h = c.d.open(t)
	if code, _ := m.confirms(c.h, "wechat", m.confirmation("0192c3f0-died-1")); code != 503 {
		t.Fatalf("confirmed: %d", code)
	}
	away.away = false
	if refused != nil {
		c.d.env.Intake = &picky{away, refused}
		c.ch, c.h = c.d.open(t)
	}
	id, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	who = citizen.Citizen{ID: id}
	must(t, c.ch.door.Finish(t.Context(), who))
	return c, who
}

// unfiled is the job that tells it otherwise.
func (c *chatter) unfiled(who citizen.Citizen) (u talks.Unfiled) {
	c.t.Helper()
	u.Citizen = who.ID
	must(c.t, c.d.gateway.Read(c.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select t.id, (select max(made) from talk_reply where citizen = $1) from talk t where t.citizen = $1 and t.state = 'open'`, who.ID).Scan(&u.Talk, &u.At)
	}))
	return u
}

var errNumber = core.Invalid("applicant.id_number", "身份证号不对,请照证上的号码再看一遍。")

// What the job finds refused is said in the chat, which keeps WeChat's own rules; where it
// took that, nothing else rings. Where WeChat took it no more, a subscribe message goes if
// there is leave for one, and a text to the number that they gave: WeChat may still drop what it
// accepted. A way that cannot send now is tried again, and none twice.
//
// Controls: tellUnfiled without Reached ("the chat took it: 1 texts"); without ways before
// the text ("a grant: 0 subscribe messages"); that leaves out who said a number and bound
// none ("a number: 0 texts").
func TestToldByTheFirstWayThatTakesIt(t *testing.T) {
	t.Parallel()
	const late, busy = `{"errcode":45015}`, `{"errcode":45009}`
	tests := map[string]struct {
		chat, subscribe  string // WeChat's answers; "" is yes
		grant            bool
		chats, sent, sms int
	}{
		"the chat took it":        {chats: 1},
		"a grant":                 {chat: late, grant: true, sent: 1, sms: 1},
		"a number":                {chat: late, sms: 1},
		"a grant that is no more": {chat: late, grant: true, subscribe: `{"errcode":43101}`, sent: 1, sms: 1},
		"WeChat busy":             {chat: late, grant: true, subscribe: busy, sent: 1, sms: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, who := died(t, errNumber, nil)
			if tt.grant {
				must(t, c.d.env.Citizens.Granted(t.Context(), who.ID, "STEP", 1))
			}
			c.ch.cfg.Templates[wording.KindUnfiled] = Template{ID: "STEP", Page: "pages/ask/index", Fields: map[string]string{"thing1": "item", "phrase2": "=没报上去", "time3": "@day", "thing4": "=有一样要改,打开接着填"}}
			c.d.api.mu.Lock()
			if tt.chat != "" {
				c.d.api.answers = append(c.d.api.answers, tt.chat)
			}
			c.d.api.mu.Unlock()
			must(t, c.ch.goOn(t.Context(), who.ID, 1))
			if got := c.new(); strings.Count(got, "身份证号不对") != tt.chats || tt.chats > 0 && !strings.Contains(got, "接着填") {
				t.Errorf("the chat: %q", got)
			}
			if tt.subscribe != "" {
				c.d.api.answers = []string{tt.subscribe}
			}
			sms := &phones{}
			err := c.ch.door.TellUnfiled(t.Context(), c.unfiled(who), []notify.Sender{c.ch, sms})
			if err != nil || len(c.d.api.sent) != tt.sent || len(sms.words) != tt.sms {
				t.Errorf("%s: %v, %d subscribe messages, %d texts", name, err, len(c.d.api.sent), len(sms.words))
			}
			if tt.sms > 0 && sms.to[0] != channeltest.Phone {
				t.Errorf("to %q", sms.to)
			}
		})
	}
}

// Where no way can send just now the job waits and is not done; after a day it is over.
//
// Control: TellUnfiled that counts Later as told ("no way: <nil>").
func TestNoWayJustNowWaits(t *testing.T) {
	t.Parallel()
	c, who := died(t, errNumber, nil)
	u := c.unfiled(who)
	away := later{}
	if err := c.ch.door.TellUnfiled(t.Context(), u, []notify.Sender{away}); !jobs.Snoozed(err) {
		t.Errorf("no way: %v", err)
	}
	u.At = u.At.Add(-talks.UnfiledKept - time.Minute)
	if err := c.ch.door.TellUnfiled(t.Context(), u, []notify.Sender{away}); err != nil {
		t.Errorf("after a day: %v", err)
	}
}

type later struct{}

func (later) Send(context.Context, notify.Message) (notify.Outcome, error) {
	return notify.Outcome{Result: notify.Later}, nil
}

// A photo that is gone when the job hands in is named, and asked for again; what the person
// said stays, and the next confirmation goes without the photo.
//
// Control: HandIn without lose ("told ...", and no application ever).
func TestJobSaysWhichPhotoIsGone(t *testing.T) {
	t.Parallel()
	c, who := died(t, nil, func(c *chatter) {
		c.push(c.body("image", "MediaId", "MEDIA1"))
		c.answers()
		gone, err := c.d.env.Blobs.Sweep(t.Context(), blob.Sweeping{Age: time.Nanosecond,
			Known:    func(context.Context, blob.File) (bool, error) { return false, nil },
			Removing: func(context.Context, blob.File) error { return nil }})
		if err != nil || gone == 0 {
			t.Fatalf("%d swept, %v", gone, err)
		}
	})
	must(t, c.ch.goOn(t.Context(), who.ID, 1))
	if got := c.new(); !strings.Contains(got, "身份证人像面的照片放得太久,已经没有了") || !strings.Contains(got, "再拍一次") || strings.Contains(got, "国徽面") {
		t.Errorf("told %q", got)
	}
	m := c.mini()
	m.call("GET", "/interview", nil)
	if m.now.Refused == nil || !strings.Contains(m.now.Refused.Say, "身份证人像面") || len(c.d.apps()) != 0 {
		t.Errorf("the mini-program says %+v", m.now.Refused)
	}
	if code, _ := m.confirms(c.h, "wechat", m.confirmation("0192c3f0-died-2")); code != 201 {
		t.Errorf("without the photo: %d", code)
	}
}

// Who writes in the chat while what they confirmed elsewhere is refused hears that first,
// and the chat goes on with what they wrote.
//
// Control: handIn that keeps without a word ("the chat: ...").
func TestRefusedElsewhereIsSaidInTheChat(t *testing.T) {
	t.Parallel()
	c, m := summed(t)
	away := &down{Submitter: c.d.env.Intake, away: true}
	c.d.env.Intake = away
	c.ch, c.h = c.d.open(t)
	if code, _ := m.confirms(c.h, "wechat", m.confirmation("0192c3f0-died-3")); code != 503 {
		t.Fatalf("confirmed: %d", code)
	}
	away.away = false
	c.d.env.Intake = &picky{away, errNumber}
	c.ch, c.h = c.d.open(t)
	if got := c.says("在吗"); !strings.Contains(got, "您刚才交的求助还没报上去") || strings.Index(got, "身份证号这一项") > strings.LastIndex(got, "同意") {
		t.Errorf("the chat: %s", got)
	}
	if c.says("同意"); len(c.d.apps()) != 1 {
		t.Errorf("%d applications", len(c.d.apps()))
	}
}
