package township_test

import (
	"fmt"
	"testing"
)

// Where the household signed is what the device said (F59): read when a household is opened, kept with
// the record and with each picture. Whoever refuses to say it writes the visit down all the same.
//
// Control: visits.js that never asks ("0 records of where it was, want 1").
func TestAVisitKeepsWhereItWas(t *testing.T) {
	t.Parallel()
	h := toVisit(t, 2)
	tab, _, _ := h.visitor(t, "wangmiao.officer")
	tab.Click("#take")
	tab.Wait("带上了 2 户")
	for _, stands := range []func(){func() { tab.StandsAt(116.289123, 37.432156) }, tab.Unplaced} {
		stands()
		tab.Click("#homes li:nth-child(1) button")
		tab.Wait("看到的情况")
		tab.Eval(writeDown)
		for i := range 3 {
			tab.Draw(fmt.Sprintf("#sheet .signing:nth-of-type(%d) canvas", i+1))
		}
		tab.Upload("#shoot", snapshot(t))
		tab.Until("the picture is there", `document.querySelectorAll("#shots li").length === 1`)
		tab.Click("#done")
		tab.Wait("交上去 1 户")
	}
	for what, sql := range map[string]string{
		"records of where it was":  `select count(*) from visit where done is not null and place = '116.28912,37.43216'`,
		"pictures of where it was": `select count(*) from visit_photo where place = '116.28912,37.43216'`,
		"records without a place":  `select count(*) from visit where done is not null and place = ''`,
		"pictures without a place": `select count(*) from visit_photo where place = ''`,
	} {
		if n := h.count(t, sql); n != 1 {
			t.Errorf("%d %s, want 1", n, what)
		}
	}
}
