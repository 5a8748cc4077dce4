package wechat

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"lianou/channels/channeltest"
	"lianou/core/blob"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake/talks"
	"lianou/transcription/openai"
)

// engine is a speech engine that speaks the OpenAI form, and hears in a sound the words
// that a test put behind its head.
type engine struct {
	mu     sync.Mutex
	status int // 0: well
	asked  []string
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	file, head, err := r.FormFile("file")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	data, _ := io.ReadAll(file)
	e.asked = append(e.asked, head.Filename)
	if e.status != 0 {
		w.WriteHeader(e.status)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"text": strings.TrimPrefix(string(data), "#!AMR\n")})
}

// ear is the platform's listener over such an engine.
func (c *chatter) ear(e *engine) *talks.Listener {
	c.t.Helper()
	srv := httptest.NewServer(e)
	c.t.Cleanup(srv.Close)
	asks, err := openai.New(openai.Config{BaseURL: srv.URL, Form: openai.JSON})
	must(c.t, err)
	blobs, err := blob.Open(blob.Config{URL: c.d.blobs, To: c.d.keys.Platform.Self, Opener: c.d.keys.Platform.Opener})
	must(c.t, err)
	l, err := talks.NewListener(talks.ListenerDeps{Desk: c.desk, Blobs: blobs, Engine: asks, Log: slog.New(slog.DiscardHandler)})
	must(c.t, err)
	return l
}

// sends sends a voice message, with the words an engine will hear, and gives its number.
func (c *chatter) sends(words string) int64 {
	c.t.Helper()
	c.d.api.mu.Lock()
	c.d.api.voice = []byte("#!AMR\n" + words)
	c.d.api.mu.Unlock()
	body := strings.Replace(c.body("voice", "MediaId", "VOICE1"), `"MsgId"`, `"Format":"amr","MsgId"`, 1)
	if code := c.push(body); code != http.StatusOK {
		c.t.Fatal(code)
	}
	var id int64
	must(c.t, c.d.gateway.Read(c.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select max(id) from talk_message where kind = 'voice'`).Scan(&id)
	}))
	return id
}

// speaks is a voice message from the mouth to the answer.
func (c *chatter) speaks(l *talks.Listener, words string) string {
	c.t.Helper()
	id := c.sends(words)
	if got := c.answers(); got != "" {
		c.t.Errorf("answered before anything was heard: %s", got)
	}
	must(c.t, l.Listen(c.t.Context(), id, true))
	return c.answers()
}

func (c *chatter) later(sql string) {
	c.t.Helper()
	must(c.t, c.d.pg.DB(pgtest.Owner).Tx(c.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql)
		return err
	}))
}

// A voice message is kept sealed, heard by the engine that gets it as it came, and goes on
// as typed words; numbers count when they were confirmed digit by digit; nobody consents
// by a machine's hearing.
//
// Control: numbers that finds none; spoken without its look at cmdAgree; Mask left out; take
// without its look at what was shown.
func TestVoiceGoesOnAsWords(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	e := &engine{}
	l := c.ear(e)
	if got := c.speaks(l, "俺日子难,想问问低保"); !strings.Contains(got, "我是莲藕") || !strings.Contains(got, "我听到的是:“俺日子难,想问问低保”") || !strings.Contains(got, "您是替谁报的") {
		t.Fatalf("the first voice: %s", got)
	}
	if e.asked[0] != "voice.amr" {
		t.Errorf("the engine got %q", e.asked[0])
	}
	if got := c.speaks(l, "我自己"); !strings.Contains(got, "您叫什么名字") {
		t.Errorf("for whom: %s", got)
	}
	got := c.speaks(l, "我叫张桂兰身份证"+channeltest.ID+"电话"+channeltest.Phone)
	if strings.Contains(got, channeltest.ID) || !strings.Contains(got, strings.Join(strings.Split(channeltest.ID, ""), " ")) || strings.Contains(got, "电话我听到的是") {
		t.Errorf("a number: %s", got)
	}
	if got = c.says("对"); !strings.Contains(got, "电话我听到的是") {
		t.Errorf("the second number: %s", got)
	}
	if got = c.says("不对"); !strings.Contains(got, "请把电话打字发给我") {
		t.Errorf("denied: %s", got)
	}
	if got = c.says("平原县王庙镇"); !strings.Contains(got, "除了您,还有谁") {
		t.Errorf("goes on: %s", got)
	}
	for range 40 {
		if strings.Contains(got, "报上去之前") {
			break
		}
		got = c.says("不清楚")
	}
	if !strings.Contains(got, "身份证号:尾号 0028") || !strings.Contains(got, "电话:还没有") {
		t.Errorf("the summary: %s", got)
	}
	c.says("电话" + channeltest.Phone)
	if got = c.speaks(l, "同意"); !strings.Contains(got, "请打“同意”") || len(c.d.apps()) != 0 {
		t.Errorf("consent by voice: %s", got)
	}
	c.agreesToWhatWasShown(l)
}

// agreesToWhatWasShown puts something right over the summary, by voice and in the same turn
// as the consent: it is shown before it can be agreed to.
func (c *chatter) agreesToWhatWasShown(l *talks.Listener) {
	c.t.Helper()
	c.speaks(l, "我住平原县王凤楼镇电话13905340077")
	if got := c.says("同意"); len(c.d.apps()) != 0 || !strings.Contains(got, "再看一遍") || !strings.Contains(got, "王凤楼镇") {
		c.t.Errorf("agreed to what a machine heard since: %s", got)
	}
	for _, words := range []string{"我住平原县王庙镇", "同意"} {
		if code := c.push(c.body("text", "Content", words)); code != http.StatusOK {
			c.t.Fatal(code)
		}
	}
	if got := c.answers(); len(c.d.apps()) != 0 || !strings.Contains(got, "先看一遍") {
		c.t.Errorf("agreed in the turn that changed it: %s", got)
	}
	if got := c.says("同意"); len(c.d.apps()) != 1 || c.d.apps()[0].Live.Region != "371426104" {
		c.t.Errorf("agreed to what was shown: %s", got)
	}
}

// An engine that is away delays nobody for more than the deadline: the person is asked to
// type, what they type goes on, and the voice is there for the agent, with the words when
// they come.
//
// Control: VoiceOf without until; asksPerson that is always false; listen without talk_voice.
func TestDeadEngine(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	e := &engine{status: http.StatusBadGateway}
	l := c.ear(e)
	c.says("俺日子难,想问问低保")
	id := c.sends("我自己")
	if got := c.answers(); got != "" {
		t.Errorf("before the deadline: %s", got)
	}
	if err := l.Listen(t.Context(), id, false); err == nil {
		t.Error("a dead engine is not tried again")
	}
	c.later(`update talk_voice set until = now() - interval '1 second'`)
	if got := c.answers(); !strings.Contains(got, "请打字") || !strings.Contains(got, "人工") {
		t.Errorf("after the deadline: %s", got)
	}
	if got := c.says("我自己"); !strings.Contains(got, "您叫什么名字") {
		t.Errorf("typed: %s", got)
	}
	second := c.sends("我叫张桂兰")
	if got := c.says("转人工"); !strings.Contains(got, "转给坐席了") {
		t.Errorf("who asks for an agent waits for an engine: %s", got)
	}
	a := c.agent(7)
	chat := a.takes()
	if n := strings.Count(lines(chat), "citizen/voice: "); n != 2 {
		t.Errorf("%d voices at the desk:\n%s", n, lines(chat))
	}
	e.mu.Lock()
	e.status = 0
	e.mu.Unlock()
	fresh := c.ear(e) // without the pause after a failure
	must(t, fresh.Listen(t.Context(), second, true))
	if got := c.answers(); got != "" {
		t.Errorf("words that come late are answered: %s", got)
	}
	chat, err := a.desk.Read(t.Context(), chat.Call)
	must(t, err)
	heard := ""
	for _, line := range chat.Lines {
		heard += line.Heard
		if line.Kind == talks.LineVoice && (line.Blob == "" || line.MIME != "audio/amr") {
			t.Errorf("not to be heard: %+v", line)
		}
	}
	if heard != "我叫张桂兰" {
		t.Errorf("heard: %q", heard)
	}
	third := c.sends("有人吗")
	if got := c.answers(); got != "" {
		t.Errorf("while an agent has it: %s", got)
	}
	must(t, fresh.Listen(t.Context(), third, true))
	chat, err = a.desk.Read(t.Context(), chat.Call)
	must(t, err)
	if last := chat.Lines[len(chat.Lines)-1]; last.Heard != "有人吗" {
		t.Errorf("the last line: %+v", last)
	}
}

// What is no sound, too large, not given, refused by the engine, or silent is said to be
// so; no word and no number of it is in a log.
//
// Control: soundKind that takes anything; media without a limit.
func TestBadVoices(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	e := &engine{}
	l := c.ear(e)
	c.says("俺日子难,想问问低保")
	for name, data := range map[string]string{"a page": "<html>" + strings.Repeat("x", 50), "an empty amr": "#!AMR\n", "nothing to know it by": strings.Repeat("x", 99)} {
		c.sends("")
		c.d.api.voice = []byte(data)
		if got := c.answers(); !strings.Contains(got, "没听清") {
			t.Errorf("%s: %s", name, got)
		}
	}
	c.sends("")
	c.d.api.voice = []byte("#!AMR\n" + strings.Repeat("x", maxVoice))
	if got := c.answers(); !strings.Contains(got, "没取到") {
		t.Errorf("too large: %s", got)
	}
	if got := c.speaks(l, "             "); !strings.Contains(got, "没听清") {
		t.Errorf("silence: %s", got)
	}
	e.status = http.StatusUnsupportedMediaType
	if got := c.speaks(l, "不收这种格式的引擎"); !strings.Contains(got, "没听清") {
		t.Errorf("refused: %s", got)
	}
	if strings.Contains(c.d.log.String(), "引擎") {
		t.Error("words in the log")
	}
}

// What one program keeps of a voice the other cannot open, and no word lies open.
//
// Control: heard that seals both copies to Self.
func TestVoiceIsSealed(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	l := c.ear(&engine{})
	c.speaks(l, "俺家里没钱看病")
	must(t, c.d.pg.DB(pgtest.Platform).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var raw string
		var ours, theirs []byte
		if err := tx.QueryRow(ctx, `select encode(sealed || out_sealed, 'escape'), wrapped, out_wrapped from talk_voice`).Scan(&raw, &ours, &theirs); err != nil {
			return err
		}
		_, platform := c.d.keys.Platform.Opener.Envelope(theirs)
		_, gateway := c.d.keys.Gateway.Opener.Envelope(ours)
		if platform == nil || gateway == nil || strings.Contains(raw, "看病") {
			t.Errorf("open: %v %v", platform, gateway)
		}
		return nil
	}))
	if _, err := c.d.env.Blobs.Open(t.Context(), "0000"); err == nil {
		t.Error("the gateway opens files")
	}
}
