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
	"lianou/core/pg"
	"lianou/core/rulebook"
	"lianou/core/simulate"
	"lianou/core/staff"
)

// fewest is below how many families a place's number is not written: one village could tell
// who they are (domain.md 7.5).
const fewest = 5

// simulation is what a page shows of a draft's newest simulation.
type simulation struct {
	Draft   int64
	May     bool // has the button
	Has     bool
	Running bool
	Old     bool // of what the draft said before, or broken off
	simulate.Head
	Left   string // how long it still takes, about
	Whole  simulate.Tally
	Cost   money
	Sample bool // a sample amount is in the sums
	Items  []itemLine
	Same   int // items that come out the same
	Homes  []countyLine
}

// money is a difference in a month and once, as people say it.
type money struct {
	Month, Once string
	Up, Down    bool // by the month
}

type itemLine struct {
	simulate.Item
	simulate.Shift
	Cost       money
	Sample     bool
	Less, More int // of the bars, in 150 to either side
}

type countyLine struct {
	Name  string
	Line  placeLine
	Towns []placeLine
}

// placeLine is one place; numbers below fewest are said as "不到 5".
type placeLine struct {
	Name, Households, Worse, Better, Month string
	WorseBar, BetterBar                    int // in 150
}

// Left is where the bar to the left begins.
func (l itemLine) Left() int { return 150 - l.Less }

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
		return refusal(err)
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
	base, err := b.d.Rules.Sources(r.Context(), f.Base)
	if err != nil {
		return err
	}
	live := f.State == rulebook.Open || f.State == rulebook.SignedOff
	p.May = live && at.Has(staff.City) && len(base.Diff(f.Files)) > 0 && !base.OnlyWeights(f.Files)
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
	p.Has, p.Head, p.Whole = true, r.Head, r.Whole
	p.Running = r.Ended == nil
	p.Old = r.Stale || r.Said != simulate.SaidBy(d)
	p.Left = left(&r.Head, now)
	p.Cost = costOf(simulate.CostOf(r.Items, &r.Whole))
	p.items(&r)
	p.places(&r, b)
	return p, nil
}

// left is how long a simulation still takes at its pace so far.
func left(h *simulate.Head, now time.Time) string {
	if h.Done == 0 {
		return ""
	}
	rest := now.Sub(h.Begun) / time.Duration(h.Done) * time.Duration(h.Towns-h.Done)
	if rest < time.Minute {
		return fmt.Sprintf("还要 %d 秒左右", int(rest.Seconds())+1)
	}
	return fmt.Sprintf("还要 %d 分钟左右", int(rest.Minutes())+1)
}

func (p *simulation) items(r *simulate.Result) {
	most := 1
	for i := range r.Whole.Items {
		s := &r.Whole.Items[i]
		most = max(most, s.Lost+s.Less, s.Gained+s.More)
	}
	for i := range r.Items {
		s := &r.Whole.Items[i]
		p.Sample = p.Sample || s.Samples > 0
		if !s.Any() {
			p.Same++
			continue
		}
		p.Items = append(p.Items, itemLine{Item: r.Items[i], Shift: *s, Cost: costOf(simulate.CostOfItem(&r.Items[i], s)), Sample: s.Samples > 0,
			Less: bar(s.Lost+s.Less, most), More: bar(s.Gained+s.More, most)})
	}
	slices.SortStableFunc(p.Items, func(x, y itemLine) int { return cmp.Compare(y.Lost+y.Shift.Less, x.Lost+x.Shift.Less) })
}

// bar is the length of n in 150, and seen where there is any.
func bar(n, most int) int {
	if n == 0 {
		return 0
	}
	return max(2, n*150/most)
}

// places puts the townships under their counties, those of which most lose something first.
func (p *simulation) places(r *simulate.Result, b *Room) {
	counties, order := map[core.RegionCode]*simulate.Tally{}, []core.RegionCode{}
	for i := range r.ByTown {
		code := r.ByTown[i].Region.County()
		if counties[code] == nil {
			counties[code], order = &simulate.Tally{}, append(order, code)
		}
		counties[code].Add(&r.ByTown[i].Tally)
	}
	most := 1
	for _, t := range counties {
		most = max(most, t.Worse, t.Better)
	}
	slices.SortStableFunc(order, func(x, y core.RegionCode) int { return cmp.Compare(counties[y].Worse, counties[x].Worse) })
	for _, code := range order {
		line := countyLine{Name: b.name(code), Line: lineOf(b.name(code), r.Head.Items, counties[code], most)}
		for i := range r.ByTown {
			if t := &r.ByTown[i]; t.Region.County() == code && t.Touched > 0 {
				line.Towns = append(line.Towns, lineOf(b.name(t.Region), r.Head.Items, &t.Tally, most))
			}
		}
		p.Homes = append(p.Homes, line)
	}
}

func (b *Room) name(code core.RegionCode) string {
	p, _ := b.d.Regions.Place(code)
	return p.Name
}

func lineOf(name string, items []simulate.Item, t *simulate.Tally, most int) placeLine {
	l := placeLine{Name: name, Households: fmt.Sprint(t.Households), Worse: few(t.Worse), Better: few(t.Better), Month: "—"}
	if t.Touched >= fewest {
		l.Month = costOf(simulate.CostOf(items, t)).Month
	}
	if t.Worse >= fewest {
		l.WorseBar = bar(t.Worse, most)
	}
	if t.Better >= fewest {
		l.BetterBar = bar(t.Better, most)
	}
	return l
}

func few(n int) string {
	if n > 0 && n < fewest {
		return "不到 5"
	}
	return fmt.Sprint(n)
}

func costOf(c simulate.Cost) money {
	return money{Month: said(c.Month()), Once: said(c.Once()), Up: c.Month() > 0, Down: c.Month() < 0}
}

// said is a difference in words: "多 12.3 万元", "少 800 元", "" for none.
func said(f core.Fen) string {
	if f == 0 {
		return ""
	}
	word := "多 "
	if f < 0 {
		word, f = "少 ", -f
	}
	if yuan := int64(f) / 100; yuan >= 10000 {
		return word + strings.TrimSuffix(fmt.Sprintf("%.1f", float64(yuan)/10000), ".0") + " 万元"
	}
	return word + f.Short() + " 元"
}
