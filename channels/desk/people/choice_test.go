package people_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"lianou/core"
)

// choosing is a household of one old man whom both 低保 and 特困 fit, who can have one of them; of
// the second nobody can tell how much before it is known what he needs help with.
func (h *house) choosing(t *testing.T) string {
	t.Helper()
	home, person := h.byHimself(t)
	of := func(path string) int64 {
		n, err := strconv.ParseInt(path[strings.LastIndex(path, "/")+1:], 10, 64)
		must(t, err)
		return n
	}
	h.learn(t, core.HouseholdID(of(home)), 0, "visit:12", 1, `{"area":"rural","hukou":"local","income_per_capita_month":100,"income_12m":1200,"financial_assets_per_capita":500,"houses":1,"cars":0,"business_with_staff":false}`)
	h.learn(t, core.HouseholdID(of(home)), core.PersonID(of(person)), "visit:12", 1, `{"supporter":"none","work_ability":"none"}`)
	return home
}

// TestAChoiceIsShownWithBoth: of two items that fit and of which one person can have one, the
// page shows both with what each brings, and says so where nobody can tell how much one is: the
// person chooses, and not the arithmetic.
// Control: the page as it was (`does not say "最低生活保障 380 元/月": … 拿了“最低生活保障”,就不再拿它。`).
func TestAChoiceIsShownWithBoth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, body := h.ask(t, h.choosing(t)+"?for=check", nil)
	page := text(body)
	at := strings.Index(page, "符合、但不能同时拿的")
	if at < 0 {
		t.Fatal("no choice is shown")
	}
	page = page[at : at+900]
	for _, want := range []string{"同一个人低保和特困只能享受一样", "最低生活保障 380 元/月", "差多少补多少", "特困人员救助供养 数额还算不出来", "住家里还是住敬老院自己选", "给多少现在算不出来", "请本人选"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q: %s", want, page)
		}
	}
}

// TestTheIndexFitsATelephone: at 390 and 360 the bands of an index that is not known whole stand
// below its number, each in one piece, and the menu of a county's seven rooms is one row, with the log-out
// beside the name in the other.
// Controls: the bands beside the heading, as they were ("the bands are above the number"); the
// menu wrapping ("… px of menu", "the log-out has a row of its own").
func TestTheIndexFitsATelephone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tab, at := h.desk(t)
	for _, width := range []int64{390, 360} {
		tab.Touchscreen(width)
		tab.Open(at + motherAndSon + "?for=visit")
		tab.Eval(`{const nav = document.querySelector(".top nav"), one = nav.querySelector("a:not([aria-current])") || nav.querySelector("a");
			for (const word of ["办件", "发钱", "名额", "预算", "排序", "查人", "重复登记"].slice(nav.children.length)) { const a = one.cloneNode(); a.removeAttribute("aria-current"); a.textContent = word; nav.append(a) }}; ""`)
		got := tab.Eval(`(() => {
			const box = s => document.querySelector(s).getBoundingClientRect(), wrong = [];
			const big = box("#h-index ~ p .big"), links = [...document.querySelectorAll(".top nav a")].map(a => a.getBoundingClientRect());
			for (const c of document.querySelectorAll(".bands .chip")) { const r = c.getBoundingClientRect();
				if (r.top < big.bottom) wrong.push("the bands are above the number");
				if (r.height > 34) wrong.push("a band wraps"); }
			if (document.querySelectorAll(".bands .chip").length < 2) wrong.push("this sees no bands");
			if (Math.max(...links.map(r => r.bottom)) - Math.min(...links.map(r => r.top)) > 60) wrong.push(box(".top nav").height + " px of menu");
			if (box(".top").height > 108) wrong.push(box(".top").height + " px of head");
			if (Math.abs(box(".top form").top + box(".top form").height / 2 - box(".brand").top - box(".brand").height / 2) > 12) wrong.push("the log-out has a row of its own");
			return wrong.join("; ") })()`)
		if got != "" {
			t.Errorf("at %d: %s", width, got)
		}
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.View(fmt.Sprintf("desk-household-%d", width), width, 1400)
	}
	tab.Open(at + h.choosing(t) + "?for=check")
	fits(t, tab, "desk-household-choice")
}
