package wechat

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/pg"
	"lianou/intake"
)

// summed is somebody whose chat shows the summary, and who has the mini-program open at it.
func summed(t *testing.T) (*chatter, *mini) {
	t.Helper()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	m := c.mini()
	for m.call("GET", "/interview", nil); m.now.Step.Kind != "end"; m.call("GET", "/interview", nil) {
		say := told()[m.now.Step.Ref]
		if say == "" {
			say = "不清楚"
		}
		c.says(say)
	}
	return c, m
}

// app is a second door to the same conversations, under another name.
func (c *chatter) app() http.Handler {
	c.t.Helper()
	host, err := channels.Open(channels.Config{}, channels.Catalogue{"app": channels.Make(New)},
		map[core.ChannelName]json.RawMessage{"app": json.RawMessage(c.d.section)}, c.d.env)
	must(c.t, err)
	return host.Handler()
}

func (m *mini) confirmation(key string) string {
	m.c.t.Helper()
	raw, err := json.Marshal(map[string]any{"key": key, "revision": m.now.Revision,
		"consents":  []map[string]string{{"purpose": "process", "version": "2026-01"}, {"purpose": "means_check", "version": "2026-01"}},
		"signature": map[string]any{"strokes": string(channeltest.Upload(m.c.t, m.c.d.env)), "document": channeltest.Signed()}})
	must(m.c.t, err)
	return string(raw)
}

// confirms posts a confirmation and gives the receipt.
func (m *mini) confirms(h http.Handler, door, body string) (int, string) {
	r := httptest.NewRequest("POST", "/c/"+door+"/interview/application", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+m.token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var out struct {
		Receipt string `json:"receipt"`
	}
	_ = json.Unmarshal(w.Body.Bytes(), &out) // a refusal has none
	return w.Code, out.Receipt
}

// Sixteen confirmations at once, over the chat, the mini-program and the app, are one
// application, and everybody has the same receipt.
//
// Control: FileInterview that hands in before confirm has kept it, under the door's own
// name.
func TestConfirmedEverywhereAtOnce(t *testing.T) {
	t.Parallel()
	c, m := summed(t)
	app := c.app()
	who, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	const each = 5
	got := make(chan string, 2*each+1)
	var all sync.WaitGroup
	post := func(h http.Handler, door, body string) {
		all.Go(func() {
			code, receipt := m.confirms(h, door, body)
			if code != 200 && code != 201 {
				t.Errorf("%s: %d", door, code)
			}
			got <- receipt
		})
	}
	pushes := make([]string, each)
	for i := range pushes {
		pushes[i] = c.body("text", "Content", "同意")
	}
	for i := range each {
		post(c.h, "wechat", m.confirmation("0192c3f0-wechat-"+string(rune('a'+i))))
		post(app, "app", m.confirmation("0192c3f0-app-"+string(rune('a'+i))))
	}
	post(app, "app", m.confirmation("0192c3f0-app-last"))
	for _, body := range pushes {
		all.Go(func() {
			if code := c.push(body); code != 200 {
				t.Errorf("pushed: %d", code)
			}
			for range 50 { // the queue tries again what another turn went past
				if err := c.ch.goOn(t.Context(), who, 1); err == nil {
					return
				}
			}
			t.Error("the chat did not come to an end")
		})
	}
	all.Wait()
	close(got)
	apps := c.d.apps()
	if len(apps) != 1 {
		t.Fatalf("%d applications", len(apps))
	}
	want := string(apps[0].Receipt)
	for receipt := range got {
		if receipt != want {
			t.Errorf("receipt %q, want %q", receipt, want)
		}
	}
	if n := strings.Count(c.answers(), intake.Spoken(apps[0].Receipt)); n == 0 || n > each {
		t.Errorf("the chat told the receipt %d times to %d messages", n, each)
	}
}

// meddler lets another door act between the intake's answer and the end of the turn.
type meddler struct {
	channels.Submitter
	met  atomic.Bool // once: what it does hands in as well
	do   func()
	lose bool // the answer does not arrive the first time
}

func (m *meddler) Submit(ctx context.Context, s intake.Submission) (got intake.Receipt, err error) {
	got, err = m.Submitter.Submit(ctx, s)
	if m.met.Swap(true) {
		return got, err
	}
	if m.do != nil {
		m.do()
	}
	if m.lose {
		return intake.Receipt{}, core.E(core.KindUnavailable, "lost", "")
	}
	return got, err
}

// The receipt is told once though another door keeps or closes the conversation while the
// chat hands in, and though the first try is lost.
//
// Control: takeAll without filedElsewhere.
func TestReceiptIsToldOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*chatter, *mini, *meddler){
		"a card was read": func(c *chatter, m *mini, by *meddler) {
			by.do = func() {
				who, err := c.ch.door.Citizen(asks(m.token))
				must(c.t, err)
				must(c.t, c.ch.door.Noticed(c.t.Context(), who, channels.FromCard, map[string]string{"form/applicant.name": "张桂兰"}))
			}
		},
		"the mini-program was quicker": func(c *chatter, m *mini, by *meddler) {
			body := m.confirmation("0192c3f0-quick-1")
			by.do = func() {
				if code, _ := m.confirms(c.h, "wechat", body); code != 200 && code != 201 {
					c.t.Errorf("confirmed: %d", code)
				}
			}
		},
		"the answer was lost": func(_ *chatter, _ *mini, by *meddler) { by.lose = true },
	}
	for name, set := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, m := summed(t)
			by := &meddler{Submitter: c.d.env.Intake}
			set(c, m, by)
			c.d.env.Intake, c.d.env.Conversations = by, by
			c.ch, c.h = c.d.open(t)
			if code := c.push(c.body("text", "Content", "同意")); code != 200 {
				t.Fatalf("pushed: %d", code)
			}
			who, err := c.d.env.Citizens.Known(t.Context(), openid)
			must(t, err)
			if err := c.ch.goOn(t.Context(), who, 1); (err != nil) != by.lose {
				t.Fatalf("the turn: %v", err)
			}
			said := c.answers()
			apps := c.d.apps()
			if len(apps) != 1 || strings.Count(said, intake.Spoken(apps[0].Receipt)) != 1 {
				t.Errorf("%d applications, told %q", len(apps), said)
			}
			if open, err := c.d.env.Talks.Open(t.Context(), who); err != nil || open.ID != 0 {
				t.Errorf("still open: %d %v", open.ID, err)
			}
		})
	}
}

func asks(token string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// A crash between the kept key and the intake: the page repeats, the chat agrees, and there
// is one application.
//
// Control: FileInterview that begins anew where an application is on its way.
func TestConfirmedAgainAfterACrash(t *testing.T) {
	t.Parallel()
	c, m := summed(t)
	down := &down{Submitter: c.d.env.Intake, away: true}
	c.d.env.Intake, c.d.env.Conversations = down, down
	c.ch, c.h = c.d.open(t)
	body := m.confirmation("0192c3f0-crash-1")
	if code, _ := m.confirms(c.h, "wechat", body); code != 503 {
		t.Fatalf("away: %d", code)
	}
	down.away = false
	code, first := m.confirms(c.app(), "app", m.confirmation("0192c3f0-crash-2"))
	if code != 201 {
		t.Fatalf("at another door: %d", code)
	}
	if code, again := m.confirms(c.h, "wechat", body); code != 200 || again != first {
		t.Errorf("repeated: %d %s, want %s", code, again, first)
	}
	if said := c.says("同意"); !strings.Contains(said, intake.Spoken(core.Receipt(first))) {
		t.Errorf("agreed afterwards: %q", said)
	}
	if apps := c.d.apps(); len(apps) != 1 || apps[0].Channel != "wechat" {
		t.Errorf("%d applications", len(apps))
	}
}

type down struct {
	channels.Submitter
	away bool
}

func (d *down) Submit(ctx context.Context, s intake.Submission) (intake.Receipt, error) {
	if d.away {
		return intake.Receipt{}, core.E(core.KindUnavailable, "away", "")
	}
	return d.Submitter.Submit(ctx, s)
}

// What is read of a card beside the chat takes nothing of the chat's own: the summary that
// lies before the person can still be agreed to.
//
// Control: Noticed that saves as an act does.
func TestNoticedKeepsTheChatsOwn(t *testing.T) {
	t.Parallel()
	c, _ := summed(t)
	who, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	must(t, c.ch.door.Noticed(t.Context(), citizen.Citizen{ID: who}, channels.FromCard, map[string]string{"form/applicant.name": "张桂芳"}))
	if said := c.says("同意"); len(c.d.apps()) != 1 {
		t.Errorf("agreed: %q", said)
	}
}

// Words to an account that has no WeChat any more end as refused, and fail no job.
//
// Control: sayAll that gives the missing openid back as its error.
func TestWordsWithoutWeChatEnd(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	who, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	must(t, c.d.env.Talks.Tell(t.Context(), who, "有话说"))
	must(t, c.d.gateway.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update citizen_binding set unbound = $2 where citizen = $1`, who, tx.Now())
		return err
	}))
	must(t, c.ch.sayAll(t.Context(), who))
	if left, err := c.d.env.Talks.Speak(t.Context(), who); err != nil || len(left) != 0 {
		t.Errorf("left: %d %v", len(left), err)
	}
}

// What is recorded as agreed to is what was read: a text of before is refused with the
// interview as it is, and "同意" to one that has changed since asks to look again.
//
// Control: confirm without outdated; content without the consents.
func TestAgreedToWhatWasRead(t *testing.T) {
	t.Parallel()
	c, m := summed(t)
	body := m.confirmation("0192c3f0-text-1")
	r := httptest.NewRequest("POST", "/c/wechat/interview/application", strings.NewReader(strings.Replace(body, "2026-01", "2025-01", 1)))
	r.Header.Set("Authorization", "Bearer "+m.token)
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	if w.Code != 409 || !strings.Contains(w.Body.String(), "interview_consents") || !strings.Contains(w.Body.String(), `"consents"`) || len(c.d.apps()) != 0 {
		t.Errorf("a text of before: %d %s", w.Code, w.Body)
	}
	c.ch.chat.iv.Form().Consents[0].Version = "2026-02"
	if said := c.says("同意"); !strings.Contains(said, "请再看一遍") || len(c.d.apps()) != 0 {
		t.Errorf("agreed to a text of before: %s", said)
	}
	c.ch.chat.iv.Form().Consents[0].Version = "2026-01" // the one that the intake knows
	if said := c.says("同意"); !strings.Contains(said, "请再看一遍") {
		t.Errorf("agreed to another: %s", said)
	}
	if said := c.says("同意"); len(c.d.apps()) != 1 {
		t.Errorf("agreed: %s", said)
	}
}
