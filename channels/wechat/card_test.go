package wechat

import (
	"encoding/json"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/idcard"
)

const (
	othersFront = `{"errcode":"0","errmsg":"ok","type":"Front","name":"李秀英","id":"OTHER","addr":"恩城镇"}`
	oneBack     = `{"errcode":0,"errmsg":"ok","type":"Back","valid_date":"20180105-20380105"}`
)

// Somebody else's card, and one side twice, are spoken of and refused by nobody. In an
// open interview what the person said stays as it is. Control: `Note` answering "".
func TestCardOfAnother(t *testing.T) {
	t.Parallel()
	first := "37142419410710011"
	other := first + string(core.IDCheckDigit(first))
	c := newChatter(t)
	m := c.mini()
	m.call("POST", "/interview", channels.InterviewBegin{Capacity: "self"})
	for m.now.Step.Ref != "form/applicant.id_number" {
		m.answers()
	}
	m.answers() // their own number
	for name, one := range map[string]struct{ answer, kind, note string }{
		"another number":        {strings.Replace(othersFront, "OTHER", other, 1), "id_front", "不一样"},
		"the front for a back":  {"", "id_back", "国徽面"},
		"the back for a front":  {oneBack, "id_front", "人像面"},
		"their own":             {"", "id_front", ""},
		"the back":              {oneBack, "id_back", ""},
		"a back that is over":   {strings.Replace(oneBack, "20380105", "20200105", 1), "id_back", "过期"},
		"nothing could be read": {`{"errcode":101001,"errmsg":"no card"}`, "id_front", ""},
	} {
		c.d.api.mu.Lock()
		c.d.api.card = one.answer
		c.d.api.mu.Unlock()
		status, out := upload(t, c.h, m.token, one.kind, photo(t))
		read, _ := out["card"].(map[string]any)
		note, _ := read["note"].(string)
		if status != 201 || (note == "") != (one.note == "") || !strings.Contains(note, one.note) {
			t.Errorf("%s: %d, %q", name, status, note)
		}
	}
	_, body := m.call("GET", "/interview", nil)
	var now channels.Interview
	must(t, json.Unmarshal(body, &now))
	who, err := c.d.env.Citizens.Verify(m.token)
	must(t, err)
	kept, err := c.d.env.Talks.Open(t.Context(), who.ID)
	must(t, err)
	var st channels.Talking
	must(t, json.Unmarshal(kept.Body, &st))
	if got := c.ch.chat.in.Stated(&st); got.Reveal() != channeltest.ID {
		t.Errorf("what the person said became %v", got)
	}
}

// In the chat the same: the newer photo of a side stands, and the other side is asked for.
// Control: cards kept in the order they come, whatever they show.
func TestChatSeesTheSide(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("我自己")
	send := func(answer string) string {
		c.d.api.mu.Lock()
		c.d.api.card = answer
		c.d.api.mu.Unlock()
		c.push(c.body("image", "MediaId", "MEDIA1"))
		return c.answers()
	}
	if heard := send(""); !strings.Contains(heard, "张桂兰") {
		t.Errorf("a front: %s", heard)
	}
	if heard := send(""); !strings.Contains(heard, "国徽面") {
		t.Errorf("the front again: %s", heard)
	}
	if heard := send(oneBack); !strings.Contains(heard, "国徽面收到了") {
		t.Errorf("the back: %s", heard)
	}
}

// Where no picture of a card may leave the house, WeChat is not asked. Control: `reads`
// that does not look at the setting, "asked 1 times".
func TestCardStaysHere(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.section = strings.Replace(d.section, `"no_ocr":false`, `"no_ocr":true`, 1)
	_, h := d.open(t)
	status, out := upload(t, h, login(t, h, "card"), "id_front", photo(t))
	if d.api.asked != 0 || status != 201 || out["card"] != nil {
		t.Errorf("asked %d times, %d %v", d.api.asked, status, out)
	}
}

var _ idcard.Reader = ocr{}
