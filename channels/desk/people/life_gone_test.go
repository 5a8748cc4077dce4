package people_test

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
)

// byHimself enrols a man of Wangmiao who lives alone, and gives the addresses of his
// household and of his page.
func (h *house) byHimself(t *testing.T) (home, person string) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		id, people, err := h.reg.Enrol(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}, registry.NewHousehold{
			Live: core.Place{Region: h.Regions.Villages("371426104")[0].Code}, Hukou: "371426", Since: tx.Today() - 100, Members: []registry.NewPerson{
				{Ref: "m1", Relation: "applicant", Name: "孙老根", Birth: tx.Today().AddDate(-61, 0, -3), Sex: "male"}}})
		if err != nil {
			return err
		}
		home, person = "/desk/people/household/"+strconv.FormatInt(int64(id), 10), "/desk/people/"+strconv.FormatInt(int64(people[0]), 10)
		return nil
	}))
	return home, person
}

// happened registers an event that was seen on paper, so many days ago, and gives its day.
func (h *house) happened(t *testing.T, home, kind string, ago int, more ...string) core.Date {
	t.Helper()
	day := core.DateOf(h.Shell.Now()) - core.Date(ago)
	form := url.Values{"for": {"reported"}, "kind": {kind}, "day": {day.String()}, "proof": {"paper"}, "sure": {"1"}}
	if paper := map[string]string{"death": "cremation", "move_out": "transfer"}[kind]; paper != "" {
		form.Set("proof", paper)
		form.Set("number", "德火字 20261107 号")
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	if code, body := h.ask(t, home+"/life", form); code != 303 {
		t.Fatalf("%s: %d %s", kind, code, text(body))
	}
	return day
}

// undoOf is the form by which a page takes an event back, and where it is sent.
func undoOf(body string) (to string, form url.Values) {
	_, rest, _ := strings.Cut(body, `<details class="more untell`)
	_, rest, _ = strings.Cut(rest, `action="`)
	to, rest, _ = strings.Cut(rest, `"`)
	_, rest, _ = strings.Cut(rest, `name="event" value="`)
	event, _, _ := strings.Cut(rest, `"`)
	return to, url.Values{"for": {"check"}, "event": {event}, "sure": {"1"}, "reason": {"他本人今天到窗口来了"}}
}

// says holds a page to sentences; one that begins with ! must not be there.
func (h *house) says(t *testing.T, what, target string, form url.Values, want ...string) string {
	t.Helper()
	code, body := h.ask(t, target, form)
	page := text(body)
	for _, w := range want {
		if not, is := strings.CutPrefix(w, "!"); code != 200 || is == strings.Contains(page, strings.TrimPrefix(w, "!")) {
			t.Errorf("%s: %d, %q (%v) in %s", what, code, not, is, page)
		}
	}
	return body
}

// Who died, or moved out of the city, is marked so where they are found and on their own page,
// with the day and the way back; their age is not counted on. Where nobody is left of a
// household its page says so, with what happened and the undo, and who died by a slip of the
// pen lives again.
//
// Red by the pages as they were: "found: … 还没登记家庭", "his page: … 男,61 岁 … 还没有登记家庭",
// "the household: 404".
func TestWhoIsGoneIsMarkedAndBroughtBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home, person := h.byHimself(t)
	find := url.Values{"for": {"check"}, "q": {"孙老根"}}
	for kind, word := range map[string]string{"death": "已去世,", "move_out": "已搬出德州,"} {
		day := h.happened(t, home, kind, 2, "member", person[len("/desk/people/"):])
		gone := word + day.SayWhole()
		h.says(t, kind+", found", "/desk/people/find", find, gone, "!还没登记家庭", "看原来那一家")
		body := h.says(t, kind+", his page", person+"?for=check", nil, gone, "!还没有登记家庭", "登错了,撤销", "任丽华")
		if kind == "death" && (!strings.Contains(text(body), "男,去世时 61 岁") || strings.Contains(text(body), "男,61 岁")) {
			t.Errorf("his age: %s", text(body))
		}
		if !strings.Contains(body, home+"/life?for=check#event-") {
			t.Errorf("%s: no way to the event", kind)
		}
		h.says(t, kind+", the household", home+"?for=check", nil, "孙老根家", "这一家没有人了", "登错了,撤销", "孙老根")
		h.says(t, kind+", its events", home+"/life?for=check", nil, "登记变动 · 孙老根家", "这一家没有人了", "登错了,撤销")
		if kind == "death" { // from his own page
			to, form := undoOf(body)
			if code, body := h.ask(t, to, form); code != 303 {
				t.Fatalf("revived: %d %s", code, text(body))
			}
		} else { // from the event's
			to, form := undoOf(h.says(t, kind, home+"/life?for=check", nil))
			if code, body := h.ask(t, to, form); code != 303 {
				t.Fatalf("back: %d %s", code, text(body))
			}
		}
		h.says(t, kind+", back", person+"?for=check", nil, "男,61 岁", "!已去世", "!已搬出", "一起生活的 1 口人")
		h.says(t, kind+", at home", home+"?for=check", nil, "孙老根家 · 1 口人")
	}
	// A household that never was is as unknown as ever.
	if code, _ := h.ask(t, nobodysHome+"/life?for=check", nil); code != 404 {
		t.Errorf("nobody's events: %d", code)
	}
}

// Who is declared kin of the dead keeps out of their undo, though nobody is left in the
// household.
//
// Control: untell that asks of the members alone ("kin of the dead: 303").
func TestKinOfTheDeadTakeNothingBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home, person := h.byHimself(t)
	h.happened(t, home, "death", 2, "member", person[len("/desk/people/"):])
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var me core.StaffID
		if err := tx.QueryRow(ctx, `select id from staff_account where login = $1`, officer).Scan(&me); err != nil {
			return err
		}
		id, err := strconv.ParseInt(person[len("/desk/people/"):], 10, 64)
		if err != nil {
			return err
		}
		return h.Staff.DeclareRelative(ctx, tx, audit.Actor{Kind: "operator"}, me, core.PersonID(id), "叔侄")
	}))
	to, form := undoOf(h.says(t, "the events", home+"/life?for=check", nil))
	if code, body := h.ask(t, to, form); code != 403 {
		t.Errorf("kin of the dead: %d %s", code, text(body))
	}
}

// A day before somebody died or moved out is read as it was: where they belonged, with whom,
// and what was known of the household; so is their household's, and the day after says that
// they are gone.
//
// Red by known of the household of today alone: "the day before: … 还没有登记家庭".
func TestADayBeforeSomebodyLeftIsReadAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, `{"income_per_capita_month": 390}`)
	day := h.happened(t, "/desk/people/household/1", "death", 3, "member", "2")
	h.happened(t, "/desk/people/household/1", "move_out", 1, "member", "1")
	told := core.DateOf(h.Shell.Now()).String()
	view := func(path string, on core.Date) string {
		return path + "?for=check&on=" + on.String() + "&told=" + told
	}
	h.says(t, "the day before", view("/desk/people/2", day-1), nil, "一起生活的 2 口人", "周桂兰", "平均每人月收入 390", "残疾证", "!还没有登记家庭")
	h.says(t, "the day after", view("/desk/people/2", day+1), nil, "那天不属于哪一家", "!平均每人月收入", "!还没有登记家庭")
	h.says(t, "his mother, after him", view("/desk/people/1", day+1), nil, "一起生活的 1 口人", "平均每人月收入 390")
	h.says(t, "the household, before", view("/desk/people/household/1", day-1), nil, "周桂兰", "王小军", "一起生活的 2 口人", "平均每人月收入 390")
	h.says(t, "the household, between", view("/desk/people/household/1", day+1), nil, "一起生活的 1 口人", "!这一家没有人了")
	h.says(t, "the household, today", "/desk/people/household/1?for=check", nil, "这一家没有人了", "看那天")
	// What nobody had told yet is not known on the day before it was told.
	yesterday := core.DateOf(h.Shell.Now().Add(-24 * time.Hour)).String()
	h.says(t, "untold", "/desk/people/2?for=check&on="+(day+1).String()+"&told="+yesterday, nil, "!那天不属于哪一家")
}
