package policy

import (
	"cmp"
	"maps"
	"slices"

	"lianou/core"
)

// checkVersions holds that the versions of one item follow one another without a
// hole and without two on one day. An item may begin later than others, and end.
func (b *builder) checkVersions() {
	versions := map[core.ItemCode][]*datedItem{}
	for i := range b.items {
		it := &b.items[i]
		versions[it.Code] = append(versions[it.Code], it)
	}
	for _, code := range slices.Sorted(maps.Keys(versions)) {
		list := versions[code]
		slices.SortStableFunc(list, func(x, y *datedItem) int { return cmp.Compare(x.from, y.from) })
		for i := 1; i < len(list); i++ {
			end, next := list[i-1].until, list[i]
			switch {
			case end.IsZero() || end > next.from:
				b.problem(next.at.in("from"), "这个事项在"+next.from.SayWhole()+"有两种写法。请改日期,让前一种到后一种开始那天为止。",
					"two versions are in force on %s", next.from)
			case end < next.from:
				b.problem(next.at.in("from"), "从"+end.SayWhole()+"到"+next.from.SayWhole()+"前一天,这个事项没有写法。请把日期接上,中间不能空。",
					"there is a gap: no version is in force on %s", end)
			}
		}
	}
	b.checkNumbers(versions)
}

// checkNumbers holds that two items in force on one day do not share a number.
func (b *builder) checkNumbers(versions map[core.ItemCode][]*datedItem) {
	for i := range b.items {
		for j := range i {
			x, y := &b.items[j], &b.items[i]
			apart := !x.until.IsZero() && x.until <= y.from || !y.until.IsZero() && y.until <= x.from
			if x.No == y.No && x.Code != y.Code && !apart {
				b.problem(y.at.in("no"), "序号和"+quoted(string(x.Code))+"一样。请换一个。", "the number %d is used twice: %s has it too", y.No, x.Code)
			}
		}
	}
}

// epochs lists the days on which something begins or ends, from the first day on
// which there is an item.
func (b *builder) epochs() []core.Date {
	days := map[core.Date]bool{}
	add := func(from, until core.Date) {
		days[from] = true
		days[until] = true
	}
	first := latest
	for i := range b.items {
		add(b.items[i].from, b.items[i].until)
		first = min(first, b.items[i].from)
	}
	for _, p := range b.packs {
		add(p.From.Date, p.Until.Date)
	}
	for i := range b.params {
		for _, r := range b.params[i].Rows {
			add(r.From.Date, r.Until.Date)
		}
	}
	var out []core.Date
	for d := range days {
		if d >= first && !d.IsZero() {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out
}

// book assembles what is in force on a day.
func (b *builder) book(on core.Date) *Book {
	book := &Book{
		From: on, Departments: b.departments, Statuses: b.statuses, Tests: b.tests,
		Calendar: b.calendar, Index: b.index, Relations: b.relations, Nodes: b.nodes, params: b.paramIDs, items: map[core.ItemCode]int{},
	}
	for i := range b.params {
		book.Params = append(book.Params, b.paramOn(&b.params[i], on))
	}
	for _, it := range b.items {
		if it.from <= on && (it.until.IsZero() || on < it.until) {
			book.Items = append(book.Items, it.Item)
		}
	}
	slices.SortStableFunc(book.Items, func(x, y Item) int { return cmp.Compare(x.No, y.No) })
	for i := range book.Items {
		book.items[book.Items[i].Code] = i
	}
	for _, r := range b.rules {
		_, hasA := book.items[r.A]
		_, hasB := book.items[r.B]
		if hasA && hasB {
			book.Rules = append(book.Rules, r)
		}
	}
	b.applyPacks(book)
	b.checkAmounts(book)
	return book
}

// checkAmounts holds that whatever an item in force reads has an amount by then.
func (b *builder) checkAmounts(book *Book) {
	for i := range book.Items {
		it := &book.Items[i]
		for _, id := range slices.Sorted(maps.Keys(book.reads(it).params)) {
			if len(book.Params[id].Rows) == 0 {
				b.problem(b.paramAt[id].in("rows[0].from"), "从"+book.From.SayWhole()+"起就要用这个标准,可那时还没有数额。请把开始的日期提前,或者补上前面的一行。",
					"there is a gap: %s needs it from %s", it.Code, book.From)
			}
		}
	}
}
