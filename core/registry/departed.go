package registry

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Departure is how somebody came to belong to no household any more.
type Departure struct {
	Kind    EventKind // EventDeath or EventMoveOut
	Day     core.Date
	KnownAt time.Time
	Event   EventID
	By      string           // who registered it: "staff:7"; "" where the event is beyond the scope
	Home    core.HouseholdID // that they belonged to last
}

// Departures gives, of some people, those who belong to no household because they died or
// left the city, by person, as far as the scope of tx sees them. It says when and shows
// nobody, so it leaves no trace. The stays of one person are found by two indexes, of those
// that run and of those that are over; what is said of until has to let both be used.
func (r *Registry) Departures(ctx context.Context, tx *pg.Tx, people ...core.PersonID) (map[core.PersonID]Departure, error) {
	const sql = `select p.id, case when d.person is null then 'move_out' else 'death' end, coalesce(d.day, o.day) - date '1970-01-01',
			coalesce(e.known_at, 'epoch'), coalesce(d.event, o.id), coalesce(e.made_by, ''), coalesce(l.household, 0)
		from unnest($1::bigint[]) p(id)
		left join person_death d on d.person = p.id
		left join lateral (select s.id, s.day from life_change c join life_event s on s.id = c.event
			where c.person = p.id and c.what = 'membership' and s.kind = 'move_out' and not exists (select from life_event u where u.undoes = s.id)
			order by c.id desc limit 1) o on d.person is null
		left join life_event e on e.id = coalesce(d.event, o.id)
		left join lateral (select household from membership where person = p.id and until is not null order by since desc, household desc limit 1) l on true
		where coalesce(d.event, o.id) is not null and not exists (select from membership m where m.person = p.id and m.until is null)`
	rows, err := tx.Query(ctx, sql, idsOf(people))
	if err != nil {
		return nil, pg.Fail(err, "read how people left")
	}
	out := map[core.PersonID]Departure{}
	var id core.PersonID
	var d Departure
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Kind, &d.Day, &d.KnownAt, &d.Event, &d.By, &d.Home}, func() error { out[id] = d; return nil })
	return out, pg.Fail(err, "read how people left")
}

// Left reports whether somebody died or left the city and belongs to no household, wherever that
// was registered. It shows nobody, so it leaves no trace.
func (r *Registry) Left(ctx context.Context, tx *pg.Tx, person core.PersonID) (left bool, err error) {
	err = tx.QueryRow(ctx, `select person_left($1)`, int64(person)).Scan(&left)
	return left, pg.Fail(err, "look whether somebody left")
}

// HouseholdAt gives the household that somebody belonged to on a day, as it was known at a
// moment. It shows nothing of anybody, so it leaves no trace. Errors: ErrNoHousehold.
func (r *Registry) HouseholdAt(ctx context.Context, tx *pg.Tx, person core.PersonID, as AsOf) (core.HouseholdID, error) {
	const sql = `select household, since - date '1970-01-01', ref, relation, coalesce(until - date '1970-01-01', 0) from membership
		where person = $1 and (until is null or until > since)`
	rows, err := tx.Query(ctx, sql, int64(person))
	if err != nil {
		return 0, pg.Fail(err, "read where somebody belonged")
	}
	all := map[memberKey]memberImage{}
	k := memberKey{person: person}
	var m memberImage
	if _, err = pgx.ForEachRow(rows, []any{&k.household, &k.since, &m.Ref, &m.Relation, &m.Until}, func() error { all[k] = m; return nil }); err != nil {
		return 0, pg.Fail(err, "read where somebody belonged")
	}
	changes, err := readChanges(ctx, tx, `select `+changeColumns+` from life_change where person = $1 order by id`, int64(person))
	if err != nil {
		return 0, err
	}
	if all, err = stays(all, changes, as.Known); err != nil {
		return 0, err
	}
	for k, m := range all {
		if m.present(k.since, as.On) {
			return k.household, nil
		}
	}
	return 0, ErrNoHousehold
}

// MembersAsOf is Members of a day as they were known at a moment. Errors: ErrNoHousehold
// for one that was not known yet, ErrBeyond when somebody of it is another township's now.
func (r *Registry) MembersAsOf(ctx context.Context, tx *pg.Tx, why Purpose, id core.HouseholdID, as AsOf) ([]Member, error) {
	g := gatheringOf(as)
	if err := g.family(ctx, tx, id); err != nil || len(g.order) == 0 {
		return nil, err
	}
	people, err := r.people(ctx, tx, `select `+personColumns+` from person p where p.id = any($1)`, idsOf(g.order))
	if err != nil {
		return nil, err
	}
	var list []Member
	for _, p := range people {
		list = append(list, Member{Ref: g.refs[p.ID], Relation: g.relations[p.ID], Person: p})
	}
	slices.SortFunc(list, func(a, b Member) int {
		return cmp.Or(cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.Person.ID, b.Person.ID))
	})
	detail := looked{Home: id, Persons: g.order, Shown: []string{"name", "birth", "sex", "village", "id_number", "phone"}}
	return list, r.trace(ctx, tx, why, "household.read", Person{Region: g.home.Region}, detail)
}

// LastHead gives whom a household without members was called after last; 0 for one that
// never had any within the scope. Number alone.
func (r *Registry) LastHead(ctx context.Context, tx *pg.Tx, household core.HouseholdID) (core.PersonID, error) {
	const sql = `select person from membership where household = $1
		order by until desc nulls first, (relation = 'applicant') is true desc, ref limit 1`
	var id core.PersonID
	err := tx.QueryRow(ctx, sql, int64(household)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, pg.Fail(err, "read whom a household was called after")
}
