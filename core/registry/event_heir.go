package registry

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// stayer is somebody who stays in a household that whom it is called after left.
type stayer struct {
	open
	birth core.Date
}

// Afterwards gives a Life by whose events the people who stay are to one another as said:
// where the one a household is called after leaves it, one of them becomes the applicant
// and the others are theirs. Without it the next of age does (heirs).
func (l *Life) Afterwards(stay map[core.PersonID]core.Relation) *Life {
	with := *l
	with.stay = stay
	return &with
}

// succeed lets somebody who stays be the one a household is called after, where that one
// left it: by a death as by a marriage. Nobody stays: nothing to do.
func (w *writing) succeed(ctx context.Context, home core.HouseholdID) error {
	if err := w.lock(ctx, nil, home); err != nil {
		return err
	}
	list, err := w.stayers(ctx, home)
	if err != nil || len(list) == 0 || slices.ContainsFunc(list, func(s stayer) bool { return s.image.Relation == "applicant" }) {
		return err
	}
	var ids []core.PersonID
	for _, s := range list {
		ids = append(ids, s.key.person)
	}
	if err := w.lock(ctx, ids); err != nil {
		return err
	}
	become := heirs(list, w.event.Told.Day)
	if len(w.l.stay) > 0 {
		if become, err = saidToStay(list, w.l.stay); err != nil {
			return err
		}
	}
	for _, s := range list {
		if err := w.retell(ctx, s.open, become[s.key.person]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writing) stayers(ctx context.Context, home core.HouseholdID) ([]stayer, error) {
	const sql = `select m.person, m.since - date '1970-01-01', m.ref, m.relation, coalesce(p.birth - date '1970-01-01', 0)
		from membership m join person p on p.id = m.person where m.household = $1 and m.until is null
			and not exists (select from person_alias a join membership k on k.person = a.kept and k.household = m.household and k.until is null
				where a.gone = m.person and a.ended is null) order by m.ref`
	rows, err := w.tx.Query(ctx, sql, int64(home))
	if err != nil {
		return nil, pg.Fail(err, "read who stays")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (stayer, error) {
		s := stayer{open: open{key: memberKey{household: home}}}
		err := row.Scan(&s.key.person, &s.key.since, &s.image.Ref, &s.image.Relation, &s.birth)
		return s, err
	})
	return list, pg.Fail(err, "read who stays")
}

// retell lets somebody be another one's relation from the day of the event on; who is there
// since later has been it from the start.
func (w *writing) retell(ctx context.Context, o open, to core.Relation) error {
	if o.image.Relation == to {
		return nil
	}
	if w.event.Told.Day > o.key.since {
		if err := w.leave(ctx, o); err != nil {
			return err
		}
		o.key.since = w.event.Told.Day
	}
	o.image.Relation, o.image.Until = to, 0
	return w.member(ctx, o.key, &o.image)
}

// saidToStay holds to those who stay what was said of them: everybody is something, and one
// is the applicant.
func saidToStay(list []stayer, said map[core.PersonID]core.Relation) (map[core.PersonID]core.Relation, error) {
	first := 0
	for _, s := range list {
		relation, there := said[s.key.person]
		if _, known := rank[relation]; !there || !known && relation != "applicant" {
			return nil, core.Invalid("stays", "留下的每个人,选一下以后在这一家里是谁。")
		}
		if relation == "applicant" {
			first++
		}
	}
	if first != 1 {
		return nil, core.Invalid("stays", "留下的人里要有一个人是“本人”,只有一个。")
	}
	return said, nil
}

// rank is the order in which people become the one a household is called after.
var rank = map[core.Relation]int{"spouse": 1, "child": 2, "parent": 3, "other": 4, "grandparent": 5, "grandchild": 6}

// heirs says who becomes the applicant, the next of age by rank and then by birth, and whose
// what the others are then. What does not follow for certain is "other".
func heirs(list []stayer, on core.Date) map[core.PersonID]core.Relation {
	minor := func(s stayer) int {
		if !s.birth.IsZero() && s.birth.Age(on) < comesOfAge {
			return 1
		}
		return 0
	}
	of := func(s stayer) int { return cmp.Or(rank[s.image.Relation], rank["other"]) }
	heir := slices.MinFunc(list, func(a, b stayer) int {
		return cmp.Or(cmp.Compare(minor(a), minor(b)), cmp.Compare(of(a), of(b)), cmp.Compare(a.birth, b.birth), cmp.Compare(a.image.Ref, b.image.Ref))
	})
	children := 0
	for _, s := range list {
		if s.image.Relation == "child" {
			children++
		}
	}
	out := map[core.PersonID]core.Relation{}
	for _, s := range list {
		out[s.key.person] = cmp.Or(thenIs[heir.image.Relation][s.image.Relation], "other")
		if heir.image.Relation == "child" && s.image.Relation == "grandchild" && children > 1 {
			out[s.key.person] = "other" // whose child it is is not known
		}
	}
	out[heir.key.person] = "applicant"
	return out
}

// thenIs is what somebody is to the new applicant, by what that one and they were to the old.
var thenIs = map[core.Relation]map[core.Relation]core.Relation{
	"spouse":     {"child": "child", "grandchild": "grandchild"},
	"child":      {"spouse": "parent", "parent": "grandparent", "grandchild": "child"},
	"parent":     {"parent": "spouse", "child": "grandchild"},
	"grandchild": {"spouse": "grandparent"},
}
