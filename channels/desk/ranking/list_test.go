package ranking_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lianou/channels/desk/ranking"
	"lianou/core"
	"lianou/core/policy"
	"lianou/core/watch"
)

// of reads how many households a page says its place has, 0 for none.
func of(body string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(counted.FindString(body), `登记 <b class="num">`))
	return n
}

// TestAVillageIsCountedForItself: a village has its own households and its own hardest 3 in
// 100, the villages of a township come to the township, and of a wider place an officer is
// told what theirs is.
// Those of the hardest who have too few points to be listed are told to be left out.
// Control: count without the village ("the villages come to 1024, the township to 16"); Short
// left at nought ("of the hardest 1 0 are listed and 0 told").
func TestAVillageIsCountedForItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, body := h.ask(t, officer, "/desk/ranking", nil)
	whole, sum := of(body), 0
	for _, v := range h.Regions.Children(wangmiao) {
		code, body := h.ask(t, officer, "/desk/ranking?poor=1&place="+string(v.Code), nil)
		most := regexp.MustCompile(`最困难的 3%,共 (\d+) 户`).FindStringSubmatch(body)
		if n := of(body); code != 200 || most == nil || most[1] != strconv.Itoa((n*3+99)/100) {
			t.Errorf("%s: %d, %d households, the hardest %v", v.Name, code, n, most)
		}
		short := 0
		if m := regexp.MustCompile(`其中 <b class="num">(\d+)</b> 户不到 15 分|最困难的 (\d+) 户都不到 15 分`).FindStringSubmatch(body); m != nil {
			short, _ = strconv.Atoi(m[1] + m[2])
		}
		if listed := named(body); most != nil && strconv.Itoa(listed+short) != most[1] {
			t.Errorf("%s: of the hardest %s %d are listed and %d told to be left out", v.Name, most[1], listed, short)
		}
		sum += of(body)
	}
	if whole == 0 || sum != whole {
		t.Errorf("the villages come to %d, the township to %d", sum, whole)
	}
	if strings.Contains(body, "归您管") {
		t.Error("their own township is called a part")
	}
	if _, body := h.ask(t, officer, "/desk/ranking?place=371400", nil); of(body) != whole || !strings.Contains(body, "其中归您管的,登记") {
		t.Errorf("of the city: %d, theirs are %d", of(body), whole)
	}
}

// published is a shelf on which a Book with other weights has been laid after a scan.
type published struct {
	ranking.Books
	old *policy.Book
}

func (p published) On(day core.Date) (*policy.Book, error) {
	book, err := p.Books.On(day)
	if err != nil {
		return nil, err
	}
	newer := *book
	newer.Digest, newer.Index = strings.Repeat("e", 64), &policy.Index{Weights: policy.IndexWeights{120, 80, 100, 100, 100, 100, 100}}
	return &newer, nil
}

func (p published) Book(digest string) (*policy.Book, error) {
	if digest == p.old.Digest {
		return p.old, nil
	}
	return nil, core.E(core.KindNotFound, "no_book", "")
}

// TestTheOrderIsNamedByItsOwnFormula: until everybody has been looked at anew, a list names
// the formula by which it stands and what its parts came to, and says that another has been
// published.
// Control: formula and Looks by the Book of today (the page names "H-1/…" and parts of it
// over the order of before, and says nothing).
func TestTheOrderIsNamedByItsOwnFormula(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	shares := regexp.MustCompile(`<ul class="shares">.*?</ul>`)
	_, before := h.ask(t, officer, "/desk/ranking", nil)
	old, err := h.Book.On(core.NewDate(2026, 11, 2))
	must(t, err)
	books := published{h.Book, old}
	h.watch, err = watch.New(watch.Deps{DB: h.DB, Registry: h.reg, Books: books, Audit: h.Audit, Ring: h.Keys.Platform.Ring})
	must(t, err)
	room := ranking.New(ranking.Deps{DB: h.DB, Watch: h.watch, Registry: h.reg, Staff: h.Staff, Books: books, Audit: h.Audit, Bell: h.Bell})
	h.handler, err = h.Shell.Handler(room)
	must(t, err)
	_, body := h.ask(t, officer, "/desk/ranking", nil)
	if !strings.Contains(body, "公式版本 H-1。") || !regexp.MustCompile(`新的公式 H-1/[0-9a-f]{8} 已经发布,还没有按它比对完。现在看到的先后和分数,是按 H-1 算的。`).MatchString(body) {
		t.Errorf("the page does not say by what it stands: %s", body)
	}
	if was, is := shares.FindAllString(before, -1), shares.FindAllString(body, -1); len(was) == 0 || strings.Join(was, "") != strings.Join(is, "") {
		t.Errorf("the parts are other ones: %v, then %v", was, is)
	}
	if strings.Contains(before, "已经发布") {
		t.Error("nothing was published yet")
	}
	h.scan(t)
	_, body = h.ask(t, officer, "/desk/ranking", nil)
	if strings.Contains(body, "已经发布") || !strings.Contains(body, "公式版本 H-1/") {
		t.Error("after the scan the page is still of before")
	}
}

// TestLeastAndMostAreBothSaid of each part that is not wholly known, and the picture shows
// the least in the colours of its parts.
// Control: parts by the highest alone (no "到", the bar in one colour).
func TestLeastAndMostAreBothSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, body := h.ask(t, county, "/desk/ranking", nil)
	open := 0
	for _, row := range strings.Split(body, `<td data-h="指数">`)[1:] {
		if !strings.Contains(row, "没问全") {
			continue
		}
		open++
		svg := row[strings.Index(row, "<svg"):strings.Index(row, "</svg>")]
		if !regexp.MustCompile(`<b class="num">\d+\.\d</b> 到 <b class="num">\d+\.\d</b>/`).MatchString(row) || !strings.Contains(svg, `fill="#cfd6da"`) || strings.Contains(svg, `fill="#2d3338"`) {
			t.Errorf("a row that is open: %s", row[:min(len(row), 2500)])
		}
	}
	if open == 0 {
		t.Fatal("everything is known of everybody")
	}
}
