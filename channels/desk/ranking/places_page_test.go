package ranking_test

import (
	"net/http/httptest"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core/staff"
)

// TestLongVillageNamesStandTogether: a name that is longer than its column goes on in the next
// line, close below the first and above the next name, at 390 and 360 and on a laptop.
// And where a household lives breaks between township and village, not within a name.
// Controls: lines of 44 px in columns, as it was ("刘环社区刘新环东村前石家庄 is 88 px high"); without keep-all
// ("… breaks within a name").
func TestLongVillageNamesStandTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", officer)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	look := func(at string) {
		tab.Open(site.URL + "/desk/ranking")
		tab.Eval(`document.querySelectorAll(".places a").forEach((a, i) => { if (i % 2 == 0) a.textContent = "刘环社区刘新环东村前石家庄" }); ""`)
		got := tab.Eval(`(() => { const list = [...document.querySelectorAll(".places a")];
			if (list.length < 4) return "this sees " + list.length + " places";
			for (const a of list) { const r = a.getBoundingClientRect(), box = a.closest("li").getBoundingClientRect();
				if (r.height > 70) return a.textContent + " is " + r.height + " px high";
				if (r.height < 44) return a.textContent + " is too low for a finger";
				if (a.scrollWidth > box.width + 1) return a.textContent + " is wider than its column"; }
			for (const s of document.querySelectorAll(".levels")) { if ([...s.getClientRects()].filter(r => r.width > 0).length > s.querySelectorAll("wbr").length + 1) return s.textContent + " breaks within a name"; }
			if (!document.querySelector(".levels wbr")) return "this sees no village";
			return "" })()`)
		if got != "" {
			t.Errorf("%s: %s", at, got)
		}
		tab.Whole()
	}
	tab.Laptop()
	look("laptop")
	tab.Shot("desk-ranking-places")
	for at, width := range map[string]int64{"390": 390, "360": 360} {
		tab.Touchscreen(width)
		look(at)
	}
}
