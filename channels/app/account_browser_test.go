package app

import (
	"context"
	"testing"

	browsertest "lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/core/audit"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Who acts for whom, and by what an account is entered, in a browser on a telephone: seen,
// ended after a page that asks once more, and legible in care mode on 320 px.
//
// Control: the button of end.html at 30 px (Tappable).
func TestAccountPagesInBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.Mandates = mandate.NewReader(d.db.DB(pgtest.Gateway), audit.NewTo(d.house.Keys.Gateway.Platform), nil)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/mine")
	fill(tab, "#phone", channeltest.Phone)
	tab.Go("main form .big")
	tab.Wait("登录码发到这个手机了")
	fill(tab, "#code", d.phone.code())
	tab.Go("main form .big")
	tab.Wait("我的账号")
	var account string
	must(t, d.db.DB(pgtest.Owner).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select id from citizen`).Scan(&account)
	}))
	d.acting(t, account)
	look := func(name string) {
		t.Helper()
		held(tab)
		tab.Shot(name)
	}
	pages := func(suffix string) {
		t.Helper()
		tab.Open(s.URL + "/c/app/acting")
		tab.Wait("李秀英 替 张桂兰 办")
		look("app-acting" + suffix)
		tab.Go(".list .plain")
		tab.Wait("要收回吗")
		look("app-end" + suffix)
		tab.Open(s.URL + "/c/app/bound")
		tab.Wait("现在用什么登录")
		look("app-bound" + suffix)
	}
	pages("")
	tab.Go(".head .plain")
	tab.Wait("关掉大字")
	pages("-care")
	tab.Open(s.URL + "/c/app/acting")
	tab.Go(".list .plain")
	tab.Go("main .form .big")
	tab.Wait("办好了,从现在起就不能再替着办")
	tab.Wait("已经不能用")
	held(tab)
	tab.Open(s.URL + "/c/app/bound")
	fill(tab, "#phone", "13805347777")
	tab.Go(`form[action$="/move"] .big`)
	tab.Wait("登录码发到")
	look("app-bound-code")
}
