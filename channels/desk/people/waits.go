package people

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/change"
)

// errWaits keeps a second request about one fact out: whoever decides the first has both
// values before them, and of two that say otherwise the second could not be accepted any more.
var errWaits = core.E(core.KindConflict, "change_waits", "这一项已经有一条更正在等人核,先把那一条定下来。定了以后还不对,再提。在「待核更正」里看是谁提的、改成什么。")

// waitingFor finds what waits for a second person about a fact, nil for nothing.
func waitingFor(rows []changeRow, home bool, key string) *changeRow {
	for i, row := range rows {
		if row.State == change.Open && row.Path == key && (row.Person == 0) == home {
			return &rows[i]
		}
	}
	return nil
}

// markWaiting lays what waits beside the facts of a person's page, once it is named who asked.
func (page *personPage) markWaiting() {
	for _, g := range page.Groups {
		for _, rows := range [][]factRow{g.Rows, g.None} {
			for i, row := range rows {
				if row.Key != "" {
					rows[i].Waits = waitingFor(page.Changes, row.About == claim{Home: true}.About(), row.Key)
				}
			}
		}
		for _, rows := range [][]openRow{g.Open, g.Idle} {
			for i, row := range rows {
				rows[i].Waits = row.Href != "" && waitingFor(page.Changes, row.home, row.key) != nil
			}
		}
	}
}

// requests lists what was asked to be corrected of a person and of their household; of
// everybody there where no person is named.
func (p *Room) requests(ctx context.Context, tx *pg.Tx, why registry.Purpose, who registry.Person) (out []changeRow, err error) {
	list, err := p.d.Changes.Of(ctx, tx, why, who.Household)
	for _, q := range list {
		if q.Person == 0 || q.Person == who.ID || who.ID == 0 {
			out = append(out, rowOf(q))
		}
	}
	return out, err
}

// waits lays what waits beside what can be corrected.
func (page *askPage) waits() {
	for _, list := range [][]claim{page.Claims, page.Unsaid} {
		for i, c := range list {
			list[i].Waits = waitingFor(page.Changes, c.Home, c.Key)
		}
	}
}

// waits lays what waits beside what was told of another family than it is now.
func (page *householdPage) waits() {
	for i, row := range page.Turned {
		page.Turned[i].Waits = waitingFor(page.asked, true, row.Key)
	}
}
