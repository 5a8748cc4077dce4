package book

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/discreet"
	"lianou/core/pg"
	"lianou/core/rulebook"
	"lianou/core/simulate"
	"lianou/core/staff"
)

// unshown stands for a number that is not shown: it is under five, or would give one away that
// is (core/discreet; domain.md 7.5).
const unshown = "不显示"

// simulation is what a page shows of a draft's newest simulation.
type simulation struct {
	Draft   int64
	May     bool // has the button
	Has     bool
	Running bool
	Old     bool // of what the draft said before, or broken off
	simulate.Head
	Left  string // how long it still takes, about
	Shown simulate.Shown
	Cost  money
	Items []itemLine
	Homes []countyLine
}

// money is a difference in a month and once, as people say it.
type money struct {
	Month, Once string
	Up, Down    bool // by the month
}

type itemLine struct {
	simulate.ShownItem
	Cost              money
	WorseBar, MoreBar int // in 150 to either side, by what is shown
}

type countyLine struct {
	Name  string
	Line  placeLine
	Towns []placeLine
}

type placeLine struct {
	Name, Households, Worse, Better, Month string
	WorseBar, BetterBar                    int // in 150, by what is shown
}

// Left is where the bar to the left begins.
func (l itemLine) Left() int { return 150 - l.WorseBar }

// Left is where the bar to the left begins.
func (l placeLine) Left() int { return 150 - l.WorseBar }

// simulateNow begins a simulation of a draft, or shows the one that runs.
func (b *Room) simulateNow(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	today, err := b.today(r.Context())
	if err != nil {
		return err
	}
	books, err := b.d.Simulate.BooksOf(r.Context(), id, today)
	if err != nil {
		return refusal(err, nil)
	}
	req := simulate.Request{Draft: id, Books: books, Towns: b.d.Regions.Expand(core.DezhouCity), By: desk.ActorOf(at)}
	if _, err := b.d.Simulate.Begin(r.Context(), req); err != nil {
		return err
	}
	return desk.Back(w, r, home(id), "开始试算了。算好以前也可以先看别的。")
}

// simulated is the part of the page that comes again while a simulation runs.
func (b *Room) simulated(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	f, err := b.d.Rules.Draft(r.Context(), id)
	if err != nil {
		return err
	}
	p, err := b.simulation(r.Context(), &f.Draft)
	if err != nil {
		return err
	}
	read, err := b.read(r.Context(), &f, at)
	if err != nil {
		return err
	}
	p.May = f.Living() && at.Has(staff.City) && len(read.Diff) > 0 && !read.Alone
	return at.Page.Part(w, "book", "simulation", p)
}

// simulation reads the newest simulation of a draft; Has is false for none.
func (b *Room) simulation(ctx context.Context, d *rulebook.Draft) (p simulation, err error) {
	p.Draft = d.ID
	r, err := b.d.Simulate.OfDraft(ctx, d.ID)
	if errors.Is(err, simulate.ErrNone) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	var now time.Time
	if err = b.d.DB.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { now = tx.Now(); return nil }); err != nil {
		return p, err
	}
	p.Has, p.Head, p.Shown = true, r.Head, r.Shown()
	p.Running = r.Ended == nil
	p.Old = r.Stale || r.Said != simulate.SaidBy(d)
	p.Left = left(&r.Head, now)
	p.Cost = costOf(p.Shown.Month, p.Shown.Once)
	p.items()
	p.places(b)
	return p, nil
}

// left is how long a simulation still takes at its pace so far.
func left(h *simulate.Head, now time.Time) string {
	if h.Done == 0 {
		return ""
	}
	return leftOf(now.Sub(h.Begun), h.Done, h.Towns)
}

// leftOf is how long the rest of the townships takes at the pace of those that are done.
func leftOf(passed time.Duration, done, towns int) string {
	rest := passed / time.Duration(done) * time.Duration(towns-done)
	if rest < time.Minute {
		return fmt.Sprintf("还要 %d 秒左右", int(rest.Seconds())+1)
	}
	return fmt.Sprintf("还要 %d 分钟左右", int(rest.Minutes())+1)
}

// items are in the order of what is shown of them, and their bars as long: where a number is
// not shown, neither place nor length tells it.
func (p *simulation) items() {
	most := 1
	for i := range p.Shown.Items {
		most = max(most, p.Shown.Items[i].Worse.N(), p.Shown.Items[i].Better.N())
	}
	for _, it := range p.Shown.Items {
		p.Items = append(p.Items, itemLine{ShownItem: it, Cost: costOf(it.Month, it.Once), WorseBar: bar(it.Worse.N(), most), MoreBar: bar(it.Better.N(), most)})
	}
	slices.SortStableFunc(p.Items, func(x, y itemLine) int { return cmp.Compare(y.Worse.N(), x.Worse.N()) })
}

// bar is the length of n in 150, and seen where there is any.
func bar(n, most int) int {
	if n == 0 {
		return 0
	}
	return max(2, n*150/most)
}

// places puts the townships under their counties, those of which most lose something first.
func (p *simulation) places(b *Room) {
	most := 1
	for i := range p.Shown.Counties {
		most = max(most, p.Shown.Counties[i].Worse.N(), p.Shown.Counties[i].Better.N())
	}
	counties := slices.SortedStableFunc(slices.Values(p.Shown.Counties), func(x, y simulate.ShownPlace) int { return cmp.Compare(y.Worse.N(), x.Worse.N()) })
	for i := range counties {
		line := countyLine{Name: b.name(counties[i].Region), Line: lineOf(b.name(counties[i].Region), &counties[i], most)}
		for j := range counties[i].Towns {
			if t := &counties[i].Towns[j]; t.Any() {
				line.Towns = append(line.Towns, lineOf(b.name(t.Region), t, most))
			}
		}
		p.Homes = append(p.Homes, line)
	}
}

func (b *Room) name(code core.RegionCode) string {
	p, _ := b.d.Regions.Place(code)
	return p.Name
}

func lineOf(name string, p *simulate.ShownPlace, most int) placeLine {
	l := placeLine{Name: name, Households: p.Households.Or(unshown), Worse: p.Worse.Or(unshown), Better: p.Better.Or(unshown), Month: said(p.Month),
		WorseBar: bar(p.Worse.N(), most), BetterBar: bar(p.Better.N(), most)}
	if l.Month == "" {
		l.Month = "—"
	}
	if l.Month == "—" && l.Worse == "0" && l.Better == "0" {
		l.Month = "没有变化"
	}
	return l
}

func costOf(month, once discreet.Sum) money {
	return money{Month: said(month), Once: said(once), Up: month.Fen > 0, Down: month.Fen < 0}
}

// said is a difference in words: "多 12.3 万元", "少约 800 元", "变化不到 50 元", "" for none.
func said(s discreet.Sum) string {
	switch {
	case s.Hidden:
		return unshown
	case s.Fen == 0 && s.Unit > 0:
		return "变化不到 " + yuan(s.Unit)
	case s.Fen == 0:
		return ""
	}
	word, f := "多", s.Fen
	if f < 0 {
		word, f = "少", -f
	}
	if s.Unit > 0 {
		word += "约"
	}
	return word + " " + yuan(f)
}

func yuan(f core.Fen) string {
	if n := int64(f) / 100; n >= 10000 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/10000), ".0") + " 万元"
	}
	return f.Short() + " 元"
}
