package wechat

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core/bell"
	"lianou/core/blob"
)

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
	if got = c.says("打给我"); !strings.Contains(got, "把电话号码发给我") || c.waiting() != 0 {
		t.Errorf("to be rung, and no number: %s", got)
	}
	c.says("我电话" + channeltest.Phone)
	if got = c.says("打给我。"); !strings.Contains(got, "尾号 0001 找您") || !strings.Contains(got, "遇到了什么难处") || c.waiting() != 1 {
		t.Errorf("to be rung: %s, %d wait to be rung", got, c.waiting())
	}
	if got = c.says("我自己"); !strings.Contains(got, "您叫什么名字") {
		t.Errorf("meanwhile: %s", got)
	}
	if code := c.push(c.body("video", "MediaId", "V1")); code != http.StatusOK {
		t.Fatal(code)
	}
	if got = c.answers(); !strings.Contains(got, "打字说") {
		t.Errorf("a film: %s", got)
	}
	if code := c.push(c.body("image", "MediaId", "GONE")); code != http.StatusOK {
		t.Fatal(code)
	}
	if got = c.answers(); !strings.Contains(got, "打不开") {
		t.Errorf("a picture that is none: %s", got)
	}
}

// A step back undoes the last message and what it said beside, and nothing before it; a
// sum that lies between two is asked for once more.
//
// Control: back that only calls Back; know without remember.
func TestStepBackUndoesTheMessage(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("我自己")
	if got := c.says("我叫张桂兰,电话" + channeltest.Phone); !strings.Contains(got, "身份证号") {
		t.Fatalf("the name, said beside: %s", got)
	}
	if got := c.says("上一问"); !strings.Contains(got, "您叫什么名字") {
		t.Errorf("back over what was said beside: %s", got)
	}
	if got := c.says("啊?"); strings.Contains(got, "身份证号") {
		t.Errorf("not understood: %s", got)
	}
	if got := c.says("上一问"); !strings.Contains(got, "您是替谁报的") {
		t.Errorf("two back: %s", got)
	}
	c.says("我自己")
	c.says("张桂芳")
	c.says("不清楚")
	got := c.says("平原县王庙镇")
	for range 20 {
		if strings.Contains(got, "每人每月") {
			break
		}
		say := "不清楚"
		if strings.Contains(got, "除了您,还有谁") {
			say = "就我一个人"
		}
		got = c.says(say)
	}
	if got = c.says("二三百"); !strings.Contains(got, "200 到 300 之间") || !strings.Contains(got, "比如 250") {
		t.Errorf("a span: %s", got)
	}
	if got = c.says("250"); strings.Contains(got, "之间") || got == "" {
		t.Errorf("a sum: %s", got)
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

// Who speaks for another is not who applies, whatever they said before anybody asked.
//
// Control: forWhom that does nothing; read without the name in "我叫".
func TestSpeaksForAnother(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("我叫张秀英,身份证" + channeltest.ID + ",给俺娘问问低保")
	got := c.says("2")
	if !strings.Contains(got, "要帮的人叫什么名字") {
		t.Errorf("the speaker is taken for who applies: %s", got)
	}
	if got = c.says("我叫周桂兰"); !strings.Contains(got, "要帮的人,身份证号是多少") {
		t.Errorf("the name of who applies: %s", got)
	}
	for range 40 {
		if strings.Contains(got, "问完了") {
			break
		}
		got = c.says("就这些")
		if !strings.Contains(got, "问完了") {
			got = c.says("不清楚")
		}
	}
	if !strings.Contains(got, "姓名:周桂兰") || strings.Contains(got, "0028") {
		t.Errorf("the summary: %s", got)
	}
}

// Need is heard at any question, and is put right under the summary.
//
// Control: urgent that looks at its own question alone.
func TestHungerIsHeard(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("我自己")
	got := c.says("饿了两天没饭吃了")
	if !strings.Contains(got, "现在就打 12345") || !strings.Contains(got, "您叫什么名字") {
		t.Errorf("hunger: %s", got)
	}
	for range 40 {
		if strings.Contains(got, "问完了") {
			break
		}
		got = c.says("不清楚")
	}
	if !strings.Contains(got, "急不急:急") {
		t.Errorf("the summary: %s", got)
	}
	if got = c.says("不急"); !strings.Contains(got, "改过来了") || !strings.Contains(got, "急不急:不算急") {
		t.Errorf("put right: %s", got)
	}
}

// A photo that was swept while the conversation waited does not keep the family from
// applying.
//
// Control: file without its look at the papers.
func TestPhotoGoneMeanwhile(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("我叫张桂兰,电话" + channeltest.Phone + ",住平原县王庙镇,没钱看病了")
	c.says("我自己")
	c.push(c.body("image", "MediaId", "MEDIA1"))
	got := c.answers()
	for range 40 {
		if strings.Contains(got, "报上去之前") {
			break
		}
		got = c.says("不清楚")
	}
	gone, err := c.d.env.Blobs.Sweep(t.Context(), blob.Sweeping{Age: time.Nanosecond,
		Known:    func(context.Context, blob.File) (bool, error) { return false, nil },
		Removing: func(context.Context, blob.File) error { return nil }})
	if err != nil || gone == 0 {
		t.Fatalf("%d swept, %v", gone, err)
	}
	if got = c.says("同意"); !strings.Contains(got, "照片放得太久") {
		t.Errorf("the photo is gone: %s", got)
	}
	if got = c.says("同意"); len(c.d.apps()) != 1 {
		t.Errorf("without a photo: %s", got)
	}
}

// A photo that WeChat does not give holds nothing up for more than three tries.
//
// Control: take without photoTries.
func TestPhotoGivenUp(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.d.api.mediaAway = true
	c.push(c.body("image", "MediaId", "MEDIA1"))
	c.push(c.body("text", "Content", "我自己"))
	id, err := c.d.env.Citizens.Known(t.Context(), openid)
	must(t, err)
	for attempt := 1; attempt < photoTries; attempt++ {
		if err := c.ch.goOn(t.Context(), id, attempt); err == nil {
			t.Fatalf("try %d was not one to repeat", attempt)
		}
	}
	must(t, c.ch.goOn(t.Context(), id, photoTries))
	if got := c.new(); !strings.Contains(got, "没取到") || !strings.Contains(got, "您叫什么名字") {
		t.Errorf("after three tries: %s", got)
	}
}
