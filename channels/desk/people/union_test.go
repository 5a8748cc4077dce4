package people_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/registry/twins"
)

// The page of somebody who was registered twice, and of their household, says who found that
// the two rows are one person, when and why, and where that is undone; the address of the row
// that stands aside leads there too. That somebody asks for it to be undone is said while it
// waits; once it is undone nothing of it is said.
//
// Control: unions without Parting ("it does not say that an undo waits").
//
// Red by the pages as they were: "/desk/people/101: it does not say 登记过两次,合成了一个人".
func TestAPageSaysWhoMadeTwoRowsOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	must(t, h.Env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var list []registry.NewHousehold
		for _, d := range seed.Doubles() {
			list = append(list, d.Known(tx.Today())...)
		}
		sealed, err := h.reg.Seal(list, tx.Now())
		if err == nil {
			err = h.reg.Load(ctx, tx, sealed)
		}
		return err
	}))
	_, err := h.twins.Scan(t.Context())
	must(t, err)
	pair := h.pairOf(t, seed.Doubles()[0].Rows[0].Person)
	h.say(t, officer, pair, twins.SaySame, "看过户口簿,是一个人。")
	h.say(t, approver, pair, twins.SaySame, "问过村里,就是他。")
	where := []string{"/desk/people/101?for=check", "/desk/people/102?for=check", "/desk/people/household/11?for=check"}
	for _, at := range where {
		code, body := h.ask(t, at, nil)
		for _, want := range []string{"登记过两次,合成了一个人", "任丽华定的," + h.Shell.Now().In(core.China).Format("1月2日"), "“看过户口簿,是一个人。”", "“问过村里,就是他。”"} {
			if code != 200 || !strings.Contains(text(body), want) {
				t.Errorf("%s: it does not say %s", at, want)
			}
		}
		if !strings.Contains(body, `href="/desk/twins/`+strconv.FormatInt(pair, 10)+`"`) {
			t.Errorf("%s: no way to the undo", at)
		}
	}
	tab, site := h.desk(t)
	tab.Open(site + where[0])
	tab.Wait("登记过两次")
	fits(t, tab, "person-union")
	tab.Open(site + where[2])
	tab.Wait("登记过两次")
	fits(t, tab, "household-union")
	h.say(t, officer, pair, twins.SayApart, "看错了。")
	for _, at := range where {
		if code, body := h.ask(t, at, nil); code != 200 || !strings.Contains(text(body), "有人说合错了,提了撤销,等另一位同事定") || !strings.Contains(text(body), "任丽华提的") {
			t.Errorf("%s: it does not say that an undo waits", at)
		}
	}
	tab.Open(site + where[0])
	tab.Wait("提了撤销")
	fits(t, tab, "person-union-apart")
	h.say(t, approver, pair, twins.SayAgree, "是看错了。")
	for _, at := range where {
		if code, body := h.ask(t, at, nil); code != 200 || strings.Contains(body, "登记过两次") {
			t.Errorf("%s, undone: %d", at, code)
		}
	}
}

// pairOf is the pair of a row that waits.
func (h *house) pairOf(t *testing.T, id core.PersonID) (pair int64) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select pair from person_pair where person = $1`, int64(id)).Scan(&pair)
	}))
	return pair
}

// say has somebody of the township say something about a pair, and draws the consequence.
func (h *house) say(t *testing.T, login string, pair int64, say twins.Say, why string) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.Regions("371426104"), func(ctx context.Context, tx *pg.Tx) error {
		var me core.StaffID
		if err := tx.QueryRow(ctx, `select id from staff_account where login = $1`, login).Scan(&me); err != nil {
			return err
		}
		return h.twins.Decide(ctx, tx, twins.Verdict{Pair: pair, Say: say, Reason: why, Staff: me})
	}))
	must(t, h.twins.Settle(t.Context(), twins.Settle{Pair: pair}))
}
