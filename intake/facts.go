package intake

import (
	"lianou/core"
)

// factsOf ties the checks to what knows the answers.
func factsOf(d Deps) facts {
	return facts{
		place: func(code core.RegionCode) (core.RegionCode, bool) {
			p, ok := d.Regions.Place(code)
			return p.Code, ok
		},
		item: func(day core.Date, item core.ItemCode) bool {
			book, err := d.Book.On(day)
			if err != nil {
				return false // before the first Book no item existed
			}
			_, ok := book.Item(item)
			return ok
		},
		paper: d.Blobs.Has,
	}
}
