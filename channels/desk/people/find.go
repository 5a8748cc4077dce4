package people

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/wording"
)

// searches is how often one officer may search in an hour, and how often look at somebody
// (P22): a working day's looks with room to spare. How many people they show in all is
// bounded by audit.MayShow.
var searches = bell.Rate{Count: 240, Per: time.Hour}

var errSearches = core.E(core.KindTooMany, "searches_exceeded", "这一小时查得太多了,已经记下。请过一会儿再查。")

// most is where a search of the registry ends; who gets so many has not said enough.
const most = 50

// findPage is the search: empty, or with what it found.
type findPage struct {
	Place     string
	Purposes  []wording.Option
	For       string
	Q         string // typed, repeated on the page and nowhere else
	Found     *found
	MayChange bool // sees what waits for a second person
	Asks      *desk.Asks
}

// found is the answer of one search.
type found struct {
	Asked asked
	Rows  []foundRow
	Full  bool // it ended at most
	Busy  bool // those of before are still being made ready for a search
	Short bool // a surname's pinyin was asked for, which is no way to find somebody
}

// foundRow is one person of the list.
type foundRow struct {
	registry.Person
	Age   string
	Place string
	Why   string
	Gone  *goneRow
}

func (p *Room) page(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, _ := askedOf(r)
	return p.showFind(w, r, at, findPage{For: a.For})
}

func (p *Room) showFind(w http.ResponseWriter, r *http.Request, at desk.At, page findPage) error {
	err := p.d.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		page.Asks, err = p.d.Desk.Asks(ctx, tx, at)
		return err
	})
	if err != nil {
		return err
	}
	page.Purposes, page.Place, page.MayChange = purposes, p.place(at), at.Has(changers()...)
	return at.Page.Show(w, at, desk.View{Room: "people", Name: "find", Title: "查人"}, page)
}

// find searches. It is a POST, so that what was typed stands in no address, no history
// and no log of a proxy.
func (p *Room) find(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, chosen := askedOf(r)
	if !chosen {
		return errNoPurpose
	}
	q := strings.TrimSpace(r.PostFormValue("q"))
	if q == "" {
		return core.Invalid("q", "先写一样要查的:姓名、号码或生日。")
	}
	if ok, _ := p.d.Bell.Allow(r.Context(), "people:"+desk.ActorOf(at).ID, searches); !ok { // without Redis nobody is kept from work
		return errSearches
	}
	got := found{Asked: a}
	err := p.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		list, err := p.d.Registry.Find(ctx, tx, registry.Purpose{Actor: desk.ActorOf(at), Why: a.Word()}, q)
		if err != nil {
			return err
		}
		if got.Busy, err = p.d.Registry.Renewing(ctx, tx); err != nil {
			return err
		}
		people := make([]registry.Person, len(list))
		for i, one := range list {
			people[i] = one.Person
		}
		gone, err := p.gone(ctx, tx, people...)
		if err != nil {
			return err
		}
		got.Rows, got.Full = p.rows(list, gone, q, tx.Today()), len(list) >= most
		got.Short = len(list) == 0 && registry.OneSyllable(q)
		return p.d.Audit.MayShow(ctx, tx, audit.Shown(desk.ActorOf(at), "person", len(list), func(i int) int64 { return int64(list[i].Person.ID) }))
	})
	if err != nil {
		return err
	}
	if r.Header.Get("HX-Request") != "" {
		return at.Page.Part(w, "people", "found", got)
	}
	return p.showFind(w, r, at, findPage{For: a.For, Q: q, Found: &got})
}

func (p *Room) rows(list []registry.Found, gone map[core.PersonID]*goneRow, q string, today core.Date) []foundRow {
	out := make([]foundRow, 0, len(list))
	for _, one := range list {
		left := gone[one.ID]
		place := p.d.Regions.FullName(lowest(one.Person))
		out = append(out, foundRow{one.Person, left.age(one.Birth, today), place, whyFound(one, q, place), left})
	}
	return out
}

// place names where the officer may look.
func (p *Room) place(at desk.At) string {
	switch list := at.Staff.Regions; {
	case at.Has(staff.City):
		return "德州市"
	case len(list) == 1:
		return p.d.Regions.FullName(list[0])
	case len(list) > 1:
		return p.d.Regions.FullName(list[0].County())
	}
	return ""
}

func lowest(p registry.Person) core.RegionCode {
	if p.Village != "" {
		return p.Village
	}
	return p.Region
}
