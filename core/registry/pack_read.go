package registry

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// readPackings reads what the rows of some households of a township are made of, for all
// of them in four statements. A household without members today is given without any.
func readPackings(ctx context.Context, tx *pg.Tx, town core.RegionCode, ids []int64, today core.Date) (map[int64]*packing, error) {
	list := map[int64]*packing{}
	read := packReader{tx: tx, town: string(town), ids: ids, today: today, list: list, of: map[core.PersonID]*packing{}}
	for _, step := range []func(context.Context) error{read.homes, read.people, read.householdSheets, read.personSheets} {
		if err := step(ctx); err != nil {
			return nil, pg.Fail(err, "read what packed rows are made of")
		}
	}
	return list, nil
}

type packReader struct {
	tx    *pg.Tx
	town  string
	ids   []int64
	today core.Date
	list  map[int64]*packing
	of    map[core.PersonID]*packing
}

func (r *packReader) homes(ctx context.Context) error {
	rows, err := r.tx.Query(ctx, `select id, region, village, hukou from household where region = $1 and id = any($2)`, r.town, r.ids)
	if err != nil {
		return err
	}
	var h Home
	_, err = pgx.ForEachRow(rows, []any{&h.ID, &h.Region, &h.Village, &h.Hukou}, func() error {
		r.list[int64(h.ID)] = &packing{home: h}
		return nil
	})
	return err
}

// people takes the members of today, and notes the days on which somebody comes or goes.
func (r *packReader) people(ctx context.Context) error {
	const sql = `select m.household, p.id, m.ref, p.birth, coalesce(p.sex, ''), m.since, m.until
		from membership m join person p on p.id = m.person
		where m.region = $1 and m.household = any($2) and (m.until is null or m.until > $3)
			and not exists (select from person_alias a join membership k on k.person = a.kept and k.household = m.household and k.since <= $3 and (k.until is null or k.until > $3)
				where a.gone = m.person and a.ended is null) order by m.ref`
	rows, err := r.tx.Query(ctx, sql, r.town, r.ids, pgDate(r.today))
	if err != nil {
		return err
	}
	var household int64
	var m packMember
	var birth, until *pgDate
	var since pgDate
	_, err = pgx.ForEachRow(rows, []any{&household, &m.id, &m.ref, &birth, &m.sex, &since, &until}, func() error {
		p := r.list[household]
		if p == nil {
			return nil
		}
		p.comes(core.Date(since), r.today)
		if until != nil {
			p.comes(core.Date(*until), r.today)
		}
		if core.Date(since) > r.today {
			return nil
		}
		m.birth = 0
		if birth != nil {
			m.birth = core.Date(*birth)
		}
		p.members, r.of[m.id] = append(p.members, m), p
		return nil
	})
	return err
}

func (r *packReader) householdSheets(ctx context.Context) error {
	const sql = `select 0::bigint, household, id, source, valid_from, known_at, confidence, facts from household_sheet
		where region = $1 and household = any($2)`
	return r.sheets(ctx, sql, r.ids)
}

func (r *packReader) personSheets(ctx context.Context) error {
	people := make([]int64, 0, len(r.of))
	for id := range r.of {
		people = append(people, int64(id))
	}
	const sql = `select person, 0::bigint, id, source, valid_from, known_at, confidence, facts from person_sheet
		where region = $1 and person = any($2)`
	return r.sheets(ctx, sql, people)
}

func (r *packReader) sheets(ctx context.Context, sql string, ids []int64) error {
	rows, err := r.tx.Query(ctx, sql, r.town, ids)
	if err != nil {
		return err
	}
	var household int64
	var s storedSheet
	var from pgDate
	_, err = pgx.ForEachRow(rows, []any{&s.person, &household, &s.id, &s.Source, &from, &s.KnownAt, &s.Confidence, &s.Facts}, func() error {
		s.ValidFrom = core.Date(from)
		p := r.list[household]
		if s.person != 0 {
			p = r.of[s.person]
		}
		if p != nil {
			p.sheets = append(p.sheets, s)
			p.sheets[len(p.sheets)-1].Facts = append([]byte(nil), s.Facts...)
		}
		return nil
	})
	return err
}
