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

// LearnAll adds many sheets known as of now and says how many were new. A sheet that
// says what the newest sheet of its source and day says already is not added again,
// so a file may come twice. An older day than what is known is kept below it, in two
// times, and overrules nothing. Sheets were checked by Check. What a household is
// recognised as and what struck it are lists of which a source knows its own part: theirs is
// added to what stood on the day, and takes nothing away (household_lists).
func (r *Registry) LearnAll(ctx context.Context, tx *pg.Tx, list []Learned) (int, error) {
	const aboutPeople = `insert into person_sheet (region, person, source, valid_from, known_at, confidence, facts)
		select p.region, u.about, u.source, u.valid_from, $6, u.confidence, u.facts
		from unnest($1::int8[], $2::text[], $3::date[], $4::int2[], $5::text[]) with ordinality t (about, source, valid_from, confidence, said, n)
		cross join lateral (select t.about, t.source, t.valid_from, t.confidence, t.said::jsonb as facts) u
		join person p on p.id = u.about
		where u.facts is distinct from (select s.facts from person_sheet s
			where s.person = u.about and s.source = u.source and s.valid_from = u.valid_from order by s.known_at desc, s.id desc limit 1)
		order by t.n`
	const aboutHouseholds = `insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts)
		select h.region, u.about, u.source, u.valid_from, $6, u.confidence, u.facts
		from (select distinct on (about, source, valid_from, said) * -- rows of several members may say the same of their household
			from unnest($1::int8[], $2::text[], $3::date[], $4::int2[], $5::text[]) with ordinality t (about, source, valid_from, confidence, said, n)
			order by about, source, valid_from, said, n) t
		cross join lateral (select t.about, t.source, t.valid_from, t.confidence, household_lists(t.about, t.valid_from, t.said::jsonb) as facts) u
		join household h on h.id = u.about
		where u.facts is distinct from (select s.facts from household_sheet s
			where s.household = u.about and s.source = u.source and s.valid_from = u.valid_from order by s.known_at desc, s.id desc limit 1)
		order by t.n`
	added := 0
	for _, part := range []struct {
		sql    string
		person bool
	}{{aboutPeople, true}, {aboutHouseholds, false}} {
		var about []int64
		var sources, said []string
		var from []pgDate
		var sure []int16
		for _, l := range list {
			if (l.Person != 0) != part.person {
				continue
			}
			about, sources, from = append(about, l.subject()), append(sources, l.Sheet.Source), append(from, pgDate(l.Sheet.ValidFrom))
			sure, said = append(sure, int16(l.Sheet.Confidence)), append(said, string(l.Sheet.Facts))
		}
		if len(about) == 0 {
			continue
		}
		tag, err := tx.Exec(ctx, part.sql, about, sources, from, sure, said, tx.Now())
		if err != nil {
			return 0, pg.Fail(err, "write sheets of facts")
		}
		added += int(tag.RowsAffected())
	}
	return added, nil
}
