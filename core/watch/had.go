package watch

import (
	"context"
	"maps"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/facts"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
)

// had gives which of some items households have already, so that no lead offers them as new:
// what a granted case gives, what a status says that an authority recognised and that goes
// with the item (低保家庭 is who receives 最低生活保障), and what a rule lets nobody have
// beside one of these where that one is no worse. An item for members is had when all whom it
// fits have it: one who has it takes nothing from another. Where it cannot be told who stands
// in a row, the lead stays, for people to look at.
func (w *Watch) had(ctx context.Context, tx *pg.Tx, town core.RegionCode, book *policy.Book, want map[core.HouseholdID]insight.Items) (map[core.HouseholdID]insight.Items, error) {
	if len(want) == 0 {
		return nil, nil
	}
	ids := slices.Sorted(maps.Keys(want))
	got, err := casefile.ReceivedIn(ctx, tx, town, ids)
	if err != nil {
		return nil, err
	}
	h := having{book: book, reader: facts.NewReader(tx.Today())}
	touchy := h.touchy()
	ids = slices.DeleteFunc(ids, func(id core.HouseholdID) bool { return len(got[id]) == 0 && want[id]&touchy == 0 })
	rows, err := w.Registry.Rows(ctx, tx, slices.Repeat([]core.RegionCode{town}, len(ids)), ids)
	if err != nil {
		return nil, err
	}
	if ids, err = h.some(ids, rows, got); len(ids) == 0 || err != nil {
		return nil, err
	}
	inRow, err := w.Registry.InRow(ctx, tx, town, ids)
	if err != nil {
		return nil, err
	}
	if h.scale, err = w.scales.take(book); err != nil {
		return nil, core.E(core.KindInternal, "book_compiled", "").Wrap(err)
	}
	out := map[core.HouseholdID]insight.Items{}
	for _, id := range ids {
		if err := h.lay(rows[id], got[id], inRow[id]); err != nil {
			return nil, err
		}
		if set := h.of(want[id]); set != 0 {
			out[id] = set
		}
	}
	return out, nil
}

// having says what one household after the other has.
type having struct {
	book   *policy.Book
	reader *facts.Reader
	scale  *scale

	v      facts.Vector
	got    []casefile.Received
	people []core.PersonID // in the order of the facts; nil where that is not sure
}

// touchy are the items of which a recognised status alone may say that they are had.
func (h *having) touchy() (out insight.Items) {
	for i := range h.book.Items {
		it := &h.book.Items[i]
		for k := range h.book.Statuses {
			by := h.book.Statuses[k].GrantedBy
			if by != "" && (by == it.Code || h.rule(it.Code, by) != nil) {
				out = out.With(it.No)
			}
		}
	}
	return out
}

// rule gives the rule that lets nobody have two items beside one another, nil for none.
func (h *having) rule(a, b core.ItemCode) *policy.Rule {
	for i := range h.book.Rules {
		if r := &h.book.Rules[i]; r.Kind == policy.Exclude && (r.A == a && r.B == b || r.A == b && r.B == a) {
			return r
		}
	}
	return nil
}

// some keeps the households of which anything may be had, and whose row is there.
func (h *having) some(ids []core.HouseholdID, rows map[core.HouseholdID][]byte, got map[core.HouseholdID][]casefile.Received) (out []core.HouseholdID, err error) {
	for _, id := range ids {
		if len(rows[id]) == 0 {
			continue
		}
		if err := h.reader.Unpack(rows[id], &h.v); err != nil {
			return nil, core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
		}
		if len(got[id]) > 0 || slices.ContainsFunc(h.book.Statuses, func(s policy.Status) bool { return s.GrantedBy != "" && h.recognised(&s) }) {
			out = append(out, id)
		}
	}
	return out, nil
}

func (h *having) recognised(s *policy.Status) bool {
	is, known := h.v.Get(s.Recognised)
	return known && is == 1
}

// lay takes one household over.
func (h *having) lay(row []byte, got []casefile.Received, people []core.PersonID) error {
	if err := h.reader.Unpack(row, &h.v); err != nil {
		return core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
	}
	if h.got, h.people = got, people; len(people) != len(h.v.M) {
		h.people = nil
	}
	h.scale.lay(&h.v)
	return nil
}

// of gives which of some items the household has.
func (h *having) of(want insight.Items) (out insight.Items) {
	for i := range h.book.Items {
		it := &h.book.Items[i]
		if !want.Has(it.No) {
			continue
		}
		who := []int{house}
		if it.Person != nil {
			who = h.scale.weigher.Whom(i)
		}
		if len(who) > 0 && !slices.ContainsFunc(who, func(m int) bool { return !h.has(it.Code, m) && !h.instead(i, m) }) {
			out = out.With(it.No)
		}
	}
	return out
}

// house stands for the household as a whole among the places of members.
const house = -1

// has reports whether an item is received for a member, or at all where that is house.
func (h *having) has(code core.ItemCode, member int) bool {
	byCase := false
	for i := range h.got {
		if h.got[i].Item != code {
			continue
		}
		byCase = true
		if h.isFor(h.got[i].People, member) {
			return true
		}
	}
	// A status says that somebody has it. Who, is sure where it fits one alone; and where a
	// case of ours says who, the status may be of that very case.
	return !byCase && h.granted(code) && (member == house || h.only(code, member))
}

func (h *having) isFor(people []core.PersonID, member int) bool {
	return len(people) == 0 || member == house || h.people != nil && slices.Contains(people, h.people[member])
}

// granted reports whether a status that goes with an item is recognised.
func (h *having) granted(code core.ItemCode) bool {
	return slices.ContainsFunc(h.book.Statuses, func(s policy.Status) bool { return s.GrantedBy == code && h.recognised(&s) })
}

// only reports whether an item is not granted to members, or fits this one alone.
func (h *having) only(code core.ItemCode, member int) bool {
	i := h.index(code)
	return i >= 0 && (h.book.Items[i].Person == nil || slices.Equal(h.scale.weigher.Whom(i), []int{member}))
}

func (h *having) index(code core.ItemCode) int {
	return slices.IndexFunc(h.book.Items, func(it policy.Item) bool { return it.Code == code })
}

// instead reports whether a member has what a rule lets nobody have beside the i-th item, and
// the best legal set for who has nothing yet would not take the item either.
func (h *having) instead(i, member int) bool {
	if h.scale.weigher.Chosen(i, member) {
		return false
	}
	code := h.book.Items[i].Code
	return slices.ContainsFunc(h.book.Items, func(other policy.Item) bool {
		r := h.rule(code, other.Code)
		if r == nil {
			return false
		}
		if !r.Person {
			return h.has(other.Code, house)
		}
		return h.has(other.Code, member)
	})
}
