package people_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/core/audit"
	"lianou/core/pg"
)

// One box finds by whatever an officer has, says why each was found, and shows no number
// in full; every search stands in the log with its purpose.
//
// Controls: whyFound that takes the phone's last four for the card's ("身份证后四位" of a
// phone); Search under pg.City ("王丽娟" of another township).
func TestTheBoxFindsByWhateverIsThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	asked := 0
	for _, c := range []struct{ q, finds, why string }{
		{"周桂兰", "周桂兰", "姓名"}, {"桂兰", "周桂兰", "名字里有“桂兰”"}, {"zgl", "周桂兰", "拼音"}, {"0011", "周桂兰", "电话后四位"}, {"13905340011", "周桂兰", "电话"},
		{"19671020", "周桂兰", "生日"}, {"周桂兰 东街村", "周桂兰", "姓名、住处"}, {herNumber + "8", "", "身份证号有一位不对"}, {"9919", "", ""}, {"139 0534 0011", "周桂兰", "电话"}, {"周桂兰1967年10月20日", "周桂兰", "姓名、生日"}, {"zhou", "", "只写姓的拼音查不了"}, {"王丽娟", "", "没有查到"},
	} {
		code, body := h.ask(t, "/desk/people/find", url.Values{"for": {"check"}, "q": {c.q}})
		if c.finds != "" && (code != 200 || !strings.Contains(body, `data-walk="hit"><b>`+c.finds)) || c.why != "" && !strings.Contains(body, c.why) {
			t.Errorf("%q (%d) does not find %s by %s", c.q, code, c.finds, c.why)
		}
		if code == 200 {
			asked++
		}
		if hit := strings.Contains(body, herNumber) && c.q != herNumber+"8"; hit || strings.Contains(strings.ReplaceAll(body, `value="13905340011"`, ""), "13905340011") {
			t.Errorf("%q shows a number in full", c.q)
		}
	}
	if n := h.entries(t, "person.searched", "核对情况"); n != asked {
		t.Errorf("%d entries of %d searches", n, asked)
	}
}

// While people of before are still being made ready for a search the answer says so, also
// where nobody is found, and no longer.
// Control: find without Renewing ("\"tail_renewal\" is not done: 200, says so: false").
func TestASearchSaysThatItIsNotWholeYet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, table := range []string{"token_renewal", "tail_renewal", ""} {
		must(t, h.DB.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `update token_renewal set done = $1`, table != "token_renewal")
			if err == nil {
				_, err = tx.Exec(ctx, `update tail_renewal set done = $1`, table != "tail_renewal")
			}
			return err
		}))
		for _, q := range []string{"周桂兰", "没有这个人"} {
			code, body := h.ask(t, "/desk/people/find", url.Values{"for": {"check"}, "q": {q}})
			if says := strings.Contains(body, "现在可能查不全"); code != 200 || says != (table != "") {
				t.Errorf("%q while %q is not done: %d, says so: %v", q, table, code, says)
			}
		}
	}
}

// Without a purpose, or with one that is not on the list, nobody is looked for.
// Control: find without askedOf, "200".
func TestNobodyIsLookedForWithoutAPurpose(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, form := range []url.Values{{"q": {"周桂兰"}}, {"q": {"周桂兰"}, "for": {"curious"}}} {
		if code, body := h.ask(t, "/desk/people/find", form); code != 422 || strings.Contains(body, "data-walk=\"hit\"") {
			t.Errorf("%v: %d", form, code)
		}
	}
	real, body := h.ask(t, mother, nil)
	none, empty := h.ask(t, nobody, nil)
	if real != none || strings.ReplaceAll(body, mother, "") != strings.ReplaceAll(empty, nobody, "") || strings.Contains(body, "周桂兰") {
		t.Error("without a purpose the page tells who is there")
	}
	if n := h.entries(t, "person.searched", "") + h.entries(t, "person.read", ""); n != 0 {
		t.Errorf("%d looks without a purpose", n)
	}
}

// Who searches too often in an hour is stopped, and that stands in the log.
// Control: find without Allow, "search 240".
func TestManySearchesAreACopy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := url.Values{"for": {"check"}, "q": {"没"}} // refused as a query, and counted
	for i := range 241 {
		code, _ := h.ask(t, "/desk/people/find", form)
		if want := map[bool]int{false: 422, true: 429}[i >= 240]; code != want {
			t.Fatalf("search %d: %d, want %d", i, code, want)
		}
	}
	if n := h.entries(t, "refusal.searches_exceeded", ""); n != 1 {
		t.Errorf("%d entries of a refusal", n)
	}
}

// P22: it is the people shown that are bounded, not only the searches, by the hour and by
// the day; who was shown before is shown again, and who comes near leaves an entry.
//
// Controls: find without MayShow ("the 801st of an hour: 200"); known without mayShow ("a
// page of the 801st: 200"); MayShow that counts again who was shown ("once more: 429");
// lives, claims or factors without mayShow ("/life of the 2,001st: 200").
func TestAsManyPeopleAsACopyAreNotShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	find := func(q string) int {
		code, _ := h.ask(t, "/desk/people/find", url.Values{"for": {"check"}, "q": {q}})
		return code
	}
	h.shown(t, audit.ShownPerHour-1, time.Minute)
	for _, what := range []string{"the 800th of an hour", "once more"} {
		if code := find("周桂兰"); code != 200 {
			t.Errorf("%s: %d", what, code)
		}
	}
	if code := find("王小军"); code != 429 {
		t.Errorf("the 801st of an hour: %d", code)
	}
	if code, _ := h.ask(t, mother+"?for=check", nil); code != 429 {
		t.Errorf("a page of the 801st: %d", code)
	}
	h.shown(t, audit.NearShown-1, 2*time.Hour)
	if code := find("周桂兰"); code != 200 || h.entries(t, "people.near", "") != 1 {
		t.Errorf("an hour later: %d, %d entries that a day's bound is near", code, h.entries(t, "people.near", ""))
	}
	h.shown(t, audit.ShownPerDay, 2*time.Hour)
	if code := find("周桂兰"); code != 429 || h.entries(t, "refusal.people_shown_day", "") != 1 {
		t.Errorf("the 2,001st of a day: %d", code)
	}
	for _, page := range []string{mother, "/desk/people/household/1", "/desk/people/household/1/life", "/desk/people/changes/ask/1", "/desk/people/changes/contest/1"} {
		if code, body := h.ask(t, page+"?for=check", nil); code != 429 || strings.Contains(body, "周桂兰") {
			t.Errorf("%s of the 2,001st: %d", page, code)
		}
	}
	h.shown(t, audit.ShownPerDay, 25*time.Hour)
	if code := find("周桂兰"); code != 200 {
		t.Errorf("the next day: %d", code)
	}
}
