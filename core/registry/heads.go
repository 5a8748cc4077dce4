package registry

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// A Head is what a list says of a household: who stands first in it, and where it lives.
type Head struct {
	Household core.HouseholdID
	Region    core.RegionCode
	Village   core.RegionCode // "" when not known
	Person    core.PersonID
	Name      string
	People    int
}

// Heads reads the heads of some households within the scope of tx, in one entry of the
// log with everybody named. Households without members are not in it.
func (r *Registry) Heads(ctx context.Context, tx *pg.Tx, why Purpose, ids []core.HouseholdID) (map[core.HouseholdID]Head, error) {
	const sql = `select distinct on (h.id) h.id, h.region, h.village, p.id, p.name, count(*) over (partition by h.id)
		from household h join membership m on m.household = h.id and m.until is null join person p on p.id = m.person
		where h.id = any($1) order by h.id, m.relation <> 'applicant', m.ref`
	rows, err := tx.Query(ctx, sql, ids)
	if err != nil {
		return nil, pg.Fail(err, "read who stands first in households")
	}
	out := map[core.HouseholdID]Head{}
	detail := looked{Shown: []string{"name", "village"}}
	var h Head
	_, err = pgx.ForEachRow(rows, []any{&h.Household, &h.Region, &h.Village, &h.Person, &h.Name, &h.People}, func() error {
		out[h.Household] = h
		detail.Persons = append(detail.Persons, h.Person)
		return nil
	})
	if err != nil {
		return nil, pg.Fail(err, "read who stands first in households")
	}
	return out, r.trace(ctx, tx, why, "household.listed", Person{}, detail)
}

// Rows gives the packed rows of some households within the scope of tx, as they were last
// packed; towns holds the township of each. They show nobody: who shows what is in them
// leaves the trace.
func (r *Registry) Rows(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, ids []core.HouseholdID) (map[core.HouseholdID][]byte, error) {
	const sql = `select f.household, f.facts from unnest($1::text[], $2::bigint[]) as t (region, household)
		join fact_row f on f.region = t.region and f.household = t.household`
	rows, err := tx.Query(ctx, sql, towns, ids)
	if err != nil {
		return nil, pg.Fail(err, "read packed rows")
	}
	out := map[core.HouseholdID][]byte{}
	var id core.HouseholdID
	var row []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &row}, func() error {
		out[id] = append([]byte(nil), row...)
		return nil
	})
	return out, pg.Fail(err, "read packed rows")
}

// InRow gives the members of some households of a township in the order in which their
// packed rows have them, as long as nobody has come or gone since. Numbers alone.
func (r *Registry) InRow(ctx context.Context, tx *pg.Tx, town core.RegionCode, ids []core.HouseholdID) (map[core.HouseholdID][]core.PersonID, error) {
	const sql = `select m.household, m.person from membership m
		where m.region = $1 and m.household = any($2) and m.since <= $3 and (m.until is null or m.until > $3)
			and not exists (select from person_alias a join membership k on k.person = a.kept and k.household = m.household and k.since <= $3 and (k.until is null or k.until > $3)
				where a.gone = m.person and a.ended is null) order by m.ref`
	rows, err := tx.Query(ctx, sql, string(town), ids, pgDate(tx.Today()))
	if err != nil {
		return nil, pg.Fail(err, "read who stands in packed rows")
	}
	out := map[core.HouseholdID][]core.PersonID{}
	var home core.HouseholdID
	var person core.PersonID
	_, err = pgx.ForEachRow(rows, []any{&home, &person}, func() error {
		out[home] = append(out[home], person)
		return nil
	})
	return out, pg.Fail(err, "read who stands in packed rows")
}

// InVillage lists the households of a village, within the scope of tx. Numbers alone.
func (r *Registry) InVillage(ctx context.Context, tx *pg.Tx, village core.RegionCode) ([]core.HouseholdID, error) {
	rows, err := tx.Query(ctx, `select id from household where region = $1 and village = $2 order by id`, string(village.Township()), string(village))
	if err != nil {
		return nil, pg.Fail(err, "list the households of a village")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[core.HouseholdID])
	return ids, pg.Fail(err, "list the households of a village")
}

// Living says in which of some households people live now, within the scope of tx. Numbers
// alone.
func (r *Registry) Living(ctx context.Context, tx *pg.Tx, households []core.HouseholdID) (map[core.PersonID]core.HouseholdID, error) {
	rows, err := tx.Query(ctx, `select person, household from membership where household = any ($1) and until is null`, households)
	if err != nil {
		return nil, pg.Fail(err, "read who lives in households")
	}
	out := map[core.PersonID]core.HouseholdID{}
	var person core.PersonID
	var home core.HouseholdID
	_, err = pgx.ForEachRow(rows, []any{&person, &home}, func() error {
		out[person] = home
		return nil
	})
	return out, pg.Fail(err, "read who lives in households")
}

// Lived gives who ever lived in some households: of one that nobody lives in any more, whose
// it was.
func (r *Registry) Lived(ctx context.Context, tx *pg.Tx, households []core.HouseholdID) (map[core.PersonID][]core.HouseholdID, error) {
	rows, err := tx.Query(ctx, `select distinct person, household from membership where household = any ($1)`, households)
	if err != nil {
		return nil, pg.Fail(err, "read who lived in households")
	}
	out := map[core.PersonID][]core.HouseholdID{}
	var person core.PersonID
	var home core.HouseholdID
	_, err = pgx.ForEachRow(rows, []any{&person, &home}, func() error {
		out[person] = append(out[person], home)
		return nil
	})
	return out, pg.Fail(err, "read who lived in households")
}
