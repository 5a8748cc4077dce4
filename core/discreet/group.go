package discreet

import (
	"cmp"
	"math"
	"slices"
)

// A Cell is one count of a group.
type Cell struct {
	N    int
	Most int  // what else is shown says that it is no more; 0 for nothing
	Must bool // hidden whatever it is
}

// A Total is what is known of the sum of a group.
type Total struct{ least, most int }

// unbounded is more than anybody counts, and may be added to.
const unbounded = math.MaxInt32

// Exactly is a sum that is shown, or can be had.
func Exactly(n int) Total { return Total{n, n} }

// AtLeast is a sum of counts that overlap: together they count no fewer than n.
func AtLeast(n int) Total { return Total{n, unbounded} }

// Untold is a sum that nothing tells.
func Untold() Total { return Total{0, unbounded} }

// Group says which cells are hidden. They are the smallest ones that are not nought: those
// that are small or must be, and as many more as it takes. It is false when even all of
// them do not suffice: then nothing of the group may be shown, nor its total.
func Group(total Total, cells []Cell) (hidden []bool, ok bool) {
	hidden = make([]bool, len(cells))
	order, must := sorted(cells)
	if must == 0 {
		return hidden, true
	}
	for n := must; n <= len(order); n++ {
		if ok = holds(total, cells, order, n); ok || n == len(order) {
			for _, i := range order[:n] {
				hidden[i] = true
			}
			return hidden, ok
		}
	}
	return hidden, false
}

// sorted puts the cells that are not nought into order, the smallest first, and says how
// many of them are hidden at the least.
func sorted(cells []Cell) (order []int, must int) {
	for i := range cells {
		if cells[i].N > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(cells[a].N, cells[b].N) })
	for at, i := range order {
		if small(cells[i].N) || cells[i].Must {
			must = at + 1
		}
	}
	return order, must
}

// holds reports whether each of the first n cells of the order could be one, and could be
// five or more, for somebody who is shown the others.
func holds(total Total, cells []Cell, order []int, n int) bool {
	if n < 2 {
		return false
	}
	least, most, next := total.least, total.most, unbounded
	for _, i := range order[n:] {
		least, most = least-cells[i].N, most-cells[i].N
	}
	if n < len(order) {
		next = cells[order[n]].N // none of the hidden is more
	}
	together := 0
	for _, i := range order[:n] {
		together += bound(cells[i].Most, next)
	}
	for _, i := range order[:n] {
		own := bound(cells[i].Most, next)
		if least-(together-own) > 1 || min(own, most-(n-1)) < Least {
			return false
		}
	}
	return true
}

// bound is the most that a cell can be.
func bound(most, next int) int {
	if most == 0 {
		return next
	}
	return min(most, next)
}
