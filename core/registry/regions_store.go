package registry

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// SaveRegions makes the table of places equal to a tree: new places are added,
// known ones renamed, and what the tree no longer has gets an end date, because
// old cases still stand there. It needs the role lianou_import.
func SaveRegions(ctx context.Context, tx *pg.Tx, t *Regions) error {
	const upsert = `insert into region (code, parent, level, name, old_codes, synthetic, valid_from)
		select u.code, nullif(u.parent, ''), u.level, u.name, coalesce(string_to_array(nullif(u.old, ''), ' '), '{}'), u.synthetic, $7
		from unnest($1::text[], $2::text[], $3::int2[], $4::text[], $5::text[], $6::bool[])
			as u (code, parent, level, name, old, synthetic)
		order by u.level, u.code
		on conflict (code) do update set name = excluded.name, old_codes = excluded.old_codes,
			synthetic = excluded.synthetic, valid_to = null
			where (region.name, region.old_codes, region.synthetic, region.valid_to)
				is distinct from (excluded.name, excluded.old_codes, excluded.synthetic, null)`
	const end = `update region set valid_to = $2 where valid_to is null and not code = any ($1)`
	c := t.columns()
	today := pgDate(tx.Today())
	if _, err := tx.Exec(ctx, upsert, c.code, c.parent, c.level, c.name, c.old, c.synthetic, today); err != nil {
		return pg.Fail(err, "store places")
	}
	_, err := tx.Exec(ctx, end, c.code, today)
	return pg.Fail(err, "end places that are no more")
}

// Ending is a place that a list of places no longer has.
type Ending struct {
	Place
	// Households in which somebody lives: of a township all of them, in whichever village, and
	// of a village those that its township does not count.
	Households int64
}

// Endings lists what would end if a tree were stored: of each place that is valid and that
// the tree does not have, in how many households of it somebody lives. A list with one
// township in it is a whole list, too, and would take the others away from everybody who
// lives there. It needs the role lianou_import.
func Endings(ctx context.Context, tx *pg.Tx, t *Regions) ([]Ending, error) {
	const sql = `with gone as materialized (select code, name, level from region where valid_to is null and not code = any ($1)),
		lives as materialized (select region, village from household h where region in (select left(code, 9) from gone where level >= 3)
			and exists (select from membership m where m.household = h.id and m.until is null))
		select g.code, g.name, g.level, case g.level when 3 then (select count(*) from lives l where l.region = g.code)
			when 4 then (select count(*) from lives l where l.village = g.code and l.region not in (select code from gone)) else 0 end
		from gone g order by g.level, g.code`
	rows, err := tx.Query(ctx, sql, t.columns().code)
	if err != nil {
		return nil, pg.Fail(err, "look which places would end")
	}
	var list []Ending
	var e Ending
	_, err = pgx.ForEachRow(rows, []any{&e.Code, &e.Name, &e.Level, &e.Households}, func() error { list = append(list, e); return nil })
	return list, pg.Fail(err, "look which places would end")
}

// LoadRegions reads the tree as the table has it, for an installation that
// imported its own list. Errors: KindNotFound when the table is empty.
func LoadRegions(ctx context.Context, tx *pg.Tx) (*Regions, error) {
	const sql = `select code, name, old_codes, synthetic from region where valid_to is null order by level, code`
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, pg.Fail(err, "read places")
	}
	t := newRegions()
	var p Place
	_, err = pgx.ForEachRow(rows, []any{&p.Code, &p.Name, &p.OldCodes, &p.Synthetic}, func() error {
		if !t.put(p) {
			return core.E(core.KindInternal, "regions_broken", "").Wrap(errors.New("a stored place has no parent"))
		}
		p = Place{}
		return nil
	})
	if err != nil {
		return nil, pg.Fail(err, "read places")
	}
	if len(t.places) == 0 {
		return nil, core.E(core.KindNotFound, "regions_empty", "")
	}
	return t.done(), nil
}

// regionColumns is a tree turned on its side, for unnest.
// PlacesOf gives the city's places for a program: the stored list, or the one the
// program carries while nothing was stored or the database is away. A program that
// takes requests must not wait for its database to know where a village lies.
func PlacesOf(ctx context.Context, db *pg.DB) (*Regions, error) {
	var stored *Regions
	err := db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		stored, err = LoadRegions(ctx, tx)
		return err
	})
	switch core.KindOf(err) {
	case core.KindNotFound, core.KindUnavailable:
		return EmbeddedRegions()
	}
	return stored, err
}

type regionColumns struct {
	code, parent, name, old []string
	level                   []int16
	synthetic               []bool
}

func (t *Regions) columns() regionColumns {
	var c regionColumns
	for _, p := range t.places {
		c.code, c.parent, c.name = append(c.code, string(p.Code)), append(c.parent, string(p.Parent)), append(c.name, p.Name)
		c.level, c.synthetic = append(c.level, int16(p.Level)), append(c.synthetic, p.Synthetic)
		old := ""
		for i, o := range p.OldCodes {
			if i > 0 {
				old += " "
			}
			old += o
		}
		c.old = append(c.old, old)
	}
	return c
}

// Rename is a place that a list of places calls otherwise.
type Rename struct {
	Code    core.RegionCode
	Was, Is string
}

// Renames lists what would be called otherwise if a tree were stored, higher places first.
func Renames(ctx context.Context, tx *pg.Tx, t *Regions) ([]Rename, error) {
	const sql = `select r.code, r.name, u.name from unnest($1::text[], $2::text[]) u (code, name)
		join region r on r.code = u.code and r.valid_to is null and r.name <> u.name order by r.level, r.code`
	c := t.columns()
	rows, err := tx.Query(ctx, sql, c.code, c.name)
	if err != nil {
		return nil, pg.Fail(err, "look which places would be called otherwise")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Rename, err error) {
		return r, row.Scan(&r.Code, &r.Was, &r.Is)
	})
	return list, pg.Fail(err, "look which places would be called otherwise")
}
