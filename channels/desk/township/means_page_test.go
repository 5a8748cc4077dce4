package township_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/core/staff"
)

// What differs of income and property waits for the word of each adult, and the page says whose, and
// how it is got. Whoever is at the door reads out the text, has it signed on the phone, or writes down
// a no, which holds up nothing; what was said can be taken back.
//
// Control: the room that does not hand the strokes on ("go by #means-m2 …: context deadline exceeded").
func TestAnAdultSignsForThemselvesOnThePage(t *testing.T) {
	t.Parallel()
	h := newStore(t)
	root, err := pgx.Connect(t.Context(), h.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), `insert into visit (case_id, region, first_staff, second_staff, planned, planned_at)
			select f.id, f.region, (select id from staff_account where login = 'wangmiao.officer'), (select id from staff_account where login = 'wangmiao.assistant1'), current_date, now() from casefile f;
		update visit set done = now(), present = '周桂兰', statement = '', signatures = '{"first": "a1", "second": "b2", "household": "c3"}', recorded_by = first_staff;
		update visit set seconded_by = second_staff, seconded = now(), means_held = '{income_12m}'`)
	must(t, err)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	officer := browsertest.Start(t).Tab(t)
	officer.Open(site.URL + "/desk/login")
	officer.Fill("input[name=login]", "wangmiao.officer")
	officer.Fill("input[name=password]", staff.DemoPassword)
	officer.Go(".login .btn.go")
	officer.Open(site.URL + "/desk/township/case/1")
	narrow(officer)
	open := func(who string) {
		officer.Eval(`document.querySelectorAll("#means-` + who + ` > details").forEach((d) => d.open = true); ""`)
	}
	yes, no := ` form:has([name=agreed][value=yes])`, ` form:has([name=agreed][value=no])`

	// 1. Whose word is missing, what it is for, and that nothing else waits.
	officer.Until("whose word is missing", `["还差 2 位大人", "批不批、急难先帮都不等它"].every((w) => document.querySelector("#means").innerText.includes(w))`)
	officer.Until("why it waits", `document.querySelector("aside").innerText.includes("同意核对收入财产。上门时签、到窗口签")`)
	open("m2")
	officer.Eval(`document.querySelector("#means-m2` + yes + ` .btn:not([data-clear])").click(); ""`)
	officer.Until("the refusal is said", `document.querySelector("#say").innerText.includes("要本人当面签名")`)
	// 2. The son signs on the phone at the door.
	officer.Draw("#means-m2" + yes + " canvas")
	officer.Until("it is signed", `document.querySelector('#means-m2`+yes+` [data-state]').innerText === "已签"`)
	officer.Accessible()
	officer.Whole()
	officer.Eval(`document.querySelector("#means").scrollIntoView(); ""`)
	officer.Shot("township-means-phone")
	officer.Go("#means-m2" + yes + " .btn:not([data-clear])")
	officer.Wait("办好了:登记核对授权")
	officer.Until("the son's word stands", `["同意,到 ", "上门时签的"].every((w) => document.querySelector("#means-m2").innerText.includes(w)) && document.querySelector("#means").innerText.includes("还差 1 位大人")`)
	// 3. The mother would not.
	open("m1")
	officer.Fill("#means-m1"+no+" [name=reason]", "怕银行的人认得她")
	officer.Click("#means-m1" + no + " [name=sure]")
	officer.Go("#means-m1" + no + " .btn")
	officer.Until("a no holds up nothing", `["不同意", "怕银行的人认得她", "不勉强,也不因为这个不帮"].every((w) => document.querySelector("#means-m1").innerText.includes(w))`)
	officer.Until("it is a question to the officer", `document.querySelector("aside").innerText.includes("周桂兰不同意核对收入财产,不能去问部门。请按看到的往下办")`)
	officer.Accessible()
	officer.Whole()
	officer.Eval(`document.querySelector("#means").scrollIntoView(); ""`)
	officer.Shot("township-means-no-phone")
	// 4. She comes round, at the window.
	open("m1")
	officer.Click("#means-m1" + yes + " [name=how][value=window]")
	officer.Draw("#means-m1" + yes + " canvas")
	officer.Go("#means-m1" + yes + " .btn:not([data-clear])")
	officer.Until("every word stands", `document.querySelector("#means").innerText.includes("大人都同意了") && !!document.querySelector('form[action$="/case/1/means_check"]')`)
	officer.Desk()
	officer.Accessible()
	officer.Eval(`document.querySelector("#means").scrollIntoView(); ""`)
	officer.Shot("township-means")
	// 5. The son does not let it be asked any more.
	open("m2")
	officer.Fill(`#means-m2 form[action$="/means_withdraw"] [name=reason]`, "打电话来说的")
	officer.Go(`#means-m2 form[action$="/means_withdraw"] .btn`)
	officer.Until("it is taken back", `document.querySelector("#means-m2").innerText.includes("撤回了") && !document.querySelector('form[action$="/case/1/means_check"]')`)
	officer.Quiet()
}
