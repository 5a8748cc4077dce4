package people_test

import (
	"strings"
	"testing"
)

// What the household has asked for by a case counts: it is listed as under way and is not
// proposed a second time.
// Control: has that gives nothing ("在办").
func TestWhatTheHouseholdHasCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	_, body := h.ask(t, motherAndSon+"?for=check", nil)
	if !inBundle(body, "最低生活保障") || strings.Contains(body, "已经在领、在办") {
		t.Fatal("nothing is asked for yet")
	}
	h.opened(t, 1, "4071882635", "MZ-01")
	_, body = h.ask(t, motherAndSon+"?for=check", nil)
	page := text(body)
	if inBundle(body, "最低生活保障") || !strings.Contains(page, "已经在领、在办的 1 项") || !strings.Contains(page, "已经报上去了,正在办") {
		t.Errorf("what is under way is proposed again: %s", page[:min(len(page), 1500)])
	}
}

// inBundle reports whether the best bundle of a page has an item.
func inBundle(body, name string) bool {
	_, rest, _ := strings.Cut(body, `<ul class="queue together">`)
	list, _, _ := strings.Cut(rest, "</ul>")
	return strings.Contains(list, `<b class="grow">`+name+"</b>")
}
