package e2e

import (
	"strconv"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// Times of the keystroke-level model for somebody who types as clerks do, in
// milliseconds (Card, Moran and Newell 1980): a key, pointing and clicking, moving the
// hand between keyboard and mouse, thinking before a unit.
const key, point, hand, think = 280, 1100, 400, 1350

// An application at the window takes under a minute of the clerk's hands: what the
// form insists on is no more than this, and this is enough for a receipt. What takes
// longer is listening, and no form can shorten that.
// Controls: required on the ID number; the story behind the members of the household.
func TestWindowTakesAMinute(t *testing.T) {
	p := at(t, browsertest.Start(t), "pingyuan.clerk")
	p.desk("/counter")
	required := p.Eval(`[...new Set([...document.querySelectorAll("#request [required]")].map(e => e.name))].sort().join(" ")`)
	if required != "applicant.name consent contact.phone live.county" {
		t.Fatalf("the form insists on %s", required)
	}
	spent := 0
	fill := func(name, text string, keys int) {
		p.Fill(`#request [name="`+name+`"]`, text)
		spent += think + key*(keys+p.tabsTo(name))
	}
	fill("applicant.name", "臧玉梅", len("zang yu mei ")+1)
	fill("applicant.id_number", "371426195803170023", 18)
	fill("contact.phone", "13900010077", 11)
	p.live("371426", "371426107", "") // the county stands there already
	spent += hand + think + 2*point
	fill("story", "老伴住院,钱不够。", len("laoban zhuyuan, qian bugou.")+4)
	p.tick(`input[name=consent][value=process]`)
	p.tick(`input[name=consent][value=means_check]`)
	spent += hand + 2*point
	p.Draw("[data-sign] canvas")
	p.Wait("已签")
	spent += think + 4000 // the person's own hand
	p.Click(".fill [name=story]")
	p.Press("\r", true)
	spent += think + 2*key
	p.Wait("报上了")
	if receipt := receiptShown.FindString(p.Text("main")); receipt == "" {
		t.Fatalf("no receipt: %s", strings.TrimSpace(p.Text("main")))
	}
	if t.Logf("%.1f s by the keystroke-level model", float64(spent)/1000); spent > 60_000 {
		t.Errorf("an application at the window takes %.1f s", float64(spent)/1000)
	}
}

// tabsTo counts the keys that lead from the field typed in before to a field, as far
// as the page lays them out; it remembers where it was.
func (p person) tabsTo(name string) int {
	p.t.Helper()
	n, err := strconv.Atoi(p.Eval(`(() => {
		const stops = [...document.querySelectorAll("#request :is(input:not([type=hidden]), select, textarea, button, summary, audio)")].filter(e => e.checkVisibility() && !e.disabled);
		const at = stops.findIndex(e => e.name === "` + name + `"), from = window.stop0 ?? -1;
		window.stop0 = at;
		return String(at - from);
	})()`))
	if err != nil || n < 0 {
		p.t.Fatalf("no way by the keyboard to %s: %d %v", name, n, err)
	}
	return n
}
