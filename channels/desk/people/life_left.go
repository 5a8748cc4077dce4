package people

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/wording"
)

// left is the household that somebody leaves, as it is afterwards.
type left struct {
	Name   string // whom it was called after before
	Stay   []stayRow
	Gone   bool // who it was called after left it: what those who stay are is asked
	Minors bool // nobody who stays is of age
}

// stayRow is somebody who stays, and what they are from then on if nothing else is said.
type stayRow struct {
	ID       core.PersonID
	Name     string
	Relation core.Relation
}

// Names are those who stay.
func (l left) Names() string {
	var out []string
	for _, s := range l.Stay {
		out = append(out, s.Name)
	}
	return strings.Join(out, "、")
}

// Head is whom the household is called after from then on.
func (l left) Head() string {
	for _, s := range l.Stay {
		if s.Relation == "applicant" {
			return s.Name
		}
	}
	return ""
}

// leaves reads, while an event is only tried, who stays in the household that somebody leaves
// by it.
func (p *Room) leaves(ctx context.Context, tx *pg.Tx, why registry.Purpose, page *lifePage) error {
	page.Left = left{}
	for home, before := range map[core.HouseholdID][]registry.Member{page.Home: page.family, page.Other: page.theirs} {
		if home == 0 || len(before) == 0 {
			continue
		}
		after, err := p.d.Registry.Members(ctx, tx, why, home)
		if err != nil {
			return err
		}
		stays := func(m registry.Member) bool {
			return slices.ContainsFunc(after, func(a registry.Member) bool { return a.Person.ID == m.Person.ID })
		}
		if !slices.ContainsFunc(before, func(m registry.Member) bool { return !stays(m) }) {
			continue
		}
		page.Left = leftOf(before, after, page.Today)
	}
	return nil
}

func leftOf(before, after []registry.Member, today core.Date) left {
	l := left{Name: calledAfter(before), Minors: len(after) > 0}
	for _, m := range before {
		stays := slices.ContainsFunc(after, func(a registry.Member) bool { return a.Person.ID == m.Person.ID })
		l.Gone = l.Gone || m.Relation == "applicant" && !stays
	}
	for _, m := range after {
		l.Minors = l.Minors && !m.Person.Birth.IsZero() && m.Person.Birth.Age(today) < 18
		l.Stay = append(l.Stay, stayRow{m.Person.ID, m.Person.Name, m.Relation})
	}
	l.Gone = l.Gone && len(after) > 0
	return l
}

// staysIn reads what those who stay are from then on, on the page that asks for a yes.
func staysIn(r *http.Request) map[core.PersonID]core.Relation {
	out := map[core.PersonID]core.Relation{}
	for field := range r.PostForm {
		rest, ok := strings.CutPrefix(field, "stays-")
		if id, err := strconv.ParseInt(rest, 10, 64); ok && err == nil {
			out[core.PersonID(id)] = core.Relation(r.PostFormValue(field))
		}
	}
	return out
}

// mayName counts whom the events of a household name: who left it is not among its members.
func (p *Room) mayName(ctx context.Context, tx *pg.Tx, why registry.Purpose, events []registry.Event) error {
	var ids []int64
	for _, e := range events {
		for _, who := range e.People {
			ids = append(ids, int64(who.Person))
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return p.d.Audit.MayShow(ctx, tx, audit.Shown(why.Actor, "person", len(ids), func(i int) int64 { return ids[i] }))
}

// whoIn names whom an event is about; a move of everybody names nobody.
func whoIn(e registry.Event) string {
	if e.Kind == registry.EventMove && e.Person == 0 {
		return "全家"
	}
	var out []string
	for _, p := range e.People {
		out = append(out, p.Name)
	}
	if e.Kind == registry.EventMarriage && len(out) == 2 {
		return out[0] + "和" + out[1]
	}
	return strings.Join(out, "、")
}

// Counts reports whether the event changes how many belong to a household.
func (page lifePage) Counts() bool {
	return !slices.Contains([]string{"move", "move_town"}, page.Kind.Value)
}

// Founds reports whether the event makes a household of which nothing is known yet.
func (page lifePage) Founds() bool {
	return slices.Contains([]string{"split", "divorce"}, page.Kind.Value)
}

// MayMarry are the members who are old enough to marry today.
func (page lifePage) MayMarry() []memberRow {
	return slices.DeleteFunc(slices.Clone(page.Members), func(m memberRow) bool { return !registry.Marriageable(m.Sex, m.Birth, page.Today) })
}

// entering are the relations in which somebody comes into a household by each kind of event:
// nobody comes in as the one it is called after, who marries into it is nobody's child there,
// and a child is not adopted as an elder.
var entering = map[string][]string{
	"adoption": {"child", "grandchild", "other"},
	"marriage": {"spouse", "parent", "grandparent", "other"},
}

// Entering are the relations to choose from for who comes in.
func (page lifePage) Entering() (out []wording.Option) {
	for _, o := range page.Relations {
		some, narrow := entering[page.Kind.Value]
		if o.Value != "applicant" && (!narrow || slices.Contains(some, o.Value)) {
			out = append(out, o)
		}
	}
	return out
}
