package insight

import (
	"fmt"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/hardship"
	"lianou/core/policy"
)

// A Reach says of whom a look by another Book, or on another day, may find something else
// than the look before: never less than those. It may be shared by any number of
// goroutines.
type Reach struct {
	may [100][3]bool  // by county and area
	was *facts.Reader // of the day of the look before; nil for one of the same day
}

// ReachFrom compares the Book of a look before with that of j: the outcome of every item,
// its number, and whatever the index goes by.
func (j *Judge) ReachFrom(before *policy.Book, on core.Date) *Reach {
	r := &Reach{}
	if on != j.on {
		r.was = facts.NewReader(on)
	}
	judged := policy.NewGrid(policy.Compare(before, j.book).Judged(), func(core.ItemCode) int { return 0 })
	renumbered := renumbered(before, j.book)
	scorer := hardship.NewScorer(before)
	for n := range r.may {
		for a := range r.may[n] {
			r.may[n][a] = renumbered || judged[n][a] != 0 || !j.scorer.Same(scorer, n, a)
		}
	}
	return r
}

// renumbered reports whether an item stands under another number, by which findings are
// kept, than before.
func renumbered(before, after *policy.Book) bool {
	for i := range after.Items {
		if was, kept := before.Item(after.Items[i].Code); kept && was.No != after.Items[i].No {
			return true
		}
	}
	return false
}

// Nobody reports that nothing that was found by the amounts of these counties can differ.
func (r *Reach) Nobody(counties ...core.RegionCode) bool {
	for _, county := range counties {
		var n int
		if _, err := fmt.Sscanf(string(county), "3714%02d", &n); err != nil || n < 0 || n >= len(r.may) || r.may[n] != [3]bool{} {
			return false
		}
	}
	return r.was == nil
}

// Stands reports whether what was found of a row before is what Row would find now. Errors:
// bytes that are no row.
func (j *Judge) Stands(r *Reach, row []byte) (bool, error) {
	county, area, err := facts.Spot(row)
	if err != nil || r.may[county][area] || r.was == nil {
		return err == nil && !r.may[county][area], err
	}
	return j.sameDay(r, row)
}

// sameDay reports whether the facts of a row are the same on both days: nobody had a
// birthday, no event grows older, and the word that there was none still stands or had lapsed
// before. The rest of a row hangs on no day.
func (j *Judge) sameDay(r *Reach, row []byte) (bool, error) {
	if err := r.was.Unpack(row, &j.before); err != nil {
		return false, err
	}
	if err := j.reader.Unpack(row, &j.v); err != nil {
		return false, err
	}
	for i := range j.v.M {
		is, _ := j.v.M[i].Get(policy.Age)
		if was, known := j.before.M[i].Get(policy.Age); known && was != is {
			return false, nil
		}
	}
	return len(j.v.Shocks) == 0 && j.v.Silent == j.before.Silent, nil
}
