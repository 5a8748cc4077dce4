package wechat

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg/pgtest"
	"lianou/intake"
	"lianou/intake/begun"
	"lianou/intake/calls"
)

// half is what the agent of a call wrote down before its caller said that they would
// rather go on in WeChat.
func half() (intake.Form, core.Household) {
	form := channeltest.Form("", "")
	form.Live.Detail = ""
	form.People = []intake.MemberForm{{Ref: "m1", Name: "张桂兰", IDNumber: channeltest.ID}, {Ref: "m2", Name: "张小军"}}
	form.Items = []string{"MZ-03"}
	form.Household = nil
	age, income, area := 33, core.Fen(936000), core.Area("rural")
	return form, core.Household{On: core.DateOf(time.Now()), County: "371426", Area: &area, Income12m: &income,
		Members: []core.Member{{Ref: "m2", Relation: "child", Age: &age}, {Ref: "m1", Relation: "applicant"}}}
}

// hands is a call of a number whose half form an agent left to its caller.
func (c *chatter) hands(call string, phone core.Phone) {
	c.t.Helper()
	keys := c.d.keys
	var err error
	c.d.env.Begun, err = begun.New(begun.Deps{DB: c.d.gateway, Opener: keys.Gateway.Opener, Shared: keys.Gateway.Shared, Audit: audit.NewTo(keys.Gateway.Platform)})
	must(c.t, err)
	c.ch, c.h = c.d.open(c.t)
	desk, err := begun.NewDesk(begun.DeskDeps{DB: c.d.pg.DB(pgtest.Platform), Gateway: keys.Platform.Gateway, Shared: keys.Platform.Shared,
		Calendar: c.d.env.Book.Calendar, Audit: audit.New(keys.Platform.Ring), Bell: c.d.env.Shared})
	must(c.t, err)
	_, err = c.d.env.Calls.Heard(c.t.Context(), calls.Report{ID: call, Exchange: "test", Caller: core.CallerPhone(phone.Reveal()), Called: "12345", Began: time.Now().Add(-time.Hour)})
	must(c.t, err)
	must(c.t, c.agent(7).calls.Take(c.t.Context(), call, 7))
	form, h := half()
	from := core.Provenance{Said: "citizen", By: "agent", At: time.Now().Add(-time.Hour), Staff: 7, CallID: call}
	sources := map[string]core.Provenance{}
	for _, path := range intake.Stated(&h) {
		sources[path] = from
	}
	heard := from
	heard.FromMS, heard.ToMS = 94_000, 101_000
	sources["members/m2/age"] = heard
	carried := channels.Carry(form, &h, from, sources)
	carried.Call = core.CallRef{ID: call, Caller: phone.String(), Pending: true}
	body, err := json.Marshal(carried)
	must(c.t, err)
	must(c.t, desk.Hand(c.t.Context(), begun.Handing{Call: call, Staff: 7, Phone: phone, Sheet: begun.Sheet{Name: "张桂兰", Last4: channeltest.ID[14:], Body: body}}))
}

// binds gives the chat's account a telephone that it has proved.
func (c *chatter) binds(phone string) core.Phone {
	c.t.Helper()
	id, err := c.d.env.Citizens.Known(c.t.Context(), openid)
	must(c.t, err)
	p, err := core.ParsePhone(phone)
	must(c.t, err)
	must(c.t, c.d.env.Citizens.BindPhone(c.t.Context(), id, p))
	return p
}

// Who began on the telephone goes on in the chat: nothing of it is shown before they say
// whom the call was about, nothing of it is asked again after it, they hear what was put
// down, and the application has the call, who typed each fact and in which second.
//
// Controls: opened without Expect, "the first answer"; Learn without facts, "asked again";
// file without Call.
func TestBegunInACall(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.hands("CA1", c.binds(channeltest.Phone))
	first := c.says("俺打过电话")
	if !strings.Contains(first, "您打过 12345") || !strings.Contains(first, "后四位") || strings.Contains(first, "张桂兰") || strings.Contains(first, "瘫") {
		t.Fatalf("the first answer: %s", first)
	}
	if got := c.says("张桂兰 1234"); !strings.Contains(got, "对不上") || strings.Contains(got, channeltest.ID[14:]) {
		t.Errorf("a wrong number: %s", got)
	}
	heard := c.says("张桂兰," + channeltest.ID[14:])
	if !strings.Contains(heard, "您在电话里说过的都在") {
		t.Fatalf("the right word: %s", heard)
	}
	for n := 0; !strings.Contains(heard, "问完了"); n++ {
		for _, known := range []string{"替谁报", "叫什么名字", "身份证号是多少", "住在哪个镇", "除了您,还有谁", "城里还是村里", "一共收入", "打哪个电话", "难处"} {
			if strings.Contains(heard, known) {
				t.Errorf("asked again: %s", heard)
			}
		}
		if n > 60 {
			t.Fatalf("asked without end: %s", heard)
		}
		heard = c.says("不清楚")
	}
	for _, want := range []string{"儿子瘫在床上", "孩子", "9,360 元(电话里说的)", "张桂兰", "王庙镇"} {
		if !strings.Contains(heard, want) {
			t.Errorf("the summary does not say %s: %s", want, heard)
		}
	}
	if got := c.says("记的不对"); !strings.Contains(got, "再问一遍") || !strings.Contains(got, "城里还是村里") {
		t.Errorf("put right: %s", got)
	}
	for _, say := range []string{"村里", "一万二"} {
		heard = c.says(say)
	}
	for n := 0; !strings.Contains(heard, "问完了") && n < 60; n++ {
		heard = c.says("不清楚")
	}
	if got := c.says("同意"); !strings.Contains(got, "回执") {
		t.Fatalf("agreed: %s", got)
	}
	app := c.d.apps()[0]
	if app.Call == nil || app.Call.ID != "CA1" || app.Channel != "wechat" || app.Contact.Staff != 0 {
		t.Errorf("the application's call: %+v", app.Call)
	}
	if from := app.Sources["income_12m"]; from.By != "wechat" || *app.Household.Income12m != 1_200_000 {
		t.Errorf("what was put right: %+v", from)
	}
	if from := app.Sources["members/m2/age"]; from.CallID != "CA1" || from.Staff != 7 || from.By != "agent" || from.FromMS != 94_000 || from.Said != "citizen" {
		t.Errorf("who said how old the child is: %+v", from)
	}
	if len(app.People) != 2 || app.People[1].Name != "张小军" || app.Items[0] != "MZ-03" {
		t.Errorf("people %+v, items %v", app.People, app.Items)
	}
	for path, from := range app.Sources {
		if from.By == "wechat" && from.CallID != "" {
			t.Errorf("%s was said in the chat and points at the call", path)
		}
	}
}

// Another number, who cannot say whom it was about and who does not want it go on as
// everybody does, and learn nothing.
//
// Control: Declined that writes nothing, "asked again after it was declined".
func TestNotBegunForOthers(t *testing.T) {
	t.Parallel()
	t.Run("another number", func(t *testing.T) {
		t.Parallel()
		c := newChatter(t)
		c.binds("13905340002")
		c.hands("CA1", mustParse(t, channeltest.Phone))
		if got := c.says("俺日子难,想问问低保"); strings.Contains(got, "12345,说的") || !strings.Contains(got, "替谁报") {
			t.Errorf("the first answer: %s", got)
		}
	})
	t.Run("three wrong", func(t *testing.T) {
		t.Parallel()
		c := newChatter(t)
		c.hands("CA1", c.binds(channeltest.Phone))
		c.says("你好")
		c.says("张桂兰 1111")
		c.says("张桂兰 1112")
		if got := c.says("张桂兰 1113"); !strings.Contains(got, "看不了") || !strings.Contains(got, "替谁报") {
			t.Errorf("the third: %s", got)
		}
		if got := c.says("重来"); strings.Contains(got, "您打过") {
			t.Errorf("offered again: %s", got)
		}
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		c := newChatter(t)
		c.hands("CA1", c.binds(channeltest.Phone))
		c.says("你好")
		if got := c.says("不用"); !strings.Contains(got, "从头说") || !strings.Contains(got, "替谁报") {
			t.Errorf("declined: %s", got)
		}
		if got := c.says("1"); strings.Contains(got, "您打过") {
			t.Errorf("asked again after it was declined: %s", got)
		}
	})
}

func mustParse(t *testing.T, s string) core.Phone {
	t.Helper()
	p, err := core.ParsePhone(s)
	must(t, err)
	return p
}
