package wechat

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/intake"
)

// told is what somebody answers, by the step; what is not in it they do not know.
func told() map[string]string {
	return map[string]string{
		"form/contact.capacity": "我自己", "form/story": "俺日子难,想问问低保", "form/applicant.name": "张桂兰", "form/applicant.id_number": channeltest.ID,
		"form/live.region": "平原县王庙镇", "members": "儿子33", "area": "村里", "hukou": "德州", "income_per_capita_month": "三百九", "income_12m": "九千三百六",
		"statuses": "没有", "houses": "一套", "cars": "没有", "financial_assets_per_capita": "两千", "rigid_12m": "四千二", "business_with_staff": "没有",
		"round/disability": "儿子", "members/m2/disability": "肢体一级", "shocks": "没有", "form/urgent": "过得去", "form/contact.phone": channeltest.Phone,
		"form/live.detail": "村东头第三家",
	}
}

// mini is the same person in the mini-program.
type mini struct {
	c     *chatter
	token string
	now   channels.Interview
}

func (c *chatter) mini() *mini {
	c.t.Helper()
	l, err := c.d.env.Citizens.LoginWeChat(c.t.Context(), openid, "")
	must(c.t, err)
	return &mini{c: c, token: l.Token}
}

func (m *mini) call(method, path string, body any) (int, []byte) {
	m.c.t.Helper()
	raw, err := json.Marshal(body)
	must(m.c.t, err)
	r := httptest.NewRequest(method, "/c/wechat"+path, strings.NewReader(string(raw)))
	r.Header.Set("Authorization", "Bearer "+m.token)
	w := httptest.NewRecorder()
	m.c.h.ServeHTTP(w, r)
	var now channels.Interview
	if json.Unmarshal(w.Body.Bytes(), &now) == nil && now.Step.Ref != "" {
		m.now = now
	}
	return w.Code, w.Body.Bytes()
}

// answers says what the person says to the open question.
func (m *mini) answers() {
	m.c.t.Helper()
	reply := channels.InterviewReply{Said: told()[m.now.Step.Ref]}
	reply.Dunno = reply.Said == ""
	if code, body := m.call("POST", "/interview/answers", channels.InterviewAnswered{Step: m.now.Step.Ref, Revision: m.now.Revision, Answer: reply}); code != 200 {
		m.c.t.Fatalf("%s answered %+v: %d %s", m.now.Step.Ref, reply, code, body)
	}
}

func (m *mini) files(key string) core.Application {
	m.c.t.Helper()
	code, body := m.call("POST", "/interview/application", map[string]any{"key": key, "revision": m.now.Revision,
		"consents":  []map[string]string{{"purpose": "process", "version": "2026-01"}, {"purpose": "means_check", "version": "2026-01"}},
		"signature": map[string]any{"strokes": string(channeltest.Upload(m.c.t, m.c.d.env)), "document": channeltest.Signed()}})
	if code != 201 {
		m.c.t.Fatalf("filed: %d %s", code, body)
	}
	apps := m.c.d.apps()
	return apps[len(apps)-1]
}

// Begun in the chat, gone on with in the mini-program, again in the chat, filed in the
// mini-program: nothing is asked twice, and every fact keeps where and when it was said
// (F6).
//
// Control: chatting that keeps the conversation under another key; Submission without
// Sources.
func TestLeftAndResumed(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	c.says("1")
	m := c.mini()
	if code, body := m.call("GET", "/interview", nil); code != 200 || m.now.Asked != 1 || m.now.Door != "wechat" || m.now.Step.Ref != "form/applicant.name" {
		t.Fatalf("resumed at %s: %d %s", m.now.Step.Ref, code, body)
	}
	if code, body := m.call("POST", "/interview", channels.InterviewBegin{Capacity: "member"}); code != 200 || m.now.Asked != 1 {
		t.Errorf("begun again: %d %s", code, body)
	}
	for m.now.Step.Ref != "members" {
		m.answers()
	}
	if got := c.says("儿子33"); !strings.Contains(got, "城里还是村里") {
		t.Fatalf("the chat went on with %q", got)
	}
	old := m.now
	code, body := m.call("POST", "/interview/answers", channels.InterviewAnswered{Step: old.Step.Ref, Revision: old.Revision, Answer: channels.InterviewReply{Said: "老伴71"}})
	if code != 409 || !strings.Contains(string(body), `"ref":"area"`) {
		t.Errorf("an old page of the mini-program: %d %s", code, body)
	}
	m.call("GET", "/interview", nil)
	for m.now.Step.Kind != "end" {
		m.answers()
	}
	if got := c.says("好了"); !strings.Contains(got, "问完了") || len(c.d.apps()) != 0 {
		t.Errorf("the chat, when the rest was answered elsewhere: %s", got)
	}
	m.call("GET", "/interview", nil)
	a := m.files("0192c3f0-resumed-1")
	if a.Story != "俺日子难,想问问低保" || a.Applicant.Name != "张桂兰" || len(a.Household.Members) != 2 || len(a.Items) != 1 {
		t.Errorf("the application: %+v", a)
	}
	for path, p := range a.Sources {
		if p.By == "" || p.At.IsZero() {
			t.Errorf("%s has no door: %+v", path, p)
		}
	}
	if family, area := a.Sources["members/m2/age"], a.Sources["area"]; !family.At.Before(area.At) || family.At.Equal(a.At) || a.Sources["members/m1/age"].Said != "id_number" {
		t.Errorf("sources: %+v %+v %+v", family, area, a.Sources["members/m1/age"])
	}
	if got := c.says("同意"); !strings.Contains(got, intake.Spoken(a.Receipt)) || len(c.d.apps()) != 1 {
		t.Errorf("the chat after it was filed: %s", got)
	}
}

// A summary that lay before somebody in the chat is none any more once they put something
// right in the mini-program: "同意" shows it again.
//
// Control: a door's turn that keeps what the chat keeps beside the interview.
func TestConsentIsToWhatWasShown(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	c.says("俺日子难,想问问低保")
	m := c.mini()
	m.call("GET", "/interview", nil)
	for m.now.Step.Kind != "end" {
		m.answers()
	}
	if got := c.says("看看"); !strings.Contains(got, "回“同意”") {
		t.Fatalf("the summary: %s", got)
	}
	m.call("GET", "/interview", nil)
	if code, body := m.call("POST", "/interview/answers", channels.InterviewAnswered{Step: "form/applicant.name", Revision: m.now.Revision, Answer: channels.InterviewReply{Said: "张桂芳"}}); code != 200 {
		t.Fatalf("put right: %d %s", code, body)
	}
	if got := c.says("同意"); len(c.d.apps()) != 0 || !strings.Contains(got, "姓名:张桂芳") {
		t.Errorf("agreed to what was not shown: %s", got)
	}
	if got := c.says("同意"); len(c.d.apps()) != 1 {
		t.Errorf("agreed: %s", got)
	}
}

// The same household by the chat alone and by the mini-program alone is the same
// application, apart from how it was agreed to and where it was said (F2).
//
// Control: FileInterview with a form of its own.
func TestSameApplicationByChatAndByJSON(t *testing.T) {
	t.Parallel()
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
	c.says("同意")
	m.call("POST", "/interview", nil)
	for m.now.Step.Kind != "end" {
		m.answers()
	}
	m.files("0192c3f0-twin-1")
	apps := c.d.apps()
	if len(apps) != 2 {
		t.Fatalf("%d applications", len(apps))
	}
	said := func(a core.Application) string {
		h, err := json.Marshal(a.Household)
		must(t, err)
		return fmt.Sprintf("%s %+v %+v %+v %s %v %v %v", h, a.Applicant, a.People, a.Live, a.Story, a.Items, a.Urgent, a.Contact)
	}
	if one, two := said(apps[0]), said(apps[1]); one != two {
		t.Errorf("by chat %s\nby JSON %s", one, two)
	}
}

// A card that was read while an interview is open is shown beside its questions and is no
// answer; the turn that is on its way still fits.
//
// Control: Noticed that counts as a turn.
func TestCardIsShownForCorrection(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	m := c.mini()
	m.call("POST", "/interview", channels.InterviewBegin{Capacity: "self"})
	if code, out := upload(t, c.h, m.token, "id_front", photo(t)); code != 201 {
		t.Fatalf("the photo: %d %v", code, out)
	}
	m.answers() // at the revision from before the photo
	if p := m.now.Step.Prefill; m.now.Step.Ref != "form/applicant.name" || p == nil || string(p.Value) != `"张桂兰"` || p.From != "身份证照片" {
		t.Fatalf("beside the name: %+v", m.now.Step)
	}
	m.call("POST", "/interview/answers", channels.InterviewAnswered{Step: m.now.Step.Ref, Revision: m.now.Revision, Answer: channels.InterviewReply{Said: "张桂芳"}})
	m.call("GET", "/interview", nil)
	for m.now.Step.Kind != "end" {
		m.answers()
	}
	if a := m.files("0192c3f0-card-1"); a.Applicant.Name != "张桂芳" {
		t.Errorf("the name: %s", a.Applicant.Name)
	}
}
