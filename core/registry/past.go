package registry

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// PastSheet is one sheet as it was learned, for people who want to see what was known of a
// household before: what stands now is FactsAsOf, and never put together from this.
type PastSheet struct {
	Person     core.PersonID // 0: about the household
	Source     string
	ValidFrom  core.Date
	KnownAt    time.Time
	Confidence int             // 1 to 100
	Facts      json.RawMessage // by path, in the words of the schema; null took a fact back
}

// maxPast bounds one answer: a household that was asked every month for years.
const maxPast = 400

// Past gives the sheets of a household and of the persons who belonged to it on the
// day, as far as they were true then and known at the moment; what overrules comes
// before what it overrules. 400 at most, the newest. It leaves one entry that names
// them. Errors: ErrNoHousehold.
func (r *Registry) Past(ctx context.Context, tx *pg.Tx, why Purpose, id core.HouseholdID, as AsOf) ([]PastSheet, error) {
	home, err := r.Home(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	const sql = `with m as (select person from membership where household = $1 and since <= $2 and (until is null or until > $2))
		select person, source, valid_from, known_at, confidence, facts from (
			select 0::bigint as person, id, source, valid_from, known_at, confidence, facts from household_sheet
				where household = $1 and valid_from <= $2 and known_at <= $3
			union all select s.person, s.id, s.source, s.valid_from, s.known_at, s.confidence, s.facts from person_sheet s
				join m on m.person = s.person where s.valid_from <= $2 and s.known_at <= $3) sheet
		order by valid_from desc, known_at desc, confidence desc, id desc limit $4`
	rows, err := tx.Query(ctx, sql, int64(id), pgDate(as.On), as.Known, maxPast)
	if err != nil {
		return nil, pg.Fail(err, "read what was told of a household")
	}
	detail := looked{Home: id, By: "history"}
	seen := map[core.PersonID]bool{0: true}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t PastSheet, err error) {
		var from pgDate
		err = row.Scan(&t.Person, &t.Source, &from, &t.KnownAt, &t.Confidence, &t.Facts)
		t.ValidFrom = core.Date(from)
		if !seen[t.Person] {
			seen[t.Person] = true
			detail.Persons = append(detail.Persons, t.Person)
		}
		return t, err
	})
	if err != nil {
		return nil, pg.Fail(err, "read what was told of a household")
	}
	return list, r.trace(ctx, tx, why, "facts.read", Person{Region: home.Region}, detail)
}
