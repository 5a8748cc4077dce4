package registry

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// subject names a person or household in a list of sheets.
func (l Learned) subject() int64 {
	if l.Person != 0 {
		return int64(l.Person)
	}
	return int64(l.Household)
}

// Learned is one sheet of an import about a person, or, with Person 0, a household.
type Learned struct {
	Household core.HouseholdID
	Person    core.PersonID
	Sheet     Sheet
}

// Check holds a sheet to the vocabulary: about a person, or about a household.
func (s Sheet) Check(person bool) error { return s.check(person) }

// stillSaid is what a sheet t says, its lists without what the newest correction of its day
// left out of them though somebody had said it before. An event is the same by its kind and day.
const stillSaid = `case when not t.said::jsonb ?| array['statuses', 'shocks'] then t.said::jsonb else (
	select jsonb_object_agg(f.key, case when f.key not in ('statuses', 'shocks') or jsonb_typeof(f.value) <> 'array' then f.value else (
		select coalesce(jsonb_agg(x), '[]') from jsonb_array_elements(f.value) x
		where not exists (select from (select c.id, c.known_at, c.facts from household_sheet c
				where c.household = t.about and c.valid_from = t.valid_from and c.source like 'change:%' and jsonb_typeof(c.facts -> f.key) = 'array'
				order by c.known_at desc, c.id desc limit 1) c
			where not exists (select from jsonb_array_elements(c.facts -> f.key) y where ` + samePart + `)
				and exists (select from household_sheet e
					cross join lateral jsonb_array_elements(case jsonb_typeof(e.facts -> f.key) when 'array' then e.facts -> f.key else '[]' end) y
					where e.household = t.about and e.valid_from <= t.valid_from and e.known_at <= c.known_at and e.id <> c.id and ` + samePart + `))) end)
	from jsonb_each(t.said::jsonb) f) end`

const samePart = `coalesce(x ->> 'kind' || '/' || (x ->> 'date'), x #>> '{}') = coalesce(y ->> 'kind' || '/' || (y ->> 'date'), y #>> '{}')`

// The sheets of a list that are not known yet: those that say anything else than the newest
// of their source and day; and what their source said last, up to that day.
const (
	freshOfPeople = `with u as (
			select p.region, t.about, t.source, t.valid_from, t.confidence, t.said::jsonb as facts, t.n
			from unnest($1::int8[], $2::text[], $3::date[], $4::int2[], $5::text[]) with ordinality t (about, source, valid_from, confidence, said, n)
			join person p on p.id = t.about),
		fresh as materialized (
			select u.*, (select s.facts from person_sheet s where s.person = u.about and s.source = u.source and s.valid_from <= u.valid_from
				order by s.valid_from desc, s.known_at desc, s.id desc limit 1) as before
			from u where u.facts is distinct from (select s.facts from person_sheet s
				where s.person = u.about and s.source = u.source and s.valid_from = u.valid_from order by s.known_at desc, s.id desc limit 1))`
	freshOfHouseholds = `with u as (
			select h.region, t.about, t.source, t.valid_from, t.confidence, household_lists(t.about, t.valid_from, ` + stillSaid + `) as facts, t.n
			from (select distinct on (about, source, valid_from, said) * -- rows of several members may say the same of their household
				from unnest($1::int8[], $2::text[], $3::date[], $4::int2[], $5::text[]) with ordinality t (about, source, valid_from, confidence, said, n)
				order by about, source, valid_from, said, n) t
			join household h on h.id = t.about),
		fresh as materialized (
			select u.*, (select s.facts from household_sheet s where s.household = u.about and s.source = u.source and s.valid_from <= u.valid_from
				order by s.valid_from desc, s.known_at desc, s.id desc limit 1) as before
			from u where u.facts is distinct from (select s.facts from household_sheet s
				where s.household = u.about and s.source = u.source and s.valid_from = u.valid_from order by s.known_at desc, s.id desc limit 1))`

	putOfPeople = `, put as (insert into person_sheet (region, person, source, valid_from, known_at, confidence, facts)
			select region, about, source, valid_from, $6, confidence, facts from fresh order by n)`
	putOfHouseholds = `, put as (insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts)
			select region, about, source, valid_from, $6, confidence, facts from fresh order by n)`

	countFresh = ` select count(*), count(*) filter (where before <> facts), count(*) filter (where before = facts) from fresh`
)

// Learnt counts the sheets of a list that were not known: Added in all, of which Changed say
// otherwise than their source did before, and Renewed the same for a newer day.
type Learnt struct{ Added, Changed, Renewed int }

// Plus adds two counts up.
func (l Learnt) Plus(m Learnt) Learnt {
	return Learnt{l.Added + m.Added, l.Changed + m.Changed, l.Renewed + m.Renewed}
}

// LearnAll adds many sheets known as of now and says how many were new. A sheet that
// says what the newest sheet of its source and day says already is not added again,
// so a file may come twice. An older day than what is known is kept below it, in two
// times, and overrules nothing. Sheets were checked by Check. What a household is
// recognised as and what struck it are lists of which a source knows its own part: theirs is
// added to what stood on the day, and takes nothing away (household_lists). What two people
// took out of a list stays out of it for the day from which they said so: a file that says it
// again needs a newer one.
func (r *Registry) LearnAll(ctx context.Context, tx *pg.Tx, list []Learned) (Learnt, error) {
	people, households := partsOf(list)
	a, err := tally(ctx, tx, freshOfPeople+putOfPeople+countFresh, people, tx.Now())
	if err != nil {
		return Learnt{}, err
	}
	b, err := tally(ctx, tx, freshOfHouseholds+putOfHouseholds+countFresh, households, tx.Now())
	return a.Plus(b), err
}

// WouldLearn counts what LearnAll would add, and adds nothing.
func (r *Registry) WouldLearn(ctx context.Context, tx *pg.Tx, list []Learned) (Learnt, error) {
	people, households := partsOf(list)
	a, err := tally(ctx, tx, freshOfPeople+countFresh, people)
	if err != nil {
		return Learnt{}, err
	}
	b, err := tally(ctx, tx, freshOfHouseholds+countFresh, households)
	return a.Plus(b), err
}

// tally runs one statement over sheets and reads its three counts.
func tally(ctx context.Context, tx *pg.Tx, sql string, c columnsOf, more ...any) (n Learnt, err error) {
	if len(c.about) == 0 {
		return n, nil
	}
	err = tx.QueryRow(ctx, sql, append([]any{c.about, c.sources, c.from, c.sure, c.said}, more...)...).Scan(&n.Added, &n.Changed, &n.Renewed)
	return n, pg.Fail(err, "compare sheets of facts, or write them")
}

// columnsOf is a list of sheets as the database takes it.
type columnsOf struct {
	about   []int64
	sources []string
	from    []pgDate
	sure    []int16
	said    []string
}

func partsOf(list []Learned) (people, households columnsOf) {
	for _, l := range list {
		c := &households
		if l.Person != 0 {
			c = &people
		}
		c.about, c.sources, c.from = append(c.about, l.subject()), append(c.sources, l.Sheet.Source), append(c.from, pgDate(l.Sheet.ValidFrom))
		c.sure, c.said = append(c.sure, int16(l.Sheet.Confidence)), append(c.said, string(l.Sheet.Facts))
	}
	return people, households
}
