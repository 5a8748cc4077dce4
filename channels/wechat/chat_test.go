package wechat

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

// chatter is somebody in a chat with us, as WeChat plays them: sealed pushes in, customer
// messages out.
type chatter struct {
	t    *testing.T
	d    *door
	ch   *Channel
	h    http.Handler
	next int64
	read int // of the texts that were delivered
}

const openid = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"

func newChatter(t *testing.T) *chatter {
	t.Helper()
	d := newDoor(t)
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	queue, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	d.env.Talks, err = talks.New(talks.Deps{DB: d.gateway, Ring: keys.Gateway.Ring, Jobs: queue})
	must(t, err)
	speech, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	d.env.Calls, err = calls.New(calls.Deps{DB: d.gateway, Bell: d.env.Shared, Audit: audit.NewTo(keys.Gateway.Platform), Ring: keys.Gateway.Ring,
		Platform: keys.Gateway.Platform, Blind: keys.Gateway.Shared, Jobs: queue, Speech: speech})
	must(t, err)
	var cfg Config
	must(t, json.Unmarshal([]byte(d.section), &cfg))
	cfg.PushToken, cfg.PushKey = "AAAAA", vectorKey
	raw, err := json.Marshal(cfg)
	must(t, err)
	d.section = string(raw)
	d.api.picture = photo(t)
	c := &chatter{t: t, d: d, next: 24684460523876437}
	c.ch, c.h = d.open(t)
	return c
}

// push delivers a body as WeChat does, and gives the status.
func (c *chatter) push(body string) int {
	c.t.Helper()
	q, sealed := pushed(c.t, "AAAAA", "wx1", vectorKey, body, time.Now())
	r := httptest.NewRequest("POST", "/c/wechat/push?"+q.Encode(), strings.NewReader(string(sealed)))
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	if w.Code == http.StatusOK && w.Body.String() != "success" {
		c.t.Errorf("answered %q", w.Body.String())
	}
	return w.Code
}

func (c *chatter) body(kind, field, value string) string {
	c.next++
	return fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":%q,%q:%q,"MsgId":%d}`, openid, time.Now().Unix(), kind, field, value, c.next)
}

// says sends a text, lets the job run, and gives what came back.
func (c *chatter) says(words string) string {
	c.t.Helper()
	if code := c.push(c.body("text", "Content", words)); code != http.StatusOK {
		c.t.Fatalf("%q: %d", words, code)
	}
	return c.answers()
}

func (c *chatter) answers() string {
	c.t.Helper()
	id, err := c.d.env.Citizens.Known(c.t.Context(), openid)
	must(c.t, err)
	must(c.t, c.ch.goOn(c.t.Context(), id))
	return c.new()
}

// waiting counts who asked to be rung.
func (c *chatter) waiting() (n int) {
	c.t.Helper()
	must(c.t, c.d.gateway.Read(c.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from call where exchange = 'wechat' and wish = 'call_back' and done is null`).Scan(&n)
	}))
	return n
}

// noisy is a picture that no encoding makes small.
func noisy(t *testing.T, side int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	rand.Read(img.Pix)
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.Bytes()
}

// new is what was delivered since the last look.
func (c *chatter) new() string {
	c.d.api.mu.Lock()
	defer c.d.api.mu.Unlock()
	out := strings.Join(c.d.api.chat[c.read:], "\n--\n")
	c.read = len(c.d.api.chat)
	return out
}

// From "俺想问问低保" to a receipt, with a photo, in sealed pushes and customer messages
// byte by byte.
//
// Control: Known without openid; also that overwrites; Told without People.
func TestChatToAReceipt(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	first := c.says("俺想问问低保")
	if !strings.Contains(first, "我是莲藕") || !strings.Contains(first, "您是替谁报的?") || !strings.Contains(first, "1 我自己") {
		t.Fatalf("the first answer: %s", first)
	}
	says := []struct{ hears, say string }{
		{"您是替谁报的", "1"},
		{"您叫什么名字", "(photo)"},
		{"住在哪个镇", "平原县王庙镇"},
		{"除了您,还有谁", "儿子33"},
		{"城里还是村里", "村里"},
		{"每人每月", "三百九"},
		{"已经是低保", "没有"},
		{"几套房", "一套"}, {"有多少存款", "两千"}, {"几辆汽车", "没有"}, {"一共收入", "九千三百六"}, {"省不下的", "四千二"}, {"开店", "没有"}, {"户口", "德州"},
		{"谁有残疾证", "儿子"}, {"几级", "肢体一级"}, {"离不开人", "离不开"}, {"出过什么事", "没有"}, {"鉴定", "2"},
		{"过不去", "过得去"}, {"打哪个电话", channeltest.Phone}, {"怎么找", "村东头第三家"}, {"哪张银行卡", "不清楚"},
	}
	heard := first
	for range 60 {
		if strings.Contains(heard, "问完了") {
			break
		}
		say := "不清楚"
		for _, x := range says {
			if strings.Contains(heard[strings.LastIndex(heard, "\n--\n")+1:], x.hears) {
				say = x.say
				break
			}
		}
		if say == "(photo)" {
			if code := c.push(c.body("image", "MediaId", "MEDIA1")); code != http.StatusOK {
				t.Fatal(code)
			}
			heard = c.answers()
			if !strings.Contains(heard, "读出来是:张桂兰,身份证尾号 0028") || strings.Contains(heard, channeltest.ID) {
				t.Errorf("after the photo: %s", heard)
			}
			continue
		}
		heard = c.says(say)
	}
	for _, want := range []string{"问完了", "最低生活保障", "要有人上门看过才定", "我同意民政部门", "回“同意”", "电话:尾号 0001", "姓名:张桂兰", "身份证号:尾号 0028", "住址:平原县王庙镇", "您说:俺想问问低保"} {
		if !strings.Contains(heard, want) {
			t.Errorf("the summary does not say %q: %s", want, heard)
		}
	}
	for _, no := range []string{"不同意", "不太同意", "没同意", "同意什么", "要同意吗?", "我再想想"} {
		if got := c.says(no); !strings.Contains(got, "还没有报上去") {
			t.Errorf("%q: %s", no, got)
		}
	}
	if got := c.says("名字错了,我叫张桂芳"); !strings.Contains(got, "改过来了") || !strings.Contains(got, "姓名:张桂芳") {
		t.Errorf("put right: %s", got)
	}
	end := c.says("同意")
	if !strings.Contains(end, "王庙镇") || !strings.ContainsAny(end, "0123456789") {
		t.Fatalf("the end: %s", end)
	}
	apps := c.d.apps()
	if len(apps) != 1 {
		t.Fatalf("%d applications", len(apps))
	}
	a := apps[0]
	if a.Channel != "wechat" || a.Applicant.Name != "张桂芳" || a.Applicant.ID.Reveal() != channeltest.ID || a.Live.Region != channeltest.Town || a.Story != "俺想问问低保" ||
		len(a.Household.Members) != 2 || a.Household.Members[1].Disability.Grade != 1 || *a.Household.Income12m != 9360_00 || len(a.Papers) != 1 || a.Consent[0].How != "typed" {
		t.Errorf("the application: %+v", a)
	}
	if again := c.says("你好,还想问一件事"); !strings.Contains(again, "我是莲藕") {
		t.Errorf("after the end: %s", again)
	}
}

// A push delivered eight times at once is one answer; so is one that comes again later.
//
// Control: Heard without its index.
func TestPushedAgain(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	body := c.body("text", "Content", "俺想问问低保")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if code := c.push(body); code != http.StatusOK {
				t.Error(code)
			}
		})
	}
	all.Wait()
	first := c.answers()
	if n := strings.Count(first, "您是替谁报的"); n != 1 {
		t.Errorf("asked %d times: %s", n, first)
	}
	c.push(body)
	if again := c.answers(); again != "" {
		t.Errorf("answered again: %s", again)
	}
}

// Words of every day: several answers in one message, what is not understood, a step back,
// from the start, a person.
func TestWordsInTheMiddle(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	got := c.says("我叫张桂兰,身份证" + channeltest.ID + ",电话" + channeltest.Phone + ",住平原县王庙镇,没钱看病了")
	if !strings.Contains(got, "您是替谁报的?") {
		t.Fatal(got)
	}
	if got = c.says("我自己"); !strings.Contains(got, "除了您,还有谁") {
		t.Errorf("what the first message said is asked again: %s", got)
	}
	if got = c.says("嗯呢"); !strings.Contains(got, "没听明白") || strings.Contains(got, "人工") {
		t.Errorf("not understood once: %s", got)
	}
	if got = c.says("啊?"); !strings.Contains(got, "回“人工”") {
		t.Errorf("not understood twice: %s", got)
	}
	c.says("老伴64")
	if got = c.says("说错了"); !strings.Contains(got, "重答") || !strings.Contains(got, "除了您,还有谁") {
		t.Errorf("a step back: %s", got)
	}
	if got = c.says("重来"); !strings.Contains(got, "从头来") || !strings.Contains(got, "您是替谁报的") {
		t.Errorf("from the start: %s", got)
	}
	if got = c.says("找人借的钱"); strings.Contains(got, "12345") {
		t.Errorf("who borrowed is taken for who wants a person: %s", got)
	}
	if got = c.says("转人工"); !strings.Contains(got, "把电话号码发给我") || c.waiting() != 0 {
		t.Errorf("a person, and no number: %s", got)
	}
	c.says("我电话" + channeltest.Phone)
	if got = c.says("转人工。"); !strings.Contains(got, "尾号 0001 找您") || c.waiting() != 1 {
		t.Errorf("a person: %s, %d wait to be rung", got, c.waiting())
	}
	if got = c.says("我自己"); !strings.Contains(got, "您叫什么名字") {
		t.Errorf("meanwhile: %s", got)
	}
	if code := c.push(c.body("voice", "MediaId", "V1")); code != http.StatusOK {
		t.Fatal(code)
	}
	if got = c.answers(); !strings.Contains(got, "打字说") {
		t.Errorf("a voice: %s", got)
	}
	if code := c.push(c.body("image", "MediaId", "GONE")); code != http.StatusOK {
		t.Fatal(code)
	}
	if got = c.answers(); !strings.Contains(got, "打不开") {
		t.Errorf("a picture that is none: %s", got)
	}
}

// What WeChat cannot take now is said later, in its order; what it never will take is not
// tried for ever (F23).
//
// Control: sayAll that goes on after "".
func TestRepliesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.d.api.answers = []string{`{"errcode":-1,"errmsg":"busy"}`}
	if code := c.push(c.body("text", "Content", "俺想问问低保")); code != http.StatusOK {
		t.Fatal(code)
	}
	id, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	if err := c.ch.goOn(t.Context(), id); core.KindOf(err) != core.KindUnavailable {
		t.Errorf("busy: %v", err)
	}
	if got := c.new(); got != "" {
		t.Errorf("delivered %s", got)
	}
	must(t, c.ch.goOn(t.Context(), id))
	if got := c.new(); !strings.HasPrefix(got, "我是莲藕") || !strings.Contains(got, "--\n您是替谁报的") {
		t.Errorf("in order: %s", got)
	}
	for _, code := range []int{45015, 40003} {
		c.d.api.answers = []string{`{"errcode":` + strconv.Itoa(code) + `}`}
		c.push(c.body("text", "Content", "不清楚"))
		must(t, c.ch.goOn(t.Context(), id))
		must(t, c.ch.goOn(t.Context(), id))
		if got := c.new(); got != "" {
			t.Errorf("%d: tried again, %s", code, got)
		}
	}
}

// The chat is opened before a word is said, then a sentence and an ordinary photo come; a
// picture too large, and a seventieth in a day, are said to be so and hold nothing up.
//
// Control: know without its maps; media without a limit of its own; photo without KindTooMany.
func TestOrdinaryWayIn(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	enter := fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":"event","Event":"user_enter_tempsession","SessionFrom":"x"}`, openid, time.Now().Unix())
	if c.push(enter) != http.StatusOK {
		t.Fatal("the opening is refused")
	}
	if got := c.answers(); !strings.Contains(got, "您是替谁报的") {
		t.Errorf("opened: %s", got)
	}
	if got := c.says("家里没钱看病了怎么办"); got == "" {
		t.Error("no answer to the first sentence")
	}
	c.d.api.picture = noisy(t, 700) // 700 x 700 of noise: well above 256 kB
	if c.push(c.body("image", "MediaId", "MEDIA1")) != http.StatusOK {
		t.Fatal("the photo is refused")
	}
	if got := c.answers(); !strings.Contains(got, "读出来是:张桂兰") {
		t.Errorf("a photo of %d bytes: %s", len(c.d.api.picture), got)
	}
	c.d.api.picture = bytes.Repeat([]byte("x"), channels.MaxPhoto+1)
	c.push(c.body("image", "MediaId", "MEDIA1"))
	if got := c.answers(); !strings.Contains(got, "打不开") {
		t.Errorf("too large: %s", got)
	}
	c.d.api.picture = photo(t)
	id, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	for range 100 { // the day's uploads are used up
		c.d.env.Shared.Allow(t.Context(), "upload:"+id, bell.Rate{Count: 60, Per: 24 * time.Hour})
	}
	c.push(c.body("image", "MediaId", "MEDIA1"))
	if got := c.answers(); got == "" {
		t.Error("the seventieth photo is met with silence")
	}
	if got := c.says("我自己"); got == "" {
		t.Error("the chat stands still")
	}
}

// Two turns at once say each thing once and in order, though WeChat is slow; what comes
// after "同意" in the same turn begins the next conversation; "同意" before the summary
// agrees to nothing.
//
// Control: Speak without its claim; turn that takes what comes after the end; shown true.
func TestManyTurnsAtOnce(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.d.api.slow = 20 * time.Millisecond
	id, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	var all sync.WaitGroup
	for _, words := range []string{"俺想问问低保", "我自己", "张桂兰", "嗯"} {
		c.push(c.body("text", "Content", words))
		all.Go(func() {
			if err := c.ch.goOn(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	must(t, c.ch.goOn(t.Context(), id))
	got := c.new()
	if strings.Count(got, "我是莲藕") != 1 || strings.Count(got, "您是替谁报的") != 1 || !strings.HasPrefix(got, "我是莲藕") {
		t.Errorf("said: %s", got)
	}
	c.d.api.slow = 0
	c.says("就这些")
	for range 12 {
		say := "不清楚"
		if strings.Contains(got, "打哪个电话") {
			say = channeltest.Phone
		}
		if strings.Contains(got, "住在哪个镇") {
			say = "平原县王庙镇"
		}
		if got = c.says(say); strings.Contains(got, "哪张银行卡") {
			break
		}
	}
	c.push(c.body("text", "Content", "不清楚"))
	c.push(c.body("text", "Content", "同意"))
	if got = c.answers(); !strings.Contains(got, "先看一遍") || len(c.d.apps()) != 0 {
		t.Errorf("agreed to what was not seen: %s", got)
	}
	c.push(c.body("text", "Content", "同意"))
	c.push(c.body("text", "Content", "还想给俺娘也报一份低保"))
	if got = c.answers(); len(c.d.apps()) != 1 || !strings.Contains(got, "我是莲藕") {
		t.Errorf("%d applications, and after the end: %s", len(c.d.apps()), got)
	}
}

// A family of twelve has a summary longer than one message: nothing is cut, and what is
// agreed to stands whole in the last.
func TestLongSummary(t *testing.T) {
	t.Parallel()
	long := pieces("问完了。\n" + strings.Repeat("家里谁平时离不开人照顾? 您的儿子(33 岁)、您的女儿(31 岁)\n", 60))
	for _, p := range long {
		if len(p) > maxText {
			t.Errorf("a message of %d bytes", len(p))
		}
	}
	if len(long) < 2 || strings.Count(strings.Join(long, "\n"), "离不开") != 60 {
		t.Errorf("%d messages, and words are lost", len(long))
	}
}

// No secret and no word of a chat stands in the log.
func TestChatLeavesNoWords(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("我叫张桂兰,身份证" + channeltest.ID + ",没钱看病了")
	c.d.api.answers = []string{`{"errcode":40003}`}
	c.says("我自己")
	for _, secret := range []string{"张桂兰", channeltest.ID, "app-secret", openid, "没钱"} {
		if strings.Contains(c.d.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
