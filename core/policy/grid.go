package policy

import (
	"fmt"

	"lianou/core"
)

// Areas are what a household's area may be, in the order of a Grid: the words of the fact,
// then not known.
var Areas = [3]core.Area{"urban", "rural", ""}

// A Grid says by place which of up to 64 items are touched: by the last two digits of the
// county, and by area.
type Grid [100][3]uint64

// NewGrid lays touches out. bit gives each item's place in the sets, 0 to 63.
func NewGrid(list []Touch, bit func(core.ItemCode) int) *Grid {
	g := &Grid{}
	for n := range g {
		county := core.RegionCode(fmt.Sprintf("3714%02d", n))
		for a, area := range Areas {
			for i := range list {
				if list[i].At(county, area) {
					g[n][a] |= 1 << bit(list[i].Item)
				}
			}
		}
	}
	return g
}
