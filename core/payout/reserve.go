package payout

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// When money is reserved. An approved decision is the family's right, and no machine may
// refuse it for want of money; so an entitlement falls due whatever is left, and money is
// reserved when a batch takes it: that is when the county really pays out of the year's
// money (domain.md 3.8: monthly, by the 10th), months that are cancelled before hold none
// back from others, and who waits longest can be served first. What a batch cannot take
// stays due. The database moves the money of the line (00544_budget.sql).

// pot is what a run may still take of a budget line.
type pot struct {
	Budget
	left core.Fen
	shut bool // somebody waits for it: nobody who came later takes what is left
}

// pots are the budget lines of a year, as one run sees them.
type pots struct {
	all []*pot
	of  map[place][]*pot // by item and county, found when first asked for
}

type place struct {
	item   core.ItemCode
	county core.RegionCode
}

func newPots(list []Budget) *pots {
	p := &pots{of: map[place][]*pot{}}
	for _, b := range list {
		p.all = append(p.all, &pot{Budget: b, left: b.Left()})
	}
	return p
}

// lockedPots holds the lines of the year of tx until its end: what they have left, nobody
// else takes meanwhile.
func lockedPots(ctx context.Context, tx *pg.Tx) (*pots, error) {
	const q = `select id, year, area, items, fund, opened, amount, reserved, spent from budget_locked($1)`
	list, err := budgetRows(ctx, tx, q, tx.Today().Time().Year())
	return newPots(list), err
}

// seenPots are the same for a page, which takes nothing.
func seenPots(ctx context.Context, tx *pg.Tx) (*pots, error) {
	const q = `select id, year, area, items, fund, opened, amount, reserved, spent from budget where year = $1 and opened is not null order by id`
	list, err := budgetRows(ctx, tx, q, tx.Today().Time().Year())
	return newPots(list), err
}

// forPlace gives the lines that may pay an item in a county, in the order in which they are
// drawn on: the county's own before the city's, then the one that was made first. None: no
// budget is registered for it, and nothing holds its money back.
func (p *pots) forPlace(at place) []*pot {
	if list, known := p.of[at]; known {
		return list
	}
	list := []*pot{}
	for _, b := range p.all {
		if b.covers(at.item, at.county) {
			list = append(list, b)
		}
	}
	slices.SortStableFunc(list, func(a, b *pot) int {
		if own := a.Area != core.DezhouCity; own != (b.Area != core.DezhouCity) {
			return map[bool]int{true: -1, false: 1}[own]
		}
		return int(a.ID - b.ID)
	})
	p.of[at] = list
	return list
}

// take reserves an amount on one line and gives it; nil with known for money that has to
// wait. Who waits shuts the line that is drawn on first: a smaller sum that came later does
// not overtake, there or on another line.
func (p *pots) take(at place, amount core.Fen) (line *int64, known bool) {
	list := p.forPlace(at)
	if len(list) == 0 {
		return nil, false
	}
	first := list[0]
	for _, b := range list {
		if !first.shut && !b.shut && b.left >= amount {
			b.left -= amount
			return &b.ID, true
		}
	}
	first.shut = true
	return nil, true
}

// Waiting is the due money that is drawn first on one budget line and that no line has
// money for.
type Waiting struct {
	Budget   int64
	Names    []string          // of the items, as notices print them; the one that waits longest first
	Counties []core.RegionCode // where, the same
	Totals
	Since time.Time // the oldest of them
	Short core.Fen  // what Budget lacks so that all of it can go; exact where no other line covers the items
}

// Say is the sentence for the payer and the county. where names the counties.
func (w Waiting) Say(where string) string {
	return fmt.Sprintf("%s的%s,今年的钱还差 %s 元。%d 笔在等,共 %s 元,一笔也没退。请追加预算,两个人登记好,这几笔最先发。",
		where, listed(w.Names), w.Short.Short(), w.Lines, w.Total.Short())
}

func listed(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s等 %d 项", strings.Join(names[:3], "、"), len(names))
	}
	return strings.Join(names, "、")
}

// waiting gathers what a run leaves, by budget line.
type waiting map[int64]*Waiting

func (w waiting) add(p *pots, at place, d dueLine) {
	line := p.forPlace(at)[0].ID
	one := w[line]
	if one == nil {
		one = &Waiting{Budget: line, Since: d.made}
		w[line] = one
	}
	if !slices.Contains(one.Names, d.itemName) {
		one.Names = append(one.Names, d.itemName)
	}
	if !slices.Contains(one.Counties, at.county) {
		one.Counties = append(one.Counties, at.county)
	}
	one.Lines++
	one.Total += d.amount
	if d.made.Before(one.Since) {
		one.Since = d.made
	}
}

// list gives what waits, the oldest first, with what each line lacks.
func (w waiting) list(p *pots) []Waiting {
	out := make([]Waiting, 0, len(w))
	for _, b := range p.all {
		if one := w[b.ID]; one != nil {
			one.Short = one.Total - b.left
			out = append(out, *one)
		}
	}
	slices.SortStableFunc(out, func(a, b Waiting) int { return a.Since.Compare(b.Since) })
	return out
}

// serve parts what is due, the oldest first, into what a batch can take and what waits.
func (p *pots) serve(due dueLines) (dueLines, waiting) {
	if len(p.all) == 0 {
		return due, nil
	}
	pay, wait := due[:0], waiting{}
	for _, d := range due {
		at := place{d.item, d.region.County()}
		line, known := p.take(at, d.amount)
		if line == nil && known {
			wait.add(p, at, d)
			continue
		}
		d.budget = line
		pay = append(pay, d)
	}
	return pay, wait
}

// errWaits is a batch of nothing because the money of the year is used up. It is no
// refusal of anybody: all of it stays due.
func errWaits(list []Waiting) error {
	var names []string
	lines, short := 0, core.Fen(0)
	for _, w := range list {
		names = append(names, w.Names...)
		lines, short = lines+w.Lines, short+w.Short
	}
	return core.E(core.KindConflict, "budget_used_up", fmt.Sprintf("%s今年的钱还差 %s 元,这 %d 笔先等着,一笔也没退。请追加预算,两个人登记好,再做这一批。",
		listed(slices.Compact(names)), short.Short(), lines))
}

// Waiting lists what is due in the caller's scope and waits for money of the year's budget,
// the oldest first. It takes nothing. Without budget lines nothing waits.
func (p *Budgets) Waiting(ctx context.Context, tx *pg.Tx) ([]Waiting, error) {
	lines, err := seenPots(ctx, tx)
	if err != nil || len(lines.all) == 0 {
		return nil, err
	}
	sums, err := dueSums(ctx, tx)
	if err != nil || lines.reach(sums) {
		return nil, err
	}
	const q = `select e.item, left(e.region, 6), e.amount, e.item_name, e.created` + dueNow + oldestFirst
	rows, err := tx.Query(ctx, q, payable(tx))
	if err != nil {
		return nil, pg.Fail(err, "look for what waits for money")
	}
	wait := waiting{}
	var at place
	var d dueLine
	_, err = pgx.ForEachRow(rows, []any{&at.item, &at.county, &d.amount, &d.itemName, &d.made}, func() error {
		if line, known := lines.take(at, d.amount); line == nil && known {
			wait.add(lines, at, d)
		}
		return nil
	})
	return wait.list(lines), pg.Fail(err, "look for what waits for money")
}

// Unlisted is the due money of one item in one county for which no budget line is
// registered: nothing holds it back.
type Unlisted struct {
	Item     core.ItemCode
	ItemName string
	County   core.RegionCode
	Totals
}

// Unlisted lists what is due in the caller's scope without a budget line, by county and item.
func (p *Budgets) Unlisted(ctx context.Context, tx *pg.Tx) ([]Unlisted, error) {
	lines, err := seenPots(ctx, tx)
	if err != nil {
		return nil, err
	}
	sums, err := dueSums(ctx, tx)
	return slices.DeleteFunc(sums, func(u Unlisted) bool { return len(lines.forPlace(place{u.Item, u.County})) > 0 }), err
}

func dueSums(ctx context.Context, tx *pg.Tx) ([]Unlisted, error) {
	const q = `select item, min(item_name), left(region, 6), count(*), sum(amount)::bigint from payout_entitlement
		where state = 'due' and period <= $1 group by 1, 3 order by 3, 1`
	rows, err := tx.Query(ctx, q, payable(tx))
	if err != nil {
		return nil, pg.Fail(err, "sum what is due by item")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (u Unlisted, err error) {
		err = r.Scan(&u.Item, &u.ItemName, &u.County, &u.Lines, &u.Total)
		return u, err
	})
	return list, pg.Fail(err, "sum what is due by item")
}

// reach reports that the first line of every item has enough for all of it that is due: the
// usual day, and a count of it is quicker than going through a hundred thousand payments.
func (p *pots) reach(sums []Unlisted) bool {
	need := map[int64]core.Fen{}
	for _, u := range sums {
		if list := p.forPlace(place{u.Item, u.County}); len(list) > 0 {
			need[list[0].ID] += u.Total
		}
	}
	return !slices.ContainsFunc(p.all, func(b *pot) bool { return need[b.ID] > b.left })
}
