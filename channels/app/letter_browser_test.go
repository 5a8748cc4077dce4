package app

import (
	"context"
	"testing"

	browsertest "lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// The pages of a letter, of who looked, and of the public board in a real browser: no fault
// of axe, whole at 320 px with letters twice as large, at 360 and at 1440 px; the device is
// asked to read the letter, and says what to do where it has no voice.
//
// Control (named, not seen red): letter.js without dumb ("waits for 这台设备不会念").
func TestLettersAndBoardsInBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/looked")
	fill(tab, "#phone", channeltest.Phone)
	tab.Go("main form .big")
	tab.Wait("登录码发到这个手机了")
	fill(tab, "#code", d.phone.code())
	tab.Go("main form .big")
	tab.Wait("还没有人看过。")
	held(tab)
	var account string
	must(t, d.db.DB(pgtest.Owner).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select id from citizen`).Scan(&account)
	}))
	a := d.asking(t, account)
	d.super(t, letterRow)
	tab.Open(s.URL + "/c/app/mine/" + string(a.Receipt))
	tab.Wait("决定书")
	held(tab)
	tab.View("app-case-letter", 360, 800)
	tab.Go(`main a[href*="/letter/"]`)
	tab.Wait("您的最低生活保障批准了")
	held(tab)
	tab.View("app-letter", 360, 800)
	tab.View("app-letter-wide", 1440, 900)
	tab.Phone()
	tab.Eval(`speechSynthesis.getVoices = () => [], "deaf"`)
	tab.Click("[data-hear]")
	tab.Wait("这台设备不会念")
	held(tab)
	tab.Go(`main a[href$="/sheet"]`)
	tab.Wait("打印")
	held(tab)
	tab.View("app-letter-sheet", 360, 800)
	log := audit.New(d.house.Keys.Platform.Ring)
	one := core.CaseID(d.count(t, `select id from casefile`))
	must(t, d.db.DB(pgtest.Platform).Tx(t.Context(), pg.City("a test"), func(ctx context.Context, tx *pg.Tx) error {
		return log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: "5"}, Act: "case.read", Case: one, Region: channeltest.Town, Purpose: "办件"})
	}))
	d.super(t, judgedRow)
	tab.Open(s.URL + "/c/app/mine/" + string(a.Receipt))
	tab.Go(`main a[href$="/why"]`)
	tab.Wait("有一条合不上的")
	tab.Click("details summary")
	tab.Wait("存款少 3,480 元")
	held(tab)
	tab.View("app-why", 360, 800)
	tab.View("app-why-wide", 1440, 900)
	tab.Phone()
	tab.Open(s.URL + "/c/app/looked")
	tab.Wait("打开了您的申请")
	held(tab)
	tab.View("app-looked", 360, 800)
	d.hangs(t)
	tab.Open(s.URL + "/c/app/board")
	tab.Wait("公示栏")
	held(tab)
	tab.Open(s.URL + "/c/app/board/" + channeltest.Town)
	tab.Wait("有不同意见")
	held(tab)
	tab.View("app-board", 360, 800)
	tab.View("app-board-wide", 1440, 900)
	tab.Phone()
	tab.Open(s.URL + "/c/app/board/" + channeltest.Town + "/sheet")
	tab.Wait("打印")
	held(tab)
	tab.View("app-board-sheet", 1440, 900)
}
