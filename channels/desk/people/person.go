package people

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/wording"
)

// personPage is what is known of one person, as of a day and a moment.
type personPage struct {
	Said    string
	Asked   asked
	Person  registry.Person
	Who     string
	Place   string
	Alone   bool // no household is on record
	Gone    *goneRow
	Home    core.HouseholdID // that they belonged to on the day; 0 for none
	Members []memberRow
	As      asOf
	Groups  []factGroup
	Lookers []lookerRow
	Changes []changeRow // asked for, of this person and the household
	MayAsk  bool        // for a correction
	Unions  []unionRow
}

// Waiting are the corrections that nobody has decided yet, Ended the others: those are
// rarely read, and folded.
func (p personPage) Waiting() []changeRow { return p.changes(true) }

// Ended are the corrections that somebody decided, or took back.
func (p personPage) Ended() []changeRow { return p.changes(false) }

func (p personPage) changes(open bool) (out []changeRow) {
	for _, row := range p.Changes {
		if (row.State == change.Open) == open {
			out = append(out, row)
		}
	}
	return out
}

// memberRow is one person of a household.
type memberRow struct {
	registry.Person
	Relation string
	Age      string
	Here     bool // whom the page is about
}

func (p *Room) person(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "person")
	if err != nil {
		return err
	}
	a, chosen := askedOf(r)
	if !chosen {
		return p.askWhy(w, r, at)
	}
	empty := personPage{Said: desk.Said(w, r), Asked: a}
	var page personPage
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) (err error) {
		page = empty
		if page.As, err = asOfForm(r, tx.Today(), tx.Now()); err != nil {
			return err
		}
		if page.Lookers, err = p.lookers(ctx, tx, core.PersonID(id)); err != nil { // before this look is one of them
			return err
		}
		if page.Person, err = p.d.Registry.Person(ctx, tx, why, core.PersonID(id)); err != nil {
			return err
		}
		gone, err := p.gone(ctx, tx, page.Person)
		if err != nil {
			return err
		}
		last := page.Person.Household
		if page.Gone = gone[page.Person.ID]; page.Gone != nil {
			last, page.Gone.May = page.Gone.Home, at.Has(tellers()...)
		}
		if err = p.holds(ctx, tx, at, a, last); err != nil {
			return err
		}
		if err = p.toldOf(ctx, tx, why, at, page.Gone, page.Person); err != nil {
			return err
		}
		page.Who, page.Place = whoIs(page.Person, page.Gone.age(page.Person.Birth, tx.Today())), p.d.Regions.FullName(lowest(page.Person))
		if page.Unions, err = p.unions(ctx, tx, at, map[core.PersonID]string{page.Person.ID: ""}); err != nil {
			return err
		}
		return p.known(ctx, tx, at, why, &page)
	})
	page.MayAsk = at.Has(changers()...) && !page.As.Past()
	if err != nil {
		return err
	}
	if err = p.nameLookers(r.Context(), page.Lookers); err != nil {
		return err
	}
	if err = p.nameGone(r.Context(), page.Gone); err != nil {
		return err
	}
	if err = p.nameStaff(r.Context(), at, page.Changes); err != nil {
		return err
	}
	page.markWaiting()
	if err = p.nameUnions(r.Context(), page.Unions); err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "people", Name: "person", Title: page.Person.Name}, page)
}

// known reads the household of the day and the facts; somebody without one has neither.
func (p *Room) known(ctx context.Context, tx *pg.Tx, at desk.At, why registry.Purpose, page *personPage) error {
	if page.Person.Household != 0 {
		var err error
		if page.Changes, err = p.requests(ctx, tx, why, page.Person); err != nil {
			return err
		}
	}
	members, err := p.family(ctx, tx, why, page)
	if errors.Is(err, registry.ErrNoHousehold) { // the household was not one yet on that day
		left := page.Gone != nil && page.Home == 0 && page.As.On >= page.Gone.Day
		page.Home, page.Alone = 0, page.Gone == nil && page.Person.Household == 0
		page.As.Before = !page.Alone && !left
		return nil
	}
	if err != nil {
		return err
	}
	if page.As.Past() { // they may have lived with others then, whom the case is not about
		if p.holds(ctx, tx, at, page.Asked, page.Home) != nil {
			return errOtherHome
		}
	}
	if err = p.mayShow(ctx, tx, why, members); err != nil {
		return err
	}
	page.Members = memberRows(members, page.Person.ID, page.As.On)
	page.Groups, err = p.groups(ctx, tx, why, view{page.Home, page.As, page.Asked, at.Has(changers()...)}, members, page.Person)
	return err
}

// family reads with whom somebody lives, or lived on the day. Errors: ErrNoHousehold.
func (p *Room) family(ctx context.Context, tx *pg.Tx, why registry.Purpose, page *personPage) (members []registry.Member, err error) {
	page.Home = page.Person.Household
	if !page.As.Past() {
		if page.Home != 0 {
			members, err = p.d.Registry.Members(ctx, tx, why, page.Home)
		}
	} else if page.Home, err = p.d.Registry.HouseholdAt(ctx, tx, page.Person.ID, page.As.both()); err == nil {
		members, err = p.d.Registry.MembersAsOf(ctx, tx, why, page.Home, page.As.both())
	}
	if err == nil && len(members) == 0 {
		err = registry.ErrNoHousehold
	}
	return members, err
}

func memberRows(list []registry.Member, here core.PersonID, today core.Date) []memberRow {
	out := make([]memberRow, 0, len(list))
	for _, m := range list {
		out = append(out, memberRow{m.Person, relationWord(m.Relation), ageOf(m.Person.Birth, today), m.Person.ID == here})
	}
	return out
}

func relationWord(r core.Relation) string {
	f, _ := wording.MemberFact("relation")
	return f.Word(string(r))
}

func whoIs(p registry.Person, age string) string {
	words := []string{map[core.Sex]string{"male": "男", "female": "女"}[p.Sex], age}
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return words[0] + "," + words[1]
}

// lookerRow is one look that others, or the officer, took before.
type lookerRow struct {
	At       time.Time
	Who      string
	Did, For string
	staff    core.StaffID
}

// lately is how many looks the page lists.
const lately = 12

func (p *Room) lookers(ctx context.Context, tx *pg.Tx, id core.PersonID) ([]lookerRow, error) {
	list, err := p.d.Audit.SeenLately(ctx, tx, id, lately)
	out := make([]lookerRow, 0, len(list))
	for _, s := range list {
		out = append(out, lookerOf(s))
	}
	return out, err
}

func lookerOf(s audit.Seen) lookerRow {
	row := lookerRow{At: s.At, Did: deeds[s.Act], For: s.Purpose, Who: "系统自己"}
	if s.Purpose != "" && s.Purpose[0] < utf8.RuneSelf { // a program's own word, which says nothing to people
		row.For = ""
	}
	if n, err := strconv.ParseInt(s.Actor.ID, 10, 64); err == nil && s.Actor.Kind == "staff" {
		row.staff = core.StaffID(n)
	}
	return row
}

func (p *Room) nameLookers(ctx context.Context, rows []lookerRow) error {
	var ids []core.StaffID
	for _, row := range rows {
		if row.staff != 0 {
			ids = append(ids, row.staff)
		}
	}
	names, err := p.d.Staff.Names(ctx, ids...)
	for i := range rows {
		if rows[i].staff != 0 {
			rows[i].Who = names[rows[i].staff]
		}
	}
	return err
}

// reveal shows one masked number in full, for a stated reason that is logged.
func (p *Room) reveal(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "person")
	if err != nil {
		return err
	}
	a, chosen := askedOf(r)
	if !chosen {
		return errNoPurpose
	}
	plain := ""
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		if a.Case != 0 {
			home, err := p.d.Registry.HouseholdOf(ctx, tx, core.PersonID(id))
			if err != nil {
				return err
			}
			if err := p.holds(ctx, tx, at, a, home); err != nil {
				return err
			}
		}
		kin, err := p.d.Staff.IsRelative(ctx, tx, at.Staff.ID, core.PersonID(id))
		if err != nil {
			return err
		}
		look := registry.Look{Person: core.PersonID(id), Field: registry.Field(r.PostFormValue("field")), Reason: r.PostFormValue("reason")}
		plain, err = p.d.Registry.Reveal(ctx, tx, why, look)
		if err == nil && kin {
			return casefile.ErrConflictOfInterest
		}
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "people", "revealed", plain)
}
