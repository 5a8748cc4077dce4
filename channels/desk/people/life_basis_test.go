package people_test

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// A death, or that somebody left the city, is registered by the number of a paper, or by who said
// what, and not by a tick; both stand on the page of the household and of whoever is gone. Of what
// ends nobody's place a tick is enough, as before.
func TestADeathIsRegisteredByMoreThanATick(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	day := core.DateOf(h.Shell.Now()).String()
	form := url.Values{"for": {"reported"}, "kind": {"death"}, "day": {day}, "member": {"2"}, "proof": {"cremation"}, "number": {" 德火字 20261107 号 "}}
	for what, number := range map[string]string{"no number": "", "a word": "火化证明", "a dot": "....", "all the same": "000000", "too long": strings.Repeat("12", 31)} {
		h.refuses(t, what, theirLife, spoiled(form, "number", number), 422, "照着证明写它的编号")
	}
	h.refuses(t, "as of old", theirLife, spoiled(form, "proof", "paper"), 422, "先选凭什么登记")
	h.says(t, "the last step", theirLife, form, "凭:火化证明,编号 德火字 20261107 号")
	for _, proof := range []string{"police", "village", "visit"} {
		looked := spoiled(form, "proof", proof)
		for _, words := range []string{"", "属实", "上门看过", "上门看过了", "。。。。。。", "嗯嗯嗯嗯嗯嗯", strings.Repeat("他家里人说", 61)} {
			h.refuses(t, proof+", "+words, theirLife, spoiled(looked, "words", words), 422, "问了谁、怎么说的")
		}
		h.says(t, proof, theirLife, spoiled(looked, "words", "邻居赵大娘说他昨天夜里走的"), "邻居赵大娘说他昨天夜里走的", "还没有登记")
	}
	h.refuses(t, "another event's paper", theirLife, spoiled(form, "kind", "move_out"), 422, "先选凭什么登记")
	if code, body := h.ask(t, theirLife, spoiled(form, "sure", "1")); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	h.says(t, "the household's events", theirLife+"?for=check", nil, "看过证件、证明原件 “火化证明,编号 德火字 20261107 号”")
	h.says(t, "his own page", "/desk/people/2?for=check", nil, "凭:看过证件、证明原件", "“火化证明,编号 德火字 20261107 号”")
	h.happened(t, theirLife[:len(theirLife)-len("/life")], "death", 1, "member", "1", "proof", "village", "words", "邻居赵大娘说她昨天夜里走的")
	h.says(t, "what was only told says so", theirLife+"?for=check", nil, "村里、邻居说的 “邻居赵大娘说她昨天夜里走的”")
	birth := url.Values{"for": {"reported"}, "kind": {"birth"}, "day": {day}, "proof": {"visit"}, "name": {"王朵朵"}, "sex": {"female"}, "relation": {"other"}}
	h.says(t, "a birth", theirLife, birth, "还没有登记", "凭:上门看过。")
}

// Who wants a death taken back that another registered asks for it: the dead stay dead, it stands
// on both pages and in the list of what waits, and another person says yes or no, with a reason
// each. Who is kin reads no words of it.
//
// Control: toldOf without basis (the death itself: "422 … 先选凭什么登记").
func TestADeathIsTakenBackByTwo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home, person := h.byHimself(t)
	h.happened(t, home, "death", 2, "member", person[len("/desk/people/"):])
	first := h.cookie
	h.cookie = h.second
	to, form := undoOf(h.says(t, "another reads it", home+"/life?for=check", nil, "登错了,提撤销", "您提,另一位同事定"))
	form.Set("reason", "他本人昨天到窗口来了")
	if code, body := h.ask(t, to, form); code != 303 {
		t.Fatalf("asked for: %d %s", code, text(body))
	}
	for _, page := range []string{home + "/life?for=check", person + "?for=check"} {
		h.says(t, "who asked, "+page, page, nil, "提了撤销,等另一位同事定", "“他本人昨天到窗口来了”", "收回", "!同意撤销", "去世")
	}
	if code, _ := h.ask(t, to, form); code != 409 {
		t.Errorf("asked twice: %d", code)
	}
	h.cookie = h.wide
	h.says(t, "another", home+"/life?for=check", nil, "定这条撤销", "同意撤销", "不撤")
	h.cookie = first
	h.says(t, "the list", "/desk/people/changes", nil, "等另一位同事定的撤销", "孙老根 · 去世", "“他本人昨天到窗口来了”", "!没有等着核的更正")
	h.says(t, "how much waits", "/desk/people", nil, "待核更正 1")
	h.refuses(t, "who registered it", to, spoiled(spoiled(form, "say", "keep"), "reason", "派出所李警官说确实销户了"), 403, "要由别的同事定")
	h.cookie = h.wide
	h.refuses(t, "no reason", to, spoiled(spoiled(form, "say", "keep"), "reason", "不撤"), 422, "写清楚为什么不撤")
	if code, body := h.ask(t, to, spoiled(spoiled(form, "say", "keep"), "reason", "派出所李警官说确实销户了")); code != 303 {
		t.Fatalf("kept: %d %s", code, text(body))
	}
	h.says(t, "kept", home+"/life?for=check", nil, "提过撤销:“他本人昨天到窗口来了”", "定的不撤:“派出所李警官说确实销户了”", "!撤销了「去世」")
	h.cookie = first
	h.says(t, "nothing waits", "/desk/people/changes", nil, "没有等着核的更正")
	h.cookie = h.second
	h.ask(t, to, form)
	h.cookie = h.wide
	if code, body := h.ask(t, to, spoiled(form, "reason", "视频看到他本人,拿着身份证")); code != 303 {
		t.Fatalf("agreed: %d %s", code, text(body))
	}
	h.says(t, "agreed", home+"/life?for=check", nil, "撤销了「去世」:孙老根", "“视频看到他本人,拿着身份证”", "“他本人昨天到窗口来了”")
	h.says(t, "alive", person+"?for=check", nil, "!已去世", "男,61 岁")
	h.kin(t, person)
	h.cookie = first
	h.says(t, "kin", home+"/life?for=check", nil, "撤销了「去世」", "!“")
}

// kin declares the officer a relative of somebody.
func (h *house) kin(t *testing.T, person string) {
	t.Helper()
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
}

// What is asked of a death that is taken back, on every size of screen.
func TestThePagesOfAnUndoByTwoFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home, person := h.byHimself(t)
	h.happened(t, home, "death", 2, "member", person[len("/desk/people/"):])
	tab, at := h.deskOf(t, approver)
	tab.Open(at + home + "/life?for=check")
	tab.Wait("登错了,提撤销")
	tab.Click(".more summary")
	tab.Fill("[name=reason]", "他本人昨天到窗口来了")
	tab.Click("[name=sure]")
	fits(t, tab, "desk-life-undo-ask")
	tab.Click(".more[open] .btn")
	tab.Wait("提了撤销,等另一位同事定")
	fits(t, tab, "desk-life-undo-asked")
	other, at := h.desk(t)
	other.Open(at + "/desk/people/changes")
	other.Wait("等另一位同事定的撤销")
	fits(t, other, "desk-changes-undo")
	other.Go(`a[href*="#event-"]`)
	other.Wait("同意撤销")
	fits(t, other, "desk-life-undo-judge")
	other.Open(at + person + "?for=check")
	other.Wait("同意撤销")
	fits(t, other, "desk-person-undo-judge")
	other.Fill("[name=reason]", "视频看到他本人,拿着身份证")
	other.Click(".untell .btn.go")
	other.Wait("恢复到登记以前")
	other.Quiet()
	tab.Quiet()
}
