package ranking_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lianou/channels/desk/ranking"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/watch"
)

// owe lays a lead of back-pay for the household that stands first in a township; how a scan
// comes to one is core/watch's to test.
func (h *house) owe(t *testing.T, town core.RegionCode) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place, was, owed, raise)
			select region, household, 'raised', 513, 'book', repeat('b', 64), '2026-07-01', $2, place, repeat('a', 64), 71000, $3::jsonb
			from ranking where region = $1 order by place desc, household limit 1`
		_, err := tx.Exec(ctx, sql, string(town), tx.Now(), []watch.Raised{
			{No: 1, Months: 4, Each: 14000, Sum: 56000, First: "202607", From: core.NewDate(2026, 7, 1), Book: strings.Repeat("b", 64), Sample: true},
			{No: 10, Months: 3, Each: 5000, Sum: 15000, First: "202608", From: core.NewDate(2026, 7, 15), Book: strings.Repeat("c", 64)}})
		return err
	}))
}

// TestBackPayIsShown with what it rests on, as an estimate by which nobody is paid, and is
// settled by an outcome of its own. Controls: outcomes of the other kinds ("applied: 303");
// the row without the mark of a sample.
func TestBackPayIsShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, body := h.ask(t, officer, "/desk/ranking/leads", nil); strings.Contains(body, "因此发钱") {
		t.Error("a page without back-pay speaks of it")
	}
	h.owe(t, wangmiao)
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	said := regexp.MustCompile(`<[^>]*>|\s+`).ReplaceAllString(body, "")
	for _, want := range []string{"没有告诉任何人,也没有因此发钱", "可能要补发", "最低生活保障每月多140元。从2026年7月起已发4个月,应补约560元样本", "高龄津贴每月多50元。从2026年8月起已发3个月,应补约150元",
		"从2026年7月1日起执行", "版本bbbbbbbb", "该补,已经补了", "不该补"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q: %s", want, said)
		}
	}
	if strings.Contains(said, "150元样本") || strings.Contains(said, "帮他申请") {
		t.Error("what is no sample is marked as one, or an outcome does not fit")
	}
	path := regexp.MustCompile(`/desk/ranking/lead/\d+/settle`).FindString(body)
	for _, c := range []struct {
		outcome string
		code    int
	}{{"applied", 422}, {"not_owed", 303}, {"not_owed", 409}} {
		if code, _ := h.ask(t, officer, path, came(c.outcome)); code != c.code {
			t.Errorf("%s: %d, want %d", c.outcome, code, c.code)
		}
	}
}

// stopped is Books in which an item ends on a day.
type stopped struct {
	ranking.Books
	item core.ItemCode
	on   core.Date
}

func (s stopped) On(day core.Date) (*policy.Book, error) {
	book, err := s.Books.On(day)
	if err != nil || day < s.on {
		return book, err
	}
	without := *book
	without.Items = slices.DeleteFunc(slices.Clone(book.Items), func(it policy.Item) bool { return it.Code == s.item })
	return &without, nil
}

// TestAStoppedItemIsNamed: who lost an item because it was stopped is told which, and so is
// who may be owed money of one that was stopped since.
// Control: called by the Book of today alone ("停办的一项").
func TestAStoppedItemIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	day := core.NewDate(2026, 9, 1)
	books := stopped{h.Book, "MZ-10", day}
	room := ranking.New(ranking.Deps{DB: h.DB, Watch: h.watch, Registry: h.reg, Books: books, Audit: h.Audit, Bell: h.Bell})
	var err error
	h.handler, err = h.Shell.Handler(room)
	must(t, err)
	h.owe(t, wangmiao)
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		book, err := h.Book.On(day)
		if err != nil {
			return err
		}
		it, _ := book.Item(books.item)
		const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place)
			select region, household, 'lost', $4, 'book', repeat('b', 64), $3, $2, place from ranking where region = $1 order by place desc, household limit 1`
		_, err = tx.Exec(ctx, sql, string(wangmiao), tx.Now(), day.Time(), int64(insight.Items(0).With(it.No)))
		return err
	}))
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	for _, want := range []string{"<li>高龄津贴</li>", "<b>高龄津贴</b>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %s: %s", want, body)
		}
	}
}

// counted is how many households a page says a place has.
var counted = regexp.MustCompile(`登记 <b class="num">\d+`)

// TestAPlaceIsCountedOnce, also when the page was read again for a race it lost.
// Control: count that begins with what was counted before ("of 200 households, then of 400").
func TestAPlaceIsCountedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := func() string {
		code, body := h.ask(t, officer, "/desk/ranking?poor=1", nil)
		if code != 200 {
			t.Fatalf("the list: %d", code)
		}
		return counted.FindString(body)
	}
	was := of()
	h.Env.LoseRace()
	if is := of(); was == "" || is != was {
		t.Errorf("of %s households, then of %s", was, is)
	}
}

// TestKinSettleNoLead: who is declared kin of somebody of the household settles nothing for
// it, and the page says who does; somebody else of the township does.
// Controls: settle without kin ("kin settled it: 303"); the row without Kin.
func TestKinSettleNoLead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, wangmiao)
	h.owe(t, wangmiao)
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	paths := regexp.MustCompile(`action="(/desk/ranking/lead/\d+/settle)"`).FindAllStringSubmatch(body, -1)
	if len(paths) != 2 || strings.Contains(body, "亲属登记") {
		t.Fatalf("%d leads: %s", len(paths), body)
	}
	theirs := ""
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var me core.StaffID
		var kin core.PersonID
		if err := tx.QueryRow(ctx, `select id from staff_account where login = $1`, officer).Scan(&me); err != nil {
			return err
		}
		const last = `select '/desk/ranking/lead/' || l.id || '/settle', (select max(person) from membership m where m.household = l.household and m.until is null)
			from lead l where kind = 'due' and region = $1`
		if err := tx.QueryRow(ctx, last, string(wangmiao)).Scan(&theirs, &kin); err != nil {
			return err
		}
		return h.Staff.DeclareRelative(ctx, tx, audit.Actor{Kind: "operator"}, me, kin, "舅舅")
	}))
	_, body = h.ask(t, officer, "/desk/ranking/leads", nil)
	if strings.Contains(body, theirs) || strings.Count(body, `/settle"`) != 2 || named(body) != 2 || !strings.Contains(body, "您和这户人家有亲属登记。这条请另一位同事看。") {
		t.Errorf("kin are offered it: %s", body)
	}
	code, body := h.ask(t, officer, theirs, came("served"))
	if code != http.StatusForbidden || !strings.Contains(body, "要由别人办") {
		t.Errorf("kin settled it: %d %s", code, body)
	}
	if _, body := h.ask(t, second, "/desk/ranking/leads", nil); !strings.Contains(body, theirs) || strings.Contains(body, "亲属登记") {
		t.Errorf("another is not offered it: %s", body)
	}
	if code, body := h.ask(t, second, theirs, came("served")); code != http.StatusSeeOther {
		t.Errorf("another settled it: %d %s", code, body)
	}
	for _, p := range paths { // what is not theirs is the officer's as before
		if code, _ := h.ask(t, officer, p[1], came("wrong_data")); (code == http.StatusSeeOther) != (p[1] != theirs) {
			t.Errorf("%s of no kin: %d", p[1], code)
		}
	}
}
