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

	"lianou/channels/channeltest"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
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
	desk *talks.Desk
}

const openid = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"

func newChatter(t *testing.T) *chatter {
	t.Helper()
	return newChatterAt(t, newDoor(t))
}

func newChatterAt(t *testing.T, d *door) *chatter {
	t.Helper()
	keys := d.keys
	queue, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	speech, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	d.env.Talks, err = talks.New(talks.Deps{DB: d.gateway, Ring: keys.Gateway.Ring, Platform: keys.Gateway.Platform, Opener: keys.Gateway.Opener,
		Audit: audit.NewTo(keys.Gateway.Platform), Bell: d.env.Shared, Jobs: queue, Speech: speech})
	must(t, err)
	c := &chatter{t: t, d: d, next: 24684460523876437}
	c.desk, err = talks.NewDesk(talks.DeskDeps{DB: d.pg.DB(pgtest.Platform), Opener: keys.Platform.Opener, Self: keys.Platform.Self, Gateway: keys.Platform.Gateway,
		Jobs: queue, Audit: audit.New(keys.Platform.Ring), Bell: d.env.Shared})
	must(t, err)
	d.env.Calls, err = calls.New(calls.Deps{DB: d.gateway, Bell: d.env.Shared, Audit: audit.NewTo(keys.Gateway.Platform), Ring: keys.Gateway.Ring,
		Platform: keys.Gateway.Platform, Blind: keys.Gateway.Shared, Jobs: queue, Speech: speech})
	must(t, err)
	var cfg Config
	must(t, json.Unmarshal([]byte(d.section), &cfg))
	cfg.PushToken, cfg.PushKey, cfg.Spool = "AAAAA", vectorKey, d.spool
	raw, err := json.Marshal(cfg)
	must(t, err)
	d.section = string(raw)
	d.api.picture = photo(t)
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
	must(c.t, c.ch.goOn(c.t.Context(), id, 1))
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
// Control: Known without openid; commandOf that takes any sentence with 同意 in it; a summary
// without who is told (`does not say "报上去之前请看:\n办得怎么样…`).
func TestChatToAReceipt(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	first := c.says("俺想问问低保")
	if !strings.Contains(first, "我是莲藕") || !strings.Contains(first, "您是替谁报的?") || !strings.Contains(first, "1 我自己") {
		t.Fatalf("the first answer: %s", first)
	}
	says := []struct{ hears, say string }{
		{"您是替谁报的", "1"},
		{"遇到了什么难处", "俺日子难"},
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
	for _, want := range []string{"问完了", "最低生活保障", "要有人上门看过才定", "我同意民政部门", "回“同意”", "报上去之前请看:\n办得怎么样,告诉本人,发到 138****0001。\n", "电话:尾号 0001", "姓名:张桂兰", "身份证号:尾号 0028", "住址:平原县王庙镇", "您说:俺日子难\n"} {
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
	if a.Channel != "wechat" || a.Applicant.Name != "张桂芳" || a.Applicant.ID.Reveal() != channeltest.ID || a.Live.Region != channeltest.Town || a.Story != "俺日子难\n另外还说:俺想问问低保" ||
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
	body := c.body("text", "Content", "俺日子难,想问问低保")
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

// What WeChat cannot take now is said later, in its order; what it never will take is not
// tried for ever (F23).
//
// Control: sayAll that goes on after "".
func TestRepliesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.d.api.answers = []string{`{"errcode":-1,"errmsg":"busy"}`}
	if code := c.push(c.body("text", "Content", "俺日子难,想问问低保")); code != http.StatusOK {
		t.Fatal(code)
	}
	id, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	if err := c.ch.goOn(t.Context(), id, 1); !jobs.Snoozed(err) {
		t.Errorf("busy: %v", err)
	}
	if got := c.new(); got != "" {
		t.Errorf("delivered %s", got)
	}
	must(t, c.ch.goOn(t.Context(), id, 1))
	if got := c.new(); !strings.HasPrefix(got, "我是莲藕") || !strings.Contains(got, "--\n您是替谁报的") {
		t.Errorf("in order: %s", got)
	}
	c.d.api.answers = []string{`{"errcode":45047,"errmsg":"five"}`}
	c.push(c.body("text", "Content", "我自己"))
	must(t, c.ch.goOn(t.Context(), id, 1)) // no reason to try again: the next word says it
	if got := c.new(); got != "" {
		t.Errorf("above five: %s", got)
	}
	if got := c.says("张桂兰"); !strings.HasPrefix(got, "您叫什么名字") || !strings.Contains(got, "身份证号") {
		t.Errorf("after the next word: %s", got)
	}
	for _, code := range []int{45015, 40003} {
		c.d.api.answers = []string{`{"errcode":` + strconv.Itoa(code) + `}`}
		c.push(c.body("text", "Content", "不清楚"))
		must(t, c.ch.goOn(t.Context(), id, 1))
		must(t, c.ch.goOn(t.Context(), id, 1))
		if got := c.new(); got != "" {
			t.Errorf("%d: tried again, %s", code, got)
		}
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
	for _, words := range []string{"俺日子难,想问问低保", "我自己", "张桂兰", "嗯"} {
		c.push(c.body("text", "Content", words))
		all.Go(func() {
			if err := c.ch.goOn(t.Context(), id, 1); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	must(t, c.ch.goOn(t.Context(), id, 1))
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
