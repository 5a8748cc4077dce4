package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg/pgtest"
	"lianou/intake"
	"lianou/intake/begun"
	"lianou/intake/calls"
)

// hands is a call of the fixtures' number whose half form an agent left to its caller.
func (d *door) hands(t *testing.T, call string) *begun.Desk {
	t.Helper()
	keys, gateway := d.house.Keys, d.db.DB(pgtest.Gateway)
	var err error
	edge := audit.NewTo(keys.Gateway.Platform)
	d.env.Begun, err = begun.New(begun.Deps{DB: gateway, Opener: keys.Gateway.Opener, Shared: keys.Gateway.Shared, Audit: edge})
	must(t, err)
	ours := audit.New(keys.Platform.Ring)
	desk, err := begun.NewDesk(begun.DeskDeps{DB: d.db.DB(pgtest.Platform), Gateway: keys.Platform.Gateway, Shared: keys.Platform.Shared, Calendar: d.house.Book.Calendar, Audit: ours, Bell: d.house.Bell})
	must(t, err)
	queue, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	log, err := calls.New(calls.Deps{DB: gateway, Bell: d.house.Bell, Audit: edge, Ring: keys.Gateway.Ring, Platform: keys.Gateway.Platform, Blind: keys.Gateway.Shared, Jobs: queue})
	must(t, err)
	_, err = log.Heard(t.Context(), calls.Report{ID: call, Exchange: "test", Caller: core.CallerPhone(channeltest.Phone), Called: "12345", Began: time.Now().Add(-time.Hour)})
	must(t, err)
	agents, err := calls.New(calls.Deps{DB: d.db.DB(pgtest.Platform), Bell: d.house.Bell, Audit: ours, Platform: keys.Platform.Self, Opener: keys.Platform.Opener})
	must(t, err)
	must(t, agents.Take(t.Context(), call, 7))
	form := channeltest.Form("", "")
	form.Household = nil
	income, area := core.Fen(936000), core.Area("rural")
	h := core.Household{On: core.DateOf(time.Now()), County: "371426", Area: &area, Income12m: &income, Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}
	from := core.Provenance{Said: "citizen", By: "agent", At: time.Now().Add(-time.Hour), Staff: 7, CallID: call}
	sources := map[string]core.Provenance{}
	for _, path := range intake.Stated(&h) {
		sources[path] = from
	}
	carried := channels.Carry(form, &h, from, sources)
	carried.Call = core.CallRef{ID: call, Caller: "138****0001", Pending: true}
	body, err := json.Marshal(carried)
	must(t, err)
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	must(t, desk.Hand(t.Context(), begun.Handing{Call: call, Staff: 7, Phone: phone, Sheet: begun.Sheet{Name: "张桂兰", Last4: channeltest.ID[14:], Body: body}}))
	return desk
}

// Begun in a call, gone on with in the app and the mini-program: the first question is
// whom it was about, nothing is shown before it, the rest is not asked again, and each
// line of the summary says where it was said and can be put right.
//
// Controls: BeginInterview without Expect; AnswerBy without fromCall; Prove without Tells ("no
// try": 422).
func TestBegunInACall(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	desk := d.hands(t, "CA1")
	s := d.serve(t)
	a := d.begin(t, s)
	if a.step("ref") != "form/begun" || strings.Contains(fmt.Sprint(a.now), "张桂兰") || strings.Contains(fmt.Sprint(a.now), "瘫") {
		t.Fatalf("begins with %v", a.now)
	}
	if status, p := a.answer(value("张桂兰 1234")); status != 422 || !strings.Contains(fmt.Sprint(p["detail"]), "对不上") {
		t.Errorf("a wrong number: %d %v", status, p)
	}
	for range 4 { // what they would rather say first is kept and is no try
		status, out := a.answer(value("我孩子住院了,没有钱"))
		if status != 200 || a.step("ref") != "form/begun" || !strings.Contains(fmt.Sprint(out["say"]), "记下了") {
			t.Fatalf("something else: %d %v", status, out)
		}
	}
	right := map[string]any{"step": a.step("ref"), "revision": a.revision(), "answer": value("张桂兰 " + channeltest.ID[14:])}
	status, out := a.do("POST", "/interview/answers", right)
	if status != 200 || !strings.Contains(fmt.Sprint(out["say"]), "您在电话里说过的都在") {
		t.Fatalf("the right word: %d %v", status, out)
	}
	if status, _ := a.do("POST", "/interview/answers", right); status != 200 { // the answer got lost
		t.Errorf("the same again: %d", status)
	}
	steps := a.lead(map[string]map[string]any{"members": {"none": true}})
	for _, ref := range []string{"form/story", "form/applicant.name", "form/applicant.id_number", "form/live.region", "form/live.detail", "area", "income_12m"} {
		if slices.Contains(steps, ref) {
			t.Errorf("asked %s again", ref)
		}
	}
	shown := fmt.Sprint(a.now["summary"])
	if strings.Count(shown, "电话里说的") < 4 || !strings.Contains(shown, "9,360 元") {
		t.Errorf("the summary: %s", shown)
	}
	// Control: the line as it was typed, or the prefill of every line.
	if _, again := a.do("GET", "/interview?step=form/applicant.id_number", nil); strings.Contains(shown+fmt.Sprint(again), channeltest.ID) || !strings.Contains(shown, channeltest.ID[14:]) {
		t.Errorf("the number that an agent typed is shown whole: %s, %v", shown, again)
	}
	if status, out := a.do("POST", "/interview/answers", map[string]any{"step": "income_12m", "revision": a.revision(), "answer": value(12000)}); status != 200 || !strings.Contains(fmt.Sprint(out["summary"]), "12,000 元") {
		t.Errorf("put right: %d %v", status, out)
	}
	if status, out := a.do("POST", "/interview/application", a.confirm("0192c3f0-call-1")); status != 201 {
		t.Fatalf("confirmed: %d %v", status, out)
	}
	if stand, err := desk.Standing(t.Context(), []string{"CA1"}); err != nil || !stand["CA1"].Taken {
		t.Errorf("the agents see %v, %v", stand, err)
	}
	if status, _ := a.do("POST", "/interview", map[string]any{"capacity": "self"}); status != 201 || a.step("ref") == "form/begun" {
		t.Errorf("the next interview begins with %s, %d", a.step("ref"), status)
	}
}
