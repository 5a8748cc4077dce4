package quota_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/core/staff"
)

// TestAPastHourIsNoCutoff through the form: it says which is the first, and who asks for an
// hour that has passed reads it again. Its controls are those of core/quota TestACutoffLiesAhead.
func TestAPastHourIsNoCutoff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, page := h.ask(t, county, "/desk/quota", nil)
	says := regexp.MustCompile(`最早可以选 \d+年\d+月\d+日 \d\d 点`).FindString(page)
	if code, body := h.ask(t, county, "/desk/quota/open", asked(h.now(t).Truncate(time.Hour))); says == "" || code != http.StatusUnprocessableEntity || !strings.Contains(body, "已经过了。"+says) {
		t.Errorf("this hour, of which the form says %q: %d %s", says, code, body)
	}
}

// moment is a time of day on a day, as a page writes it.
var moment = regexp.MustCompile(`\d+月\d+日 \d\d(?::\d\d| 点)`)

// TestAListHasOneTime: of a list one moment is shown, by which everything in it was reckoned, its
// cut-off; who did what when is folded away, each with what it was. Where the list came late
// its facts are of that moment, and it says so.
//
// Controls: the times as they stood ("4 times: …"); Late that is never so ("nothing says that the list came late").
func TestAListHasOneTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	whole, steps := h.page(t, to)
	if times := moment.FindAllString(strings.Replace(whole, steps, "", 1), -1); len(times) != 1 {
		t.Errorf("%d times: %q", len(times), times)
	}
	for _, want := range []string{"开了这一批", "系统排好名单", "核对、冻结"} {
		if !strings.Contains(steps, want) {
			t.Errorf("nothing says when: %s", want)
		}
	}
	if _, why := h.ask(t, county, to+"/why?a=1&b=2", nil); !strings.Contains(why, "截止 ") || len(moment.FindAllString(why, -1)) != 1 {
		t.Errorf("why: %q", moment.FindAllString(why, -1))
	}
	if _, body := h.ask(t, county, to+"/public", nil); !strings.Contains(body, "按截止时(") {
		t.Error("what is posted does not say that it is of the cut-off")
	}
	h.super(t, `update quota_round set cutoff = cutoff - interval '2 hours'`)
	whole, steps = h.page(t, to)
	if body := strings.Replace(whole, steps, "", 1); !strings.Contains(body, "名单晚到 ") {
		t.Error("nothing says that the list came late")
	}
	if _, body := h.ask(t, county, to+"/public", nil); strings.Contains(body, "按截止时(") {
		t.Error("what is posted says that it is of the cut-off")
	}
}

// page is the page of a round, and the part of it that is folded away: who did what when.
func (h *house) page(t *testing.T, to string) (whole, steps string) {
	t.Helper()
	_, whole = h.ask(t, county, to, nil)
	_, steps, _ = strings.Cut(whole, `id="steps">`)
	steps, _, _ = strings.Cut(steps, "</ul>")
	return whole, steps
}

// TestAListNamesThePolicyByItsEdition and the day from which that holds, and not by a code.
// Control: the digest of the Book, as it was ("the page has no 按政策第 3 版(: … 按政策91c47df3").
func TestAListNamesThePolicyByItsEdition(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	says := func(want string) {
		t.Helper()
		if _, steps := h.page(t, to); !strings.Contains(steps, want) {
			t.Errorf("the page has no %s: %s", want, steps)
		}
	}
	says("按随程序带的那一套政策")
	h.super(t, `insert into rulebook_source (digest, files) values (repeat('a', 64), '\x00'), (repeat('c', 64), '\x00');
		insert into rulebook_book (digest, source, from_day) select book, repeat('a', 64), '2026-01-01' from quota_round;
		insert into rulebook_edition (number, source, from_day, published, why) select 1, repeat('a', 64), '2026-01-01', drawn - interval '300 days', '第一版' from quota_round;
		insert into rulebook_edition (number, source, from_day, published, why, draft, author, signed, publisher) select 2, repeat('c', 64), '2026-07-01', drawn - interval '200 days', '换过', 1, 1, drawn - interval '201 days', 2 from quota_round;
		insert into rulebook_edition (number, source, from_day, published, why, draft, author, signed, publisher) select 3, repeat('a', 64), cutoff::date - 9, drawn - interval '10 days', '换回来', 2, 1, drawn - interval '11 days', 2 from quota_round;
		insert into rulebook_edition (number, source, from_day, published, why, draft, author, signed, publisher) select 4, repeat('a', 64), cutoff::date + 1, drawn + interval '1 hour', '后来的', 3, 1, drawn, 2 from quota_round`)
	says("按政策第 3 版(")
	says("起执行)")
}

// super does what no role of the system may.
func (h *house) super(t *testing.T, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.Env.Superuser())
	must(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	_, err = conn.Exec(t.Context(), "set session_replication_role = replica; "+sql)
	must(t, err)
}

// indexed is the index of a household on the page, and share one part of it.
var (
	indexed = regexp.MustCompile(`<div class="bar tight"><b class="num">([\d.]+)</b>(?:<span class="why">最多 ([\d.]+)</span>)?`)
	share   = regexp.MustCompile(`<b class="num">([\d.]+)(?: 到 ([\d.]+))?</b>/`)
)

// TestThePartsOfAnIndexAddUp: what the parts of a household come to, as the page shows them, at least
// and at most, adds up to the index by which it stands, also of whom not everything was asked.
//
// Control: the parts at their most, as it was ("household 1: the parts come to 564 to 564, its index is 534 to 564").
func TestThePartsOfAnIndexAddUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	whole, _ := h.page(t, h.begun(t))
	open := 0
	for i, cell := range strings.Split(whole, `data-h="困难指数">`)[1:] {
		cell, _, _ = strings.Cut(cell, "</ul>")
		want := interval(t, indexed.FindStringSubmatch(cell))
		var got [2]int
		for _, m := range share.FindAllStringSubmatch(cell, -1) {
			one := interval(t, m)
			got[0], got[1] = got[0]+one[0], got[1]+one[1]
		}
		if got != want {
			t.Errorf("household %d: the parts come to %d to %d, its index is %d to %d", i+1, got[0], got[1], want[0], want[1])
		}
		if want[0] != want[1] {
			open++
		}
	}
	if open == 0 {
		t.Error("nothing is open: the test would prove nothing")
	}
}

// interval is what a page writes of a number, at least and at most, in tenths.
func interval(t *testing.T, m []string) [2]int {
	t.Helper()
	if m[2] == "" {
		m[2] = m[1]
	}
	return [2]int{tenths(t, m[1]), tenths(t, m[2])}
}

func tenths(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.Replace(s, ".", "", 1))
	must(t, err)
	return n
}

// TestOnAPhoneWhatIsToBeDoneComesFirst: what somebody has to do stands in the first screen of a
// phone, above the rows of the list, to which a link leads; on a wide screen it stands beside them.
//
// Control: the list first, as it was ("what is to be done begins at 6005 px, the rows at 356").
func TestOnAPhoneWhatIsToBeDoneComesFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Touchscreen(390)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", first)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + to)
	top := func(sel string) int {
		t.Helper()
		n, err := strconv.Atoi(tab.Eval(`String(Math.round(document.querySelector("` + sel + `").getBoundingClientRect().top))`))
		must(t, err)
		return n
	}
	if do, rows := top("aside .sheet"), top("#list tbody tr"); do > 844 || do > rows {
		t.Errorf("what is to be done begins at %d px, the rows at %d", do, rows)
	}
	tab.Faultless()
	tab.Whole()
	tab.Shot("desk-quota-phone-todo")
	tab.Eval(`document.querySelectorAll("details").forEach((d) => { d.open = true }); ""`)
	tab.Faultless()
	tab.Whole()
	tab.Legible()
	tab.Shot("desk-quota-phone-open")
	tab.Tap(`.below a`)
	tab.Until("the list is in sight", `document.querySelector("#list").getBoundingClientRect().top < 100`)
	tab.Laptop()
	if tab.Eval(`String(getComputedStyle(document.querySelector(".below")).display)`) != "none" || top("aside .sheet") != top("#list .sheet") {
		t.Errorf("beside the list: %d and %d", top("aside .sheet"), top("#list .sheet"))
	}
}
