package budget

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/staff"
)

// page is what the room shows of one year.
type page struct {
	Said     string
	Year     int
	ThisYear bool // what waits, waits for this year's money
	Acts     bool
	Waits    []wait
	Open     []open // entered, not confirmed
	Lines    []line
	Unlisted []payout.Unlisted
	Items    []policy.Item
	Counties []registry.Place
	Funds    []payout.Fund
}

// wait is one sentence about money that waits.
type wait struct {
	Say   string
	Since time.Time
}

// open is an amount that somebody else has to confirm.
type open struct {
	payout.BudgetChange
	Line line
	By   string
	Mine bool
}

// line is one budget line with its bar, in thousandths of its amount.
type line struct {
	payout.Budget
	Names                  []string
	Used                   core.Fen // reserved and spent
	SpentTo, ReservedTo    int
	Tone, Warn             string
	Short                  core.Fen // what is missing for what waits, 0 for nothing
	EnteredBy, ConfirmedBy string   // of the newest confirmed change
	Newest                 payout.BudgetChange
	History                []change
}

// change is one confirmed or refused row of a line's history.
type change struct {
	payout.BudgetChange
	By, Ender string
}

func (k *Room) page(w http.ResponseWriter, r *http.Request, at desk.At) error {
	f, err := k.look(r)
	if err != nil {
		return err
	}
	p, err := k.say(r.Context(), at, f)
	if err != nil {
		return err
	}
	p.Said = desk.Said(w, r)
	return at.Page.Show(w, at, desk.View{Room: "budget", Name: "budget", Title: "预算"}, p)
}

// found is what the room reads, before names and words are put to it.
type found struct {
	year, thisYear int
	today          core.Date
	lines          []payout.Budget
	waits          []payout.Waiting
	unlisted       []payout.Unlisted
}

func (k *Room) look(r *http.Request) (f found, err error) {
	err = k.d.DB.Read(r.Context(), pg.City("what waits for a county's money waits in all its townships"), func(ctx context.Context, tx *pg.Tx) (err error) {
		f = found{today: tx.Today()}
		f.thisYear = f.today.Time().Year()
		if f.year, err = strconv.Atoi(r.FormValue("year")); err != nil || f.year < 2000 || f.year > 2099 {
			f.year = f.thisYear // nonsense is this year
		}
		if f.lines, err = k.d.Budgets.BudgetLines(ctx, tx, f.year); err != nil || f.year != f.thisYear {
			return err
		}
		if f.waits, err = k.d.Budgets.Waiting(ctx, tx); err != nil {
			return err
		}
		f.unlisted, err = k.d.Budgets.Unlisted(ctx, tx)
		return err
	})
	return f, err
}

// say puts names and words to what was read, and leaves out what is another county's.
func (k *Room) say(ctx context.Context, at desk.At, f found) (page, error) {
	book, err := k.d.Books.On(f.today)
	if err != nil {
		return page{}, err
	}
	mine := mineOf(at.Staff)
	f.lines = slices.DeleteFunc(f.lines, func(b payout.Budget) bool { return !mine(b.Area) })
	names, err := k.names(ctx, f.lines)
	if err != nil {
		return page{}, err
	}
	p := page{Year: f.year, ThisYear: f.year == f.thisYear, Acts: at.Has(staff.Payer), Items: cashItems(book), Counties: k.d.Regions.Counties(), Funds: payout.Funds(),
		Unlisted: slices.DeleteFunc(f.unlisted, func(u payout.Unlisted) bool { return !mine(u.County) })}
	for _, b := range f.lines {
		l := lineOf(b, book, names)
		for _, w := range f.waits {
			if w.Budget == b.ID {
				l.Short = w.Short
				p.Waits = append(p.Waits, wait{w.Say(k.where(w.Counties)), w.Since})
			}
		}
		for _, c := range b.Changes {
			if c.State == "entered" {
				p.Open = append(p.Open, open{c, l, names[c.EnteredBy], c.EnteredBy == at.Staff.ID})
			}
		}
		if b.Opened != nil {
			p.Lines = append(p.Lines, l)
		}
	}
	return p, nil
}

// mineOf says whose lines somebody sees: payers all, a county its own and the city's.
func mineOf(who staff.Person) func(core.RegionCode) bool {
	if who.Has(staff.Payer) {
		return func(core.RegionCode) bool { return true }
	}
	return func(area core.RegionCode) bool {
		return area == core.DezhouCity || slices.ContainsFunc(who.Regions, func(r core.RegionCode) bool { return r.County() == area })
	}
}

func (k *Room) names(ctx context.Context, lines []payout.Budget) (map[core.StaffID]string, error) {
	var people []core.StaffID
	for _, b := range lines {
		for _, c := range b.Changes {
			people = append(people, c.EnteredBy, c.EndedBy)
		}
	}
	return k.d.Staff.Names(ctx, people...)
}

// The shares of a line at which the page warns: money that is nearly gone takes weeks to
// come by.
const (
	nearly = 800 // thousandths
	gone   = 1000
)

func lineOf(b payout.Budget, book *policy.Book, names map[core.StaffID]string) line {
	l := line{Budget: b, Used: b.Reserved + b.Spent}
	for _, code := range b.Items {
		if it, known := book.Item(code); known {
			l.Names = append(l.Names, it.Everyday)
		} else {
			l.Names = append(l.Names, string(code))
		}
	}
	if b.Amount > 0 {
		l.SpentTo, l.ReservedTo = int(b.Spent*1000/b.Amount), int(l.Used*1000/b.Amount)
	}
	switch {
	case b.Left() == 0:
		l.Tone, l.Warn = "red", "用完了"
	case l.ReservedTo >= nearly:
		l.Tone, l.Warn = "amber", "用了八成以上"
	}
	for _, c := range slices.Backward(b.Changes) {
		if c.State == "entered" {
			continue
		}
		if c.State == "confirmed" && l.Newest.ID == 0 {
			l.Newest, l.EnteredBy, l.ConfirmedBy = c, names[c.EnteredBy], names[c.EndedBy]
		}
		l.History = append(l.History, change{c, names[c.EnteredBy], names[c.EndedBy]})
	}
	return l
}

// cash reports whether an item is, or can be, money on a card.
func cash(it *policy.Item) bool {
	return slices.ContainsFunc(it.BenefitKind, func(kind string) bool { return strings.HasPrefix(kind, "cash_") })
}

func cashItems(book *policy.Book) (list []policy.Item) {
	for _, it := range book.Items {
		if cash(&it) {
			list = append(list, it)
		}
	}
	return list
}

func (k *Room) place(area core.RegionCode) string {
	if area == core.DezhouCity {
		return "全市"
	}
	return k.d.Regions.FullName(area)
}

func (k *Room) where(counties []core.RegionCode) string {
	if len(counties) == 1 {
		return k.place(counties[0])
	}
	return fmt.Sprintf("%s等 %d 个县", k.place(counties[0]), len(counties))
}
